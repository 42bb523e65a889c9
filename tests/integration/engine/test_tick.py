"""Acting on what is due: each rung once, late or early, whatever else goes wrong."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine.clock import VirtualClock
from engine.database import DatabaseUnavailableError
from engine.definition import Ladder, State, Transition, WorkflowDefinition
from engine.registry import Guard
from engine.tables import history, instance, ladder, message
from engine.tick import _FREE_INSTANCES
from tests.fixtures.engine import ERRAND, NoteWantedError, Rig, moscow, reminder

DUE = date(2026, 5, 20)  # a Wednesday


def test_nothing_is_done_before_its_time(rig: Rig) -> None:
    """A minute before a rung is due nothing happens; at its instant it does."""
    started = rig.start_one(due_on=DUE)
    assert rig.tick_at(moscow(2026, 5, 6, 7, 59)) == 0
    assert rig.tick_at(moscow(2026, 5, 6)) == 1
    assert rig.tick() == 0
    assert rig.reminders(started.id) == ["work.due_14"]


def test_a_reminder_writes_a_message_and_no_history(rig: Rig) -> None:
    """The topic is the ladder, the detail the rung; state, revision and history stay."""
    started = rig.start_one(due_on=DUE)
    rig.tick_at(moscow(2026, 5, 6))
    said = rig.rows(message, topic="work")[0]
    assert (said.detail, said.instance_id, said.revision, said.available_at) == (
        "due_14",
        started.id,
        1,
        moscow(2026, 5, 6),
    )
    assert rig.events(started.id) == ["create"]
    assert rig.bell.rings == 2


def test_a_firing_rung_makes_a_step_by_the_timer(rig: Rig) -> None:
    """The first day starts the work: a step with its entry, by the timer, naming the rung in its payload."""
    started = rig.start_one(starts_on=date(2026, 3, 3), due_on=DUE)
    assert rig.tick_at(moscow(2026, 3, 3, 0, 5)) == 1
    entry = rig.rows(history, instance_id=started.id, revision=2)[0]
    assert (entry.event, entry.to_state, entry.actor, entry.channel) == ("start", "doing", "timer", "timer")
    assert set(rig.ladders(started.id)) == {"work"}


def test_a_ladder_is_climbed_to_its_end(rig: Rig) -> None:
    """Each rung comes once in order, and the last one repeats weekly."""
    started = rig.start_one(due_on=DUE)
    for day in range(100):
        rig.tick_at(moscow(2026, 3, 3) + timedelta(days=day))
    assert rig.reminders(started.id) == [
        "work.due_14",
        "work.due_7",
        "work.due_1",
        "work.due",
        "work.overdue",
        "work.weekly",
        "work.weekly",
    ]
    # 8 days after 20 May is Thursday 28 May, then 4 June; the next is 11 June.
    assert rig.ladders(started.id)["work"].due_at == moscow(2026, 6, 11)


def test_of_missed_reminders_only_the_latest_is_sent(rig: Rig) -> None:
    """After three weeks without a worker people get one letter, not four."""
    started = rig.start_one(due_on=DUE)
    assert rig.tick_at(moscow(2026, 5, 20, 9)) == 1
    assert rig.reminders(started.id) == ["work.due"]
    assert rig.ladders(started.id)["work"].rung == "overdue"


def test_missed_repetitions_are_sent_once(rig: Rig) -> None:
    """A weekly reminder that was missed for months comes once and goes on in its own rhythm."""
    started = rig.start_one(due_on=DUE)
    rig.tick_at(moscow(2026, 8, 3, 9))
    assert rig.reminders(started.id) == ["work.weekly"]
    assert rig.ladders(started.id)["work"].due_at == moscow(2026, 8, 6)


def test_a_missed_event_is_never_passed_over(rig: Rig) -> None:
    """However late a worker comes, the start happens, at the time it is done; "begins tomorrow" is not sent then."""
    started = rig.start_one(starts_on=date(2026, 3, 20), due_on=DUE)
    rig.tick_at(moscow(2026, 4, 20))
    assert rig.events(started.id) == ["create", "start"]
    assert rig.rows(history, event="start")[0].at == moscow(2026, 4, 20)
    assert rig.reminders(started.id) == []


def _with_missed(missed: str) -> WorkflowDefinition:
    return replace(ERRAND, ladders=tuple(replace(each, missed=missed) for each in ERRAND.ladders))


def test_of_missed_reminders_all_are_sent_where_the_ladder_wants_them(rig: Rig) -> None:
    """In their order, each a message of its own, and then the ladder goes on as if nothing had been."""
    started = rig.start(_with_missed("all"), due_on=DUE)[0]
    assert rig.tick_at(moscow(2026, 6, 4, 9)) == 7
    assert [each.removeprefix("work.") for each in rig.reminders(started.id)] == [
        *("due_14", "due_7", "due_1", "due", "overdue", "weekly", "weekly")
    ]
    assert rig.ladders(started.id)["work"].due_at == moscow(2026, 6, 11)


def test_of_missed_reminders_none_is_sent_where_the_ladder_skips_them(rig: Rig) -> None:
    """A reminder of a past day is passed over without a message, one of the same day is given, an event happens."""
    started = rig.start(_with_missed("skip"), starts_on=date(2026, 3, 20), due_on=DUE)[0]
    assert rig.tick_at(moscow(2026, 5, 14)) == 2
    assert (rig.reminders(started.id), rig.events(started.id)) == ([], ["create", "start"])
    assert rig.tick_at(moscow(2026, 5, 19, 23)) == 1
    assert rig.reminders(started.id) == ["work.due_1"]


def test_who_comes_back_after_the_due_date_is_counted_anew_where_a_rung_restarts(rig: Rig) -> None:
    """Returned in June: the rung that restarts comes two working days later, the absolute one stays past."""
    late = (reminder("past", "due_on", 1), reminder("again", "due_on", working_days=2, resume="restart"))
    returning = replace(ERRAND, ladders=(Ladder("work", ("doing",), late),))
    started = rig.start(returning, due_on=DUE)[0]
    rig.fire(started.id, "start")
    assert rig.ladders(started.id)["work"].rung == "past"
    rig.fire(started.id, "hand_in", values={"note": "x"})
    rig.clock.set(moscow(2026, 6, 1, 12))
    rig.fire(started.id, "return", "boss")
    assert rig.tick_at(moscow(2026, 6, 3, 7, 59)) == 0
    assert rig.tick_at(moscow(2026, 6, 3)) == 1
    assert rig.reminders(started.id) == ["work.again"]


def test_a_ladder_that_restarts_is_armed_anew_in_each_state(rig: Rig) -> None:
    """Where it goes on in the next state, its days count from the entry into that one."""
    both = Ladder("work", ("planned", "doing"), (reminder("again", "due_on", 5, resume="restart"),))
    started = rig.start(replace(ERRAND, ladders=(both,)), due_on=date(2026, 2, 2))[0]
    assert rig.ladders(started.id)["work"].due_at == moscow(2026, 3, 7)
    rig.clock.set(moscow(2026, 3, 4))
    rig.fire(started.id, "start")
    assert rig.ladders(started.id)["work"].due_at == moscow(2026, 3, 9)


def test_several_due_ladders_of_one_instance_are_climbed_in_order(rig: Rig) -> None:
    """What was due first is done first, one rung of an instance in a transaction."""
    started = rig.start_one(starts_on=date(2026, 5, 6), due_on=DUE)
    assert rig.tick_at(moscow(2026, 5, 6, 8)) == 2
    assert [(row.topic, row.detail) for row in rig.rows(message, instance_id=started.id)][1:] == [
        ("start", ""),
        ("work", "due_14"),
    ]


def test_an_event_ladder_may_go_on_in_the_state_it_leads_to(rig: Rig) -> None:
    """Where the ladder is climbed in the new state too, it goes on after the rung that fired."""
    going = Ladder(
        "going",
        ("planned", "doing"),
        (
            reminder("begin", "starts_on", 0, fires="start"),
            reminder("ask", "starts_on", 3),
        ),
    )
    started = rig.start(replace(ERRAND, ladders=(going,)), starts_on=date(2026, 3, 10))[0]
    rig.tick_at(moscow(2026, 3, 10))
    assert rig.ladders(started.id)["going"].rung == "ask"
    rig.tick_at(moscow(2026, 3, 13))
    assert rig.reminders(started.id) == ["going.ask"]
    assert rig.ladders(started.id) == {}


def test_a_clock_put_back_repeats_nothing(rig: Rig) -> None:
    """What was done stays done when the clock jumps back and forth."""
    started = rig.start_one(due_on=DUE)
    for now in (moscow(2026, 5, 6), moscow(2026, 5, 1), moscow(2026, 5, 6), moscow(2026, 5, 7)):
        rig.tick_at(now)
    assert rig.reminders(started.id) == ["work.due_14"]


def test_more_than_a_batch_is_done_in_one_tick(rig: Rig) -> None:
    """A tick goes on until nothing is due."""
    rig.start(many=250, starts_on=date(2026, 3, 3))
    assert rig.tick_at(moscow(2026, 3, 3, 0, 5)) == 250
    assert Counter(row.state for row in rig.rows(instance)) == {"doing": 250}


# A rung that fails -----------------------------------------------------------------------------------------------

WATCHED = WorkflowDefinition(
    "watched",
    ("planned",),
    (State("planned"), State("done", final=True)),
    (Transition("finish", ("planned",), "done", ("timer",), ("weather",)),),
    (Ladder("end", ("planned",), (reminder("end", "due_on", 0, fires="finish"),)),),
)


class Weather:
    """A guard that raises for as long as the weather is bad, as no guard should."""

    def __init__(self) -> None:
        self.bad = True

    def holds(self, _facts: Any) -> bool:
        """Fails in bad weather."""
        if self.bad:
            raise ZeroDivisionError("no weather")
        return True


@pytest.fixture
def weather() -> Weather:
    """Bad weather."""
    return Weather()


@pytest.fixture
def stormy(make_rig: Callable[..., Rig], database_url: str, weather: Weather) -> Rig:
    """An engine whose `watched` workflow fails in bad weather, and whose errand does not ask."""
    guards = dict.fromkeys(("has_note", "is_good", "is_bad"), Guard(lambda _facts: True, NoteWantedError))
    return make_rig(database_url, guards | {"weather": Guard(weather.holds, NoteWantedError)})


def test_a_poisoned_rung_holds_up_nobody(stormy: Rig) -> None:
    """The rung that fails is put off and says why; the others of its batch, and later ones, are done in that tick."""
    poisoned = stormy.start(WATCHED, due_on=date(2026, 3, 3))[0]
    stormy.start(many=150, starts_on=date(2026, 3, 4))
    assert stormy.tick_at(moscow(2026, 3, 4)) == 150
    row = stormy.ladders(poisoned.id)["end"]
    assert row.failures == 1
    assert moscow(2026, 3, 4, 8, 1) <= row.due_at < moscow(2026, 3, 4, 8, 2)
    assert row.error == "ZeroDivisionError: no weather"
    assert stormy.instance(poisoned.id).state == "planned"


def test_only_poisoned_rungs_end_the_tick(stormy: Rig) -> None:
    """A tick in which everything fails ends, however many batches there are."""
    stormy.start(WATCHED, many=120, due_on=date(2026, 3, 3))
    assert stormy.tick_at(moscow(2026, 3, 4)) == 0
    rows = stormy.rows(ladder)
    assert Counter(row.failures for row in rows) == {1: 120}
    # What failed together does not come back together.
    assert len({row.due_at for row in rows}) > 100


def test_a_poisoned_rung_is_tried_with_growing_pauses_and_heals(stormy: Rig, weather: Weather) -> None:
    """Each failure about doubles the pause up to six hours; when the cause is gone the rung is done."""
    poisoned = stormy.start(WATCHED, due_on=date(2026, 3, 3))[0]
    stormy.clock.set(moscow(2026, 3, 4))
    pauses = []
    for _ in range(11):
        stormy.tick()
        due_at = stormy.ladders(poisoned.id)["end"].due_at
        pauses.append((due_at - stormy.clock.now()) / timedelta(minutes=1))
        stormy.clock.set(due_at)
    least = [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert all(pause <= found < pause * 1.25 for pause, found in zip(least, pauses, strict=True))
    weather.bad = False
    assert stormy.tick() == 1
    assert stormy.instance(poisoned.id).state == "done"
    assert stormy.rows(ladder) == []


def test_a_poisoned_ladder_leaves_the_others_of_its_instance_alone(stormy: Rig) -> None:
    """Only the rung that was tried is put off, and the instance's other ladder is climbed in the same tick."""
    both = Ladder("talk", ("planned",), (reminder("say", "due_on", 1),))
    started = stormy.start(replace(WATCHED, ladders=(*WATCHED.ladders, both)), due_on=date(2026, 3, 3))[0]
    assert stormy.tick_at(moscow(2026, 3, 5)) == 1
    assert stormy.reminders(started.id) == ["talk.say"]
    assert stormy.ladders(started.id)["end"].failures == 1


