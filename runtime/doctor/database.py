"""The database: which version, which durability, whole or not."""

import sqlite3
from pathlib import Path

from sqlalchemy import text

from engine.database import reading, wal_is_safe
from engine.errors import N_, OporaError
from engine.unit_of_work import Store
from runtime import migrations
from runtime.bootstrap import Application
from runtime.database_copy import check_sqlite
from runtime.doctor.finding import Findings, failure, good, refused

SCHEMA = N_("The database is of version {version}, as this program is; it was made for “{purpose}”.")
SQLITE = N_("SQLite {version} keeps its journal in the mode {mode} and forces each commit to the disk.")
SQLITE_UNSAFE = N_(
    "SQLite {version} can corrupt a database in the mode WAL, which this one is in. "
    "Stop all processes of Opora and start them again; if it stays, install SQLite 3.51.3 or newer."
)
SQLITE_WHOLE = N_("SQLite finds its file whole.")
POSTGRESQL = N_("PostgreSQL {version} answers.")


def check_schema(application: Application) -> Findings:
    """The version fits: else there would be no application."""
    version = migrations.current(application.store.engine)
    yield good("schema", SCHEMA, version=version, purpose=application.purpose.value)


def check_storage(application: Application) -> Findings:
    """Durable, and whole as far as a quick look tells."""
    engine = application.store.engine
    if engine.dialect.name == "sqlite":
        yield from _check_sqlite(application.store, Path(str(engine.url.database)))
        return
    with reading(engine) as connection:
        version = connection.execute(text("SHOW server_version")).scalar()
    yield good("storage", POSTGRESQL, version=version)


def _check_sqlite(store: Store, path: Path) -> Findings:
    with store.read() as connection:
        mode = str(connection.execute(text("PRAGMA journal_mode")).scalar()).upper()
    unsafe = mode == "WAL" and not wal_is_safe()
    tell, said = (failure, SQLITE_UNSAFE) if unsafe else (good, SQLITE)
    yield tell("storage", said, version=sqlite3.sqlite_version, mode=mode)
    try:
        check_sqlite(path)
    except OporaError as error:
        yield refused("storage_whole", error)
    else:
        yield good("storage_whole", SQLITE_WHOLE)
