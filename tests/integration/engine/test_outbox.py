"""Messages are handled exactly once, whatever fails."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import update

from engine import database
from engine.database import DatabaseUnavailableError
from engine.outbox import ATTEMPTS, Message, Together
from engine.tables import instance, message
from engine.unit_of_work import Store, UnitOfWork
from tests.fixtures.engine import Rig


class Clerk:
    """A handler that notes what it is given, and fails on some instances."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self.fails_on: set[int] = set()

    def __call__(self, work: UnitOfWork, given: Message) -> None:
        """Note or fail; leaves a mark in the message's instance within the same transaction."""
        self.seen.append(given)
        mark = update(instance).where(instance.c.id == given.instance_id)
        work.connection.execute(mark.values(calendar_key=f"seen {given.id}"))
        if given.instance_id in self.fails_on:
            raise RuntimeError("the clerk is ill")

    def marks(self, rig: Rig) -> dict[int, str]:
        """What the handler's transactions left in the instances."""
        return {row.id: row.calendar_key for row in rig.rows(instance)}


@pytest.fixture
def clerk() -> Clerk:
    """A healthy clerk."""
    return Clerk()


def test_each_message_is_handled_once(rig: Rig, clerk: Clerk) -> None:
    """A second dispatch finds nothing; the rows say when they were done."""
    rig.start(many=120)
    assert rig.dispatch({"create": [clerk]}) == 120
    assert rig.dispatch({"create": [clerk]}) == 0
    assert [each.id for each in clerk.seen] == [row.id for row in rig.rows(message)]
    assert {(row.available_at, row.done_at) for row in rig.rows(message)} == {(None, rig.clock.now())}


def test_a_handler_is_told_what_happened(rig: Rig, clerk: Clerk) -> None:
    """It gets the topic, the instance, its revision and the rung's name; ids only."""
    started = rig.start_one()
    rig.fire(started.id, "start")
    rig.dispatch({"start": [clerk]})
    assert [(each.topic, each.instance_id, each.revision, each.detail, each.attempts) for each in clerk.seen] == [
        ("start", started.id, 2, "", 0)
    ]


def test_some_handlers_see_every_topic(rig: Rig, clerk: Clerk) -> None:
    """Those under `*` come after the topic's own; a topic without handlers is done too."""
    order: list[str] = []
    started = rig.start_one()
    rig.fire(started.id, "start")
    rig.dispatch(
        {
            "start": [lambda _work, _given: order.append("own")],
            "*": [clerk, lambda _work, given: order.append(given.topic)],
        }
    )
    assert order == ["create", "own", "start"]
    assert [each.topic for each in clerk.seen] == ["create", "start"]


def test_what_a_handler_writes_is_committed_with_the_message(rig: Rig, clerk: Clerk) -> None:
    """A handler that fails leaves nothing behind, and its message waits."""
    good, bad = rig.start(many=2)
    clerk.fails_on = {bad.id}
    assert rig.dispatch({"*": [clerk]}) == 1
    assert clerk.marks(rig) == {good.id: "seen 1", bad.id: "default"}


def test_a_failing_message_holds_up_nobody(rig: Rig, clerk: Clerk) -> None:
    """It leaves its batch, is put off and says why; even a whole batch of such does not hold up those behind it."""
    started = rig.start(many=120)
    clerk.fails_on = {each.id for each in started[:60]}
    assert rig.dispatch({"*": [clerk]}) == 60
    rows = rig.rows(message)
    assert {(row.attempts, row.error) for row in rows[:60]} == {(1, "RuntimeError: the clerk is ill")}
    minute = rig.clock.now() + timedelta(minutes=1)
    assert all(minute <= row.available_at < minute + timedelta(seconds=15) for row in rows[:60])
    # What failed together does not come back together.
    assert len({row.available_at for row in rows[:60]}) > 50
    assert all(row.done_at for row in rows[60:])


def test_a_message_that_keeps_failing_is_dead_in_the_end(rig: Rig, clerk: Clerk) -> None:
    """The pauses about double; after eight attempts the message is dead and is not tried again."""
    started = rig.start_one()
    clerk.fails_on = {started.id}
    pauses = []
    for _ in range(ATTEMPTS - 1):
        rig.dispatch({"*": [clerk]})
        available_at = rig.rows(message)[0].available_at
        pauses.append((available_at - rig.clock.now()) / timedelta(minutes=1))
        rig.clock.set(available_at)
    rig.dispatch({"*": [clerk]})
    dead = rig.rows(message)[0]
    least = [1, 2, 4, 8, 16, 32, 64]
    assert all(pause <= found < pause * 1.25 for pause, found in zip(least, pauses, strict=True))
    assert (dead.attempts, dead.dead_at, dead.available_at, dead.done_at) == (8, rig.clock.now(), None, None)
    tries = len(clerk.seen)
    rig.clock.advance(timedelta(days=365))
    assert rig.dispatch({"*": [clerk]}) == 0
    assert len(clerk.seen) == tries


