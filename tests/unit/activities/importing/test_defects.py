"""Defects, shown on small plans read as a whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from activities.importing import DefectCode, PlanPeriodUnknownError, PlanReading
from activities.importing.errors import PlanPeriodNowhereError
from activities.importing.likely_period import find_likely_period
from activities.importing.reader import read_here
from activities.importing.title import calendar_year, school_year
from activities.period import Period

Write = Callable[[str, bytes | str], Path]
_HEADINGS = "№ | Мероприятие | Ответственный | Срок |"


@pytest.fixture
def read(write_file: Write) -> Callable[..., PlanReading]:
    """A function that reads a plan for 2026 written as lines of cells between bars."""

    def read_lines(*rows: str, headings: str = _HEADINGS) -> PlanReading:
        return read_here(write_file("plan.txt", "\n".join(["План на 2026 год", headings, *rows])))

    return read_lines


Read = Callable[..., PlanReading]


def _codes(reading: PlanReading) -> list[tuple[str, int | None]]:
    return [(defect.code.value, defect.row) for defect in reading.defects]


def test_a_sound_plan_has_no_defects(read: Read) -> None:
    """Nothing is told where nothing is wrong."""
    assert read("1 | Совет | Центр | май |", "2 | Слёт | Центр | 05.06.2026 |").defects == ()


def test_a_number_that_stands_twice_in_a_section_is_told(read: Read) -> None:
    """Both rows are kept, the second is told with the first; numbers that restart in a new section are none."""
    reading = read(
        *("I. Кадры |||", "1 | Совет | Центр | май |", "1. | Слёт | Центр | июнь |", "II. Сайт |||"),
        *("1 | Обзор | Центр | май |",),
    )

    assert _codes(reading) == [("duplicate_number", 5)]
    assert len(reading.activities) == 3


def test_a_long_number_counts_in_the_outermost_section(read: Read) -> None:
    """«1.1» twice below «I» is told even from one subsection to the next; below «II» it is another number."""
    reading = read(
        *("I. Кадры |||", "Курсы |||", "1.1 | Совет | Центр | май |", "Слёты |||", "1.1 | Слёт | Центр | май |"),
        *("II. Сайт |||", "1.1 | Обзор | Центр | май |"),
    )

    assert _codes(reading) == [("duplicate_number", 7)]


def test_a_heading_may_repeat_an_activitys_number(read: Read) -> None:
    """An activity 5.3 and a heading 5.3 in one section are told."""
    reading = read("V. Кадры |||", "5.3 | Совет | Центр | май |", "5.3 Слёты |||", "5.3.1 | Слёт | Центр | май |")

    assert _codes(reading) == [("duplicate_number", 5)]


def test_an_empty_row_is_told(read: Read) -> None:
    """A number with nothing beside it makes no activity, and its number is in the message."""
    reading = read("1 | Совет | Центр | май |", "7.5 | | | |")

    assert _codes(reading) == [("empty_row", 4)]
    assert "7.5" in reading.defects[0].phrase.say()


def test_a_missing_deadline_is_told(read: Read) -> None:
    """A row without a deadline is an activity to be dated by hand."""
    assert _codes(read("1 | Совет | Центр | |")) == [("no_deadline", 3)]


def test_a_deadline_outside_the_period_is_told(read: Read) -> None:
    """A day of another year is kept and told with the plan's period."""
    reading = read("1 | Совет | Центр | 05.06.2027 |")

    assert _codes(reading) == [("outside_period", 3)]
    assert "2026-12-31" in reading.defects[0].phrase.say()


def test_a_range_that_ends_before_it_begins_is_told(read: Read) -> None:
    """A slip in a range is told, whatever the reader makes of it."""
    assert ("end_before_start", 3) in _codes(read("1 | Совет | Центр | с 20.06.2026 по 05.06.2026 |"))


