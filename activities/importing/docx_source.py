"""A Word document (.docx, ECMA-376) taken apart."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from lxml import etree

from activities.importing.container import open_container
from activities.importing.docx_numbers import AutomaticNumbers
from activities.importing.docx_package import DocxPackage
from activities.importing.docx_text import Line, attribute, find, is_on, iter_shown, local_name, read_line
from activities.importing.folding import fold
from activities.importing.oddities import iter_oddities
from activities.importing.phrase import Phrase
from activities.importing.source import Block, Cell, Note, NoteKind, Paragraph, Place, Row, Source, Table
from engine.errors import N_


def read_docx(path: Path) -> Source:
    """The document's paragraphs, tables, footnotes, comments, headers and hidden texts.

    Raises:
        PlanFileError: damaged, encrypted, or unpacking beyond any plan.
    """
    with open_container(path) as container:
        package = DocxPackage(container, path.name)
        reading = _Reading(AutomaticNumbers.of(package))
        blocks = tuple(reading.iter_blocks(_body(package.read_document())))
        beside = tuple(reading.iter_beside(package))
        return Source(blocks, (*reading.notes, *beside), tuple(iter_oddities(container)))


def _body(document: etree._Element) -> etree._Element:
    body = find(document, "body")
    return document if body is None else body


@dataclass(slots=True)
class _Reading:
    """One pass over a document: counts paragraphs and tables, gathers what hangs on them."""

    numbers: AutomaticNumbers
    notes: list[Note] = field(default_factory=list)
    anchors: dict[tuple[str, str], Place] = field(default_factory=dict)
    paragraph_count: "count[int]" = field(default_factory=lambda: count(1))
    table_count: "count[int]" = field(default_factory=lambda: count(1))

    def iter_blocks(self, container: etree._Element) -> Iterator[Block]:
        """The paragraphs and tables in a body, a text box or a cell used as a frame."""
        for child in iter_shown(container):
            if local_name(child) == "tbl":
                yield from self._read_table(child)
            elif local_name(child) == "p":
                place = Place(Phrase(N_("paragraph {number}"), {"number": next(self.paragraph_count)}))
                line = self._read_line(child, place)
                yield Paragraph(line.text, place)
                for box in line.boxes:
                    yield from self.iter_blocks(box)
            else:
                yield from self.iter_blocks(child)

    def _read_table(self, table: etree._Element) -> Iterator[Block]:
        rows = [row for row in iter_shown(table) if local_name(row) == "tr" and find(row, "trPr", "del") is None]
        if all(len(_cells(row)) == 1 for row in rows):
            # A table of one column frames what it holds: often the plan's own table.
            for row in rows:
                yield from self.iter_blocks(_cells(row)[0])
            return
        number = next(self.table_count)
        above: dict[int, Cell] = {}
        yield Table(tuple(self._read_row(row, number, index, above) for index, row in enumerate(rows, 1)))

    def _read_row(self, row: etree._Element, table: int, number: int, above: dict[int, Cell]) -> Row:
        """A row; `above` holds the cell last seen at each column, for cells merged downwards."""
        cells: list[Cell] = []
        column = _number_at(row, "trPr", "gridBefore")
        for element in _cells(row):
            phrase = N_("table {table}, row {row}, column {column}")
            place = Place(Phrase(phrase, {"table": table, "row": number, "column": len(cells) + 1}), number)
            cell = Cell(self._cell_text(element, place), column, _number_at(element, "tcPr", "gridSpan") or 1, place)
            if _is_continued(element) and column in above:
                cell = self._continue(above[column], cell)
            above[column] = cell
            cells.append(cell)
            column = cell.end
        place = Place(Phrase(N_("table {table}, row {row}"), {"table": table, "row": number}), number)
        return Row(tuple(cells), place, hidden=is_on(row, "trPr", "hidden"))

    def _continue(self, upper: Cell, lower: Cell) -> Cell:
        """The lower part of a merged cell; Word does not show text of its own, so that goes beside."""
        if fold(lower.text):
            self.notes.append(Note(NoteKind.HIDDEN, lower.text, lower.place))
        return Cell(upper.text, lower.column, lower.span, lower.place, continued=True)

    def _cell_text(self, container: etree._Element, place: Place) -> str:
        """The text of a cell: its paragraphs, text boxes and nested tables, a line each."""
        lines: list[str] = []
        for child in iter_shown(container):
            name = local_name(child)
            if name == "p":
                line = self._read_line(child, place)
                lines += [line.text, *(self._cell_text(box, place) for box in line.boxes)]
            elif name == "tr":
                lines.append("\t".join(self._cell_text(cell, place) for cell in _cells(child)))
            else:
                lines.append(self._cell_text(child, place))
        return "\n".join(lines)

    def _read_line(self, paragraph: etree._Element, place: Place) -> Line:
        line = read_line(paragraph)
        line.text = self.numbers.next_label(paragraph) + line.text
        self.anchors.update(dict.fromkeys(line.references, place))
        if line.hidden:
            self.notes.append(Note(NoteKind.HIDDEN, line.hidden, place))
        return line

    def iter_beside(self, package: DocxPackage) -> Iterator[Note]:
        """Footnotes, endnotes, comments, page headers and footers."""
        for kind in ("footnote", "endnote"):
            for part in package.iter_related(f"{kind}s"):
                yield from self._iter_footnotes(part, kind)
        for part in package.iter_related("comments"):
            for number, comment in enumerate(iter_shown(part), 1):
                place = Place(Phrase(N_("comment {number}"), {"number": number}))
                yield Note(NoteKind.COMMENT, self._cell_text(comment, place), place)
        for kind in ("header", "footer"):
            for part in package.iter_related(kind):
                place = Place(Phrase(N_("page header or footer")))
                yield Note(NoteKind.HEADER, self._cell_text(part, place), place)

    def _iter_footnotes(self, part: etree._Element, kind: str) -> Iterator[Note]:
        notes = [note for note in iter_shown(part) if "eparat" not in (attribute(note, "type") or "")]
        for number, note in enumerate(notes, 1):
            place = Place(Phrase(N_("footnote {number}"), {"number": number}))
            anchor = self.anchors.get((kind, attribute(note, "id") or ""))
            yield Note(NoteKind.FOOTNOTE, self._cell_text(note, place), place, anchor)


def _cells(row: etree._Element) -> list[etree._Element]:
    return [cell for cell in iter_shown(row) if local_name(cell) == "tc" and find(cell, "tcPr", "cellDel") is None]


def _number_at(element: etree._Element, *path: str) -> int:
    value = attribute(find(element, *path), "val") or "0"
    return int(value) if value.isdecimal() else 0


def _is_continued(cell: etree._Element) -> bool:
    """Whether the cell goes on from above: `w:vMerge` without a value means so (ECMA-376 part 1, 17.4.84)."""
    merge = find(cell, "tcPr", "vMerge")
    return merge is not None and attribute(merge, "val") != "restart"
