"""The telling words of all rules, to recognise them inside letters that hide them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_MIN_LETTERS = 3
_SIGN = re.compile(r"[*#%_]")
# Joining ordinary neighbours would make words nobody wrote ("pen is", "the rapist").
_COMMON = frozenset(
    """
    a an and are as at be by can do for from go had has have he her him his how i if in into is
    it its me my no not of off on or our out pen she so that the their them then they this to up
    us was we were who will with you your au aux ce ces cet cette dans de des du elle en est et
    eux il ils je la le les leur lui ma mais me mes mon ne nos notre nous on ou par pas plus
    pour que qui sa sans se ses si son sont sous sur ta te tes toi ton tu un une va vos votre
    vous y ass are long big old new red all ace art ate ear end eye ice ink man men one own pin
    pie raw sit ten tin two war way win cup can con
    """.split()  # noqa: SIM905 - a paragraph of words reads better than a column
)


class Vocabulary:
    """Finds its words where letters are joined, masked or split."""

    def __init__(self, words: Iterable[str]) -> None:
        kept = {word for word in words if len(word) >= _MIN_LETTERS}
        self._words = frozenset(kept)
        longest_first = sorted(kept, key=lambda word: (-len(word), word))
        self._inside = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def segment(self, letters: str) -> str:
        """Return joined letters with spaces around known words: ``anude`` -> ``a nude``."""
        return " ".join(self._inside.sub(lambda word: f" {word[0]} ", letters).split())

    @lru_cache(maxsize=1024)  # noqa: B019 - one vocabulary lives as long as the process
    def guess(self, masked: str) -> str:
        """Return the word that ``n*de`` or ``f**k`` may stand for, else what was given."""
        shape = re.compile(_SIGN.sub(lambda _: r"\w", masked))
        return next((word for word in sorted(self._words) if shape.fullmatch(word)), masked)

    def mend(self, text: str) -> str:
        """Return the text with a known word put together from two pieces: ``po rn`` -> ``porn``."""
        words = text.split(" ")
        mended = words[:1]
        for word in words[1:]:
            whole = mended[-1] + word
            if whole in self._words and self._are_pieces(mended[-1], word):
                mended[-1] = whole
            else:
                mended.append(word)
        return " ".join(mended)

    @staticmethod
    def common(text: str) -> int:
        """Return how many everyday English and French words a text holds."""
        return sum(word in _COMMON for word in text.split())

    def _are_pieces(self, first: str, second: str) -> bool:
        return not ({first, second} & _COMMON) and not (
            first in self._words or second in self._words
        )
