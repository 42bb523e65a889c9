"""Several workers at once share the work and do none of it twice."""

import multiprocessing
from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert

from engine.audit import verify_history
from engine.outbox import Message
from engine.tables import history, instance, ladder, message
from engine.unit_of_work import UnitOfWork
from tests.faults.trial import open_rig
from tests.fixtures.engine import Rig, moscow

RUNGS = 1000
NOW = moscow(2026, 5, 6)
LONGEST_SECONDS = 120

# What a handler leaves. It has no key of what it is about, so that one written twice stands there twice.
NOTES = MetaData()
note = Table("race_note", NOTES, Column("id", Integer, primary_key=True), Column("message_id", Integer))


def write_note(unit: UnitOfWork, given: Message) -> None:
    """Handle a message by a row."""
    unit.connection.execute(insert(note).values(message_id=given.id))


def _be_a_worker(url: str, ready: Any, finished: Any) -> None:
    """What one worker process does at a ring of the bell, all of them at the same moment."""
    rig = open_rig(url)
    ready.wait()
    finished.put((rig.tick(), rig.dispatch({"*": [write_note]})))
    rig.close()


def _run_workers(url: str, workers: int) -> tuple[int, int]:
    """Let so many processes work; how many rungs and messages they finished between them."""
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.trial"])
    ready, finished = context.Barrier(workers), context.SimpleQueue()
    running = [context.Process(target=_be_a_worker, args=(url, ready, finished)) for _ in range(workers)]
    for each in running:
        each.start()
    for each in running:
        each.join(LONGEST_SECONDS)
    assert [each.exitcode for each in running] == [0] * workers
    rungs, messages = zip(*(finished.get() for _ in running), strict=True)
    return sum(rungs), sum(messages)


@pytest.mark.parametrize("workers", [2, 8])
def test_racing_processes_fire_each_rung_and_handle_each_message_once(rig: Rig, workers: int) -> None:
    """Half of the rungs fire an event, half remind: one step, one message and one note for each of them."""
    NOTES.create_all(rig.store.engine)
    rig.start(many=RUNGS // 2, starts_on=date(2026, 5, 6))
    rig.start(many=RUNGS // 2, due_on=date(2026, 5, 20))
    rig.clock.set(NOW)
    rungs, messages = _run_workers(rig.url, workers)
    # A worker leaves alone what another one holds; the next tick has it.
    assert rungs + rig.tick() == RUNGS
    assert messages + rig.dispatch({"*": [write_note]}) == 2 * RUNGS
    assert Counter(row.instance_id for row in rig.rows(history, event="start")) == dict.fromkeys(
        range(1, RUNGS // 2 + 1), 1
    )
    assert Counter(row.instance_id for row in rig.rows(message, detail="due_14")) == dict.fromkeys(
        range(RUNGS // 2 + 1, RUNGS + 1), 1
    )
    assert {(row.id, row.state, row.revision) for row in rig.rows(instance) if row.id <= RUNGS // 2} == {
        (number, "doing", 2) for number in range(1, RUNGS // 2 + 1)
    }
    assert Counter(row.rung for row in rig.rows(ladder)) == {"due_7": RUNGS // 2}
    assert Counter(row.message_id for row in rig.rows(note)) == {row.id: 1 for row in rig.rows(message)}
    assert verify_history(rig.store).findings == ()
