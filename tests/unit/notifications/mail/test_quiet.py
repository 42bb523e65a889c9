"""When letters may arrive."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.working_calendar import WorkingCalendar
from notifications.mail.quiet import QUIET, BadQuietHoursError, QuietHours, parse_quiet_hours

MOSCOW = ZoneInfo("Europe/Moscow")
CALENDAR = WorkingCalendar(MOSCOW)
BEGAN_AT = datetime(2025, 1, 1, tzinfo=UTC)


def loud(typed, quiet=QUIET):
    """The next loud moment after one on the office's wall, as written there."""
    now = datetime.fromisoformat(typed).replace(tzinfo=MOSCOW).astimezone(UTC)
    return quiet.next_loud(now, CALENDAR).astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("written", "comes"),
    [
        ("2026-03-03 12:00", "2026-03-03 12:00"),
        ("2026-03-03 06:59", "2026-03-03 07:00"),
        ("2026-03-03 07:00", "2026-03-03 07:00"),
        ("2026-03-03 20:59", "2026-03-03 20:59"),
        ("2026-03-03 21:00", "2026-03-04 07:00"),
        ("2026-03-06 23:00", "2026-03-10 07:00"),
        ("2026-03-07 12:00", "2026-03-10 07:00"),
        ("2026-12-31 12:00", "2027-01-11 07:00"),
    ],
)
def test_letters_wait_for_the_day(written, comes):
    """At night until seven, over a weekend, a moved day off and the New Year until the next working day."""
    assert loud(written) == comes


def test_without_quiet_hours_days_off_still_rest():
    """`none` lets letters come at any hour of a working day; of a day off, at eight of the next working one."""
    quiet = parse_quiet_hours("none")
    assert loud("2026-03-03 03:00", quiet) == "2026-03-03 03:00"
    assert loud("2026-03-07 12:00", quiet) == "2026-03-10 08:00"


def test_hours_that_do_not_cross_midnight():
    """A rest at noon holds until its end; a day off ends at eight."""
    quiet = parse_quiet_hours("12:00–13:30")
    assert loud("2026-03-03 12:30", quiet) == "2026-03-03 13:30"
    assert loud("2026-03-03 23:00", quiet) == "2026-03-03 23:00"
    assert loud("2026-03-07 12:00", quiet) == "2026-03-10 08:00"


@given(
    st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: BEGAN_AT + timedelta(minutes=minutes)),
    st.builds(QuietHours, st.times(), st.times()),
)
def test_a_letter_never_comes_early_or_in_the_quiet(now, quiet):
    """Whatever the hours, the moment is not before the letter, on a working day and outside them."""
    quiet = QuietHours(quiet.begins.replace(second=0, microsecond=0), quiet.ends.replace(second=0, microsecond=0))
    moment = quiet.next_loud(now, CALENDAR)
    wall = moment.astimezone(MOSCOW)
    assert moment >= now
    assert CALENDAR.is_working(wall.date())
    assert not quiet.covers(wall.time())


@pytest.mark.parametrize("typed", ["", "night", "25:00-07:00", "21:00", "21-07"])
def test_other_text_is_refused(typed):
    """What names no hours is told with an example."""
    with pytest.raises(BadQuietHoursError):
        parse_quiet_hours(typed)


def test_hours_are_read_as_people_write_them():
    """With one digit, a dash of any length and spaces around it."""
    assert parse_quiet_hours(" 22:30 – 6:00 ") == QuietHours(time(22, 30), time(6, 0))
