"""Puts the parts of a cell together: which is the deadline, which only narrows or remarks on it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeVar

from activities.deadlines.islands import Island
from activities.deadlines.parts import (
    Aside,
    BareDays,
    BarePortion,
    Except,
    Grain,
    Lag,
    Mode,
    Ongoing,
    Part,
    Quota,
    Remark,
    Rhythm,
    Stretch,
    Thereafter,
    Unit,
    Windows,
    Year,
)
from activities.deadlines.stretches import take_portion

PartType = TypeVar("PartType", bound=Part)

_SEPARATORS = {"COMMA", "DASH", "OPEN", "CLOSE", "SLASH", "MARK", "AND"}
_CAPTIONS = {"NOISE", "COUNTED", "TIMELIMIT", "DATEWORD", "MEASURE", "REQUEST", "OUTCOME", "PERIOD"}
_DATED = {"MONTH", "DATE", "DAYMONTH", "YEARS", "WEEKDAY"}
_PREPOSITIONS = {"V", "NA", "ZA", "S"}


@dataclass(frozen=True, slots=True)
class Item:
    """An island with what stands around it."""

    island: Island
    part: Part | None
    role: str
    bracketed: bool
    glued: bool  # nothing but white space before it and the part before
    joined: bool  # only «,» or «и» before it
    broken: bool  # a line break before it


@dataclass(slots=True)
class Cell:
    """The parts of a cell in the order of the text, and what is doubtful about reading it."""

    items: list[Item]
    doubts: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def all(self, kind: type[PartType]) -> list[PartType]:
        """The parts of one kind."""
        return [item.part for item in self.items if isinstance(item.part, kind)]

    def doubt(self, *codes: str) -> None:
        """Note doubts, each once."""
        self.doubts.extend(code for code in dict.fromkeys(codes) if code not in self.doubts)

    def flag(self, *codes: str) -> None:
        """Raise flags, each once."""
        self.flags.extend(code for code in dict.fromkeys(codes) if code not in self.flags)


def gather(islands: list[Island], text: str) -> Cell:
    """The items of a cell with their surroundings; what no rule read becomes a doubt."""
    cell = Cell(_items(islands, text))
    for item in cell.items:
        if any(piece.mended for piece in item.island.pieces):
            cell.flag("spelling_mended")
            cell.doubt("spelling_mended")
        if item.role == "unread":
            cell.doubt(_doubt_of(item.island.pieces[0].kind))
        elif item.island.pieces[0].kind == "SLASH":
            cell.doubt("alternatives")
    _doubt_numbers(cell)
    _doubt_remarks(cell)
    _pair_since_with_until(cell)
    _extend_until(cell)
    _inherit_days(cell)
    _attach_portions(cell)
    _attach_years(cell)
    _mend_lost_dash(cell)
    return cell


def _doubt_numbers(cell: Cell) -> None:
    """A date beside «№ 5» may be a document's; a month right after a number of something may belong to it."""
    kinds = [piece.kind for item in cell.items for piece in item.island.pieces]
    numbered = any(isinstance(part, Aside) and part.kind == "number" for part in cell.all(Aside)) and "OTHER" in kinds
    if numbered and any(one.grain is Grain.DAY for part in cell.all(Windows) for one in part.stretches):
        cell.doubt("document_date")
    parts = [item for item in cell.items if item.part is not None]
    for before, item in pairwise(parts):
        if isinstance(before.part, Aside) and before.part.kind == "number" and item.glued:
            cell.doubt("nothing_between")
    if not dated_windows(cell) and any(
        item.role == "unread" and item.island.pieces[0].kind == "NUM" for item in cell.items
    ):
        cell.doubt("numbers_unread")


def _doubt_remarks(cell: Cell) -> None:
    """A remark that holds a date, and a day that is still to be agreed."""
    for item in cell.items:
        if isinstance(item.part, Remark) and {piece.kind for piece in item.island.pieces} & _DATED:
            cell.doubt("date_in_remark")
    days = any(one.grain is Grain.DAY for part in cell.all(Windows) for one in part.stretches)
    if days and any(remark.flag == "date_to_be_agreed" for remark in cell.all(Remark)):
        cell.doubt("day_to_be_agreed")


def _doubt_of(kind: str) -> str:
    return {"NODAY": "no_such_day", "OR": "alternatives"}.get(kind, "unread_words")


def _items(islands: list[Island], text: str) -> list[Item]:
    items: list[Item] = []
    depth, gap, end = 0, [], 0
    islands = [Island(None, island.pieces) if _is_bare_year(island) else island for island in islands]
    for place, island in enumerate(islands):
        kind = island.pieces[0].kind
        if island.part is None:
            depth += {"OPEN": 1, "CLOSE": -1}.get(kind, 0)
            following = islands[place + 1].part if place + 1 < len(islands) else None
            items.append(Item(island, None, _role(kind, following), depth > 0, glued=False, joined=False, broken=False))
            gap.append(kind)
            continue
        broken = "\n" in text[end : island.pieces[0].start]
        joined = bool(gap) and set(gap) <= {"COMMA", "AND"}
        items.append(Item(island, island.part, _name(island.part), depth > 0, not gap and bool(end), joined, broken))
        gap, end = [], island.pieces[-1].end
    return items


