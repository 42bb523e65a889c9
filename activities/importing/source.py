"""What every format is read into: paragraphs, tables of cells, and texts beside them, each with its place.

A format's module only takes a file apart; what a table means is found out once, for all formats.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from activities.importing.folding import fold
from activities.importing.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands in its source, in words a person can follow.

    `row` is the number by which a person finds the row: of the table, the sheet or the line.
    """

    phrase: Phrase
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text outside tables."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell over the grid columns `column` to `column + span - 1`, counted from 0.

    `continued` marks the lower part of a cell merged downwards: it repeats the text of the upper part.
    """

    text: str
    column: int
    span: int
    place: Place
    continued: bool = False

    @property
    def end(self) -> int:
        """The first grid column after the cell."""
        return self.column + self.span

    @property
    def is_blank(self) -> bool:
        """Whether the cell shows nothing."""
        return not fold(self.text)

    def overlap(self, start: int, end: int) -> int:
        """How many grid columns the cell shares with `start` to `end - 1`."""
        return max(0, min(self.end, end) - max(self.column, start))


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row; `hidden` where the program that wrote it would not show it."""

    cells: tuple[Cell, ...]
    place: Place
    hidden: bool = False

    def filled(self) -> tuple[Cell, ...]:
        """The cells that show something."""
        return tuple(cell for cell in self.cells if not cell.is_blank)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows over one grid; `name` is that of its sheet, where a workbook shows several."""

    rows: tuple[Row, ...]
    name: str = ""

    @property
    def width(self) -> int:
        """How many grid columns there are."""
        return max((cell.end for row in self.rows for cell in row.cells), default=0)


class NoteKind(StrEnum):
    """What a text beside the document's flow is."""

    FOOTNOTE = "footnote"
    COMMENT = "comment"
    HEADER = "header"
    HIDDEN = "hidden"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Note:
    """A text beside the flow; `anchor` is the place that refers to it."""

    kind: NoteKind
    text: str
    place: Place
    anchor: Place | None = None


class OddityKind(StrEnum):
    """What is peculiar about a file, though it is no text."""

    MACROS = "macros"
    LINKS_OUT = "links_out"
    HIDDEN_SHEET = "hidden_sheet"
    CELLS_SCRAMBLED = "cells_scrambled"
    ROWS_RUN_TOGETHER = "rows_run_together"
    WORDS_MENDED = "words_mended"
    HIDDEN_COLUMN = "hidden_column"
    CONVERTED = "converted"


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something a person should know of the file; `detail` names it, `place` says where it is if anywhere."""

    kind: OddityKind
    detail: str = ""
    place: Place | None = None


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Source:
    """A document taken apart, in reading order."""

    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = field(default=())
    oddities: tuple[Oddity, ...] = field(default=())

    def tables(self) -> Iterator[Table]:
        """The tables in reading order."""
        return (block for block in self.blocks if isinstance(block, Table))

    def iter_texts(self) -> Iterator[tuple[str, Place]]:
        """Every text that shows, once, with its place."""
        for block in self.blocks:
            if isinstance(block, Paragraph):
                yield block.text, block.place
            else:
                yield from ((cell.text, cell.place) for row in block.rows for cell in row.cells if not cell.continued)
        yield from ((note.text, note.place) for note in self.notes)
