"""The memory of who fetched which calendar."""

import threading
from datetime import timedelta

import pytest

from activities.occurrences import OccurrenceFilter
from notifications.calendar import subscriptions
from notifications.calendar.subscriptions import NewSubscription, add_subscription, get_subscription
from web import fetches
from web.fetches import FetchLog


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

    def record(office, gathered):
        calls.append(dict(gathered))
        subscriptions.record_fetches(office, gathered)
        written.set()

    monkeypatch.setattr(fetches, "record_fetches", record)
    log = FetchLog(house.office, seconds=0.05)
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
    FetchLog(house.office).flush()
    assert calls == []
    assert [fetched_at(house, name) for name in "ab"] == [None, None]


def test_trouble_costs_the_times_only(house, ids, monkeypatch, caplog):
    """Where the database cannot take them they are forgotten, and the next ones are written."""
    log = FetchLog(house.office, seconds=3600)

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
