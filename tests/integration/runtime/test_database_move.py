"""A database is moved whole, SQLite to PostgreSQL and back; nobody can work in two at once or in half of one."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.exc import DatabaseError

from activities.acting import Actor
from activities.enrolment import NewPerson, enrol
from activities.people import get_person
from activities.tables import blob, day_override, person, section, setting
from engine.database import DatabaseMovedAwayError, DatabaseUnavailableError, open_database, reading, writing
from engine.tables import UtcDateTime, history
from engine.unit_of_work import SilentBell
from notifications.tables import mailbox
from runtime import database_move, migrations, row_copy
from runtime.backup import make_backup
from runtime.bootstrap import Application, build_application
from runtime.database_marks import CopyUnfinishedError, DatabaseMovedError, NotMovedError
from runtime.database_move import (
    CopyDiffersError,
    Target,
    TargetUsedError,
    WorkerRunsError,
    move_database,
    reopen_database,
)
from runtime.installation import initialise
from runtime.log_key import LogKeyMissingError
from runtime.row_copy import RowRefusedError
from runtime.settings import Settings
from runtime.ticking import run_tick
from runtime.verification import verify_installation
from tests.fixtures.databases import PostgresServer

pytestmark = pytest.mark.needs("postgresql")

MICROSECOND = datetime(2026, 3, 2, 6, 0, 0, 1, tzinfo=UTC)
SPRING = "2026-04-06T06:00:00Z"


def ignore(_table: str, _count: int) -> None:
    """Nobody watches."""


def rows_of(url: str) -> dict[str, list[str]]:
    """Every row of every table as text, but for what the move itself notes."""
    engine = open_database(url)
    try:
        with reading(engine) as connection:
            return {
                table.name: sorted(
                    text for row in connection.execute(select(table)) if "moved_to" not in (text := repr(tuple(row)))
                )
                for table in migrations.SCHEMA.sorted_tables
            }
    finally:
        engine.dispose()


@pytest.fixture
def target(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Target]:
    """An empty database of the other kind."""
    if settings.database_url.startswith("postgresql"):
        yield Target(f"sqlite:///{tmp_path / 'moved.db'}")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    server.execute("CREATE DATABASE moved")
    yield Target(server.url("moved"))
    server.execute("DROP DATABASE moved WITH (FORCE)")


@pytest.fixture
def worked(launched: Application, move_clock: Callable[[str], None]) -> Application:
    """The sample plan, launched, lived until April, and what plans seldom have; its worker has gone."""
    move_clock(SPRING)
    run_tick(launched)
    with launched.store.write() as work:
        connection = work.connection
        connection.execute(insert(blob).values(digest=bytes(range(32)), size=(1 << 31) - 1, stored_at=MICROSECOND))
        connection.execute(
            insert(day_override).values(day=MICROSECOND.date(), is_working=False, reason="Ёлка 🎄 'x'\n")
        )
        connection.execute(insert(mailbox), [{"name": name} for name in ("б@x", "a@x", "B@x", "_@x")])
        # A row that names a later one, as an amended plan may.
        first, *_, last = connection.execute(select(section.c.id).order_by(section.c.id)).scalars()
        connection.execute(update(section).where(section.c.id == first).values(parent_id=last))
    move_clock("2026-04-06T06:10:00Z")
    return launched


@pytest.fixture
def small(application: Application, move_clock: Callable[[str], None]) -> Application:
    """A few people, nothing to do, no worker."""
    for number in range(3):
        enrol(application.office, None, NewPerson(f"p{number}@parus.example.org", f"Person {number}"))
    run_tick(application)
    move_clock("2026-01-12T05:10:00Z")
    return application


def test_everything_is_in_the_other_database(
    worked: Application, target: Target, environment: pytest.MonkeyPatch
) -> None:
    """Each row of each table, each value of each kind, over many pages; the source's rows stay; all verifies there."""
    environment.setattr(row_copy, "LARGEST_PAGE", 60)
    environment.setattr(row_copy, "PAGE_BYTES", 20_000)
    before = rows_of(worked.settings.database_url)
    moved = move_database(worked.settings, target, ignore)
    assert rows_of(target.url) == rows_of(worked.settings.database_url) == before
    assert {name: each.rows for name, each in moved.tables.items()} == {
        name: len(rows) for name, rows in before.items()
    }
    assert (moved.findings, moved.left) == ((), ())
    assert moved.entries == moved.log_size == moved.tables["history"].rows > 0
    kinds = {type(column.type) for table in migrations.SCHEMA.sorted_tables for column in table.columns}
    assert UtcDateTime in kinds  # and every other, since every table is compared


