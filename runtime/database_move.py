"""Moving an installation's database elsewhere: from SQLite to PostgreSQL when one machine is no longer enough, or back.

Nobody can write while it is copied, so it is of one moment. The order at the end counts: first the old database is
closed, then the new one is opened, so that there are never two that people could work in.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Table, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from engine.audit import Finding
from engine.checkpoints import read_anchor
from engine.database import open_database, reading, writing
from engine.errors import N_, OporaError
from engine.transparency import find_anchor
from engine.unit_of_work import SilentBell, Store
from runtime import migrations
from runtime.bootstrap import choose_clock
from runtime.database_copy import DatabaseUsedError, refuse_used
from runtime.database_marks import close_moved, mark_copying, refuse_closed, reopen, unmark_copying
from runtime.heartbeat import find_last_tick
from runtime.log_key import LogKey, PublicLogKey
from runtime.privileges import grant_access
from runtime.row_copy import TableContent, copy_rows, read_content
from runtime.settings import Settings
from runtime.verification import verify_records

STILL_WORKING = timedelta(seconds=100)
"""A worker leaves a sign of life about each minute; after this long without one, none runs."""

_LOCK_SECONDS = 30
_NOT_OURS = ("huey_", "sqlite_")


class WorkerRunsError(OporaError):
    """A worker was at work a moment ago."""

    message = N_(
        "A worker was at work at {last}. Stop web server and workers on every machine; in {seconds} seconds run the "
        "command again, or add --stopped if you have seen that they have all ended."
    )


class TargetUsedError(DatabaseUsedError):
    """The database to copy into is not empty."""

    message = N_(
        "There are data in {database} already; nothing was changed. Name an empty database. "
        "If a copy into it was cut off, drop it and make it again."
    )


class CopyDiffersError(OporaError):
    """What was read back is not what was written."""

    message = N_(
        "The table {table} in {target} is not what was copied. Nothing was changed here, and nobody can work there. "
        "Check that machine's disk and memory, then copy into a new, empty database."
    )


@dataclass(frozen=True, slots=True)
class Target:
    """Where to.

    Args:
        url: as the application is to log in.
        owner_url: who owns the tables there; the same login unless given.
    """

    url: str
    owner_url: str | None = None

    @property
    def name(self) -> str:
        """What everybody may be told: no password, no driver.

        Raises:
            DatabaseUrlError: the URL leads to no database that Opora can use.
        """
        with _opened(self.url) as engine:
            return engine.url.set(drivername=engine.dialect.name).render_as_string(hide_password=True)

    def settings(self, settings: Settings) -> Settings:
        """The settings as they are to be afterwards, as far as the database goes."""
        return settings.model_copy(update={"database_url": self.url, "database_owner_url": self.owner_url or self.url})


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied and verified.

    Attributes:
        tables: name → what both databases hold.
        entries: of history, verified in the new database.
        log_size: leaves of its log, up to the checkpoint of the old one.
        findings: of the audit: what had been altered before came along as it was.
        left: tables of others in the old database, which were not copied.
    """

    target: str
    tables: Mapping[str, TableContent]
    entries: int
    log_size: int
    findings: tuple[Finding, ...]
    left: tuple[str, ...]


def move_database(
    settings: Settings,
    target: Target,
    tell: Callable[[str, int], None],
    *,
    stopped: bool = False,
    earlier_keys: Sequence[PublicLogKey] = (),
) -> Moved:
    """Copy the database, verify the copy, close the old one.

    Ended by force at any point, either the old database is as it was, or it is closed and the new one is whole; until
    the end nobody can work in the new one.

    Args:
        settings: of the installation; its evidence, keys and letters stay where they are.
        target: an empty database.
        tell: is given a table's name and the number of rows of each page that was copied.
        stopped: a person says that no worker runs.
        earlier_keys: of the log, before its present one.

    Raises:
        WorkerRunsError: somebody may be sending a letter at this moment.
        TargetUsedError: the target is not empty.
        CopyUnfinishedError, DatabaseMovedError: the installation's own database is closed.
        DatabaseUnavailableError: one of the two cannot be used; what waits for a lock longer than half a minute, too.
        RowRefusedError, CopyDiffersError: the target does not hold what it was given.
        and what `migrations.check` and `LogKey.load` refuse.
    """
    keys = [LogKey.load(settings.keys_dir), *earlier_keys]
    clock = choose_clock(settings)
    with _opened(settings.database_owner_url) as source, _opened(target.settings(settings).database_owner_url) as copy:
        migrations.check(source)
        _refuse_used(target.settings(settings))
        with _frozen(source) as connection:
            refuse_closed(connection)
            if not stopped:
                _refuse_working(connection, clock.now(), settings)
            _make_schema(target.settings(settings), copy, clock.now())
            tables = {table.name: copy_rows(connection, copy, table, _telling(tell, table)) for table in _tables()}
            _finish(copy)
            _compare(copy, tables)
            moved = _verified(connection, Store(copy, clock, SilentBell()), keys, target.name, tables)
            close_moved(connection, moved.target)
        with writing(copy) as opening:
            unmark_copying(opening)
    return moved


