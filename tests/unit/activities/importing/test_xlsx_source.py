import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from activities.importing import DefectCode, errors
from activities.importing.reader import read_here
from activities.importing.source import NoteKind, Source
from activities.importing.xlsx_source import read_xlsx, render_value

Save = Callable[[Workbook], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """A function that writes a workbook and gives its path."""

    def write(book: Workbook) -> Path:
        path = tmp_path / "plan.xlsx"
        book.save(path)
        return path

    return write


def _book(*rows: tuple[object, ...]) -> Workbook:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    return book


def _texts(source: Source) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for table in source.tables() for row in table.rows]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (datetime.fromisoformat("2026-09-05"), "dd.mm.yyyy", "05.09.2026"),
        (datetime.fromisoformat("2026-09-05T14:30"), "dd.mm.yyyy", "05.09.2026 14:30"),
        (date(2026, 9, 1), "mmmm yyyy", "сентябрь 2026"),
        (datetime.fromisoformat("2026-09-01"), '[$-419]mmmm yyyy" года"', "сентябрь 2026"),
        (datetime.fromisoformat("2026-09-05"), '[$-419]d mmmm yyyy "г."', "05.09.2026"),
        (time(9, 5), "hh:mm", "09:05"),
        (1.1, "General", "1.1"),
        (1.1, "0.00", "1.10"),
        (3.0, "General", "3"),
        (7, "General", "7"),
        ("май", "General", "май"),
        (None, "General", ""),
    ],
)
def test_values_read_as_they_show(value: object, number_format: str, text: str) -> None:
    """Days, months, times and numbers become the text that the cell shows."""
    assert render_value(value, number_format) == text


def test_merged_cells_keep_the_grid(save: Save) -> None:
    """A cell merged to the right spans columns, one merged downwards is continued below."""
    book = _book(("а", "б", "в"), ("г", None, "д"), ("е", "ж", None))
    book.worksheets[0].merge_cells("A2:B2")
    book.worksheets[0].merge_cells("C2:C3")
    (table,) = read_xlsx(save(book)).tables()

    assert [[(one.text, one.column, one.span, one.continued) for one in row.cells] for row in table.rows[1:]] == [
        [("г", 0, 2, False), ("д", 2, 1, False)],
        [("е", 0, 1, False), ("ж", 1, 1, False), ("д", 2, 1, True)],
    ]


def test_a_cell_merged_both_ways_is_continued_once(save: Save) -> None:
    """A merge of two rows and two columns gives one wide cell in each row."""
    book = _book(("а", None, "б"), (None, None, "в"))
    book.worksheets[0].merge_cells("A1:B2")
    (table,) = read_xlsx(save(book)).tables()

    assert [[(one.text, one.column, one.span, one.continued) for one in row.cells] for row in table.rows] == [
        [("а", 0, 2, False), ("б", 2, 1, False)],
        [("а", 0, 2, True), ("в", 2, 1, False)],
    ]


def test_hidden_rows_are_read_and_told(save: Save) -> None:
    """A hidden row is an activity like any other, with a defect that says so."""
    book = _book(("План на 2026 год",), ("№", "Мероприятие", "Срок"), (1, "Совет", "май"), (2, "Слёт", "июнь"))
    book.worksheets[0].row_dimensions[4].hidden = True
    reading = read_here(save(book))

    assert [one.number for one in reading.activities] == ["1", "2"]
    assert [(one.code, one.row) for one in reading.defects if one.row] == [(DefectCode.HIDDEN_ROW, 4)]


def test_hidden_columns_are_read_and_told(save: Save) -> None:
    """A hidden column that holds something is read, and told by its letter and first text, wherever a group ends."""
    book = _book(("План на 2026 год",), ("№", "Мероприятие", "Срок", "Ключ", "Вес"), (1, "Совет", "май", "k1", "2"))
    for letter in ("D", "E", "G"):
        book.worksheets[0].column_dimensions[letter].hidden = True
    book.worksheets[0].column_dimensions.group("D", "E", hidden=True)
    reading = read_here(save(book))

    told = [defect.phrase.say() for defect in reading.defects if defect.code is DefectCode.HIDDEN_COLUMN]
    assert [message.split(" is hidden")[0] for message in told] == ["The column D «Ключ»", "The column E «Вес»"]
    assert {piece.text for piece in reading.unplaced} >= {"k1", "2"}


