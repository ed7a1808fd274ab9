"""The log of everything that happens to cameos: append-only, hash-chained, signed.

One table holds the entries, one row holds the number and hash of the last. An entry's hash covers
its content and the hash before it; its author signs the hash. What a cameo may do is read from the
log alone (grants, uses, revocations, results), so changing a row changes the chain. The end of the
chain that this user has seen is kept signed in a file beside the key (the *anchor*), and the key
remembers that there is one: a ledger that was rolled back, replaced or deleted is noticed.
Appending locks the last row first, so that two processes never spend the same last use.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..home import home_folder, make_tables, open_database, write_private
from ..identity import (
    Identity,
    SignatureError,
    canonical_json,
    current_identity,
    mark_identity,
    verify,
)
from .container import CameoError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData

MARK = "cameo-ledger"
ANCHOR_NAME = "cameo.anchor.json"
FIRST_HASH = "0" * 64
CLOCK_SLACK_S = 120


class LedgerError(CameoError):
    """The ledger does not tell the truth, or the clock does not."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened; ``body`` is JSON, ``time`` seconds since 1970 (UTC)."""

    sequence: int
    time: int
    kind: str
    body: dict[str, Any]
    author: str
    previous: str
    hash: str
    signature: str


Decision = Callable[[Sequence[Entry], int], list[tuple[str, dict[str, Any]]]]


class Ledger:
    """The log in one database, as one identity uses it."""

    def __init__(
        self,
        engine: Engine | None = None,
        identity: Identity | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.engine = engine or open_database()
        self.identity = identity or current_identity()
        self.clock = clock
        self._prepare()

    def entries(self) -> list[Entry]:
        """All entries in order, the chain and this user's anchor checked.

        Raises:
            LedgerError: an entry was changed, removed or put in between, or the log rolled back.
        """
        with self.engine.begin() as connection:
            found = self._read(connection)
        self._check(found)
        return found

    def append(self, decide: Decision) -> list[Entry]:
        """Append what ``decide(entries, now)`` returns, decided and written as one.

        No other process can append between the decision and the writing. What ``decide`` raises
        leaves the log as it was.

        Raises:
            LedgerError: the log was tampered with, or the clock is behind it.
        """
        from sqlalchemy import insert, update

        with self.engine.begin() as connection:
            if self.engine.dialect.name == "sqlite":
                # The anchor must never be ahead of the ledger, not even after a power cut.
                connection.exec_driver_sql("PRAGMA synchronous = FULL")
            head = self._tables["cameo_head"]
            # The row lock, and in SQLite the lock of the database, before anything is read.
            connection.execute(update(head).values(touched=head.c.touched + 1))
            found = self._read(connection)
            self._check(found)
            now = self._now(found)
            added: list[Entry] = []
            for kind, body in decide(found, now):
                entry = self._entry((added or found)[-1:] or [None], now, kind, body)
                connection.execute(insert(self._tables["cameo_log"]).values(**_row(entry)))
                added.append(entry)
            if added:
                last = {"sequence": added[-1].sequence, "hash": added[-1].hash}
                connection.execute(update(head).values(**last))
        if added:
            self._write_anchor(added[-1])
        return added

    def note(self, kind: str, **body: Any) -> Entry:
        """Append one entry as it is."""
        (entry,) = self.append(lambda _entries, _now: [(kind, body)])
        return entry

    def audit(self) -> list[str]:
        """Everything wrong with the log, one sentence each; none when it is whole."""
        from sqlalchemy import select

        problems = []
        with self.engine.begin() as connection:
            entries = self._read(connection)
            head = connection.execute(select(self._tables["cameo_head"])).one()
        previous = FIRST_HASH
        for position, entry in enumerate(entries, start=1):
            if entry.sequence != position:
                problems.append(f"entry {position} is missing")
                break
            if entry.previous != previous or entry.hash != _hash(entry):
                problems.append(f"entry {position} ({entry.kind}) was changed")
            try:
                verify(entry.author, "ledger entry", entry.hash, entry.signature)
            except SignatureError:
                problems.append(f"entry {position} ({entry.kind}) is not signed by its author")
            previous = entry.hash
        if (head.sequence, head.hash) != (len(entries), previous):
            problems.append(f"the last of {head.sequence} entries were removed")
        try:
            self._check_anchor(entries)
        except LedgerError as error:
            problems.append(str(error))
        return problems

    def _prepare(self) -> None:
        from sqlalchemy import insert, select
        from sqlalchemy.exc import IntegrityError

        self._metadata = _tables()
        make_tables(self._metadata, self.engine)
        self._tables = self._metadata.tables
        head = self._tables["cameo_head"]
        with self.engine.connect() as connection:
            exists = connection.execute(select(head.c.id)).first()
        if exists is None:
            try:
                with self.engine.begin() as connection:
                    connection.execute(
                        insert(head).values(id=1, sequence=0, hash=FIRST_HASH, touched=0)
                    )
            except IntegrityError:
                pass  # another process was first

    def _read(self, connection: Connection) -> list[Entry]:
        from sqlalchemy import select

        log = self._tables["cameo_log"]
        rows = connection.execute(select(log).order_by(log.c.sequence)).mappings()
        try:
            return [Entry(**{**row, "body": json.loads(row["body"])}) for row in rows]
        except (ValueError, TypeError) as error:
            raise LedgerError(_TAMPERED) from error

    def _check(self, entries: Sequence[Entry]) -> None:
        """Hashes of the whole chain, the anchor in it, and signatures behind the anchor."""
        previous = FIRST_HASH
        for position, entry in enumerate(entries, start=1):
            told = (entry.sequence, entry.previous, entry.hash)
            if told != (position, previous, _hash(entry)):
                raise LedgerError(_TAMPERED)
            previous = entry.hash
        for entry in entries[self._check_anchor(entries) :]:
            try:
                verify(entry.author, "ledger entry", entry.hash, entry.signature)
            except SignatureError as error:
                raise LedgerError(_TAMPERED) from error

    def _check_anchor(self, entries: Sequence[Entry]) -> int:
        """How many entries this user's anchor vouches for."""
        anchor = self._read_anchor()
        if anchor is None:
            if MARK in self.identity.marks:
                raise LedgerError(f"{_anchor_path()} is gone. {_RESTORE}")
            return 0
        sequence = int(anchor["sequence"])
        if sequence > len(entries) or entries[sequence - 1].hash != anchor["hash"]:
            raise LedgerError(
                f"the ledger no longer holds its entry {sequence}: it was rolled back, replaced or "
                f"deleted. {_RESTORE}"
            )
        return sequence

    def _read_anchor(self) -> dict[str, Any] | None:
        path = _anchor_path()
        if not path.exists():
            return None
        try:
            anchor = json.loads(path.read_text(encoding="utf-8"))
            signature = anchor.pop("signature")
            verify(self.identity.public.signing, "ledger anchor", anchor, signature)
            return dict(anchor)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LedgerError(f"{path} is damaged or of another identity. {_RESTORE}") from error

    def _write_anchor(self, last: Entry) -> None:
        try:
            anchor = self._read_anchor()
        except LedgerError:
            anchor = None
        if anchor is not None and int(anchor["sequence"]) >= last.sequence:
            return
        told: dict[str, Any] = {"sequence": last.sequence, "hash": last.hash, "time": last.time}
        told["signature"] = self.identity.sign("ledger anchor", told)
        write_private(_anchor_path(), canonical_json(told))
        if MARK not in self.identity.marks:
            self.identity = mark_identity(MARK)

    def _now(self, entries: Sequence[Entry]) -> int:
        now = int(self.clock())
        latest = max((entry.time for entry in entries), default=0)
        if now < latest - CLOCK_SLACK_S:
            shown = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(latest))
            raise LedgerError(
                f"this computer's clock is before the last entry of the ledger ({shown}); set the "
                "clock right"
            )
        return max(now, latest)

    def _entry(self, before: Sequence[Any], now: int, kind: str, body: dict[str, Any]) -> Entry:
        last: Entry | None = before[0]
        values = {
            "sequence": 1 if last is None else last.sequence + 1,
            "time": now,
            "kind": kind,
            "body": json.loads(canonical_json(body)),
            "author": self.identity.public.signing,
            "previous": FIRST_HASH if last is None else last.hash,
        }
        unsigned = Entry(**values, hash="", signature="")
        digest = _hash(unsigned)
        return Entry(**values, hash=digest, signature=self.identity.sign("ledger entry", digest))


