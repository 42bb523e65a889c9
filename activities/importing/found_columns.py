"""Columns of tables without headings: as a person told them, or by what stands in them."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile

from activities.importing.columns import Column, ColumnRole, Columns, looks_like_days, looks_like_deadline, tell_role
from activities.importing.folding import fold
from activities.importing.numbering import find_bare_number
from activities.importing.source import Paragraph, Row, Table
from activities.importing.title import find_title

_CONTENT_SHARE = 0.6
_CARRIED_SHARE = 0.5
_LONGEST_NAME = 40
_LEAST_NAMES = 3


def find_told_columns(table: Table, told: Sequence[ColumnRole]) -> Columns | None:
    """The columns as a person named them, or None where no row has so many cells.

    What stands above the first row with a number or a deadline is heading, the last such row, and title.
    """
    grids = Counter(tuple((cell.column, cell.end) for cell in row.cells) for row in table.rows)
    grid = max((grid for grid in grids if len(grid) == len(told)), key=lambda grid: grids[grid], default=None)
    if grid is None:
        return None
    columns = Columns(
        tuple(Column(role, *edges, "") for role, edges in zip(told, grid, strict=True)), table.width, 0, 0
    )
    above = list(takewhile(lambda row: not _is_body(row, columns), table.rows))
    heads = [index for index, row in enumerate(above) if len(row.filled()) > 1]
    if not heads or len(above) == len(table.rows):
        return columns
    named = _name(columns.columns, table.rows[heads[-1]])
    return Columns(named, table.width, title_rows=heads[-1], heading_rows=1)


def _is_body(row: Row, columns: Columns) -> bool:
    """Whether the row of a table with told columns is one of the plan."""
    cells = [(columns.of(cell).role, fold(cell.text)) for cell in row.filled()]
    return any(
        (role is ColumnRole.NUMBER and _is_number(text)) or (role is ColumnRole.DEADLINE and looks_like_deadline(text))
        for role, text in cells
    )


def _name(columns: Sequence[Column], headings: Row) -> tuple[Column, ...]:
    """The columns with the headings that stand over them."""
    return tuple(
        replace(
            column, heading=fold(" ".join(c.text for c in headings.filled() if c.overlap(column.start, column.end)))
        )
        for column in columns
    )


def find_columns_by_content(table: Table) -> Columns | None:
    """The columns by what stands in them, or None where no column holds deadlines beside one of longer texts."""
    rows = [row for row in table.rows if len(row.filled()) > 1]
    texts: dict[int, list[str]] = {}
    for cell in (cell for row in rows for cell in row.filled()):
        texts.setdefault(cell.column, []).append(fold(cell.text))
    roles = _tell_roles(texts)
    if ColumnRole.TITLE not in roles.values():
        return None
    columns = tuple(Column(roles.get(at, ColumnRole.OTHER), at, at + 1, "") for at in sorted(texts))
    lone = list(takewhile(lambda row: len(row.filled()) < _LEAST_NAMES, table.rows))
    first = table.rows[len(lone)] if len(lone) < len(table.rows) else None
    if first is not None and _names_columns(first, Columns(columns, table.width, len(lone), 0)):
        return Columns(_name(columns, first), table.width, len(lone), heading_rows=1)
    return Columns(columns, table.width, _count_title_rows(lone), heading_rows=0)


def _count_title_rows(rows: Sequence[Row]) -> int:
    """How many of the rows above all others are the plan's title; without one they head sections."""
    lines = [Paragraph(" ".join(cell.text for cell in row.filled()), row.place) for row in rows]
    title = find_title(lines)
    return lines.index(title[-1]) + 1 if title else 0


def _names_columns(row: Row, columns: Columns) -> bool:
    """Whether the first full row holds names, not an activity: no digit, no deadline, and a word of headings."""
    texts = [fold(cell.text) for cell in row.filled()]
    names = all(len(text) <= _LONGEST_NAME and not re.search(r"\d", text) for text in texts)
    return names and any(map(tell_role, texts)) and not _is_body(row, columns)


def carries_on(table: Table, columns: Columns) -> bool:
    """Whether a table without headings is a further part of one with these columns.

    As wide, and with deadlines where they stood, or numbers if the plan has no deadlines.
    """
    role = ColumnRole.DEADLINE if columns.has(ColumnRole.DEADLINE) else ColumnRole.NUMBER
    rows = [row for row in table.rows if len(row.filled()) > 1]
    texts = [[fold(cell.text) for cell in row.filled() if columns.of(cell).role is role] for row in rows]
    fits = _is_deadline if role is ColumnRole.DEADLINE else _is_number
    known = sum(any(map(fits, cells)) for cells in texts)
    return table.width == columns.width and known >= _CARRIED_SHARE * len(rows)


def _is_deadline(text: str) -> bool:
    return looks_like_deadline(text) or looks_like_days(text)


def _is_number(text: str) -> bool:
    return find_bare_number(text) is not None


def _tell_roles(texts: dict[int, list[str]]) -> dict[int, ColumnRole]:
    """Deadlines and numbers show what they are; then titles are the longest, parties repeat most, a result is left."""
    deadline = _best(texts, looks_like_deadline)
    number = _best(texts, _is_number)
    rest = [at for at in sorted(texts) if at not in {deadline, number}]
    if deadline is None or not rest:
        return {}
    title = max(rest, key=lambda at: sum(map(len, texts[at])) / len(texts[at]))
    others = sorted((at for at in rest if at != title), key=lambda at: len(set(texts[at])) / len(texts[at]))
    roles = {deadline: ColumnRole.DEADLINE, title: ColumnRole.TITLE}
    roles |= {number: ColumnRole.NUMBER} if number is not None else {}
    return roles | dict(zip(others, (ColumnRole.RESPONSIBLE, ColumnRole.RESULT), strict=False))


def _best(columns: dict[int, list[str]], fits: Callable[[str], bool]) -> int | None:
    """The column most of whose texts fit, if at least `_CONTENT_SHARE` of them do."""
    shares = {at: sum(map(fits, texts)) / len(texts) for at, texts in columns.items()}
    best = max(shares, key=lambda at: shares[at], default=None)
    return best if best is not None and shares[best] >= _CONTENT_SHARE else None
