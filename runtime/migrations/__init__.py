"""Versions of the database's schema; the only place that knows all tables.

A revision is a module `versions/NNNN_name.py` of Alembic, numbered without gaps. The first holds the whole schema as
SQL beside it; `docs/howto/change-the-schema.md` says how to write one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

import activities.tables  # noqa: F401  (importing a room's tables puts them into the one `MetaData`)
import notifications.tables  # noqa: F401  (as above)
from engine.database import reading, writing
from engine.errors import N_, OporaError
from engine.tables import metadata

SCHEMA = metadata
"""The tables of every room."""

FOLDER = Path(__file__).parent
VERSION_TABLE = "alembic_version"
_UPGRADING = 0x0904A  # any number, so long as nothing else of ours locks by it


class DatabaseNotInitialisedError(OporaError):
    """There is no database, or nothing in it."""

    message = N_("There is no database here yet. Run opora init, or set OPORA_DATABASE_URL or OPORA_DATA_DIR.")


class DatabaseOutdatedError(OporaError):
    """The schema is of an older version of the program."""

    message = N_(
        "The database is of version {version}, this program works with {newest}. "
        "Make a backup (opora backup FILE), then run opora database upgrade."
    )


class DatabaseTooNewError(OporaError):
    """The schema is of a newer version of the program."""

    message = N_(
        "The database is of version {version}, which is newer than this program ({newest}). Nothing was changed. "
        "Install the version of Opora that the database was last used with, or a newer one."
    )


def newest() -> str:
    """The version that this program works with."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def current(engine: Engine) -> str | None:
    """The database's version, or None where there is no schema; creates nothing, not even the file.

    Raises:
        DatabaseUnavailableError: the database cannot be opened or read.
    """
    if engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).exists():
        return None
    with reading(engine) as connection:
        return _version(connection)


def check(engine: Engine) -> None:
    """Refuse a database that this program cannot work with.

    Raises:
        DatabaseNotInitialisedError, DatabaseOutdatedError, DatabaseTooNewError: it is missing, older, newer.
        DatabaseUnavailableError: it cannot be opened or read.
    """
    version = current(engine)
    if version is None:
        raise DatabaseNotInitialisedError
    _refuse_newer(version)
    if version != newest():
        raise DatabaseOutdatedError(version=version, newest=newest())


def upgrade(engine: Engine, also: Callable[[Connection], None] = lambda _connection: None) -> None:
    """Bring the schema to the newest version, in one transaction; does nothing where it is there already.

    Args:
        engine: the database, as the owner of its tables.
        also: what else belongs into the transaction, once the schema is there.

    Raises:
        DatabaseTooNewError: it is newer than this program.
        DatabaseUnavailableError: it cannot be opened or written.
    """
    # Imported here: slow to load, and only this needs it.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"output_buffer": None})
    config.set_main_option("script_location", str(FOLDER))
    with _alone(engine) as connection:
        _refuse_newer(_version(connection) or "")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        also(connection)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A write transaction in which no other upgrade runs; SQLite's `BEGIN IMMEDIATE` sees to it by itself."""
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADING})
        yield connection


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return version


def _refuse_newer(version: str) -> None:
    if version > newest():
        raise DatabaseTooNewError(version=version, newest=newest())
