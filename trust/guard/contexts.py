"""What a text is about, for those who set conditions on it, such as owners of cameos."""

from __future__ import annotations

from .category import Category
from .finding import findings_of

_SURE = 0.5


def contexts_of(text: str) -> frozenset[str]:
    """Return the categories that a text plainly belongs to, as ``Category`` values."""
    return frozenset(
        finding.category.value
        for finding in findings_of(text)
        if finding.category is not Category.CAMEO and finding.is_strong(_SURE)
    )


def topics_of(text: str) -> frozenset[str]:
    """Return the topics of ``rules/cameo.toml`` in a text: "alcohol", "weapons", "romance" ..."""
    return frozenset(
        finding.rule.split("/")[1]
        for finding in findings_of(text)
        if finding.category is Category.CAMEO
    )
