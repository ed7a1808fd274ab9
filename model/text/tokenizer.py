"""Words as bags of hashed character n-grams: no vocabulary file, and no word is unknown.

A word's pieces are the word itself, its form without accents, and the 3- to 5-grams of that form
with ``<`` and ``>`` at its ends, so ``balls``, ``bouncing`` or a typo share most pieces with the
word that was trained on (Bojanowski et al. 2017, arXiv:1607.04606). Ids are CRC-32 buckets:
stable across machines and versions, as the weights depend on them.
Legend: B prompts, T words, G pieces per word. Id 0 is padding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import torch
from torch import Tensor

PADDING_ID = 0
GRAM_SIZES = (3, 4, 5)
_WORD = re.compile(r"\w+|[^\w\s]")


def split_words(prompt: str) -> list[str]:
    """Lower-case words and punctuation marks of a prompt, accents kept."""
    text = unicodedata.normalize("NFKC", prompt).lower()
    # Invisible format and control characters (zero-width joiners, marks of direction) come along
    # with pasted text and mean nothing here; white space among them still separates words.
    text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cf", "Cc"))
    return _WORD.findall(text)


def fold_accents(word: str) -> str:
    """The word without accents and case variants: ``forêt`` -> ``foret``."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def word_pieces(word: str) -> tuple[list[str], list[str]]:
    """Whole forms (as written, and without accents where that differs) and n-grams of a word."""
    whole = f"<{word}>"
    folded = f"<{fold_accents(word)}>"
    forms = list(dict.fromkeys((whole, folded)))
    grams = {folded[i : i + n] for n in GRAM_SIZES for i in range(len(folded) - n + 1)}
    return forms, sorted(grams - set(forms))


@lru_cache(maxsize=65536)
def word_ids(word: str, buckets: int, limit: int) -> tuple[int, ...]:
    """At most ``limit`` bucket ids (1 .. buckets-1) of a word, whole forms first.

    A word with too many n-grams keeps those with the smallest hash: a choice that similar words
    make alike (min-wise hashing, Broder 1997), where taking the first ones would ignore endings.
    """
    forms, grams = word_pieces(word)
    hashes = [_hash(form) for form in forms] + sorted(_hash(gram) for gram in grams)
    return tuple(1 + value % (buckets - 1) for value in hashes[:limit])


def _hash(piece: str) -> int:
    # A lone surrogate (broken paste) is not encodable; it must not stop a prompt.
    return crc32(piece.encode("utf-8", errors="replace"))


class Tokenizer:
    """Turns prompts into padded n-gram ids.

    Args:
        buckets: rows of the embedding table that the ids index.
        grams_per_word: G, most ids per word.
        max_tokens: most words per prompt.
    """

    def __init__(self, buckets: int, grams_per_word: int, max_tokens: int) -> None:
        self.buckets = buckets
        self.grams_per_word = grams_per_word
        self.max_tokens = max_tokens

    def __call__(self, prompts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Ids [B, T, G] (int64) and word mask [B, T] (bool), T as in the longest prompt, or 0.

        Raises:
            ValueError: a prompt has more than ``max_tokens`` words; nothing is cut off silently.
        """
        split = [self._checked_words(prompt) for prompt in prompts]
        longest = max(map(len, split), default=0)
        # One tensor of one list: a tensor for each word takes fifty times as long.
        filled: list[int] = []
        G = self.grams_per_word
        for words in split:
            for word in words:
                pieces = word_ids(word, self.buckets, G)
                filled += [*pieces, *[PADDING_ID] * (G - len(pieces))]
            filled += [PADDING_ID] * (G * (longest - len(words)))
        ids_BTG = torch.tensor(filled, dtype=torch.int64).view(len(split), longest, G)
        return ids_BTG, (ids_BTG != PADDING_ID).any(-1)

    def _checked_words(self, prompt: str) -> list[str]:
        words = split_words(prompt)
        if len(words) > self.max_tokens:
            raise ValueError(
                f"the prompt has {len(words)} words and punctuation marks; this model reads at "
                f"most {self.max_tokens}: shorten it by {len(words) - self.max_tokens}"
            )
        return words