def test_a_day_in_the_title_that_differs_is_told(read: Read) -> None:
    """A day in the title outside the deadline is told; the days of laws and orders are not."""
    reading = read(
        "1 | Совет 12.05.2026 | Центр | 15.05.2026 |",
        "2 | Работа по приказу от 12.02.2026 № 5 | Центр | май |",
        "3 | Слёт 12.05.2026 | Центр | май |",
        "4 | Обзор итогов 12.05.2019 | Центр | май |",
    )

    assert _codes(reading) == [("date_in_title_differs", 3)]


def test_a_party_spelled_two_ways_is_told_with_the_likely_one(read: Read) -> None:
    """The rarer spelling is told, and it stays as it is."""
    reading = read(
        *("1 | Совет | Управление культуры | май |", "2 | Слёт | Управление культуры | май |"),
        *("3 | Обзор | Управление культура | май |",),
    )

    assert _codes(reading) == [("unknown_party_spelling", 5)]
    assert reading.defects[0].phrase.details["likely"] == "Управление культуры"
    assert reading.activities[2].responsible == ("Управление культура",)


def test_missing_columns_are_told_for_the_plan(read: Read) -> None:
    """Without a column of parties or of deadlines the plan is read, and what that means is told."""
    assert _codes(read("1 | Совет | май |", headings="№ | Мероприятие | Срок |")) == [("no_executor_column", None)]
    assert ("no_deadline_column", None) in _codes(
        read("1 | Совет | Центр |", headings="№ | Мероприятие | Ответственный |")
    )


def test_missing_headings_are_told(write_file: Write) -> None:
    """Columns told by their content are a guess that a person checks."""
    text = "1 | Совет отцов района | Центр | май |\n2 | Слёт вожатых | Центр | июнь |\n3 | Обзор | Центр | июль |\n"
    reading = read_here(write_file("plan.txt", text), calendar_year(2026))

    assert DefectCode.NO_HEADINGS in [defect.code for defect in reading.defects]
    assert [one.title for one in reading.activities] == ["Совет отцов района", "Слёт вожатых", "Обзор"]


def test_a_footnote_is_told_with_its_row(write_docx: Callable[..., Path], markup) -> None:
    """A footnote may change a deadline, so it is told at the row and listed as unplaced."""
    reference = '<w:tc><w:p><w:r><w:t>май</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p></w:tc>'
    body = markup.table(("1", "Совет", "Центр", reference, ""))
    note = f'<w:footnote w:id="1">{markup.paragraph("или июнь")}</w:footnote>'
    reading = read_here(write_docx(body, footnotes=note), calendar_year(2026))

    assert _codes(reading) == [("footnote", 2)]
    assert [piece.text for piece in reading.unplaced] == ["или июнь"]


def test_a_footnote_outside_the_table_is_told_for_the_plan(write_docx: Callable[..., Path], markup) -> None:
    """A footnote to the title belongs to no row."""
    title = '<w:p><w:r><w:t>План на 2026 год</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>'
    body = title + markup.table(("1", "Совет", "Центр", "май", ""))
    note = f'<w:footnote w:id="1">{markup.paragraph("в редакции приказа")}</w:footnote>'

    assert _codes(read_here(write_docx(body, footnotes=note))) == [("footnote", None)]


def test_messages_can_be_said_in_another_language(read: Read) -> None:
    """The JSON takes the messages from whoever translates; codes stay."""
    data = read("7 | | | |", "1 | Совет | Центр | май |").to_json(lambda _, **details: f"<{details['number']}>")

    assert data["defects"] == [{"code": "empty_row", "row": 3, "message": "<7>"}]


@pytest.mark.parametrize(
    ("deadlines", "period"),
    [
        ([*["май 2026"] * 5, "декабрь 2025"], calendar_year(2026)),
        (["октябрь 2025", "ноябрь 2025", "май 2026"], school_year(2025)),
        (["май 2024", "май 2026", "июнь 2026"], calendar_year(2026)),
        (["май", "в течение года"], None),
    ],
)
def test_the_likely_period_is_what_most_deadlines_name(deadlines: list[str], period: Period | None) -> None:
    """One year prevails, two neighbours make a school year, none makes no offer."""
    assert find_likely_period(deadlines) == period