def test_work_goes_on_where_it_was_moved(
    worked: Application, target: Target, move_clock: Callable[[str], None]
) -> None:
    """New rows come after the old ones, timers fire, the log goes on, history stays append-only."""
    move_database(worked.settings, target, ignore)
    move_clock("2026-05-04T06:00:00Z")
    there = build_application(target.settings(worked.settings), SilentBell())
    with there.store.read() as connection:
        entries = connection.execute(select(history.c.id)).scalars().all()
        coordinator = Actor(get_person(connection, "coordinator@parus.example.org"), "cli")
    enrol(there.office, coordinator, NewPerson("new@parus.example.org", "New"))
    report = run_tick(there)
    assert report.failures == {}
    assert report.done["timers"] > 0
    found = verify_installation(there)
    assert [each.code for each in found.findings] == ["evidence"]  # the blob that has no file
    assert found.log.size == found.history.entries > len(entries)
    with pytest.raises(DatabaseError, match="append-only"), there.store.write() as work:
        work.connection.execute(text("UPDATE history SET event = 'accept'"))
    there.close()


def test_nobody_works_on_in_the_old_database(small: Application, target: Target, tmp_path: Path) -> None:
    """Opening, saving and initialising are refused and name the new place; what was open before cannot write."""
    move_database(small.settings, target, ignore)
    kind = "sqlite" if target.url.startswith("sqlite") else "postgresql://postgres@"
    for refused in (
        lambda: build_application(small.settings, SilentBell()),
        lambda: make_backup(small.settings, tmp_path / "b.tar"),
        lambda: initialise(small.settings),
        lambda: move_database(small.settings, Target("sqlite:///third.db"), ignore, stopped=True),
        small.refresh,
        lambda: run_tick(small),
    ):
        with pytest.raises(DatabaseMovedError, match=kind):
            refused()
    with pytest.raises(DatabaseMovedAwayError, match=r"nothing was changed\. Start the command again"):
        enrol(small.office, None, NewPerson("late@parus.example.org", "Late"))
    with pytest.raises(DatabaseMovedAwayError), small.store.write() as work:
        work.connection.execute(text("DELETE FROM setting"))


def test_a_move_can_be_taken_back(small: Application, target: Target) -> None:
    """Afterwards the old database works as if nothing had been."""
    before = rows_of(small.settings.database_url)
    move_database(small.settings, target, ignore)
    reopen_database(small.settings)
    assert rows_of(small.settings.database_url) == before
    small.refresh()
    assert enrol(small.office, None, NewPerson("back@parus.example.org", "Back")).name == "Back"
    with pytest.raises(NotMovedError):
        reopen_database(small.settings)


def test_a_worker_at_work_is_refused(small: Application, target: Target, move_clock: Callable[[str], None]) -> None:
    """It might be sending a letter at this moment; who has seen that it ended may say so."""
    run_tick(small)
    move_clock("2026-01-12T05:11:39Z")
    with pytest.raises(WorkerRunsError, match="in 2 seconds"):
        move_database(small.settings, target, ignore)
    small.refresh()
    assert move_database(small.settings, target, ignore, stopped=True).findings == ()


