"""What rows become, shown on whole tables."""

import pytest

from activities.importing.deadline_cells import join_deadline
from activities.importing.layout import Layout, sort_blocks
from activities.importing.phrase import Phrase
from activities.importing.rows import ActivityRow, EmptyRow
from activities.importing.sections import Section
from activities.importing.source import Block, Cell, Paragraph, Place, Row, Source, Table

_HEADINGS = ("№", "Мероприятие", "Срок", "Ответственный", "Место")


def _place(row: int) -> Place:
    return Place(Phrase("row {row}", {"row": row}), row)


def _row(number: int, *texts: str | None, continued: tuple[int, ...] = ()) -> Row:
    """A row of texts; None is a cell covered from the left, so that the one before spans it."""
    cells: list[Cell] = []
    for at, text in enumerate(texts):
        if text is not None:
            span = next((n for n, other in enumerate(texts[at + 1 :], 1) if other is not None), len(texts) - at)
            cells.append(Cell(text, at, span, _place(number), continued=at in continued))
    return Row(tuple(cells), _place(number))


def _table(*rows: tuple[str | None, ...], headings: tuple[str, ...] = _HEADINGS) -> Table:
    return Table(tuple(_row(number, *texts) for number, texts in enumerate((headings, *rows), 1)))


def _sort(*blocks: Block) -> Layout:
    return sort_blocks(Source(blocks), "plan")


def _shapes(layout: Layout) -> list[tuple[str, str]]:
    """Each item as its sort and its number or text."""
    names = {ActivityRow: "activity", EmptyRow: "empty", Section: "section"}
    return [(names[type(item)], item.text if isinstance(item, Section) else item.number) for item in layout.items]


_WIDE = (None, None, None, None)


def test_a_lone_wide_cell_is_a_heading() -> None:
    """A row merged over the table heads a section; a number alone is an empty row."""
    layout = _sort(_table(("I. Кадры", *_WIDE), ("1.", "Совет", "май", "Центр", ""), ("2", "", "", "", "")))

    assert _shapes(layout) == [("section", "I. Кадры"), ("activity", "1"), ("empty", "2")]


def test_a_wide_heading_needs_no_number_or_title_below_it() -> None:
    """A merged row heads a section whatever column it begins in."""
    headings = ("Срок", "Ответственный", "Мероприятие")
    layout = _sort(_table(("Кадры", None, None), ("май", "Центр", "Совет"), headings=headings))

    assert _shapes(layout) == [("section", "Кадры"), ("activity", "")]


def test_a_number_and_a_title_alone_may_be_a_heading() -> None:
    """With nothing else in the row a Roman number heads a section, an Arabic one if the next number continues it."""
    layout = _sort(
        _table(
            *(("II", "Сеть", "", "", ""), ("1", "Вид", "", "", ""), ("1.1", "Совет", "май", "", "")),
            *(("2", "Слёт", "", "", ""), ("3", "Беседа", "июнь", "", "")),
        )
    )

    assert _shapes(layout) == [
        *(("section", "II Сеть"), ("section", "1 Вид"), ("activity", "1.1"), ("activity", "2"), ("activity", "3")),
    ]


def test_repeated_headings_and_column_numbers_are_no_rows() -> None:
    """A header repeated on a new page and the row 1, 2, 3 … are passed over."""
    layout = _sort(_table(("1", "2", "3", "4", "5"), ("1", "Совет", "май", "", ""), _HEADINGS))

    assert _shapes(layout) == [("activity", "1")]


def test_a_row_under_a_merged_title_goes_on() -> None:
    """Below a title merged downwards stands the rest of the same activity."""
    rows = (
        _row(1, *_HEADINGS),
        _row(2, "1", "Совет", "май", "Центр", "зал"),
        _row(3, "1", "Совет", "июнь", "Центр", "двор", continued=(0, 1, 3)),
    )
    (activity,) = _sort(Table(rows)).items

    assert isinstance(activity, ActivityRow)
    assert (activity.deadline, activity.responsible) == ("май\nиюнь", "Центр")
    assert [extra.text for extra in activity.extras] == ["зал", "двор"]


