"""A prepared statement does what Core does with it, only sooner."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.database import DatabaseUnavailableError
from engine.prepared import Among, Driver, Prepared
from engine.step_rows import _ARMED, StepRows, write_steps
from engine.tables import history, instance, ladder, message, payload
from tests.fixtures.engine import Rig

TABLES = (instance, history, payload, ladder, message)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=3)), timezone(timedelta(hours=-9, minutes=-30))])
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001  (the zone is drawn)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
DIGESTS = st.binary(min_size=32, max_size=32)

ADVANCED = st.fixed_dictionaries(
    {
        "state": WORDS,
        "starts_on": DAYS,
        "due_on": DAYS,
        "submitted_at": st.none() | INSTANTS,
        "entered_at": INSTANTS,
    }
)
ENTRY = st.fixed_dictionaries(
    {
        "at": INSTANTS,
        **dict.fromkeys(("event", "from_state", "to_state", "actor", "channel"), WORDS),
        "on_behalf_of": st.none() | WORDS,
        "subject_digest": st.none() | DIGESTS,
        **dict.fromkeys(("payload_digest", "previous_digest", "digest"), DIGESTS),
        "body": st.binary(max_size=40),
    }
)
PAYLOAD = st.fixed_dictionaries({"salt": st.none() | DIGESTS, "body": st.none() | st.binary(max_size=40)})
ARMED = st.fixed_dictionaries({"rung": WORDS, "due_at": INSTANTS})
MESSAGE = st.fixed_dictionaries(
    {"topic": WORDS, "detail": WORDS, "created_at": INSTANTS, "available_at": st.none() | INSTANTS}
)
STEPS = st.lists(st.tuples(ADVANCED, ENTRY, PAYLOAD, ARMED, MESSAGE), min_size=1, max_size=4)


class _UndoneError(Exception):
    """Ends a transaction without a trace."""


def dump(connection: Connection) -> dict[str, list[str]]:
    """What stands in the tables, as the database itself writes it out."""
    quote = "quote" if connection.dialect.name == "sqlite" else ""
    return {
        table.name: sorted(
            str(row)
            for row in connection.execute(
                text(f"SELECT {', '.join(f'{quote}({c.name})' for c in table.columns if c.name != 'id')} FROM {table}")
            )
        )
        for table in TABLES
    }


def plainly(connection: Connection, rows: StepRows) -> None:
    """The same as `write_steps`, as Core is used anywhere."""
    for each in rows.advanced:
        values = {name: value for name, value in each.items() if name != "id"}
        connection.execute(instance.update().where(instance.c.id == each["id"]).values(values))
    connection.execute(insert(history), rows.entries)
    connection.execute(insert(payload), rows.payloads)
    for each in (*rows.ended, *rows.armed):
        same = (ladder.c.instance_id == each["instance_id"]) & (ladder.c.name == each["name"])
        connection.execute(ladder.delete().where(same))
    connection.execute(insert(ladder), rows.armed)
    connection.execute(insert(message), rows.messages)


@given(steps=STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_rows_of_steps_are_those_that_core_writes(rig: Rig, steps: list[tuple[dict, ...]]) -> None:
    """Byte for byte, on both databases: dates, instants of any zone, digests, nothing at all, any letters."""
    started = rig.start(many=len(steps), starts_on=date(2026, 6, 1), due_on=date(2026, 6, 30))
    keys = [each.id for each in started]
    rows = StepRows(
        advanced=[{"id": key, "revision": 2, **step[0]} for key, step in zip(keys, steps, strict=True)],
        entries=[
            {"instance_id": key, "revision": 2, **step[1], "digest": bytes([number]) + step[1]["digest"][1:]}
            for number, (key, step) in enumerate(zip(keys, steps, strict=True))
        ],
        payloads=[{"instance_id": key, "revision": 2, **step[2]} for key, step in zip(keys, steps, strict=True)],
        ended=[{"instance_id": key, "name": "beginning"} for key in keys],
        armed=[{"instance_id": key, "name": "work", **step[3]} for key, step in zip(keys, steps, strict=True)],
        messages=[
            {"instance_id": key, "revision": 2, **step[4], "dedup_key": f"of {key}"}
            for key, step in zip(keys, steps, strict=True)
        ],
    )
    found = []
    for write in (plainly, write_steps):
        with suppress(_UndoneError), rig.store.write() as work:
            write(work.connection, rows)
            found.append(dump(work.connection))
            raise _UndoneError
    assert found[0] == found[1]


def test_a_ladder_armed_anew_has_failed_no_more(rig: Rig) -> None:
    """Whatever stood in its row is gone but for its name."""
    started = rig.start_one(due_on=date(2026, 6, 30))
    with rig.store.write() as work:
        work.connection.execute(ladder.update().values(failures=3, error="no paper"))
    again = {"instance_id": started.id, "name": "work", "rung": "due_1", "due_at": rig.clock.now()}
    with rig.store.write() as work:
        write_steps(work.connection, StepRows((), (), (), (), [again], ()))
    [row] = rig.rows(ladder)
    assert row._asdict() == {**again, "failures": 0, "error": None}
    assert set(again) == set(_ARMED)


FIND = Prepared(select(instance.c.id, instance.c.due_on, instance.c.entered_at).where(Among(instance.c.id, "ids")))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_rows_come_as_the_types_of_their_columns_give_them(rig: Rig, count: int) -> None:
    """Days and aware instants, however many ids are asked for at once."""
    ids = [each.id for each in rig.start(many=3, due_on=date(2026, 6, 30))][:count]
    with rig.store.read() as connection:
        found = FIND.fetch(connection, {"ids": ids})
        assert sorted(found) == [(each, date(2026, 6, 30), rig.clock.now()) for each in ids]
        assert sorted(found) == sorted(map(tuple, connection.execute(FIND.statement, {"ids": ids})))


def test_rows_among_many_ids_are_found_by_their_key(lite: Rig) -> None:
    """SQLite searches by the ids and never goes through the whole table."""
    with lite.store.read() as connection:
        asked = FIND.form_for(connection.dialect).text
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("[1]",)).all()
    assert plan[0].detail == "SEARCH instance USING INTEGER PRIMARY KEY (rowid=?)"


def test_a_naive_instant_is_refused(rig: Rig) -> None:
    """The types of the columns hold here too."""
    started = rig.start_one()
    naive = datetime(2026, 3, 1, 8, 0)  # noqa: DTZ001
    row = {"instance_id": started.id, "name": "work", "rung": "due", "due_at": naive}
    with pytest.raises(ValueError, match="naive"), rig.store.write() as work:
        write_steps(work.connection, StepRows((), (), (), (), [row], ()))
    assert rig.rows(ladder) == []


ADD = Prepared(insert(ladder), _ARMED)


def test_an_error_is_what_core_would_raise_and_tells_no_values(rig: Rig) -> None:
    """So that whoever catches SQLAlchemy's errors catches these; what people wrote stands in none of them."""
    row = {"instance_id": 404, "name": "secret", "rung": "due", "due_at": rig.clock.now()}
    with pytest.raises(IntegrityError) as caught, rig.store.write() as work:
        ADD.run_each(work.connection, [row])
    told = str(caught.value).partition("[SQL")[2]
    assert "secret" not in told
    assert "INSERT INTO ladder" in told


