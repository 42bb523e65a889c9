"""From schedules to occurrences, by the table of `domain.md`."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.deadlines.schedule import Confidence, Explanation, Schedule, ScheduleKind, Window
from activities.expansion import PlannedOccurrence, expand
from activities.kinds import ActivityKind
from activities.period import Period
from activities.rhythm import Rhythm
from activities.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar(ZoneInfo("Europe/Moscow"))
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
SCHOOL_YEAR = Period(date(2025, 9, 1), date(2026, 8, 31))


def window(start: str | None, due: str) -> Window:
    """A window from ISO dates."""
    return Window(date.fromisoformat(start) if start else None, date.fromisoformat(due))


def schedule(
    kind: ScheduleKind,
    *windows: Window,
    rrule: str | None = None,
    count: int | None = None,
    confidence: Confidence = Confidence.SURE,
) -> Schedule:
    """A reading without text."""
    return Schedule(
        text="",
        kind=kind,
        occurrences=windows,
        rrule=rrule,
        count=count,
        flags=(),
        confidence=confidence,
        explanation=Explanation("", ""),
        spans=(),
    )


def expanded(
    read: Schedule,
    kind: ActivityKind = ActivityKind.DELIVERABLE,
    period: Period = YEAR,
    rhythm: Rhythm = Rhythm.QUARTER,
) -> list[tuple[str, str, str, str]]:
    """Key, first day, last day and due day of each occurrence, as text."""
    return [
        (found.key, str(found.starts_on), str(found.ends_on), str(found.due_on))
        for found in expand(read, kind, period, rhythm, CALENDAR)
    ]


def test_dates_give_one_occurrence_per_window() -> None:
    """«май-июнь, сентябрь, 6 марта» are three, in order of time."""
    read = schedule(
        ScheduleKind.DATES,
        window("2026-05-01", "2026-06-30"),
        window("2026-09-01", "2026-09-30"),
        window("2026-03-06", "2026-03-06"),
    )
    assert expanded(read) == [
        ("2026-03-06", "2026-03-06", "2026-03-06", "2026-03-06"),
        ("2026-05..2026-06", "2026-05-01", "2026-06-30", "2026-06-30"),
        ("2026-09", "2026-09-01", "2026-09-30", "2026-09-30"),
    ]


def test_a_deadline_is_one_from_the_plans_first_day_under_its_due_day() -> None:
    """«до 01.06» runs from the plan's start and is called by the day it is due."""
    read = schedule(ScheduleKind.DEADLINE, window(None, "2026-06-01"))
    assert expanded(read) == [("2026-06-01", "2026-01-01", "2026-06-01", "2026-06-01")]


def test_a_deadline_before_the_plan_is_kept_as_that_day() -> None:
    """A deadline outside the plan is neither dropped nor given a window that ends before it begins."""
    read = schedule(ScheduleKind.DEADLINE, window(None, "2025-12-20"), confidence=Confidence.CHECK)
    assert expanded(read) == [("2025-12-20", "2025-12-20", "2025-12-20", "2025-12-20")]


def test_evidence_of_an_event_is_due_five_working_days_after_it() -> None:
    """Five working days after 6 March 2026, with 7 to 9 March off, is 16 March; the window stays as it is."""
    read = schedule(ScheduleKind.DATES, window("2026-03-06", "2026-03-06"))
    assert expanded(read, ActivityKind.EVENT) == [("2026-03-06", "2026-03-06", "2026-03-06", "2026-03-16")]


def test_evidence_of_a_december_event_is_due_after_the_holidays() -> None:
    """Across New Year the days off are left out: the fifth working day after 31 December 2026 is 15 January 2027."""
    read = schedule(ScheduleKind.DATES, window("2026-12-01", "2026-12-31"))
    assert expanded(read, ActivityKind.EVENT) == [("2026-12", "2026-12-01", "2026-12-31", "2027-01-15")]


def test_the_number_of_evidence_days_is_a_setting() -> None:
    """With one day instead of five, evidence of an event is due on the next working day."""
    read = schedule(ScheduleKind.DATES, window("2026-03-06", "2026-03-06"))
    (found,) = expand(read, ActivityKind.EVENT, YEAR, Rhythm.QUARTER, CALENDAR, evidence_days=1)
    assert found.due_on == date(2026, 3, 10)


def test_a_window_across_new_year_is_one_occurrence() -> None:
    """A window outside the plan's end is kept whole."""
    read = schedule(ScheduleKind.DATES, window("2026-12-01", "2027-01-31"))
    assert expanded(read) == [("2026-12..2027-01", "2026-12-01", "2027-01-31", "2027-01-31")]


def test_a_monthly_schedule_gives_one_occurrence_a_period() -> None:
    """Each period of a monthly rule is an occurrence; the rule itself is spent and no longer carried."""
    read = schedule(
        ScheduleKind.RECURRING,
        window("2026-01-01", "2026-01-31"),
        window("2026-02-01", "2026-02-28"),
        rrule="FREQ=MONTHLY",
    )
    found = expand(read, ActivityKind.DELIVERABLE, YEAR, Rhythm.QUARTER, CALENDAR)
    assert [(one.key, one.rrule) for one in found] == [("2026-01", None), ("2026-02", None)]


