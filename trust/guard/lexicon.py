"""The rules as data: concepts in words of several languages, harmless phrases, and rules over them.

Every file in ``rules/`` holds the concepts and rules of one category. A rule fires when a reading
contains all concepts that it ``needs`` (within ``near`` words of each other where given) and none
of ``unless``; phrases under ``benign`` are taken out of the text first. As concepts mix languages,
so may a prompt.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from .category import Category, Level
from .phrase import Phrases, words_of
from .vocabulary import Vocabulary

RULES = Path(__file__).parent / "rules"
_ROT13 = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")


@dataclass(frozen=True)
class Rule:
    """One rule; ``needs`` and ``unless`` name concepts, ``near`` counts words between them."""

    id: str
    category: Category
    level: Level
    needs: tuple[str, ...]
    unless: tuple[str, ...] = ()
    near: int | None = None


class Lexicon:
    """Concepts and rules, ready to search readings."""

    def __init__(
        self,
        concepts: Mapping[str, list[str]],
        benign: Mapping[Category, list[str]],
        rules: list[Rule],
    ) -> None:
        self.rules = tuple(rules)
        self.concepts = {name: Phrases(phrases) for name, phrases in concepts.items()}
        self._benign = {category: Phrases(phrases) for category, phrases in benign.items()}
        self.vocabulary = Vocabulary(
            word for phrases in concepts.values() for word in words_of(phrases)
        )
        for rule in rules:
            unknown = {*rule.needs, *rule.unless} - set(concepts)
            if unknown:
                raise ValueError(f"rule {rule.id} names unknown concepts {sorted(unknown)}")

    def fired(self, reading: str) -> Iterator[Rule]:
        """Yield the rules that fire on a reading."""
        places = self._places(reading)
        for rule in self.rules:
            needed = [places[rule.category, concept] for concept in rule.needs]
            excused = any(places[rule.category, name] for name in rule.unless)
            if all(needed) and not excused and (rule.near is None or _close(needed, rule.near)):
                yield rule

    def present(self, reading: str) -> set[str]:
        """Return the concepts in a reading, each looked for without its category's benign text."""
        return {concept for (_, concept), found in self._places(reading).items() if found}

    @lru_cache(maxsize=64)  # noqa: B019 - one lexicon lives as long as the process
    def _places(self, reading: str) -> dict[tuple[Category, str], list[int]]:
        """Return which words of a reading a category's rules find each of their concepts at."""
        places: dict[tuple[Category, str], list[int]] = {}
        masked = {rule.category: "" for rule in self.rules}
        masked = {category: self.without_benign(reading, category) for category in masked}
        for rule in self.rules:
            for concept in (*rule.needs, *rule.unless):
                key = (rule.category, concept)
                if key not in places:
                    places[key] = _word_places(self.concepts[concept], masked[rule.category])
        return places

    def without_benign(self, reading: str, category: Category) -> str:
        """Return the reading with the harmless phrases of a category blanked out."""
        harmless = self._benign.get(category)
        return harmless.replace(reading, " · ") if harmless else reading


@cache
def bundled_lexicon() -> Lexicon:
    """Return the lexicon of the files in ``rules/``.

    Raises:
        ValueError: a rule file is wrong.
    """
    concepts: dict[str, list[str]] = {}
    benign: dict[Category, list[str]] = {}
    rules: list[Rule] = []
    for path in sorted(RULES.glob("*.toml")):
        table = tomllib.loads(path.read_text("utf-8"))
        category = Category(table["category"])
        concepts |= table.get("concepts", {})
        concepts |= {
            name: [phrase.translate(_ROT13) for phrase in phrases]
            for name, phrases in table.get("concepts-rot13", {}).items()
        }
        benign.setdefault(category, []).extend(table.get("benign", []))
        rules += [_rule(entry, category) for entry in table.get("rule", [])]
    return Lexicon(concepts, benign, rules)


def _rule(entry: Mapping[str, Any], category: Category) -> Rule:
    return Rule(
        id=f"{category}/{entry['id']}",
        category=category,
        level=Level(entry.get("level", Level.STRONG)),
        needs=tuple(entry["needs"]),
        unless=tuple(entry.get("unless", ())),
        near=entry.get("near"),
    )


def _word_places(phrases: Phrases, text: str) -> list[int]:
    return [text.count(" ", 0, found.start()) for found in phrases.find(text)]


def _close(places: list[list[int]], near: int) -> bool:
    """Whether some place of the first concept has one of every other within ``near`` words."""
    first, *others = places
    return any(
        all(any(abs(place - other) <= near for other in group) for group in others)
        for place in first
    )
