"""Gives stretches of the calendar their years: from the text where it names them, else from the plan's period."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from activities.deadlines.parts import Edge, Grain, Mode, Nth, Stretch, Windows, Year
from activities.deadlines.schedule import Window

_ONE_DAY = timedelta(days=1)
_LONGEST_GUESSED = 250  # days: a longer range over New Year whose years are not written is more likely a slip


@dataclass(frozen=True, slots=True)
class PlanPeriod:
    """The plan's first and last day."""

    start: date
    end: date

    @property
    def is_school_year(self) -> bool:
        """Whether it runs from summer's end into the next year."""
        return self.start.month in {8, 9} and self.end.year == self.start.year + 1 and self.end.month in {5, 6, 7, 8}

    @property
    def is_calendar_year(self) -> bool:
        """Whether it is January to December."""
        return (self.start.month, self.start.day, self.end.month, self.end.day) == (1, 1, 12, 31)

    def holds(self, window: Window) -> bool:
        """Whether a window lies inside; an open start is the plan's own."""
        if window.start is None:
            return self.start <= window.due <= self.end
        return self.start <= window.start and window.due <= self.end

    def meets(self, window: Window) -> bool:
        """Whether a window has a day in common with the plan."""
        return (window.start or window.due) <= self.end and window.due >= self.start


@dataclass(frozen=True, slots=True)
class Placed:
    """A window with its years, the stretch it came from and what is doubtful about it."""

    window: Window
    stretch: Stretch
    mode: Mode
    doubts: tuple[str, ...] = ()


def place_windows(windows: Sequence[Windows], plan: PlanPeriod) -> list[Placed]:
    """All windows of a cell, in the order of the text. A year at the end of a list counts for what stands before it."""
    listed = [(stretch, found) for found in windows for stretch in found.stretches]
    placed: list[Placed] = []
    right: Placed | None = None
    for stretch, found in reversed(listed):
        right = _place(stretch, found.mode, plan, right)
        placed.append(replace(right, doubts=(*right.doubts, *right.stretch.doubts, *found.doubts)))
        right = right if _is_dated(stretch) or right.stretch.last_year is not None else None
    return placed[::-1]


def _is_dated(stretch: Stretch) -> bool:
    return stretch.last_year is not None and stretch.last_year.first is not None


def _place(stretch: Stretch, mode: Mode, plan: PlanPeriod, right: Placed | None) -> Placed:
    stretch = _as_planned(stretch, plan)
    years = _written_years(stretch, plan)
    if years is not None:
        return _bounded(stretch, mode, years, plan)
    if right is not None:
        return _beside(stretch, mode, plan, right)
    return _inferred(stretch, mode, plan)


def _as_planned(stretch: Stretch, plan: PlanPeriod) -> Stretch:
    """«I полугодие» of a school year's plan is September to December, the second January to May."""
    if stretch.in_school_year is None or not plan.is_school_year or _is_dated(stretch):
        return stretch
    return stretch.in_school_year


def _written_years(stretch: Stretch, plan: PlanPeriod) -> tuple[int, int] | None:
    """The years of both ends where the text names one; None where the plan must tell."""
    first = _year_of(stretch.year, stretch.first.month, plan)
    last = _year_of(stretch.last_year, stretch.last.month, plan)
    if first is None and last is None:
        return None
    crosses = _runs_over_new_year(stretch)
    if first is None:
        return (last or 0) - crosses, last or 0
    if last is None:
        return first, first + crosses
    same = stretch.year == stretch.last_year and stretch.grain is not Grain.RANGE
    return first, last + (crosses if same and first == last else 0)


def _year_of(year: Year | None, month: int, plan: PlanPeriod) -> int | None:
    if year is None:
        return None
    if year.shift:
        follows = Year(
            plan.end.year if year.school and plan.is_school_year else plan.start.year + 1, school=year.school
        )
        return follows.of_month(month)
    return year.of_month(month)


def _runs_over_new_year(stretch: Stretch) -> int:
    """1 where the last day stands before the first one in a year."""
    return int(_order(stretch.last, last=True) < _order(stretch.first, last=False))