@pytest.mark.parametrize("rrule", ["FREQ=WEEKLY", "FREQ=DAILY"])
def test_weekly_work_is_reported_by_periods_and_carries_its_rule(rrule: str) -> None:
    """Weekly and daily work gives one report per reporting period of the plan, each with the RRULE."""
    found = expand(
        schedule(ScheduleKind.RECURRING, rrule=rrule), ActivityKind.ONGOING, YEAR, Rhythm.HALF_YEAR, CALENDAR
    )
    assert [(one.key, one.due_on, one.rrule) for one in found] == [
        ("2026-H1", date(2026, 6, 30), rrule),
        ("2026-H2", date(2026, 12, 31), rrule),
    ]


@pytest.mark.parametrize(
    ("rhythm", "keys"),
    [
        (Rhythm.MONTH, [f"2026-{month:02}" for month in range(1, 13)]),
        (Rhythm.QUARTER, ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]),
        (Rhythm.HALF_YEAR, ["2026-H1", "2026-H2"]),
        (Rhythm.END, ["2026"]),
    ],
)
def test_continuous_work_is_reported_in_the_plans_rhythm(rhythm: Rhythm, keys: list[str]) -> None:
    """«в течение года» gives one report a month, quarter or half-year, or one at the end."""
    read = schedule(ScheduleKind.CONTINUOUS, window("2026-01-01", "2026-12-31"))
    found = expanded(read, ActivityKind.ONGOING, rhythm=rhythm)
    assert [key for key, *_ in found] == keys
    assert all(ends_on == due_on for _, _, ends_on, due_on in found)


def test_continuous_work_is_cut_to_its_windows_and_to_the_plan() -> None:
    """«в течение учебного года» in a calendar-year plan is not reported for the summer; cut periods keep their key."""
    read = schedule(ScheduleKind.CONTINUOUS, window("2026-01-01", "2026-05-31"), window("2026-09-01", "2026-12-31"))
    assert expanded(read, ActivityKind.ONGOING) == [
        ("2026-Q1", "2026-01-01", "2026-03-31", "2026-03-31"),
        ("2026-Q2", "2026-04-01", "2026-05-31", "2026-05-31"),
        ("2026-Q3", "2026-09-01", "2026-09-30", "2026-09-30"),
        ("2026-Q4", "2026-10-01", "2026-12-31", "2026-12-31"),
    ]


def test_a_plan_that_starts_within_a_quarter_keeps_the_quarters_key() -> None:
    """In a plan from September the first and the last quarter are cut, not renamed."""
    read = schedule(ScheduleKind.CONTINUOUS, window(None, "2026-08-31"))
    found = expanded(read, ActivityKind.ONGOING, SCHOOL_YEAR)
    assert found[0] == ("2025-Q3", "2025-09-01", "2025-09-30", "2025-09-30")
    assert found[-1] == ("2026-Q3", "2026-07-01", "2026-08-31", "2026-08-31")
    assert len(found) == 5


def test_two_windows_in_one_reporting_period_are_one_report() -> None:
    """Reported at the end, January to May and September to December are one occurrence from first to last day."""
    read = schedule(ScheduleKind.CONTINUOUS, window("2026-01-10", "2026-05-31"), window("2026-09-01", "2026-12-20"))
    assert expanded(read, ActivityKind.ONGOING, rhythm=Rhythm.END) == [
        ("2026", "2026-01-10", "2026-12-20", "2026-12-20")
    ]


def test_work_that_runs_on_outside_the_plan_is_kept_as_written() -> None:
    """A continuous window that shares no day with the plan is one occurrence, not none."""
    read = schedule(ScheduleKind.CONTINUOUS, window("2025-05-01", "2025-06-30"), confidence=Confidence.CHECK)
    assert expanded(read, ActivityKind.ONGOING) == [("2025-05..2025-06", "2025-05-01", "2025-06-30", "2025-06-30")]


def test_a_quota_waits_for_as_many_dates_as_it_counts() -> None:
    """Six events of the year are six ordinals; the reader's suggested split gives none of them a date."""
    read = schedule(ScheduleKind.QUOTA, window("2026-01-01", "2026-06-30"), window("2026-07-01", "2026-12-31"), count=6)
    found = expand(read, ActivityKind.EVENT, YEAR, Rhythm.QUARTER, CALENDAR)
    assert [one.key for one in found] == ["no1", "no2", "no3", "no4", "no5", "no6"]
    assert [one.ordinal for one in found] == [1, 2, 3, 4, 5, 6]
    assert all(one.awaiting_date and one.due_on is None and one.starts_on is None for one in found)


