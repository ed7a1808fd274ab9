"""Cameos, grants and rules in plain words, for blocks and for the command line."""

from __future__ import annotations

from .authority import Permission, day
from .bundle import Header
from .document import ANYONE, Grant
from .rules import Rules

_LEVELS = {
    "attested": "attested: its owner says so; nobody listened to the challenge",
    "verified": "verified: the challenge was heard in the recording",
}


def describe_header(header: Header) -> list[str]:
    """Lines about a cameo."""
    adult = " (a minor: the strict profile applies)" if header.minor else ""
    return [
        f"{header.name}: {header.kind}{adult}",
        f"looks: {header.description}",
        f"owner: {header.owner.fingerprint}",
        f"consent: {header.consent.get('date', '')}, {_LEVELS[header.level]}",
    ]


def describe_rules(rules: Rules) -> list[str]:
    """Lines about what is allowed."""
    lines = []
    if rules.allow is not None:
        lines.append(f"allowed contexts: only {', '.join(sorted(rules.allow)) or 'harmless ones'}")
    if rules.deny:
        lines.append(f"denied contexts: {', '.join(sorted(rules.deny))}")
    lines += [f"the owner says: {restriction}" for restriction in rules.restrictions]
    if rules.max_uses is not None:
        lines.append(f"uses: at most {rules.max_uses} generations")
    lines.append("remixes: allowed" if rules.remix else "remixes: not allowed")
    if rules.approval:
        lines.append("each result waits for the owner's approval")
    return lines


def describe_grant(grant: Grant) -> str:
    """One line about a grant."""
    to = "anyone who has the file" if grant.grantee == ANYONE else grant.grantee[:16]
    return f"grant {grant.id[:12]} to {to}, until {day(grant.expires)}"


def describe_permission(permission: Permission) -> str:
    """What this user may do with a cameo."""
    by = "you own it" if permission.grant is None else describe_grant(permission.grant)
    lines = [*describe_header(permission.header), by, *describe_rules(permission.rules)]
    return "\n".join(lines)
