"""The memory of who fetched which calendar."""

import threading
from datetime import timedelta

import pytest

from activities.occurrences import OccurrenceFilter
from notifications.calendar import subscriptions
from notifications.calendar.subscriptions import NewSubscription, add_subscription, get_subscription
from notifications.tables import throttle
from web import fetches
from web.fetches import NO_WAIT, FetchLog
from web.throttle import WINDOW

LIMIT = 3


@pytest.fixture
def ids(house):
    """Row ids of two subscriptions."""
    return [add_subscription(house.office, NewSubscription(name, OccurrenceFilter()))[0].id for name in "ab"]


def fetched_at(house, name):
    with house.office.store.read() as connection:
        return get_subscription(connection, name).fetched_at


def test_fetches_are_written_together_after_a_while(house, ids, monkeypatch):
    """Many fetches are one writing, of the last time each, without anybody asking for it."""
    written = threading.Event()
    calls = []

    def record(work, gathered):
        calls.append(dict(gathered))
        subscriptions.record_fetches(work, gathered)
        work.on_commit(written.set)

    monkeypatch.setattr(fetches, "record_fetches", record)
    log = FetchLog(house.office, LIMIT, seconds=0.05)
    now = house.clock.now()
    for minute in range(3):
        log.note(ids[0], now + timedelta(minutes=minute))
    assert written.wait(10)
    assert calls == [{ids[0]: now + timedelta(minutes=2)}]
    assert fetched_at(house, "a") == now + timedelta(minutes=2)
    assert fetched_at(house, "b") is None


def test_nothing_is_written_for_nothing(house, ids, monkeypatch):
    """Without fetches the database is left alone."""
    calls = []
    monkeypatch.setattr(fetches, "record_fetches", lambda *given: calls.append(given))
    FetchLog(house.office, LIMIT).flush()
    assert calls == []
    assert [fetched_at(house, name) for name in "ab"] == [None, None]


def test_trouble_costs_the_times_only(house, ids, monkeypatch, caplog):
    """Where the database cannot take them they are forgotten, and the next ones are written."""
    log = FetchLog(house.office, LIMIT, seconds=3600)

    def fail(*_):
        raise OSError("full")

    with monkeypatch.context() as patched:
        patched.setattr(fetches, "record_fetches", fail)
        log.note(ids[0], house.clock.now())
        log.flush()
    assert "not written" in caplog.text
    log.note(ids[1], house.clock.now())
    log.flush()
    assert fetched_at(house, "a") is None
    assert fetched_at(house, "b") == house.clock.now()


def test_a_calendar_is_handed_out_so_often(house, ids):
    """Within ten minutes up to the limit; then one is told how long to wait, while other calendars are handed out."""
    log, now = FetchLog(house.office, LIMIT), house.clock.now()
    waits = [log.count_whole(ids[0], now + timedelta(seconds=number)) for number in range(LIMIT + 2)]
    assert waits == [NO_WAIT] * LIMIT + [WINDOW - timedelta(seconds=LIMIT), WINDOW - timedelta(seconds=LIMIT + 1)]
    assert log.count_whole(ids[1], now) == NO_WAIT
    assert log.count_whole(ids[0], now + WINDOW - timedelta(seconds=1)) == timedelta(seconds=1)
    assert log.count_whole(ids[0], now + WINDOW) == NO_WAIT


def test_a_clock_that_is_set_back_locks_nobody_out(house, ids):
    """A window that would begin in the future is over."""
    log, now = FetchLog(house.office, 1), house.clock.now()
    assert log.count_whole(ids[0], now) == NO_WAIT
    assert log.count_whole(ids[0], now - timedelta(hours=1)) == NO_WAIT


def test_processes_count_together(any_house):
    """What two processes handed out is added up where both write it; each then refuses by the sum."""
    made = add_subscription(any_house.office, NewSubscription("a", OccurrenceFilter()))[0].id
    one, two = (FetchLog(any_house.office, LIMIT, seconds=3600) for _ in range(2))
    now = any_house.clock.now()

    def hand_out(log):
        log.note(made, now)
        return log.count_whole(made, now)

    assert [hand_out(one), hand_out(two), hand_out(two)] == [NO_WAIT] * 3
    one.flush()
    two.flush()
    with any_house.office.store.read() as connection:
        assert [row.attempts for row in connection.execute(throttle.select())] == [3]
    assert two.count_whole(made, now) == WINDOW
    assert hand_out(one) == NO_WAIT
    one.flush()
    assert one.count_whole(made, now) == WINDOW


def test_each_is_counted_once(any_house, monkeypatch):
    """What was written is not written again; what is handed out while it is written counts too, and is written next."""
    made = add_subscription(any_house.office, NewSubscription("a", OccurrenceFilter()))[0].id
    log, now = FetchLog(any_house.office, LIMIT, seconds=3600), any_house.clock.now()

    def counted():
        with any_house.office.store.read() as connection:
            return [row.attempts for row in connection.execute(throttle.select())]

    def hand_out():
        log.note(made, now)
        return log.count_whole(made, now)

    def record(work, gathered):
        assert hand_out() == NO_WAIT
        subscriptions.record_fetches(work, gathered)

    hand_out()
    with monkeypatch.context() as patched:
        patched.setattr(fetches, "record_fetches", record)
        log.flush()
    assert counted() == [1]
    assert hand_out() == NO_WAIT
    assert hand_out() == WINDOW
    log.flush()
    assert counted() == [3]
    hand_out()
    log.flush()
    assert counted() == [3]


def test_what_is_over_is_forgotten(any_house):
    """After ten minutes neither the database nor the memory counts what was before."""
    made = add_subscription(any_house.office, NewSubscription("a", OccurrenceFilter()))[0].id
    log = FetchLog(any_house.office, 1, seconds=3600)
    log.note(made, any_house.clock.now())
    assert log.count_whole(made, any_house.clock.now()) == NO_WAIT
    log.flush()
    any_house.clock.set(any_house.clock.now() + WINDOW)
    log.note(made, any_house.clock.now())
    assert log.count_whole(made, any_house.clock.now()) == NO_WAIT
    log.flush()
    with any_house.office.store.read() as connection:
        assert [row.attempts for row in connection.execute(throttle.select())] == [1]
