"""A PDF taken apart with pdfplumber: tables by their rules, else by `pdf_columns`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect

from activities.importing.errors import DamagedDocumentError, EncryptedDocumentError
from activities.importing.headed_columns import find_headed_columns
from activities.importing.line_joining import (
    Line,
    Room,
    find_doubtful_breaks,
    gather_vocabulary,
    join_lines,
    list_words,
)
from activities.importing.pdf_columns import read_unruled
from activities.importing.pdf_words import WordLine, group_chars, is_apart, read_word_lines
from activities.importing.phrase import Phrase
from activities.importing.progress import Report, Stage, counted, stay_silent
from activities.importing.source import (
    Block,
    Cell,
    Oddity,
    OddityKind,
    Paragraph,
    Place,
    Row,
    Source,
    Table,
)
from engine.errors import N_

_SAME_EDGE = 2.0  # points
_BLANK = 0.25  # of the letter size; how wide a blank is at least


@dataclass(slots=True)
class _PrintedCell:
    """A cell as printed: left and right edge, its lines, and whether it goes on from the row above."""

    left: float
    right: float
    lines: list[Line]
    continued: bool = False


@dataclass(slots=True)
class _PrintedRow:
    page: int
    cells: list[_PrintedCell]

    @property
    def is_wide(self) -> bool:
        return len(self.cells) == 1


@dataclass(slots=True)
class _PrintedTable:
    """A table over any number of pages."""

    left: float
    right: float
    rows: list[_PrintedRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _PrintedLine:
    page: int
    text: str


def read_pdf(path: Path, report: Report = stay_silent) -> Source:
    """The pages' lines and ruled tables, else the table without rules; a table over several pages is one.

    Raises:
        EncryptedDocumentError: a password is needed.
        DamagedDocumentError: the file is broken.
    """
    printed: list[_PrintedLine | _PrintedTable] = []
    words: list[WordLine] = []
    for page in _iter_pages(path, report):
        printed += _read_page(page)
        words += read_word_lines(page.chars, page.number)
    source = _build(_join_pages(printed))
    is_ruled = any(find_headed_columns(table) for table in source.tables())
    return source if is_ruled else read_unruled(words) or source


@dataclass(frozen=True, slots=True)
class _Page:
    """What pdfplumber finds on a page."""

    number: int
    chars: list[Any]
    tables: list[Any]


def _iter_pages(path: Path, report: Report) -> Iterator[_Page]:
    """The pages. A broken file lets the library fail in any way, so its work alone stands inside the `try`."""
    try:
        with path.open("rb") as file, pdfplumber.open(file) as document:
            pages = counted(document.pages, len(document.pages), Stage.PAGES, report)
            for number, page in enumerate(pages, 1):
                yield _Page(number, page.dedupe_chars().chars, page.find_tables())
                page.close()
    except Exception as error:
        causes = (error, *error.args)  # pdfplumber wraps what the library below it raises
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in causes):
            raise EncryptedDocumentError(file=path.name) from error
        if any(isinstance(cause, MemoryError) for cause in causes):
            raise MemoryError from error
        raise DamagedDocumentError(file=path.name, reason=type(error).__name__) from error


def _read_page(page: _Page) -> Iterator[_PrintedLine | _PrintedTable]:
    """A page's lines and tables from top to bottom."""
    outside = [char for char in page.chars if not any(_is_inside(char, table.bbox) for table in page.tables)]
    items: list[tuple[float, _PrintedLine | _PrintedTable]] = [
        (line.top, _PrintedLine(page.number, line.text)) for line in _read_lines(outside)
    ]
    items += [(table.bbox[1], _read_table(table, page.chars, page.number)) for table in page.tables]
    return (item for _, item in sorted(items, key=lambda pair: pair[0]))


def _read_table(table: Any, chars: Sequence[Any], page: int) -> _PrintedTable:
    left, _, right, _ = table.bbox
    padding = _padding(table, chars)
    printed = _PrintedTable(left, right)
    for row in table.rows:
        top = row.bbox[1]
        # The row's own height is that of its least tall cell; taller ones are merged downwards.
        middle = (top + min(box[3] for box in row.cells if box is not None)) / 2
        boxes = sorted(box for box in table.cells if box[1] <= middle <= box[3])
        cells = [_read_cell(box, chars, padding, continued=box[1] < top - _SAME_EDGE) for box in boxes]
        printed.rows.append(_PrintedRow(page, cells))
    return printed


def _padding(table: Any, chars: Sequence[Any]) -> float:
    """How far cells keep their text from the rule, in points: the least distance seen at the left."""
    gaps = (
        char["x0"] - box[0] for box in table.cells for char in chars if _is_inside(char, box) and char["text"].strip()
    )
    return float(min(gaps, default=0.0))


def _read_cell(
    box: tuple[float, float, float, float], chars: Sequence[Any], padding: float, *, continued: bool
) -> _PrintedCell:
    lines = _read_lines([char for char in chars if _is_inside(char, box)])
    following = [*lines[1:], *lines[:1]]  # what room the last line leaves does not matter
    built = [
        Line(line.text, _room(box[2] - padding - line.end, after)) for line, after in zip(lines, following, strict=True)
    ]
    return _PrintedCell(box[0], box[2], built, continued)


