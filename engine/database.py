"""Opening a database: SQLite with the journal that its version can be trusted with, or PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from engine.errors import N_, OporaError
from engine.prepared import on_driver

BUSY_TIMEOUT_SECONDS = 30
# After so long without a word in the middle of a transaction PostgreSQL ends the session and gives up its locks.
SILENCE_SECONDS = 300
_WRITES = "opora_writes"
# What SQLite gives by itself: all that a read transaction sees is of one moment.
_POSTGRESQL_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class DatabaseUrlError(OporaError):
    """The database URL cannot be used."""

    message = N_(
        "{url} is not a database that Opora can use. "
        "Set OPORA_DATABASE_URL to sqlite:///data/opora.db or postgresql://user@host/name."
    )


class DatabaseUnavailableError(OporaError):
    """The database cannot be opened, read or written at this moment."""

    message = N_(
        "The database cannot be used now: {reason}. Nothing was changed. "
        "Check that the data folder exists and can be written and that the server runs, then try again."
    )


class DatabaseDamagedError(DatabaseUnavailableError):
    """The file is no database any more, or parts of it cannot be read."""

    message = N_("The database file is damaged: {reason}. Bring back the last good backup: opora restore FILE.")


class DatabaseFullError(DatabaseUnavailableError):
    """There is no room for what was to be written."""

    message = N_(
        "There is no room left for the database: {reason}. Nothing was changed. "
        "Make room on the disk that it lies on, then try again."
    )


class DatabaseBusyError(DatabaseUnavailableError):
    """Somebody else has kept the database to themselves for too long."""

    message = N_(
        "Another program keeps the database to itself: {reason}. Nothing was changed. "
        "Try again; if it stays so, see which programs have the file open and end the one that hangs."
    )


# By the name that SQLite gives the trouble, or the code that PostgreSQL does (its documentation, appendix A).
_TROUBLES = {
    "SQLITE_FULL": DatabaseFullError,
    "53100": DatabaseFullError,
    "SQLITE_BUSY": DatabaseBusyError,
    "SQLITE_LOCKED": DatabaseBusyError,
}


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite is free of the WAL-reset corruption (fixed in 3.51.3, 3.50.7 and 3.44.6).

    Source: https://www.sqlite.org/wal.html#walresetbug
    """
    return version >= (3, 51, 3) or (
        version[:2] in {(3, 50), (3, 44)} and version >= {50: (3, 50, 7), 44: (3, 44, 6)}[version[1]]
    )


def open_database(url: str) -> Engine:
    """An engine with this application's transaction and durability rules; connects to nothing yet.

    Raises:
        DatabaseUrlError: neither SQLite nor PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUrlError(url=url) from error
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return _open_sqlite(url)
    raise DatabaseUrlError(url=parsed.render_as_string(hide_password=True))


def _open_postgresql(url: URL) -> Engine:
    engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # A worker that is frozen or cut off must not keep rows from the others for ever; what it says later is refused.
        connection.execute(f"SET idle_in_transaction_session_timeout = '{SILENCE_SECONDS * 1000:.0f}ms'")
        connection.commit()

    return engine


class _Cursor(sqlite3.Cursor):
    """Says that a file is damaged where the driver stumbles over the very words in which SQLite says so."""

    def execute(self, *given: Any) -> "_Cursor":
        try:
            return super().execute(*given)
        except UnicodeDecodeError as error:
            raise sqlite3.DatabaseError(_NAMELESS) from error

    def executemany(self, *given: Any) -> "_Cursor":
        try:
            return super().executemany(*given)
        except UnicodeDecodeError as error:
            raise sqlite3.DatabaseError(_NAMELESS) from error


_NAMELESS = "malformed database schema"


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


def _open_sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "factory": _Connection})
    journal_mode = "WAL" if wal_is_safe() else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # Autocommit in the driver: BEGIN is ours to send, IMMEDIATE where a transaction writes.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (f"journal_mode={journal_mode}", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        text = "BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN DEFERRED"
        on_driver(connection, text, lambda cursor: cursor.execute(text))

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A short read transaction that sees one moment; fetch everything inside, keep no cursor open across I/O.

    Raises:
        DatabaseUnavailableError: the database cannot be opened or read.
    """
    options = _POSTGRESQL_SNAPSHOT if engine.dialect.name == "postgresql" else {}
    with _calm_errors(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A write transaction, begun IMMEDIATE on SQLite so that it never fails half-way for a lock.

    Raises:
        DatabaseUnavailableError: the database cannot be opened or written; nothing was changed.
    """
    with _calm_errors(), engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


def is_database_trouble(error: BaseException) -> bool:
    """Whether it is the database that failed, and not a statement or a value that the program gave it."""
    if not isinstance(error, DatabaseError):
        return isinstance(error, DatabaseUnavailableError)
    # `DatabaseError` itself is what a damaged file gives; its other children are faults of the program, unless the
    # server ended the session meanwhile.
    return isinstance(error, OperationalError) or type(error) is DatabaseError or error.connection_invalidated


@contextmanager
def _calm_errors() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if not is_database_trouble(error):
            raise
        reason = str(error.orig).strip() or type(error.orig).__name__
        raise _trouble(error)(reason=reason.splitlines()[0]) from error


def _trouble(error: DatabaseError) -> type[DatabaseUnavailableError]:
    if type(error) is DatabaseError:
        return DatabaseDamagedError
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
    return _TROUBLES.get(code, DatabaseUnavailableError)
