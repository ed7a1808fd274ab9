"""Finds names in a reading, however they are spaced or hyphenated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from .lexicon import RULES
from .readings import plain

_MAX_WORDS = 6
_WORD = re.compile(r"\w+")


# What people are known for, before a name in capitals: an unlisted name is then a person's.
_TITLED = re.compile(
    r"\b(?i:actor|actress|singer|rapper|pop star|movie star|celebrity|footballer|athlete|streamer|"
    r"youtuber|influencer|president|senator|governor|minister|chancellor|politician|billionaire|"
    r"acteur|actrice|chanteur|chanteuse|rappeur|rappeuse|député|députée|sénateur|ministre|"
    r"président|présidente|youtubeur|youtubeuse)\s+[A-ZÀ-Þ][\w'’-]+\s+[A-ZÀ-Þ][\w'’-]+"
)


def names_a_known_person(text: str) -> bool:
    """Whether a text as written names somebody by profession: "the actress Jane Roe"."""
    return _TITLED.search(text) is not None and not text.isupper()


class NameIndex:
    """Names with their aliases; ``Spider-Man`` is also ``spiderman`` and ``spider man``."""

    def __init__(self, names: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._name_of: dict[str, str] = {}
        for name, aliases in names:
            for form in (name, *aliases):
                self._name_of.setdefault(_key(plain(form)), name)
        self._name_of.pop("", None)

    def find(self, reading: str) -> Iterator[str]:
        """Yield the names in a reading, the longest at each place first."""
        words, at = _WORD.findall(reading), 0
        while at < len(words):
            length = self._length_at(words, at)
            if length:
                yield self._name_of["".join(words[at : at + length])]
            at += length or 1

    def without(self, reading: str) -> str:
        """Return the words of a reading except those of names in the index."""
        words, at = _WORD.findall(reading), 0
        kept: list[str] = []
        while at < len(words):
            length = self._length_at(words, at)
            if not length:
                kept.append(words[at])
            at += length or 1
        return " ".join(kept)

    def _length_at(self, words: list[str], at: int) -> int:
        """Return how many words from ``at`` on are a name, 0 when none."""
        longest = min(_MAX_WORDS, len(words) - at)
        sizes = range(longest, 0, -1)
        return next((n for n in sizes if "".join(words[at : at + n]) in self._name_of), 0)


@cache
def bundled_names(kind: str) -> NameIndex:
    """Return the names of ``rules/<kind>.txt``: ``people`` or ``characters``."""
    return NameIndex(_listed(kind))


def bundled_aliases(kind: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return all forms of the listed names that any of ``names`` is a form of."""
    wanted = {_key(plain(name)) for name in names}
    return tuple(
        form
        for name, aliases in _listed(kind)
        if wanted & {_key(plain(form)) for form in (name, *aliases)}
        for form in (name, *aliases)
    )


@cache
def _listed(kind: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    lines = (RULES / f"{kind}.txt").read_text("utf-8").splitlines()
    forms = [
        [part.strip() for part in line.split("|")] for line in lines if line[:1] not in ("", "#")
    ]
    return tuple((name, tuple(aliases)) for name, *aliases in forms)


def _key(text: str) -> str:
    return "".join(_WORD.findall(text))
