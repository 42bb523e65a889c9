"""What a plan that was lived through asks of people, gathered from the scratch database."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.parties import Party
from activities.people import Person, list_people
from activities.plan_overview import PlanOverview, gather_overview
from activities.plans import Plan
from activities.roles import Role, list_holders
from notifications.mail.letters import LetterState
from notifications.tables import letter

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Load:
    """So many letters, or rows to decide on, for one person in one week.

    Args:
        week_on: its Monday.
    """

    person: Person
    week_on: date
    count: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a plan will ask of people between two days.

    Attributes:
        letters: letters a person and week, by person.
        unwritten: active people who would get no letter at all.
        on_days_off: occurrences due on a day off; they become overdue only on the working day after.
        to_decide: rows due a week, for each who approves them, the fullest week first.
        idle_weeks: Mondays of the weeks in which nothing begins, is held for a day or falls due.
        undated: occurrences that still wait for a date at the end.
        unconfirmed: occurrences of a reading that nobody has confirmed, so that only coordinators hear of them.
        before_record: occurrences due before the day of launch; nothing is sent for them.
        without_contact: parties of which work is asked and whom nobody knows how to write to.
        missing_roles: roles without which the plan stands still.
    """

    occurrences: int
    letters: Sequence[Load]
    unwritten: Sequence[Person]
    on_days_off: Sequence[Occurrence]
    to_decide: Sequence[Load]
    idle_weeks: Sequence[date]
    undated: Sequence[Occurrence]
    unconfirmed: Sequence[Occurrence]
    before_record: Sequence[Occurrence]
    without_contact: Sequence[Party]
    missing_roles: Sequence[Role]


def gather_outlook(office: Office, plan: Plan, starts_on: date, until: date) -> Outlook:
    """Look at a scratch installation after its last tick.

    Args:
        office: of the scratch installation.
        plan: the plan that was lived through.
        starts_on: the first day lived through.
        until: the last one.
    """
    with office.store.read() as connection:
        overview = gather_overview(connection, plan, office.working_day())
        runs = [
            each for each in list_occurrences(connection, OccurrenceFilter(plan_id=plan.id)) if not each.before_record
        ]
        letters = _count_letters(connection, office)
        due = [each for each in runs if each.due_on is not None and starts_on <= each.due_on <= until]
        return Outlook(
            occurrences=sum(overview.states.values()),
            letters=letters,
            unwritten=_unwritten(connection, letters),
            on_days_off=[each for each in due if each.due_on and not office.calendar.is_working(each.due_on)],
            to_decide=_count_decisions(connection, due),
            idle_weeks=_idle_weeks(runs, starts_on, until),
            undated=[each for each in runs if each.state == "awaiting_date"],
            unconfirmed=[each for each in runs if not each.is_confirmed],
            before_record=overview.before_record,
            without_contact=_without_contact(overview),
            missing_roles=overview.missing_roles,
        )


def _count_letters(connection: Connection, office: Office) -> list[Load]:
    sent = select(letter.c.person_id, letter.c.sent_at).where(letter.c.state == LetterState.SENT.value)
    counted = Counter((row.person_id, _monday(office.calendar.day_of(row.sent_at))) for row in connection.execute(sent))
    people = {each.id: each for each in list_people(connection)}
    loads = [Load(people[person_id], week_on, count) for (person_id, week_on), count in counted.items()]
    return sorted(loads, key=lambda each: (each.person.name, each.person.id, each.week_on))


def _unwritten(connection: Connection, letters: Iterable[Load]) -> list[Person]:
    written = {each.person.id for each in letters}
    return [each for each in list_people(connection) if each.active and each.id not in written]


def _count_decisions(connection: Connection, due: Iterable[Occurrence]) -> list[Load]:
    """Rows that fall due, for each who may decide on them; what nobody approves is among the missing roles."""
    approvers: dict[int, list[Person]] = {}
    counted: Counter[tuple[Person, date]] = Counter()
    for each in due:
        if each.activity_id not in approvers:
            approvers[each.activity_id] = list_holders(connection, Role.APPROVER, each.activity_id)
        counted.update((person, _monday(each.due_on)) for person in approvers[each.activity_id] if each.due_on)
    loads = [Load(person, week_on, count) for (person, week_on), count in counted.items()]
    return sorted(loads, key=lambda each: (-each.count, each.week_on, each.person.name))


def _idle_weeks(runs: Iterable[Occurrence], starts_on: date, until: date) -> list[date]:
    busy = {_monday(day) for each in runs for day in (each.starts_on, each.ends_on, each.due_on) if day is not None}
    return [week_on for week_on in _weeks(starts_on, until) if week_on not in busy]


def _weeks(starts_on: date, until: date) -> Iterator[date]:
    week_on = _monday(starts_on)
    while week_on <= until:
        yield week_on
        week_on += _WEEK


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _without_contact(overview: PlanOverview) -> list[Party]:
    return [each.party for each in overview.parties if each.lacks_contact]
