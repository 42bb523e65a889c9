"""Where boxes and arrows of a diagram go: boxes in columns from left to right, arrows between them and never through.

The way of Sugiyama, Tagawa and Toda (1981): columns by the longest way from a beginning, a lane in each column that an
arrow passes, and the order in a column by where its neighbours stand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP = 84
"""Between columns, in px: room for arrows to turn."""
SPACE = 22
LANE = 14
SWEEPS = 8
MARGIN = 24


@dataclass(frozen=True, slots=True)
class Box:
    """What is placed: its size in px, and the height at which the arrow to each target leaves it."""

    name: str
    width: int
    height: int
    ports: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the side of one box to the side of another: points in px, two for each gap that it crosses."""

    source: str
    target: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Left upper corners of boxes, arrows, and the size of it all."""

    corners: Mapping[str, tuple[float, float]]
    arrows: Sequence[Arrow]
    width: int
    height: int


@dataclass(slots=True)
class _Grid:
    """Columns of boxes and lanes; a lane is called by its arrow."""

    boxes: Mapping[str, Box]
    ranks: Mapping[str, int]
    columns: list[list[str]]
    neighbours: dict[str, set[str]] = field(default_factory=dict)
    tops: dict[str, float] = field(default_factory=dict)

    def height_of(self, name: str) -> int:
        """Of a box or a lane."""
        return self.boxes[name].height if name in self.boxes else LANE


def lay_out(boxes: Sequence[Box], begins: Sequence[str], ends: Sequence[str], entry: int) -> Layout:
    """Place boxes and draw an arrow from each to each of its ports' targets.

    Args:
        boxes: with their ports, in the order in which they are told.
        begins: names of those that stand on the left.
        ends: names of those that stand on the right.
        entry: how far below its upper edge an arrow enters a box.
    """
    by_name = {each.name: each for each in boxes}
    ranks = _ranks(by_name, begins, ends)
    grid = _Grid(by_name, ranks, [[] for _ in range(max(ranks.values()) + 1)])
    for name, rank in ranks.items():
        grid.columns[rank].append(name)
    for source in by_name.values():
        for target in source.ports:
            _add_lanes(grid, source.name, target)
    for _ in range(SWEEPS):
        _order(grid)
    return _measure(grid, entry)


def _ranks(boxes: Mapping[str, Box], begins: Sequence[str], ends: Sequence[str]) -> dict[str, int]:
    """The column of each box: the longest way from a beginning, not counting arrows that lead back."""
    back: set[tuple[str, str]] = set()
    seen: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        seen.add(name)
        for target in boxes[name].ports:
            if target in way:
                back.add((name, target))
            elif target not in seen:
                visit(target, (*way, target))

    for begin in (*begins, *boxes):
        if begin not in seen:
            visit(begin, (begin,))
    ranks = dict.fromkeys(boxes, 0)
    for _ in boxes:
        for name, box in boxes.items():
            for target in box.ports:
                if (name, target) not in back and target != name:
                    ranks[target] = max(ranks[target], min(ranks[name] + 1, len(boxes)))
    last = max(ranks.values())
    return {name: last if name in ends else rank for name, rank in ranks.items()}


def _add_lanes(grid: _Grid, source: str, target: str) -> None:
    between = _between(grid.ranks[source], grid.ranks[target])
    chain = [source, *(_lane(source, target, column) for column in between), target]
    for column, lane in zip(between, chain[1:], strict=False):
        grid.columns[column].append(lane)
    for one, other in pairwise(chain):
        grid.neighbours.setdefault(one, set()).add(other)
        grid.neighbours.setdefault(other, set()).add(one)


def _between(first: int, last: int) -> range:
    """The columns that an arrow passes on its way."""
    step = 1 if last > first else -1
    return range(first + step, last, step)


def _lane(source: str, target: str, column: int) -> str:
    return f"{source}→{target}@{column}"


def _order(grid: _Grid) -> None:
    """Put each column's boxes and lanes where their neighbours stand, as far as they fit above one another."""
    _stack(grid)
    for column in grid.columns:
        wanted = {name: _middle(grid, name) for name in column}
        column.sort(key=lambda name: wanted[name])
        _stack(grid)


def _middle(grid: _Grid, name: str) -> float:
    near = [grid.tops[each] + grid.height_of(each) / 2 for each in grid.neighbours.get(name, ()) if each != name]
    own = grid.tops[name] + grid.height_of(name) / 2
    return sum(near) / len(near) if near else own


def _stack(grid: _Grid) -> None:
    heights = [sum(grid.height_of(name) + SPACE for name in column) - SPACE for column in grid.columns]
    for column, height in zip(grid.columns, heights, strict=True):
        top = (max(heights) - height) / 2
        for name in column:
            grid.tops[name] = top
            top += grid.height_of(name) + SPACE


def _measure(grid: _Grid, entry: int) -> Layout:
    sides = list(_sides(grid))
    corners = {name: (sides[rank][0], grid.tops[name] + MARGIN) for name, rank in grid.ranks.items()}
    arrows = [
        Arrow(source.name, target, _points(grid, source, target, sides, entry))
        for source in grid.boxes.values()
        for target in source.ports
    ]
    bottom = max(grid.tops[name] + grid.height_of(name) for name in grid.tops)
    return Layout(corners, arrows, round(sides[-1][1] + GAP / 2 + MARGIN), round(bottom + 2 * MARGIN))


def _sides(grid: _Grid) -> Iterator[tuple[float, float]]:
    """The left and the right edge of each column."""
    left = MARGIN + GAP / 2
    for column in grid.columns:
        width = max((grid.boxes[name].width for name in column if name in grid.boxes), default=0)
        yield left, left + width
        left += width + GAP


def _points(
    grid: _Grid, source: Box, target: str, sides: Sequence[tuple[float, float]], entry: int
) -> list[tuple[float, float]]:
    """Out of one side, along the lanes, into the other side; within one column out and in on the right."""
    first, last = grid.ranks[source.name], grid.ranks[target]
    begin_y = grid.tops[source.name] + MARGIN + source.ports[target]
    end_y = grid.tops[target] + MARGIN + entry
    near, far = (0, 1) if last > first else (1, 0)
    if first == last:
        return [(sides[first][1], begin_y), (sides[last][1], end_y)]
    points = [(sides[first][far], begin_y)]
    for column in _between(first, last):
        lane_y = grid.tops[_lane(source.name, target, column)] + MARGIN + LANE / 2
        points += [(sides[column][near], lane_y), (sides[column][far], lane_y)]
    return [*points, (sides[last][near], end_y)]
