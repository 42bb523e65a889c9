from collections.abc import Callable
from pathlib import Path

import pytest

from activities.importing.errors import NotADocumentError
from activities.importing.folding import fold_lines
from activities.importing.source import Paragraph, Table
from activities.importing.txt_source import read_txt

Write = Callable[[str, bytes | str], Path]

_TAB_MARKED = """План на 2026 год

\t№
\tМероприятие
\tСрок

\tI. Кадры

\t1
\tСовет

\tмай

\t2
\tСеминар
в две
строки
\tиюнь

\t3
\t
\t

Директор
"""


def _rows(path: Path) -> list[list[str]]:
    return [[fold_lines(cell.text) for cell in row.cells] for table in read_txt(path).tables() for row in table.rows]


def test_a_tab_begins_a_cell(write_file: Write) -> None:
    """Rows are put together by the number of headings, whatever empty lines stand inside them."""
    assert _rows(write_file("plan.txt", _TAB_MARKED)) == [
        ["№", "Мероприятие", "Срок"],
        ["I. Кадры"],
        ["1", "Совет", "май"],
        ["2", "Семинар\nв две\nстроки", "июнь"],
        ["3", "", ""],
    ]


def test_lines_around_a_tab_marked_table_are_paragraphs(write_file: Write) -> None:
    """What stands before the first tab and behind the last cell's empty line is text of its own, with its line."""
    blocks = read_txt(write_file("plan.txt", _TAB_MARKED)).blocks

    assert [(block.text, block.place.row) for block in blocks if isinstance(block, Paragraph)] == [
        ("План на 2026 год", 1),
        ("Директор", 24),
    ]


def test_rows_know_their_lines(write_file: Write) -> None:
    """A row is found by the line it begins in."""
    (table,) = read_txt(write_file("plan.txt", _TAB_MARKED)).tables()

    assert [row.place.row for row in table.rows] == [3, 7, 9, 14, 20]


@pytest.mark.parametrize(
    "text",
    [
        "№ | Дело | Срок |\n1 | Совет | май |\n2 | Слёт | |\n",
        "| № | Дело | Срок |\n|---|:--:|---|\n| 1 | Совет | май |\n| 2 | Слёт | |\n",
        "№\tДело\tСрок\n1\tСовет\tмай\n2\tСлёт\t\n",
    ],
)
def test_one_row_a_line(write_file: Write, text: str) -> None:
    """Bars or tabs inside lines part cells; the rule of a drawn table is none of its rows."""
    assert _rows(write_file("plan.txt", text)) == [["№", "Дело", "Срок"], ["1", "Совет", "май"], ["2", "Слёт", ""]]


def test_bookmarks_of_an_export_are_set_aside(write_file: Write) -> None:
    """What a converter writes for a bookmark is kept apart from the heading it stands in."""
    source = read_txt(write_file("plan.txt", _TAB_MARKED.replace("I. Кадры", "[bookmark: _GoBack]I. Кадры")))

    assert [(note.text, note.place.row) for note in source.notes] == [("[bookmark: _GoBack]", 7)]
    assert next(block for block in source.blocks if isinstance(block, Table)).rows[1].cells[0].text.startswith("I.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_russian_encodings_are_told(write_file: Write, encoding: str) -> None:
    """Texts of Windows are read whichever way they were saved."""
    path = write_file("plan.txt", "План на 2026 год\r\nёж".encode(encoding))

    assert [block.text for block in read_txt(path).blocks if isinstance(block, Paragraph)] == ["План на 2026 год", "ёж"]


def test_bytes_are_no_text(write_file: Write) -> None:
    """Control characters show that a file is something else."""
    with pytest.raises(NotADocumentError):
        read_txt(write_file("plan.txt", b"\x00\x01\x02"))
