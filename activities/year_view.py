"""A plan's year at a glance: how much falls due in each month. Pure but for reading the plan."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from activities.expansion import expand
from activities.importing import PlanReading
from activities.occurrences import OccurrenceFilter, list_occurrences
from activities.period import Period
from activities.plan_activities import list_activities
from activities.plans import Plan, PlanStatus
from activities.relations import expand_followers, list_relations
from activities.rhythm import Rhythm, reporting_periods
from activities.working_calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class MonthLoad:
    """A month of the plan, by its first day in it, and how much falls due then."""

    month: date
    due: int


@dataclass(frozen=True, slots=True)
class YearView:
    """The months of a plan in order; beside them, what falls due outside its period, and what has no date yet."""

    months: tuple[MonthLoad, ...]
    outside: int
    undated: int


def count_by_month(due: Iterable[date | None], period: Period) -> YearView:
    """How much of what falls due on these days (None: not dated yet) falls into each month of a period."""
    days = list(due)
    inside = Counter((day.year, day.month) for day in days if day and period.contains(day))
    months = tuple(
        MonthLoad(each.days.starts_on, inside[each.days.starts_on.year, each.days.starts_on.month])
        for each in reporting_periods(period, Rhythm.MONTH)
    )
    undated = sum(day is None for day in days)
    return YearView(months, len(days) - undated - inside.total(), undated)


def view_reading(reading: PlanReading, calendar: WorkingCalendar) -> YearView:
    """The year of a document, reported in the rhythm that a plan has at first."""
    due = (
        run.due_on
        for each in reading.activities
        for run in expand(each.schedule, each.proposal.kind, reading.period, Rhythm.QUARTER, calendar)
    )
    return count_by_month(due, reading.period)


def view_plan(connection: Connection, plan: Plan, calendar: WorkingCalendar) -> YearView:
    """The year of a stored plan: of a draft as it would be launched, else of what it runs, without the cancelled."""
    due = _planned(connection, plan, calendar) if plan.status is PlanStatus.DRAFT else _running(connection, plan)
    return count_by_month(due, plan.period)


def _planned(connection: Connection, plan: Plan, calendar: WorkingCalendar) -> Iterator[date | None]:
    rows = list_activities(connection, plan.id)
    planned = {each.id: expand(each.schedule, each.kind, plan.period, plan.rhythm, calendar) for each in rows}
    kinds = {each.id: each.kind for each in rows}
    followed = expand_followers(planned, kinds, list_relations(connection, plan.id), calendar)
    return (run.due_on for runs in followed.values() for run in runs)


def _running(connection: Connection, plan: Plan) -> Iterator[date | None]:
    runs = list_occurrences(connection, OccurrenceFilter(plan_id=plan.id, parts=False))
    return (each.due_on for each in runs if each.state != "cancelled")
