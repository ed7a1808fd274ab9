"""Names that come from graphs are hostile: they must stay in the folder that they are meant for."""

from __future__ import annotations

import os
from pathlib import Path


def is_within(folder: Path, path: Path) -> bool:
    r"""Whether ``path`` lies in ``folder``, as it is written and with all links followed.

    What is written is judged first: Windows logs in at the machine of ``\\machine\share`` as soon
    as that path is looked at.
    """
    if "\0" in str(path):
        return False
    written = Path(os.path.normpath(path))
    roots = (Path(os.path.normpath(folder)), folder.resolve())
    if not any(written.is_relative_to(root) for root in roots):
        return False
    try:
        return path.resolve().is_relative_to(roots[1])
    except (OSError, RuntimeError):  # a loop of links
        return False


def check_letters(prefix: str) -> None:
    """Refuse a name for results that systems read differently: a zero byte ends it for some.

    Raises:
        ValueError: it holds control characters.
    """
    if any(letter < " " for letter in prefix):
        raise ValueError(
            f"file name prefix {prefix!r} holds control characters. Use letters, digits, - and _"
        )
