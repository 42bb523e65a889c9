"""The rows of steps, and how they get into the database: set-wise, whatever the number of steps.

SQLite lies in this process: a statement for each kind of row, run for each row. PostgreSQL lies behind a wire: one
statement takes the rows of all kinds as arrays, so that steps cost one journey.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Connection, Table, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.selectable import NamedFromClause

from engine.faults import reach
from engine.prepared import Driver, Prepared
from engine.store import StaleRevisionError
from engine.tables import history, instance, ladder, message, payload

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepRows:
    """What steps write, computed before anything is written.

    Args:
        advanced: instances as they are afterwards; their revision was one less before. None for instances just made.
        ended: armed ladders to remove; none of them is among `armed`.
        armed: ladders with their next rung; one that is armed already is armed anew.
        messages: a `dedup_key` that exists is a programming error and rolls the steps back.
    """

    advanced: Sequence[Row]
    entries: Sequence[Row]
    payloads: Sequence[Row]
    ended: Sequence[Row]
    armed: Sequence[Row]
    messages: Sequence[Row]


_ADVANCED = ("state", "revision", "starts_on", "due_on", "submitted_at", "entered_at")
_ENTRY = tuple(column.name for column in history.columns if column.name != "id")
_PAYLOAD = ("instance_id", "revision", "salt", "body")
_ENDED = ("instance_id", "name")
_ARMED = ("instance_id", "name", "rung", "due_at")
_MESSAGE = ("topic", "instance_id", "revision", "detail", "dedup_key", "created_at", "available_at")


def write_steps(connection: Connection, rows: StepRows) -> None:
    """Write all of it in the caller's transaction.

    Raises:
        StaleRevisionError: an instance has moved on; the transaction must be rolled back.
    """
    if connection.dialect.name == "postgresql":
        advanced = _write_at_once(connection, rows)
    else:
        advanced = _write_in_turn(connection, rows)
    if advanced != len(rows.advanced):
        raise StaleRevisionError
    reach("step.announced")


def write_messages(connection: Connection, rows: Sequence[Row]) -> None:
    """Store messages of no step."""
    _ANNOUNCE.run_each(connection, rows)


def _armed_anew(given: Any) -> Any:
    """An INSERT into `ladder` that replaces what is armed; columns it does not name fall back to their defaults."""
    return given.on_conflict_do_update(
        index_elements=[*ladder.primary_key.columns],
        set_={column.name: given.excluded[column.name] for column in ladder.columns if not column.primary_key},
    )


_ADVANCE = Prepared(
    update(instance)
    .where(instance.c.id == bindparam("id"), instance.c.revision == bindparam("revision") - literal_column("1"))
    .values({name: bindparam(name) for name in _ADVANCED})
)
_RECORD = Prepared(insert(history), _ENTRY)
_SET_ASIDE = Prepared(insert(payload), _PAYLOAD)
_END = Prepared(delete(ladder).where(*(ladder.c[name] == bindparam(name) for name in _ENDED)))
_ARM = Prepared(_armed_anew(sqlite.insert(ladder)), _ARMED)
_ANNOUNCE = Prepared(insert(message), _MESSAGE)


def _write_in_turn(connection: Connection, rows: StepRows) -> int:
    with Driver(connection) as driver:
        advanced = driver.run_each(_ADVANCE, rows.advanced)
        reach("step.advanced")
        driver.run_each(_RECORD, rows.entries)
        driver.run_each(_SET_ASIDE, rows.payloads)
        reach("step.recorded")
        driver.run_each(_END, rows.ended)
        driver.run_each(_ARM, rows.armed)
        reach("step.rearmed")
        driver.run_each(_ANNOUNCE, rows.messages)
    return advanced


def _given(table: Table, names: Sequence[str], part: str) -> NamedFromClause:
    """Rows as PostgreSQL unpacks them from arrays, one array a column, named `part_column`."""
    arrays = (bindparam(f"{part}_{name}", type_=ARRAY(table.c[name].type)) for name in names)
    return func.unnest(*arrays).table_valued(*names).render_derived(name=part)


def _stored(given: Any, table: Table, names: Sequence[str], part: str) -> Any:
    rows = _given(table, names, part)
    return given.from_select(names, select(*(rows.c[name] for name in names)))


def _all_at_once() -> Executable:
    after = _given(instance, ("id", *_ADVANCED), "advanced")
    gone = _given(ladder, _ENDED, "ended")
    advanced = (
        update(instance)
        .where(instance.c.id == after.c.id, instance.c.revision == after.c.revision - 1)
        .values({name: after.c[name] for name in _ADVANCED})
        .returning(instance.c.id)
        .cte("step")
    )
    others = (
        _stored(insert(history), history, _ENTRY, "entries"),
        _stored(insert(payload), payload, _PAYLOAD, "payloads"),
        delete(ladder).where(*(ladder.c[name] == gone.c[name] for name in _ENDED)),
        _armed_anew(_stored(postgresql.insert(ladder), ladder, _ARMED, "armed")),
        _stored(insert(message), message, _MESSAGE, "messages"),
    )
    counted = select(func.count()).select_from(advanced)
    return counted.add_cte(*(each.cte(f"step_{number}") for number, each in enumerate(others)))


_AT_ONCE = Prepared(_all_at_once())
_PARTS = {
    "advanced": ("id", *_ADVANCED),
    "entries": _ENTRY,
    "payloads": _PAYLOAD,
    "ended": _ENDED,
    "armed": _ARMED,
    "messages": _MESSAGE,
}


def _write_at_once(connection: Connection, rows: StepRows) -> int:
    arrays = {
        f"{part}_{name}": [row[name] for row in getattr(rows, part)] for part, names in _PARTS.items() for name in names
    }
    [(advanced,)] = _AT_ONCE.fetch(connection, arrays)
    return int(advanced)
