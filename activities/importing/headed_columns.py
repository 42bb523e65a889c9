"""Columns by a table's own headings: one row of them or two, in any order and nearly any wording."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile

from activities.importing.columns import Column, ColumnRole, Columns, looks_like_deadline, tell_role, tells_of_the_past
from activities.importing.folding import fold
from activities.importing.numbering import find_bare_number
from activities.importing.source import Cell, Row, Table
from activities.importing.time_headings import names_time

_HEADINGS_WITHIN = 25
_LONGEST_NAME = 60
_LEAST_NAMES = 3
_ROWS_ASKED = 200
_CONTENT_SHARE = 0.6
_TITLES = frozenset({ColumnRole.TITLE, ColumnRole.SECTION})
_EDGE = re.compile(r"с|по|от|до|план|факт", re.IGNORECASE)


def find_headed_columns(table: Table) -> Columns | None:
    """The columns by the table's own headings, or None where no row is one of headings.

    Where some headings say nothing, what stands below them does, if at least two others are understood.
    """
    for index, row in enumerate(table.rows[:_HEADINGS_WITHIN]):
        columns = _read_headings(row)
        if any(find_bare_number(cell.text) for cell in row.filled()):
            continue
        if _is_plan(columns) or _may_head(columns, row):
            below = list(takewhile(partial(_subdivides, columns), table.rows[index + 1 :]))
            for lower in below:
                columns = _refine(columns, lower)
            columns = _complete(columns, table.rows[index + 1 + len(below) :][:_ROWS_ASKED])
            if _is_plan(columns):
                return Columns(_promote_title(columns), table.width, index, 1 + len(below))
    return None


def iter_parts(table: Table) -> Iterator[Table]:
    """The table parted where headings of another order begin, as where several tables were pasted one below another."""
    start, known = 0, None
    for index, row in enumerate(table.rows):
        columns = _read_headings(row) if _is_all_headings(row) else ()
        order = [(column.role, column.start) for column in columns]
        if order and known and order != known:
            yield replace(table, rows=table.rows[start:index])
            start = index
        known = order or known
    yield replace(table, rows=table.rows[start:]) if start else table


def _is_all_headings(row: Row) -> bool:
    """Whether every cell of a row is a plan's heading, and none a deadline."""
    filled = row.filled()
    if len(filled) < _LEAST_NAMES or any(cell.continued or len(cell.text) > _LONGEST_NAME for cell in filled):
        return False
    roles = list(takewhile(lambda role: role is not None, (tell_role(cell.text) for cell in filled)))
    named = len(roles) == len(filled) and ColumnRole.DEADLINE in roles and bool(_TITLES.intersection(roles))
    return named and not any(looks_like_deadline(cell.text) for cell in filled)


def _may_head(columns: Sequence[Column], row: Row) -> bool:
    """Whether a row heads columns though what is a title or a deadline is not understood."""
    filled = row.filled()
    known = {column.role for column in columns if column.role is not ColumnRole.OTHER}
    short = all(len(fold(cell.text)) <= _LONGEST_NAME and not cell.continued for cell in filled)
    telling = {ColumnRole.DEADLINE, ColumnRole.RESPONSIBLE} & known
    return len(filled) >= _LEAST_NAMES <= len(known) + 1 and bool(telling) and short and not _has_dates(row)


def _has_dates(row: Row) -> bool:
    return any(looks_like_deadline(cell.text) and not names_time(cell.text) for cell in row.filled())


# ---- two rows of headings


def _subdivides(columns: Sequence[Column], row: Row) -> bool:
    """Whether the row is a lower level of the headings.

    Each cell is merged down into it, a part of a wider heading, or stands where the upper row left a gap behind one.
    """
    own = [cell for cell in row.filled() if not cell.continued]
    if any(cell.continued for cell in row.cells):
        return all(cell.continued or _is_part(columns, cell) for cell in row.cells if cell.continued or cell in own)
    told = all(tell_role(cell.text) or _EDGE.fullmatch(fold(cell.text)) or names_time(cell.text) for cell in own)
    return len(own) > 1 and told and all(_is_part(columns, cell) or _hangs(columns, cell) for cell in own)


def _is_part(columns: Sequence[Column], cell: Cell) -> bool:
    return any(c.start <= cell.column and cell.end <= c.end and cell.span < c.end - c.start for c in columns)


