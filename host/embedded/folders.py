"""Folders of the embedded host: input, output, temp, checkpoints and state.

State and model files live below ``HIBARI_HOME`` (by default the platform's data folder). Input and
output default to folders of the working directory and are set once, before a graph runs. Names
that come from a graph are hostile: they are resolved and must stay inside their folder.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..bundled import BUNDLED_CHECKPOINT, BUNDLED_PATH
from ..containment import check_letters, is_within

_ANNOTATION = re.compile(r"(?P<name>.*?) ?\[(?P<folder>input|output|temp)\]\s*", re.DOTALL)


@dataclass(frozen=True)
class Folders:
    """Where the embedded host reads and writes; None stands for the default."""

    input: Path | None = None
    output: Path | None = None
    temp: Path | None = None


_folders = Folders()


def set_folders(**changed: Path | None) -> None:
    """Set ``input``, ``output`` or ``temp`` for the rest of the process (None: the default)."""
    global _folders  # noqa: PLW0603 - folders belong to the process, as in ComfyUI
    _folders = replace(
        _folders, **{kind: path and path.absolute() for kind, path in changed.items()}
    )


def user_directory() -> Path:
    """Folder of state that outlives a run: ``HIBARI_HOME``, else the platform's data folder."""
    home = os.environ.get("HIBARI_HOME")
    if home:
        return Path(home).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "Hibari"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Hibari"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "hibari"


def input_directory() -> Path:
    """Folder of files that graphs load; by default ``input`` here if there is one, else here."""
    here = Path.cwd() / "input"
    return _folders.input or (here if here.is_dir() else Path.cwd())


def output_directory() -> Path:
    """Folder of finished results; by default ``output`` in the working directory."""
    return _folders.output or Path.cwd() / "output"


def temp_directory() -> Path:
    """Folder of previews, below the system's temporary folder."""
    return _folders.temp or Path(tempfile.gettempdir()) / "hibari"


def checkpoints_directory() -> Path:
    """Folder where people put LTX-2-format checkpoints."""
    return user_directory() / "models" / "checkpoints"


def checkpoint_names() -> list[str]:
    """Names for a dropdown: the bundled checkpoint first, then the files of the folder, sorted."""
    folder = checkpoints_directory()
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.safetensors"))
    return [BUNDLED_CHECKPOINT, *(name for name in found if name != BUNDLED_CHECKPOINT)]


def checkpoint_path(name: str) -> Path:
    """File of a name from :func:`checkpoint_names`.

    Raises:
        ValueError: there is no such checkpoint.
    """
    if name == BUNDLED_CHECKPOINT and BUNDLED_PATH.is_file():
        return BUNDLED_PATH
    folder = checkpoints_directory()
    path = folder / name
    if not is_within(folder, path) or not path.is_file():
        raise ValueError(
            f"checkpoint {name!r} is not there; put the .safetensors file into {folder}"
        )
    return path


def annotated_path(name: str) -> Path:
    """File of a widget value such as ``clip.mp4`` or ``clip.mp4 [output]``.

    Raises:
        ValueError: the name leads out of its folder, or there is no such file.
    """
    found = _ANNOTATION.fullmatch(name)
    bare, kind = (found["name"], found["folder"]) if found else (name, "input")
    folder = folder_of(kind)
    path = folder / bare
    if not bare or not is_within(folder, path):
        raise ValueError(f"file {name!r} lies outside of {folder}; pick a file in that folder")
    if not path.is_file():
        raise ValueError(f"file {name!r} is not in {folder}; put it there or pick another one")
    return path


def folder_of(kind: str) -> Path:
    """The "input", "output" or "temp" folder."""
    chosen = {"input": input_directory, "output": output_directory, "temp": temp_directory}
    return chosen[kind]()


def result_path(result: Mapping[str, str]) -> Path:
    """File that a block showed as ``{"filename", "subfolder", "type"}``."""
    return folder_of(result["type"]) / result["subfolder"] / result["filename"]


def input_names(suffixes: frozenset[str]) -> list[str]:
    """Names for a dropdown: files of the input folder with one of the suffixes, sorted."""
    folder = input_directory()
    if not folder.is_dir():
        return []
    return sorted(
        path.name for path in folder.iterdir() if path.suffix.lower() in suffixes and path.is_file()
    )


def save_path(
    prefix: str, width: int = 0, height: int = 0, kind: str = "output"
) -> tuple[Path, str, int, str]:
    """(folder, file name stem, counter, subfolder) for a new result; the folder is made.

    ``prefix`` may hold a subfolder and ``%width%``, ``%height%``, ``%year%``, ``%month%``,
    ``%day%``, ``%hour%``, ``%minute%`` and ``%second%``. Results are named ``stem_00001_``.

    Raises:
        ValueError: the prefix leads out of the folder, or holds control characters.
    """
    check_letters(prefix)
    filled = Path(os.path.normpath(_filled(prefix, width, height)))
    root = folder_of(kind)
    folder = root / filled.parent
    if filled.is_absolute() or not is_within(root, folder) or filled.name in ("", ".."):
        raise ValueError(
            f"file name prefix {prefix!r} leads out of the {kind} folder; use a name below it"
        )
    folder.mkdir(parents=True, exist_ok=True)
    subfolder = "" if filled.parent == Path() else filled.parent.as_posix()
    return folder, filled.name, _next_counter(folder, filled.name), subfolder


def _filled(prefix: str, width: int, height: int) -> str:
    now = time.localtime()
    clock = {"month": now.tm_mon, "day": now.tm_mday, "hour": now.tm_hour}
    clock |= {"minute": now.tm_min, "second": now.tm_sec}
    values = {"width": str(width), "height": str(height), "year": str(now.tm_year)}
    values |= {name: f"{value:02}" for name, value in clock.items()}
    for name, value in values.items():
        prefix = prefix.replace(f"%{name}%", value)
    return prefix


def _next_counter(folder: Path, stem: str) -> int:
    numbered = re.compile(re.escape(stem) + r"_(\d+)[_.].*", re.DOTALL)
    counts = [int(found[1]) for path in folder.iterdir() if (found := numbered.match(path.name))]
    return max(counts, default=0) + 1