def test_a_row_far_below_costs_nothing(save: Save) -> None:
    """Rows are found without walking over a million empty ones."""
    book = _book(("№", "Мероприятие", "Срок"))
    book.worksheets[0].cell(1_048_576, 2, "внизу")

    assert _texts(read_xlsx(save(book))) == [["№", "Мероприятие", "Срок"], ["внизу"]]


def test_hidden_sheets_comments_and_bare_formulas_are_notes(save: Save) -> None:
    """What a reader of the sheet does not see as a cell's text is kept beside it."""
    book = _book(("а", "=A1"))
    book.worksheets[0]["A1"].comment = Comment("уточнить", "кто-то")
    hidden = book.create_sheet("скрытый")
    hidden.append(("тайна",))
    hidden.sheet_state = "hidden"
    source = read_xlsx(save(book))

    assert {(note.kind, note.text) for note in source.notes} == {
        (NoteKind.COMMENT, "уточнить"),
        (NoteKind.HIDDEN, "тайна"),
        (NoteKind.FORMULA, "=A1"),
    }
    assert _texts(source) == [["а"]]


def test_each_sheet_with_headings_is_part_of_the_plan(save: Save) -> None:
    """Sheets follow one another; a sheet of something else is set aside, not read as activities."""
    book = _book(("План на 2026 год",), ("№", "Мероприятие", "Срок"), (1, "Совет", "май"))
    for rows in (
        [("№", "Мероприятие", "Срок"), (1, "Слёт", "июнь")],
        [(1, "Петров", "12-34"), (2, "Сидоров", "56-78")],
    ):
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    reading = read_here(save(book))

    assert [one.title for one in reading.activities] == ["Совет", "Слёт"]
    assert "Петров" in [piece.text for piece in reading.unplaced]


def test_a_document_type_is_refused(save: Save, tmp_path: Path) -> None:
    """Entities in a sheet are never expanded."""
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(save(_book(("а",)))) as old, zipfile.ZipFile(bomb, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + content.partition(b"?>")[2]
            new.writestr(name, content)

    with pytest.raises(errors.DamagedDocumentError, match="DOCTYPE"):
        read_xlsx(bomb)


def test_a_broken_workbook_is_damaged(save: Save, tmp_path: Path) -> None:
    """A missing part is told as damage, not as a fault of the program."""
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(save(_book(("а",)))) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            if name != "xl/workbook.xml":
                new.writestr(name, old.read(name))

    with pytest.raises(errors.DamagedDocumentError):
        read_xlsx(broken)


def test_names_of_sheets_head_their_rows(save: Save) -> None:
    """Where a plan stands on several sheets, each is a section by its name, above the sections in it."""
    rows = (("План на 2026 год",), ("№", "Мероприятие", "Срок"))
    book = _book(*rows, ("I. Кадры",), (1, "Совет", "май"))
    book.worksheets[0].title = "Школы"
    second = book.create_sheet("Сентябрь")
    for row in (rows[1], (1, "Слёт", "до 10"), ("Разное",), (2, "Сбор", "июнь")):
        second.append(row)
    book.create_sheet("Лист3").append(rows[1])
    reading = read_here(save(book))

    assert [activity.section for activity in reading.activities] == [
        ("Школы", "I. Кадры"), ("Сентябрь",), ("Сентябрь", "Разное"),
    ]  # fmt: skip
    assert [window.due.isoformat() for window in reading.activities[1].schedule.occurrences] == ["2026-09-10"]


def test_a_lone_sheet_heads_nothing(save: Save) -> None:
    """With one sheet, or one that holds a plan, its name says nothing of the rows."""
    book = _book(("План на 2026 год",), ("№", "Мероприятие", "Срок"), (1, "Совет", "май"))
    book.worksheets[0].title = "Школы"
    book.create_sheet("Заметки").append(("позвонить",))

    assert [activity.section for activity in read_here(save(book)).activities] == [()]


def test_a_list_in_one_column_is_read_as_lines(save: Save) -> None:
    """A workbook may hold a numbered list with «Срок:» lines, one text a row."""
    lines = ("План на 2026 год", "1. Совет", "Срок: май", "Отв.: Центр", "2. Слёт", "Срок: июнь", "Отв.: школы")
    reading = read_here(save(_book(*((line,) for line in lines))))

    assert [(one.title, one.deadline, one.responsible) for one in reading.activities] == [
        ("Совет", "май", ("Центр",)), ("Слёт", "июнь", ("школы",)),
    ]  # fmt: skip
