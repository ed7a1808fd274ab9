"""Folders and model files of a running ComfyUI, over its ``folder_paths``.

The checkpoint that comes with the pack is listed first and under a fixed name, so that graphs
which use it open everywhere; all others are what ComfyUI (and ``extra_model_paths.yaml``) lists.
"""

from __future__ import annotations

from pathlib import Path

import folder_paths

from ..bundled import BUNDLED_CHECKPOINT, BUNDLED_PATH
from ..containment import check_letters, is_within

CHECKPOINTS = "checkpoints"


def checkpoint_names() -> list[str]:
    """Names for a dropdown: the bundled checkpoint first, then ComfyUI's, sorted by folder."""
    others = folder_paths.get_filename_list(CHECKPOINTS)
    readable = [name for name in others if name.lower().endswith(".safetensors")]
    return [BUNDLED_CHECKPOINT, *(name for name in readable if name != BUNDLED_CHECKPOINT)]


def checkpoint_path(name: str) -> Path:
    """Return the file of a name from :func:`checkpoint_names`.

    Raises:
        ValueError: no such file in any checkpoints folder.
    """
    if name == BUNDLED_CHECKPOINT and BUNDLED_PATH.is_file():
        return BUNDLED_PATH
    found = folder_paths.get_full_path(CHECKPOINTS, name)
    if found is None:
        folders = ", ".join(folder_paths.get_folder_paths(CHECKPOINTS))
        raise ValueError(
            f"checkpoint {name!r} is not there; put the .safetensors file into one of: {folders}"
        )
    return Path(found)


def input_directory() -> Path:
    """Folder of files that people load into graphs."""
    return Path(folder_paths.get_input_directory())


def output_directory() -> Path:
    """Folder of finished results."""
    return Path(folder_paths.get_output_directory())


def temp_directory() -> Path:
    """Folder of previews; ComfyUI empties it at start."""
    return Path(folder_paths.get_temp_directory())


def user_directory() -> Path:
    """Folder of state that outlives a session."""
    return Path(folder_paths.get_user_directory())


def folder_of(kind: str) -> Path:
    """The "input", "output" or "temp" folder."""
    chosen = {"input": input_directory, "output": output_directory, "temp": temp_directory}
    return chosen[kind]()


def input_names(suffixes: frozenset[str]) -> list[str]:
    """Names for a dropdown: files of the input folder with one of the suffixes, sorted."""
    files = (path for path in input_directory().iterdir() if path.is_file())
    return sorted(path.name for path in files if path.suffix.lower() in suffixes)


def save_path(
    prefix: str, width: int = 0, height: int = 0, kind: str = "output"
) -> tuple[Path, str, int, str]:
    """(folder, file name stem, counter, subfolder) for a new result; the folder is made.

    ``prefix`` may hold a subfolder and ComfyUI's ``%width%``, ``%year%``... marks.

    Raises:
        ValueError: the prefix leads out of the folder, or holds control characters.
    """
    check_letters(prefix)
    root = folder_of(kind)
    if not is_within(root, root / prefix):
        raise ValueError(
            f"file name prefix {prefix!r} leads out of the {kind} folder; use a name below it"
        )
    folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
        prefix, str(root), width, height
    )
    return Path(folder), name, counter, subfolder


def annotated_path(name: str) -> Path:
    """Return the file of a widget value such as ``clip.mp4`` or ``clip.mp4 [output]``.

    Raises:
        ValueError: the name leads out of its folder, or there is no such file.
    """
    bare, base = folder_paths.annotated_filepath(name)
    folder = Path(base or folder_paths.get_input_directory())
    path = folder / bare
    if not is_within(folder, path):
        raise ValueError(f"file {name!r} lies outside of {folder}; pick a file in that folder")
    if not path.is_file():
        raise ValueError(f"file {name!r} is not in {folder}; upload it or pick another one")
    return path
