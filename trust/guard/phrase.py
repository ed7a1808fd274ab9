"""The notation of rule files: plain words with endings in brackets and gaps.

``nud(e|es|ity)`` stands for three words, ``throw(s|) ... bridge`` allows up to four words where
the dots are, a space or hyphen stands for any separator. Letters are lower case without accents,
because readings are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

_ALLOWED = re.compile(r"[a-z0-9 '.|()-]+")
_GROUP = re.compile(r"\(([^()]*)\)")
_PIECE = re.compile(r" ?\.\.\. ?|[ ]|[-']|\(|\)|\||[a-z0-9]+")
_GAP = r"[\W_]+(?:\w+[\W_]+){0,4}?"
_PLAIN = {" ": r"[\W_]+", "-": r"[\W_]*", "'": r"[\W_]*", "(": "(?:", ")": ")", "|": "|"}


def pattern_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return one pattern that finds any of the phrases as whole words.

    Raises:
        ValueError: a phrase uses signs outside of the notation.
    """
    sources = [_source(phrase) for phrase in phrases]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sources) or '(?!)'})(?!\w)")


def words_of(phrases: Iterable[str]) -> Iterator[str]:
    """Yield every word that single-word phrases stand for."""
    for phrase in phrases:
        nested = re.search(r"\([^)]*\(", phrase)
        if " " not in phrase and not nested:
            parts = _GROUP.split(phrase)
            choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
            yield from (re.sub(r"\W", "", "".join(word)) for word in itertools.product(*choices))


def _source(phrase: str) -> str:
    if not _ALLOWED.fullmatch(phrase) or phrase.count("(") != phrase.count(")"):
        raise ValueError(
            f"phrase {phrase!r} is not in the notation of rules; use lower-case words without "
            "accents, endings as in 'nud(e|es)' and '...' for a gap"
        )
    pieces = (found[0] for found in _PIECE.finditer(phrase))
    return "".join(_GAP if "..." in piece else _PLAIN.get(piece, piece) for piece in pieces)
