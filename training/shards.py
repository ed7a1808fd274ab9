"""A checkpoint in pieces small enough to carry, and back: ``NAME.000``, ... and ``NAME.json``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

SHARD_BYTES = 15 * 2**20


def split_file(path: Path, folder: Path, shard_bytes: int = SHARD_BYTES) -> list[Path]:
    """Writes a file's pieces and their list with SHA-256; the list comes last.

    Raises:
        FileNotFoundError: there is no such file.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest, pieces = hashlib.sha256(), []
    with path.open("rb") as file:
        while data := file.read(shard_bytes):
            digest.update(data)
            pieces.append(folder / f"{path.name}.{len(pieces):03d}")
            pieces[-1].write_bytes(data)
    listing = folder / f"{path.name}.json"
    names = [piece.name for piece in pieces]
    listing.write_text(json.dumps({"pieces": names, "sha256": digest.hexdigest()}), "utf-8")
    return [*pieces, listing]


def join_file(listing: Path, path: Path) -> None:
    """Puts the pieces of a list together again, under its final name only when it is whole.

    Raises:
        FileNotFoundError: the list or a piece is absent.
        ValueError: the pieces are not what was split, or the list is no list.
    """
    try:
        facts = json.loads(listing.read_text("utf-8"))
        names, wanted = [str(name) for name in facts["pieces"]], facts["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{listing} lists no pieces ({error}); give NAME.json") from error
    digest = hashlib.sha256()
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:
            for name in names:
                data = (listing.parent / Path(name).name).read_bytes()
                digest.update(data)
                file.write(data)
        if digest.hexdigest() != wanted:
            raise ValueError(f"the pieces of {listing} are damaged; fetch them again")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
