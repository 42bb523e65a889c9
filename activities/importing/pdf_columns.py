"""A PDF's table without rules: columns by where headings and words stand, rows by numbers and distances."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median

from activities.importing.columns import ColumnRole, tell_role
from activities.importing.folding import fold
from activities.importing.line_joining import (
    Line,
    Room,
    find_doubtful_breaks,
    gather_vocabulary,
    join_lines,
    list_words,
)
from activities.importing.numbering import find_bare_number
from activities.importing.pdf_words import Word, WordLine
from activities.importing.phrase import Phrase
from activities.importing.source import Block, Cell, Oddity, OddityKind, Paragraph, Place, Row, Source, Table
from engine.errors import N_

_MOST_HEADING_LINES = 5
_COLUMN_GAP = 0.9  # of the letter size; headings of two columns stand at least so far apart
_FLOW_GAP = 0.6  # of the letter size; words nearer than this are of one text
_FAR = 1.3  # times the usual distance of lines
_BEYOND = 2.0
_LEADING = 1.15  # of the letter size; how far lines of a text are from each other at least
_LETTER, _BLANK = 0.6, 0.25  # of the letter size


@dataclass(frozen=True, slots=True)
class _Heading:
    """A column's heading: its edges in points and what it says."""

    left: float
    right: float
    text: str


@dataclass(frozen=True, slots=True)
class _Head:
    """Where the headings stand among the lines, and the columns they make."""

    first: int
    end: int
    headings: tuple[_Heading, ...]

    def roles(self) -> list[ColumnRole]:
        """What the columns hold."""
        return [tell_role(heading.text) or ColumnRole.OTHER for heading in self.headings]


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns: `borders` between them in points, and the right edge of each one's text."""

    roles: tuple[ColumnRole, ...]
    borders: tuple[float, ...]
    rights: tuple[float, ...] = ()

    def column_of(self, word: Word) -> int:
        """The column that the word's middle stands in."""
        middle = (word.left + word.right) / 2
        return sum(border < middle for border in self.borders)

    def part(self, line: WordLine) -> list[list[Word]]:
        """The line's words by column."""
        cells: list[list[Word]] = [[] for _ in self.roles]
        for word in line.words:
            cells[self.column_of(word)].append(word)
        return cells

    def is_wide(self, line: WordLine) -> bool:
        """Whether a text runs over a border: a word lies across it, or two words beside it are of one text."""
        across = any(word.left < border < word.right for word in line.words for border in self.borders)
        near = any(
            right.left - left.right < _FLOW_GAP * left.size and self.column_of(left) != self.column_of(right)
            for left, right in pairwise(line.words)
        )
        return across or near

    def begins_row(self, line: WordLine) -> bool:
        """Whether a number stands in the column of numbers."""
        at = self.roles.index(ColumnRole.NUMBER) if ColumnRole.NUMBER in self.roles else None
        if at is None or self.is_wide(line):
            return False
        return find_bare_number(" ".join(word.text for word in self.part(line)[at])) is not None


def read_unruled(lines: Sequence[WordLine]) -> Source | None:
    """The document as a title, one table and what follows it; None where no headings of a plan stand in it."""
    head = _find_head(lines)
    if head is None:
        return None
    body = _without_repeats(lines[head.end :], [line.text for line in lines[head.first : head.end]])
    if not body:
        return None
    grid = _find_grid(head, body)
    groups, after = _group(body, grid)
    cells = [_lines_of(group, grid) for group in groups]
    vocabulary = gather_vocabulary([lines for row in cells for lines in row])
    rows = [_head_row(head, lines[head.first])]
    rows += [_build(group, grid, number, vocabulary) for number, group in enumerate(groups, 2)]
    blocks: list[Block] = [*map(_paragraph, lines[: head.first]), Table(tuple(rows)), *map(_paragraph, after)]
    doubtful = _find_doubtful(groups, grid)
    oddities = [_doubt(rows[at + 1]) for at in doubtful]
    for row, lines_of_cells in zip(rows[1:], cells, strict=True):
        words = [word for own in lines_of_cells for word in find_doubtful_breaks(own, vocabulary)]
        oddities += [Oddity(OddityKind.WORDS_MENDED, list_words(words), row.place)] if words else []
    return Source(tuple(blocks), (), tuple(oddities))


def _without_repeats(lines: Sequence[WordLine], headings: Sequence[str]) -> list[WordLine]:
    """The lines without the headings that stand again on further pages: all their lines, one below another."""
    kept: list[WordLine] = []
    for line in lines:
        kept.append(line)
        if [each.text for each in kept[-len(headings) :]] == headings:
            del kept[-len(headings) :]
    return kept


