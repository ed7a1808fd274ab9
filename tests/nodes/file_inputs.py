"""Every input by which a graph names a file, and names that must not be followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SECRET = "secret.mp4"
READING = (
    ("HibariLoadModel", "checkpoint"),
    ("HibariTextToVideo", "checkpoint"),
    ("HibariLoadCameo", "cameo"),
    ("HibariSignFile", "file"),
    ("HibariVerify", "file"),
)
WRITING = (
    ("HibariSaveVideo", "filename_prefix"),
    ("HibariSignFile", "filename_prefix"),
    ("HibariVerify", "page_prefix"),
)
TO_READ = (
    f"../{SECRET}",
    f"sub/../../{SECRET}",
    f"..\\{SECRET}",
    "/etc/passwd",
    "//server/share/secret.mp4",
    r"\\server\share\secret.mp4",
    r"C:\Windows\win.ini",
    "file:///etc/passwd",
    "~/secret.mp4",
    "linked.mp4",
    f"linked/{SECRET}",
    f"../{SECRET} [output]",
    f"../{SECRET} [input]",
    f"{SECRET}\0",
    f"\0../{SECRET}",
)
TO_WRITE = (
    "../x",
    "a/../../x",
    "..",
    "/tmp/x",
    "//server/share/x",
    "linked/x",
    "x\0",
    "\0/../x",
)
NAMES_A_FILE = re.compile(r"(^|_)(file|files|path|folder|prefix|checkpoint|cameo|storyboard|lora)$")
Infos = Mapping[str, Mapping[str, Any]]


def named_like_a_file(infos: Infos) -> set[tuple[str, str]]:
    """Widgets of our blocks whose name says that they name a file."""
    return {
        (block, name)
        for block, info in infos.items()
        if block.startswith("Hibari")
        for group in ("required", "optional")
        for name, (kind, *_) in info["input"].get(group, {}).items()
        if kind in {"STRING", "COMBO"} and NAMES_A_FILE.search(name)
    }


def set_traps(base: Path) -> set[Path]:
    """Put a secret beside the input and output folders of ``base``, and links that lead to it."""
    (base / SECRET).write_bytes(b"not for graphs")
    for folder in (base / "input", base / "output"):
        (folder / "linked").symlink_to(base, target_is_directory=True)
    (base / "input" / "linked.mp4").symlink_to(base / SECRET)
    return files_outside(base)


def files_outside(base: Path) -> set[Path]:
    """Files below ``base`` that no graph may add to."""
    watched = (path for path in base.rglob("*") if path.is_file())
    return {path for path in watched if not path.is_relative_to(base / "output")}
