"""Single rules of reading, where a slip would cost a date."""

from datetime import date

import pytest

from activities.deadlines import Confidence, ScheduleKind, Window, read_deadline

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
SCHOOL_YEAR = (date(2025, 9, 1), date(2026, 8, 31))


@pytest.mark.parametrize("text", ["июнль", "июь", "июл ь или июн ь", "июнб"])
def test_june_and_july_are_never_guessed_between(text: str) -> None:
    """A slip that could be either of the two months is asked about, or both are shown for a check."""
    assert read_deadline(text, *YEAR).confidence is not Confidence.SURE
    if " " not in text:
        assert read_deadline(text, *YEAR).occurrences == ()


@pytest.mark.parametrize("text", ["октбрь", "сентябрьь", "феварль", "в теченние года", "ежемесечно"])
def test_a_slip_of_one_letter_is_mended_and_shown(text: str) -> None:
    """One known word one letter away is taken, flagged and never sure."""
    schedule = read_deadline(text, *YEAR)
    assert (schedule.confidence, "spelling_mended" in schedule.flags) == (Confidence.CHECK, True)
    assert schedule.occurrences


@pytest.mark.parametrize(
    "text",
    [
        "с 15 мая по 3 мая 2026",
        "20-15.05.2026",
        "31.02.2026",
        "30 февраля",
        "отменено, 5 мая",
        "5 квартал",
        "4 декада мая",
    ],
)
def test_what_cannot_be_is_asked_about(text: str) -> None:
    """Ends before starts, days that no calendar has and cancelled dates give no date."""
    schedule = read_deadline(text, *YEAR)
    assert (schedule.kind, schedule.occurrences, schedule.confidence) == (
        ScheduleKind.UNDETERMINED,
        (),
        Confidence.ASK,
    )


@pytest.mark.parametrize("text", ["", "-", "—", " \n ", "…"])
def test_an_empty_cell_is_asked_about(text: str) -> None:
    """A cell without a word says so."""
    schedule = read_deadline(text, *YEAR)
    assert (schedule.confidence, schedule.explanation.en) == (Confidence.ASK, "No deadline is given.")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("20 декабря – 14 января", date(2025, 12, 20), date(2026, 1, 14)),
        ("20.12-14.01.2026", date(2025, 12, 20), date(2026, 1, 14)),
        ("декабрь 2025 – январь", date(2025, 12, 1), date(2026, 1, 31)),
        ("с ноября по март", date(2025, 11, 1), date(2026, 3, 31)),
    ],
)
def test_a_range_runs_over_new_year(text: str, first: date, last: date) -> None:
    """A range that begins late in a year ends in the next; a year at its end belongs to the end."""
    assert read_deadline(text, *SCHOOL_YEAR).occurrences == (Window(first, last),)


def test_a_year_at_the_end_of_a_list_counts_for_what_stands_before_it() -> None:
    """In a school year's plan the months before it take the year before where the order says so."""
    listed = read_deadline("сентябрь, январь, май 2026", *SCHOOL_YEAR).occurrences
    assert [(window.due.year, window.due.month) for window in listed] == [(2025, 9), (2026, 1), (2026, 5)]


def test_a_date_outside_the_plan_is_kept_and_shown() -> None:
    """It stays as written, with a flag and a check."""
    schedule = read_deadline("май 2027", *YEAR)
    assert schedule.occurrences == (Window(date(2027, 5, 1), date(2027, 5, 31)),)
    assert (schedule.confidence, schedule.flags) == (Confidence.CHECK, ("outside_plan",))


def test_the_thirtieth_of_each_month_is_the_last_day_of_february() -> None:
    """A monthly day that a month lacks is that month's last day, in the rule and in the dates."""
    schedule = read_deadline("до 30 числа каждого месяца", *YEAR)
    assert schedule.rrule == "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"
    assert [window.due.day for window in schedule.occurrences][:3] == [30, 28, 30]


def test_a_day_of_the_week_that_is_not_the_dates_is_shown() -> None:
    """«5 мая 2026 (среда)» was a Tuesday: a person must look."""
    assert read_deadline("5 мая 2026 (вторник)", *YEAR).confidence is Confidence.SURE
    assert read_deadline("5 мая 2026 (среда)", *YEAR).confidence is Confidence.CHECK


def test_a_time_of_day_is_kept_apart_from_the_date() -> None:
    """Half past two is no day, and twelve ten after a date is no December."""
    for text in ("5 мая в 14.30", "05.05.2026 в 12.10", "5 мая с 10.00 до 12.10", "в первой половине дня 5 мая"):
        schedule = read_deadline(text, *YEAR)
        assert schedule.occurrences == (Window(date(2026, 5, 5), date(2026, 5, 5)),)
        assert "time_given" in schedule.flags


def test_prose_is_for_a_person() -> None:
    """A text longer than any deadline is not searched for dates."""
    assert read_deadline("5 мая 2026 " + "и так далее " * 200, *YEAR).confidence is Confidence.ASK


@pytest.mark.parametrize("text", ["по пятницам в июле", "еженедельно, март-апрель 2023", "ежедневно с 1 по 20 июня"])
def test_a_weekly_rhythm_in_a_part_of_the_plan_is_never_sure(text: str) -> None:
    """Its dates are not listed, so the part of the year would be lost without a question."""
    read = read_deadline(text, date(2023, 1, 1), date(2023, 12, 31))
    assert read.confidence is Confidence.CHECK
    assert "within_window" in read.flags


