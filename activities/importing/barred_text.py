"""Plain text whose cells stand between bars or tabs: one row a line, or cells that hold line breaks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from activities.importing.folding import fold
from activities.importing.numbering import find_bare_number, split_number, starts_with_section_word
from activities.importing.phrase import Phrase
from activities.importing.source import Block, Cell, Paragraph, Place, Row, Table
from activities.importing.time_headings import names_time
from engine.errors import N_

_LONGEST_HEADING = 150
_LONGEST_ABBREVIATION = 12  # «МОЦ, РМЦ» behind a row is the rest of its last cell
_RULE = frozenset("-=+:| \t")


@dataclass(frozen=True, slots=True)
class _Written:
    """A row as written: the line it begins in and its cells."""

    line: int
    cells: tuple[str, ...]

    @property
    def is_rule(self) -> bool:
        """Whether it is drawn between rows, and no row."""
        text = "".join(self.cells)
        return set(text) <= _RULE and ("--" in text or "==" in text)


def read_barred(lines: Sequence[str], mark: str) -> Iterator[Block]:
    """The tables that `mark` parts into cells, and the lines outside them."""
    rows: list[_Written] = []
    for item in _iter_rows(lines, mark):
        if isinstance(item, _Written):
            rows.append(item)
            continue
        yield from _build(rows)
        rows = []
        yield item
    yield from _build(rows)


def _iter_rows(lines: Sequence[str], mark: str) -> Iterator[_Written | Paragraph]:
    """Rows and other lines. A row goes on over lines until it has as many marks as the table's others."""
    full = _count_marks(lines, mark)
    # A bar at a line's beginning is the table's border, or parts off an empty cell where the headings have no border.
    bordered = next((line.lstrip().startswith("|") for line in lines if line.count(mark) > 1), False)
    pending: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        marks = sum(text.count(mark) for _, text in pending)
        if pending and marks + line.count(mark) > full:
            yield _split(pending, mark, bordered=bordered)
            pending = []
        if pending or mark in line:
            pending.append((number, line))
        elif _heads_rows(lines, number, mark):
            yield _Written(number, (line.strip(),))
        elif fold(line):
            yield Paragraph(line, _place(number))
        if pending and sum(text.count(mark) for _, text in pending) >= full:
            yield _split(pending, mark, bordered=bordered)
            pending = []
    if pending:
        yield _split(pending, mark, bordered=bordered)


def _heads_rows(lines: Sequence[str], number: int, mark: str) -> bool:
    """Whether an unmarked line between two rows is a heading: a time, a numbered or worded section, all capitals."""
    between = 1 < number < len(lines) and mark in lines[number - 2] and mark in lines[number]
    line = fold(lines[number - 1]) if between else ""
    numbered, rest = split_number(line)
    in_capitals = line.isupper() and " " in line and len(line) > _LONGEST_ABBREVIATION
    told = names_time(line) or starts_with_section_word(line) or in_capitals or (numbered is not None and bool(rest))
    return told and len(line) <= _LONGEST_HEADING


def _count_marks(lines: Sequence[str], mark: str) -> int:
    """How many marks a full row has: those of the first row, or of most rows if they have more."""
    counts = [line.count(mark) for line in lines if line.count(mark) > 1]
    return max(counts[0], Counter(counts).most_common(1)[0][0]) if counts else 1


def _split(written: Sequence[tuple[int, str]], mark: str, *, bordered: bool) -> _Written:
    text = "\n".join(line for _, line in written)
    if mark == "|":
        text = text.strip().removesuffix("|")
        text = text.removeprefix("|") if bordered else text
    return _Written(written[0][0], tuple(text.split(mark)))


def _build(rows: Sequence[_Written]) -> Iterator[Table]:
    """The table of the rows; a lone text is a heading over its whole width."""
    if not rows:
        return
    width = max(len(row.cells) for row in rows)
    merged = _join_ruled(rows) if sum(row.is_rule for row in rows) > 1 else _join_continued(rows)
    yield Table(tuple(_build_row(row, width) for row in merged))


def _join_ruled(rows: Sequence[_Written]) -> list[_Written]:
    """What stands between two rules is one row."""
    joined: list[_Written] = []
    begins = True
    for row in rows:
        if not row.is_rule and begins:
            joined.append(row)
        elif not row.is_rule:
            joined[-1] = _join(joined[-1], row)
        begins = row.is_rule
    return joined


def _join_continued(rows: Sequence[_Written]) -> list[_Written]:
    """A row without a number, none of whose cells begins with a capital, goes on with the numbered row above."""
    joined: list[_Written] = []
    for row in rows:
        if row.is_rule:
            continue
        if joined and _goes_on(joined[-1], row):
            joined[-1] = _join(joined[-1], row)
        else:
            joined.append(row)
    return joined


def _goes_on(above: _Written, row: _Written) -> bool:
    filled = [fold(cell) for cell in row.cells if fold(cell)]
    fits = len(above.cells) == len(row.cells) > 1 and not fold(row.cells[0]) and bool(filled)
    return fits and find_bare_number(above.cells[0]) is not None and not any(cell[0].isupper() for cell in filled)


def _join(upper: _Written, lower: _Written) -> _Written:
    """Both rows' cells, one below the other."""
    width = max(len(upper.cells), len(lower.cells))
    above, below = ((*row.cells, *[""] * (width - len(row.cells))) for row in (upper, lower))
    return _Written(upper.line, tuple(f"{a}\n{b}" for a, b in zip(above, below, strict=True)))


def _build_row(row: _Written, width: int) -> Row:
    place = _place(row.line)
    if len(row.cells) == 1:
        return Row((Cell(row.cells[0], 0, width, place),), place)
    return Row(tuple(Cell(text, column, 1, place) for column, text in enumerate(row.cells)), place)


def _place(line: int) -> Place:
    return Place(Phrase(N_("line {line}"), {"line": line}), line)