def test_a_database_that_cannot_be_used_blames_no_rung(lite: Rig) -> None:
    """Trouble with the database ends the tick with an error that says so; no rung counts it as its failure."""
    lite.start(many=3, starts_on=date(2026, 3, 3))
    lite.clock.set(moscow(2026, 3, 4))
    with lite.store.write() as work:
        work.connection.exec_driver_sql("ALTER TABLE message RENAME TO elsewhere")
    with pytest.raises(DatabaseUnavailableError, match="no such table"):
        lite.tick()
    with lite.store.write() as work:
        work.connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO message")
    assert {row.failures for row in lite.rows(ladder)} == {0}
    assert lite.tick() == 3


# Several workers -------------------------------------------------------------------------------------------------


def test_four_threads_send_each_of_200_reminders_once(rig: Rig) -> None:
    """The same within one process, for reminders."""
    rig.start(many=200, due_on=DUE)
    rig.clock.set(moscow(2026, 5, 6))
    barrier = threading.Barrier(4)
    fired: list[int] = []

    def work() -> None:
        barrier.wait()
        fired.append(rig.tick())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(fired) == 4
    assert sum(fired) == 200
    assert Counter(row.instance_id for row in rig.rows(message, topic="work")) == {
        row.id: 1 for row in rig.rows(instance)
    }


