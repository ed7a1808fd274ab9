"""The registry of protected characters and marks: who owns them, on which terms, how often used.

Owners opt in: a name that is not entered stays refused by the guard's own list, an entry with terms
makes it usable and every clip that uses it is counted, so that revenue can be shared. Entries and
uses live in the ledger of the home folder (any SQLAlchemy database by address).
"""

from __future__ import annotations

import csv
import io
import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from ..home import DATABASE_NAME, home_path, make_tables, open_database
from .names import NameIndex, bundled_aliases

REFUSED, LICENSED = "refused", "licensed"
TERMS = (LICENSED, REFUSED)
CSV_COLUMNS = (
    *("name", "owner", "terms", "licence", "share_percent", "uses", "seconds"),
    *("first_use", "last_use"),
)
# A cell that begins like a formula is run by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_metadata = MetaData()
_rights = Table(
    "rights",
    _metadata,
    Column("name", String(200), primary_key=True),
    Column("aliases", String(2000), nullable=False, default=""),
    Column("owner", String(200), nullable=False),
    Column("terms", String(20), nullable=False),
    Column("licence", String(2000), nullable=False, default=""),
    Column("share_percent", Float, nullable=False, default=0.0),
    Column("until", String(10), nullable=False, default=""),
)
_uses = Table(
    "rights_uses",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, index=True),
    Column("clip", String(200), nullable=False, default=""),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("used_at", DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True)
class Right:
    """One entry: a protected name and what its owner allows.

    Attributes:
        terms: "licensed" (may be used on these terms) or "refused" (may not be used at all).
        licence: the terms in words, for example a licence id or an address.
        share_percent: of the revenue, 0 to 100.
        until: last day of the licence (ISO date), "" without end.

    Raises:
        ValueError: a field is wrong.
    """

    name: str
    owner: str
    terms: str = LICENSED
    aliases: tuple[str, ...] = ()
    licence: str = ""
    share_percent: float = 0.0
    until: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.owner.strip():
            raise ValueError("a right needs a name and an owner. Fill in both")
        if self.terms not in TERMS:
            raise ValueError(
                f"terms of {self.name!r} are {self.terms!r}; use one of {', '.join(TERMS)}"
            )
        if not 0 <= self.share_percent <= 100:
            raise ValueError(
                f"share_percent of {self.name!r} is {self.share_percent}; give 0 to 100"
            )
        if self.until:
            try:
                date.fromisoformat(self.until)
            except ValueError as error:
                raise ValueError(
                    f"until of {self.name!r} is {self.until!r}; write a day as 2027-12-31"
                ) from error

    def licensed_on(self, day: date) -> bool:
        """Whether the name may be used on a day."""
        in_time = not self.until or day <= date.fromisoformat(self.until)
        return self.terms == LICENSED and in_time

    @property
    def forms(self) -> tuple[str, ...]:
        """The name, its aliases, and what the guard's own list also calls it."""
        given = (self.name, *self.aliases)
        return tuple(dict.fromkeys((*given, *bundled_aliases("characters", given))))


