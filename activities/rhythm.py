"""The rhythm in which ongoing work is reported, and the calendar periods that it cuts a plan into."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from activities.period import Period


class Rhythm(StrEnum):
    """How often ongoing work is reported; a plan's setting."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    END = "end"


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """A calendar period's key, and as much of it as lies in the plan."""

    key: str
    days: Period


_PART_NAMES = {1: "{year}-{month:02}", 3: "{year}-Q{part}", 6: "{year}-H{part}", 12: "{year}"}
_MONTHS = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3, Rhythm.HALF_YEAR: 6}


def reporting_periods(plan: Period, rhythm: Rhythm) -> tuple[ReportingPeriod, ...]:
    """The calendar periods that touch the plan, in order; a cut one keeps the key of the whole.

    Quarters and half-years are those of the calendar, also in a plan that runs from September.
    """
    if rhythm is Rhythm.END:
        return (ReportingPeriod(period_key(plan), plan),)
    periods = []
    whole = _calendar_period(plan.starts_on, _MONTHS[rhythm])
    while (days := whole.clip(plan)) is not None:
        periods.append(ReportingPeriod(period_key(whole), days))
        whole = _calendar_period(whole.ends_on + timedelta(days=1), _MONTHS[rhythm])
    return tuple(periods)


def period_key(period: Period) -> str:
    """The shortest text that names a period, for people to type.

    `2026` a year, `2026-H1` a half-year, `2026-Q1` a quarter, `2026-09` a month, `2026-03-06` a day,
    `2026-05..2026-06` whole months, `2026-02-14..2026-02-17` days. Two periods never share one.
    """
    first, last = period.starts_on, period.ends_on
    if first == last:
        return first.isoformat()
    if first.day != 1 or last.day != monthrange(last.year, last.month)[1]:
        return f"{first.isoformat()}..{last.isoformat()}"
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    if months in _PART_NAMES and (first.month - 1) % months == 0:
        return _PART_NAMES[months].format(year=f"{first:%Y}", month=first.month, part=(first.month - 1) // months + 1)
    return f"{first:%Y-%m}..{last:%Y-%m}"


def _calendar_period(day: date, months: int) -> Period:
    """The calendar period of 1, 3 or 6 months in which a day lies."""
    first_month = (day.month - 1) // months * months + 1
    last_month = first_month + months - 1
    return Period(date(day.year, first_month, 1), date(day.year, last_month, monthrange(day.year, last_month)[1]))
