"""May this identity use this cameo now? The one place that answers, from signed documents alone.

The owner may, within the rules that nobody can lift. Anybody else needs a grant in the ledger: of
this owner, for this very file, to this key or to anyone, begun, not expired, not revoked, not used
up. The answer is asked for when a cameo is loaded, when sampling starts (which spends one use) and
when a result is saved.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..identity import SignatureError, canonical_json
from .bundle import Bundle, Header
from .container import CameoError
from .document import ANYONE, Grant, RevocationList
from .ledger import CLOCK_SLACK_S, Entry, Ledger
from .rules import Rules

OWNER = "owner"


class RefusedError(CameoError):
    """The cameo may not be used this way; says why and what to do."""


@dataclass(frozen=True)
class Permission:
    """Why this identity may use a cameo: as its owner (``grant`` None) or by a grant."""

    header: Header
    grant: Grant | None
    rules: Rules

    @property
    def grant_id(self) -> str:
        """Id of the grant, "owner" for the owner."""
        return OWNER if self.grant is None else self.grant.id

    @property
    def grant_sha256(self) -> str:
        """Digest of the grant, for credentials; that of the header for the owner."""
        if self.grant is None:
            return self.header.sha256
        return hashlib.sha256(canonical_json(self.grant.to_json())).hexdigest()

    def details(self) -> dict[str, Any]:
        """What credentials say of it: no key, no likeness."""
        return {
            "cameo": self.header.id,
            "grant_sha256": self.grant_sha256,
            "draft": self.rules.approval,
            "statement": {
                "name": self.header.name,
                "kind": self.header.kind,
                "owner": self.header.owner.signing,
                "level": self.header.level,
                "by": OWNER if self.grant is None else "grant",
                "expires": None if self.grant is None else self.grant.expires,
                "remix": self.rules.remix,
                "approval": self.rules.approval,
            },
        }


def permission_for(
    bundle: Bundle, ledger: Ledger, entries: Sequence[Entry], now: int, uses: int = 0
) -> Permission:
    """The permission of the ledger's identity; so many ``uses`` must be left.

    Raises:
        RefusedError: there is none; says why.
    """
    header, identity = bundle.header, ledger.identity
    if identity.public == header.owner:
        own = replace(header.effective_rules, approval=False, remix=True, max_uses=None)
        return Permission(header, None, own)
    reasons = []
    for grant in sorted(grants_in(entries, header), key=lambda grant: -grant.expires):
        reason = refusal(grant, header, identity.public.signing, entries, now, uses)
        if reason is None:
            rules = grant.rules.within(header.effective_rules)
            return Permission(header, grant, rules.for_subject(header.kind, header.minor))
        reasons.append(reason)
    why = reasons[0] if reasons else "its owner has granted it to nobody here"
    raise RefusedError(
        f"the cameo {header.name} may not be used: {why}. Ask its owner "
        f"({header.owner.fingerprint}) for a grant, and import it with `hibari cameo import`"
    )


def refusal(
    grant: Grant, header: Header, user: str, entries: Sequence[Entry], now: int, uses: int
) -> str | None:
    """Why the grant does not help ``user`` now, None when it does."""
    try:
        grant.check()
    except SignatureError:
        return "the grant was not signed by the owner"
    limit = grant.rules.within(header.effective_rules).max_uses
    # A grant to anyone is spent by everyone: a new key must not bring new uses.
    counted = None if grant.grantee == ANYONE else user
    left = math.inf if limit is None else limit - uses_of(grant.id, counted, entries)
    checks = {
        "the grant belongs to another owner": grant.owner != header.owner.signing,
        "the grant is for another version of the file": grant.header_sha256 != header.sha256,
        "the grant was given to another key": grant.grantee not in (user, ANYONE),
        "the cameo of a minor cannot be granted to anyone": header.minor
        and grant.grantee == ANYONE,
        "the owner took the grant back": is_revoked(grant, entries),
        f"the grant begins on {day(grant.issued)}": now < grant.issued - CLOCK_SLACK_S,
        f"the grant ended on {day(grant.expires)}": now >= grant.expires,
        _spent(uses, left, limit): uses > left,
    }
    return next((reason for reason, true in checks.items() if true), None)


def grants_in(entries: Sequence[Entry], header: Header) -> list[Grant]:
    """Grants of a cameo in the ledger, their signatures yet to be checked."""
    found: dict[str, Grant] = {}
    for entry in entries:
        document = entry.body.get("document") if entry.kind == "grant" else None
        if document is not None and document.get("cameo") == header.id:
            grant = Grant.from_json(document)
            found.setdefault(grant.signature, grant)
    return list(found.values())


def is_revoked(grant: Grant, entries: Sequence[Entry]) -> bool:
    """Whether a list of the same owner names the grant, or its cameo after it was granted."""
    for entry in entries:
        if entry.kind != "revocation":
            continue
        told = RevocationList.from_json(entry.body["document"])
        named = grant.id in told.grants or (
            grant.cameo in told.cameos and grant.issued <= told.issued
        )
        if named and told.owner == grant.owner:
            try:
                told.check()
            except SignatureError:
                continue
            return True
    return False


def uses_of(grant_id: str, user: str | None, entries: Sequence[Entry]) -> int:
    """How many generations were begun under a grant, by one user or (None) by all."""
    return sum(
        _clips_of(entry)
        for entry in entries
        if entry.kind == "use"
        and entry.body.get("grant") == grant_id
        and user in (None, entry.author)
    )


def _clips_of(entry: Entry) -> int:
    """How many clips a run made; nobody can write down less than one."""
    clips = entry.body.get("clips", 1)
    return max(1, clips) if type(clips) is int else 1


def _spent(uses: int, left: float, limit: int | None) -> str:
    if left <= 0:
        return f"all {limit} uses of the grant are spent"
    return f"only {left} of {limit} uses of the grant are left, and this makes {uses} clips"


def check_now(bundle: Bundle, ledger: Ledger) -> Permission:
    """The permission at this moment; a refusal is noted in the ledger.

    Raises:
        RefusedError: there is none.
        LedgerError: ledger or clock cannot be trusted.
    """
    found: list[Permission] = []

    def decide(entries: Sequence[Entry], now: int) -> list[tuple[str, dict[str, Any]]]:
        found.append(permission_for(bundle, ledger, entries, now))
        return []

    try:
        ledger.append(decide)
    except RefusedError as error:
        note_refusal(ledger, bundle.header, error)
        raise
    return found[0]


def note_refusal(ledger: Ledger, header: Header, error: CameoError) -> None:
    """Write a refused use down, which also keeps the clock from being set back before it."""
    ledger.note("refused", cameo=header.id, reason=str(error)[:500])


def day(seconds: int) -> str:
    """A date and time in UTC."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
