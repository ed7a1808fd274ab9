"""An inspection for programs and for people."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .consent import consent_words, consents
from .inspection import VERDICTS, Inspection

if TYPE_CHECKING:
    from ..trust.credentials.lineage import Lineage

_SOURCES = {
    "trainedAlgorithmicMedia": "made by a model",
    "compositeWithTrainedAlgorithmicMedia": "edited, partly made by a model",
    "digitalCapture": "captured by a camera",
    "algorithmicMedia": "made by a program",
}
_STATES = {
    "trusted": "signature holds, signer trusted",
    "valid": "signature holds, signer not known here",
    "expired": "signature holds, certificate has expired since",
    "tampered": "CHANGED after it was signed",
    "none": "no credentials",
    "unreadable": "cannot be read",
}


def as_json(found: Inspection) -> dict[str, Any]:
    """Return ``{"credentials", "watermark", "registry", "verdict", ...}`` as plain JSON values."""
    told = {
        "file": found.path.name,
        "media_type": found.media_type,
        "verdict": found.verdict,
        "explanation": VERDICTS[found.verdict],
        "credentials": _credentials(found),
        "watermark": {
            medium: dataclasses.asdict(mark) for medium, mark in sorted(found.marks.items())
        },
        "registry": _registry(found),
        "notes": list(found.notes),
    }
    plain: dict[str, Any] = json.loads(json.dumps(told, default=str))  # tuples become lists
    return plain


def as_text(found: Inspection) -> str:
    """Return the inspection in sentences, the verdict first."""
    return "\n".join(_lines(as_json(found), found))


def lineage_lines(lineage: Lineage, depth: int = 0) -> Iterator[str]:
    """Yield one line for a file and each that went into it, indented by generation."""
    yield f"{'  ' * depth}{'└ ' if depth else ''}{node_words(lineage)}"
    for part in lineage.ingredients:
        yield from lineage_lines(part, depth + 1)


def node_words(lineage: Lineage) -> str:
    """Return what is known of one file of a lineage, in one line."""
    relation = {"this": "", "parentOf": "from ", "componentOf": "with ", "inputTo": "given "}
    made = _SOURCES.get(lineage.made or "", lineage.made or "")
    told = [_STATES[lineage.state], made, f"signed by {lineage.signer}" if lineage.signer else ""]
    details = "; ".join(part for part in told if part)
    return f"{relation.get(lineage.relationship, 'with ')}{lineage.title} ({details})"


def _credentials(found: Inspection) -> dict[str, Any]:
    told = dataclasses.asdict(found.credentials)
    del told["thumbnail"]  # bytes
    told["consents"] = consents(_story(found).get("cameos", []))
    return told


def _story(found: Inspection) -> Mapping[str, Any]:
    """Return what the file's own credentials tell, or those that its mark led to."""
    if found.credentials.generation or found.match is None or found.match.same is False:
        return found.credentials.generation
    assertions = found.match.record.story.get("assertions", [])
    return next((one["data"] for one in assertions if "models" in one.get("data", {})), {})


def _registry(found: Inspection) -> dict[str, Any] | None:
    if found.match is None:
        return None
    record = found.match.record
    return {
        "found_by": found.matched_by,
        "manifest_id": record.manifest_id,
        "title": record.title,
        "recorded_at": None if record.recorded_at is None else record.recorded_at.isoformat(),
        "content_matches": found.match.same,
        "video_similarity": _rounded(found.match.video_similarity),
        "audio_similarity": _rounded(found.match.audio_similarity),
        "story": _story(found) if found.match.same is not False else None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _lines(told: Mapping[str, Any], found: Inspection) -> Iterator[str]:
    credentials = found.credentials
    yield f"{found.path.name}: {told['verdict'].upper()}. {told['explanation']}"
    yield f"Credentials: {_STATES[credentials.state]}."
    if credentials.signer.get("name"):
        whose = "made on this kind of installation, not checked by anyone"
        origin = whose if credentials.signer["self_made"] else credentials.signer["organisation"]
        yield f"  Signed by {credentials.signer['name']} ({origin})."
    for problem in credentials.problems:
        yield f"  {problem.where}: {problem.what} [{problem.code}]."
    if credentials.lineage is not None:
        yield from (f"  {line}" for line in lineage_lines(credentials.lineage))
    yield from _told_by(_story(found))
    for medium, mark in told["watermark"].items():
        yield f"Watermark in {medium}: {_mark_words(mark)}"
    yield _registry_words(told["registry"])
    for name, state in map(consent_words, told["credentials"]["consents"]):
        yield f"Consent of {name}: {state}."
    yield from (f"Note: {note}" for note in told["notes"])


def _told_by(story: Mapping[str, Any]) -> Iterator[str]:
    if not story:
        return
    models = ", ".join(str(one.get("name")) for one in story.get("models", []))
    if models:
        yield f"  Model: {models}."
    for prompt in story.get("prompts", []):
        if "text" in prompt:
            yield f"  Prompt: {prompt['text']}"
        elif "sha256" in prompt:
            yield f"  Prompt: told by its SHA-256 {prompt['sha256'][:16]}..."
    mark = story.get("visible_mark", {})
    if not mark.get("shown"):
        yield f"  No visible mark: {mark.get('reason', 'none was drawn')}."
    yield f"  Remix: {story.get('remix', 'not said')}."


def _mark_words(mark: Mapping[str, Any]) -> str:
    if mark["identifier"] is not None:
        return f"{mark['identifier']} (by chance: {mark['p_value']:.1e})."
    if mark["found"]:
        return f"there, but too damaged to read (by chance: {mark['p_value']:.1e})."
    return "none of this installation."


def _registry_words(registry: Mapping[str, Any] | None) -> str:
    if registry is None:
        return "Registry: nothing known."
    how = {
        "file": "is exactly the file that was saved as",
        "watermark": "leads by its watermark to",
        "fingerprint": "looks and sounds like",
    }
    same = {True: "content matches", False: "CONTENT DOES NOT MATCH", None: "content unclear"}
    found = f"{how[registry['found_by']]} {registry['title']} ({registry['manifest_id']})"
    return f"Registry: {found}; {same[registry['content_matches']]}."
