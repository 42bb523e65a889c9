"""A database is opened durable, waits for other writers, and says clearly when it cannot be used."""

import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.database import (
    DatabaseUnavailableError,
    DatabaseUrlError,
    open_database,
    reading,
    wal_is_safe,
    writing,
)

THINGS = MetaData()
thing = Table("thing", THINGS, Column("id", Integer, primary_key=True))


@pytest.fixture
def engine(database_url: str) -> Any:
    """An open database with an empty table."""
    opened = open_database(database_url)
    THINGS.create_all(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Any:
    """The same on SQLite."""
    opened = open_database(sqlite_url)
    THINGS.create_all(opened)
    yield opened
    opened.dispose()


def count_things(engine: Engine) -> int:
    """How many rows there are."""
    with reading(engine) as connection:
        return len(connection.execute(select(thing)).all())


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
        ((3, 51, 2), False),
        ((3, 50, 7), True),
        ((3, 50, 6), False),
        ((3, 44, 6), True),
        ((3, 44, 5), False),
        ((3, 45, 9), False),
        ((3, 40, 1), False),
    ],
)
def test_wal_only_where_its_corruption_is_fixed(version: tuple[int, int, int], safe: bool) -> None:
    """The rule follows the fix and its two back-ports."""
    assert wal_is_safe(version) is safe


def test_sqlite_is_opened_durable(sqlite_engine: Engine) -> None:
    """Journal by version, full synchronisation, foreign keys, and half a minute of patience are really set."""
    with reading(sqlite_engine) as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    expected = "wal" if wal_is_safe() else "truncate"
    assert found == {"journal_mode": expected, "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.parametrize("journal_mode", ["WAL", "TRUNCATE"])
def test_the_journal_can_be_chosen(tmp_path: Path, journal_mode: str) -> None:
    """Benchmarks measure both, whatever this version of SQLite is trusted with."""
    opened = open_database(f"sqlite:///{tmp_path / 'opora.db'}", journal_mode)
    with reading(opened) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == journal_mode.lower()
    opened.dispose()


@pytest.mark.parametrize("left_in", ["WAL", "DELETE"])
def test_the_journal_is_ours_whatever_a_file_was_left_in(tmp_path: Path, left_in: str) -> None:
    """A file that another program left in WAL mode does not stay in it where WAL is not safe."""
    with sqlite3.connect(tmp_path / "opora.db") as raw:
        raw.execute(f"PRAGMA journal_mode={left_in}")
        raw.execute("CREATE TABLE thing (id INTEGER)")
    raw.close()
    opened = open_database(f"sqlite:///{tmp_path / 'opora.db'}")
    with reading(opened) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == ("wal" if wal_is_safe() else "truncate")
    opened.dispose()


def test_what_is_written_is_there(engine: Engine) -> None:
    """A block that ends commits."""
    with writing(engine) as connection:
        connection.execute(insert(thing).values(id=1))
    assert count_things(engine) == 1


def test_an_exception_undoes_everything(engine: Engine) -> None:
    """A block that fails leaves nothing, and the connection can be used again."""
    with suppress(RuntimeError), writing(engine) as connection:
        connection.execute(insert(thing).values(id=1))
        raise RuntimeError
    assert count_things(engine) == 0
    with writing(engine) as connection:
        connection.execute(insert(thing).values(id=2))
    assert count_things(engine) == 1


def test_a_writer_waits_for_another(engine: Engine) -> None:
    """A second write does not fail while a first one is open: it comes after it."""
    entered, order = threading.Event(), []

    def second() -> None:
        entered.wait()
        with writing(engine) as connection:
            connection.execute(insert(thing).values(id=1).prefix_with("OR IGNORE", dialect="sqlite"))
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with writing(engine) as connection:
        connection.execute(text("LOCK TABLE thing") if engine.dialect.name == "postgresql" else select(thing))
        connection.execute(insert(thing).values(id=2))
        entered.set()
        # Long enough for the other thread to come to the lock; if it does not, the order holds all the same.
        thread.join(0.2)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
    assert count_things(engine) == 2


def test_a_writer_locks_before_it_reads(sqlite_engine: Engine, sqlite_url: str) -> None:
    """The lock is taken at BEGIN, so what a write transaction has read cannot have become stale when it writes."""
    impatient = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    with writing(sqlite_engine), pytest.raises(sqlite3.OperationalError, match="locked"):
        impatient.execute("BEGIN IMMEDIATE")
    impatient.close()


def test_a_reader_takes_no_lock_that_a_writer_had(sqlite_engine: Engine, sqlite_url: str) -> None:
    """A connection that has written reads beside a writer: it waits for nobody."""
    with writing(sqlite_engine):
        pass
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert count_things(sqlite_engine) == 0
    other.close()


def test_a_reader_sees_one_moment(engine: Engine) -> None:
    """What is written while a read transaction is open does not show in it: it waits, or it is not looked at."""

    def write() -> None:
        with writing(engine) as other:
            other.execute(insert(thing).values(id=1))

    thread = threading.Thread(target=write)
    with reading(engine) as connection:
        before = len(connection.execute(select(thing)).all())
        thread.start()
        # On PostgreSQL and with WAL it is committed by then; with a rollback journal the commit waits for us.
        thread.join(0.2)
        assert len(connection.execute(select(thing)).all()) == before
    thread.join(30)
    assert count_things(engine) == before + 1


@pytest.mark.needs("postgresql")
def test_a_reader_writes_nothing(postgres_url: str) -> None:
    """On PostgreSQL a read transaction refuses to write."""
    opened = open_database(postgres_url)
    THINGS.create_all(opened)
    with pytest.raises(DBAPIError, match="read-only transaction"), reading(opened) as connection:
        connection.execute(insert(thing).values(id=1))
    with writing(opened) as connection:
        connection.execute(insert(thing).values(id=1))
    assert count_things(opened) == 1
    opened.dispose()


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "sqlite:", "nonsense", ""])
def test_other_urls_are_refused(url: str) -> None:
    """The error says what a URL looks like."""
    with pytest.raises(DatabaseUrlError, match=r"sqlite:///data/opora\.db or postgresql://"):
        open_database(url)