def _is_bare_year(island: Island) -> bool:
    """«год» alone, or the «г.» of a town, names no year."""
    return len(island.pieces) == 1 and island.pieces[0].kind == "GOD"


def _role(kind: str, following: Part | None) -> str:
    """What a token outside all parts is: a separator, a caption, a preposition of what follows, or unread."""
    if kind in _SEPARATORS:
        return "separator"
    if kind in _CAPTIONS:
        return "caption"
    bound = (Windows, Rhythm, Quota, Aside, BarePortion, Ongoing, Remark)
    if kind in _PREPOSITIONS and isinstance(following, bound) and kind in {"V", "NA"}:
        return "preposition"
    return "unread"


def _name(part: Part) -> str:
    """The name of a part in the spans of a schedule."""
    match part:
        case Windows():
            is_year = all(stretch.grain is Grain.YEAR for stretch in part.stretches)
            return "period" if is_year else "window" if part.mode is Mode.WITHIN else "bound"
        case Rhythm() | BareDays() | Lag():
            return "rhythm"
        case Remark() | Aside():
            return part.flag if isinstance(part, Remark) else part.kind
        case BarePortion():
            return "window"
        case _:
            return type(part).__name__.lower()


def _replace_part(cell: Cell, item: Item, part: Part | None) -> None:
    place = next(n for n, other in enumerate(cell.items) if other is item)
    cell.items[place] = replace(item, part=part)


def _of(cell: Cell, kind: type[Part]) -> list[Item]:
    return [item for item in cell.items if isinstance(item.part, kind)]


def _is_year(windows: Windows) -> bool:
    return windows.mode is Mode.WITHIN and all(stretch.grain is Grain.YEAR for stretch in windows.stretches)


def _extend_until(cell: Cell) -> None:
    """«до 1 июня и 1 декабря»: the second day is a deadline too."""
    last: Windows | None = None
    for item in _of(cell, Windows):
        windows = item.part
        assert isinstance(windows, Windows)  # noqa: S101  (narrowing for the type checker)
        bound = last is not None and last.mode in {Mode.UNTIL, Mode.BEFORE} and item.joined
        plain = windows.mode is Mode.WITHIN and not _is_year(windows)
        if bound and plain and last is not None and windows.stretches[0].grain is last.stretches[-1].grain:
            windows = replace(windows, mode=last.mode, doubts=(*windows.doubts, "listed_deadlines"))
            _replace_part(cell, item, windows)
        last = windows


def _pair_since_with_until(cell: Cell) -> None:
    """«с 1 марта (приём заявок) по 15 апреля» with words between: one window."""
    found = [item for item in _of(cell, Windows) if isinstance(item.part, Windows)]
    for first, last in pairwise(found):
        one, two = first.part, last.part
        if not (isinstance(one, Windows) and isinstance(two, Windows)):
            continue
        if one.mode is Mode.SINCE and two.mode in {Mode.UNTIL, Mode.BEFORE} and len(one.stretches) == 1:
            run = one.stretches[0].run_to(two.stretches[0])
            _replace_part(cell, first, Windows((run, *two.stretches[1:]), doubts=("paired_bounds",)))
            _replace_part(cell, last, None)
            return


def _inherit_days(cell: Cell) -> None:
    """«до 15 апреля, июля, октября»: a month alone after a day in a list of deadlines may mean that day: asked."""
    last: Windows | None = None
    for item in _of(cell, Windows):
        windows = item.part
        if isinstance(windows, Windows):
            if (
                last is not None
                and item.joined
                and last.mode is Mode.UNTIL
                and windows.stretches[0].grain is Grain.MONTH
            ):
                day = last.stretches[-1]
                if day.grain is Grain.DAY and windows.mode is Mode.WITHIN and len(windows.stretches) == 1:
                    month = windows.stretches[0]
                    edge = replace(day.first, month=month.first.month)
                    same = Stretch(edge, edge, Grain.DAY, month.year, month.last_year)
                    windows = Windows((same,), Mode.UNTIL, ("same_day_of_months",))
                    _replace_part(cell, item, windows)
            last = windows


