"""A cell as its parts in the order of the text, each with what stands around it, and the doubts about reading it."""

from dataclasses import dataclass, field
from typing import TypeVar

from activities.deadlines.islands import Island
from activities.deadlines.parts import (
    Aside,
    BareDays,
    BarePortion,
    Grain,
    Lag,
    Mode,
    Ongoing,
    Part,
    Quota,
    Remark,
    Rhythm,
    Windows,
    Year,
)

PartType = TypeVar("PartType", bound=Part)

_SEPARATORS = {"COMMA", "DASH", "OPEN", "CLOSE", "SLASH", "MARK", "AND"}
_CAPTIONS = {"NOISE", "COUNTED", "TIMELIMIT", "DATEWORD", "MEASURE", "REQUEST", "OUTCOME", "FINISH", "PERIOD"}
_PREPOSITIONS = {"V", "NA"}


@dataclass(slots=True, eq=False)
class Item:
    """An island with what stands around it; its part becomes None where another item took what it said."""

    island: Island
    part: Part | None
    role: str
    bracketed: bool
    glued: bool  # nothing but white space before it and the part before
    joined: bool  # only «,» or «и» before it
    broken: bool  # a line break before it

    @property
    def kind(self) -> str:
        """The terminal that it begins with."""
        return self.island.pieces[0].kind

    @property
    def says_one_time(self) -> bool:
        """Whether exactly one clock time stands in it."""
        return [piece.kind in {"TIME", "HOURS"} for piece in self.island.pieces].count(True) == 1

    def is_mark(self, sign: str) -> bool:
        """Whether it is that punctuation mark."""
        return bool(self.island.pieces[0].value == sign)


@dataclass(slots=True)
class Cell:
    """The parts of a cell in the order of the text, and what is doubtful about reading it."""

    items: list[Item]
    doubts: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def all(self, kind: type[PartType]) -> list[PartType]:
        """The parts of one kind."""
        return [item.part for item in self.items if isinstance(item.part, kind)]

    def place_of(self, item: Item) -> int:
        """Where an item stands."""
        return self.items.index(item)

    def doubt(self, *codes: str) -> None:
        """Note doubts, each once."""
        self.doubts.extend(code for code in dict.fromkeys(codes) if code not in self.doubts)

    def flag(self, *codes: str) -> None:
        """Raise flags, each once."""
        self.flags.extend(code for code in dict.fromkeys(codes) if code not in self.flags)


def items_of(islands: list[Island], text: str) -> list[Item]:
    """The items of a cell with their surroundings."""
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
    if kind in _PREPOSITIONS and isinstance(following, bound):
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


def windows_of(cell: Cell) -> list[tuple[Item, Windows]]:
    """The items that hold windows, with them."""
    return [(item, item.part) for item in cell.items if isinstance(item.part, Windows)]


def is_year(windows: Windows) -> bool:
    """Whether nothing but years is named."""
    return windows.mode is Mode.WITHIN and all(stretch.grain is Grain.YEAR for stretch in windows.stretches)


def dated_windows(cell: Cell) -> list[tuple[Item, Windows]]:
    """The items that hold windows with a place in the calendar, not whole years, with them."""
    return [(item, windows) for item, windows in windows_of(cell) if not is_year(windows)]


def years_alone(cell: Cell) -> list[Ongoing]:
    """What goes on: «постоянно», and years that no window took («в течение 2023 года»)."""
    named = [stretch.year for part in cell.all(Windows) if is_year(part) for stretch in part.stretches]
    numbers = [number for year in named if year for number in (year.first, year.last) if number is not None]
    if len(named) > 1 and numbers:
        named = [Year(min(numbers), max(numbers))]
    return [*(Ongoing(year) for year in named), *cell.all(Ongoing)]