def test_without_any_year_the_error_offers_none(write_file: Write) -> None:
    """Where neither title nor deadlines name a year, the error names the options and nothing more."""
    path = write_file("plan.txt", f"{_HEADINGS}\n1 | Совет | Центр | май |\n2 | Слёт | Центр | июнь |")

    with pytest.raises(PlanPeriodNowhereError, match="--from and --to"):
        read_here(path)
    with pytest.raises(PlanPeriodUnknownError):
        read_here(path)


@pytest.mark.parametrize(
    "row",
    [
        "1 | Совет (в ред. приказа от 12.03.2026 № 45) | Центр | май |",
        "1 | Совет | Центр | май (в редакции приказа управления от 01.02.2026) |",
        "1 | Исключён приказом от 12.03.2026 № 45 | Центр | май |",
        "1 | Совет | Центр (с изменениями от 01.03.2026) | май |",
    ],
)
def test_remarks_of_amendment_are_told(read: Read, row: str) -> None:
    """That a later order changed a row is named with its place, wherever in the row it stands."""
    assert ("amendment", 3) in _codes(read(row))


def test_orders_named_in_titles_are_no_amendment(read: Read) -> None:
    """A row about an order, or about changes, amends nothing."""
    reading = read(
        *("1 | Издать приказ от 12.03.2026 № 45 о слёте | Центр | май |", "2 | Изменения в расписании | Центр | май |")
    )

    assert [code for code, _ in _codes(reading) if code == "amendment"] == []


def test_a_month_above_stands_for_a_missing_deadline(read: Read) -> None:
    """Under a month a row without a deadline falls into that month; it is told and has to be checked."""
    reading = read("Май |", "1 | Совет | Центр | |", "2 | Слёт | Центр | 05.05.2026 |")
    first, second = reading.activities

    assert (first.deadline, first.schedule.confidence.value) == ("Май", "check")
    assert (second.deadline, second.schedule.confidence.value) == ("05.05.2026", "sure")
    assert _codes(reading) == [("deadline_from_heading", 4)]


def test_months_above_stand_for_a_missing_column(read: Read) -> None:
    """Where every row stands below a month, no column of deadlines is missed."""
    reading = read("Май |", "1 | Совет | Центр |", headings="№ | Мероприятие | Ответственный |")

    assert _codes(reading) == [("deadline_from_heading", 4)]


def test_months_taken_from_headings_are_told_once_a_heading(read: Read) -> None:
    """Rows whose days take the heading's month are told together; each of them has to be checked."""
    reading = read(
        *("Май 2026 |", "1 | Совет | Центр | до 5 |", "2 | Слёт | Центр | 12-14 |"),
        *("Июнь 2026 |", "3 | Сбор | Центр | 3 |", "4 | Игра | Центр | 5 июля |"),
    )

    assert _codes(reading) == [("month_from_heading", 4), ("month_from_heading", 7), ("deadline_outside_heading", 8)]
    assert {activity.schedule.confidence.value for activity in reading.activities} == {"check"}
    assert [w.due.isoformat() for a in reading.activities for w in a.schedule.occurrences] == [
        *("2026-05-05", "2026-05-14", "2026-06-03", "2026-07-05"),
    ]


def test_columns_told_by_their_content_are_named(read: Read) -> None:
    """A heading that says nothing is told with what it was taken for; understood ones are not."""
    rows = ("1 | Совет отцов | Центр | май |", "2 | Слёт дворов | Школа | июнь |")
    reading = read(*rows, headings="№ | Затея | Ответственный | Ориентир |")

    assert _codes(reading) == [("column_by_content", None), ("column_by_content", None)]
    assert [defect.phrase.say()[:60] for defect in reading.defects] == [
        "The heading “Затея” says nothing of what stands below it; it",
        "The heading “Ориентир” says nothing of what stands below it;",
    ]
    assert [activity.deadline for activity in reading.activities] == ["май", "июнь"]
