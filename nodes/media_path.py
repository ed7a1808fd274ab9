"""A file that a graph names: by a widget, by the path of another block, or inside a VIDEO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..host import annotated_path, folder_of
from ..host.containment import is_within

FOLDERS = ("input", "output", "temp")


def named_file(name: str) -> Path:
    """Return the file of ``clip.mp4``, ``clip.mp4 [output]`` or a path that a block gave.

    Raises:
        ValueError: nothing is named, or it lies outside of the input, output and temp folders.
    """
    given = name.strip()
    if not given:
        raise ValueError("no file is named. Connect a VIDEO or the path of Hibari Save Video")
    path = Path(given)
    if "\0" in given or not path.is_absolute():
        return annotated_path(given)
    if not any(is_within(folder_of(kind), path) for kind in FOLDERS):
        raise ValueError(
            f"file {path.name!r} lies outside of the input, output and temp folders. "
            "Move it to one of them"
        )
    if not path.is_file():
        raise ValueError(f"file {path.name!r} is not there. Check its name")
    return path.resolve()


def file_of(video: Any, name: str) -> Path:
    """Return the file behind a VIDEO, else the named one.

    Raises:
        ValueError: the VIDEO lives in memory, or as :func:`named_file`.
    """
    if video is None:
        return named_file(name)
    start, duration = video.get_active_trim_window()
    source = video.get_stream_source() if not (start or duration) else None
    if not isinstance(source, (str, Path)):
        raise ValueError(
            "this VIDEO was changed or never saved, so it has no credentials. "
            "Connect the video of Hibari Save Video or of Load Video"
        )
    return Path(source)
