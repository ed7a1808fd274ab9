"""The notation of rule files: plain words with endings in brackets and gaps.

``nud(e|es|ity)`` stands for three words, ``throw(s|) ... bridge`` allows up to four words where
the dots are, a space or hyphen stands for any separator. Letters are lower case without accents,
because readings are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

_ALLOWED = re.compile(r"[a-z0-9 '.|()-]+")
_WORD = re.compile(r"\w+")
_GROUP = re.compile(r"\(([^()]*)\)")
_PIECE = re.compile(r" ?\.\.\. ?|[ ]|[-']|\(|\)|\||[a-z0-9]+")
_GAP = r"[\W_]+(?:\w+[\W_]+){0,4}?"
_PLAIN = {" ": r"[\W_]+", "-": r"[\W_]*", "'": r"[\W_]*", "(": "(?:", ")": ")", "|": "|"}


class Phrases:
    """Finds any of some phrases as whole words.

    Their pattern is compiled when a text has a word that begins as one of them does: most texts
    have none of most concepts, and compiling all takes longer than all else that the guard does.

    Raises:
        ValueError: a phrase uses signs outside of the notation.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        phrases = list(phrases)
        self._sources = [_source(phrase) for phrase in phrases]
        self._beginnings = tuple({start for phrase in phrases for start in _beginnings(phrase)})

    def find(self, text: str) -> Iterator[re.Match[str]]:
        """Yield every place of one of them."""
        if self._may_be_in(text):
            yield from self._pattern.finditer(text)

    def replace(self, text: str, by: str) -> str:
        """Return the text with something else in the place of each."""
        return self._pattern.sub(by, text) if self._may_be_in(text) else text

    def _may_be_in(self, text: str) -> bool:
        return any(word.startswith(self._beginnings) for word in _WORD.findall(text))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{'|'.join(self._sources) or '(?!)'})(?!\w)")


def words_of(phrases: Iterable[str]) -> Iterator[str]:
    """Yield every word that single-word phrases stand for."""
    for phrase in phrases:
        nested = re.search(r"\([^)]*\(", phrase)
        if " " not in phrase and not nested:
            parts = _GROUP.split(phrase)
            choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
            yield from (re.sub(r"\W", "", "".join(word)) for word in itertools.product(*choices))


def _beginnings(phrase: str) -> list[str]:
    """Return the letters that what it finds may begin with; empty ones where that is unsure."""
    if "|" in _outside_groups(phrase):
        return [""]
    first = _GROUP.match(phrase)
    choices = first[1].split("|") if first else [phrase]
    return [re.sub(r"[^a-z0-9].*", "", choice) for choice in choices]


def _outside_groups(phrase: str) -> str:
    while (shorter := _GROUP.sub("", phrase)) != phrase:
        phrase = shorter
    return phrase


def _source(phrase: str) -> str:
    if not _ALLOWED.fullmatch(phrase) or phrase.count("(") != phrase.count(")"):
        raise ValueError(
            f"phrase {phrase!r} is not in the notation of rules; use lower-case words without "
            "accents, endings as in 'nud(e|es)' and '...' for a gap"
        )
    pieces = (found[0] for found in _PIECE.finditer(phrase))
    return "".join(_GAP if "..." in piece else _PLAIN.get(piece, piece) for piece in pieces)