_TAMPERED = (
    "the ledger of cameos was tampered with; `hibari cameo audit` shows where. Restore it from a "
    "backup before cameos are used again"
)
_RESTORE = "Restore the folder of Hibari from a backup, or start over with a new identity."


def _anchor_path() -> Path:
    return home_folder() / ANCHOR_NAME


def _hash(entry: Entry) -> str:
    covered = [
        entry.sequence, entry.time, entry.kind, entry.body, entry.author, entry.previous
    ]  # fmt: skip
    return hashlib.sha256(canonical_json(covered)).hexdigest()


def _row(entry: Entry) -> dict[str, Any]:
    return {**vars(entry), "body": canonical_json(entry.body).decode()}


def _tables() -> MetaData:
    from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text

    metadata = MetaData()
    Table(
        "cameo_log",
        metadata,
        Column("sequence", BigInteger, primary_key=True, autoincrement=False),
        Column("time", BigInteger, nullable=False),
        Column("kind", String(32), nullable=False),
        Column("body", Text, nullable=False),
        Column("author", String(64), nullable=False),
        Column("previous", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("signature", String(128), nullable=False),
    )
    Table(
        "cameo_head",
        metadata,
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("sequence", BigInteger, nullable=False),
        Column("hash", String(64), nullable=False),
        Column("touched", BigInteger, nullable=False),
    )
    return metadata
