"""What heads read each week and observers each month: the plan against what became of it.

Both are written on the first tick of their morning, or a day or two late where no worker ran; never twice, since the
letter's cause names the day or the month.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import Connection, bindparam, select

from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.people import Person
from activities.plans import PlanStatus
from activities.roles import Role, list_all_holders
from activities.tables import plan, role_grant
from activities.working_calendar import WorkingCalendar
from engine.prepared import Prepared
from notifications.mail.compose import Clerk, row_of
from notifications.mail.contexts import Context, Row
from notifications.mail.kinds import Kind
from notifications.mail.letters import list_written
from notifications.mail.preferences import Pace, Preference, get_preference
from notifications.mail.quiet import MORNING
from notifications.mail.summary_contexts import MonthlyReport, PlanMonth, WeeklySummary

LATEST = timedelta(days=2)
"""Who was down for longer sends no summary of a week or month that is half over."""
WEEK = timedelta(days=7)
MOST_ROWS = 12
_LOOK_BACK = 21
"""Days: the longest row of days off, the New Year's, and a week."""


def write_summaries(office: Office, domain: str) -> int:
    """Write the weekly and monthly letters that are due this morning; how many. Safe to repeat."""
    today = office.today()
    if not office.calendar.is_working(today) or office.store.clock.now() < office.calendar.at(today, MORNING):
        return 0
    clerk = Clerk(office, domain)
    return _write_weekly(clerk, today) + _write_monthly(clerk, today)


def _write_weekly(clerk: Clerk, today: date) -> int:
    calendar = clerk.office.calendar
    with clerk.office.store.read() as connection:
        days = {
            person_id: day
            for person_id in _list_holding(connection, Role.APPROVER)
            if (day := find_due_day(calendar, get_preference(connection, person_id, Kind.WEEKLY_SUMMARY), today))
        }
        done = {(key, day) for day in set(days.values()) for key in list_written(connection, f"weekly:{day}")}
        left = {key: day for key, day in days.items() if (key, day) not in done}
        theirs = _live_by_person(connection, Role.APPROVER) if left else {}
    told = [
        (person, summarise_week(person, found, today, calendar), f"weekly:{left[person.id]}")
        for person, found in theirs.items()
        if person.id in left
    ]
    return _write(clerk, Kind.WEEKLY_SUMMARY, told)


def find_due_day(calendar: WorkingCalendar, wanted: Preference, today: date) -> date | None:
    """The chosen day whose summary is due today, or None; of a day off, the next working day is its morning."""
    if wanted.pace is not Pace.WEEKLY:
        return None
    recent = (today - timedelta(days=back) for back in range(_LOOK_BACK))
    chosen = next((day for day in recent if wanted.comes_on(day.isoweekday())), today)
    morning = calendar.roll_forward(chosen)
    return chosen if morning <= today <= morning + LATEST else None


def summarise_week(
    person: Person, theirs: Iterable[Occurrence], today: date, calendar: WorkingCalendar
) -> WeeklySummary | None:
    """A head's week: what was finished, what is late, what comes; None where there is nothing to tell."""
    known = [each for each in theirs if not each.before_record]
    finished = [each for each in known if each.state == "accepted" and calendar.day_of(each.entered_at) >= today - WEEK]
    overdue = [each for each in known if each.is_overdue(today)]
    coming = [each for each in known if each.is_open and each.due_on and today <= each.due_on < today + WEEK]
    awaited = sum(each.state == "evidence_submitted" for each in known)
    if not (finished or overdue or coming or awaited):
        return None
    return WeeklySummary(
        name=person.name,
        day=today,
        finished=len(finished),
        awaited=awaited,
        accepted=sum(each.state == "accepted" for each in known),
        planned=sum(each.state != "cancelled" for each in known),
        overdue=_rows(overdue, today),
        overdue_more=max(len(overdue) - MOST_ROWS, 0),
        coming=_rows(coming, today),
        coming_more=max(len(coming) - MOST_ROWS, 0),
    )


def _write_monthly(clerk: Clerk, today: date) -> int:
    first = clerk.office.calendar.roll_forward(today.replace(day=1))
    if not first <= today <= first + LATEST:
        return 0
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    cause = f"monthly:{month:%Y-%m}"
    with clerk.office.store.read() as connection:
        left = _list_holding(connection, Role.OBSERVER) - list_written(connection, cause)
        theirs = _live_by_person(connection, Role.OBSERVER) if left else {}
        titles = {row.id: row.title for row in connection.execute(select(plan.c.id, plan.c.title))}
    told = [
        (person, report_month(person, found, month, today, titles), cause)
        for person, found in theirs.items()
        if person.id in left
    ]
    return _write(clerk, Kind.MONTHLY_REPORT, told)


def report_month(
    person: Person, theirs: Iterable[Occurrence], month: date, today: date, titles: Mapping[int, str]
) -> MonthlyReport | None:
    """An observer's month, plan against fact; None where nothing was due in it."""
    by_plan: dict[int, list[Occurrence]] = defaultdict(list)
    for each in theirs:
        due = each.planned_due_on or each.due_on
        if due and (due.year, due.month) == (month.year, month.month):
            by_plan[each.plan_id].append(each)
    plans = tuple(_plan_month(titles[key], found, today) for key, found in sorted(by_plan.items()))
    return MonthlyReport(person.name, month, plans) if plans else None


def _plan_month(title: str, due: Collection[Occurrence], today: date) -> PlanMonth:
    open_ = [each for each in due if each.is_open]
    return PlanMonth(
        title=title,
        planned=len(due),
        accepted=sum(each.state == "accepted" for each in due),
        not_performed=sum(each.state == "not_performed" for each in due),
        cancelled=sum(each.state == "cancelled" for each in due),
        submitted=sum(each.state == "evidence_submitted" for each in due),
        moved=sum(each.postponed > 0 for each in due),
        open=_rows(open_, today),
        open_more=max(len(open_) - MOST_ROWS, 0),
    )


def _list_holding(connection: Connection, role: Role) -> set[int]:
    """Row ids of those who hold a role on any scope: asked at each tick, so by one small query."""
    return {person_id for (person_id,) in _HOLDING.fetch(connection, {"role": role.value})}


_HOLDING = Prepared(
    select(role_grant.c.person_id)
    .where(role_grant.c.role == bindparam("role"), role_grant.c.revoked_at.is_(None))
    .distinct()
)


def _live_by_person(connection: Connection, role: Role) -> dict[Person, list[Occurrence]]:
    live = connection.execute(select(plan.c.id).where(plan.c.status == PlanStatus.LIVE.value)).scalars().all()
    found = [each for key in live for each in list_occurrences(connection, OccurrenceFilter(plan_id=key, parts=False))]
    holders = list_all_holders(connection, role, {each.activity_id for each in found})
    theirs: dict[Person, list[Occurrence]] = defaultdict(list)
    for each in found:
        for person in holders[each.activity_id]:
            theirs[person].append(each)
    return theirs


def _rows(found: Collection[Occurrence], today: date) -> tuple[Row, ...]:
    ordered = sorted(found, key=lambda each: (each.due_on or date.max, each.plan_id, each.position, each.id))
    return tuple(row_of(each, today) for each in ordered[:MOST_ROWS])


def _write(clerk: Clerk, kind: Kind, told: Iterable[tuple[Person, Context | None, str]]) -> int:
    written = 0
    for person, context, cause in told:
        if context is not None:
            with clerk.office.store.write() as work:
                written += clerk.write(work, kind, person, context, cause)
    return written
