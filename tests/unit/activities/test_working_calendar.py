"""Working days of an organisation, and its clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.working_calendar import NoWorkingDayError, WorkingCalendar, WorkingWeekError

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
FIVE = WorkingCalendar(MOSCOW)
SIX = WorkingCalendar(MOSCOW, days_a_week=6)


def off(first: date, last: date) -> dict[date, bool]:
    """A table that has each day from one to another off."""
    return {first + timedelta(days=step): False for step in range((last - first).days + 1)}


CALENDARS = st.sampled_from([FIVE, SIX, WorkingCalendar(MOSCOW, overrides=off(date(2026, 7, 1), date(2026, 8, 31)))])
DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 3, 6), True),  # a Friday
        (date(2026, 3, 7), False),  # a Saturday
        (date(2026, 3, 9), False),  # Monday after 8 March on a Sunday
        (date(2026, 11, 4), False),  # Unity Day
        (date(2026, 12, 31), False),  # moved here from 4 January 2026
        (date(2027, 1, 4), False),  # New Year holidays
        (date(2024, 12, 28), True),  # a Saturday worked for 30 December
        (date(2024, 12, 30), False),
        (date(2025, 11, 1), True),  # a Saturday worked for 3 November
    ],
)
def test_federal_days_and_moved_working_saturdays(day: date, works: bool) -> None:
    """A five-day week knows the holidays of Labour Code art. 112 and the Government's transfers."""
    assert FIVE.is_working(day) is works


def test_a_six_day_week_works_on_saturdays_but_holidays() -> None:
    """With six days a Saturday is worked, a Sunday and a holiday on a Saturday are not."""
    assert SIX.is_working(date(2026, 3, 7))
    assert not SIX.is_working(date(2026, 3, 8))
    assert not SIX.is_working(date(2026, 5, 9))


@pytest.mark.parametrize("days_a_week", [4, 7, 0])
def test_other_weeks_are_an_error(days_a_week: int) -> None:
    """A week has five or six working days."""
    with pytest.raises(WorkingWeekError, match=f"not {days_a_week}"):
        WorkingCalendar(MOSCOW, days_a_week=days_a_week)


def test_overrides_win_over_everything() -> None:
    """The organisation's own table decides over holidays and week-ends, both ways; other days are as they were."""
    overrides = {
        date(2026, 3, 8): True,
        date(2026, 3, 6): False,
        date(2024, 12, 28): False,
        date(2026, 3, 25): True,
    }
    own = WorkingCalendar(MOSCOW, overrides=overrides)
    assert {day: own.is_working(day) for day in overrides} == overrides
    assert own.is_working(date(2026, 3, 24))
    assert not own.is_working(date(2026, 3, 22))


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 3, 2), 5, date(2026, 3, 10)),  # over the long week-end of 7 to 9 March
        (date(2026, 3, 10), -5, date(2026, 3, 2)),
        (date(2026, 3, 7), 1, date(2026, 3, 10)),  # from a Saturday
        (date(2026, 3, 8), -1, date(2026, 3, 6)),  # from a Sunday
        (date(2026, 3, 8), 0, date(2026, 3, 8)),
        (date(2026, 3, 10), 0, date(2026, 3, 10)),
        (date(2025, 12, 30), 1, date(2026, 1, 12)),  # across New Year
        (date(2026, 12, 30), 1, date(2027, 1, 11)),
        (date(2026, 1, 12), -1, date(2025, 12, 30)),
    ],
)
def test_adding_working_days(day: date, n: int, expected: date) -> None:
    """Days off are not counted, nor the day itself; zero days change nothing."""
    assert FIVE.add_working_days(day, n) == expected


@given(CALENDARS, DAYS, st.integers(1, 60))
def test_adding_counts_the_working_days_between(calendar: WorkingCalendar, day: date, n: int) -> None:
    """Between a day and the n-th working day after it lie exactly n worked days, the last included."""
    found = calendar.add_working_days(day, n)
    after = [day + timedelta(days=step) for step in range(1, (found - day).days + 1)]
    assert sum(map(calendar.is_working, after)) == n
    assert calendar.is_working(found)


@given(CALENDARS, DAYS, st.integers(-40, 40))
def test_adding_and_taking_away_again_leads_back(calendar: WorkingCalendar, day: date, n: int) -> None:
    """From a working day, n days there and n days back is that day."""
    start = calendar.roll_forward(day)
    assert calendar.add_working_days(calendar.add_working_days(start, n), -n) == start