def test_a_weekly_rhythm_over_the_whole_plan_is_sure() -> None:
    """«январь - декабрь» beside a rhythm narrows nothing."""
    read = read_deadline("еженедельно, январь-декабрь", date(2023, 1, 1), date(2023, 12, 31))
    assert (read.confidence, read.flags) == (Confidence.SURE, ())


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


@pytest.mark.parametrize(
    "text",
    [
        "17 мая 10:00 – 19 мая 18:00",
        "17.05 (вс) – 19.05 (вт)",
        "вс 17.05 – вт 19.05",
        "с 10:00 17 мая до 18:00 19 мая",
        "17.05.2026 с 8.00 до 18.00 – 19.05",
        "17 мая, вс – вт 19 мая",
        "17 мая по 19 мая",
    ],
)
def test_notes_beside_the_dash_do_not_part_a_range(text: str) -> None:
    """Times and days of the week at the ends of a range leave it one window, for a person to check."""
    schedule = read_deadline(text, *YEAR)
    assert (schedule.occurrences, schedule.confidence) == ((Window(day(5, 17), day(5, 19)),), Confidence.CHECK)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("отчёт за март, 15 апреля", [(day(4, 15), day(4, 15))]),
        ("за 2025 год, 20 января", [(day(1, 20), day(1, 20))]),
        ("со 2 по 3 неделю октября", [(day(10, 8), day(10, 21))]),
        ("со 2 по 3 квартал, ориентировочно", [(day(4, 1), day(9, 30))]),
        ("март: 3, 10, 17-19", [(day(3, 3), day(3, 3)), (day(3, 10), day(3, 10)), (day(3, 17), day(3, 19))]),
        ("март (2)", [(day(3, 1), day(3, 31))]),
        ("первая половина II квартала", [(day(4, 1), day(5, 15))]),
        ("12 мая 10.00. 1 группа – 14.05, 2 группа – 15.05", [(day(5, n), day(5, n)) for n in (12, 14, 15)]),
        ("до окончания I полугодия, ориентировочно", [(None, day(6, 30))]),
    ],
)
def test_the_words_around_a_date_say_what_it_is(text: str, windows: list[tuple[date | None, date]]) -> None:
    """What a report is about, numbers before «по» and days listed after a month are read as what they are."""
    schedule = read_deadline(text, *YEAR)
    assert schedule.occurrences == tuple(Window(first, last) for first, last in windows)


def test_a_line_keeps_its_own_portion_of_a_month() -> None:
    """«октябрь, 2 декада» in one line: the month of the next line does not take the decade."""
    schedule = read_deadline("октябрь, 2 декада\nноябрь, 1 декада", *YEAR)
    assert schedule.occurrences == (Window(day(10, 11), day(10, 20)), Window(day(11, 1), day(11, 10)))


def test_a_remark_ends_with_its_line() -> None:
    """What the line after a remark says is read."""
    schedule = read_deadline("май, по мере необходимости\n1-10.06", *YEAR)
    assert schedule.occurrences == (Window(day(5, 1), day(5, 31)), Window(day(6, 1), day(6, 10)))


@pytest.mark.parametrize(
    "text",
    [
        "16.05 (15.10)",
        "16.05, 15.10",
        "12.05.2026, 9.11",
        "16.05 с 9.10",
        "17.05 10.00 – 19.05",
        "25 декабря и мая",
        "март (апрель)",
        "март – 12 марта",
        "I квартал – май",
        "март-апрель-май",
        "15 и 16 мая – 20 мая",
        "до 1 марта – 15 мая",
        "с марта до мая",
        "2025-2027 гг.",
        "до 1 марта до 1 июня",
        "в течение года (кроме июля)",
        "15 апреля старт – 19 апреля",
        "с 1 по 10 мая, с 20 мая",
    ],
)
def test_what_may_be_read_in_two_ways_is_never_sure(text: str) -> None:
    """An hour that looks like a day, unlike ends of a range, a month without its day: a person must look."""
    assert read_deadline(text, *YEAR).confidence is not Confidence.SURE


@pytest.mark.parametrize(
    ("text", "period", "confidence"),
    [
        ("ежеквартально (март, июнь, сентябрь, декабрь)", YEAR, Confidence.SURE),
        ("ежеквартально (март, июнь, сентябрь)", YEAR, Confidence.CHECK),
        ("ежеквартально (октябрь, декабрь, март)", SCHOOL_YEAR, Confidence.SURE),
        ("раз в полугодие (май, ноябрь)", YEAR, Confidence.SURE),
        ("раз в полугодие (май, октябрь, декабрь)", YEAR, Confidence.CHECK),
    ],
)
def test_a_rhythm_with_too_few_or_too_many_dates_is_never_sure(
    text: str, period: tuple[date, date], confidence: Confidence
) -> None:
    """Three months beside «ежеквартально»: the fourth may have been forgotten."""
    assert read_deadline(text, *period).confidence is confidence


def test_a_day_of_each_year_keeps_its_rule() -> None:
    """The last Thursday of November is another date each year, so the rule names the Thursday."""
    schedule = read_deadline("последний четверг ноября каждого года", *YEAR)
    assert schedule.rrule == "FREQ=YEARLY;BYMONTH=11;BYDAY=-1TH"
