"""Whether the consents that a file names still stand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

_STATES = {True: "was taken back since", False: "stands", None: "is not known here"}


def consents(cameos: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what a manifest says of each cameo, with ``revoked``: True, False or None (unknown).

    Only this installation's ledger is asked; a grant that it does not hold is unknown.
    """
    if not cameos:
        return []
    states = _revoked()
    return [
        {**dict(cameo), "revoked": states.get(str(cameo.get("grant_sha256")))} for cameo in cameos
    ]


def consent_words(consent: Mapping[str, Any]) -> tuple[str, str]:
    """Return whose consent it is, and what became of it."""
    statement = consent.get("statement", {})
    name = str(statement.get("name", consent.get("cameo")))
    by_owner = statement.get("by") == "owner"
    return name, "is its owner's, who made this" if by_owner else _STATES[consent["revoked"]]


def _revoked() -> dict[str, bool]:
    """Return for the digest of each grant in the ledger whether it was taken back."""
    from ..trust.cameo.authority import is_revoked
    from ..trust.cameo.document import Grant
    from ..trust.cameo.ledger import Ledger, LedgerError
    from ..trust.identity import canonical_json

    try:
        entries = Ledger().entries()
    except LedgerError:
        return {}
    grants = [Grant.from_json(entry.body["document"]) for entry in entries if entry.kind == "grant"]
    return {
        hashlib.sha256(canonical_json(grant.to_json())).hexdigest(): is_revoked(grant, entries)
        for grant in grants
    }
