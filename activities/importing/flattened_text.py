"""A table that was flattened to lines of text, as PDF tools do it: no marks, one cell or one row after the other.

Rows begin with the next expected number. What a row's cells are is told by its deadline: the longest run of words of
which the reader of deadlines leaves none unread. Before it stands the title, behind it the rest. Where that cannot be
so (a page's end parts the row, two columns stand on one side) the lines are left over and an oddity names them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise

from activities.deadlines import read_deadline
from activities.importing.columns import ColumnRole, looks_like_deadline, tell_role
from activities.importing.flattened_rows import FlatLine, FlatRow, find_rows
from activities.importing.folding import fold
from activities.importing.line_joining import Line, Room, gather_vocabulary, join_lines
from activities.importing.phrase import Phrase
from activities.importing.source import Cell, Oddity, OddityKind, Paragraph, Place, Row, Source, Table
from activities.importing.title import calendar_year, read_period
from activities.period import Period
from engine.errors import N_

_LONGEST_HEADING_LINE = 80
_LONGEST_RUN = 30  # words
_LEAST_ROWS = 2
_PAGE_END = 3  # empty lines in a row
_OPENING = frozenset("(«")


@dataclass(frozen=True, slots=True)
class _Head:
    """The columns in the order of their headings, and the line that these begin in."""

    start: int
    headings: tuple[tuple[ColumnRole, str], ...]

    def roles(self) -> list[ColumnRole]:
        """What the columns hold, numbers aside."""
        return [role for role, _ in self.headings if role is not ColumnRole.NUMBER]


def read_flattened(lines: Sequence[str]) -> Source | None:
    """The table as rows of cells, or None where the lines are no such table.

    Args:
        lines: the text's lines, the blanks at their ends kept: where one is missing, a word was broken.
    """
    written = list(_iter_lines(lines))
    rows = find_rows(written)
    first = rows[0].whole[0].number if rows else 0
    above = [line for line in written if line.number < first]
    head = _find_head(above)
    if head is None or sum(row.number != "" for row in rows) < _LEAST_ROWS:
        return None
    title = [line for line in above if line.number < head.start]
    period = read_period(fold(" ".join(line.text for line in title))) or calendar_year(2001)
    return _build(title, head, rows, _Splitter(tuple(head.roles()), _vocabulary(written), period))


def _iter_lines(lines: Sequence[str]) -> Iterator[FlatLine]:
    """The lines with text. Where a program has cut the blanks off all ends, only a hyphen still shows a broken word."""
    filled = [text for text in lines if fold(text)]
    keeps_blanks = 2 * sum(text != text.rstrip() for text in filled) > len(filled)
    gap = 0
    for number, text in enumerate(lines, 1):
        if fold(text):
            yield FlatLine(text if keeps_blanks or text.endswith("-") else f"{text} ", number, gap)
        gap = 0 if fold(text) else gap + 1


def _find_head(above: Sequence[FlatLine]) -> _Head | None:
    """The headings right above the first row: short lines, the first of which begins with a column's word."""
    for index, line in enumerate(above):
        below = above[index:]
        begins = tell_role(fold(line.text).split()[0]) in {ColumnRole.NUMBER, ColumnRole.TITLE}
        if begins and all(len(other.text) <= _LONGEST_HEADING_LINE for other in below):
            headings = tuple(_iter_headings(fold(" ".join(other.text for other in below)).split()))
            if {ColumnRole.TITLE, ColumnRole.DEADLINE} <= {role for role, _ in headings}:
                return _Head(line.number, headings)
    return None


def _iter_headings(words: Sequence[str]) -> Iterator[tuple[ColumnRole, str]]:
    """Each heading with what it says: a capital, or «№», begins the next one where its word is a new column's."""
    role, heading = ColumnRole.OTHER, ""
    seen: set[ColumnRole] = set()
    for word in words:
        told = tell_role(word)
        if told is not None and told not in seen and (word[0].isupper() or not word[0].isalpha()):
            if heading:
                yield role, heading
            role, heading = told, word
            seen.add(told)
        else:
            heading = f"{heading} {word}".strip()
    yield role, heading


def _vocabulary(lines: Sequence[FlatLine]) -> frozenset[str]:
    return gather_vocabulary([[Line(line.text, Room.NOTHING) for line in lines]])


@dataclass(frozen=True, slots=True)
class _Split:
    """A row's cells by column, and the lines that none can be given."""

    cells: tuple[str, ...]
    left_over: tuple[FlatLine, ...] = ()