def _attach_portions(cell: Cell) -> None:
    """«май, 1-я декада»: the portion belongs to the one month beside it."""
    for item in _of(cell, BarePortion):
        place = cell.items.index(item)
        nearest = [other for other in reversed(cell.items[:place]) if isinstance(other.part, Windows)]
        nearest += [other for other in cell.items[place:] if isinstance(other.part, Windows)]
        part, portion = (nearest[0].part if nearest else None), item.part
        if not isinstance(portion, BarePortion):
            continue
        if isinstance(part, Windows) and part.stretches[-1].grain is Grain.MONTH:
            month = part.stretches[-1]
            taken = tuple(take_portion(one, month) for one in portion.portions)
            _replace_part(cell, nearest[0], replace(part, stretches=(*part.stretches[:-1], *taken)))
            _replace_part(cell, item, None)
        elif cell.all(Rhythm) and not any(rhythm.portions for rhythm in cell.all(Rhythm)):
            _replace_part(cell, item, Rhythm(Unit.MONTH, portions=portion.portions))
        else:
            _replace_part(cell, item, None)
            cell.doubt("portion_of_what")


def _attach_years(cell: Cell) -> None:
    """«май (2023)», «2023 год: май, сентябрь»: a year alone belongs to the windows that have none."""
    for item in _of(cell, Windows):
        part = item.part
        if not (isinstance(part, Windows) and _is_year(part) and len(part.stretches) == 1):
            continue
        year = part.stretches[0].year
        if year is None or year.first is None:
            continue
        if year.last is not None and not year.is_school:
            continue
        place = next(n for n, other in enumerate(cell.items) if other is item)
        before = [other for other in cell.items[:place] if _lacks_year(other)]
        after = [other for other in cell.items[place:] if _lacks_year(other)]
        for other in before or after:
            _give_year(cell, other, year)
        if before or after:
            _replace_part(cell, item, None)


def _lacks_year(item: Item) -> bool:
    part = item.part
    if not isinstance(part, Windows) or _is_year(part):
        return False
    return all(stretch.last_year is None for stretch in part.stretches)


def _give_year(cell: Cell, item: Item, year: Year) -> None:
    """The year goes to the last stretch; what stands before takes it from there."""
    part = item.part
    assert isinstance(part, Windows)  # noqa: S101  (narrowing for the type checker)
    last = part.stretches[-1]
    dated = replace(last, last_year=year) if last.grain is Grain.RANGE else last.in_year(year)
    if last.grain is Grain.RANGE and year.is_school:
        dated = last.in_year(year)
    _replace_part(cell, item, replace(part, stretches=(*part.stretches[:-1], dated)))


def _mend_lost_dash(cell: Cell) -> None:
    """«Май июнь 2022»: two neighbouring months with nothing between them are a range whose dash was lost."""
    for run in _glued_runs(cell):
        stretches = [item.part.stretches[0] for item in run if isinstance(item.part, Windows)]
        follows = len(run) == 2 and stretches[1].first.month == stretches[0].first.month % 12 + 1
        if not all(stretch.grain is Grain.MONTH for stretch in stretches):
            if all(item.broken for item in run[1:]):
                continue
            cell.doubt("nothing_between")
        elif follows and not run[1].broken:
            _replace_part(cell, run[0], Windows((stretches[0].run_to(stretches[1]),)))
            _replace_part(cell, run[1], None)
            cell.doubt("lost_dash")
        elif not run[1].broken and (len(run) == 2 or _are_neighbours(stretches)):
            cell.doubt("nothing_between")


def _are_neighbours(stretches: list[Stretch]) -> bool:
    """«май июнь июль» may be a list or a range."""
    return all(two.first.month == one.first.month % 12 + 1 for one, two in pairwise(stretches))


def _glued_runs(cell: Cell) -> Iterable[list[Item]]:
    """Runs of single windows with nothing between them."""
    run: list[Item] = []
    for item in [item for item in cell.items if item.part is not None]:
        windows = item.part
        single = isinstance(windows, Windows) and windows.mode is Mode.WITHIN and not _is_year(windows)
        if single and isinstance(windows, Windows) and len(windows.stretches) == 1 and run and item.glued:
            run.append(item)
            continue
        if len(run) > 1:
            yield run
        run = [item] if single and isinstance(windows, Windows) and len(windows.stretches) == 1 else []
    if len(run) > 1:
        yield run


def years_alone(cell: Cell) -> list[Ongoing]:
    """What goes on: «постоянно», and years that no window took («в течение 2023 года»)."""
    named = [stretch.year for part in cell.all(Windows) if _is_year(part) for stretch in part.stretches]
    numbers = [number for year in named if year for number in (year.first, year.last) if number is not None]
    if len(named) > 1 and numbers:
        named = [Year(min(numbers), max(numbers))]
    return [*(Ongoing(year) for year in named), *cell.all(Ongoing)]


def dated_windows(cell: Cell) -> list[Item]:
    """The items that hold windows with a place in the calendar, not whole years."""
    return [item for item in _of(cell, Windows) if isinstance(item.part, Windows) and not _is_year(item.part)]


__all__ = ["Aside", "Cell", "Except", "Item", "Quota", "Thereafter", "dated_windows", "gather", "years_alone"]
