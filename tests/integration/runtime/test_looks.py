"""How often workers ask the database: what a tick, a morning and a letter may cost, counted and not timed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event

from activities.office import Office
from activities.roles import Role
from notifications.mail.picture import Picture, take_picture
from tests.fixtures.house import House

MORNING = datetime(2026, 3, 30, 5, 0, 30, tzinfo=UTC)
"""8:00 in Moscow on a Monday: something is due within two weeks, and something was the Friday before."""
FURTHER = 10


@dataclass
class Heard:
    """How many statements there were.

    Attributes:
        in_all: what SQLite itself was told, but for the bounds of transactions.
        by_core: of these, what SQLAlchemy put together for the occasion instead of taking a `Prepared` one.
    """

    in_all: int = 0
    by_core: int = 0

    def hear(self, text: str) -> None:
        """SQLite was told this."""
        self.in_all += not text.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"))

    def hear_core(self, *_arguments: Any) -> None:
        """SQLAlchemy sent a statement of its own."""
        self.by_core += 1


def _listen(house: House, act: Callable[[], object]) -> Heard:
    heard, engine = Heard(), house.office.store.engine

    def follow(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(heard.hear)

    event.listen(engine, "connect", follow)
    event.listen(engine, "before_cursor_execute", heard.hear_core)
    engine.dispose()  # connections that were opened before are not heard
    act()
    event.remove(engine, "connect", follow)
    event.remove(engine, "before_cursor_execute", heard.hear_core)
    engine.dispose()
    return heard


QUIET, READER = Heard(in_all=33, by_core=21), Heard(in_all=23, by_core=3)
"""The most that a tick which finds nothing may ask, and one more reader of a morning."""


def test_a_tick_that_finds_nothing_asks_little(house: House) -> None:
    """It runs each minute of the year, so each part of it has one small look, or few."""
    house.clock.set(MORNING)
    house.tick()
    quiet = _listen(house, house.tick)
    assert 0 < quiet.in_all <= QUIET.in_all
    assert quiet.by_core <= QUIET.by_core


def test_a_further_reader_costs_few_statements(house: House) -> None:
    """Their digest, written and sent; what is open and with whom was asked once for all."""
    house.tick()
    house.clock.set(MORNING)
    few = _listen(house, house.tick)
    for number in range(FURTHER):
        house.person(f"Координатор {number}", Role.COORDINATOR)
    house.clock.set(MORNING.replace(month=4, day=6))
    many = _listen(house, house.tick)
    sent = [row for row in house.dump()["letter"] if "sent" in row]
    assert len(sent) > FURTHER
    assert 0 < many.in_all - few.in_all <= FURTHER * READER.in_all
    assert many.by_core - few.by_core <= FURTHER * READER.by_core


def test_one_picture_serves_a_morning(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are written to, what is open is looked at once, and not again while nothing new is to be told."""
    taken: list[Picture] = []

    def take_and_keep(connection: Connection, office: Office) -> Picture:
        taken.append(take_picture(connection, office))
        return taken[-1]

    monkeypatch.setattr("notifications.mail.digest.take_picture", take_and_keep)
    house.clock.set(MORNING)
    house.tick()
    house.pass_time(minutes=1)
    house.tick()
    readers = {row for row in house.dump()["letter"] if "morning_digest" in row}
    assert len(readers) > 1
    assert len(taken) == 1
