"""A copy of a whole database as one file, and back: SQLite by its online backup, PostgreSQL by its own programs."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, inspect
from sqlalchemy.engine import make_url

from engine.database import DatabaseDamagedError, DatabaseUnavailableError, open_database, reading
from engine.errors import N_, OporaError

_QUEUE_TABLES = "huey_"


class ToolMissingError(OporaError):
    """A program of PostgreSQL is not installed."""

    message = N_("{program} is not on PATH. Install PostgreSQL's client programs (Debian: postgresql-client).")


class ToolFailedError(OporaError):
    """A program of PostgreSQL did not do its work."""

    message = N_("{program} failed: {reason}. See that it is of the server's version and that the database is reached.")


class DatabaseUsedError(OporaError):
    """There is a database where one is to be brought back."""

    message = N_(
        "There are data in {database} already; nothing was changed. "
        "Set OPORA_DATA_DIR (or OPORA_DATABASE_URL) to an empty place and run the command again."
    )


def copy_out(url: str, target: Path) -> None:
    """Write a copy of one moment; people go on working meanwhile.

    Raises:
        DatabaseUnavailableError: it cannot be read.
        DatabaseDamagedError: SQLite finds a fault in it.
        ToolMissingError, ToolFailedError: `pg_dump` is not there or does not work.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _copy_sqlite(Path(str(parsed.database)), target)
        return
    _run(parsed, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--exclude-table={_QUEUE_TABLES}*",
         f"--file={target}")  # fmt: skip


def copy_in(source: Path, url: str) -> None:
    """Bring a copy back into an empty place.

    Raises:
        DatabaseUsedError: there is something already.
        DatabaseDamagedError: the copy is damaged.
        ToolMissingError, ToolFailedError: `pg_restore` is not there or does not work; nothing was changed.
    """
    refuse_used(url)
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        target = Path(str(parsed.database))
        staged = target.with_name(target.name + ".restoring")
        _copy_durably(source, staged)
        check_sqlite(staged)
        staged.replace(target)
        return
    _run(parsed, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
         f"--dbname={parsed.database}", str(source))  # fmt: skip


def refuse_used(url: str) -> None:
    """Refuse a database that holds anything.

    Raises:
        DatabaseUsedError: it does.
    """
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    if Path(str(parsed.database)).exists() if is_file else _has_tables(url):
        raise DatabaseUsedError(database=parsed.render_as_string(hide_password=True))


def check_sqlite(path: Path) -> None:
    """Let SQLite look its file over.

    Raises:
        DatabaseDamagedError: it finds a fault; names the first.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise DatabaseDamagedError(reason=error) from error
    if found != "ok":
        raise DatabaseDamagedError(reason=found)


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        # All pages in one step: between steps another process's write would start it anew.
        with closing(sqlite3.connect(source, timeout=30)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
    except sqlite3.OperationalError as error:
        raise DatabaseUnavailableError(reason=error) from error
    check_sqlite(target)


def _copy_durably(source: Path, target: Path) -> None:
    with source.open("rb") as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        os.fsync(file.fileno())


def _has_tables(url: str) -> bool:
    engine = open_database(url)
    try:
        with reading(engine) as connection:
            return any(not name.startswith(_QUEUE_TABLES) for name in inspect(connection).get_table_names())
    finally:
        engine.dispose()


def _run(url: URL, program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise ToolMissingError(program=program)
    done = subprocess.run(  # noqa: S603  (our own arguments)
        [path, *arguments], env=os.environ | _environment(url), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ToolFailedError(program=program, reason=" ".join(done.stderr.split())[:500])


def _environment(url: URL) -> dict[str, str]:
    """How libpq's programs are told where to go; on the command line everybody could read the password."""
    parts: dict[str, object] = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    parts |= {f"PG{name.upper()}": value for name, value in url.query.items()}
    return {name: str(value) for name, value in parts.items() if value is not None}