@dataclass(frozen=True, slots=True)
class _Splitter:
    """Tells the cells of rows of the same columns (`roles`, without numbers)."""

    roles: tuple[ColumnRole, ...]
    vocabulary: frozenset[str]
    period: Period

    def split(self, row: FlatRow) -> _Split | None:
        """The row's cells, or None where their order cannot be told."""
        if not row.lines:
            return _Split(())
        return self._split_by_line(row.lines) or self._split_at_page_end(row.lines)

    def _split_by_line(self, lines: Sequence[FlatLine]) -> _Split | None:
        """One cell a line: as many lines as columns, the deadline where its column is."""
        cells = [fold(line.text) for line in lines]
        if len(cells) != len(self.roles) or not self._is_deadline(cells[self._deadline_at]):
            return None
        return _Split(tuple(cells))

    def _split_at_page_end(self, lines: Sequence[FlatLine]) -> _Split | None:
        """By the deadline; what stands behind a page's end goes on with nobody knows which cell."""
        ends = [index for index, line in enumerate(lines) if index and line.gap >= _PAGE_END]
        for end in ends:
            split = self._split_at_deadline(lines[:end])
            if split is not None:
                return _Split(split.cells, (*split.left_over, *lines[end:]))
        return self._split_at_deadline(lines)

    def _split_at_deadline(self, lines: Sequence[FlatLine]) -> _Split | None:
        before, after = self._deadline_at, len(self.roles) - self._deadline_at - 1
        run = self._find_run(lines)
        if before != 1 or after > 1 or run is None:
            return None
        title, deadline, rest = (self._join(part) for part in _cut(lines, run))
        if not title or (rest and not after):
            return None
        if rest[:1].islower():  # a cell begins so rarely; the rest of a title that was parted does
            return _Split((title, deadline, "")[: len(self.roles)], tuple(_cut(lines, run)[2]))
        return _Split((title, deadline, rest)[: len(self.roles)])

    @property
    def _deadline_at(self) -> int:
        return self.roles.index(ColumnRole.DEADLINE)

    def _join(self, lines: Sequence[FlatLine]) -> str:
        return join_lines([Line(line.text, Room.NOTHING) for line in lines], self.vocabulary)

    def _find_run(self, lines: Sequence[FlatLine]) -> "tuple[int, int] | None":
        """First word and end of the deadline, counted over all lines."""
        words = list(_iter_words(lines))
        candidates = sorted(_iter_runs(words), key=partial(_length, words), reverse=True)
        for strict in (True, False):
            for start, end in candidates:
                if strict and not words[start].may_begin:
                    continue
                if self._is_deadline(self._join(_cut(lines, (start, end))[1])):
                    return start, end
        return None

    def _is_deadline(self, text: str) -> bool:
        """Whether all of the text is read as a deadline, the first and last word included."""
        if not looks_like_deadline(text):
            return False
        spans = [s.part for s in read_deadline(text, self.period.starts_on, self.period.ends_on).spans]
        edges = [part for part in spans if part not in {"space", "separator"}]
        return "unread" not in spans and bool(edges) and "caption" not in {edges[0], edges[-1]}


@dataclass(frozen=True, slots=True)
class _Word:
    """A word; `may_begin` says whether a cell may begin with it."""

    text: str
    may_begin: bool


def _iter_words(lines: Sequence[FlatLine]) -> Iterator[_Word]:
    """All words. A cell may begin with a line, a capital or a bracket, but not with the rest of a broken word."""
    broken = False
    for line in lines:
        for at, word in enumerate(line.text.split()):
            yield _Word(word, (at == 0 and not broken) or word[0].isupper() or word[0] in _OPENING)
        broken = line.text == line.text.rstrip()


def _iter_runs(words: Sequence[_Word]) -> Iterator[tuple[int, int]]:
    """All runs that may be a cell: from a word on to the end of a line, or to a word that begins a cell."""
    for start in range(1, len(words)):
        for end in range(start + 1, min(len(words), start + _LONGEST_RUN) + 1):
            if end == len(words) or words[end].may_begin:
                yield start, end


def _length(words: Sequence[_Word], run: tuple[int, int]) -> int:
    return sum(len(word.text) for word in words[slice(*run)])


def _cut(lines: Sequence[FlatLine], run: tuple[int, int]) -> tuple[list[FlatLine], list[FlatLine], list[FlatLine]]:
    """The lines before, within and behind a run of words; a line that a border runs through is in two of them."""
    parts: tuple[list[FlatLine], list[FlatLine], list[FlatLine]] = ([], [], [])
    counts = [0, *accumulate(len(line.text.split()) for line in lines)]
    borders = (0, *run, counts[-1])
    for line, first in zip(lines, counts, strict=False):
        for part, (start, end) in zip(parts, pairwise(borders), strict=True):
            piece = line.piece(start - first, end - first)
            if piece is not None:
                part.append(piece)
    return parts


def _build(title: Sequence[FlatLine], head: _Head, rows: Sequence[FlatRow], splitter: _Splitter) -> Source:
    width = len(splitter.roles) + 1
    place = _place(head.start)
    numbers = [heading for role, heading in head.headings if role is ColumnRole.NUMBER] or ["№"]
    headings = [*numbers[:1], *(heading for role, heading in head.headings if role is not ColumnRole.NUMBER)]
    table = [Row(tuple(Cell(text, at, 1, place) for at, text in enumerate(headings)), place)]
    left_over: list[FlatLine] = []
    oddities: list[Oddity] = []
    for row in rows:
        place = _place(row.whole[0].number)
        split = splitter.split(row) if row.number else None
        if not row.number:
            table.append(Row((Cell(fold(" ".join(line.text for line in row.lines)), 0, width, place),), place))
        elif split is not None:
            table.append(
                Row(tuple(Cell(text, at, 1, place) for at, text in enumerate((row.number, *split.cells))), place)
            )
        lost = list(split.left_over) if split is not None else list(row.whole)
        if row.number and lost:
            left_over += lost
            oddities.append(Oddity(OddityKind.CELLS_SCRAMBLED, fold(lost[0].text), _place(lost[0].number)))
    paragraphs = (Paragraph(line.text, _place(line.number)) for line in left_over)
    above = (Paragraph(line.text, _place(line.number)) for line in title)
    return Source((*above, Table(tuple(table)), *paragraphs), (), tuple(oddities))


def _place(line: int) -> Place:
    return Place(Phrase(N_("line {line}"), {"line": line}), line)
