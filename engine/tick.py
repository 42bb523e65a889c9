"""Acting on the rungs that are due: any number of workers, each rung once."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import bindparam, delete, exists, select, update

from engine.clock import format_instant
from engine.database import DatabaseDamagedError
from engine.definition import TIMER_ROLE, Ladder, WorkflowDefinition
from engine.execution import Execution, Firing
from engine.faults import reach
from engine.prepared import Among, Prepared
from engine.registry import Calendar, Facts
from engine.retry import backoff, blaming, reason_of, work_off
from engine.step_rows import write_messages
from engine.store import INSTANCE_COLUMNS, Instance, unique
from engine.tables import instance, ladder
from engine.timers import Armed, Turn, take_turn
from engine.unit_of_work import Store, UnitOfWork

BATCH = 100
CHANNEL = "timer"
ACTOR = "timer"


class _Due(NamedTuple):
    """An armed ladder whose rung is due, with what is needed to climb it."""

    instance: Instance
    ladder: Ladder
    turn: Turn
    armed_at: datetime


class _DueRow(NamedTuple):
    """A row of `ladder` whose rung is due."""

    instance_id: int
    name: str
    rung: str
    due_at: datetime
    failures: int


_IS_DUE = ladder.c.due_at <= bindparam("now")
_ANY_DUE = Prepared(select(exists().where(_IS_DUE)))
_FREE = (
    select(instance.c.id)
    .join(ladder, ladder.c.instance_id == instance.c.id)
    .where(_IS_DUE)
    .order_by(ladder.c.due_at, ladder.c.instance_id)
    .with_for_update(of=instance, skip_locked=True)
)
_FREE_INSTANCES = Prepared(_FREE.limit(BATCH))
_THE_INSTANCE = Prepared(_FREE.where(instance.c.id == bindparam("only")))
_DUE_ROWS = Prepared(
    select(*(ladder.c[name] for name in _DueRow._fields), *INSTANCE_COLUMNS)
    .join(instance, instance.c.id == ladder.c.instance_id)
    .where(_IS_DUE, Among(ladder.c.instance_id, "ids"))
    .order_by(ladder.c.due_at, ladder.c.instance_id, ladder.c.name)
)
_EARLIEST = (
    select(ladder.c.name, ladder.c.failures)
    .where(_IS_DUE, ladder.c.instance_id == bindparam("key"))
    .order_by(ladder.c.due_at, ladder.c.name)
    .limit(1)
)
_SAME_RUNG = (
    (ladder.c.instance_id == bindparam("key"))
    & (ladder.c.name == bindparam("ladder"))
    & (ladder.c.due_at == bindparam("armed_at"))
)

_END = Prepared(delete(ladder).where(_SAME_RUNG))
_MOVE = Prepared(
    update(ladder)
    .where(_SAME_RUNG)
    .values(rung=bindparam("next_rung"), due_at=bindparam("next_due_at"), failures=0, error=None)
)


def fire_due(store: Store, execution: Execution) -> int:
    """Act on every rung due at this moment; how many.

    Of reminders that no worker was there for, those are given that the ladder's `missed` says. A rung that fails leaves
    its batch, is tried again later with growing pauses, and is shown by `opora doctor`; it never holds up the others.

    Raises:
        DatabaseUnavailableError: the database cannot be used; what was done until then stays done.
    """
    return work_off(partial(_is_any_due, store), partial(_climb, store, execution), partial(_put_off, store))


def _is_any_due(store: Store) -> bool:
    """A look that takes no lock: most ticks find nothing."""
    with store.read() as connection:
        [(is_any,)] = _ANY_DUE.fetch(connection, {"now": store.clock.now()})
        return bool(is_any)


def _climb(store: Store, execution: Execution, only: int | None) -> int:
    with store.write() as work:
        held = _lock_free(work, only)
        if not held:
            return 0
        reach("tick.claimed")
        with blaming(held):
            return _act(work, execution, held)


def _lock_free(work: UnitOfWork, only: int | None) -> list[int]:
    """Lock the instances before looking at their ladders: a ladder row is only ever changed under that lock."""
    free = _FREE_INSTANCES if only is None else _THE_INSTANCE
    return unique(row[0] for row in free.fetch(work.connection, {"now": work.now, "only": only}))


def _act(work: UnitOfWork, execution: Execution, held: Sequence[int]) -> int:
    rows = _first_due(work, held)
    machines = execution.machines(work, (found for _, found in rows))
    due = [
        _due(
            machines[found.definition_id].definition, found, execution.registry.calendar(found.calendar_key), row, work
        )
        for row, found in rows
    ]
    _fire_events(work, execution, [each for each in due if each.turn.rung.fires])
    _remind(work, [each for each in due if not each.turn.rung.fires])
    return len(due)


def _first_due(work: UnitOfWork, held: Sequence[int]) -> list[tuple[_DueRow, Instance]]:
    """At most one ladder row of each locked instance, the earliest: acting on it may disarm the others.

    Both are read once the locks are held, so PostgreSQL too gives them as they are now.

    Raises:
        DatabaseDamagedError: a row is not due; acting on it would be early, and might never end.
    """
    own = len(_DueRow._fields)
    rows = _DUE_ROWS.fetch(work.connection, {"ids": held, "now": work.now})
    first: dict[int, tuple[_DueRow, Instance]] = {}
    for row in rows:
        due = _DueRow._make(row[:own])
        if due.due_at > work.now:
            raise DatabaseDamagedError(reason="an index names rungs that are not due")
        first.setdefault(due.instance_id, (due, Instance._make(row[own:])))
    return list(first.values())


def _due(definition: WorkflowDefinition, found: Instance, calendar: Calendar, row: _DueRow, work: UnitOfWork) -> _Due:
    climbed = definition.ladder(row.name)
    armed = Armed(row.name, row.rung, row.due_at)
    return _Due(found, climbed, take_turn(climbed, armed, found.anchors(), calendar, work.now), row.due_at)


def _fire_events(work: UnitOfWork, execution: Execution, due: Sequence[_Due]) -> None:
    facts = Facts(roles=frozenset({TIMER_ROLE}))
    steps = execution.fire_many(
        work,
        [
            Firing(
                instance_id=each.instance.id,
                event=each.turn.rung.fires or "",
                facts=facts,
                actor=ACTOR,
                channel=CHANNEL,
                payload={"ladder": each.ladder.name, "rung": each.turn.rung.name},
            )
            for each in due
        ],
        {each.instance.id: each.instance for each in due},
    )
    reach("tick.fired")
    # Where the ladder goes on in the new state its row still stands at the rung just fired.
    _advance(work, [each for each, step in zip(due, steps, strict=True) if step.instance.state in each.ladder.states])


def _remind(work: UnitOfWork, due: Sequence[_Due]) -> None:
    if not due:
        return
    write_messages(
        work.connection,
        [
            {
                "topic": each.ladder.name,
                "instance_id": each.instance.id,
                "revision": each.instance.revision,
                "detail": each.turn.rung.name,
                "dedup_key": f"{each.instance.public_id}:{each.instance.revision}:{each.ladder.name}:"
                f"{format_instant(each.armed_at)}",
                "created_at": work.now,
                "available_at": work.now,
            }
            for each in due
            if not each.turn.is_missed
        ],
    )
    work.ring_on_commit()
    reach("tick.reminded")
    _advance(work, due)


def _advance(work: UnitOfWork, due: Sequence[_Due]) -> None:
    """Put each ladder's next rung into its row, or end it; a row re-armed in between is left alone."""
    ended, moved = [], []
    for each in due:
        following = each.turn.following
        key = {"key": each.instance.id, "ladder": each.ladder.name, "armed_at": each.armed_at}
        if following is None:
            ended.append(key)
        else:
            moved.append({**key, "next_rung": following.rung, "next_due_at": following.due_at})
    _END.run_each(work.connection, ended)
    _MOVE.run_each(work.connection, moved)
    reach("tick.moved")


def _put_off(store: Store, instance_id: int, error: BaseException) -> None:
    """Try the instance's earliest due rung again later, unless another worker has acted on it since."""
    with store.write() as work:
        _lock_free(work, instance_id)
        mine = {"key": instance_id, "now": work.now}
        # Of the row only what is needed is read: a value that nobody can read may be what failed.
        for row in work.connection.execute(_EARLIEST, mine).all():
            failures = row.failures + 1
            again_at = work.now + backoff(failures, f"{instance_id}:{row.name}")
            values = {"due_at": again_at, "failures": failures, "error": reason_of(error)}
            failed = update(ladder).where(_IS_DUE, ladder.c.instance_id == instance_id, ladder.c.name == row.name)
            work.connection.execute(failed.values(values), mine)
        reach("tick.put_off")
