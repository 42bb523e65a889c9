"""Text whose cells stand between bars: rows over several lines, drawn rules, headings."""

import pytest

from activities.importing.barred_text import read_barred
from activities.importing.source import Paragraph, Table

_HEAD = "№ | Мероприятие | Срок |"


def _rows(text: str) -> list[list[str]]:
    tables = (block for block in read_barred(text.split("\n"), "|") if isinstance(block, Table))
    return [[" ".join(cell.text.split()) for cell in row.cells] for table in tables for row in table.rows]


def test_a_cell_may_hold_line_breaks() -> None:
    """A row goes on over lines until it has all its bars."""
    rows = _rows(f"{_HEAD}\n1 | Совет\nдиректоров | май |\n2 | Слёт | июнь,\nиюль |")

    assert rows[1:] == [["1", "Совет директоров", "май"], ["2", "Слёт", "июнь, июль"]]


def test_a_short_row_does_not_swallow_the_next() -> None:
    """A heading with one bar stays a row of its own, as wide as the table."""
    text = f"{_HEAD}\nСентябрь |\n1 | Совет | до 10 |"
    (table,) = read_barred(text.split("\n"), "|")

    assert isinstance(table, Table)
    assert [cell.span for cell in table.rows[1].cells] == [3]
    assert _rows(text)[1:] == [["Сентябрь"], ["1", "Совет", "до 10"]]


def test_what_stands_between_drawn_rules_is_one_row() -> None:
    """A table drawn with rules shows where its rows end."""
    text = f"| {_HEAD}\n|---|---|---|\n| 1 | Совет | май |\n| | Директоров | |\n|---|---|---|\n| 2 | Слёт | июнь |"

    assert _rows(text)[1:] == [["1", "Совет Директоров", "май"], ["2", "Слёт", "июнь"]]


@pytest.mark.parametrize(
    ("below", "rows"),
    [
        (" | директоров | 2026 |", [["1", "Совет директоров", "май 2026"]]),
        (" | Слёт | июнь |", [["1", "Совет", "май"], ["", "Слёт", "июнь"]]),
        ("2 | слёт | июнь |", [["1", "Совет", "май"], ["2", "слёт", "июнь"]]),
    ],
)
def test_a_line_goes_on_only_where_nothing_begins(below: str, rows: list[list[str]]) -> None:
    """No number and no capital: the rest of the row above. A row that merely lacks its number stays one."""
    assert _rows(f"{_HEAD}\n1 | Совет | май |\n{below}")[1:] == rows


def test_lines_without_bars_stand_outside() -> None:
    """A line between rows parts the table."""
    blocks = list(read_barred(["План", _HEAD, "1 | Совет | май |", "МОЦ, РМЦ", "2 | Слёт | июнь |"], "|"))

    assert [block.text if isinstance(block, Paragraph) else len(block.rows) for block in blocks] == [
        *("План", 2, "МОЦ, РМЦ", 1),
    ]


@pytest.mark.parametrize("heading", ["Раздел 2", "Сентябрь 2026", "II. Кадры", "РАБОТА С СЕМЬЁЙ"])
def test_a_heading_between_rows_is_one_of_them(heading: str) -> None:
    """A line between two rows that can only be a heading stays in the table."""
    (table,) = read_barred([_HEAD, "1 | Совет | май |", heading, "2 | Слёт | июнь |"], "|")

    assert isinstance(table, Table)
    assert [cell.text for cell in table.rows[2].cells] == [heading]
    assert table.rows[2].cells[0].span == table.width
