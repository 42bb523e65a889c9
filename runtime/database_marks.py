"""Marks that close a database to everybody: it was moved elsewhere, or a copy into it has not ended.

Whoever opens a database looks for them. A database that was moved refuses writes by triggers too, so that a command
which was opened before the move cannot write behind it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, inspect, or_, select, text

from activities.tables import setting
from engine.clock import format_instant
from engine.database import REFUSAL
from engine.errors import N_, OporaError
from engine.prepared import Prepared
from engine.tables import metadata

COPYING_SINCE = "copying_since"
MOVED_TO = "moved_to"
MARKS = (COPYING_SINCE, MOVED_TO)
_MARKED = Prepared(select(setting.c.key, setting.c.value).where(or_(*(setting.c.key == each for each in MARKS))))

_TRIGGER = "opora_moved_"


class CopyUnfinishedError(OporaError):
    """A copy into the database was begun and did not come to its end."""

    message = N_(
        "A copy into this database was begun at {since} and has not ended, so nobody may work in it. "
        "Drop it, make it again empty, and run opora database copy once more where the data come from."
    )


class DatabaseMovedError(OporaError):
    """The database's contents live on elsewhere."""

    message = N_(
        "This database was moved to {target}; what is here stays as it was. Set OPORA_DATABASE_URL to that one. "
        "To take the move back, stop what works there and run here: opora database reopen"
    )


class NotMovedError(OporaError):
    """There is no move to take back."""

    message = N_("This database was not moved, so there is nothing to take back. Go on working.")


def refuse_closed(connection: Connection) -> None:
    """Refuse a database that nobody may work in.

    Raises:
        CopyUnfinishedError: a copy into it has not ended.
        DatabaseMovedError: it was moved.
    """
    marks = dict(_MARKED.fetch(connection, {}))
    if COPYING_SINCE in marks:
        raise CopyUnfinishedError(since=marks[COPYING_SINCE])
    if MOVED_TO in marks:
        raise DatabaseMovedError(target=marks[MOVED_TO])


def mark_copying(connection: Connection, now: datetime) -> None:
    """Note that a copy into this database has begun."""
    connection.execute(insert(setting).values(key=COPYING_SINCE, value=format_instant(now)))


def unmark_copying(connection: Connection) -> None:
    """The copy is whole."""
    connection.execute(delete(setting).where(setting.c.key == COPYING_SINCE))


def close_moved(connection: Connection, target: str) -> None:
    """Close the database that was copied from, within the transaction that kept everybody from writing.

    Args:
        connection: as the tables' owner.
        target: where the data live on; without a password, since everybody is told.
    """
    connection.execute(insert(setting).values(key=MOVED_TO, value=target))
    for statement in _refusing(connection, metadata.tables):
        connection.exec_driver_sql(statement)


def reopen(connection: Connection) -> None:
    """Take a move back: what is here counts again.

    Raises:
        NotMovedError: it was not moved.
    """
    if connection.execute(select(setting.c.value).where(setting.c.key == MOVED_TO)).scalar() is None:
        raise NotMovedError
    for statement in _allowing(connection):
        connection.exec_driver_sql(statement)
    connection.execute(delete(setting).where(setting.c.key == MOVED_TO))


def _refusing(connection: Connection, tables: Iterable[str]) -> Iterable[str]:
    if connection.dialect.name == "sqlite":
        for name in tables:
            for change in ("INSERT", "UPDATE", "DELETE"):
                yield (
                    f'CREATE TRIGGER {_TRIGGER}{name}_{change.lower()} BEFORE {change} ON "{name}"'
                    f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                )
        return
    yield (
        f"CREATE FUNCTION {_TRIGGER}refuse() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for name in tables:
        yield (
            f'CREATE TRIGGER {_TRIGGER}{name} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{name}"'
            f" FOR EACH STATEMENT EXECUTE FUNCTION {_TRIGGER}refuse()"
        )


def _allowing(connection: Connection) -> Iterable[str]:
    if connection.dialect.name == "sqlite":
        found = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, :length) = :prefix")
        names = connection.execute(found, {"length": len(_TRIGGER), "prefix": _TRIGGER}).scalars().all()
        return [f'DROP TRIGGER "{name}"' for name in names]
    tables = [name for name in inspect(connection).get_table_names() if name in metadata.tables]
    triggers = [f'DROP TRIGGER IF EXISTS {_TRIGGER}{name} ON "{name}"' for name in tables]
    return [*triggers, f"DROP FUNCTION {_TRIGGER}refuse()"]
