"""An Excel workbook (.xlsx, ECMA-376) taken apart with openpyxl."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from activities.importing.container import TROUBLE, open_container, parse_xml, read_member
from activities.importing.docx_text import local_name
from activities.importing.errors import DamagedDocumentError
from activities.importing.folding import fold
from activities.importing.oddities import iter_oddities
from activities.importing.phrase import Phrase
from activities.importing.source import Cell, Note, NoteKind, Oddity, OddityKind, Place, Row, Source, Table
from engine.errors import N_

_MONTHS = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)
# Texts in quotes and colours in brackets are no part of what a number format shows of a date.
_FORMAT_ASIDE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DECIMALS = re.compile(r"0\.(0+)")
_LONGEST_QUOTE = 40
_FORMULA = re.compile(rb"<f[ >]")
_UNNAMED = re.compile(r"(?:лист|sheet|таблица|table)\s*\d*", re.IGNORECASE)


def read_xlsx(path: Path) -> Source:
    """Each visible sheet a table; hidden sheets, comments, text boxes and formulas never calculated beside them.

    Raises:
        PlanFileError: damaged, encrypted, or unpacking beyond any plan.
    """
    with open_container(path) as container:
        has_formulas = _check_parts(container)
        boxes = tuple(_iter_boxes(container))
        oddities = tuple(iter_oddities(container))
        book = _load(path, values=True)
        notes = [note for sheet in book.worksheets for note in _iter_notes(sheet)]
        if has_formulas:
            notes += _iter_uncalculated(book, _load(path, values=False))
    tables = tuple(_read_sheet(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible")
    if sum(bool(table.rows) for table in tables) == 1:  # one sheet's name says nothing of its rows
        tables = tuple(replace(table, name="") for table in tables)
    hidden = (Oddity(OddityKind.HIDDEN_SHEET, sheet.title) for sheet in book.worksheets if _is_hidden(sheet))
    columns = (found for sheet in book.worksheets for found in _iter_hidden_columns(sheet))
    return Source(tables, (*notes, *boxes), (*oddities, *hidden, *columns))


def _is_hidden(sheet: Worksheet) -> bool:
    """Whether nobody sees the sheet, though it holds something."""
    return sheet.sheet_state != "visible" and any(_text_of(cell) for cell in sheet._cells.values())  # noqa: SLF001


def _iter_hidden_columns(sheet: Worksheet) -> Iterator[Oddity]:
    """The hidden columns of a visible sheet that hold something, by letter and by the first text in them.

    A file writes neighbouring columns of one width as a group, `min` to `max` (ECMA-376 part 1, 18.3.1.13).
    """
    if sheet.sheet_state != "visible":
        return
    groups = [(each.min or 0, each.max or 0) for each in sheet.column_dimensions.values() if each.hidden]
    first: dict[int, str] = {}
    for (_, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001
        if any(least <= column <= most for least, most in groups) and (text := fold(_text_of(cell))):
            first.setdefault(column, text)
    for column, text in sorted(first.items()):
        yield Oddity(OddityKind.HIDDEN_COLUMN, f"{get_column_letter(column)} «{text[:_LONGEST_QUOTE]}»")


def _check_parts(container: ZipFile) -> bool:
    """Refuse document types, which openpyxl's parser would expand; tell whether any sheet has formulas."""
    sheets = [name for name in container.namelist() if name.startswith("xl/worksheets/sheet")]
    for name in container.namelist():
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in read_member(container, name)[:4096]:
            raise DamagedDocumentError(file=Path(str(container.filename)).name, reason="DOCTYPE")
    return any(_FORMULA.search(read_member(container, name)) for name in sheets)


def _load(path: Path, *, values: bool) -> Any:
    """The workbook; with `values` the results of formulas, else the formulas."""
    try:
        with path.open("rb") as file:  # by name it would judge the ending, and a plan may be called anything
            return load_workbook(file, data_only=values)
    except (*TROUBLE, LookupError, TypeError, AttributeError, SyntaxError) as error:
        # openpyxl passes on whatever its parsers meet in a broken part.
        raise DamagedDocumentError(file=path.name, reason=type(error).__name__) from error