def _order(edge: Edge, *, last: bool) -> tuple[int, int]:
    if isinstance(edge.day, Nth):
        return edge.month, 31 if last else 0
    return edge.month, edge.day if edge.day > 0 else 31 + edge.day


def _bounded(stretch: Stretch, mode: Mode, years: tuple[int, int], plan: PlanPeriod) -> Placed:
    """The window of a stretch in given years, as its mode bounds it."""
    try:
        start, end = stretch.first.on(years[0]), stretch.last.on(years[1])
    except ValueError:
        return Placed(Window(None, plan.end), stretch, mode, ("no_such_day",))
    doubts = () if start <= end else ("ends_before_start",)
    if mode in {Mode.UNTIL, Mode.BEFORE} and end == plan.start:
        doubts = ("due_at_start",)
    guessed = years[0] != years[1] and (stretch.year is None) != (stretch.last_year is None)
    if guessed and (end - start).days > _LONGEST_GUESSED and not plan.holds(Window(start, end)):
        doubts = ("ends_before_start",)
    match mode:
        case Mode.UNTIL:
            return Placed(Window(None, end), stretch, mode, doubts)
        case Mode.BEFORE:
            return Placed(Window(None, start - _ONE_DAY), stretch, mode, doubts)
        case Mode.SINCE:
            return Placed(Window(start, max(start, plan.end)), stretch, mode, doubts)
        case Mode.AFTER:
            return Placed(Window(end + _ONE_DAY, max(end + _ONE_DAY, plan.end)), stretch, mode, doubts)
        case _:
            return Placed(Window(start, end), stretch, mode, doubts)


def _in_year(stretch: Stretch, mode: Mode, year: int, plan: PlanPeriod) -> Placed:
    return _bounded(stretch, mode, (year, year + _runs_over_new_year(stretch)), plan)


def _beside(stretch: Stretch, mode: Mode, plan: PlanPeriod, right: Placed) -> Placed:
    """The year written at the end of a list, or the one before it where the plan or the order says so."""
    year = right.window.start.year if right.window.start is not None else right.window.due.year
    found = [_in_year(stretch, mode, candidate, plan) for candidate in (year, year - 1)]
    held = [placed for placed in found if plan.holds(placed.window)]
    if len(held) == 1:
        return _dated(held[0], year if held[0] is found[0] else year - 1)
    later = stretch.first.month > right.stretch.first.month
    return _dated(found[1], year - 1) if later and not held else _dated(found[0], year)


def _dated(placed: Placed, year: int) -> Placed:
    """With the year now known, so that what stands to the left takes it in turn."""
    return replace(placed, stretch=placed.stretch.in_year(Year(year)))


def _inferred(stretch: Stretch, mode: Mode, plan: PlanPeriod) -> Placed:
    """The year in which the window lies inside the plan; where there are several or none, the nearest, with a doubt."""
    if stretch.grain is Grain.RANGE and _runs_over_new_year(stretch) and stretch.first.month == stretch.last.month:
        return _with_doubt(_in_year(stretch, mode, plan.start.year, plan), "ends_before_start")
    found = [_in_year(stretch, mode, year, plan) for year in range(plan.start.year - 1, plan.end.year + 2)]
    found = [placed for placed in found if "no_such_day" not in placed.doubts] or found[:1]
    held = [placed for placed in found if plan.holds(placed.window)]
    if held:
        return held[0] if len(held) == 1 else _with_doubt(held[0], "year_assumed")
    begun = [p for p in found if plan.meets(p.window) and (p.window.start is None or p.window.start >= plan.start)]
    met = begun or [placed for placed in found if plan.meets(placed.window)]
    return _with_doubt((met or _after(found, plan))[0], "year_assumed")


def _after(found: list[Placed], plan: PlanPeriod) -> list[Placed]:
    return [placed for placed in found if placed.window.due > plan.end] or found[-1:]


def _with_doubt(placed: Placed, doubt: str) -> Placed:
    return replace(placed, doubts=(*placed.doubts, doubt))
