"""A TOML file that knows the line of every key, so that mistakes are reported where they are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

_T = TypeVar("_T")
_TABLE = re.compile(r"\s*\[\s*([\w.\"' -]+?)\s*\]\s*(?:#.*)?")
_KEY = re.compile(r"\s*([\w-]+|\"[^\"]*\"|'[^']*')\s*=")
_KINDS = {bool: "true or false", str: "a text in quotes", int: "a whole number"}


class PolicyFile:
    """Typed access to a policy's values.

    Raises:
        ValueError: the text is no TOML; the message tells the line.
    """

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self._lines = text.splitlines()
        try:
            self._data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"(.*) \(at line (\d+), column \d+\)", str(error))
            reason = found[1] if found else str(error).split(" (")[0]
            line = found[2] if found else len(self._lines)
            raise ValueError(
                f"{source}, line {line}: this is no TOML: {reason}. Correct it"
            ) from error

    def check_keys(self, known: Mapping[str, Collection[str]]) -> None:
        """Refuse tables and keys outside of ``known`` (``""``: the top); categories check theirs.

        Raises:
            ValueError: an unknown key or table.
        """
        tables = [table for table in (*known, "categories") if table]
        for key, value in self._data.items():
            if isinstance(value, dict) != (key in tables) or key not in (*tables, *known[""]):
                names = ", ".join((*sorted(known[""]), *(f"[{table}]" for table in tables)))
                raise self.error("", key, f"is not known here; known are {names}")
        for table in set(tables) & set(known):
            for key in self.keys(table):
                if key not in known[table]:
                    names = ", ".join(sorted(known[table]))
                    raise self.error(table, key, f"is not known; [{table}] has {names}")

    def keys(self, table: str) -> list[str]:
        """Return the keys of a table, empty when it is not there."""
        return list(self._data.get(table, {}))

    def value(
        self,
        table: str,
        key: str,
        kind: Any,
        default: _T,
        allowed: tuple[str, ...] | tuple[float, float] | None = None,
    ) -> _T:
        """Return a value as ``kind``; ``allowed`` are choices of a text or the ends of a range.

        Raises:
            ValueError: the value is of another kind or not allowed.
        """
        holder = self._data.get(table, {}) if table else self._data
        if key not in holder:
            return default
        given = holder[key]
        if kind is float and not isinstance(given, bool) and isinstance(given, (int, float)):
            low, high = allowed or (float("-inf"), float("inf"))
            if not float(low) <= given <= float(high):
                raise self.error(table, key, f"is {given}; give a number from {low} to {high}")
            return float(given)  # type: ignore[return-value]
        if kind is tuple:
            if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
                raise self.error(table, key, 'must be a list of texts, such as ["nudenet"]')
            return tuple(given)  # type: ignore[return-value]
        if allowed and kind is not float:
            if given not in allowed:
                raise self.error(
                    table, key, f"is {given!r}; use one of {', '.join(map(str, allowed))}"
                )
            return kind(given)  # type: ignore[no-any-return]
        if type(given) is not kind:
            raise self.error(table, key, f"is {given!r}; give {_KINDS.get(kind, 'a number')}")
        return given  # type: ignore[no-any-return]

    def error(self, table: str, key: str, problem: str) -> ValueError:
        """Return the error about a key, with its line."""
        name = f"{table}.{key}" if table else key
        return ValueError(f"{self.source}, line {self._line(table, key)}: {name} {problem}")

    def _line(self, table: str, key: str) -> int:
        """Return the line of a key in a table (or of a table); 1 where it is written otherwise."""
        current = ""
        for number, line in enumerate(self._lines, start=1):
            heading = _TABLE.fullmatch(line)
            if heading:
                current = heading[1].strip("\"'")
                if not table and current == key:
                    return number
            found = _KEY.match(line)
            if found and current == table and found[1].strip("\"'") == key:
                return number
        return 1
