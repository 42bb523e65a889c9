"""Writing the database's files anew, so that what was erased is not left in their unused places."""

import sqlite3
from contextlib import closing

import psycopg
from sqlalchemy import Engine

from engine.database import DatabaseUnavailableError
from engine.tables import metadata


def compact(engine: Engine) -> None:
    """Rewrite the files; others wait meanwhile, for about as long as a copy takes.

    Args:
        engine: the database as its owner.

    Raises:
        DatabaseUnavailableError: others are at work, there is no room for a copy, or it is not the owner's login.
    """
    try:
        with closing(engine.raw_connection()) as pooled:
            raw = pooled.driver_connection
            if isinstance(raw, psycopg.Connection):
                _rewrite_tables(raw, engine)
            else:
                # Connections are in autocommit (see `database`); the second empties a write-ahead log of old pages.
                raw.execute("VACUUM")  # type: ignore[union-attr]
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    except (sqlite3.OperationalError, psycopg.Error) as error:
        raise DatabaseUnavailableError(reason=str(error).strip()) from error


def _rewrite_tables(raw: "psycopg.Connection[object]", engine: Engine) -> None:
    """PostgreSQL keeps old versions of rows in a table's file until it is written anew."""
    quote = engine.dialect.identifier_preparer.quote
    raw.autocommit = True
    try:
        for name in metadata.tables:
            raw.execute(f"VACUUM (FULL) {quote(name)}".encode())
    finally:
        raw.autocommit = False
