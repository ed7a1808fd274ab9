"""The ways to read a prompt: as it looks, and with the tricks of evasion undone.

Every trick gives a further reading of the whole prompt, so that rules need to know plain words
only. A reading is lower-case Latin text without accents; words are separated by single spaces,
punctuation stays where it stands (rules skip it).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from .confusables import latin
from .encoded import decoded_texts, turned_texts
from .vocabulary import Vocabulary

_LEET = {
    ord(sign): letter for sign, letter in zip("0134578@$€+|(!269", "oieastbasetlcizgg", strict=True)
}
_LEET_L = {**_LEET, ord("1"): "l", ord("!"): "l", ord("|"): "i"}
_LEET_WORD = re.compile(r"(?<!\S)(?=\S*[a-z])(?=\S*[0-9@$€+!|(])\S+")
_LONG_WORD = 5
TURNED = 2
"""Number of turned readings."""
_TRAILING = ".,;:!?)\"'"
_LETTER_RUN = re.compile(r"(?<!\w)\w(?:[ ._\-*~/|,]{1,3}\w)+(?!\w)")
_BROKEN_WORD = re.compile(r"(?<!\w)\w+(?:[._\-*~/|,'´`·]+\w+)+")
_MASKED_WORD = re.compile(r"(?<!\S)\w+[*#%_]+\w*|(?<!\S)[*#%_]\w+")
_REPEAT = re.compile(r"([a-z])\1{2,}")


def plain(text: str) -> str:
    """Return the text as it looks: Latin, lower case, no accents, no invisible characters."""
    lower = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(map(latin, lower)).split())


def readings(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the readings of a prompt, the plain one first, each once; without turned ones."""
    found: dict[str, None] = {}
    for said in (text, *decoded_texts(text)):
        base = plain(said)
        found.setdefault(base)
        for reading in _undone(base, vocabulary):
            found.setdefault(reading)
    return list(found)


def turned_readings(base: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the plain reading in ROT13 and mirror writing.

    Where that reads worse than the text itself only long words are kept: short ones turn into
    others by chance (``sun`` is French for nude, backwards).
    """
    for turned in turned_texts(base):
        if vocabulary.common(turned) > vocabulary.common(base):
            yield turned
        else:
            yield " ".join(word for word in turned.split() if len(word) >= _LONG_WORD)


def _undone(base: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the readings of a plain text; tricks that are often combined are undone together."""
    for text in dict.fromkeys((base, _REPEAT.sub(r"\1", base), _REPEAT.sub(r"\1\1", base))):
        yield text
        for table in (_LEET, _LEET_L):
            letters = _unleet(text, table)
            yield letters
            yield joined(letters, vocabulary, table)
        yield joined(text, vocabulary, {})
        yield _MASKED_WORD.sub(lambda word: vocabulary.guess(word[0]), text)
        yield vocabulary.mend(text)


def joined(text: str, vocabulary: Vocabulary, table: dict[int, str]) -> str:
    """Return the text with spelled-out and broken words put together: ``n u d e``, ``nu.de``.

    Single signs are read as the letters of ``table``.
    """

    def word(run: re.Match[str]) -> str:
        return vocabulary.segment(re.sub(r"[\W_]", "", run[0]).translate(table))

    text = _LETTER_RUN.sub(word, text)
    return _BROKEN_WORD.sub(lambda word: re.sub(r"[\W_]", "", word[0]), text)


def _unleet(text: str, table: dict[int, str]) -> str:
    """Return the text with digits and signs among letters read as letters: ``n4ked``."""

    def letters(found: re.Match[str]) -> str:
        body = found[0].rstrip(_TRAILING)
        return body.translate(table) + found[0][len(body) :]

    return _LEET_WORD.sub(letters, text)
