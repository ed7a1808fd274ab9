"""What a file says of itself and whether it holds: credentials, watermark, registry, one verdict.

The three are told apart, because each can be lost alone: credentials go with the next remux, marks
with enough damage, and a registry knows only what was saved with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..trust.credentials.lineage import Problem
from ..trust.credentials.media_type import media_type
from ..trust.credentials.settings import load_settings
from ..trust.credentials.verify import Credentials, read_credentials
from .publication import open_registry
from .senses import MarkFound, Senses, senses_of

if TYPE_CHECKING:
    from ..trust.registry import Match, Record

VERDICTS = {
    "valid": "The credentials hold and their signer is trusted here.",
    "untrusted": "The credentials hold, but their signer is not one that is trusted here.",
    "tampered": "The file, or a part that went into it, was changed after it was signed.",
    "recovered": "The credentials were lost; the watermark leads to them, and the content matches.",
    "mismatch": "The file carries a watermark of other content: the mark was copied onto it.",
    "fingerprint": "No credentials and no watermark, but it looks and sounds like a known clip.",
    "marked": "The file carries a watermark of this installation that no record explains.",
    "unknown": "Nothing was found: no credentials, no watermark, no known content.",
    "unreadable": "The file cannot be read as a picture, sound or video.",
}


@dataclass(frozen=True)
class Inspection:
    """Everything that is known of a file; ``verdict`` is a key of :data:`VERDICTS`."""

    path: Path
    media_type: str | None
    credentials: Credentials
    marks: dict[str, MarkFound]
    match: Match | None
    matched_by: str | None
    verdict: str
    notes: tuple[str, ...] = ()
    thumbnail: bytes = field(default=b"", repr=False)


def inspect(path: Path) -> Inspection:
    """Return what is known of a file.

    Raises:
        ValueError: there is no such file, or it is empty.
    """
    if not path.is_file() or path.stat().st_size == 0:
        raise ValueError(f"{path.name} is not there or empty. Name a picture, sound or video.")
    kind, credentials, senses = media_type(path), read_credentials(path), senses_of(path)
    match, matched_by, notes = _known(path, senses)
    credentials = _with_outside(credentials, matched_by)
    verdict = _verdict(credentials, senses, match, matched_by)
    notes += _contradictions(credentials, match, matched_by)
    thumbnail = credentials.thumbnail or (match.record.thumbnail if match else b"")
    return Inspection(
        path, kind, credentials, senses.marks, match, matched_by, verdict, tuple(notes), thumbnail
    )


def _known(path: Path, senses: Senses) -> tuple[Match | None, str | None, list[str]]:
    """Return what the registry knows: by exact file, by watermark, by likeness, in that order."""
    from ..trust.credentials.manifest import file_hash
    from ..trust.registry.registry import Match, compare

    registry = open_registry(load_settings())
    exact = registry.by_file(file_hash(path))
    if exact is not None:
        return Match(exact, None, None, True), "file", []
    by_mark = [
        compare(record, senses.video, senses.audio)
        for identifier in _identifiers(senses)
        for record in registry.by_identifier(identifier)
    ]
    if by_mark:
        best = max(by_mark, key=_likeness)
        notes = _other_manifests(best.record, [one.record for one in by_mark])
        return best, "watermark", notes
    match = registry.by_content(senses.video, senses.audio) if senses.readable else None
    return match, None if match is None else "fingerprint", []


def _identifiers(senses: Senses) -> list[str]:
    marks = [mark.identifier for mark in senses.marks.values() if mark.identifier is not None]
    return list(dict.fromkeys(marks))


def _likeness(match: Match) -> tuple[int, float]:
    order = {True: 2, None: 1, False: 0}
    return order[match.same], (match.video_similarity or match.audio_similarity or 0.0)


def _other_manifests(best: Record, records: list[Record]) -> list[str]:
    others = {one.manifest_id for one in records if one.manifest_id != best.manifest_id}
    if not others:
        return []
    return [f"{len(others)} more saved files carry the same mark; the most alike is named."]


def _with_outside(credentials: Credentials, matched_by: str | None) -> Credentials:
    """Say when bytes that C2PA does not hash differ from those of the file that was registered."""
    if credentials.state != "trusted" or matched_by == "file":
        return credentials
    known = open_registry(load_settings()).by_manifest(str(credentials.manifest_id))
    if known is None:
        return credentials
    what = "bytes that the signature does not cover were changed"
    problem = Problem("file.changed", what, "this file")
    return replace(credentials, state="tampered", problems=(*credentials.problems, problem))


def _contradictions(
    credentials: Credentials, match: Match | None, matched_by: str | None
) -> list[str]:
    """Say where the watermark tells another story than the credentials."""
    if match is None or matched_by != "watermark" or credentials.manifest_id is None:
        return []
    if match.record.manifest_id == credentials.manifest_id:
        return []
    if match.same is False:
        return ["The watermark was copied from other content: it does not match these pictures."]
    return [f"The watermark says that it was first saved as {match.record.title}."]


def _verdict(
    credentials: Credentials, senses: Senses, match: Match | None, matched_by: str | None
) -> str:
    if credentials.state in ("trusted", "valid", "expired", "tampered"):
        return _verdict_of_credentials(credentials, matched_by)
    if matched_by == "watermark" and match is not None:
        return "mismatch" if match.same is False else "recovered"
    if matched_by == "file":
        return "recovered"
    if matched_by == "fingerprint":
        return "fingerprint"
    if any(mark.found for mark in senses.marks.values()):
        return "marked"
    return "unknown" if senses.readable else "unreadable"


def _verdict_of_credentials(credentials: Credentials, matched_by: str | None) -> str:
    if credentials.state == "trusted":
        return "valid"
    if credentials.state == "expired" and matched_by == "file":
        # our own ledger is the witness that the file was there while the certificate was valid
        return "valid"
    if credentials.state == "tampered":
        return "tampered"
    return "untrusted"
