from collections.abc import Callable
from pathlib import Path

import pytest

from activities.importing.csv_source import find_delimiter, read_csv
from activities.importing.formats import read_source

Write = Callable[[str, bytes | str], Path]
_ROWS = [["№", "Дело", "Срок"], ["1", "Совет, семинар; слёт", "май"], ["2", "две\nстроки", ""]]


def _written(delimiter: str) -> str:
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in _ROWS)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_any_delimiter_and_encoding_reads_alike(write_file: Write, delimiter: str, encoding: str) -> None:
    """The delimiter is told by the rows; cells in quotes hold delimiters and line breaks."""
    (table,) = read_source(write_file("plan.txt", _written(delimiter).encode(encoding))).tables()

    assert [[cell.text for cell in row.cells] for row in table.rows] == _ROWS
    assert [row.place.row for row in table.rows] == [1, 2, 3]


def test_a_row_after_a_broken_cell_knows_its_line(write_file: Write) -> None:
    """Lines are counted through cells of several lines."""
    (table,) = read_csv(write_file("plan.csv", '1;"a\nb";c\n2;d;e\n')).tables()

    assert [row.place.row for row in table.rows] == [1, 3]


@pytest.mark.parametrize("text", ["Совет, семинар, слёт\nи всё\nи точка.\n", "a;b\nc;d\n", "", "одна, две, три"])
def test_prose_is_no_table(text: str) -> None:
    """Commas in sentences, or two columns, make no table."""
    assert find_delimiter(text) is None
