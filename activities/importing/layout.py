"""A document's blocks sorted: the title, the plan's tables, headings between them, and what is none of these."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from activities.importing.columns import ColumnRole, Columns
from activities.importing.errors import NoPlanTableError, ToldColumnsError
from activities.importing.folding import fold
from activities.importing.found_columns import carries_on, find_columns_by_content, find_told_columns
from activities.importing.headed_columns import find_headed_columns, iter_parts
from activities.importing.numbered_list import find_list
from activities.importing.numbering import NumberStyle, split_number, starts_with_section_word
from activities.importing.reading import Unplaced
from activities.importing.rows import ActivityRow, EmptyRow, PlanRows
from activities.importing.sections import Section
from activities.importing.source import Paragraph, Row, Source, Table
from activities.importing.time_headings import names_time
from activities.importing.title import find_title

_LONGEST_FOUND = 300
_LONGEST_HEADING = 250


@dataclass(slots=True)
class Layout:
    """`title` as lines; `columns` of the first table; `items` in reading order; the rest unplaced.

    `named_sheets` says that the plan stands on several sheets, whose names then head their rows.
    """

    title: tuple[Paragraph, ...] = ()
    columns: Columns | None = None
    rows: PlanRows = field(default_factory=PlanRows)
    unplaced: list[Unplaced] = field(default_factory=list)
    named_sheets: bool = False
    _pending: list[Paragraph] = field(default_factory=list)
    _sheet: str = ""

    @property
    def items(self) -> Sequence[Section | ActivityRow | EmptyRow]:
        """Headings, activities and empty rows."""
        return self.rows.items

    def take_paragraph(self, paragraph: Paragraph) -> None:
        """Keep a line until the next block says what it is."""
        if fold(paragraph.text):
            self._pending.append(paragraph)

    def take_table(self, table: Table, columns: Columns | None) -> None:
        """Read a table of the plan, or set another one aside whole."""
        if columns is None and self.columns is not None and carries_on(table, self.columns):
            columns = _continued(self.columns)
        if columns is None:
            self._set_aside(table.rows)
            return
        self._pending += _as_paragraphs(table.rows[: columns.title_rows])
        self._settle_pending(is_first=self.columns is None)
        if self.named_sheets and table.name != self._sheet:
            self.rows.enter_sheet(table.name, table.rows[0].place)
            self._sheet = table.name
        self._keep_headings(table.rows[columns.title_rows : columns.first_row])
        self.columns = self.columns or columns
        self.rows.read(table.rows[columns.first_row :], columns)

    def finish(self, source: Source) -> None:
        """Set aside what stands after the last table and beside the flow."""
        self.unplaced += [Unplaced(fold(line.text), line.place) for line in self._pending]
        self.unplaced += [Unplaced(fold(text), place) for text, place in self.rows.unplaced]
        for item in self.items:
            if isinstance(item, ActivityRow):
                self.unplaced += [Unplaced(extra.text, extra.place, extra.heading) for extra in item.extras]
        self.unplaced += [Unplaced(fold(note.text), note.place) for note in source.notes if fold(note.text)]

    def _settle_pending(self, *, is_first: bool) -> None:
        """Tell what the lines above a table are: its title before the first, headings before any, else nothing."""
        if is_first:
            self.title = find_title(self._pending)
        for line in self._pending:
            if line in self.title:
                continue
            if _is_heading(line.text) and (not is_first or self._stands_below_title(line)):
                self.rows.enter(line)
            else:
                self.unplaced.append(Unplaced(fold(line.text), line.place))
        self._pending = []

    def _stands_below_title(self, line: Paragraph) -> bool:
        return bool(self.title) and self._pending.index(line) > self._pending.index(self.title[-1])

    def _keep_headings(self, rows: Sequence[Row]) -> None:
        """List what heads a further table otherwise than the first, whose headings are the plan's columns."""
        if self.columns is None:
            return
        known = {part for column in self.columns.columns for part in (column.heading, *column.heading.split(": "))}
        for cell in (cell for row in rows for cell in row.filled() if not cell.continued):
            if fold(cell.text) not in known:
                self.unplaced.append(Unplaced(fold(cell.text), cell.place))

    def _set_aside(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.unplaced += [Unplaced(fold(cell.text), cell.place) for cell in row.filled() if not cell.continued]


def sort_blocks(source: Source, file: str, told: Sequence[ColumnRole] = ()) -> Layout:
    """The source's blocks, sorted; `told` says what the columns hold, from the left, where a person has said it.

    Raises:
        NoPlanTableError: no table has a column of titles beside one of deadlines or parties.
        ToldColumnsError: no table has as many columns as told.
    """
    source, headed = _find_columns(source, file, told)
    sheets = {table.name for table in source.tables() if headed[id(table)] is not None and table.name}
    layout = Layout(named_sheets=len(sheets) > 1)
    for block in source.blocks:
        if isinstance(block, Paragraph):
            layout.take_paragraph(block)
        else:
            layout.take_table(block, headed[id(block)])
    layout.finish(source)
    return layout


def _find_columns(source: Source, file: str, told: Sequence[ColumnRole]) -> tuple[Source, dict[int, Columns | None]]:
    """The columns of each table, by its identity: as told, else by headings, of a list made a table, by content."""
    for arranged, find in _iter_ways(source, told):
        found = {id(table): find(table) for table in arranged.tables()}
        if any(found.values()):
            return arranged, found
    if told:
        raise ToldColumnsError(file=file, count=len(told), found=_describe(source))
    raise NoPlanTableError(file=file, found=_describe(source))


def _iter_ways(
    source: Source, told: Sequence[ColumnRole]
) -> Iterator[tuple[Source, Callable[[Table], Columns | None]]]:
    """What to look for columns in, and how."""
    if told:
        yield source, partial(find_told_columns, told=told)
        return
    yield _part_tables(source), find_headed_columns
    listed = find_list(source)
    if listed is not None:
        yield listed, find_headed_columns
    yield source, find_columns_by_content


def _part_tables(source: Source) -> Source:
    """The source with each table parted where other headings begin in it."""
    parts = (iter_parts(block) if isinstance(block, Table) else [block] for block in source.blocks)
    return replace(source, blocks=tuple(chain.from_iterable(parts)))


def _continued(columns: Columns) -> Columns:
    """The columns for a further part of a table, which has no headings of its own."""
    return Columns(columns.columns, columns.width, title_rows=0, heading_rows=0)


def _as_paragraphs(rows: Sequence[Row]) -> Iterator[Paragraph]:
    return (Paragraph(cell.text, cell.place) for row in rows for cell in row.filled() if not cell.continued)


def _is_heading(text: str) -> bool:
    """Whether a line above a table heads a section: a number and a title, a section word, or a time («СЕНТЯБРЬ»)."""
    number, rest = split_number(text)
    numbered = number is not None and bool(rest) and (number.style is not NumberStyle.ARABIC or len(rest) < 120)
    return len(fold(text)) <= _LONGEST_HEADING and (numbered or starts_with_section_word(text) or names_time(text))


def _describe(source: Source) -> str:
    """The first texts of a document, for telling its owner what was found instead of a plan."""
    texts = (fold(text) for text, _ in source.iter_texts())
    found = " | ".join(text for text, _ in zip(filter(None, texts), range(12), strict=False))
    return found if len(found) <= _LONGEST_FOUND else f"{found[:_LONGEST_FOUND]}…"
