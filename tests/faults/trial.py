"""A trial: a worker is killed in the middle of much due work, another one finishes, and the end is looked at.

Everything that a worker process needs stands here, so that it can be forked from a server that has imported it.
"""

import os
import signal
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Column, Engine, MetaData, String, Table, insert, text

from engine import faults
from engine.clock import VirtualClock
from engine.migration import Migration, Mover, list_candidates, migrate
from engine.outbox import Message
from engine.registry import Facts, Guard
from engine.tables import message
from engine.transparency import seal_history
from engine.unit_of_work import UnitOfWork
from tests.fixtures.engine import ERRAND, GUARDS, NoteWantedError, Rig, moscow
from tests.fixtures.log import SIGNER

BEGIN = moscow(2026, 3, 2)
NOW = moscow(2026, 5, 6)
MANY = 5
ANY_MOMENT = "any moment"

# What a handler leaves, as a letter would be: a second one for the same message is an error.
LETTERS = MetaData()
letter = Table(
    "trial_letter",
    LETTERS,
    Column("dedup_key", String(200), primary_key=True),
)


def _is_fair(_facts: Facts) -> bool:
    raise ZeroDivisionError("no weather")


WEATHER = {"is_fair": Guard(_is_fair, NoteWantedError)}
POISONED = replace(
    ERRAND,
    name="poisoned",
    transitions=(replace(ERRAND.transitions[0], guards=("is_fair",)), *ERRAND.transitions[1:]),
)


FORMER = replace(
    ERRAND,
    name="former",
    ladders=tuple(replace(each, rungs=each.rungs[:1]) for each in ERRAND.ladders),
)


def open_rig(url: str, clock: VirtualClock | None = None) -> Rig:
    """An engine on a trial's database."""
    return Rig(url, clock or VirtualClock(NOW), {**GUARDS, **WEATHER})


def prepare(url: str) -> None:
    """Starts and reminders that are due, beside a rung and a message that fail, and messages that wait."""
    clock = VirtualClock(BEGIN)
    rig = open_rig(url, clock)
    LETTERS.create_all(rig.store.engine)
    rig.start(many=MANY, starts_on=date(2026, 5, 6), due_on=date(2026, 6, 30))
    rig.start(many=MANY, due_on=date(2026, 5, 20))
    rig.start(POISONED, starts_on=date(2026, 5, 5))
    rig.fire(rig.start_one().id, "start")
    rig.start(FORMER, many=MANY, due_on=date(2026, 5, 20))
    rig.close()


def work(rig: Rig) -> int:
    """What a worker does at a ring of the bell; how much it did."""
    done = rig.tick() + go_over(rig) + rig.dispatch({"*": [write_letter]})
    return done + seal_history(rig.store, SIGNER, page=7)


def go_over(rig: Rig) -> int:
    """Move what runs by the former workflow over to the present one, two at a time; how many moved."""
    with rig.store.read() as connection:
        ids = list_candidates(connection, FORMER.name, ERRAND)
    moved = 0
    for first in range(0, len(ids), 2):
        with rig.store.write() as unit:
            batch = migrate(unit, rig.execution.registry, ids[first : first + 2], Migration(ERRAND), Mover("p", "cli"))
            moved += len(batch)
    return moved


def write_letter(unit: UnitOfWork, given: Message) -> None:
    """Handle a message by a row; one message cannot be handled."""
    if given.topic == "start" and given.revision == 2 and given.instance_id == 2 * MANY + 2:
        raise RuntimeError("no paper")
    key = unit.connection.execute(message.select().where(message.c.id == given.id)).one().dedup_key
    unit.connection.execute(insert(letter).values(dedup_key=key))


def be_killed(url: str, point: str, nth: int, ready: Any) -> None:
    """Work until a fault point is reached for the n-th time, then die without a word."""
    seen: Counter[str] = Counter()

    def die(reached: str) -> None:
        seen[reached] += 1
        if reached == point and seen[point] == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    faults.on_reach = die
    rig = open_rig(url)
    ready.set()
    work(rig)
    rig.close()


def count_points(rig: Rig) -> Counter[str]:
    """Work undisturbed; how often each point was reached."""
    seen: Counter[str] = Counter()
    faults.on_reach = lambda point: seen.update([point])
    try:
        work(rig)
    finally:
        faults.on_reach = faults._pass
    return seen


PICTURE = {
    "instances": "SELECT id, definition_id, state, revision, due_on FROM instance",
    "history": "SELECT instance_id, revision, event, from_state, to_state FROM history",
    "payloads": "SELECT instance_id, revision FROM payload",
    "ladders": "SELECT instance_id, name, rung, due_at, failures FROM ladder",
    "messages": "SELECT dedup_key, topic, detail, attempts, done_at, available_at FROM message",
    "letters": "SELECT dedup_key FROM trial_letter",
    "log": "SELECT count(*), max(position) FROM log_leaf",
    "checkpoint": "SELECT max(size) FROM log_checkpoint",
}


def look(engine: Engine) -> dict[str, list[Any]]:
    """All that matters in the end, read with plain SQL and not by the program's own ways."""
    with engine.connect() as connection:
        return {name: sorted(map(str, connection.execute(text(query)).all())) for name, query in PICTURE.items()}
