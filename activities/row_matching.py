"""Which row of one version of a plan is which row of another: by what rows say, never by their numbers alone.

Rows that say the same are one. The rest are put together so that the sum of likenesses is the greatest possible
(the assignment problem, solved exactly by Kuhn's and Munkres' method). A pair counts as sure only where it is alike
enough and no other pairing of its rows comes near; the others are for a person to tell.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from activities.importing.folding import fold
from activities.plan_content import PlanContent, PlanRow
from activities.spelling import spelling_key

# Likeness runs from 0 to 1. Figures were chosen so that a row with its title kept may change deadline and section.
POSSIBLE = 0.55
SURE = 0.75
MARGIN = 0.08
_WEIGHTS = {"title": 0.6, "deadline": 0.15, "result": 0.15, "section": 0.05, "parties": 0.05}
# «Отчёт за I квартал» and «Отчёт за II квартал» are one letter apart and two rows: never surely one.
_OTHER_NUMBERS = SURE - 0.01
_NUMBERS = re.compile(r"\d+|\b[ivxхі]+\b")
_SHARED_WORDS = 0.25
_LONG_WORD = re.compile(r"\w{4,}")
_SCALE = 1_000_000

Scores = Mapping[tuple[int, int], float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows by their places in the old and in the new version, how alike they are, and whether that is sure."""

    old: int
    new: int
    likeness: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a person has said of pairs (old place, new place): the same row, or two rows."""

    same: frozenset[tuple[int, int]] = frozenset()
    apart: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class _Face:
    """What of a row is compared, folded."""

    number: str
    title: str
    deadline: str
    result: str
    section: str
    parties: str
    numbers: frozenset[str] = field(compare=False)
    words: frozenset[str] = field(compare=False)

    def says(self) -> tuple[str, ...]:
        """All but the number."""
        return (self.title, self.deadline, self.result, self.section, self.parties)


def match_rows(old: PlanContent, new: PlanContent, told: Told | None = None) -> tuple[Pair, ...]:
    """The pairs of rows that are one, in the order of the new version; what is in no pair was added or removed."""
    told = told or Told()
    faces, others = _faces(old), _faces(new)
    pairs = [Pair(left, right, 1.0, sure=True) for left, right in sorted(told.same)]
    pairs += _identical(faces, others, pairs, told)
    left = _rest(range(len(faces)), (pair.old for pair in pairs))
    right = _rest(range(len(others)), (pair.new for pair in pairs))
    scores = _score({at: faces[at] for at in left}, {at: others[at] for at in right}, told)
    pairs += _judge(scores, _assign(scores))
    return tuple(sorted(pairs, key=lambda pair: pair.new))


def _faces(content: PlanContent) -> list[_Face]:
    return [_face(content, row) for row in content.rows]


def _face(content: PlanContent, row: PlanRow) -> _Face:
    title = spelling_key(fold(row.title))
    titles = (content.headings[at].title for at in content.path_of(row.heading))
    return _Face(
        number=row.number.strip(". "),
        title=title,
        deadline=spelling_key(fold(row.cell)),
        result=spelling_key(fold(row.result)),
        section=" / ".join(map(spelling_key, titles)),
        parties=", ".join(sorted(map(spelling_key, row.responsible))),
        numbers=frozenset(_NUMBERS.findall(title)),
        words=frozenset(_LONG_WORD.findall(title)),
    )


def _rest(places: Iterable[int], taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [each for each in places if each not in gone]


def _identical(faces: Sequence[_Face], others: Sequence[_Face], given: Sequence[Pair], told: Told) -> Iterator[Pair]:
    """Rows that say the same. Where several do, equal numbers go together, then the order tells."""
    groups: dict[tuple[str, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for at in _rest(range(len(faces)), (pair.old for pair in given)):
        groups[faces[at].says()][0].append(at)
    for at in _rest(range(len(others)), (pair.new for pair in given)):
        groups[others[at].says()][1].append(at)
    for left, right in groups.values():
        # One of two like rows is gone: their numbers may tell which, their order does not.
        clear = len(left) == len(right)
        for one, other in _by_number(left, right, faces, others):
            if (one, other) not in told.apart:
                yield Pair(one, other, 1.0, sure=clear or faces[one].number == others[other].number)


def _by_number(
    left: Sequence[int], right: Sequence[int], faces: Sequence[_Face], others: Sequence[_Face]
) -> Iterator[tuple[int, int]]:
    waiting = list(right)
    late = []
    for one in left:
        same = next((at for at in waiting if others[at].number == faces[one].number), None)
        if same is None:
            late.append(one)
        else:
            waiting.remove(same)
            yield one, same
    yield from zip(late, waiting, strict=False)


def _score(left: Mapping[int, _Face], right: Mapping[int, _Face], told: Told) -> dict[tuple[int, int], float]:
    """The likeness of all pairs that may be one."""
    scores = {
        (one, other): _likeness(left[one], right[other])
        for one in left
        for other in right
        if (one, other) not in told.apart and _may_be_like(left[one], right[other])
    }
    return {pair: score for pair, score in scores.items() if score >= POSSIBLE}


def _may_be_like(one: _Face, other: _Face) -> bool:
    """Titles that share too few long words are not compared letter by letter, which is slow."""
    fewer = min(len(one.words), len(other.words))
    return one.title == other.title or len(one.words & other.words) > _SHARED_WORDS * fewer


def _likeness(one: _Face, other: _Face) -> float:
    """The weighted likeness of the fields that at least one of the rows fills."""
    filled = [name for name in _WEIGHTS if getattr(one, name) or getattr(other, name)]
    parts = [_WEIGHTS[name] * _text_likeness(getattr(one, name), getattr(other, name)) for name in filled]
    likeness = sum(parts) / sum(_WEIGHTS[name] for name in filled) if filled else 0.0
    return likeness if one.numbers == other.numbers else likeness * _OTHER_NUMBERS


# Deadlines, results and sections repeat from row to row.
@lru_cache(maxsize=65536)
def _text_likeness(one: str, other: str) -> float:
    return 1.0 if one == other else SequenceMatcher(None, one, other, autojunk=False).ratio()


def _judge(scores: Scores, chosen: Iterable[tuple[int, int]]) -> Iterator[Pair]:
    """Settle the clearest pairs first: what is settled is no alternative for the rest."""
    waiting = sorted(chosen, key=lambda pair: (-scores[pair], pair))
    rivals = dict(scores)
    while settled := next((pair for pair in waiting if _is_clear(rivals, pair)), None):
        waiting.remove(settled)
        yield Pair(*settled, scores[settled], sure=True)
        rivals = {pair: score for pair, score in rivals.items() if not _share_a_row(pair, settled)}
    yield from (Pair(*pair, scores[pair], sure=False) for pair in waiting)


def _is_clear(rivals: Scores, pair: tuple[int, int]) -> bool:
    nearest = max((score for each, score in rivals.items() if each != pair and _share_a_row(each, pair)), default=0.0)
    return rivals[pair] >= SURE and rivals[pair] - nearest >= MARGIN


def _share_a_row(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] == other[0] or one[1] == other[1]


def _assign(scores: Scores) -> Iterator[tuple[int, int]]:
    """The pairs whose likenesses sum up to the most; rows that no chain of candidates joins are assigned apart."""
    for left, right in _components(scores):
        swapped = len(left) > len(right)
        rows, columns = (right, left) if swapped else (left, right)
        costs = [
            [-round(_SCALE * scores.get((column, row) if swapped else (row, column), 0.0)) for column in columns]
            for row in rows
        ]
        for row, column in enumerate(_cheapest(costs)):
            pair = (columns[column], rows[row]) if swapped else (rows[row], columns[column])
            if pair in scores:
                yield pair


def _components(scores: Scores) -> Iterator[tuple[list[int], list[int]]]:
    rows: dict[int, set[int]] = defaultdict(set)
    columns: dict[int, set[int]] = defaultdict(set)
    for one, other in scores:
        rows[one].add(other)
        columns[other].add(one)
    while rows:
        left, right = {min(rows)}, set[int]()
        while reached := {other for one in left for other in rows[one]} - right:
            right |= reached
            left |= {one for other in reached for one in columns[other]}
        yield sorted(left), sorted(right)
        for one in left:
            del rows[one]


def _cheapest(costs: Sequence[Sequence[int]]) -> list[int]:
    """The column of each row in the assignment of least cost; no more rows than columns.

    Kuhn and Munkres with potentials, rows added one by one (n² · m steps); column 0 is a start that belongs to nobody.
    """
    row_potential, potential = [0] * (len(costs) + 1), [0] * (len(costs[0]) + 1)
    owner = [0] * len(potential)
    for row in range(1, len(costs) + 1):
        owner[0] = row
        before, column = _reach_a_free_column(costs, owner, row_potential, potential)
        while column:
            owner[column] = owner[before[column]]
            column = before[column]
    return [owner.index(row, 1) - 1 for row in range(1, len(costs) + 1)]


def _reach_a_free_column(
    costs: Sequence[Sequence[int]], owner: list[int], row_potential: list[int], potential: list[int]
) -> tuple[dict[int, int], int]:
    """The cheapest way from the new row to a column that nobody owns: the column before each one, and that column."""
    before, column = {0: 0}, 0
    slack: dict[int, tuple[int, int]] = {}
    while owner[column]:
        row = owner[column]
        for at in range(1, len(potential)):
            step = costs[row - 1][at - 1] - row_potential[row] - potential[at]
            if at not in before and (at not in slack or step < slack[at][0]):
                slack[at] = (step, column)
        column = min(slack, key=lambda at: (slack[at][0], at))
        least, previous = slack.pop(column)
        for at in before:
            row_potential[owner[at]] += least
            potential[at] -= least
        slack = {at: (step - least, source) for at, (step, source) in slack.items()}
        before[column] = previous
    return before, column