@given(CALENDARS, DAYS)
def test_rolling_finds_the_nearest_working_day(calendar: WorkingCalendar, day: date) -> None:
    """Rolling keeps a working day, and otherwise stops at the first one back or forward."""
    back, forward = calendar.roll_back(day), calendar.roll_forward(day)
    assert calendar.is_working(back)
    assert calendar.is_working(forward)
    assert back <= day <= forward
    assert (back == day) == (forward == day) == calendar.is_working(day)
    assert calendar.add_working_days(back, 1) == (forward if back != day else calendar.roll_forward(day + timedelta(1)))


def test_a_calendar_without_working_days_is_an_error_that_ends() -> None:
    """Where somebody declared years off, counting stops with the day from which nothing was found."""
    asleep = WorkingCalendar(MOSCOW, overrides=off(date(2026, 1, 1), date(2030, 12, 31)))
    with pytest.raises(NoWorkingDayError, match="from 2026-03-02"):
        asleep.roll_forward(date(2026, 3, 2))
    with pytest.raises(NoWorkingDayError):
        asleep.roll_back(date(2028, 3, 2))
    with pytest.raises(NoWorkingDayError):
        asleep.add_working_days(date(2025, 12, 1), 100)


def test_a_year_off_ends_within_400_days() -> None:
    """A whole year off is survived: the first working day after it is found."""
    resting = WorkingCalendar(MOSCOW, overrides=off(date(2026, 1, 1), date(2026, 12, 31)))
    assert resting.roll_forward(date(2026, 1, 1)) == date(2027, 1, 11)


@pytest.mark.parametrize(
    ("zone", "day", "shown", "instant"),
    [
        ("Europe/Moscow", date(2026, 3, 1), time(9, 0), datetime(2026, 3, 1, 6, 0, tzinfo=UTC)),
        ("Asia/Kamchatka", date(2026, 3, 1), time(9, 0), datetime(2026, 2, 28, 21, 0, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 7, 1), time(9, 0), datetime(2026, 7, 1, 7, 0, tzinfo=UTC)),
        # Clocks skip 02:00-03:00: 02:30 is 03:30.
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # 02:30 comes twice: the first.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # Moscow put its clocks back for good at 02:00 on 26 October 2014: 01:30 came twice.
        ("Europe/Moscow", date(2014, 10, 26), time(1, 30), datetime(2014, 10, 25, 21, 30, tzinfo=UTC)),
        # Kamchatka's clocks skipped 02:00-03:00 on 27 March 2011.
        ("Asia/Kamchatka", date(2011, 3, 27), time(2, 30), datetime(2011, 3, 26, 15, 30, tzinfo=UTC)),
    ],
)
def test_wall_times_have_one_instant(zone: str, day: date, shown: time, instant: datetime) -> None:
    """A local time is one UTC instant, also where clocks skip it or show it twice."""
    found = WorkingCalendar(ZoneInfo(zone)).at(day, shown)
    assert found == instant
    assert found.tzinfo is UTC


def test_a_fold_asked_for_makes_no_difference() -> None:
    """The first of two equal times is taken, whatever the time value says."""
    calendar = WorkingCalendar(BERLIN)
    day = date(2026, 10, 25)
    assert calendar.at(day, time(2, 30, fold=1)) == calendar.at(day, time(2, 30))


@given(st.sampled_from(["Europe/Moscow", "Asia/Kamchatka", "Europe/Berlin"]), DAYS, st.times())
def test_the_clock_shows_the_wall_time_at_its_instant(zone: str, day: date, shown: time) -> None:
    """Back in the zone, the instant shows the day and time asked for, or an hour later where clocks skipped it."""
    local = WorkingCalendar(ZoneInfo(zone)).at(day, shown).astimezone(ZoneInfo(zone))
    asked = datetime.combine(day, shown)
    assert local.replace(tzinfo=None, fold=0) - asked in {timedelta(0), timedelta(hours=1)}
    assert local.replace(tzinfo=None, fold=0) == asked or (zone == "Europe/Berlin" and day.month == 3)


def test_a_wall_time_with_a_zone_is_a_programming_error() -> None:
    """The calendar gives the zone; a time that brings its own is refused."""
    with pytest.raises(ValueError, match="no zone"):
        FIVE.at(date(2026, 3, 1), time(9, tzinfo=UTC))