@pytest.mark.parametrize(
    "read",
    [
        schedule(ScheduleKind.ON_REQUEST),
        schedule(ScheduleKind.UNDETERMINED, confidence=Confidence.ASK),
        schedule(ScheduleKind.QUOTA),
        schedule(ScheduleKind.QUOTA, count=0),
        schedule(ScheduleKind.DATES),
        schedule(ScheduleKind.DATES, window("2026-05-01", "2026-05-31"), confidence=Confidence.ASK),
        schedule(ScheduleKind.CONTINUOUS, window("2026-05-01", "2026-05-31"), confidence=Confidence.ASK),
    ],
)
def test_what_has_no_date_is_one_occurrence_that_waits(read: Schedule) -> None:
    """On request, undetermined, uncounted, unread, or a reading that asks: a person says when."""
    waiting = PlannedOccurrence(
        key="no1", starts_on=None, ends_on=None, due_on=None, awaiting_date=True, rrule=None, ordinal=1
    )
    assert expand(read, ActivityKind.DELIVERABLE, YEAR, Rhythm.QUARTER, CALENDAR) == (waiting,)


def test_a_deadline_and_a_day_that_share_a_date_keep_two_keys() -> None:
    """«до 06.03» beside «06.03» are two windows, so the second is called by its range."""
    read = schedule(ScheduleKind.DATES, window(None, "2026-03-06"), window("2026-03-06", "2026-03-06"))
    assert [key for key, *_ in expanded(read)] == ["2026-03-06", "2026-03-06..2026-03-06"]


def test_a_window_read_twice_is_one_occurrence() -> None:
    """The same days twice, also once with an open start, are not two runs."""
    twice = window("2026-01-01", "2026-03-31")
    read = schedule(ScheduleKind.DATES, twice, twice, window(None, "2026-03-31"))
    assert [key for key, *_ in expanded(read)] == ["2026-Q1"]


DAYS = st.dates(date(2025, 6, 1), date(2027, 3, 31))
WINDOWS = st.builds(
    lambda due, length: Window(None if length is None else due - timedelta(days=length), due),
    DAYS,
    st.none() | st.integers(0, 400) | st.sampled_from([0, 27, 29, 30]),
)
SCHEDULES = st.builds(
    lambda kind, windows, rrule, count, confidence: schedule(
        kind, *windows, rrule=rrule, count=count, confidence=confidence
    ),
    st.sampled_from(ScheduleKind),
    st.lists(WINDOWS, max_size=14),
    st.sampled_from([None, "FREQ=WEEKLY", "FREQ=DAILY", "FREQ=MONTHLY"]),
    st.none() | st.integers(0, 20),
    st.sampled_from(Confidence),
)
SETTINGS = st.tuples(st.sampled_from(ActivityKind), st.sampled_from([YEAR, SCHOOL_YEAR]), st.sampled_from(Rhythm))


@given(SCHEDULES, SETTINGS)
def test_expansion_is_total_repeatable_and_unambiguous(
    read: Schedule, settings: tuple[ActivityKind, Period, Rhythm]
) -> None:
    """Every schedule gives at least one occurrence, the same each time, whatever the order of windows; keys differ."""
    found = expand(read, *settings, CALENDAR)
    turned = replace(read, occurrences=read.occurrences[::-1])
    assert found
    assert expand(read, *settings, CALENDAR) == found
    assert expand(turned, *settings, CALENDAR) == found
    assert len({one.key for one in found}) == len(found)


@given(SCHEDULES, SETTINGS)
def test_windows_lie_within_the_schedule(read: Schedule, settings: tuple[ActivityKind, Period, Rhythm]) -> None:
    """No occurrence begins or ends on a day that the schedule does not name, and evidence is never due before it."""
    _, period, _ = settings
    named = [
        Period(min(period.starts_on, one.due) if one.start is None else one.start, one.due) for one in read.occurrences
    ] or [period]
    for one in expand(read, *settings, CALENDAR):
        assert one.awaiting_date == (one.starts_on is None) == (one.ends_on is None) == (one.due_on is None)
        if one.starts_on is not None and one.ends_on is not None and one.due_on is not None:
            assert one.starts_on <= one.ends_on <= one.due_on
            assert any(days.contains(one.starts_on) for days in named)
            assert any(days.contains(one.ends_on) for days in named)


@given(SCHEDULES, SETTINGS)
def test_only_a_deliverable_or_ongoing_work_is_due_on_the_last_day(
    read: Schedule, settings: tuple[ActivityKind, Period, Rhythm]
) -> None:
    """Evidence of an event is due five working days after its window, of anything else on the window's last day."""
    kind = settings[0]
    for one in expand(read, *settings, CALENDAR):
        if one.ends_on is not None:
            days = 5 if kind is ActivityKind.EVENT else 0
            assert one.due_on == CALENDAR.add_working_days(one.ends_on, days)


def test_weekly_work_in_a_part_of_the_plan_waits_for_a_person():
    """Its days are known from the text alone, so it is not spread over the year."""
    read = replace(schedule(ScheduleKind.RECURRING, rrule="FREQ=WEEKLY"), flags=("within_window",))
    assert expanded(read) == [("no1", "None", "None", "None")]
    assert len(expanded(replace(read, flags=()))) == 4
