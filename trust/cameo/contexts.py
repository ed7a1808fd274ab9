"""What a text is about, and whether a cameo's rules allow it.

Contexts are found by the guard; free-text restrictions are read here: "never as a villain" forbids
prompts that name a villain, "always wears glasses" is added to the description. Words are compared
without accents, endings and look-alike letters, so this stops carelessness and plain attempts, not
every paraphrase; the owner's approval is the rule for those.
"""

from __future__ import annotations

import re
import unicodedata

from ..guard.category import Category
from ..guard.confusables import latin
from .rules import Rules

_SURE = 0.5
_NEVER = re.compile(r"^\s*(never|no|not|do not|don't|without|jamais|pas de|pas|sans)\b", re.I)
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("ings", "ing", "ers", "er", "ies", "es", "ed", "s", "x", "y")
_SMALL_WORDS = frozenset(
    {"a", "an", "the", "as", "in", "on", "of", "or", "and", "with", "at", "to", "be", "is", "are"}
    | {"being", "any", "my", "me", "i", "wear", "wears", "show", "shows", "shown", "un", "une"}
    | {"le", "la", "les", "des", "de", "du", "en", "comme", "dans", "sur", "ou", "et", "avec"}
)


def contexts_in(text: str, careful: bool = False) -> frozenset[str]:
    """Categories and topics of a text, as the guard sees it; ``careful`` counts mild ones too."""
    from ..guard.contexts import contexts_of, topics_of
    from ..guard.finding import findings_of

    found = contexts_of(text) | topics_of(text)
    if careful:
        found |= {one.category.value for one in findings_of(text) if one.score >= _SURE}
        found -= {Category.CAMEO}
    return frozenset(map(str, found))


def restriction_broken(text: str, rules: Rules) -> str | None:
    """The first "never ..." that a text breaks, None when it keeps to all of them."""
    spoken = stems(text)
    for restriction in rules.restrictions:
        found = _NEVER.match(restriction)
        if found is None:
            continue
        for choice in re.split(r"\b(?:or|ou|nor|ni)\b|,", restriction[found.end() :]):
            wanted = stems(choice)
            if wanted and wanted <= spoken:
                return restriction
    return None


def standing_description(description: str, rules: Rules) -> str:
    """The description with what the owner always wants to be seen."""
    wanted = [text.strip(" .") for text in rules.restrictions if not _NEVER.match(text)]
    return ", ".join([description.strip(" ."), *wanted])


def stems(text: str) -> frozenset[str]:
    """Words of a text that carry meaning, plain and without endings."""
    folded = "".join(map(latin, unicodedata.normalize("NFKC", text).casefold()))
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", folded)
        if not unicodedata.combining(letter)
    )
    words = _WORD.findall(plain)
    return frozenset(_stem(word) for word in words if word not in _SMALL_WORDS)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
