"""From what a deadline says to the occurrences that a plan runs: when, and until when evidence is awaited.

| schedule | occurrences |
|---|---|
| dates, deadline | one per window, as the plan writes it |
| recurring, monthly or rarer | one per period that the reader listed |
| recurring, weekly or daily | one per reporting period, carrying the rule |
| continuous | one per reporting period |
| quota of N | N by ordinal, each awaiting a date |
| on request, undetermined, a reading that asks, nothing read, weekly in a part of the plan | one awaiting a date |

Pure: the same schedule and settings always give the same keys, so that expanding again doubles nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from activities.deadlines.schedule import Confidence, Schedule, ScheduleKind, Window
from activities.kinds import ActivityKind, runs_on
from activities.period import Period
from activities.rhythm import Rhythm, period_key, reporting_periods
from activities.working_calendar import WorkingCalendar

EVIDENCE_DAYS = 5


@dataclass(frozen=True, slots=True)
class PlannedOccurrence:
    """One scheduled run of an activity.

    Attributes:
        key: its scheduled period or `no1`, `no2` …; unique within the activity, the same for ever.
        starts_on: the window's first day; None while awaiting a date.
        ends_on: the window's last day; None while awaiting a date.
        due_on: the day by which evidence is awaited; None while awaiting a date.
        awaiting_date: a person has to say when.
        rrule: the RFC 5545 rule of weekly or daily work inside the window, else None.
        ordinal: which of a counted number it is, from 1, else None.
    """

    key: str
    starts_on: date | None
    ends_on: date | None
    due_on: date | None
    awaiting_date: bool
    rrule: str | None
    ordinal: int | None


def expand(
    schedule: Schedule,
    kind: ActivityKind,
    period: Period,
    rhythm: Rhythm,
    calendar: WorkingCalendar,
    *,
    evidence_days: int = EVIDENCE_DAYS,
) -> tuple[PlannedOccurrence, ...]:
    """The occurrences of an activity, at least one, dated ones in order of their windows.

    Args:
        schedule: the deadline as read.
        kind: what the activity is; an event's evidence is due working days after it, any other's on the last day.
        period: the plan's.
        rhythm: how often ongoing work is reported.
        calendar: the organisation's working days.
        evidence_days: working days from an event's last day until its evidence is due.
    """
    if _needs_date(schedule):
        return _awaiting(schedule)
    return tuple(
        PlannedOccurrence(
            key=key,
            starts_on=window.starts_on,
            ends_on=window.ends_on,
            due_on=evidence_day(window.ends_on, kind, calendar, evidence_days),
            awaiting_date=False,
            rrule=schedule.rrule if runs_on(schedule) else None,
            ordinal=None,
        )
        for key, window in _keyed_windows(schedule, period, rhythm)
    )


def ordinal_key(ordinal: int) -> str:
    """The key of a run that is counted, from 1, because nothing says when it is."""
    return f"no{ordinal}"


def is_ordinal(key: str) -> bool:
    """Whether a key counts: whatever date such an occurrence has, a person set it."""
    return key.startswith("no")


_UNDATED = frozenset({ScheduleKind.QUOTA, ScheduleKind.ON_REQUEST, ScheduleKind.UNDETERMINED})


def _needs_date(schedule: Schedule) -> bool:
    """Whether a person must say when: by its kind, because the reader asks, or because no window was read."""
    unread = not schedule.occurrences and not (runs_on(schedule) and "within_window" not in schedule.flags)
    return schedule.kind in _UNDATED or schedule.confidence is Confidence.ASK or unread


def _awaiting(schedule: Schedule) -> tuple[PlannedOccurrence, ...]:
    """As many as a quota counts, else one; a suggested split of a quota is no date."""
    count = max(schedule.count or 1, 1) if schedule.kind is ScheduleKind.QUOTA else 1
    return tuple(
        PlannedOccurrence(
            key=ordinal_key(ordinal),
            starts_on=None,
            ends_on=None,
            due_on=None,
            awaiting_date=True,
            rrule=None,
            ordinal=ordinal,
        )
        for ordinal in range(1, count + 1)
    )


def evidence_day(
    last_day: date, kind: ActivityKind, calendar: WorkingCalendar, evidence_days: int = EVIDENCE_DAYS
) -> date:
    """The day by which evidence is awaited of what ends on a day."""
    return calendar.add_working_days(last_day, evidence_days) if kind is ActivityKind.EVENT else last_day


def _keyed_windows(schedule: Schedule, period: Period, rhythm: Rhythm) -> Iterable[tuple[str, Period]]:
    """The windows with their keys: reporting periods of work that runs on, else those of the schedule."""
    windows = [_days(window, period) for window in schedule.occurrences]
    reported = list(_reported(windows or [period], period, rhythm)) if runs_on(schedule) else []
    # Work that runs on outside the plan altogether is kept as written: better seen than lost.
    return reported or _written(schedule.occurrences, period)


def _days(window: Window, period: Period) -> Period:
    """A window's days; an open start is the plan's first day, or the due day where that comes before the plan."""
    return Period(min(period.starts_on, window.due) if window.start is None else window.start, window.due)


def _reported(windows: list[Period], period: Period, rhythm: Rhythm) -> Iterator[tuple[str, Period]]:
    """Each reporting period that the windows touch, from the first to the last day that they share with it."""
    for reporting in reporting_periods(period, rhythm):
        shared = [days for window in windows if (days := window.clip(reporting.days)) is not None]
        if shared:
            first, last = min(days.starts_on for days in shared), max(days.ends_on for days in shared)
            yield reporting.key, Period(first, last)


def _written(windows: Iterable[Window], period: Period) -> Iterator[tuple[str, Period]]:
    """Each window as the plan writes it, under its period's key; a deadline («до 01.06») under its due day's."""
    written = {_days(window, period) for window in windows if window.start is not None}
    deadlines = {_days(window, period) for window in windows if window.start is None} - written
    taken: set[str] = set()
    for days in sorted(written | deadlines, key=lambda days: (days.ends_on, days.starts_on)):
        key = days.ends_on.isoformat() if days in deadlines else period_key(days)
        if key in taken:  # a day that is also a deadline of the same activity
            key = f"{days.starts_on.isoformat()}..{days.ends_on.isoformat()}"
        taken.add(key)
        yield key, days
