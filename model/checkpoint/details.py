"""What a sentence leaves open, told in words drawn by the seed.

A small model that was taught with sentences which tell where things are begins, where a sentence
does not, with two things in two places. Its checkpoint says what it wants to be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from ..text.tokenizer import fold_accents, split_words

MOST_DETAILS, MOST_WORDS, MOST_LETTERS = 16, 200, 100


@dataclass(frozen=True)
class Detail:
    """One thing that sentences may tell.

    Attributes:
        name: of the detail.
        told: words, of which each tells it, or makes it pointless; lower case without accents.
        choices: phrases that tell it.
        needs: words of which a sentence must have one for it to make sense; none: always.

    Raises:
        ValueError: nothing to choose from, or more or longer words than anybody needs.
    """

    name: str
    told: tuple[str, ...]
    choices: tuple[str, ...]
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        words = (*self.told, *self.choices, *self.needs)
        usual = len(words) <= MOST_WORDS and all(0 < len(word) <= MOST_LETTERS for word in words)
        if not self.choices or not usual:
            raise ValueError(
                f"detail {self.name!r} has {len(self.choices)} choices and {len(words)} words in "
                f"all; give a choice or more, and at most {MOST_WORDS} words of 1 to {MOST_LETTERS}"
                " letters"
            )

    @classmethod
    def from_metadata(cls, entry: Mapping[str, Any]) -> Detail:
        """Reads ``{"name": ..., "told": [...], "choices": [...], "needs": [...]}``."""
        lists = (tuple(map(str, entry.get(key, ()))) for key in ("told", "choices", "needs"))
        return cls(str(entry.get("name", "")), *lists)

    def is_open(self, words: set[str]) -> bool:
        """Whether a sentence of these words leaves it open."""
        wanted = not self.needs or not words.isdisjoint(self.needs)
        return wanted and words.isdisjoint(self.told)

    def drawn(self, seed: int) -> str:
        """Its phrase for a seed, the same on every machine."""
        return self.choices[crc32(f"{self.name} {seed}".encode()) % len(self.choices)]


def details_from(entries: Iterable[Mapping[str, Any]]) -> tuple[Detail, ...]:
    """Reads the list that a checkpoint's metadata holds.

    Raises:
        ValueError: it is longer than anybody needs, or a detail cannot be used.
    """
    details = tuple(Detail.from_metadata(entry) for entry in entries)
    if len(details) > MOST_DETAILS:
        raise ValueError(f"it wants {len(details)} details told; at most {MOST_DETAILS} are read")
    return details


def told_in_full(sentence: str, details: Iterable[Detail], seed: int) -> str:
    """The sentence with a phrase for each detail that it leaves open; an empty one stays empty."""
    folded = map(fold_accents, split_words(sentence))
    words = {word for word in folded if word.isascii() and word.isalnum()}
    if not words:
        return sentence
    phrases = [detail.drawn(seed) for detail in details if detail.is_open(words)]
    return ", ".join([sentence.rstrip(" .\n"), *phrases]) if phrases else sentence
