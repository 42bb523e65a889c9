"""Nights in which clocks change, the leap day, New Year: what is due comes once, at the local time that was meant."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from activities.working_calendar import WorkingCalendar
from engine.audit import verify_history
from engine.definition import Ladder
from engine.tables import history, instance, ladder, message
from tests.fixtures.engine import ERRAND, Rig, reminder

TEN_MINUTES = timedelta(minutes=10)


def utc(text: str) -> datetime:
    """An instant, short to write."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "night", "expected"),
    [
        # Summer time begins: 02:30 does not exist and is as far past the jump, 03:30.
        ("Europe/Berlin", "2026-03-29", "02:30", ("2026-03-28T23:05", "2026-03-29T01:30", "2026-03-29T06:00")),
        ("America/New_York", "2026-03-08", "02:30", ("2026-03-08T05:05", "2026-03-08T07:30", "2026-03-08T12:00")),
        # It ends: the hour comes twice, and the first one counts.
        ("Europe/Berlin", "2026-10-25", "02:30", ("2026-10-24T22:05", "2026-10-25T00:30", "2026-10-25T07:00")),
        ("America/New_York", "2026-11-01", "01:30", ("2026-11-01T04:05", "2026-11-01T05:30", "2026-11-01T13:00")),
        ("Europe/Moscow", "2028-02-29", "02:30", ("2028-02-28T21:05", "2028-02-28T23:30", "2028-02-29T05:00")),
        ("Europe/Moscow", "2027-01-01", "02:30", ("2026-12-31T21:05", "2026-12-31T23:30", "2027-01-01T05:00")),
        ("Asia/Kamchatka", "2026-12-31", "02:30", ("2026-12-30T12:05", "2026-12-30T14:30", "2026-12-30T20:00")),
    ],
)
def test_what_is_due_in_such_a_night_comes_once_at_its_local_time(
    lite: Rig, zone: str, day: str, night: str, expected: tuple[str, str, str]
) -> None:
    """An event just after midnight, a reminder in the hour that changes, one in the morning; six ticks an hour."""
    lite.calendar = WorkingCalendar(ZoneInfo(zone))  # type: ignore[assignment]
    rungs = (
        reminder("begin", "starts_on", 0, at=time(0, 5), fires="start"),
        reminder("night", "starts_on", 0, at=time.fromisoformat(night)),
        reminder("morning", "starts_on", 0),
    )
    short = replace(ERRAND, ladders=(Ladder("turn", ("planned", "doing"), rungs),))
    now = utc(f"{day}T00:00") - timedelta(days=2)
    lite.clock.set(now)
    started = lite.start(short, starts_on=date.fromisoformat(day))[0]
    due: list[datetime] = []
    for _ in range(5 * 24 * 6):
        due += [row.due_at for row in lite.rows(ladder)]
        lite.tick_at(now)
        now += TEN_MINUTES
    assert tuple(dict.fromkeys(due)) == tuple(map(utc, expected))
    said = {row.detail or row.topic: row.created_at for row in lite.rows(message) if row.topic != "create"}
    # Noticed at the first tick from then on.
    assert list(said) == ["start", "night", "morning"]
    assert all(utc(text) <= at < utc(text) + TEN_MINUTES for text, at in zip(expected, said.values(), strict=True))
    assert lite.events(started.id) == ["create", "start"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_through_a_year_everything_comes_at_its_local_time(lite: Rig, zone: str) -> None:
    """A year with both changes of the clocks and the turn of the year: at 8 in the morning, the start at 00:05."""
    lite.calendar = WorkingCalendar(ZoneInfo(zone))  # type: ignore[assignment]
    for month in (4, 10, 12):
        due_on = date(2026, month, 26)
        lite.start(starts_on=due_on - timedelta(days=20), due_on=due_on)
    while (due := min(row.due_at for row in lite.rows(ladder))) < utc("2027-04-15T00:00"):
        lite.tick_at(due)
    begun = [row.at.astimezone(ZoneInfo(zone)) for row in lite.rows(history, event="start")]
    told = [row.created_at.astimezone(ZoneInfo(zone)) for row in lite.rows(message) if row.detail]
    assert Counter(each.time() for each in begun) == {time(0, 5): 3}
    assert [each.date() for each in begun] == sorted(row.starts_on for row in lite.rows(instance))
    assert {each.time() for each in told} == {time(8, 0)}
    assert {each.utcoffset() for each in told} == {each.utcoffset() for each in begun}
    assert len({each.utcoffset() for each in told}) == 2
    assert verify_history(lite.store).findings == ()


def test_a_machine_whose_clock_is_set_an_hour_back_twice_a_year_repeats_nothing(lite: Rig) -> None:
    """Somebody keeps the machine's clock in local time: it jumps on and back by an hour, and nothing comes twice."""
    lite.calendar = WorkingCalendar(ZoneInfo("Europe/Berlin"))  # type: ignore[assignment]
    started = lite.start_one(starts_on=date(2026, 10, 25), due_on=date(2026, 10, 26))
    now = utc("2026-10-24T20:00")
    for number in range(230):
        wrong = timedelta(hours=1) if number % 5 < 2 else timedelta()
        lite.tick_at(now + wrong)
        now += TEN_MINUTES
    said = Counter(lite.reminders(started.id))
    assert set(said.values()) == {1}
    assert "work.due" in said
    assert lite.events(started.id) == ["create", "start"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Europe/Moscow", "America/New_York", "Asia/Kamchatka"])
def test_a_ladder_that_goes_over_the_leap_day_keeps_its_rhythm_and_its_hour(lite: Rig, zone: str) -> None:
    """Weekly from the middle of February 2028 till May: 29 February is a day like others, and so is a change of clocks.

    What is expected is counted here by days and weekdays alone.
    """
    lite.calendar = WorkingCalendar(ZoneInfo(zone))  # type: ignore[assignment]
    lite.clock.set(utc("2028-02-01T00:00"))
    due_on = date(2028, 2, 14)  # a Monday, so that the second reminder falls on the leap day
    started = lite.start_one(due_on=due_on)
    while (due := lite.ladders(started.id)["work"].due_at) < utc("2028-05-01T00:00"):
        lite.tick_at(due)
    told = [row.created_at.astimezone(ZoneInfo(zone)) for row in lite.rows(message) if row.detail == "weekly"]
    tuesdays = [date(2028, 2, 22) + timedelta(weeks=number) for number in range(10)]
    assert [each.date() for each in told] == tuesdays
    assert {each.time() for each in told} == {time(8, 0)}
    assert tuesdays[1:3] == [date(2028, 2, 29), date(2028, 3, 7)]


def test_a_machine_put_back_by_a_month_repeats_nothing_and_loses_nothing(rig: Rig) -> None:
    """A virtual machine is restored and its clock stands a month back while the database has gone on.

    What was said is not said again, a step is taken with the time that the clock shows, history stays whole; once the
    clock is right again, each reminder that is left comes once.
    """
    started = rig.start_one(starts_on=date(2026, 5, 4), due_on=date(2026, 5, 20))
    rig.tick_at(utc("2026-05-06T05:00"))
    said = rig.reminders(started.id)
    rig.tick_at(utc("2026-04-06T05:00"))
    assert rig.reminders(started.id) == said
    rig.fire(started.id, "touch")
    for text in ("2026-04-07T05:00", "2026-05-01T05:00", "2026-05-06T05:00", "2026-05-13T05:00", "2026-05-20T05:00"):
        rig.tick_at(utc(text))
    assert set(Counter(rig.reminders(started.id)).values()) == {1}
    assert [each for each in rig.reminders(started.id) if each.startswith("work")] == [
        "work.due_14", "work.due_7", "work.due"
    ]  # fmt: skip
    assert rig.events(started.id) == ["create", "start", "touch"]
    assert verify_history(rig.store).findings == ()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Europe/Moscow"])
def test_over_new_year_and_its_days_off_nothing_is_early_late_or_twice(lite: Rig, zone: str) -> None:
    """Due on the first working day of the year: the week before lies in the old one, days off between them."""
    days_off = {date(2027, 1, number): False for number in range(1, 9)}
    lite.calendar = WorkingCalendar(ZoneInfo(zone), overrides=days_off)  # type: ignore[assignment]
    lite.clock.set(utc("2026-12-01T00:00"))
    started = lite.start_one(due_on=date(2027, 1, 11))
    now = utc("2026-12-20T00:00")
    while now < utc("2027-01-14T00:00"):
        lite.tick_at(now)
        now += TEN_MINUTES * 6
    told = [(row.detail, row.created_at.astimezone(ZoneInfo(zone)).date()) for row in lite.rows(message) if row.detail]
    assert told == [
        ("due_14", date(2026, 12, 28)),
        # The last working day of the year, 31 December being a day off: due_7, of 4 January, is of the same instant.
        ("due_1", date(2026, 12, 30)),
        ("due", date(2027, 1, 11)),
        ("overdue", date(2027, 1, 12)),
    ]
    assert lite.events(started.id) == ["create"]
