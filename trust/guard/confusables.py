"""Characters that look like Latin letters, folded to those letters.

Compatibility forms (full width, mathematical, circled letters) are undone by Unicode's own NFKD;
small capitals, squared letters, regional indicators and tags say their letter in their name. What
remains are letters of other scripts that share the shape of a Latin one, listed below after the
families of Unicode's confusables (UTS #39); only shapes that people really use, so that ordinary
Greek or Russian stays wrong in a harmless way.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LOOKS_LIKE = {
    "a": "аɑαӑӓᎪɐ∀",
    "b": "ЬвƄᏏьβƀɓ",
    "c": "сϲⅽᏟςƈ¢",
    "d": "ԁɗժᎠđɖ",
    "e": "еєεɛҽəǝ℮ᎬЗ",
    "f": "ғſϝƒ",
    "g": "ɡցԍᏀɢ",
    "h": "һնᏂнɦħ",
    "i": "іιıɩӏⅰᎥ¡ɪ",
    "j": "јϳʝյ",
    "k": "кκᏦƙ",
    "l": "ⅼʟłǀɭᏞ",
    "m": "мⅿᎷɱ",
    "n": "ոηпɳƞи",
    "o": "оοσօөøɵ۵๐ჿ",
    "p": "рρᏢƿ",
    "q": "ԛզɋ",
    "r": "гᴦɾᏒяɽ",
    "s": "ѕʂꜱᏚƨ",
    "t": "тτᏆƭŧ",
    "u": "υսʋцᴜµ",
    "v": "νѵᏙⅴ",
    "w": "ԝωшщᏔɯ",
    "x": "хχⅹ×",
    "y": "уүγʏყ",
    "z": "ʐᏃƶ",
    "ae": "æ",
    "oe": "œ",
    "th": "þ",
}
_LATIN = {look: letter for letter, looks in _LOOKS_LIKE.items() for look in looks}
_NAMED_LETTER = re.compile(
    r"(?:LATIN LETTER SMALL CAPITAL|(?:NEGATIVE |WHITE )?(?:SQUARED|CIRCLED) LATIN CAPITAL LETTER"
    r"|REGIONAL INDICATOR SYMBOL LETTER|TAG LATIN (?:SMALL|CAPITAL) LETTER) ([A-Z])"
)


@lru_cache(maxsize=8192)
def latin(character: str) -> str:
    """Return what a character reads as: Latin text, a space, or nothing where it is invisible.

    A pictograph becomes its Unicode name between spaces, because people write with them.

    >>> latin("р"), latin("🅽"), latin("́")
    ('p', 'n', '')
    """
    if character in _LATIN:
        return _LATIN[character]
    kind = unicodedata.category(character)
    named = _NAMED_LETTER.fullmatch(unicodedata.name(character, ""))
    if named:
        return named[1].lower()
    if character.isspace():
        return " "
    if kind in ("Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"):
        return ""
    if kind == "So":
        return f" {unicodedata.name(character, '').lower()} "
    return character
