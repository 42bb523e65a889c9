"""Armed rungs by a calendar that has changed: which days are worked decides when most of them are due."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from engine.definition import Ladder
from engine.execution import Execution
from engine.registry import Calendar
from engine.store import Instance, lock_instances
from engine.tables import ladder
from engine.timers import arm, rung_due_at
from engine.unit_of_work import Store, UnitOfWork

PAGE = 100


def reckon_anew(store: Store, execution: Execution) -> int:
    """Let each armed rung be due when its calendar says now; how many were moved. Safe to repeat.

    A rung whose new instant is past already is acted on by the next tick. One that is due, or has failed and is tried
    again, is left to the ticks.
    """
    moved, last = 0, 0
    while ids := _next_instances(store, last):
        with store.write() as work:
            moved += sum(_reckon(work, execution, ids))
            work.ring_on_commit()
        last = ids[-1]
    return moved


def _next_instances(store: Store, last: int) -> Sequence[int]:
    armed = select(ladder.c.instance_id).distinct().where(ladder.c.instance_id > last)
    with store.read() as connection:
        return connection.execute(armed.order_by(ladder.c.instance_id).limit(PAGE)).scalars().all()


def _reckon(work: UnitOfWork, execution: Execution, ids: Sequence[int]) -> list[bool]:
    # A ladder's row is only ever changed under its instance's lock.
    instances = lock_instances(work.connection, ids)
    machines = execution.machines(work, instances.values())
    waiting = select(ladder).where(ladder.c.instance_id.in_(ids), ladder.c.failures == 0, ladder.c.due_at > work.now)
    moved = []
    for row in work.connection.execute(waiting).all():
        found = instances[row.instance_id]
        climbed = machines[found.definition_id].definition.ladder(row.name)
        due_at = _due_at(climbed, row.rung, found, execution.registry.calendar(found.calendar_key), work.now)
        if due_at is not None and due_at != row.due_at:
            same = (ladder.c.instance_id == row.instance_id) & (ladder.c.name == row.name)
            work.connection.execute(update(ladder).where(same).values(due_at=due_at))
            moved.append(True)
    return moved


def _due_at(climbed: Ladder, name: str, found: Instance, calendar: Calendar, now: datetime) -> datetime | None:
    place = climbed.index_of(name)
    if climbed.rungs[place].every_days:
        armed = arm(climbed, found.anchors(), calendar, now, place).armed
        return armed.due_at if armed else None
    return rung_due_at(climbed.rungs[place], found.anchors(), calendar)
