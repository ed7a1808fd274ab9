"""The last step of every file that leaves: fingerprint, signature, registry; then it gets its name.

The registry is written before the file appears, so that a process killed in between leaves an entry
without a file, never a file without an entry.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..trust.credentials.contribution import Contribution
from ..trust.credentials.manifest import GENERATION, draft_manifest, file_hash
from ..trust.credentials.media_type import media_type
from ..trust.credentials.settings import CredentialSettings
from ..trust.credentials.signer import can_sign, sign_file

if TYPE_CHECKING:
    from ..trust.registry import Record, Registry

_THUMBNAIL_PX = 192


@dataclass(frozen=True)
class Content:
    """What a file shows and sounds like: some uint8 ``frames``, its AUDIO or None, its length."""

    frames: tuple[np.ndarray, ...] = ()
    audio: dict[str, Any] | None = None
    duration_s: float = 0.0


def publish(
    partial: Path,
    title: str,
    story: Sequence[Contribution],
    content: Content,
    settings: CredentialSettings,
) -> Record:
    """Sign ``partial`` in place and register it under the name ``title``; return its record.

    A type that C2PA has no place for (webm) is registered unsigned: its marks lead to the entry.

    Raises:
        ValueError: a part of it was changed after it was signed, or the certificate cannot sign.
    """
    from .. import __version__
    from ..trust.registry import Record, audio_fingerprint, video_fingerprint

    thumbnail = thumbnail_of(content.frames)
    draft = draft_manifest(
        story, settings, title=title, version=__version__, thumbnail_jpeg=thumbnail
    )
    manifest_id, store = f"urn:uuid:{uuid.uuid4()}", b""
    if can_sign(partial):
        signed = sign_file(partial, partial, draft)
        manifest_id, store = signed.manifest_id, signed.store
    marks = [str(part.details["identifier"]) for part in story if part.kind == "watermark"]
    record = Record(
        manifest_id,
        title,
        media_type(partial) or "application/octet-stream",
        file_hash(partial),
        store,
        dict(draft.definition),
        thumbnail,
        content.duration_s,
        tuple(dict.fromkeys(marks)),
        video_fingerprint.fingerprint_of(content.frames) if content.frames else None,
        audio_fingerprint.fingerprint_of(content.audio) if content.audio else None,
    )
    open_registry(settings).add(record)
    return record


def marks_of_record(record: Record) -> list[Contribution]:
    """Return the watermarks that a registered file carries, to tell of a copy of it."""
    for assertion in record.story.get("assertions", []):
        if assertion.get("label") == GENERATION:
            marks = assertion["data"].get("watermarks", [])
            kept = ("algorithm", "identifier", "medium")
            return [Contribution("watermark", {key: mark[key] for key in kept}) for mark in marks]
    return []


def open_registry(settings: CredentialSettings) -> Registry:
    """Return the registry of the settings: the ledger of Hibari's folder, or a database by URL."""
    from ..trust.home import open_database
    from ..trust.registry.registry import registry_of

    return registry_of(open_database(settings.registry.url))


def thumbnail_of(frames: Sequence[np.ndarray]) -> bytes:
    """Return the middle frame as a small JPEG; empty without frames."""
    from PIL import Image

    if not frames:
        return b""
    picture = Image.fromarray(frames[len(frames) // 2])
    picture.thumbnail((_THUMBNAIL_PX, _THUMBNAIL_PX))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=70)
    return buffer.getvalue()
