"""Reporting periods and their keys."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.period import Period
from activities.rhythm import Rhythm, period_key, reporting_periods

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
SCHOOL_YEAR = Period(date(2025, 9, 1), date(2026, 8, 31))
DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))
PERIODS = st.builds(lambda day, length: Period(day, day + timedelta(days=length)), DAYS, st.integers(0, 800))
# Days at which months and years turn, so that whole ones come up.
TURNS = st.sampled_from([date(y, m, 1) for y in (2023, 2024, 2025) for m in range(1, 13)])
WHOLE_MONTHS = st.tuples(TURNS, TURNS).map(
    lambda turns: Period(min(turns), max(turns) - timedelta(days=1)) if turns[0] != turns[1] else Period(*turns)
)


@pytest.mark.parametrize(
    ("first", "last", "key"),
    [
        ("2026-03-06", "2026-03-06", "2026-03-06"),
        ("2026-02-01", "2026-02-28", "2026-02"),
        ("2024-02-01", "2024-02-28", "2024-02-01..2024-02-28"),
        ("2026-07-01", "2026-09-30", "2026-Q3"),
        ("2026-02-01", "2026-04-30", "2026-02..2026-04"),
        ("2026-07-01", "2026-12-31", "2026-H2"),
        ("2026-04-01", "2026-09-30", "2026-04..2026-09"),
        ("2026-01-01", "2026-12-31", "2026"),
        ("2025-09-01", "2026-08-31", "2025-09..2026-08"),
        ("2026-05-01", "2026-06-30", "2026-05..2026-06"),
        ("2026-02-14", "2026-02-17", "2026-02-14..2026-02-17"),
        ("2025-12-01", "2026-01-31", "2025-12..2026-01"),
        ("2026-01-01", "2027-12-31", "2026-01..2027-12"),
    ],
)
def test_keys(first: str, last: str, key: str) -> None:
    """A year, half-year, quarter, month or day by its name, anything else as a range of months or days."""
    assert period_key(Period(date.fromisoformat(first), date.fromisoformat(last))) == key


@given(PERIODS | WHOLE_MONTHS, PERIODS | WHOLE_MONTHS)
def test_two_periods_never_share_a_key(one: Period, other: Period) -> None:
    """Keys are equal just when the periods are."""
    assert (period_key(one) == period_key(other)) == (one == other)


@pytest.mark.parametrize(
    ("plan", "rhythm", "keys"),
    [
        (YEAR, Rhythm.QUARTER, ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]),
        (YEAR, Rhythm.HALF_YEAR, ["2026-H1", "2026-H2"]),
        (YEAR, Rhythm.END, ["2026"]),
        (SCHOOL_YEAR, Rhythm.QUARTER, ["2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]),
        (SCHOOL_YEAR, Rhythm.HALF_YEAR, ["2025-H2", "2026-H1", "2026-H2"]),
        (SCHOOL_YEAR, Rhythm.END, ["2025-09..2026-08"]),
        (Period(date(2026, 3, 15), date(2026, 4, 2)), Rhythm.MONTH, ["2026-03", "2026-04"]),
    ],
)
def test_periods_of_a_plan(plan: Period, rhythm: Rhythm, keys: list[str]) -> None:
    """Calendar periods in order; one that the plan cuts keeps the key of the whole."""
    assert [reporting.key for reporting in reporting_periods(plan, rhythm)] == keys


@given(PERIODS, st.sampled_from(Rhythm))
def test_periods_cover_the_plan_without_gap_or_overlap(plan: Period, rhythm: Rhythm) -> None:
    """The first begins and the last ends with the plan, each begins the day after the one before; keys differ."""
    reported = reporting_periods(plan, rhythm)
    assert reported[0].days.starts_on == plan.starts_on
    assert reported[-1].days.ends_on == plan.ends_on
    for earlier, later in pairwise(reported):
        assert later.days.starts_on == earlier.days.ends_on + timedelta(days=1)
    assert len({reporting.key for reporting in reported}) == len(reported)
