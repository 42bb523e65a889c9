"""Each machine at work leaves its sign; who falls silent is named, who is long gone is forgotten."""

from collections.abc import Callable
from datetime import datetime

import pytest

from engine.clock import parse_instant
from runtime.bootstrap import Application
from runtime.doctor import Level, examine
from runtime.heartbeat import beat, find_last_tick, list_machines


@pytest.fixture
def at(application: Application, move_clock: Callable[[str], None]) -> Callable[..., None]:
    """Let a machine tick at a time of day."""

    def tick(instant: str, machine: str) -> None:
        move_clock(instant)
        beat(application.store, machine)

    return tick


def machines(application: Application) -> dict[str, datetime]:
    with application.store.read() as connection:
        return list_machines(connection)


def test_each_machine_leaves_its_own_sign(application: Application, at: Callable[..., None]) -> None:
    """The newest of them is the installation's; names that look like patterns are names."""
    at("2026-03-02T06:00:00Z", "a_%")
    at("2026-03-02T06:01:00Z", "b")
    assert machines(application) == {
        "a_%": parse_instant("2026-03-02T06:00:00Z"),
        "b": parse_instant("2026-03-02T06:01:00Z"),
    }
    with application.store.read() as connection:
        assert find_last_tick(connection) == parse_instant("2026-03-02T06:01:00Z")


def test_a_sign_is_left_once_in_a_while(application: Application, at: Callable[..., None]) -> None:
    """Another machine's sign does not stand for one's own."""
    at("2026-03-02T06:00:00Z", "a")
    at("2026-03-02T06:00:29Z", "a")
    at("2026-03-02T06:00:29Z", "b")
    assert [each.second for each in machines(application).values()] == [0, 29]
    at("2026-03-02T06:00:30Z", "a")
    assert machines(application)["a"].second == 30


def test_a_machine_that_is_gone_is_forgotten(application: Application, at: Callable[..., None]) -> None:
    """A day after its last sign; containers have a new name at each start."""
    at("2026-03-02T06:00:00Z", "old")
    at("2026-03-03T06:00:00Z", "new")
    assert set(machines(application)) == {"old", "new"}
    at("2026-03-03T06:01:00Z", "new")
    assert set(machines(application)) == {"new"}


def test_the_doctor_names_the_machine_that_fell_silent(application: Application, at: Callable[..., None]) -> None:
    """As long as others work it is a notice; where nobody does, that is what counts."""
    at("2026-01-12T05:00:00Z", "one")
    at("2026-01-12T05:05:30Z", "two")
    (told,) = [each for each in examine() if each.check == "worker_silent"]
    assert (told.level, told.details["machine"]) == (Level.NOTICE, "one")
    at("2026-01-12T05:05:30Z", "one")
    assert [each.check for each in examine() if each.check == "worker_silent"] == []
