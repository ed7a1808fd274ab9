"""The folder where Hibari keeps what it must not lose: keys, the ledger, cameos, policies.

``HIBARI_HOME`` wins, then the folder a host chose (:func:`use_home`), then the platform's data
folder. The folder belongs to one user (0700). All records of the trust room live in one database,
by default a SQLite file in that folder.
"""

from __future__ import annotations

import os
import sys
import threading
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Engine, MetaData

DATABASE_NAME = "hibari.sqlite3"
_BUSY_MS = 10_000

_chosen: Path | None = None
_engines: dict[tuple[int, str], Engine] = {}
_lock = threading.Lock()


def use_home(folder: Path | None) -> None:
    """Set the folder for the rest of the process (None: the default); ``HIBARI_HOME`` still wins.

    Nothing is written: the folder is made when it is first needed.
    """
    global _chosen  # noqa: PLW0603 - one home belongs to the process
    _chosen = folder


def home_folder() -> Path:
    """Return the folder of keys and records, made for this user alone (0700) when missing.

    Raises:
        ValueError: it cannot be made, or it is a file.
    """
    folder = home_path()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"Hibari's folder {folder} cannot be made: {(error.strerror or '').lower()}. "
            "Set HIBARI_HOME to a folder that you may write to."
        ) from error
    return folder


def home_subfolder(name: str) -> Path:
    """Return ``name`` below the home folder, made for this user alone (0700)."""
    folder = home_folder() / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def write_private(path: Path, content: bytes) -> Path:
    """Write a file that only this user may read (0600), whole or not at all; return ``path``."""
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise
    return path


def open_database(url: str | None = None) -> Engine:
    """Return the engine of the ledger; one engine per address and process.

    ``url`` is an SQLAlchemy address such as ``postgresql+psycopg://...``; None takes
    ``HIBARI_DATABASE`` and else the SQLite file of the home folder, which is written ahead (WAL) so
    that a killed process leaves it consistent and readers never wait.

    Raises:
        ValueError: an address that SQLAlchemy does not know, whose driver is not installed, or
            where nobody answers.
    """
    address = url or os.environ.get("HIBARI_DATABASE") or _default_address()
    with _lock:
        key = (os.getpid(), address)  # connections do not survive a fork
        if key not in _engines:
            _engines[key] = _connect(address)
        return _engines[key]


def make_tables(metadata: MetaData, engine: Engine) -> None:
    """Make the tables that are missing, also while another process makes them."""
    from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

    # Each failure means that another process has just made one of the tables.
    for _ in metadata.tables:
        with suppress(IntegrityError, OperationalError, ProgrammingError):
            return metadata.create_all(engine)
    return metadata.create_all(engine)


def home_path() -> Path:
    """Return where the folder is or will be; nothing is made."""
    given = os.environ.get("HIBARI_HOME")
    if given:
        return Path(given).expanduser().absolute()
    if _chosen is not None:
        return _chosen.absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "Hibari"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Hibari"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "hibari"


def _default_address() -> str:
    path = home_folder() / DATABASE_NAME
    if not path.exists():
        with suppress(FileExistsError):  # another process was first
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    return f"sqlite:///{path}"


def _connect(address: str) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

    try:
        engine = create_engine(address)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise ValueError(
            "the database address cannot be used (its password is not shown): "
            f"{type(error).__name__}. Use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME "
            "with its driver installed."
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    try:
        engine.connect().close()
    except OperationalError as error:
        why = str(error.orig).strip().splitlines()[0]
        raise ValueError(f"the database {engine.url!r} does not answer: {why}") from error
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")  # safe in WAL; only a power cut loses the last
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
