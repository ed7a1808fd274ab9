"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import is_disk_full, write_error


@contextmanager
def partial_file(path: Path) -> Iterator[Path]:
    """Yield a hidden sibling of ``path`` to write to; it takes the final name on success.

    The folder is made when missing. On any exception, an interruption included, the sibling is
    removed and an older file under the final name stays as it was.

    Raises:
        MediaWriteError: disk full, no permission, or no such folder.
    """
    # Not tempfile: its 0600 mode would survive the rename and lock other users out.
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(path)
    except OSError as error:
        _remove(partial)
        if is_disk_full(error) or _concerns(error, partial):
            raise write_error(path, error) from error
        raise
    except BaseException:
        _remove(partial)
        raise


def _remove(partial: Path) -> None:
    with suppress(OSError):  # never made, or its folder is no folder
        partial.unlink()


def _concerns(error: OSError, partial: Path) -> bool:
    """True when the error is about our file or its folder, not about something being read."""
    names = {os.fspath(partial), os.fspath(partial.parent)}
    return str(error.filename) in names or str(error.filename2) in names
