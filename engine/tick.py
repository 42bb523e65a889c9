"""Acting on the rungs that are due: any number of workers, each rung once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from engine.definition import TIMER_ROLE, Ladder, Rung
from engine.execution import Execution, Firing
from engine.outbox import backoff
from engine.registry import Facts
from engine.store import Instance, insert_messages, lock_instances, unique
from engine.tables import instance, ladder
from engine.timers import climb, latest_due
from engine.unit_of_work import Store, UnitOfWork

BATCH = 100
CHANNEL = "timer"
ACTOR = "timer"


@dataclass(frozen=True, slots=True)
class _Due:
    """An armed ladder whose rung is due, with what is needed to climb it."""

    instance: Instance
    ladder: Ladder
    rung: Rung
    armed_at: datetime


_DUE_ROWS = (
    select(ladder.c.instance_id, ladder.c.name, ladder.c.rung, ladder.c.due_at)
    .where(ladder.c.due_at <= bindparam("now"))
    .order_by(ladder.c.due_at, ladder.c.instance_id)
)
_SAME_RUNG = (
    (ladder.c.instance_id == bindparam("key"))
    & (ladder.c.name == bindparam("ladder"))
    & (ladder.c.due_at == bindparam("armed_at"))
)


def fire_due(store: Store, execution: Execution) -> int:
    """Act on every rung due at this moment; how many.

    A rung that fails leaves its batch, is tried again later with growing pauses, and is shown by `opora doctor`; it
    never holds up the others.
    """
    fired = 0
    while ids := _due_instances(store):
        try:
            acted = _climb(store, execution, ids)
        except Exception:  # noqa: BLE001  (one poisoned row must not stop the others; each is tried alone below)
            acted = sum(_climb_alone(store, execution, each) for each in ids)
        if not acted:  # what is left is poisoned or in another worker's hands
            break
        fired += acted
    return fired


def _due_instances(store: Store) -> list[int]:
    with store.read() as connection:
        rows = connection.execute(_DUE_ROWS.limit(BATCH), {"now": store.clock.now()}).all()
        return unique(row.instance_id for row in rows)


def _climb_alone(store: Store, execution: Execution, instance_id: int) -> int:
    try:
        return _climb(store, execution, [instance_id])
    except Exception as error:  # noqa: BLE001  (recorded on the row, moved on, shown by `opora doctor`)
        _move_on(store, instance_id, error)
        return 0


def _climb(store: Store, execution: Execution, ids: Sequence[int]) -> int:
    with store.write() as work:
        due = _claim(work, execution, ids)
        _fire_events(work, execution, [each for each in due if each.rung.fires])
        _remind(work, execution, [each for each in due if not each.rung.fires])
        return len(due)


def _claim(work: UnitOfWork, execution: Execution, ids: Sequence[int]) -> list[_Due]:
    """Lock the instances first, then look again: a ladder row is only ever changed under its instance's lock.

    At most one rung of each instance, since acting on it may disarm the others.
    """
    free = select(instance.c.id).where(instance.c.id.in_(ids)).with_for_update(skip_locked=True)
    held = list(work.connection.execute(free).scalars())
    if not held:
        return []
    rows = work.connection.execute(_DUE_ROWS.where(ladder.c.instance_id.in_(held)), {"now": work.now}).all()
    first: dict[int, Row[*tuple[Any, ...]]] = {}
    for row in rows:
        first.setdefault(row.instance_id, row)
    instances = lock_instances(work.connection, list(first)) if first else {}
    return [_due(work, execution, instances[key], row) for key, row in first.items()]


def _due(work: UnitOfWork, execution: Execution, found: Instance, row: Row[*tuple[Any, ...]]) -> _Due:
    definition = execution.machine(work, found.definition_id).definition
    armed = next(each for each in definition.ladders if each.name == row.name)
    calendar = execution.registry.calendar(found.calendar_key)
    return _Due(found, armed, latest_due(armed, row.rung, found.anchors(), calendar, work.now), row.due_at)


def _fire_events(work: UnitOfWork, execution: Execution, due: Sequence[_Due]) -> None:
    if not due:
        return
    facts = Facts(roles=frozenset({TIMER_ROLE}))
    execution.fire_many(
        work,
        [
            Firing(
                instance_id=each.instance.id,
                event=each.rung.fires or "",
                facts=facts,
                actor=ACTOR,
                channel=CHANNEL,
                payload={"ladder": each.ladder.name, "rung": each.rung.name},
            )
            for each in due
        ],
    )
    # Where the ladder goes on in the new state its row still stands at the rung just fired.
    for each in due:
        _advance(work, execution, each)


def _remind(work: UnitOfWork, execution: Execution, due: Sequence[_Due]) -> None:
    insert_messages(
        work.connection,
        [
            {
                "topic": each.ladder.name,
                "instance_id": each.instance.id,
                "revision": each.instance.revision,
                "detail": each.rung.name,
                "dedup_key": f"{each.instance.public_id}:{each.instance.revision}:{each.ladder.name}:{each.rung.name}:"
                f"{each.armed_at:%Y-%m-%dT%H:%M}",
                "created_at": work.now,
                "available_at": work.now,
            }
            for each in due
        ],
    )
    for each in due:
        _advance(work, execution, each)


def _advance(work: UnitOfWork, execution: Execution, due: _Due) -> None:
    """Put the ladder's next rung into its row, or end it; a row re-armed in between is left alone."""
    calendar = execution.registry.calendar(due.instance.calendar_key)
    following = climb(due.ladder, due.rung, due.instance.anchors(), calendar, work.now)
    key = {"key": due.instance.id, "ladder": due.ladder.name, "armed_at": due.armed_at}
    if following is None:
        work.connection.execute(delete(ladder).where(_SAME_RUNG), key)
        return
    values = {"rung": following.rung, "due_at": following.due_at, "failures": 0, "error": None}
    work.connection.execute(update(ladder).where(_SAME_RUNG).values(values), key)


def _move_on(store: Store, instance_id: int, error: Exception) -> None:
    with store.write() as work:
        for row in _failed_rows(work.connection, instance_id, work.now):
            failures = row.failures + 1
            work.connection.execute(
                update(ladder)
                .where(ladder.c.instance_id == instance_id, ladder.c.name == row.name)
                .values(
                    due_at=work.now + backoff(failures),
                    failures=failures,
                    error=f"{type(error).__name__}: {error}"[:1000],
                )
            )


def _failed_rows(connection: Connection, instance_id: int, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    due = (ladder.c.instance_id == instance_id) & (ladder.c.due_at <= now)
    return connection.execute(select(ladder.c.name, ladder.c.failures).where(due)).all()
