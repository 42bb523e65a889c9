"""Which column of a table holds what: by the wording of its heading, else by what stands in it."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import takewhile

from activities.importing.folding import fold
from activities.importing.numbering import find_bare_number
from activities.importing.source import Cell, Row, Table


class ColumnRole(StrEnum):
    """What a column of a plan holds."""

    NUMBER = "number"
    TITLE = "title"
    RESPONSIBLE = "responsible"
    RESULT = "result"
    DEADLINE = "deadline"
    SECTION = "section"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """Grid columns `start` to `end - 1` of a table; `heading` is empty where the table has none."""

    role: ColumnRole
    start: int
    end: int
    heading: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns, and how many rows at its top are title rows, then headings."""

    columns: tuple[Column, ...]
    width: int
    title_rows: int
    heading_rows: int

    @property
    def first_row(self) -> int:
        """The index of the first row below the headings."""
        return self.title_rows + self.heading_rows

    def of(self, cell: Cell) -> Column:
        """The column that a cell stands in: the one it shares most of the grid with, the first among equals.

        A cell beside all headings stands in a column of its own.
        """
        nearest = max(self.columns, key=lambda column: cell.overlap(column.start, column.end))
        if cell.overlap(nearest.start, nearest.end):
            return nearest
        return Column(ColumnRole.OTHER, cell.column, cell.end, "")

    def has(self, role: ColumnRole) -> bool:
        """Whether any column holds that."""
        return any(column.role is role for column in self.columns)


# Where several words stand in a heading, the first one tells: «Срок реализации мероприятия» is a deadline.
_WORDS = {
    ColumnRole.NUMBER: r"№|n п|n/п|номер|п/п|п\.п",
    ColumnRole.DEADLINE: r"срок|дат[аы]|период|месяц|когда|время|квартал|полугоди|график",
    ColumnRole.RESPONSIBLE: r"ответств|исполнит|соисполнит|организатор|кто проводит|координатор|куратор",
    ColumnRole.RESULT: r"результат|итог|выход|показател|продукт|подтвержд|форма отч|форма представл|вид документ",
    ColumnRole.TITLE: r"мероприяти|наименован|содержани|назван|событи|действи|работ|тема|дел[ао]\b",
    ColumnRole.SECTION: r"направлени|раздел|модул|блок|задач|вид деятельн",
    ColumnRole.OTHER: r"отметк|примечан|выполнени|место|адрес|форм|класс|участник|категор|целев|охват|возраст|вид",
}
_HEADING_WORDS = re.compile("|".join(rf"(?P<{role.value}>{words})" for role, words in _WORDS.items()))
_LONGEST_HEADING = 120
_HEADINGS_WITHIN = 25
_ESSENTIAL = frozenset({ColumnRole.TITLE, ColumnRole.DEADLINE})
_DEADLINE_WORDS = re.compile(
    r"янв|февр|март|апрел|\bма[йея]\b|июн|июл|авг|сент|октяб|нояб|декаб|квартал|в течени[еи]|постоянно|"
    r"еже(?:годно|месячно|квартально|недельно|дневно)|\d{1,2}\.\d{1,2}\.\d{2,4}|раза? в|по запросу|по мере|"
    r"по согласованию|по (?:отдельному )?(?:графику|плану)|20\d\d"
)
_CONTENT_SHARE = 0.6
_CARRIED_SHARE = 0.5


def tell_role(heading: str) -> ColumnRole | None:
    """What a heading's wording says, or None where it is no heading of a plan."""
    folded = fold(heading).lower().replace("ё", "е")
    if not folded or len(folded) > _LONGEST_HEADING:
        return None
    match = _HEADING_WORDS.search(folded)
    return ColumnRole(match.lastgroup) if match is not None and match.lastgroup else None


def find_headed_columns(table: Table) -> Columns | None:
    """The columns by the table's own headings, or None where no row is one of headings."""
    for index, row in enumerate(table.rows[:_HEADINGS_WITHIN]):
        columns = _read_headings(row)
        if _is_plan(columns) and not any(find_bare_number(cell.text) for cell in row.filled()):
            below = list(takewhile(partial(_subdivides, columns), table.rows[index + 1 :]))
            for lower in below:
                columns = _refine(columns, lower)
            return Columns(_promote_title(columns), table.width, index, 1 + len(below))
    return None


def _subdivides(columns: Sequence[Column], row: Row) -> bool:
    """Whether the row is a lower level of the headings: each cell merged down into it, or part of a wider heading."""
    return any(cell.continued for cell in row.cells) and all(
        cell.continued
        or any(c.start <= cell.column and cell.end <= c.end and cell.span < c.end - c.start for c in columns)
        for cell in row.cells
    )


def _refine(columns: tuple[Column, ...], lower: Row) -> tuple[Column, ...]:
    """The columns as a lower row of headings divides them; each keeps the upper heading before its own."""
    refined: list[Column] = []
    for upper in columns:
        parts = [cell for cell in lower.cells if not cell.continued and cell.overlap(upper.start, upper.end)]
        refined += [_part(upper, cell) for cell in parts] or [upper]
    return tuple(refined)


def _part(upper: Column, cell: Cell) -> Column:
    """A part of a divided column: its own heading behind the upper one, and what either says it holds."""
    heading = f"{upper.heading}: {fold(cell.text)}" if not cell.is_blank else upper.heading
    role = upper.role if upper.role is not ColumnRole.OTHER else tell_role(cell.text) or ColumnRole.OTHER
    return Column(role, cell.column, cell.end, heading)


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
    return Columns(columns, table.width, title_rows=0, heading_rows=0)


def carries_on(table: Table, columns: Columns) -> bool:
    """Whether a table without headings is a further part of one with these columns.

    As wide, and with deadlines where they stood, or numbers if the plan has no deadlines.
    """
    role = ColumnRole.DEADLINE if columns.has(ColumnRole.DEADLINE) else ColumnRole.NUMBER
    rows = [row for row in table.rows if len(row.filled()) > 1]
    texts = [[fold(cell.text) for cell in row.filled() if columns.of(cell).role is role] for row in rows]
    fits = looks_like_deadline if role is ColumnRole.DEADLINE else _is_number
    known = sum(any(map(fits, cells)) for cells in texts)
    return table.width == columns.width and known >= _CARRIED_SHARE * len(rows)


def looks_like_deadline(text: str) -> bool:
    """Whether a deadline word or a day stands in the text."""
    return _DEADLINE_WORDS.search(text.lower()) is not None


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


def _read_headings(row: Row) -> tuple[Column, ...]:
    return tuple(
        Column(tell_role(cell.text) or ColumnRole.OTHER, cell.column, cell.end, fold(cell.text)) for cell in row.cells
    )


def _is_plan(columns: Sequence[Column]) -> bool:
    """A title (or what serves for one) beside a deadline, a party or a number, each in a column of its own."""
    roles = {column.role for column in columns if column.role is not ColumnRole.OTHER}
    titles = {ColumnRole.TITLE, ColumnRole.SECTION} & roles
    others = {ColumnRole.DEADLINE, ColumnRole.RESPONSIBLE} & roles
    return bool(titles and others)


def _promote_title(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Where nothing is headed as a title, the sections' column is the title."""
    if any(column.role is ColumnRole.TITLE for column in columns):
        return columns
    first = next(column for column in columns if column.role is ColumnRole.SECTION)
    return tuple(Column(ColumnRole.TITLE, c.start, c.end, c.heading) if c is first else c for c in columns)