def _read_sheet(sheet: Worksheet) -> Table:
    spans, covered = _read_merges(sheet)
    rows: dict[int, list[Cell]] = {}
    # `iter_rows` would make a million empty cells where one far below is merely coloured.
    for (row, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001
        text = _text_of(cell)
        place = _place(sheet, row, column)
        if (row, column) in covered:
            upper = covered[row, column]
            if upper[0] < row and upper[1] == column:
                text = _text_of(sheet.cell(*upper))
                rows.setdefault(row, []).append(Cell(text, column - 1, spans[upper], place, continued=True))
        elif text or (row, column) in spans:
            rows.setdefault(row, []).append(Cell(text, column - 1, spans.get((row, column), 1), place))
    name = "" if _UNNAMED.fullmatch(sheet.title) else sheet.title
    return Table(tuple(_build_row(sheet, number, cells) for number, cells in rows.items()), name)


def _build_row(sheet: Worksheet, number: int, cells: list[Cell]) -> Row:
    place = Place(Phrase(N_("sheet “{sheet}”, row {row}"), {"sheet": sheet.title, "row": number}), number)
    return Row(tuple(cells), place, hidden=bool(sheet.row_dimensions[number].hidden))


def _read_merges(sheet: Worksheet) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], tuple[int, int]]]:
    """How many columns each merged cell spans, and for each covered cell the one that covers it."""
    spans: dict[tuple[int, int], int] = {}
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    for area in sheet.merged_cells.ranges:
        upper = (area.min_row, area.min_col)
        spans[upper] = area.max_col - area.min_col + 1
        covered.update({(cell[0], cell[1]): upper for cell in area.cells if cell != upper})
    return spans, covered


def _text_of(cell: SheetCell | MergedCell) -> str:
    return render_value(cell.value, str(cell.number_format)) if isinstance(cell, SheetCell) else ""


def render_value(value: Any, number_format: str) -> str:
    """A value as a plan would write it: a day as 05.09.2026, a month shown without its day as «сентябрь 2026»."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        day = _render_day(value.date(), number_format)
        return f"{day} {value:%H:%M}" if value.time() != time() else day
    if isinstance(value, date):
        return _render_day(value, number_format)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float):
        return _render_number(value, number_format)
    return str(value)


def _render_day(day: date, number_format: str) -> str:
    shown = _FORMAT_ASIDE.sub("", number_format).lower()
    if "d" not in shown and "m" in shown:
        return f"{_MONTHS[day.month - 1]} {day.year}"
    return f"{day:%d.%m.%Y}"


def _render_number(value: float, number_format: str) -> str:
    """With as many decimals as shown: the row number 1.10 is kept by Excel as 1.1 under the format 0.00."""
    if decimals := _DECIMALS.search(number_format):
        return f"{value:.{len(decimals[1])}f}"
    return str(int(value)) if value.is_integer() else f"{value:.10g}"


def _iter_notes(sheet: Worksheet) -> Iterator[Note]:
    hidden = sheet.sheet_state != "visible"
    for (row, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001
        if hidden and (text := _text_of(cell)):
            yield Note(NoteKind.HIDDEN, text, _place(sheet, row, column))
        if isinstance(cell, SheetCell) and cell.comment is not None:
            yield Note(NoteKind.COMMENT, cell.comment.text, _place(sheet, row, column))


def _iter_uncalculated(values: Any, formulas: Any) -> Iterator[Note]:
    """Formulas whose result no program has stored: what they would show is not in the file."""
    for sheet in formulas.worksheets:
        for (row, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001
            if cell.data_type == "f" and values[sheet.title].cell(row, column).value is None:
                yield Note(NoteKind.FORMULA, str(cell.value), _place(sheet, row, column))


def _iter_boxes(container: ZipFile) -> Iterator[Note]:
    """The texts of shapes, which openpyxl drops."""
    for name in container.namelist():
        if not re.fullmatch(r"xl/drawings/drawing\d+\.xml", name):
            continue
        drawing = parse_xml(read_member(container, name), Path(str(container.filename)).name)
        for paragraph in drawing.iter("{*}p"):
            text = "".join(run.text or "" for run in paragraph.iter() if local_name(run) == "t")
            if fold(text):
                yield Note(NoteKind.HIDDEN, text, Place(Phrase(N_("a text box"))))


def _place(sheet: Worksheet, row: int, column: int) -> Place:
    details = {"sheet": sheet.title, "row": row, "column": column}
    return Place(Phrase(N_("sheet “{sheet}”, row {row}, column {column}"), details), row)
