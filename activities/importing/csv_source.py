"""A table as delimited text (RFC 4180), its delimiter told by its rows."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from activities.importing.phrase import Phrase
from activities.importing.source import Cell, Place, Row, Source, Table
from activities.importing.text_encoding import decode
from engine.errors import N_

_DELIMITERS = (";", "\t", ",")
_LEAST_COLUMNS = 3
_LEAST_ROWS = 2
_SHARE_OF_EQUAL_ROWS = 0.8


def find_delimiter(text: str) -> str | None:
    """What parts the cells if the text is a table of at least three columns, nearly all rows equally long."""
    for delimiter in _DELIMITERS:
        widths = Counter(len(cells) for _, cells in _read_rows(text, delimiter) if any(cells))
        width, count = max(widths.items(), key=lambda pair: pair[1], default=(0, 0))
        if width >= _LEAST_COLUMNS and count >= max(_LEAST_ROWS, _SHARE_OF_EQUAL_ROWS * widths.total()):
            return delimiter
    return None


def read_csv(path: Path) -> Source:
    """The file as one table; a row is found by the line it begins in.

    Raises:
        NotADocumentError: the bytes are no text.
    """
    text = decode(path.read_bytes(), path)
    rows = _read_rows(text, find_delimiter(text) or _DELIMITERS[0])
    return Source((Table(tuple(_build_row(line, cells) for line, cells in rows)),))


def _read_rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The rows, each with its first line. A cell in quotes may hold line breaks."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    for cells in reader:
        rows.append((line, cells))
        line = reader.line_num + 1
    return rows


def _build_row(line: int, cells: Sequence[str]) -> Row:
    place = Place(Phrase(N_("line {line}"), {"line": line}), line)
    return Row(tuple(Cell(text, column, 1, place) for column, text in enumerate(cells)), place)