class RightsRegistry:
    """Entries and counted uses in a database.

    Tables are made on first use.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine if engine is not None else open_database(None)
        make_tables(_metadata, self._engine)

    def add(self, right: Right) -> None:
        """Enter a right; an entry of the same name is replaced, its counted uses stay."""
        row = {
            "name": right.name,
            "aliases": "\n".join(right.aliases),
            "owner": right.owner,
            "terms": right.terms,
            "licence": right.licence,
            "share_percent": right.share_percent,
            "until": right.until,
        }
        with self._engine.begin() as connection:
            connection.execute(delete(_rights).where(_rights.c.name == right.name))
            connection.execute(insert(_rights).values(row))

    def remove(self, name: str) -> None:
        """Delete an entry; its counted uses stay, because they are owed.

        Raises:
            ValueError: there is no such entry.
        """
        with self._engine.begin() as connection:
            gone = connection.execute(delete(_rights).where(_rights.c.name == name)).rowcount
        if not gone:
            raise ValueError(f"no right is entered for {name!r}; `hibari guard rights` lists them")

    def entries(self) -> list[Right]:
        """Return all entries by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_rights).order_by(_rights.c.name)).all()
        return [_right(row) for row in rows]

    def named_in(self, readings: Sequence[str]) -> list[Right]:
        """Return the entries whose name or alias stands in a reading of a text."""
        entries = {right.name: right for right in self.entries()}
        index = NameIndex((right.name, right.forms) for right in entries.values())
        names = dict.fromkeys(name for reading in readings for name in index.find(reading))
        return [entries[name] for name in names]

    def count_use(self, names: Sequence[str], clip: str = "", seconds: float = 0.0) -> None:
        """Record that a clip used licensed names; ``clip`` is its file name or identifier."""
        now = datetime.now(UTC)
        rows = [{"name": n, "clip": clip, "seconds": seconds, "used_at": now} for n in names]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(insert(_uses), rows)

    def usage(self, since: date | None = None) -> list[dict[str, Any]]:
        """Return uses by name with the terms, as the columns of the CSV; also of past entries."""
        counted = select(
            _uses.c.name,
            func.count().label("uses"),
            func.sum(_uses.c.seconds).label("seconds"),
            func.min(_uses.c.used_at).label("first_use"),
            func.max(_uses.c.used_at).label("last_use"),
        ).group_by(_uses.c.name)
        if since is not None:
            start = datetime(since.year, since.month, since.day, tzinfo=UTC)
            counted = counted.where(_uses.c.used_at >= start)
        with self._engine.connect() as connection:
            uses = {row.name: row for row in connection.execute(counted).all()}
        entries = {right.name: right for right in self.entries()}
        return [_usage_row(n, entries.get(n), uses.get(n)) for n in sorted({*entries, *uses})]

    def to_csv(self, since: date | None = None) -> str:
        """Return the usage as CSV, safe to open in a spreadsheet."""
        text = io.StringIO()
        writer = csv.DictWriter(text, CSV_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in self.usage(since):
            writer.writerow({key: _cell(value) for key, value in row.items()})
        return text.getvalue()


def entered_rights() -> RightsRegistry | None:
    """Return the registry of this installation, None where no ledger was ever made.

    Looking at a prompt must not write a database.
    """
    if "HIBARI_DATABASE" in os.environ or (home_path() / DATABASE_NAME).is_file():
        return RightsRegistry()
    return None


def read_rights(path: Path) -> list[Right]:
    """Return the rights of a TOML file of ``[[right]]`` tables with the fields of :class:`Right`.

    Raises:
        ValueError: the file or an entry is wrong.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"rights file {path} cannot be read: {error}. Correct it") from error
    return list(_rights_of(table, path))


def _rights_of(table: dict[str, Any], path: Path) -> Iterator[Right]:
    entries = table.get("right")
    if not isinstance(entries, list) or set(table) != {"right"}:
        raise ValueError(f"rights file {path} must hold [[right]] tables and nothing else")
    for number, entry in enumerate(entries, start=1):
        try:
            yield Right(**{**entry, "aliases": tuple(entry.get("aliases", ()))})
        except (TypeError, ValueError) as error:
            raise ValueError(f"rights file {path}, entry {number}: {error}") from error


def _right(row: Any) -> Right:
    return Right(
        name=row.name,
        owner=row.owner,
        terms=row.terms,
        aliases=tuple(filter(None, row.aliases.split("\n"))),
        licence=row.licence,
        share_percent=row.share_percent,
        until=row.until,
    )


def _usage_row(name: str, right: Right | None, used: Any) -> dict[str, Any]:
    return {
        "name": name,
        "owner": right.owner if right else "",
        "terms": right.terms if right else "removed",
        "licence": right.licence if right else "",
        "share_percent": right.share_percent if right else 0.0,
        "uses": used.uses if used else 0,
        "seconds": round(used.seconds, 2) if used else 0.0,
        "first_use": _moment(used.first_use) if used else "",
        "last_use": _moment(used.last_use) if used else "",
    }


def _moment(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).isoformat(timespec="seconds")


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
