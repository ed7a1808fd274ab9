"""What the credentials in a file say, and whether they hold.

``Valid`` of C2PA is not enough: it is also said of a stranger's certificate, and of a remix of a
part that was changed (the failure then sits in that part's own record). So the whole tree of
ingredients is walked, and a trusted signature is its own state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .certificates import ORGANISATION, trusted_anchors
from .lineage import (
    UNTRUSTED,
    Lineage,
    Problem,
    all_parts,
    assertion_of,
    assertions_of,
    failures_of,
    lineage_of,
    problem_of,
    state_of,
    worst_state,
)
from .manifest import GENERATION, GENERATOR, SOFT_BINDING, TRAINING
from .media_type import SIGNABLE, media_type
from .signer import sdk_settings
from .store import embedded_store, has_store_remains, structure_problems

STATES = ("trusted", "valid", "expired", "tampered", "none", "unreadable")


@dataclass(frozen=True)
class Credentials:
    """What a file says of itself. ``state`` is one of :data:`STATES`."""

    state: str
    manifest_id: str | None = None
    title: str | None = None
    generator: str | None = None
    signed_at: str | None = None
    signer: Mapping[str, Any] = field(default_factory=dict)
    actions: tuple[Mapping[str, Any], ...] = ()
    generation: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    soft_bindings: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[Problem, ...] = ()
    lineage: Lineage | None = None
    thumbnail: bytes = field(default=b"", repr=False)


def read_credentials(path: Path, store: bytes | None = None) -> Credentials:
    """Return what a file's credentials say and whether they hold; no server is asked.

    ``store`` is a detached manifest store to check the file against.

    Raises:
        OSError: the file cannot be opened.
    """
    kind = media_type(path)
    if kind not in SIGNABLE:
        return Credentials("none")
    import c2pa

    try:
        with (
            c2pa.Context.from_dict(sdk_settings(trusted_anchors())) as context,
            path.open("rb") as stream,
            c2pa.Reader(kind, stream, manifest_data=store, context=context) as reader,
        ):
            told = json.loads(reader.json())
            thumbnail = _thumbnail(reader, told)
    except c2pa.C2paError.ManifestNotFound:
        return _without_manifest(path, kind)
    except c2pa.C2paError as error:
        return _unreadable(path, kind, str(error))
    odd = [] if store is not None else _odd_bytes(path, kind, told)
    return _credentials(told, odd, thumbnail)


def read_store(store: bytes) -> Credentials:
    """Return what a manifest store says by itself; whether a file matches it is not asked.

    Raises:
        ValueError: not a manifest store.
    """
    import io

    import c2pa

    try:
        with (
            c2pa.Context.from_dict(sdk_settings(trusted_anchors())) as context,
            c2pa.Reader("application/c2pa", io.BytesIO(store), context=context) as reader,
        ):
            told = json.loads(reader.json())
            return _credentials(told, [], _thumbnail(reader, told))
    except c2pa.C2paError as error:
        raise ValueError(f"the manifest store cannot be read: {error}") from error


def _without_manifest(path: Path, kind: str) -> Credentials:
    """No manifest: fine, unless a box that should hold one is there and holds none."""
    is_mp4 = kind.endswith("/mp4")
    if embedded_store(path, kind) is None and not (is_mp4 and has_store_remains(path)):
        return Credentials("none")
    problem = Problem("manifest.unreadable", "the manifest was damaged", "this file")
    return Credentials("tampered", problems=(problem,))


def _unreadable(path: Path, kind: str, error: str) -> Credentials:
    """A manifest that cannot be parsed was damaged; a file that cannot be parsed is no media."""
    try:
        found = embedded_store(path, kind)
    except (OSError, ValueError):
        found = None
    if found is None:
        return Credentials("unreadable", problems=(Problem("file.unreadable", error, "this file"),))
    problem = Problem("manifest.unreadable", f"the manifest was damaged: {error}", "this file")
    return Credentials("tampered", problems=(problem,))


def _credentials(told: Mapping[str, Any], odd: list[str], thumbnail: bytes) -> Credentials:
    manifest_id = str(told.get("active_manifest"))
    manifest = told.get("manifests", {}).get(manifest_id, {})
    failures = failures_of(told.get("validation_results"))
    problems = [
        *(problem_of(one, "this file") for one in failures if one.get("code") != UNTRUSTED),
        *(Problem("manifest.structure", what, "this file") for what in odd),
    ]
    state = state_of(told.get("validation_results"), odd)
    lineage = lineage_of(told, manifest_id, state)
    problems += [problem for part in all_parts(lineage) for problem in part.problems]
    actions = assertion_of(manifest, "c2pa.actions").get("actions", [])
    return Credentials(
        worst_state(lineage),
        manifest_id,
        manifest.get("title"),
        _generator(manifest),
        next((one["when"] for one in actions if one.get("when")), None),
        _signer(manifest, failures),
        tuple(actions),
        assertion_of(manifest, GENERATION),
        assertion_of(manifest, TRAINING),
        tuple(assertions_of(manifest, SOFT_BINDING)),
        tuple(problems),
        lineage,
        thumbnail,
    )


def _signer(manifest: Mapping[str, Any], failures: list[Mapping[str, Any]]) -> dict[str, Any]:
    info = manifest.get("signature_info", {})
    return {
        "name": info.get("common_name"),
        "organisation": info.get("issuer"),
        "self_made": info.get("issuer") == ORGANISATION,
        "trusted": not any(one.get("code") == UNTRUSTED for one in failures),
        "time_stamped": info.get("time"),
    }


def _generator(manifest: Mapping[str, Any]) -> str | None:
    info = manifest.get("claim_generator_info") or [{}]
    return " ".join(str(info[0][key]) for key in ("name", "version") if key in info[0]) or None


def _odd_bytes(path: Path, kind: str, told: Mapping[str, Any]) -> list[str]:
    """Return unusual bytes around the manifest; only of our own files, whose form we know."""
    manifest = told.get("manifests", {}).get(told.get("active_manifest"), {})
    if not (_generator(manifest) or "").startswith(f"{GENERATOR} "):
        return []
    found = embedded_store(path, kind)
    return [] if found is None else found[1] + structure_problems(found[0])


def _thumbnail(reader: Any, told: Mapping[str, Any]) -> bytes:
    import io

    import c2pa

    manifest = told.get("manifests", {}).get(told.get("active_manifest"), {})
    picture = manifest.get("thumbnail", {})
    if picture.get("format") != "image/jpeg" or not picture.get("identifier"):
        return b""
    stream = io.BytesIO()
    try:
        reader.resource_to_stream(picture["identifier"], stream)
    except c2pa.C2paError:
        return b""
    return stream.getvalue()
