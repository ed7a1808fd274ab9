"""What owners and grantees do with documents: grant, revoke, import."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..identity import SignatureError, parse_card
from .bundle import SUFFIX, Bundle
from .container import CameoError
from .document import (
    ANYONE,
    DAY_S,
    DEFAULT_DAYS,
    MAX_DAYS,
    Approval,
    Document,
    Grant,
    RevocationList,
    UploadBan,
    issue_grant,
    read_document,
)
from .ledger import Entry, Ledger
from .library import add_cameo
from .rules import Rules

_KINDS: dict[type[Document], str] = {
    Grant: "grant",
    RevocationList: "revocation",
    Approval: "approval",
    UploadBan: "upload ban",
}
"""Entries of the ledger that hold documents."""


def grant_cameo(
    bundle: Bundle,
    grantee: str,
    rules: Rules | None = None,
    days: float = DEFAULT_DAYS,
    ledger: Ledger | None = None,
) -> Grant:
    """Grant a cameo to a key card, or to ``anyone``, and note it in the ledger.

    Raises:
        CameoError: not the owner, a time out of range, or no such grantee.
    """
    ledger = ledger or Ledger()
    key = bundle.open_as_owner(ledger.identity)
    if not 0 < days <= MAX_DAYS:
        raise CameoError(f"{days:g} days are not in 0..{MAX_DAYS}; use for example {DEFAULT_DAYS}")
    to = None if grantee.strip().lower() == ANYONE else parse_card(grantee)
    now = int(ledger.clock())
    grant = issue_grant(
        bundle.header,
        key,
        to,
        rules or Rules(),
        now + max(1, round(days * DAY_S)),
        now,
        ledger.identity,
    )
    ledger.note("grant", document=grant.to_json())
    return grant


def revoke(
    bundle: Bundle, grant_ids: Sequence[str], ledger: Ledger | None = None
) -> RevocationList:
    """Take grants back (none named: all of the cameo) and note it; the list can be sent on.

    Raises:
        CameoError: not the owner, or an id that no grant of this cameo has.
    """
    ledger = ledger or Ledger()
    header = bundle.header
    if ledger.identity.public != header.owner:
        raise CameoError(f"only the owner of {header.name} can take grants back")
    known = {
        str(entry.body["document"]["id"])
        for entry in ledger.entries()
        if entry.kind == "grant" and entry.body["document"].get("cameo") == header.id
    }
    full = [_completed(given, known) for given in grant_ids]
    unsigned = RevocationList(
        owner=header.owner.signing,
        issued=int(ledger.clock()),
        signature="",
        grants=tuple(full),
        cameos=() if full else (header.id,),
    )
    signed = unsigned.signed_by(ledger.identity)
    ledger.note("revocation", document=signed.to_json())
    return signed


def revocation_list(ledger: Ledger) -> RevocationList:
    """One list of everything that this identity has ever taken back, to publish.

    It has one date. A cameo that was granted anew after all its grants were taken back is not on
    it, but each of those grants is.
    """
    entries, owner = ledger.entries(), ledger.identity.public.signing
    told = [
        RevocationList.from_json(entry.body["document"])
        for entry in entries
        if entry.kind == "revocation"
    ]
    own = [one for one in told if one.owner == owner]
    grants = {grant for one in own for grant in one.grants}
    whole = {cameo: one.issued for one in sorted(own, key=_issued) for cameo in one.cameos}
    cameos = set(whole)
    for entry in entries:
        grant = Grant.from_json(entry.body["document"]) if entry.kind == "grant" else None
        if grant is not None and grant.owner == owner and grant.cameo in whole:
            if grant.issued > whole[grant.cameo]:
                cameos.discard(grant.cameo)
            else:
                grants.add(grant.id)
    unsigned = RevocationList(
        owner=owner,
        issued=max(map(_issued, own), default=0),
        signature="",
        grants=tuple(grants),
        cameos=tuple(cameos),
    )
    return unsigned.signed_by(ledger.identity)


def _issued(document: Document) -> int:
    return document.issued


def import_file(path: Path, ledger: Ledger | None = None) -> Document | Bundle:
    """Take in what somebody sent: a cameo, a grant, a revocation list, an approval, an upload ban.

    Raises:
        CameoError: it is none of these, or not what its signature says.
    """
    if path.suffix.lower() == SUFFIX:
        return add_cameo(path)
    try:
        document = read_document(path)
    except SignatureError as error:
        raise CameoError(f"{path.name} is not taken: {error}") from error
    kind = _KINDS[type(document)]
    told = document.to_json()

    def decide(entries: Sequence[Entry], _now: int) -> list[tuple[str, dict[str, Any]]]:
        known = any(e.kind == kind and e.body.get("document") == told for e in entries)
        return [] if known else [(kind, {"document": told})]

    (ledger or Ledger()).append(decide)
    return document


def export_cameo(bundle: Bundle, folder: Path) -> Path:
    """Copy the cameo file, as it may be sent to anybody, into a folder."""
    if bundle.path is None:
        raise CameoError("this cameo was not read from a file")
    return Path(shutil.copyfile(bundle.path, folder / bundle.path.name))


def _completed(given: str, known: set[str]) -> str:
    found = [grant_id for grant_id in known if grant_id.startswith(given.lower())]
    if len(found) != 1 or not given:
        shown = ", ".join(sorted(grant_id[:12] for grant_id in known)) or "none"
        raise CameoError(f"{given!r} names no single grant of this cameo; grants: {shown}")
    return found[0]