@pytest.mark.needs("postgresql")
def test_a_worker_passes_over_what_another_holds(make_rig: Callable[..., Rig], postgres_url: str) -> None:
    """On PostgreSQL rows locked by one worker do not keep another from the rest."""
    rig = make_rig(postgres_url)
    held, free = rig.start(many=2, starts_on=date(2026, 3, 3))
    rig.clock.set(moscow(2026, 3, 3, 0, 5))
    with rig.store.write() as work:
        work.connection.execute(update(instance).where(instance.c.id == held.id).values(state="planned"))
        assert rig.tick() == 1
    assert rig.instance(free.id).state == "doing"
    assert rig.instance(held.id).state == "planned"
    assert rig.tick() == 1


# A year -----------------------------------------------------------------------------------------------------------


def _start_a_year(rig: Rig) -> None:
    for month, day in ((3, 20), (4, 30), (6, 12), (9, 1), (12, 31), (1, 11)):
        due_on = date(2026 if month > 2 else 2027, month, day)
        rig.start(starts_on=due_on - timedelta(days=20), due_on=due_on)
        rig.start(due_on=due_on)
    rig.start(state="undated")


def _told(rig: Rig) -> list[tuple[Any, ...]]:
    """Everything that was said and done, without the time it was noticed at."""
    said = [(row.instance_id, row.topic, row.detail, row.revision, row.dedup_key) for row in rig.rows(message)]
    return sorted([*said, *((row.id, row.state, row.revision) for row in rig.rows(instance))], key=str)


