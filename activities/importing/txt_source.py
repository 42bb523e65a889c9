"""Plain text that was a table: tabs or bars mark its cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from activities.importing.barred_text import read_barred
from activities.importing.flattened_text import read_flattened
from activities.importing.folding import fold
from activities.importing.numbering import find_bare_number
from activities.importing.phrase import Phrase
from activities.importing.source import Block, Cell, Note, NoteKind, Paragraph, Place, Row, Source, Table
from activities.importing.text_encoding import decode
from engine.errors import N_

_GAP = re.compile(r"\n[^\S\n]*\n\s*$")
_LEAST_CELLS = 3
_LEAST_ROWS = 2
# What word processors' plain-text export leaves of a bookmark; people never see it.
_BOOKMARK = re.compile(r"\[bookmark: [^\]\n]*\]")


def read_txt(path: Path) -> Source:
    """The text's paragraphs and its table, whichever way its cells are marked.

    Raises:
        NotADocumentError: the bytes are no text.
    """
    written = decode(path.read_bytes(), path)
    text = _BOOKMARK.sub("", written)
    lines = text.split("\n")
    flattened = None if is_marked(text) or _has_rows(lines, "\t") else read_flattened(lines)
    source = flattened or Source(tuple(_read_blocks(text)))
    return replace(source, notes=tuple(_find_bookmarks(written)))


def is_marked(text: str) -> bool:
    """Whether the text is a table whose cells begin with tabs or stand between bars."""
    lines = text.split("\n")
    return _begins_with_tabs(lines) or _has_rows(lines, "|")


def _begins_with_tabs(lines: list[str]) -> bool:
    """Whether each cell stands on a line of its own behind a tab; rows with an empty first cell begin so too."""
    begin = sum(line.startswith("\t") for line in lines)
    whole_rows = sum(line.strip("\t").count("\t") > 0 for line in lines)
    return begin >= _LEAST_CELLS and begin > whole_rows


def _has_rows(lines: list[str], mark: str) -> bool:
    return sum(line.count(mark) > 1 for line in lines) >= _LEAST_ROWS


def _find_bookmarks(text: str) -> Iterator[Note]:
    for match in _BOOKMARK.finditer(text):
        yield Note(NoteKind.HIDDEN, match[0], _place(text.count("\n", 0, match.start()) + 1))


def _read_blocks(text: str) -> Iterator[Block]:
    lines = text.split("\n")
    if _begins_with_tabs(lines):
        return _read_tab_marked(text)
    mark = next((mark for mark in ("|", "\t") if _has_rows(lines, mark)), None)
    return read_barred(lines, mark) if mark is not None else _read_paragraphs(lines, 1)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands between two tabs, the line it begins in, and whether an empty line follows it."""

    text: str
    line: int
    ends_block: bool


def _read_tab_marked(text: str) -> Iterator[Block]:
    """A table flattened by a word processor: a tab before each cell, an empty line after each row.

    Cells hold line breaks and even empty lines, so an empty line alone ends no row.
    """
    before, *pieces = _split_at_tabs(text)
    yield from _read_paragraphs(before.text.split("\n"), before.line)
    pieces, after = _part_from_epilogue(pieces)
    width = _first_block_length(pieces)
    yield Table(tuple(_build_row(group, width) for group in _group(pieces, width)))
    yield from after


def _split_at_tabs(text: str) -> list[_Piece]:
    pieces, line = [], 1
    for part in text.split("\t"):
        pieces.append(_Piece(part, line, _GAP.search(part) is not None))
        line += part.count("\n")
    return pieces


def _part_from_epilogue(pieces: list[_Piece]) -> tuple[list[_Piece], list[Paragraph]]:
    """Text after the table hangs on its last cell behind an empty line."""
    last = pieces[-1]
    cell, gap, rest = last.text.partition("\n\n")
    after = _read_paragraphs(rest.split("\n"), last.line + cell.count("\n") + gap.count("\n"))
    return [*pieces[:-1], _Piece(cell, last.line, ends_block=True)], list(after)


def _first_block_length(pieces: list[_Piece]) -> int:
    """How many cells stand before the first empty line: the headings, hence the columns."""
    return next((index for index, piece in enumerate(pieces, 1) if piece.ends_block), len(pieces))


def _group(pieces: list[_Piece], width: int) -> Iterator[list[_Piece]]:
    """The cells of each row: a full set, or one that is a heading by itself."""
    row: list[_Piece] = []
    for piece in pieces:
        row.append(piece)
        is_heading = len(row) == 1 and piece.ends_block and find_bare_number(piece.text) is None
        if len(row) == width or is_heading:
            yield row
            row = []
    if row:
        yield row


def _build_row(group: list[_Piece], width: int) -> Row:
    """A lone cell is a heading over all columns."""
    span = width if len(group) == 1 else 1
    cells = tuple(Cell(piece.text, column, span, _place(piece.line)) for column, piece in enumerate(group))
    return Row(cells, _place(group[0].line))


def _read_paragraphs(lines: list[str], first: int) -> Iterator[Paragraph]:
    return (Paragraph(line, _place(number)) for number, line in enumerate(lines, first) if fold(line))


def _place(line: int) -> Place:
    return Place(Phrase(N_("line {line}"), {"line": line}), line)
