"""A disk that is full, fails, is locked or gives back other bytes: no half step, and one message that says what to do.

What stands for what: a limit on the size of files (`RLIMIT_FSIZE`) fails a write as a broken disk does, SQLite's own
limit on pages is its "database or disk is full", a folder in the journal's place is a folder that cannot be written.
"""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import Engine, event, update

from engine import database, faults
from engine.audit import verify_history
from engine.clock import VirtualClock
from engine.database import (
    DatabaseBusyError,
    DatabaseCutOffError,
    DatabaseDamagedError,
    DatabaseFullError,
    DatabaseUnavailableError,
    UnreadableTextError,
)
from engine.errors import OporaError
from engine.identifiers import new_uuid7
from engine.log_audit import verify_log
from engine.outbox import Message
from engine.registry import Facts, Guard
from engine.tables import instance, ladder, log_head, message
from engine.transparency import seal_history
from engine.unit_of_work import UnitOfWork
from tests.faults.trial import NOW, POISONED, look, open_rig, prepare, work, write_letter
from tests.fixtures.engine import GUARDS, NoteWantedError, Rig
from tests.fixtures.log import SIGNER
from tests.fixtures.tools import REPOSITORY

MEMORY = Path("/dev/shm")
FLIPS = max(25, int(os.environ.get("OPORA_FAULT_TRIALS", "100")) // 4)


@pytest.fixture
def path() -> Iterator[Path]:
    """A database with much due work, in memory where there is such a folder."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        path = Path(name) / "opora.db"
        prepare(f"sqlite:///{path}")
        yield path


@pytest.fixture
def undisturbed(path: Path) -> dict[str, list[Any]]:
    """What the work comes to where nothing is in its way."""
    return _finish(Path(shutil.copy(path, path.with_name("undisturbed.db"))))


def _finish(path: Path) -> dict[str, list[Any]]:
    rig = open_rig(f"sqlite:///{path}", VirtualClock(NOW))
    _work_to_the_end(rig)
    assert verify_history(rig.store).findings == ()
    picture = look(rig.store.engine)
    rig.close()
    return picture


def _work_to_the_end(rig: Rig) -> None:
    while work(rig):
        pass


def _limit_pages(engine: Engine, more: int) -> None:
    @event.listens_for(engine, "connect")
    def limit(connection: Any, _record: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages + more}")

    engine.dispose()


@pytest.mark.parametrize("more", [0, 1, 2, 3])
def test_a_full_disk_leaves_no_half_step(path: Path, undisturbed: dict[str, list[Any]], more: int) -> None:
    """Wherever in the work room runs out, it says so; with room again the rest is done, as if nothing had been."""
    rig = open_rig(f"sqlite:///{path}")
    _limit_pages(rig.store.engine, more)
    with pytest.raises(DatabaseFullError, match="Make room on the disk"):
        _work_to_the_end(rig)
    failures = rig.rows(message)
    rig.close()
    # The disk is nobody's fault but its own.
    assert {row.attempts for row in failures} <= {0, 1}
    assert sum(row.attempts for row in failures) <= 1
    assert _finish(path) == undisturbed


# Run in a process of its own: the limit could not be taken back by whoever is not root.
_WORK_UNDER_A_LIMIT = """
import resource, sys
from engine.errors import OporaError
from tests.faults.trial import open_rig, work
rig = open_rig(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    while work(rig):
        pass
except OporaError as error:
    print(error)
"""


@pytest.mark.parametrize("more", [0, 1, 2, 3])
def test_a_write_that_fails_leaves_no_half_step(path: Path, undisturbed: dict[str, list[Any]], more: int) -> None:
    """The system refuses to write further pages, as on a broken disk: the same."""
    limit = path.stat().st_size + more * 4096
    arguments = [sys.executable, "-c", _WORK_UNDER_A_LIMIT, f"sqlite:///{path}", str(limit)]
    done = subprocess.run(arguments, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The disk under the database fails: disk I/O error. Check that the data folder")
    assert done.stdout.count("\n") == 1
    assert _finish(path) == undisturbed


def test_a_journal_that_cannot_be_written_stops_the_work(path: Path, undisturbed: dict[str, list[Any]]) -> None:
    """Reading goes on, writing is refused with what to check."""
    rig = open_rig(f"sqlite:///{path}")
    journal = path.with_name("opora.db-journal")
    rig.close()
    journal.unlink(missing_ok=True)
    journal.mkdir()
    with pytest.raises(DatabaseUnavailableError, match="Check that the data folder can be written"):
        rig.tick()
    rig.close()
    journal.rmdir()
    assert _finish(path) == undisturbed


def test_a_locked_database_is_waited_for_and_then_told(
    path: Path, undisturbed: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody keeps the file to themselves, for reading too; who comes later is told, and works once it is free."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.05)
    rig = open_rig(f"sqlite:///{path}")
    rig.close()
    blocker = sqlite3.connect(path, isolation_level=None)
    for begin in ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"):
        blocker.execute(begin)
        with pytest.raises(DatabaseBusyError, match=r"database is locked.*Try again"):
            rig.tick()
        blocker.execute("ROLLBACK")
    blocker.close()
    rig.close()
    assert _finish(path) == undisturbed


@pytest.mark.needs("postgresql")
def test_a_server_that_ends_the_session_leaves_no_half_step(make_rig: Callable[..., Rig], postgres_url: str) -> None:
    """The connection is cut in the middle of a handler: the message waits, nobody is blamed, the next try does it."""
    rig, server = make_rig(postgres_url), make_rig(postgres_url)
    rig.start_one()
    seen: list[int] = []

    def be_cut_off(unit: UnitOfWork, given: Message) -> None:
        mine = unit.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with server.store.engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({mine}, 10000)")
        unit.connection.exec_driver_sql("SELECT 1")

    with pytest.raises(DatabaseUnavailableError, match="terminating connection"):
        rig.dispatch({"*": [be_cut_off]})
    assert [(row.attempts, row.done_at) for row in rig.rows(message)] == [(0, None)]
    assert rig.dispatch({"*": [lambda _unit, given: seen.append(given.id)]}) == 1
    assert len(seen) == 1


@pytest.mark.needs("postgresql")
def test_a_server_gone_at_the_commit_leaves_nobody_in_the_belief_that_nothing_was_changed(
    make_rig: Callable[..., Rig], postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it committed cannot be known: that is said, and the step is there as a whole or not at all."""
    rig, server = make_rig(postgres_url), make_rig(postgres_url)
    others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()"

    def end_the_others(point: str) -> None:
        if point == "transaction.ready":
            with server.store.engine.connect() as connection:
                connection.exec_driver_sql(f"{others} AND pid <> pg_backend_pid()")

    monkeypatch.setattr(faults, "on_reach", end_the_others)
    with pytest.raises(DatabaseCutOffError, match="as a whole or not at all"):
        rig.start_one()
    monkeypatch.undo()
    assert len(rig.rows(instance)) == len(rig.rows(message)) == 0
    rig.start_one()
    assert verify_history(rig.store).findings == ()


@pytest.mark.needs("postgresql")
def test_a_frozen_worker_loses_its_rungs_to_another_one(
    make_rig: Callable[..., Rig], postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one hangs in a step, the server gives its rung free; awake again it takes no step and blames no rung."""
    fired: list[int] = []

    def hang(_facts: Facts) -> bool:
        with awake.store.engine.connect() as server:
            while server.exec_driver_sql(_WHO_HANGS).all():
                server.rollback()
        fired.append(awake.tick())
        return True

    guards = {**GUARDS, "is_fair": Guard(lambda _facts: True, NoteWantedError)}
    monkeypatch.setattr(database, "SILENCE_SECONDS", 1.0)
    frozen = make_rig(postgres_url, {**guards, "is_fair": Guard(hang, NoteWantedError)})
    monkeypatch.undo()
    awake = make_rig(postgres_url, guards)
    (started,) = awake.start(POISONED, starts_on=NOW.date())
    awake.clock.set(NOW)
    with pytest.raises(DatabaseUnavailableError, match="idle-in-transaction timeout"):
        frozen.tick()
    assert fired == [1]
    assert awake.events(started.id) == ["create", "start"]
    assert awake.rows(ladder) == []
    assert frozen.tick() == 0


_WHO_HANGS = """
SELECT pg_sleep(0.05) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%%'
"""


# Other bytes than were written ------------------------------------------------------------------------------------


def _flip(path: Path, chance: random.Random) -> None:
    """Overwrite a few bytes, here and there."""
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 2, 16])):
        at, many = chance.randrange(len(content)), chance.choice([1, 4, 64])
        content[at : at + many] = chance.randbytes(min(many, len(content) - at))
    path.write_bytes(content)


@pytest.fixture
def seeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Salts and ids from a seed: what a run finds is found again."""
    chance = random.Random(20260302)
    monkeypatch.setattr(os, "urandom", chance.randbytes)
    monkeypatch.setattr(new_uuid7, "__defaults__", (chance.randbytes,))


@pytest.mark.usefixtures("seeded")
def test_whatever_bytes_are_changed_nothing_ends_in_a_trace(path: Path) -> None:
    """A worker, a sealer and an auditor on a damaged file do their work, find it, or say in one message what to do."""
    rig = open_rig(f"sqlite:///{path}")
    seal_history(rig.store, SIGNER)
    rig.close()
    said = set()
    for number in range(FLIPS):
        damaged = open_rig(f"sqlite:///{shutil.copy(path, path.with_name('damaged.db'))}")
        damaged.close()
        _flip(path.with_name("damaged.db"), random.Random(number))
        for act in (Rig.tick, _dispatch, _seal, _audit):
            try:
                act(damaged)
            except OporaError as error:
                said.add(type(error))
        damaged.close()
        path.with_name("damaged.db-journal").unlink(missing_ok=True)
    assert DatabaseDamagedError in said


def _dispatch(rig: Rig) -> int:
    return rig.dispatch({"*": [write_letter]})


def _seal(rig: Rig) -> None:
    seal_history(rig.store, SIGNER)


def _audit(rig: Rig) -> None:
    verify_history(rig.store)
    verify_log(rig.store, [SIGNER])


@pytest.mark.parametrize(
    ("statement", "act"),
    [
        ("UPDATE ladder SET rung = CAST(X'ff80' AS TEXT) WHERE instance_id = 1", Rig.tick),
        ("UPDATE message SET topic = CAST(X'ff80' AS TEXT) WHERE id = 1", _dispatch),
    ],
)
def test_text_that_is_none_is_trouble_with_the_database(path: Path, statement: str, act: Callable[[Rig], int]) -> None:
    """The driver itself gives up: the queue stops with one message, nobody is blamed, the other queue goes on."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute(statement)
    raw.close()
    rig = open_rig(f"sqlite:///{path}")
    with pytest.raises(UnreadableTextError, match=r"Could not decode to UTF-8 column '\w+'\. .*opora restore"):
        act(rig)
    (other,) = {Rig.tick, _dispatch} - {act}
    assert other(rig)
    rig.close()


@pytest.mark.parametrize("column", ["created_at", "available_at"])
def test_a_message_that_cannot_be_read_holds_up_nobody(path: Path, column: str) -> None:
    """It is tried again later with the reason beside it; all the others are handled."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute(f"UPDATE message SET {column} = '2026-01-xx' WHERE id = 1")
    rig = open_rig(f"sqlite:///{path}")
    many = len(rig.rows(instance))
    # One of the others cannot be handled either, as always in this trial.
    assert _dispatch(rig) >= many - 1
    rig.close()
    failed = dict(raw.execute("SELECT id, error FROM message WHERE attempts = 1").fetchall())
    raw.close()
    assert "its file was damaged or altered" in failed[1]
    assert "opora restore" in failed[1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ladder SET rung = 'lost' WHERE instance_id = 1",
        "UPDATE ladder SET due_at = '2026-01-xx' WHERE instance_id = 1",
        "UPDATE instance SET state = 'lost' WHERE id = 1",
        "UPDATE instance SET entered_at = 'noon' WHERE id = 1",
        "UPDATE instance SET starts_on = 'soon' WHERE id = 1",
        "UPDATE instance SET revision = 7 WHERE id = 1",
        "UPDATE instance SET definition_id = 77 WHERE id = 1",
        "UPDATE definition SET body = '{' WHERE id = 1",
    ],
)
def test_a_row_that_makes_no_sense_holds_up_nobody(path: Path, statement: str) -> None:
    """It is put off and says why, for `opora doctor`; the tick ends, and another one does not turn round it."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute(statement)
    raw.close()
    rig = open_rig(f"sqlite:///{path}")
    rig.tick()
    assert rig.tick() == 0
    raw = sqlite3.connect(path)
    failures = dict(raw.execute("SELECT instance_id, error FROM ladder WHERE failures = 1").fetchall())
    late = raw.execute("SELECT count(*) FROM ladder WHERE due_at <= '2026-05-06T05:00:00.000000Z'").fetchone()
    raw.close()
    rig.close()
    assert failures[1]
    assert late == (0,)


def test_an_index_that_lies_is_told_and_not_followed_for_ever(path: Path) -> None:
    """Messages that an index calls waiting, though they are done, end the work with the way back."""
    rig = open_rig(f"sqlite:///{path}")
    with rig.store.write() as unit:
        unit.connection.execute(update(message).values(done_at=NOW))
    with pytest.raises(DatabaseDamagedError, match="opora restore"):
        _dispatch(rig)
    rig.close()


def test_a_log_whose_head_does_not_fit_is_told(path: Path) -> None:
    """Sealing would write over what is sealed: it is refused with the way back."""
    rig = open_rig(f"sqlite:///{path}")
    _seal(rig)
    rig.tick()
    with rig.store.write() as unit:
        unit.connection.execute(update(log_head).values(size=3))
    with pytest.raises(DatabaseDamagedError, match="opora restore"):
        _seal(rig)
    rig.close()