def test_a_year_of_hourly_ticks_does_what_ticks_at_each_due_time_do(
    make_rig: Callable[..., Rig], sqlite_url: str, clock: VirtualClock
) -> None:
    """Looking every hour for a year, or exactly when something is due: the same events and reminders, each once."""
    begin, end = clock.now(), datetime(2027, 3, 1, tzinfo=UTC)
    hourly, exact = make_rig(sqlite_url), make_rig(sqlite_url + "2")
    for each in (hourly, exact):
        _start_a_year(each)
    now = begin
    while now < end:
        hourly.tick_at(now)
        now += timedelta(hours=1)
    clock.set(begin)
    while (due := min(row.due_at for row in exact.rows(ladder))) < end:
        exact.tick_at(due)
    assert _told(hourly) == _told(exact)
    assert len(exact.rows(message)) > 200


def test_a_claim_sorts_nothing(lite: Rig) -> None:
    """Whole plans are due at eight in the morning: the index has the order of the claim, and SQLite needs no other."""
    with lite.store.read() as connection:
        text = _FREE_INSTANCES.form_for(connection.dialect).text
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("z", 1, 0))]
    assert plan == [
        "SEARCH ladder USING COVERING INDEX ix_ladder_due_at_instance_id (due_at<?)",
        "SEARCH instance USING INTEGER PRIMARY KEY (rowid=?)",
    ]