@pytest.mark.parametrize("url", ["mysql://user:geheim@host/name", "postgresql:/user:geheim@host/name"])
def test_a_refused_url_keeps_its_password_to_itself(url: str) -> None:
    """An error ends in logs and on screens, whatever was mistyped."""
    with pytest.raises(DatabaseUrlError) as refused:
        open_database(url)
    assert "geheim" not in str(refused.value)
    assert "host/name" in str(refused.value)


@pytest.mark.parametrize("folder", ["missing", "a file"])
def test_a_folder_that_cannot_be_used_is_said_so(tmp_path: Path, folder: str) -> None:
    """Whether it is missing or no folder, the error says what to check; reading and writing alike."""
    (tmp_path / "a file").write_text("")
    opened = open_database(f"sqlite:///{tmp_path / folder / 'opora.db'}")
    for transaction in (reading, writing):
        with pytest.raises(DatabaseUnavailableError, match=r"unable to open.*Check that the data folder exists"):
            transaction(opened).__enter__()
    opened.dispose()


def test_a_damaged_file_is_said_so(tmp_path: Path) -> None:
    """A file that is no database gives the same clear error."""
    path = tmp_path / "opora.db"
    path.write_bytes(b"not a database at all" * 100)
    opened = open_database(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnavailableError, match="not a database"), reading(opened):
        pass
    opened.dispose()


def test_a_server_that_is_not_there_is_said_so() -> None:
    """PostgreSQL down: the error, not a trace; the password is not in it."""
    opened = open_database("postgresql://user:geheim@127.0.0.1:1/name")
    with pytest.raises(DatabaseUnavailableError, match="cannot be used now") as refused, reading(opened):
        pass
    assert "geheim" not in str(refused.value)
    opened.dispose()


def test_a_fault_of_the_program_is_no_trouble_of_the_database(engine: Engine) -> None:
    """A broken constraint stays what it is, for whoever wrote the statement."""
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(insert(thing), [{"id": 1}, {"id": 1}])


def test_waiting_for_a_lock_ends(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that is never given back ends in an error that says so, and nothing was changed."""
    blocker = sqlite3.connect(str(sqlite_engine.url.database), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with sqlite_engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
    began = time.monotonic()
    with pytest.raises(DatabaseUnavailableError, match="locked"), writing(sqlite_engine):
        pass
    assert time.monotonic() - began < 10
    blocker.close()
