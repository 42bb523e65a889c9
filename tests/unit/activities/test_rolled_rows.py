"""How a row comes into the next year's draft."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.deadlines import read_deadline
from activities.period import Period
from activities.plan_content import PlanRow
from activities.rolled_rows import ASK_DAY, ASK_EMPTY, ASK_ONCE, ASK_UNREAD, RowMark, roll_row
from activities.year_shift import YearShift

YEAR = YearShift(Period(date(2026, 1, 1), date(2026, 12, 31)), 1)
SCHOOL_YEAR = YearShift(Period(date(2025, 9, 1), date(2026, 8, 31)), 1)


def row(deadline="в течение года", title="Вести страницу центра", result="страница", shift=YEAR):
    """A row of the old plan."""
    schedule = read_deadline(deadline, shift.period.starts_on, shift.period.ends_on)
    return PlanRow("1.1", title, ("МОЦ",), result, deadline, schedule, None)


def rolled(deadline, shift=YEAR):
    """Text and mark of a deadline in the next plan."""
    found = roll_row(row(deadline, shift=shift), shift)
    return found.row.deadline, found.mark


@pytest.mark.parametrize(
    "deadline",
    [
        *("в течение года", "постоянно", "ежемесячно", "раз в полугодие", "еженедельно", "по запросу"),
        *("ежегодно до 1 июня", "последняя пятница месяца", "каждый понедельник", "до 15 числа каждого месяца"),
    ],
)
def test_work_that_goes_on_is_kept(deadline):
    """Nothing of it names a year."""
    assert rolled(deadline) == (deadline, RowMark.KEPT)


@pytest.mark.parametrize(
    ("deadline", "moved"),
    [
        ("в течение 2026 года", "в течение 2027 года"),
        ("май 2026, далее – ежегодно", "май 2027, далее – ежегодно"),
        ("ежемесячно в 2026 г.", "ежемесячно в 2027 г."),
    ],
)
def test_years_of_what_goes_on_are_moved(deadline, moved):
    """«Далее – ежегодно» is carried on like work that never ends."""
    assert rolled(deadline) == (moved, RowMark.CHANGED)


@pytest.mark.parametrize(
    ("deadline", "moved"),
    [
        ("май 2026", "май 2027"),
        ("май", "май"),
        ("IV квартал 2026 г.", "IV квартал 2027 г."),
        ("май-июнь, сентябрь", "май-июнь, сентябрь"),
    ],
)
def test_what_was_dated_once_is_asked_about(deadline, moved):
    """The same months are proposed, and a person says whether it is held again."""
    found = roll_row(row(deadline), YEAR)
    assert (found.row.deadline, found.mark) == (moved, RowMark.ASK)
    assert found.remarks[0].phrase.template == ASK_ONCE


@pytest.mark.parametrize(
    ("deadline", "moved"),
    [
        ("14-17.02.2026", "февраль 2027"),
        ("до 20 марта", "март 2027"),
        ("14.02.26", "февраль 2027"),
        ("28 марта – 5 апреля 2026 года", "март-апрель 2027"),
        ("15 мая 2026, далее ежегодно", "май 2027, далее ежегодно"),
        ("12 февраля, 10 октября 2026", "февраль 2027, октябрь 2027"),
        ("май, 14 сентября 2026 г.", "май 2027, сентябрь 2027"),
    ],
)
def test_days_become_their_months_and_are_asked_about(deadline, moved):
    """The same day of the next year falls on another day of the week, so a person sets it."""
    found = roll_row(row(deadline), YEAR)
    assert (found.row.deadline, found.mark) == (moved, RowMark.ASK)
    assert found.remarks[0].phrase.template == ASK_DAY


@pytest.mark.parametrize(
    ("deadline", "template"),
    [("", ASK_EMPTY), ("по отдельному графику", ASK_UNREAD), ("по согласованию", ASK_UNREAD)],
)
def test_what_has_no_date_is_asked_about(deadline, template):
    """The text stays."""
    found = roll_row(row(deadline), YEAR)
    assert (found.row.deadline, found.mark) == (deadline, RowMark.ASK)
    assert found.remarks[0].phrase.template == template


def test_a_row_that_follows_another_one_goes_on_following():
    """Its text names the other row, so nothing is asked; a text with dates of its own is moved like any other."""
    found = roll_row(row("по итогам конкурса"), YEAR, leader="1.3")
    assert (found.row.deadline, found.mark) == ("по итогам конкурса", RowMark.KEPT)
    assert found.remarks[0].phrase.details == {"deadline": "по итогам конкурса", "row": "1.3"}
    assert roll_row(row("май 2026"), YEAR, leader="1.3").row.deadline == "май 2027"


@pytest.mark.parametrize("deadline", ["март 2026 года, далее на постоянной основе", "с 2024 по 2026 год"])
def test_what_cannot_be_moved_surely_stays_and_is_asked_about(deadline):
    """No text is changed that does not read as the moved dates."""
    assert rolled(deadline) == (deadline, RowMark.ASK)


def test_a_school_year_moves_both_its_years():
    """September is of the first year, May of the second."""
    assert rolled("в течение 2025-2026 учебного года", SCHOOL_YEAR) == (
        "в течение 2026-2027 учебного года",
        RowMark.CHANGED,
    )
    assert rolled("сентябрь 2025", SCHOOL_YEAR)[0] == "сентябрь 2026"
    assert rolled("май 2026, далее ежегодно", SCHOOL_YEAR) == ("май 2027, далее ежегодно", RowMark.CHANGED)


@pytest.mark.parametrize(
    ("title", "moved", "mark"),
    [
        ("Мониторинг охвата за 2026 год", "Мониторинг охвата за 2027 год", RowMark.CHANGED),
        ("Итоги 2025 года", "Итоги 2025 года", RowMark.ASK),
        ("Программа развития на 2026-2030 годы", "Программа развития на 2026-2030 годы", RowMark.ASK),
        ("Исполнение приказа от 12.03.2026 № 5", "Исполнение приказа от 12.03.2026 № 5", RowMark.ASK),
        ("Смотр кабинета № 2026", "Смотр кабинета № 2026", RowMark.ASK),
        ("Вести страницу центра", "Вести страницу центра", RowMark.KEPT),
    ],
)
def test_a_title_names_the_new_year(title, moved, mark):
    """The plan's own year is moved and told; a year that may be another's is asked about."""
    found = roll_row(row(title=title), YEAR)
    assert (found.row.title, found.mark) == (moved, mark)
    found = roll_row(row(result=title), YEAR)
    assert (found.row.result, found.mark) == (moved, mark)


def test_a_titles_school_year_moves_in_both_writings():
    """«2025-2026» and «2025/26»."""
    assert SCHOOL_YEAR.title("Итоги 2025-2026 учебного года") == "Итоги 2026-2027 учебного года"
    assert SCHOOL_YEAR.title("Итоги 2025/26 учебного года") == "Итоги 2026/27 учебного года"


def test_a_leap_day_and_a_months_end_stay_in_their_month():
    """The last day of February is its last day in every year."""
    leap = YearShift(Period(date(2028, 1, 1), date(2028, 12, 31)), 1)
    assert leap.month_end(date(2028, 2, 29)) == date(2029, 2, 28)
    assert leap.day(date(2028, 2, 29)) == date(2029, 2, 28)
    assert YearShift(Period(date(2027, 1, 1), date(2027, 12, 31)), 1).month_end(date(2027, 2, 28)) == date(2028, 2, 29)


MONTHS = st.sampled_from(["январь", "февраль", "май", "июнь", "декабрь"])
DEADLINES = st.one_of(
    st.builds("{} {}{}".format, MONTHS, st.just(2026), st.sampled_from(["", " г.", ", далее – ежегодно"])),
    st.builds("{}.{:02}.2026".format, st.integers(1, 28), st.integers(1, 12)),
    st.builds("до {}.{:02}.2026".format, st.integers(1, 28), st.integers(1, 12)),
    st.sampled_from(["ежемесячно", "в течение года", "2 раза в год", "по запросу", "до 25 числа каждого месяца"]),
)


@given(DEADLINES, st.integers(1, 5))
def test_a_row_that_is_not_asked_about_has_just_the_moved_dates(deadline, years):
    """Whatever is kept or changed reads as the old dates so many years later."""
    shift = YearShift(YEAR.period, years)
    old = row(deadline)
    found = roll_row(old, shift)
    if found.mark is not RowMark.ASK:
        assert found.row.schedule.kind is old.schedule.kind
        assert found.row.schedule.occurrences == tuple(map(shift.window, old.schedule.occurrences))
    assert found.row.number == old.number
    assert all(window.due.year == 2026 + years for window in found.row.schedule.occurrences)
