"""Names of cameos: readable, one script, and never a look-alike of another one.

Names stand in prompts, menus and file names, so they hold letters, digits, spaces, ``-`` and ``_``
only. Letters of two scripts in one name (a Cyrillic a in anna) are refused, and two names count as
the same when people cannot tell them apart.
"""

from __future__ import annotations

import re
import unicodedata

from ..guard.confusables import latin
from .container import CameoError

MAX_NAME_CHARS = 64
NO_CAMEO = "choose a cameo"
"""What the load block is set to while no cameo is chosen; no cameo can be called so."""
MENTION = re.compile(r"(?<![\w@])@(\w[\w-]*)")
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
# Shapes that a Latin name itself confuses; other scripts are folded by the guard.
_TO_LATIN = str.maketrans("01l|!", "oiiii")


def checked_name(text: str) -> str:
    """Return the name in composed form (NFKC), spaces around it removed.

    Raises:
        CameoError: it is empty, too long, mixes scripts, or holds anything but letters, digits,
            spaces, ``-`` and ``_``.
    """
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name or len(name) > MAX_NAME_CHARS or skeleton(name) == skeleton(NO_CAMEO):
        raise CameoError(
            f"the name {text[:80]!r} is reserved, or has no 1 to {MAX_NAME_CHARS} characters"
        )
    odd = [letter for letter in name if not (letter.isalnum() or letter in " -_")]
    if odd or not name[0].isalnum():
        raise CameoError(
            f"the name {name!r} holds {odd[0] if odd else name[0]!r}; use letters, digits, "
            "spaces, - and _, and begin with a letter or a digit"
        )
    scripts = {_script(letter) for letter in name if letter.isalpha()}
    if len(scripts) > 1:
        raise CameoError(
            f"the name {name!r} mixes letters of {' and '.join(sorted(scripts)).lower()}, which "
            "look alike; use the letters of one script"
        )
    return name


def skeleton(name: str) -> str:
    """What a name looks like: equal for names that people cannot tell apart."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    letters = unicodedata.normalize("NFKD", "".join(map(latin, folded)))
    kept = "".join(letter for letter in letters if letter.isalnum())
    return kept.translate(_TO_LATIN).replace("rn", "m").replace("vv", "w")


def role_of(name: str) -> str:
    """How a prompt mentions a name: lower case, ``_`` for spaces, without the ``@``."""
    return unicodedata.normalize("NFKC", name).casefold().replace(" ", "_").lstrip("@")


def _script(letter: str) -> str:
    """The script of a letter; the East Asian ones are written together, so they count as one."""
    first = unicodedata.name(letter, "UNKNOWN").split()[0]
    return "EAST ASIAN" if first in _EAST_ASIAN else first
