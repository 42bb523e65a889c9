"""Opening a database: SQLite with the journal that its version can be trusted with, or PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import PoolProxiedConnection

from engine.errors import N_, OporaError
from engine.stored_values import DamagedValueError, check_kinds

BUSY_TIMEOUT_SECONDS = 30
# After so long without a word in the middle of a transaction PostgreSQL ends the session and gives up its locks.
SILENCE_SECONDS = 300
_BEGIN = "opora_begin"
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

    # SQLite says the same of a disk that does not read; a file behind it may be whole, and newer than any backup.
    message = N_(
        "The database file is damaged: {reason}. If the system's log tells of trouble with the disk, mend that first. "
        "Else bring back the last good backup: opora restore FILE."
    )


class UnreadableTextError(DatabaseDamagedError):
    """A text in it is none: SQLite keeps whatever bytes it is given."""


class DatabaseFullError(DatabaseUnavailableError):
    """There is no room for what was to be written."""

    message = N_(
        "There is no room left for the database: {reason}. Nothing was changed. "
        "Make room on the disk that it lies on, then try again."
    )


class DatabaseDiskError(DatabaseUnavailableError):
    """The disk does not read or write."""

    # SQLite reports the last sync of a commit too, after which the commit stands: “nothing was changed” might be wrong.
    message = N_(
        "The disk under the database fails: {reason}. Check that the data folder can be written, and what the system's "
        "log says of the disk; if it is lost, bring back the last good backup on another one: opora restore FILE. "
        "The step just tried was taken as a whole or not at all: look which, before you repeat it."
    )


class DatabaseCutOffError(DatabaseUnavailableError):
    """The server was gone before it said that it had committed."""

    message = N_(
        "The database server broke off while it kept a step: {reason}. See that the server runs. "
        "The step was taken as a whole or not at all: look which, before you repeat it."
    )


class DatabaseMovedAwayError(DatabaseUnavailableError):
    """The database's contents were moved elsewhere since it was opened."""

    message = N_(
        "This database was moved elsewhere meanwhile, so nothing can be written here any more; nothing was changed. "
        "Start the command again: it says where to."
    )


class DatabaseBusyError(DatabaseUnavailableError):
    """Somebody else has kept the database to themselves for too long."""

    message = N_(
        "Another program keeps the database to itself: {reason}. Nothing was changed. "
        "Try again; if it stays so, see which programs have the file open and end the one that hangs."
    )


UNREADABLE = (DamagedValueError, UnreadableTextError)
"""One value, and not the database: the others may well be read."""

REFUSAL = "this database was moved"
"""What triggers say that keep everybody from writing into a database that was moved (`runtime.database_marks`)."""

# By the name that SQLite gives the trouble, or the code that PostgreSQL does (its documentation, appendix A).
_TROUBLES = {
    "SQLITE_FULL": DatabaseFullError,
    "53100": DatabaseFullError,
    "SQLITE_BUSY": DatabaseBusyError,
    "SQLITE_LOCKED": DatabaseBusyError,
    "58030": DatabaseDiskError,
}


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite is free of the WAL-reset corruption (fixed in 3.51.3, 3.50.7 and 3.44.6).

    Source: https://www.sqlite.org/wal.html#walresetbug
    """
    return version >= (3, 51, 3) or (
        version[:2] in {(3, 50), (3, 44)} and version >= {50: (3, 50, 7), 44: (3, 44, 6)}[version[1]]
    )


def open_database(url: str, journal_mode: str | None = None) -> Engine:
    """An engine with this application's transaction and durability rules; connects to nothing yet.

    Args:
        url: `sqlite:///path` or `postgresql://user@host/name`.
        journal_mode: of SQLite, `WAL` or `TRUNCATE`; by itself what its version can be trusted with.

    Raises:
        DatabaseUrlError: neither SQLite nor PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # Before an @ there may be a password, however the rest was mistyped.
        _, login_ends, place = url.rpartition("@")
        raise DatabaseUrlError(url=f"…@{place}" if login_ends else url) from error
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return _open_sqlite(url, journal_mode or ("WAL" if wal_is_safe() else "TRUNCATE"))
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


def _open_sqlite(url: str, journal_mode: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "factory": _Connection})
    check_kinds(engine)
    # Not a listener of the event: while there is one, SQLAlchemy asks for listeners at every turn of a connection.
    engine.dialect.do_begin = _begin  # type: ignore[assignment, method-assign]

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # Autocommit in the driver: BEGIN is ours to send, IMMEDIATE where a transaction writes.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (f"journal_mode={journal_mode}", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _begin(connection: PoolProxiedConnection) -> None:
    cursor = connection.cursor()
    cursor.execute(connection.info.pop(_BEGIN, "BEGIN DEFERRED"))
    cursor.close()


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
    with _calm_errors(), engine.connect() as connection:
        connection.info[_BEGIN] = "BEGIN IMMEDIATE"
        with connection.begin():
            yield connection


def is_database_trouble(error: BaseException) -> bool:
    """Whether it is the database that failed, and not a statement or a value that the program gave it."""
    if not isinstance(error, DatabaseError):
        return isinstance(error, DatabaseUnavailableError)
    # `DatabaseError` itself is what a damaged file gives; its other children are faults of the program, unless the
    # server ended the session meanwhile, or the database was closed.
    is_broken = isinstance(error, OperationalError) or type(error) is DatabaseError
    return is_broken or error.connection_invalidated or REFUSAL in str(error.orig)


@contextmanager
def _calm_errors() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if not is_database_trouble(error):
            raise
        reason = str(error.orig).strip() or type(error.orig).__name__
        # Of a text that is none the driver quotes the bytes.
        raise _trouble(error)(reason=reason.splitlines()[0].partition(" with text ")[0]) from error


def _trouble(error: DatabaseError) -> type[DatabaseUnavailableError]:
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
    if REFUSAL in str(error.orig):
        return DatabaseMovedAwayError
    if code.startswith("SQLITE_IOERR"):
        return DatabaseDiskError
    if not code and str(error.orig).startswith("Could not decode"):
        return UnreadableTextError
    if type(error) is DatabaseError:
        return DatabaseDamagedError
    # Committing is no statement.
    cut_off = error.connection_invalidated and error.statement is None
    return _TROUBLES.get(code, DatabaseCutOffError if cut_off else DatabaseUnavailableError)
