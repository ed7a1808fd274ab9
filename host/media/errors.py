"""What can go wrong with a media file, each said in one sentence.

``MediaError`` blames what was given, ``MediaWriteError`` blames the place it should be written to.
"""

from __future__ import annotations

import errno
from pathlib import Path

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class MediaError(ValueError):
    """A media file or a waveform that cannot be used; the message names it and says what to do."""


class MediaWriteError(OSError):
    """A media file that could not be written; nothing was left behind under its name."""

    def __str__(self) -> str:
        # OSError would print "[Errno 28] ..." before the sentence.
        return str(self.strerror)


def is_disk_full(error: OSError) -> bool:
    """True when there was no room left: disk, quota or the largest file the system allows."""
    return error.errno in _NO_ROOM


def write_error(path: Path, error: OSError) -> MediaWriteError:
    """Return the sentence for an operating system error met while writing ``path``."""
    if is_disk_full(error):
        sentence = (
            f"{path.name} could not be written: no space left in {path.parent}. "
            "Free some space there or choose another output folder."
        )
    else:
        reason = (error.strerror or "unknown reason").lower()
        sentence = (
            f"{path.name} could not be written to {path.parent}: {reason}. "
            "Choose a folder that exists and that you may write to."
        )
    return MediaWriteError(error.errno, sentence, str(path))


def read_error(path: Path, kind: str, allowed: str) -> MediaError:
    """Return the sentence for a file that is no readable ``kind`` ("video", "image", "audio")."""
    return MediaError(
        f"{path.name} cannot be read as {kind}: the file is damaged or of another type. "
        f"Use {allowed}."
    )


def existing_file(path: str | Path) -> Path:
    """Return ``path`` made absolute.

    Raises:
        MediaError: there is no such file, or it is a folder, or it is empty.
    """
    found = Path(path).absolute()
    if not found.is_file():
        raise MediaError(f"{found.name} was not found in {found.parent}. Check the file name.")
    if found.stat().st_size == 0:
        raise MediaError(f"{found.name} is empty (0 bytes). Choose another file.")
    return found