def count_rows(settings: Settings) -> int:
    """About how many rows there are to copy, for showing how far it has come.

    Raises:
        DatabaseNotInitialisedError: there is nothing to copy; and what else `migrations.check` refuses.
    """
    with _opened(settings.database_url) as engine:
        migrations.check(engine)
        with reading(engine) as connection:
            counts = (connection.execute(select(func.count()).select_from(table)).scalar_one() for table in _tables())
            return sum(counts)


def reopen_database(settings: Settings) -> None:
    """Take a move back: the installation's own database counts again.

    Raises:
        NotMovedError: it was not moved.
    """
    with _opened(settings.database_owner_url) as engine:
        migrations.check(engine)
        with writing(engine) as connection:
            reopen(connection)


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _tables() -> list[Table]:
    """Each after those that it refers to."""
    return migrations.SCHEMA.sorted_tables


def _telling(tell: Callable[[str, int], None], table: Table) -> Callable[[int], None]:
    return lambda count: tell(table.name, count)


def _refuse_used(settings: Settings) -> None:
    try:
        refuse_used(settings.database_owner_url)
    except DatabaseUsedError as error:
        raise TargetUsedError(**error.details) from error


def _refuse_working(connection: Connection, now: datetime, settings: Settings) -> None:
    last = find_last_tick(connection)
    if last is not None and now - last < STILL_WORKING:
        seconds = int((last + STILL_WORKING - now).total_seconds()) + 1
        raise WorkerRunsError(last=last.astimezone(settings.zone), seconds=seconds)


@contextmanager
def _frozen(source: Engine) -> Iterator[Connection]:
    """A transaction beside which nobody else writes; reading goes on."""
    with writing(source) as connection:
        if source.dialect.name == "postgresql":
            quote = source.dialect.identifier_preparer.format_table
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
            connection.execute(text(f"LOCK TABLE {', '.join(map(quote, _tables()))} IN EXCLUSIVE MODE"))
        yield connection


def _make_schema(settings: Settings, copy: Engine, now: datetime) -> None:
    """All tables with triggers and rights, and in the same transaction the mark that closes them."""
    try:
        migrations.upgrade(copy, lambda connection: mark_copying(connection, now))
    except IntegrityError as error:
        # Another copy was quicker, after we had looked.
        raise TargetUsedError(database=copy.url.render_as_string(hide_password=True)) from error
    grant_access(settings, copy)


def _finish(copy: Engine) -> None:
    """PostgreSQL: new rows come after those that were copied, and the planner knows how many there are."""
    if copy.dialect.name != "postgresql":
        return
    quote = copy.dialect.identifier_preparer.format_table
    with writing(copy) as connection:
        for table in _tables():
            column = table.autoincrement_column
            if column is not None:
                highest = connection.execute(select(func.max(column))).scalar()
                sequence = func.pg_get_serial_sequence(quote(table), column.name)
                connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))
        connection.execute(text("ANALYZE"))


def _compare(copy: Engine, tables: Mapping[str, TableContent]) -> None:
    for table in _tables():
        if read_content(copy, table) != tables[table.name]:
            raise CopyDiffersError(table=table.name, target=copy.url.render_as_string(hide_password=True))


def _verified(
    source: Connection, copy: Store, keys: Sequence[PublicLogKey], target: str, tables: Mapping[str, TableContent]
) -> Moved:
    """The audit of the copy, its log held against the newest checkpoint of the source."""
    line = find_anchor(source)
    anchors = [read_anchor(line)] if line else []
    records = verify_records(copy, keys, anchors)
    there = inspect(source).get_table_names()
    known = {*tables, migrations.VERSION_TABLE}
    return Moved(
        target=target,
        tables=tables,
        entries=records.history.entries,
        log_size=records.log.size,
        findings=records.findings,
        left=tuple(sorted(name for name in there if name not in known and not name.startswith(_NOT_OURS))),
    )
