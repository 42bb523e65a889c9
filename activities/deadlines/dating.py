"""Windows as the deadline: which of them count beside others, beside what goes on and beside days of the week."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from activities.deadlines.cell import Cell, dated_windows
from activities.deadlines.decision import Decision
from activities.deadlines.limits import in_order
from activities.deadlines.parts import Aside, BareDays, Except, Grain, Lag, Mode, Ongoing, Windows
from activities.deadlines.placing import Placed, PlanPeriod
from activities.deadlines.schedule import ScheduleKind, Window


def decide_dates(cell: Cell, plan: PlanPeriod, placed: list[Placed], ongoing: list[Ongoing]) -> Decision:
    """The windows of a cell as its deadline; adds flags and doubts to the cell."""
    placed = _narrowed(cell, placed)
    _check_weekdays(cell, placed)
    if cell.all(Except):
        cell.doubt("exception")
    if any(isinstance(item.part, BareDays | Lag) for item in cell.items):
        cell.doubt("unread_words")
    windows = in_order([one.window for one in placed])
    bounds = {one.mode in {Mode.UNTIL, Mode.BEFORE} for one in placed}
    if ongoing:
        windows = _beside_ongoing(cell, plan, windows, ongoing)
    if len(placed) > 1 and any(one.mode in {Mode.SINCE, Mode.AFTER} for one in placed):
        cell.doubt("open_end_beside")
    if len(bounds) == 2:
        cell.doubt("dates_and_deadlines")
    return Decision(ScheduleKind.DEADLINE if bounds == {True} else ScheduleKind.DATES, windows)


def _narrowed(cell: Cell, placed: list[Placed]) -> list[Placed]:
    """«II квартал (май)», «I квартал: январь, март»: of a window and what lies inside it, the inner one counts."""
    outer = [one for one in placed if any(_inside(other, one) for other in placed)]
    if not outer:
        return placed
    cell.doubt("narrowed")
    return [_opened(one, outer) for one in placed if one not in outer]


def _inside(one: Placed, other: Placed) -> bool:
    start = other.window.start
    if start is None or one.window == other.window:
        return False
    return start <= (one.window.start or one.window.due) and one.window.due <= other.window.due


def _opened(one: Placed, outer: list[Placed]) -> Placed:
    """A deadline inside a window begins where the window does."""
    if one.window.start is not None:
        return one
    around = next((other for other in outer if _inside(one, other)), None)
    if around is None:
        return one
    return replace(one, window=Window(around.window.start, one.window.due), mode=Mode.WITHIN)


def _beside_ongoing(cell: Cell, plan: PlanPeriod, windows: list[Window], ongoing: list[Ongoing]) -> list[Window]:
    """«в течение года (май, сентябрь)» means the months; «сентябрь, в течение года» goes on after September."""
    first_window = cell.place_of(dated_windows(cell)[0][0])
    later = [
        n
        for n, item in enumerate(cell.items)
        if isinstance(item.part, Ongoing)
        or (isinstance(item.part, Windows) and item.part.stretches[0].grain is Grain.YEAR)
    ]
    if ongoing[0].unit is not None:
        return windows
    cell.doubt("beside_ongoing")
    if later and later[0] > first_window and windows[-1].due < plan.end and not cell.items[first_window].bracketed:
        cell.flag("then_continuous")
        return [*windows, Window(windows[-1].due + timedelta(days=1), plan.end)]
    return windows


def _check_weekdays(cell: Cell, placed: list[Placed]) -> None:
    """A day of the week beside a date must be that date's."""
    named = {day for aside in cell.all(Aside) for day in aside.weekdays} | set(_weekdays_in_brackets(cell))
    if not named:
        return
    days = {one.window.due.weekday() for one in placed if one.stretch.grain is Grain.DAY}
    ends = {day.weekday() for one in placed for day in (one.window.start, one.window.due) if day is not None}
    if not days <= named <= days | ends:
        cell.flag("weekday_differs")
        cell.doubt("weekday_differs")


def _weekdays_in_brackets(cell: Cell) -> Iterator[int]:
    """«17(пт)-19(вс) мая»"""
    for item, _windows in dated_windows(cell):
        for bracket, day in pairwise(item.island.pieces):
            if bracket.kind == "OPEN" and day.kind == "WEEKDAY":
                yield day.value
