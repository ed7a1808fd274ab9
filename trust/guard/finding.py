"""What a text is about, whatever the policy: the findings of rules, names and classifier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .category import Category, Level
from .classifier import bundled_classifier
from .lexicon import bundled_lexicon
from .names import NameIndex, bundled_names, names_a_known_person
from .readings import TURNED, readings, turned_readings

_MAX_CHARS = 20_000
_NAMES = (
    (Category.REAL_PERSON, "people"),
    (Category.PROTECTED_CHARACTER, "characters"),
)


@dataclass(frozen=True)
class Finding:
    """One reason against a text.

    Attributes:
        rule: identifier such as ``violence/gore``; never words of the text.
        score: 1.0 for rules, the probability for the classifier.
        name: the person or character, as the guard's own list spells it.
    """

    rule: str
    category: Category
    level: Level = Level.STRONG
    score: float = 1.0
    name: str | None = None

    def is_strong(self, threshold: float) -> bool:
        """Whether it shows plainly and surely what it found."""
        return self.level is Level.STRONG and self.score >= threshold


def findings_of(text: str, licensed: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Return all findings in a text, each rule once, topics of cameos among them.

    ``licensed`` names are not held against it.

    Raises:
        ValueError: the text is too long to be read whole.
    """
    if len(text) > _MAX_CHARS:
        raise ValueError(
            f"the text has {len(text)} characters, the guard reads at most {_MAX_CHARS}. Shorten it"
        )
    return _findings(text, licensed)


def texts_read(text: str) -> list[str]:
    """Return every reading of a text that the rules look at, the turned ones last."""
    vocabulary = bundled_lexicon().vocabulary
    straight = readings(text, vocabulary)
    return [*straight, *turned_readings(straight[0], vocabulary)]


@lru_cache(maxsize=256)
def _findings(text: str, licensed: tuple[str, ...]) -> tuple[Finding, ...]:
    lexicon = bundled_lexicon()
    seen = texts_read(text)
    if licensed:
        index = NameIndex([("", licensed)])
        seen = list(map(index.without, seen))
    found: dict[tuple[str, str | None], Finding] = {}
    for reading in seen:
        for rule in lexicon.fired(reading):
            found.setdefault((rule.id, None), Finding(rule.id, rule.category, rule.level))
        for category, kind in _NAMES:
            shown = lexicon.without_benign(reading, category)
            for name in bundled_names(kind).find(shown):
                rule_id = f"{category}/named"
                found.setdefault((rule_id, name), Finding(rule_id, category, name=name))
    if names_a_known_person(text):
        rule_id = f"{Category.REAL_PERSON}/titled-name"
        found[rule_id, None] = Finding(rule_id, Category.REAL_PERSON)
    for category, score in bundled_classifier().scores(seen[:-TURNED]).items():
        rule_id = f"{category}/classifier"
        found[rule_id, None] = Finding(rule_id, category, score=score)
    return tuple(found.values())
