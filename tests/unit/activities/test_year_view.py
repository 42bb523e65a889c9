"""How much falls due in each month."""

from datetime import date

from activities.period import Period
from activities.year_view import MonthLoad, count_by_month

SCHOOL_YEAR = Period(date(2025, 9, 1), date(2026, 8, 31))


def test_each_month_of_the_plan_is_there_once():
    """From the first to the last month across New Year, also those in which nothing is due."""
    view = count_by_month([], SCHOOL_YEAR)
    assert [each.month for each in view.months] == [
        *(date(2025, month, 1) for month in range(9, 13)),
        *(date(2026, month, 1) for month in range(1, 9)),
    ]
    assert {each.due for each in view.months} == {0}


def test_what_is_due_is_counted_where_it_falls():
    """The same month of another year, days outside the plan and what has no date count apart."""
    due = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2025, 1, 15), date(2026, 12, 15), None]
    view = count_by_month(due, SCHOOL_YEAR)
    assert [each for each in view.months if each.due] == [
        MonthLoad(date(2025, 12, 1), 1),
        MonthLoad(date(2026, 1, 1), 2),
    ]
    assert (view.outside, view.undated) == (2, 1)


def test_a_plan_that_begins_within_a_month_begins_with_it():
    """The first month is named by the plan's first day; what is due before it is outside."""
    period = Period(date(2026, 3, 10), date(2026, 4, 30))
    view = count_by_month([date(2026, 3, 9), date(2026, 3, 10)], period)
    assert view.months == (MonthLoad(date(2026, 3, 10), 1), MonthLoad(date(2026, 4, 1), 0))
    assert view.outside == 1