def _hangs(columns: Sequence[Column], cell: Cell) -> bool:
    """Whether a cell stands below no heading, or below one with a gap to its right."""
    headed = [column for column in columns if column.heading]
    above = next((column for column in headed if cell.overlap(column.start, column.end)), None)
    if above is None:
        return any(column.end <= cell.column for column in headed)
    return all(column.start != above.end for column in headed)


def _refine(columns: tuple[Column, ...], lower: Row) -> tuple[Column, ...]:
    """The columns as a lower row of headings divides them; each keeps the upper heading before its own."""
    own = [cell for cell in lower.cells if not cell.continued and (not cell.is_blank or _is_part(columns, cell))]
    whole = [column for column in columns if not any(cell.overlap(column.start, column.end) for cell in own)]
    parts = [_part(_above(columns, cell), cell) for cell in own]
    return tuple(sorted([*whole, *parts], key=lambda column: column.start))


def _above(columns: Sequence[Column], cell: Cell) -> Column:
    """The heading that a cell divides: the one above it, else the nearest to its left."""
    headed = [column for column in columns if column.heading] or list(columns)
    over = max(headed, key=lambda column: cell.overlap(column.start, column.end))
    if cell.overlap(over.start, over.end):
        return over
    return max((column for column in headed if column.end <= cell.column), key=lambda c: c.end, default=headed[0])


def _part(upper: Column, cell: Cell) -> Column:
    """A part of a divided column: its own heading behind the upper one, and what either says it holds."""
    heading = f"{upper.heading}: {fold(cell.text)}" if not cell.is_blank else upper.heading
    own = tell_role(cell.text)
    given_by_own = upper.role is ColumnRole.OTHER or tells_of_the_past(cell.text)
    return Column((own or ColumnRole.OTHER) if given_by_own else upper.role, cell.column, cell.end, heading)


# ---- what headings leave open


def _complete(columns: tuple[Column, ...], rows: Sequence[Row]) -> tuple[Column, ...]:
    """Columns whose headings say nothing, told by what stands below them: deadlines, numbers, and titles if missing."""
    others = [column for column in columns if column.role is ColumnRole.OTHER]
    silent = [column for column in others if tell_role(column.heading) is None]
    texts = {column.start: _texts_below(column, rows) for column in silent or others}
    found: dict[int, ColumnRole] = {}
    for role, fits in ((ColumnRole.DEADLINE, looks_like_deadline), (ColumnRole.NUMBER, _is_number)):
        free = {at: below for at, below in texts.items() if at not in found}
        if not any(column.role is role for column in columns) and (at := _find_column(free, fits)) is not None:
            found[at] = role
    if not any(column.role in _TITLES for column in columns):
        longest = {at: sum(map(len, below)) / len(below) for at, below in texts.items() if below and at not in found}
        if longest:
            found[max(longest, key=lambda at: longest[at])] = ColumnRole.TITLE
    return tuple(
        replace(column, role=found[column.start], by_content=True) if column.start in found else column
        for column in columns
    )


def _texts_below(column: Column, rows: Sequence[Row]) -> list[str]:
    """What stands in a column, but for headings over the whole table."""
    cells = [cell for row in rows if len(row.filled()) > 1 for cell in row.filled()]
    return [fold(cell.text) for cell in cells if cell.overlap(column.start, column.end)]


def _find_column(texts: dict[int, list[str]], fits: Callable[[str], bool]) -> int | None:
    """The first column most of whose texts fit."""
    return next(
        (at for at, below in texts.items() if below and sum(map(fits, below)) >= _CONTENT_SHARE * len(below)), None
    )


def _is_number(text: str) -> bool:
    return find_bare_number(text) is not None


def _read_headings(row: Row) -> tuple[Column, ...]:
    return tuple(
        Column(tell_role(cell.text) or ColumnRole.OTHER, cell.column, cell.end, fold(cell.text)) for cell in row.cells
    )


def _is_plan(columns: Sequence[Column]) -> bool:
    """A title (or what serves for one) beside a deadline or a party, each in a column of its own."""
    roles = {column.role for column in columns if column.role is not ColumnRole.OTHER}
    others = {ColumnRole.DEADLINE, ColumnRole.RESPONSIBLE} & roles
    return bool(_TITLES & roles and others)


def _promote_title(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Where nothing is headed as a title, the sections' column is the title."""
    if any(column.role is ColumnRole.TITLE for column in columns):
        return columns
    first = next(column for column in columns if column.role is ColumnRole.SECTION)
    return tuple(replace(column, role=ColumnRole.TITLE) if column is first else column for column in columns)
