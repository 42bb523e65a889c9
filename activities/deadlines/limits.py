"""Within which time something happens: the windows or years that a cell names, else the plan's own period."""

from datetime import date

from activities.deadlines.cell import Cell
from activities.deadlines.parts import Mode, Ongoing, Unit, Year
from activities.deadlines.placing import Placed, PlanPeriod
from activities.deadlines.schedule import Window


def limits_of(cell: Cell, plan: PlanPeriod, ongoing: list[Ongoing], placed: list[Placed] | None = None) -> list[Window]:
    """The windows that bound a rhythm, a quota or what goes on; the plan's own period where none is named."""
    if placed:
        return in_order([limit for one in placed for limit in _folded(one, plan)])
    for found in ongoing:
        return _scope(cell, plan, found)
    return [Window(plan.start, plan.end)]


def _folded(one: Placed, plan: PlanPeriod) -> list[Window]:
    """«с сентября по май» bounding a rhythm in a calendar year's plan: January to May and September to December."""
    window = one.window
    if "year_assumed" not in one.doubts or window.start is None or plan.holds(window) or one.mode is not Mode.WITHIN:
        return [window]
    if window.start > plan.end or window.due.year == window.start.year or not plan.is_calendar_year:
        return [window]
    return [Window(plan.start, window.due.replace(year=plan.start.year)), Window(window.start, plan.end)]


def _scope(cell: Cell, plan: PlanPeriod, ongoing: Ongoing) -> list[Window]:
    whole = Window(plan.start, plan.end)
    if ongoing.unit is not None:
        return _unit_scope(cell, plan, ongoing.unit)
    year = ongoing.year
    if year is None or (year == Year()):
        return [whole]
    if year.school and year.first is None and not year.shift:
        return _teaching_months(cell, plan)
    return _named_year(cell, plan, year)


def _unit_scope(cell: Cell, plan: PlanPeriod, unit: Unit) -> list[Window]:
    """«в течение квартала» means the plan's own period only where the plan is that long."""
    length = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.QUARTER: 92, Unit.HALF: 184}.get(unit, 0)
    days = (plan.end - plan.start).days + 1
    if length * 0.9 - 1 <= days <= length:
        return [Window(plan.start, plan.end)]
    cell.doubt("which_period")
    return []


def _teaching_months(cell: Cell, plan: PlanPeriod) -> list[Window]:
    if not plan.is_calendar_year:
        return [Window(plan.start, plan.end)]
    cell.doubt("teaching_months")
    year = plan.start.year
    return [Window(plan.start, date(year, 5, 31)), Window(date(year, 9, 1), plan.end)]


def _named_year(cell: Cell, plan: PlanPeriod, year: Year) -> list[Window]:
    """The named years, cut to the plan where they meet it."""
    if year.first is None:
        first = plan.end.year if year.school and plan.is_school_year else plan.start.year + 1
        year = Year(first, first + 1 if year.school else None)
    first = year.first or plan.start.year
    taught = year.is_school and (year.school or plan.is_school_year)
    if taught:
        named = Window(date(first, 9, 1), date(first + 1, 8, 31))
    else:
        named = Window(date(first, 1, 1), date(year.last or first, 12, 31))
    if not plan.meets(named):
        return [named]
    start = max(plan.start, named.start or plan.start)
    cut = Window(start, min(plan.end, named.due))
    if cut != Window(plan.start, plan.end) or (named.due > plan.end and not taught):
        cell.doubt("cut_to_plan")
    return [cut]


def in_order(windows: list[Window]) -> list[Window]:
    """Windows by their last day, each once."""
    return sorted(dict.fromkeys(windows), key=lambda window: (window.due, window.start or date.min))