def run_in_turn(connection: Connection, row: dict[str, object]) -> None:
    """A query, an INSERT, and once more the same."""
    with Driver(connection) as driver:
        assert len(driver.fetch(FIND, {"ids": [row["instance_id"]]})) == 1
        assert driver.run_each(ADD, [row]) == 1
        driver.run_each(ADD, [row])


def test_of_several_statements_the_error_names_the_one_that_failed(rig: Rig) -> None:
    """One cursor runs them in turn; whoever reads the log looks at the right one."""
    started = rig.start_one()
    row = {"instance_id": started.id, "name": "work", "rung": "due", "due_at": rig.clock.now()}
    with pytest.raises(IntegrityError) as caught, rig.store.write() as work:
        run_in_turn(work.connection, row)
    assert "INSERT INTO ladder" in str(caught.value)
    assert rig.rows(ladder) == []


def test_without_a_transaction_one_begins(rig: Rig) -> None:
    """As with Core: what is not committed is not there."""
    started = rig.start_one()
    row = {"instance_id": started.id, "name": "work", "rung": "due", "due_at": rig.clock.now()}
    with rig.store.engine.connect() as connection:
        assert ADD.run_each(connection, [row]) == 1
        assert ADD.run_each(connection, []) == 0
    assert rig.rows(ladder) == []


def cut_and_look(rig: Rig, instance_id: int) -> None:
    """End the session of one's own transaction from another one."""
    with rig.store.write() as work, rig.store.engine.connect() as other:
        mine = work.connection.execute(text("SELECT pg_backend_pid()")).scalar()
        other.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})
        FIND.fetch(work.connection, {"ids": [instance_id]})


@pytest.mark.needs("postgresql")
def test_a_connection_that_was_cut_is_given_up(make_rig, postgres_url) -> None:
    """It is said in the program's words, and the next transaction has a new connection."""
    rig = make_rig(postgres_url)
    started = rig.start_one(due_on=date(2026, 6, 30))
    with pytest.raises(DatabaseUnavailableError) as caught:
        cut_and_look(rig, started.id)
    assert isinstance(caught.value.__cause__, OperationalError)
    assert caught.value.__cause__.connection_invalidated
    assert rig.instance(started.id).state == "planned"


def test_a_fixed_value_stands_in_the_statement(rig: Rig) -> None:
    """Such as how many rows are wanted; the others come by name."""
    started = [each.id for each in rig.start(many=3)]
    two = Prepared(select(instance.c.id).where(instance.c.id >= bindparam("first")).order_by(instance.c.id).limit(2))
    with rig.store.read() as connection:
        assert two.fetch(connection, {"first": started[0], "unused": None}) == [(each,) for each in started[:2]]