def _room(points: float, following: "_Chars") -> Room:
    """What fits into the points behind a line: a blank is a quarter of the letter size wide or a little more."""
    if points >= following.first_width:
        return Room.LETTER
    return Room.BLANK if points >= _BLANK * following.size else Room.NOTHING


def _is_inside(char: Any, box: tuple[float, float, float, float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


@dataclass(frozen=True, slots=True)
class _Chars:
    """A line of characters: its text, where it stands and ends, and how large it is; in points."""

    top: float
    text: str
    end: float
    first_width: float
    size: float


def _read_lines(chars: Sequence[Any]) -> list[_Chars]:
    """Lines from top to bottom; those of blanks alone are none."""
    return [_read_line(row) for row in group_chars(chars)]


def _read_line(row: Sequence[Any]) -> _Chars:
    text = row[0]["text"]
    for before, char in pairwise(row):
        text += (" " if is_apart(before, char) else "") + char["text"]
    inked = [char for char in row if char["text"].strip()]
    return _Chars(row[0]["top"], text, inked[-1]["x1"], inked[0]["x1"] - inked[0]["x0"], inked[0]["size"])


def _join_pages(printed: Sequence[_PrintedLine | _PrintedTable]) -> list[_PrintedLine | _PrintedTable]:
    """The same with tables put together that a page's end parted."""
    joined: list[_PrintedLine | _PrintedTable] = []
    for item in printed:
        above = joined[-1] if joined else None
        if isinstance(item, _PrintedTable) and isinstance(above, _PrintedTable) and _fit(above, item):
            _append(above, item)
        else:
            joined.append(item)
    return joined


def _fit(above: _PrintedTable, below: _PrintedTable) -> bool:
    same = abs(above.left - below.left) < _SAME_EDGE and abs(above.right - below.right) < _SAME_EDGE
    return same and bool(above.rows and below.rows) and above.rows[-1].page < below.rows[0].page


def _append(above: _PrintedTable, below: _PrintedTable) -> None:
    """Put the rows of the next page behind; its first row may be the rest of the last one."""
    first, *others = below.rows
    if _goes_on(above.rows[-1], first):
        for upper, lower in zip(above.rows[-1].cells, first.cells, strict=True):
            upper.lines += lower.lines
    else:
        above.rows.append(first)
    above.rows += others


def _goes_on(last: _PrintedRow, first: _PrintedRow) -> bool:
    """Whether a page's first row is the rest of a row: no number in it, or a heading that begins in small letters."""
    if len(last.cells) != len(first.cells):
        return False
    if first.is_wide:
        return first.cells[0].lines[:1] != [] and first.cells[0].lines[0].text.strip()[:1].islower()
    return not first.cells[0].lines and any(cell.lines for cell in first.cells)


def _build(printed: Sequence[_PrintedLine | _PrintedTable]) -> Source:
    cells = [cell for item in printed if isinstance(item, _PrintedTable) for row in item.rows for cell in row.cells]
    vocabulary = gather_vocabulary(cell.lines for cell in cells)
    blocks: list[Block] = []
    oddities: list[Oddity] = []
    for item in printed:
        if isinstance(item, _PrintedTable):
            blocks.append(_build_table(item, vocabulary))
            oddities += _find_doubts(item, vocabulary)
        else:
            blocks.append(Paragraph(item.text, Place(Phrase(N_("page {page}"), {"page": item.page}))))
    return Source(tuple(blocks), (), tuple(oddities))


def _find_doubts(table: _PrintedTable, vocabulary: frozenset[str]) -> Iterator[Oddity]:
    """The rows in which a line's end may have cut a word and nothing tells whether it did."""
    for number, row in enumerate(table.rows, 1):
        doubts = [word for cell in row.cells for word in find_doubtful_breaks(cell.lines, vocabulary)]
        if doubts:
            yield Oddity(OddityKind.WORDS_MENDED, list_words(doubts), _place(row, number))


def _place(row: _PrintedRow, number: int) -> Place:
    return Place(Phrase(N_("page {page}, row {row}"), {"page": row.page, "row": number}), number)


def _build_table(table: _PrintedTable, vocabulary: frozenset[str]) -> Table:
    edges = _distinct(edge for row in table.rows for cell in row.cells for edge in (cell.left, cell.right))
    return Table(tuple(_build_row(row, number, edges, vocabulary) for number, row in enumerate(table.rows, 1)))


def _build_row(row: _PrintedRow, number: int, edges: Sequence[float], vocabulary: frozenset[str]) -> Row:
    place = _place(row, number)
    cells: list[Cell] = []
    for cell in row.cells:
        start, end = _nearest(edges, cell.left), _nearest(edges, cell.right)
        cells.append(Cell(join_lines(cell.lines, vocabulary), start, max(1, end - start), place, cell.continued))
    return Row(tuple(cells), place)


def _distinct(edges: Iterator[float]) -> list[float]:
    distinct: list[float] = []
    for edge in sorted(edges):
        if not distinct or edge - distinct[-1] > _SAME_EDGE:
            distinct.append(edge)
    return distinct


def _nearest(edges: Sequence[float], edge: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - edge))