def _find_head(lines: Sequence[WordLine]) -> _Head | None:
    """The first lines whose words, gathered where they stand above each other, are headings of a plan."""
    for first in range(len(lines)):
        found = next((end for end in _iter_ends(lines, first) if _is_plan(_gather(lines[first:end]))), None)
        if found is not None:
            return _extend(lines, *_choose(lines, first, found))
    return None


def _iter_ends(lines: Sequence[WordLine], first: int) -> Iterator[int]:
    """Where headings that begin in a line may end: some lines below, on the same page."""
    ends = range(first + 1, min(len(lines), first + _MOST_HEADING_LINES) + 1)
    return (end for end in ends if lines[end - 1].page == lines[first].page)


def _choose(lines: Sequence[WordLine], first: int, found: int) -> tuple[int, int]:
    """First line and end of the headings around: those that make the most columns, without a line of the title.

    A title above the headings may pass for one of them, or make one column of two.
    """
    counts = {
        (at, end): len(headings)
        for at in range(first, found)
        for end in _iter_ends(lines, at)
        if _is_plan(headings := _gather(lines[at:end]))
    }
    return max(counts, key=lambda window: (counts[window], window[0], -window[1]))


def _extend(lines: Sequence[WordLine], first: int, end: int) -> _Head:
    """The headings with the lines below that belong to them: close, and above the first number."""
    headings = _gather(lines[first:end])
    usual = 1.6 * lines[first].size
    for line in lines[end : first + _MOST_HEADING_LINES]:
        above = lines[end - 1]
        wider = _gather(lines[first : end + 1])
        numbered = find_bare_number(line.words[0].text) is not None
        if numbered or line.page != above.page or line.top - above.top > usual or len(wider) != len(headings):
            break
        headings, end = wider, end + 1
    return _Head(first, end, headings)


def _gather(lines: Sequence[WordLine]) -> tuple[_Heading, ...]:
    """Words above each other, or nearly side by side, are one heading."""
    words = sorted(((word, line.top) for line in lines for word in line.words), key=lambda pair: pair[0].left)
    groups: list[list[tuple[Word, float]]] = []
    right = 0.0
    for word, top in words:
        if groups and word.left - right < _COLUMN_GAP * word.size:
            groups[-1].append((word, top))
            right = max(right, word.right)
        else:
            groups.append([(word, top)])
            right = word.right
    return tuple(_heading(group) for group in groups)


def _heading(group: Sequence[tuple[Word, float]]) -> _Heading:
    ordered = sorted(group, key=lambda pair: (round(pair[1]), pair[0].left))
    return _Heading(
        min(word.left for word, _ in group),
        max(word.right for word, _ in group),
        fold(" ".join(word.text for word, _ in ordered)),
    )


def _is_plan(headings: Sequence[_Heading]) -> bool:
    roles = [tell_role(heading.text) for heading in headings]
    return {ColumnRole.TITLE, ColumnRole.DEADLINE} <= set(roles) and None not in roles


def _find_grid(head: _Head, body: Sequence[WordLine]) -> _Grid:
    words = [word for line in body for word in line.words]
    borders = tuple(_find_border(left, right, words) for left, right in pairwise(head.headings))
    grid = _Grid(tuple(head.roles()), borders)
    rights = [0.0] * len(grid.roles)
    for line in body:
        for at, cell in enumerate(grid.part(line) if not grid.is_wide(line) else []):
            rights[at] = max([rights[at], *(word.right for word in cell)])
    return _Grid(grid.roles, borders, tuple(rights))


def _find_border(left: _Heading, right: _Heading, words: Sequence[Word]) -> float:
    """The middle of the widest stripe, between two headings, that the fewest words lie across."""
    start, end = int(left.left) + 1, max(int(right.right), int(left.left) + 2)
    changes = [0] * (end - start + 1)
    for word in words:
        begins, ends = max(int(word.left), start), min(int(word.right) + 1, end)
        if begins < ends:
            changes[begins - start] += 1
            changes[ends - start] -= 1
    counts = list(accumulate(changes))[:-1]
    least = min(counts)
    stripes: list[list[int]] = []
    for at, count in enumerate(counts):
        if count == least and stripes and stripes[-1][-1] == at - 1:
            stripes[-1].append(at)
        elif count == least:
            stripes.append([at])
    widest = max(stripes, key=len)
    return start + (widest[0] + widest[-1] + 1) / 2


def _group(body: Sequence[WordLine], grid: _Grid) -> tuple[list[list[WordLine]], list[WordLine]]:
    """The lines of each row or heading, and those that stand too far below the last row to belong to it."""
    usual = _usual_distance(body)
    starts = _find_starts(body, grid, usual)
    groups = [list(body[start:end]) for start, end in pairwise([*starts, len(body)])]
    last = groups[-1]
    far = [at for at, (above, line) in enumerate(pairwise(last), 1) if _distance(above, line) > _BEYOND * usual]
    cut = far[0] if far else len(last)
    return [*groups[:-1], last[:cut]], last[cut:]


