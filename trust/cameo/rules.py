"""What the owner of a cameo allows, and how the rules of file and grant add up: the stricter wins.

Contexts are the guard's categories and topics (``trust/guard``): an allow list, when given, is all
that is allowed; a deny list always wins. Sexual content is denied for persons whatever the owner
wrote, and the cameo of a minor gets the strict profile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..guard.category import Category
from .container import CameoError

MAX_RESTRICTIONS = 20
MAX_RESTRICTION_CHARS = 200
ALWAYS_DENIED_FOR_PERSONS = frozenset({Category.SEXUAL, Category.SEXUAL_MINORS})
DENIED_FOR_MINORS = ALWAYS_DENIED_FOR_PERSONS | {
    Category.VIOLENCE,
    Category.HATE,
    Category.SELF_HARM,
    Category.POLITICAL,
}
PERSON, ANIMAL, OBJECT = KINDS = ("person", "animal", "object")


def known_topics() -> frozenset[str]:
    """Topics such as "alcohol" that owners may allow or deny besides the guard's categories."""
    from ..guard.check import cameo_topics

    return cameo_topics()


@dataclass(frozen=True)
class Rules:
    """The owner's conditions.

    Attributes:
        allow: contexts that are allowed; None: all that are not denied.
        deny: contexts that are not.
        restrictions: sentences such as "always wears glasses" or "never as a villain".
        remix: whether results may be remixed by others.
        approval: whether each result waits for the owner's approval.
        max_uses: how many generations a grant pays for; None: any number.
    """

    allow: frozenset[str] | None = None
    deny: frozenset[str] = frozenset()
    restrictions: tuple[str, ...] = ()
    remix: bool = True
    approval: bool = False
    max_uses: int | None = None

    def __post_init__(self) -> None:
        if len(self.restrictions) > MAX_RESTRICTIONS or any(
            not text.strip() or len(text) > MAX_RESTRICTION_CHARS or "@" in text
            for text in self.restrictions
        ):
            raise CameoError(
                f"restrictions are at most {MAX_RESTRICTIONS} sentences of 1 to "
                f"{MAX_RESTRICTION_CHARS} characters without @; shorten or correct them"
            )
        unknown = ((self.allow or frozenset()) | self.deny) - set(Category)
        unknown -= known_topics() if unknown else set()
        if unknown:
            known = ", ".join(sorted({*Category, *known_topics()}))
            raise CameoError(f"context {min(unknown)!r} is unknown; use {known}")
        if self.max_uses is not None and self.max_uses < 1:
            raise CameoError(f"max_uses is {self.max_uses}; use 1 or more, or leave it out")

    def within(self, other: Rules) -> Rules:
        """Both sets of rules at once."""
        allows = [rules.allow for rules in (self, other) if rules.allow is not None]
        limits = [rules.max_uses for rules in (self, other) if rules.max_uses is not None]
        return Rules(
            allow=frozenset.intersection(*allows) if allows else None,
            deny=self.deny | other.deny,
            restrictions=tuple(dict.fromkeys(self.restrictions + other.restrictions)),
            remix=self.remix and other.remix,
            approval=self.approval or other.approval,
            max_uses=min(limits, default=None),
        )

    def for_subject(self, kind: str, minor: bool) -> Rules:
        """These rules with what no owner can lift."""
        rules = self
        if kind == PERSON:
            rules = replace(rules, deny=rules.deny | ALWAYS_DENIED_FOR_PERSONS)
        if minor:
            rules = replace(rules, deny=rules.deny | DENIED_FOR_MINORS, remix=False, approval=True)
        return rules

    def denies(self, contexts: frozenset[str]) -> str | None:
        """The first of the contexts that is not allowed, None when all are."""
        for context in sorted(contexts):
            if context in self.deny or (self.allow is not None and context not in self.allow):
                return context
        return None

    def to_json(self) -> dict[str, Any]:
        """As it is signed."""
        return {
            "allow": None if self.allow is None else sorted(self.allow),
            "deny": sorted(self.deny),
            "restrictions": list(self.restrictions),
            "remix": self.remix,
            "approval": self.approval,
            "max_uses": self.max_uses,
        }

    @classmethod
    def from_json(cls, told: Any) -> Rules:
        """Rules out of a signed document.

        Raises:
            CameoError: they are not such rules.
        """
        try:
            known = {"allow", "deny", "restrictions", "remix", "approval", "max_uses"}
            if set(told) != known or not all(
                isinstance(told[name], bool) for name in ("remix", "approval")
            ):
                raise ValueError
            limit = told["max_uses"]
            return cls(
                allow=None if told["allow"] is None else frozenset(map(str, told["allow"])),
                deny=frozenset(map(str, told["deny"])),
                restrictions=tuple(map(str, told["restrictions"])),
                remix=told["remix"],
                approval=told["approval"],
                max_uses=None if limit is None else int(limit),
            )
        except (TypeError, ValueError, KeyError) as error:
            raise CameoError("its rules are not rules that this version knows") from error
