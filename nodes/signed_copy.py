"""Copies of finished files: their pictures and sound stay, their credentials name the original."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from ..trust.credentials.contribution import Contribution


def sign_copy(source: Path, target: Path, story: Sequence[Contribution] = ()) -> None:
    """Write ``target``: ``source`` byte for byte, signed as its remix with ``story``.

    Raises:
        ValueError: the type cannot be signed, or the file was changed after it was signed.
        OSError: the file cannot be read or written; nothing is left behind.
    """
    from ..host.media import partial_file
    from ..trust.credentials.signer import can_sign

    if not can_sign(source):
        raise ValueError(
            f"{source.name} is of a type that cannot be signed. "
            "Use mp4, m4a, wav, flac, mp3, png, jpg or webp"
        )
    with partial_file(target) as partial:
        shutil.copyfile(source, partial)
        label_copy(source, partial, target.name, story)


def label_copy(source: Path, partial: Path, title: str, story: Sequence[Contribution] = ()) -> None:
    """Sign ``partial``, a copy of ``source``, in place and register it as ``title``.

    A copy carries the marks of its source: those that the registry knows of.

    Raises:
        ValueError: the source was changed after it was signed.
    """
    from ..trust.credentials.manifest import file_hash
    from ..trust.credentials.settings import load_settings
    from .publication import marks_of_record, open_registry, publish
    from .senses import content_of

    settings = load_settings()
    told = [Contribution("parent", {"path": str(source)}), *story]
    known = open_registry(settings).by_file(file_hash(source))
    if known is not None:
        told += [mark for mark in marks_of_record(known) if mark not in told]
    publish(partial, title, told, content_of(partial), settings)
