"""On which days an organisation works, and when its clock shows a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from engine.errors import N_, OporaError

# More than a year without one working day is a slip in the table of days, not a calendar.
_LONGEST_REST = timedelta(days=400)
_DAY = timedelta(days=1)


class WorkingWeekError(OporaError):
    """A working week that is neither of five nor of six days."""

    message = N_("A working week has 5 or 6 days, not {days_a_week}. Set one of the two for the organisation.")


class NoWorkingDayError(OporaError):
    """The working calendar holds no working day for more than a year."""

    message = N_(
        "The working calendar has no working day in the 400 days from {day}. "
        "Correct the organisation's table of days: opora workday list."
    )


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working days of one organisation.

    What decides a day, first to last: `overrides`, the federal calendar, the days of the week.
    The federal calendar (`holidays`, Russia: Labour Code art. 112 and the Government's yearly transfers) is that of a
    five-day week. Six days differ where the law moves a day off from a Saturday: such days go into `overrides`, as do
    regional days, transfers published after the library's release, and weeks in which nobody is to be reminded.

    Args:
        zone: the organisation's time zone.
        days_a_week: 5, or 6 with working Saturdays.
        overrides: whether it works on a day, whatever the law says.

    Raises:
        WorkingWeekError: `days_a_week` is neither 5 nor 6.
    """

    zone: ZoneInfo
    days_a_week: int = 5
    overrides: Mapping[date, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.days_a_week not in {5, 6}:
            raise WorkingWeekError(days_a_week=self.days_a_week)

    def is_working(self, day: date) -> bool:
        """Whether the organisation works on the day."""
        if day in self.overrides:
            return self.overrides[day]
        days_off, working_weekend_days = _federal_days(day.year)
        return day in working_weekend_days or (day.weekday() < self.days_a_week and day not in days_off)

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day`, or before it where n is negative; `day` itself, worked or not, for 0.

        From a day off the count starts at the next working day: Saturday plus one is Monday.

        Raises:
            NoWorkingDayError: there are 400 days off in a row on the way.
        """
        step = _DAY if n > 0 else -_DAY
        for _ in range(abs(n)):
            day = self._first_working(day + step, step)
        return day

    def roll_back(self, day: date) -> date:
        """The last working day on or before `day`.

        Raises:
            NoWorkingDayError: there is none in 400 days.
        """
        return self._first_working(day, -_DAY)

    def roll_forward(self, day: date) -> date:
        """The first working day on or after `day`.

        Raises:
            NoWorkingDayError: there is none in 400 days.
        """
        return self._first_working(day, _DAY)

    def at(self, day: date, wall_time: time) -> datetime:
        """The UTC instant at which the organisation's clock shows a naive wall time on a day.

        A time that comes twice, when clocks go back, is the first of the two. One that clocks skip is as far past the
        jump as it was written past the hour before it: 02:30 of a jump from 02:00 to 03:00 is 03:30 (PEP 495, fold 0).
        """
        if wall_time.tzinfo is not None:
            raise ValueError("a wall time has no zone: the calendar gives it one")
        return _instant_of(day, wall_time.replace(fold=0), self.zone)

    def day_of(self, instant: datetime) -> date:
        """The local day of an aware instant."""
        return instant.astimezone(self.zone).date()

    def _first_working(self, day: date, step: timedelta) -> date:
        start = day
        while not self.is_working(day):
            if abs(day - start) >= _LONGEST_REST:
                raise NoWorkingDayError(day=start)
            day += step
        return day


# Whole plans share their days and the hours of their reminders: a tick asks for the same few instants all the time.
@lru_cache(maxsize=4096)
def _instant_of(day: date, wall_time: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall_time, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=64)
def _federal_days(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """A year's federal days off, and the weekend days that are worked for them."""
    federal = holidays.country_holidays("RU", years=year, expand=False)
    return frozenset(federal), frozenset(federal.weekend_workdays)