def test_a_message_that_heals_is_done(rig: Rig, clerk: Clerk) -> None:
    """When the cause is gone it is handled at its next turn; the error goes with it."""
    clerk.fails_on = {rig.start_one().id}
    rig.dispatch({"*": [clerk]})
    clerk.fails_on = set()
    assert rig.dispatch({"*": [clerk]}) == 0
    rig.clock.advance(timedelta(minutes=2))
    assert rig.dispatch({"*": [clerk]}) == 1
    assert rig.rows(message)[0].error is None


def test_a_message_done_by_another_worker_is_not_revived(
    rig: Rig, make_rig: Callable[..., Rig], clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that failed looks again before it puts off: between the two another may have handled the message."""
    rig.start_one()
    other = make_rig(rig.url)
    begin, transactions = Store.write, count()

    def begin_after_the_other(store: Store) -> AbstractContextManager[UnitOfWork]:
        # The first two transactions fail, the third is to put the message off.
        if store is rig.store and next(transactions) == 2:
            assert other.dispatch({"*": [clerk]}) == 1
        return begin(store)

    def fail(_work: UnitOfWork, _given: Message) -> None:
        raise RuntimeError("the clerk is ill")

    monkeypatch.setattr(Store, "write", begin_after_the_other)
    assert rig.dispatch({"*": [fail]}) == 0
    row = rig.rows(message)[0]
    assert (row.attempts, row.available_at, row.done_at) == (0, None, rig.clock.now())
    assert len(clerk.seen) == 1


def test_a_database_that_cannot_be_used_blames_no_message(lite: Rig) -> None:
    """Trouble with the database ends the dispatch with an error; no message counts it as an attempt."""
    lite.start_one()

    def touch_a_missing_table(work: UnitOfWork, _given: Message) -> None:
        work.connection.exec_driver_sql("SELECT * FROM nowhere")

    with pytest.raises(DatabaseUnavailableError):
        lite.dispatch({"*": [touch_a_missing_table]})
    assert lite.rows(message)[0].attempts == 0


@pytest.mark.needs("postgresql")
def test_a_frozen_worker_loses_its_messages_to_another_one(
    make_rig: Callable[..., Rig], postgres_url: str, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends a session that is silent within a transaction; awake again, it can mark and leave nothing."""
    monkeypatch.setattr(database, "SILENCE_SECONDS", 1.0)
    frozen = make_rig(postgres_url)
    monkeypatch.undo()
    awake = make_rig(postgres_url)
    started = awake.start_one()

    def freeze(work: UnitOfWork, given: Message) -> None:
        clerk(work, given)
        mine = work.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with awake.store.engine.connect() as server:
            while server.exec_driver_sql(f"SELECT pg_sleep(0.05) FROM pg_stat_activity WHERE pid = {mine}").all():
                server.rollback()
        assert awake.dispatch({"*": [lambda _work, given: other.append(given.id)]}) == 1

    other: list[int] = []
    with pytest.raises(DatabaseUnavailableError, match="idle-in-transaction timeout"):
        frozen.dispatch({"*": [freeze]})
    row = awake.rows(message)[0]
    assert (other, row.attempts, row.done_at, row.error) == ([row.id], 0, awake.clock.now(), None)
    assert clerk.marks(awake) == {started.id: "default"}
    assert frozen.dispatch({"*": [clerk]}) == 0


def test_threads_handle_each_message_once(rig: Rig) -> None:
    """Three dispatchers at once share the work."""
    rig.start(many=150)
    seen: list[int] = []
    barrier = threading.Barrier(3)

    def work() -> None:
        barrier.wait()
        rig.dispatch({"*": [lambda _work, given: seen.append(given.id)]})

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(seen) == {row.id: 1 for row in rig.rows(message)}
    assert len(seen) == 150


class Desk:
    """Notes which messages came together, and fails on some instances."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []
        self.fails_on: set[int] = set()

    def __call__(self, _work: UnitOfWork, given: Sequence[Message]) -> None:
        """Note or fail."""
        self.seen.append([each.instance_id for each in given])
        if self.fails_on.intersection(self.seen[-1]):
            raise RuntimeError("the desk is full")


def test_messages_of_a_topic_may_be_handled_together(rig: Rig, clerk: Clerk) -> None:
    """All of a batch come at once and in order, beside handlers that take one after another; of no topic, none come."""
    started = [each.id for each in rig.start(many=3)]
    rig.fire(started[1], "start")
    desk, everything, nothing = Desk(), Desk(), Desk()
    rig.dispatch({"create": [Together(desk), clerk], "return": [Together(nothing)], "*": [Together(everything)]})
    assert desk.seen == [started]
    assert [each.instance_id for each in clerk.seen] == started
    assert everything.seen == [[*started, started[1]]]
    assert nothing.seen == []


def test_of_messages_handled_together_the_one_that_fails_is_handled_alone(rig: Rig) -> None:
    """The others are finished all the same, each by itself."""
    started = [each.id for each in rig.start(many=3)]
    desk = Desk()
    desk.fails_on = {started[1]}
    assert rig.dispatch({"create": [Together(desk)]}) == 2
    assert desk.seen == [started, *([each] for each in started)]
    assert [row.attempts for row in rig.rows(message)] == [0, 1, 0]