def _usual_distance(lines: Sequence[WordLine]) -> float:
    distances = [_distance(above, line) for above, line in pairwise(lines) if above.page == line.page]
    # Where cells stand in the middle of their rows, lines of one row are nearer to each other than lines of a text.
    return max(median(distances) if distances else 0.0, _LEADING * lines[0].size)


def _distance(above: WordLine, line: WordLine) -> float:
    return line.top - above.top if line.page == above.page else 0.0


def _find_starts(body: Sequence[WordLine], grid: _Grid, usual: float) -> list[int]:
    """The lines that begin a row or a heading; in a table without numbers, those far below the line above."""
    has_numbers = ColumnRole.NUMBER in grid.roles
    starts = [0]
    wide = grid.is_wide(body[0])
    numbered = 0 if grid.begins_row(body[0]) else None  # the line of the number in the row that is being gathered
    for at, (above, line) in enumerate(pairwise(body), 1):
        was_wide = wide
        # The last line of a heading may be too short to lie across a border.
        wide = grid.is_wide(line) or (was_wide and _is_near(above, line) and not grid.begins_row(line))
        far = _distance(above, line) > _FAR * usual
        begins = grid.begins_row(line)
        if wide != was_wide or (far and (wide or not has_numbers)):
            starts.append(at)
            numbered = None
        elif begins and numbered is not None:
            starts.append(_find_top(body, numbered, at))
        numbered = at if begins else numbered
    return starts


def _is_near(above: WordLine, line: WordLine) -> bool:
    return 0 < _distance(above, line) <= _FAR * above.size


def _find_top(body: Sequence[WordLine], above: int, at: int) -> int:
    """Where the row of the number in line `at` begins, its number may stand in its middle.

    That is below the widest distance since the number above if it stands out, else with the number.
    """
    distances = {line: _distance(body[line - 1], body[line]) for line in range(above + 1, at + 1)}
    widest = max(distances, key=lambda line: (distances[line], line))
    others = [distance for line, distance in distances.items() if line != widest]
    return widest if others and distances[widest] > _FAR * max(others) else at


def _find_doubtful(groups: Sequence[Sequence[WordLine]], grid: _Grid) -> list[int]:
    """The rows whose beginning is not sure: others have their number in the middle, these seem to begin with it.

    A row that ends at such a border is as doubtful as the one that begins there.
    """
    rows = [at for at, group in enumerate(groups) if not grid.is_wide(group[0])]
    numbered = {at: [grid.begins_row(line) for line in groups[at]] for at in rows}
    if not any(True in flags[1:] and not flags[0] for flags in numbered.values()):
        return []
    borders = {at for at in rows if numbered[at][0] and len(groups[at]) > 1}
    return sorted(borders | {at - 1 for at in borders if at - 1 in numbered and len(groups[at - 1]) > 1})


def _doubt(row: Row) -> Oddity:
    detail = " ".join(cell.text for cell in row.cells[:2])
    return Oddity(OddityKind.ROWS_RUN_TOGETHER, fold(detail)[:60], row.place)


def _lines_of(group: Sequence[WordLine], grid: _Grid) -> list[list[Line]]:
    """The lines of each cell of a row, with what room each one's end leaves."""
    if grid.is_wide(group[0]):
        return [[Line(f"{line.text} ", Room.LETTER) for line in group]]
    cells: list[list[Line]] = [[] for _ in grid.roles]
    for line in group:
        for at, words in enumerate(grid.part(line)):
            if words:
                text = " ".join(word.text for word in words) + (" " if words[-1].blank_after else "")
                cells[at].append(Line(text, _room(grid.rights[at] - words[-1].right, words[-1].size)))
    return cells


def _room(points: float, size: float) -> Room:
    if points >= _LETTER * size:
        return Room.LETTER
    return Room.BLANK if points >= _BLANK * size else Room.NOTHING


def _build(group: Sequence[WordLine], grid: _Grid, number: int, vocabulary: frozenset[str]) -> Row:
    place = Place(Phrase(N_("page {page}, row {row}"), {"page": group[0].page, "row": number}), number)
    texts = [join_lines(lines, vocabulary) for lines in _lines_of(group, grid)]
    if len(texts) == 1:
        return Row((Cell(texts[0], 0, len(grid.roles), place),), place)
    return Row(tuple(Cell(text, at, 1, place) for at, text in enumerate(texts)), place)


def _head_row(head: _Head, line: WordLine) -> Row:
    place = Place(Phrase(N_("page {page}, row {row}"), {"page": line.page, "row": 1}), 1)
    return Row(tuple(Cell(heading.text, at, 1, place) for at, heading in enumerate(head.headings)), place)


def _paragraph(line: WordLine) -> Paragraph:
    return Paragraph(line.text, Place(Phrase(N_("page {page}"), {"page": line.page})))