def test_a_merged_title_with_numbers_of_their_own_makes_activities() -> None:
    """Two numbers under one merged title are two activities."""
    rows = (
        _row(1, *_HEADINGS),
        _row(2, "1", "Совет", "май", "", ""),
        _row(3, "2", "Совет", "июнь", "", "", continued=(1,)),
    )

    assert _shapes(_sort(Table(rows))) == [("activity", "1"), ("activity", "2")]


def test_a_column_of_sections_opens_sections() -> None:
    """A column beside the titles that names the direction of work opens a section at each new name."""
    headings = ("Направление", "Мероприятие", "Срок")
    layout = _sort(
        _table(("Кадры", "Совет", "май"), ("Кадры", "Слёт", "май"), ("Сайт", "Обзор", "май"), headings=headings)
    )

    assert [item.section for item in layout.items if isinstance(item, ActivityRow)] == [
        ("Кадры",),
        ("Кадры",),
        ("Сайт",),
    ]


def test_numbers_inside_titles_are_found_without_a_column() -> None:
    """Where no column holds numbers, the title begins with one."""
    (activity,) = _sort(_table(("2.1. Совет", "май"), headings=("Мероприятие", "Срок"))).items

    assert isinstance(activity, ActivityRow)
    assert (activity.number, activity.title) == ("2.1", "Совет")


def test_cells_without_a_field_are_kept_with_their_heading() -> None:
    """A venue has no field: it hangs on the activity and is listed as unplaced under its heading."""
    layout = _sort(_table(("1", "Совет", "май", "Центр", "зал")))

    assert [(piece.text, piece.heading) for piece in layout.unplaced] == [("зал", "Место")]


@pytest.mark.parametrize("remark", ["* по согласованию", "Примечание: сроки уточняются", "Итого: 1"])
def test_remarks_are_no_sections(remark: str) -> None:
    """A remark over the whole table is set aside."""
    layout = _sort(_table(("1", "Совет", "май", "", ""), (remark, *_WIDE)))

    assert [piece.text for piece in layout.unplaced] == [remark]
    assert _shapes(layout) == [("activity", "1")]


def test_lines_around_tables_are_title_headings_or_unplaced() -> None:
    """Above the first table stands the title; a numbered line between tables heads the next; the rest is told."""
    layout = _sort(
        Paragraph("I. УТВЕРЖДАЮ", _place(1)),
        Paragraph("План на 2026 год", _place(2)),
        Paragraph("I. Кадры", _place(3)),
        _table(("1", "Совет", "май", "", "")),
        Paragraph("просто строка", _place(4)),
        Paragraph("II. Сайт", _place(5)),
        _table(("1", "Обзор", "май", "", "")),
        Paragraph("Директор", _place(6)),
    )

    assert [line.text for line in layout.title] == ["План на 2026 год"]
    assert _shapes(layout) == [("section", "I. Кадры"), ("activity", "1"), ("section", "II. Сайт"), ("activity", "1")]
    assert [piece.text for piece in layout.unplaced] == ["I. УТВЕРЖДАЮ", "просто строка", "Директор"]


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ([("Срок", "май")], "май"),
        ([("Сроки: I квартал", "+"), ("Сроки: III квартал", "х")], "I квартал, III квартал"),
        ([("Дата начала", "01.02.2026"), ("Дата окончания", "05.02.2026")], "с 01.02.2026 по 05.02.2026"),
        ([("Месяц", "май"), ("Дата", "с 1 по 5\nутром")], "май\nс 1 по 5\nутром"),
        ([("Месяц", "Сентябрь 2026"), ("Число", "до 10")], "до 10 Сентябрь 2026"),
        ([("Сентябрь", "до 5"), ("Май", "25")], "до 5 Сентябрь, 25 Май"),
        ([("Октябрь", "+"), ("Ноябрь", "-"), ("Декабрь", "15.12.2026")], "Октябрь, 15.12.2026"),
        ([("1 квартал", "до 20.03"), ("2 квартал", "июнь")], "до 20.03, июнь"),
        ([("1 квартал", "5")], "1 квартал (5)"),
        ([("Срок", "-")], "-"),
        ([], ""),
    ],
)
def test_deadlines_over_several_columns_are_put_together(cells: list[tuple[str, str]], text: str) -> None:
    """Marks stand for their headings, a beginning and an end make a range."""
    assert join_deadline(cells) == text
