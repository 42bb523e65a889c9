"""Periods: both ends belong to them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.period import Period, PeriodError

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
PERIODS = st.builds(lambda day, length: Period(day, day + timedelta(days=length)), DAYS, st.integers(0, 400))


def test_both_ends_belong_to_it() -> None:
    """The first and the last day lie in the period, their neighbours outside do not."""
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert year.contains(date(2026, 1, 1))
    assert year.contains(date(2026, 12, 31))
    assert not year.contains(date(2025, 12, 31))
    assert not year.contains(date(2027, 1, 1))


def test_a_period_that_ends_before_it_begins_is_an_error() -> None:
    """The error names both days."""
    with pytest.raises(PeriodError, match="2026-03-02 to 2026-03-01"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


@given(PERIODS, PERIODS, DAYS)
def test_clipping_keeps_exactly_the_shared_days(one: Period, other: Period, day: date) -> None:
    """A day lies in the clipped period just when it lies in both."""
    shared = one.clip(other)
    assert (shared is not None and shared.contains(day)) == (one.contains(day) and other.contains(day))


@given(PERIODS, PERIODS)
def test_clipping_is_symmetric_and_none_only_without_a_shared_day(one: Period, other: Period) -> None:
    """Which period clips which does not matter; None means that one ends before the other begins."""
    assert one.clip(other) == other.clip(one)
    assert (one.clip(other) is None) == (one.ends_on < other.starts_on or other.ends_on < one.starts_on)
