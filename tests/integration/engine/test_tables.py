"""The instant type keeps the zone, and history only ever grows, on both databases."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from engine.database import open_database, reading, writing
from engine.tables import HISTORY_IS_APPEND_ONLY, UtcDateTime, history, metadata
from tests.fixtures.engine import Rig

MOMENT = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=3)))
OTHER = MetaData()
appointment = Table("appointment", OTHER, Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


def test_an_instant_comes_back_in_utc(database_url: str) -> None:
    """Whatever zone it is given in and the server lives in, to the microsecond; None stays None."""
    engine = open_database(database_url)
    OTHER.create_all(engine)
    with writing(engine) as connection:
        connection.execute(insert(appointment), [{"at": MOMENT}, {"at": None}])
    with reading(engine) as connection:
        found = list(connection.execute(select(appointment.c.at).order_by(appointment.c.id)).scalars())
    engine.dispose()
    assert found == [MOMENT, None]
    assert (found[0].tzinfo, found[0].hour) == (UTC, 6)


def test_an_instant_without_a_zone_is_refused(database_url: str) -> None:
    """It is refused before it reaches the database."""
    engine = open_database(database_url)
    OTHER.create_all(engine)
    with pytest.raises(StatementError, match="naive instant"), writing(engine) as connection:
        connection.execute(insert(appointment).values(at=MOMENT.replace(tzinfo=None)))
    with pytest.raises(StatementError, match="naive instant"), reading(engine) as connection:
        connection.execute(select(appointment).where(appointment.c.at < MOMENT.replace(tzinfo=None)))
    engine.dispose()


def test_no_table_uses_a_bare_datetime() -> None:
    """SQLAlchemy's own type would drop the zone on SQLite without a word."""
    bare = [column for table in metadata.tables.values() for column in table.c if isinstance(column.type, DateTime)]
    assert bare == []


CHANGES = (
    "UPDATE history SET actor = 'somebody'",
    "UPDATE history SET actor = 'somebody' WHERE id = 1",
    "DELETE FROM history",
    "DELETE FROM history WHERE id = 1",
)
_AGAIN = "INTO history SELECT {id}, instance_id, revision, at, event, from_state, to_state, 'somebody', on_behalf_of,"
_AGAIN += " channel, subject_digest, payload_digest, previous_digest, {digest}, body FROM history WHERE id = 1"
SQLITE_CHANGES = (
    *CHANGES,
    f"REPLACE {_AGAIN.format(id='id', digest='digest')}",
    f"REPLACE {_AGAIN.format(id='99', digest='zeroblob(32)')}",
    f"INSERT OR REPLACE {_AGAIN.format(id='id', digest='zeroblob(32)')}",
    "UPDATE OR REPLACE history SET id = 2 WHERE id = 1",
    "INSERT INTO history SELECT * FROM history WHERE id = 1 ON CONFLICT DO UPDATE SET actor = 'somebody'",
)
POSTGRESQL_CHANGES = (
    *CHANGES,
    "TRUNCATE history",
    "TRUNCATE instance CASCADE",
    "INSERT INTO history SELECT * FROM history WHERE id = 1 ON CONFLICT (id) DO UPDATE SET actor = 'somebody'",
)


@pytest.mark.parametrize("statement", SQLITE_CHANGES)
def test_sqlite_refuses_to_change_history(lite: Rig, statement: str) -> None:
    """Also to a connection that knows nothing of the program and sets nothing."""
    _fill(lite)
    before = lite.rows(history)
    raw = sqlite3.connect(str(lite.store.engine.url.database))
    with pytest.raises(sqlite3.DatabaseError, match=HISTORY_IS_APPEND_ONLY):
        raw.execute(statement)
    raw.rollback()
    raw.close()
    assert lite.rows(history) == before


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("statement", POSTGRESQL_CHANGES)
def test_postgresql_refuses_to_change_history(make_rig: Callable[..., Rig], postgres_url: str, statement: str) -> None:
    """The same on PostgreSQL, where a table can be truncated too."""
    rig = make_rig(postgres_url)
    _fill(rig)
    before = rig.rows(history)
    with pytest.raises(DBAPIError, match=HISTORY_IS_APPEND_ONLY), rig.store.engine.begin() as connection:
        connection.execute(text(statement))
    assert rig.rows(history) == before


def test_an_instance_with_history_cannot_be_deleted(rig: Rig) -> None:
    """Foreign keys hold what history speaks of."""
    _fill(rig)
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), rig.store.engine.begin() as connection:
        connection.execute(text("DELETE FROM instance"))


def _fill(rig: Rig) -> None:
    for started in rig.start(many=2):
        rig.fire(started.id, "start")