def test_a_target_that_is_used_is_refused(small: Application, target: Target) -> None:
    """Whatever is in it; both stay as they are."""
    engine = open_database(target.url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    engine.dispose()
    with pytest.raises(TargetUsedError, match="nothing was changed"):
        move_database(small.settings, target, ignore)
    small.refresh()


def test_nobody_can_write_while_it_is_copied(small: Application, target: Target) -> None:
    """A writer waits, however long it takes; a reader does not."""
    seen: list[str] = []
    impatient = (
        "SET LOCAL lock_timeout = 1" if "postgresql" in small.settings.database_url else "PRAGMA busy_timeout = 1"
    )

    def try_to_write(table: str, _count: int) -> None:
        if table != person.name or seen:
            return
        engine = open_database(small.settings.database_url)
        with reading(engine) as connection:
            seen.append(connection.execute(select(setting.c.value).where(setting.c.key == "purpose")).scalar_one())
        with pytest.raises(Exception, match="lock"), engine.connect() as connection:  # noqa: PT012
            connection.execute(text(impatient))
            connection.execute(update(setting).values(value="late"))
        engine.dispose()

    move_database(small.settings, target, try_to_write)
    assert seen == ["test"]


def test_a_row_that_the_target_cannot_hold_is_named(small: Application, target: Target) -> None:
    """PostgreSQL takes no NUL in a text, SQLite does: the error names the row, and the source stays open."""
    if "postgresql" in small.settings.database_url:
        target = Target("sqlite:////nowhere/at/all.db")
        with pytest.raises(DatabaseUnavailableError, match="unable to open"):
            move_database(small.settings, target, ignore)
        return
    with small.store.write() as work:
        work.connection.execute(update(person).where(person.c.name == "Person 1").values(position="a\0b"))
    with pytest.raises(RowRefusedError, match="row 2 of the table person") as caught:
        move_database(small.settings, target, ignore)
    assert "Nothing was changed here" in str(caught.value)
    small.refresh()


def test_a_copy_that_reads_back_otherwise_is_never_opened(
    small: Application, target: Target, environment: pytest.MonkeyPatch
) -> None:
    """One value that changed on its way is found by the digests; nobody can work with it."""
    finish = database_move._finish

    def spoil(copy: Any) -> None:
        finish(copy)
        with writing(copy) as connection:
            connection.execute(update(person).where(person.c.id == 2).values(active=False))

    environment.setattr(database_move, "_finish", spoil)
    with pytest.raises(CopyDiffersError, match="table person"):
        move_database(small.settings, target, ignore)
    small.refresh()
    with pytest.raises(CopyUnfinishedError):
        build_application(target.settings(small.settings), SilentBell())


def test_without_the_logs_key_nothing_begins(small: Application, target: Target) -> None:
    """The copy could not be verified."""
    (small.settings.keys_dir / "log.key").unlink()
    with pytest.raises(LogKeyMissingError):
        move_database(small.settings, target, ignore)
    assert read_names(target.url) == []


def read_names(url: str) -> list[str]:
    engine = open_database(url)
    try:
        with reading(engine) as connection:
            return inspect(connection).get_table_names()
    finally:
        engine.dispose()


DYING = """
import os, signal, sys
from runtime import database_move
from runtime.database_move import Target, move_database
from runtime.settings import load_settings

def tell(table, count):
    if table == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "the end":
    database_move.unmark_copying = lambda _connection: os.kill(os.getpid(), signal.SIGKILL)
move_database(load_settings(), Target(sys.argv[1]), tell)
"""


@pytest.mark.parametrize("table", ["person", "setting"])
def test_killed_in_between_the_source_is_whole_and_the_target_closed(
    small: Application, target: Target, table: str, tmp_path: Path
) -> None:
    """The old database works as before; the new one is refused with the remedy, and by another copy too."""
    before = rows_of(small.settings.database_url)
    done = subprocess.run([sys.executable, "-c", DYING, target.url, table], check=False)
    assert done.returncode == -signal.SIGKILL
    assert rows_of(small.settings.database_url) == before
    small.refresh()
    enrol(small.office, None, NewPerson("alive@parus.example.org", "Alive"))
    with pytest.raises(CopyUnfinishedError, match="opora database copy"):
        build_application(target.settings(small.settings), SilentBell())
    with pytest.raises(CopyUnfinishedError):
        initialise(target.settings(small.settings).model_copy(update={"data_dir": tmp_path / "new"}))
    with pytest.raises(TargetUsedError, match="drop it"):
        move_database(small.settings, target, ignore)


def test_killed_at_the_very_end_there_are_never_two(small: Application, target: Target) -> None:
    """The old database is closed before the new one is opened: nobody can work in either, until the move is undone."""
    done = subprocess.run([sys.executable, "-c", DYING, target.url, "the end"], check=False)
    assert done.returncode == -signal.SIGKILL
    with pytest.raises(DatabaseMovedError):
        small.refresh()
    with pytest.raises(CopyUnfinishedError):
        build_application(target.settings(small.settings), SilentBell())
    reopen_database(small.settings)
    small.refresh()
