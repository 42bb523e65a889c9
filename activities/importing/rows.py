"""What each row of a plan's table is: a heading, an activity, part of the one above, or nothing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from activities.importing.columns import Column, ColumnRole, Columns
from activities.importing.deadline_cells import join_deadline
from activities.importing.folding import fold, fold_lines
from activities.importing.numbering import NumberStyle, find_bare_number, split_number
from activities.importing.sections import Outline, Section
from activities.importing.source import Cell, Paragraph, Place, Row


@dataclass(frozen=True, slots=True)
class Extra:
    """A cell of a column that the plan's fields have no place for: a venue, a mark of completion."""

    heading: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity's cells; `title` folded on one line, the others with their line breaks."""

    number: str
    section: tuple[str, ...]
    title: str
    responsible: str
    result: str
    deadline: str
    place: Place
    extras: tuple[Extra, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class EmptyRow:
    """A numbered row with nothing else in it."""

    number: str
    section: tuple[str, ...]
    place: Place


@dataclass(slots=True)
class PlanRows:
    """What the tables of a plan hold, in reading order."""

    items: list[Section | ActivityRow | EmptyRow] = field(default_factory=list)
    outline: Outline = field(default_factory=Outline)
    unplaced: list[tuple[str, Place]] = field(default_factory=list)
    _section_named: str = ""

    def read(self, rows: Sequence[Row], columns: Columns) -> None:
        """Take in the rows below a table's headings."""
        headings = [fold(column.heading) for column in columns.columns]
        body = [row for row in rows if row.filled() and not _repeats(row, headings)]
        for index, row in enumerate(body):
            self._read_row(row, columns, body[index + 1 : index + 2])

    def enter(self, paragraph: Paragraph) -> None:
        """Take in a heading that stands above a table."""
        self.items.append(self.outline.enter(paragraph.text, paragraph.place))

    def enter_sheet(self, name: str, place: Place) -> None:
        """Take in the name of a workbook's sheet as a heading above all that stands in it."""
        self.items.append(self.outline.enter_sheet(name, place))

    def _read_row(self, row: Row, columns: Columns, below: Sequence[Row]) -> None:
        fields = _Fields.of(row, columns)
        self._enter_section_column(row, fields)
        heading = _heading_of(row, fields, columns, below)
        if heading is not None and _is_remark(heading):
            self._set_aside(row)
        elif heading is not None:
            leads = bool(below) and _leads_numbered(below[0], columns)
            self.items.append(self.outline.enter(heading, row.place, leads=leads))
        elif fields.only(ColumnRole.NUMBER):
            self.items.append(EmptyRow(_number_text(fields.text(ColumnRole.NUMBER)), self.outline.path, row.place))
        elif self._goes_on(fields):
            self._append(fields)
        elif fields.text(ColumnRole.TITLE):
            self.items.append(self._build(row, fields, columns))
        else:
            self._set_aside(row)

    def _enter_section_column(self, row: Row, fields: "_Fields") -> None:
        """Open a section where a column beside the titles names a new one."""
        name = fold(fields.own_text(ColumnRole.SECTION))
        if name and name != self._section_named and not fields.only(ColumnRole.SECTION):
            self.items.append(self.outline.enter(name, row.place))
            self._section_named = name

    def _goes_on(self, fields: "_Fields") -> bool:
        """Whether the row is the lower part of the activity above, whose title is merged over both."""
        renumbered = fields.own_text(ColumnRole.NUMBER) != ""
        above = bool(self.items) and isinstance(self.items[-1], ActivityRow)
        return fields.title_continued and above and not renumbered

    def _append(self, fields: "_Fields") -> None:
        above = self.items[-1]
        assert isinstance(above, ActivityRow)  # noqa: S101  (asked for in _goes_on)
        self.items[-1] = replace(
            above,
            responsible=fold_lines(f"{above.responsible}\n{fields.own_text(ColumnRole.RESPONSIBLE)}"),
            result=fold_lines(f"{above.result}\n{fields.own_text(ColumnRole.RESULT)}"),
            deadline=fold_lines(f"{above.deadline}\n{fields.own_text(ColumnRole.DEADLINE)}"),
            extras=(*above.extras, *fields.extras(own=True)),
        )

    def _build(self, row: Row, fields: "_Fields", columns: Columns) -> ActivityRow:
        number, title = fields.text(ColumnRole.NUMBER), fold(fields.text(ColumnRole.TITLE))
        if not columns.has(ColumnRole.NUMBER):
            found, title = split_number(title)
            number = found.text if found is not None else ""
        return ActivityRow(
            number=_number_text(number),
            section=self.outline.path,
            title=title,
            responsible=fields.text(ColumnRole.RESPONSIBLE),
            result=fields.text(ColumnRole.RESULT),
            deadline=fields.deadline(),
            place=row.place,
            extras=fields.extras(),
            hidden=row.hidden,
        )

    def _set_aside(self, row: Row) -> None:
        self.unplaced += [(cell.text, cell.place) for cell in row.filled() if not cell.continued]


@dataclass(frozen=True, slots=True)
class _Fields:
    """A row's cells sorted under the table's columns."""

    cells: tuple[tuple[Column, Cell], ...]

    @classmethod
    def of(cls, row: Row, columns: Columns) -> "_Fields":
        return cls(tuple((columns.of(cell), cell) for cell in row.filled()))

    @property
    def title_continued(self) -> bool:
        titles = self._cells(ColumnRole.TITLE)
        return bool(titles) and all(cell.continued for _, cell in titles)

    def _cells(self, role: ColumnRole) -> list[tuple[Column, Cell]]:
        return [(column, cell) for column, cell in self.cells if column.role is role]

    def only(self, role: ColumnRole) -> bool:
        return all(column.role is role for column, _ in self.cells)

    def text(self, role: ColumnRole) -> str:
        return fold_lines("\n".join(cell.text for _, cell in self._cells(role)))

    def own_text(self, role: ColumnRole) -> str:
        """Without what is only repeated from the row above."""
        return fold_lines("\n".join(cell.text for _, cell in self._cells(role) if not cell.continued))

    def deadline(self) -> str:
        """The deadline, put together where a plan spreads it over columns."""
        return join_deadline(
            [(column.heading, fold_lines(cell.text)) for column, cell in self._cells(ColumnRole.DEADLINE)]
        )

    def extras(self, *, own: bool = False) -> tuple[Extra, ...]:
        return tuple(
            Extra(column.heading, fold_lines(cell.text), cell.place)
            for column, cell in self.cells
            if column.role is ColumnRole.OTHER and not (own and cell.continued)
        )


def _repeats(row: Row, headings: Iterable[str]) -> bool:
    """Whether the row repeats the headings, as on a new page, or numbers the columns: 1, 2, 3 …"""
    texts = [fold(cell.text) for cell in row.filled()]
    numbers = [str(number) for number in range(1, len(texts) + 1)]
    return len(texts) > 1 and (texts == numbers or texts == [heading for heading in headings if heading])


def _heading_of(row: Row, fields: _Fields, columns: Columns, below: Sequence[Row]) -> str | None:
    """The heading that a row is, or None."""
    filled = row.filled()
    if len(filled) == 1:
        return _lone_heading(filled[0], fields, columns)
    roles = {column.role for column, _ in fields.cells}
    if roles != {ColumnRole.NUMBER, ColumnRole.TITLE} or fields.title_continued:
        return None
    text = f"{fold(fields.text(ColumnRole.NUMBER))} {fold(fields.text(ColumnRole.TITLE))}"
    number, _ = split_number(text)
    if number is None or number.style is not NumberStyle.ARABIC:
        return text
    following = _first_number(below, columns)
    return text if following and following[: len(number.parts)] == number.parts and following != number.parts else None


def _lone_heading(cell: Cell, fields: _Fields, columns: Columns) -> str | None:
    """A row's only text heads a section where it spans the table or stands at its beginning, and is no number."""
    wide = cell.span > 1 and 2 * cell.span >= columns.width
    if find_bare_number(cell.text) is not None or cell.continued:
        return None
    at_beginning = fields.only(ColumnRole.NUMBER) or fields.only(ColumnRole.TITLE)
    return cell.text if wide or at_beginning else None


def _leads_numbered(row: Row, columns: Columns) -> bool:
    heading = _heading_of(row, _Fields.of(row, columns), columns, ())
    return heading is not None and split_number(heading)[0] is not None


def _first_number(rows: Sequence[Row], columns: Columns) -> tuple[int, ...] | None:
    for row in rows[:1]:
        number, _ = split_number(_Fields.of(row, columns).text(ColumnRole.NUMBER))
        return number.parts if number is not None else None
    return None


_REMARK = re.compile(
    r"\*|примечани|сноска|итого|всего|[(]?продолжение(?:\s+(?:таблицы|плана|приложения))?[).]*$", re.IGNORECASE
)


def _is_remark(heading: str) -> bool:
    return _REMARK.match(fold(heading)) is not None


def _number_text(text: str) -> str:
    """The number without its closing mark; whatever else stands in the cell stays."""
    number = find_bare_number(text)
    return number.text if number is not None else fold(text)
