"""What a coordinator is asked about dates: to give one, to answer who asks for another, to confirm how one was read."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from activities.absences import list_principals
from activities.date_requests import DateRequest, list_date_requests
from activities.dating import NewDates, is_inside
from activities.deadlines.schedule import Confidence
from activities.occurrences import OPEN_STATES, OWED_STATES, Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.people import Person
from activities.plan_activities import Activity, list_activities
from activities.plans import Plan, PlanStatus, list_plans
from activities.roles import Role, list_all_holders


@dataclass(frozen=True, slots=True)
class DateWanted:
    """An occurrence without a date.

    Attributes:
        place: who is away, where the person acts in their place only; None where it is the person's own. So below.
        plan: whose year the date should lie in.
    """

    occurrence: Occurrence
    plan: Plan
    place: Person | None


@dataclass(frozen=True, slots=True)
class DateAsked:
    """Another date that somebody asks for.

    Attributes:
        is_inside: the planned window has it: then it is no postponement.
        approvers: who alone may move it there, where it is one.
        may_grant: whether the person is one of them, or need not be.
    """

    occurrence: Occurrence
    request: DateRequest
    is_inside: bool
    approvers: tuple[Person, ...]
    may_grant: bool
    place: Person | None


@dataclass(frozen=True, slots=True)
class DateDoubted:
    """A row whose deadline was read, and which nobody has looked at; its first days as they were read."""

    activity: Activity
    days: tuple[date, ...]
    place: Person | None


@dataclass(frozen=True, slots=True)
class DateQuestions:
    """All that a person is asked about dates in live plans, in the order of the plans."""

    wanted: tuple[DateWanted, ...] = ()
    asked: tuple[DateAsked, ...] = ()
    doubted: tuple[DateDoubted, ...] = ()

    def __len__(self) -> int:
        """How many questions there are."""
        return len(self.wanted) + len(self.asked) + len(self.doubted)

    def first(self, most: int) -> "DateQuestions":
        """The first of each sort."""
        return DateQuestions(self.wanted[:most], self.asked[:most], self.doubted[:most])

    def names(self) -> frozenset[str]:
        """Short ids of all that is asked about."""
        runs = [each.occurrence for each in self.wanted] + [each.occurrence for each in self.asked]
        return frozenset(each.short_id for each in runs) | {each.activity.short_id for each in self.doubted}


def list_date_questions(connection: Connection, office: Office, person: Person) -> DateQuestions:
    """What a person is asked as a coordinator, or as who stands in for one today."""
    asker = _Asker(connection, office, person)
    found = [asker.ask_about(each) for each in list_plans(connection) if each.status is PlanStatus.LIVE]
    return DateQuestions(
        wanted=tuple(each for one in found for each in one.wanted),
        asked=tuple(each for one in found for each in one.asked),
        doubted=tuple(each for one in found for each in one.doubted),
    )


class _Asker:
    """Asks one person about each plan."""

    def __init__(self, connection: Connection, office: Office, person: Person) -> None:
        self.connection = connection
        self.person = person
        self.away = list_principals(connection, person.id, office.today())
        self.requests = list_date_requests(connection)

    def ask_about(self, live: Plan) -> DateQuestions:
        """What is asked about one plan."""
        rows = [each for each in list_activities(self.connection, live.id) if each.removed_at is None]
        places = self.places({each.id for each in rows})
        runs = list_occurrences(self.connection, OccurrenceFilter(plan_id=live.id, states=OPEN_STATES))
        mine = [each for each in runs if each.activity_id in places]
        return DateQuestions(
            wanted=tuple(
                DateWanted(each, live, places[each.activity_id]) for each in mine if each.state == "awaiting_date"
            ),
            asked=tuple(self._asked(mine, places)),
            doubted=tuple(_doubted(rows, mine, places)),
        )

    def places(self, activity_ids: Collection[int]) -> dict[int, Person | None]:
        """Activity id → in whose place the person coordinates it; activities they do not are left out."""
        holders = list_all_holders(self.connection, Role.COORDINATOR, activity_ids)
        own: dict[int, Person | None] = {key: None for key, people in holders.items() if self.person in people}
        lent = {
            key: each
            for key, people in holders.items()
            for each in reversed(self.away)
            if key not in own and each in people
        }
        return own | lent

    def _asked(self, mine: Iterable[Occurrence], places: dict[int, Person | None]) -> Iterator[DateAsked]:
        waiting = [each for each in mine if each.id in self.requests and each.state in OWED_STATES]
        approvers = list_all_holders(self.connection, Role.APPROVER, {each.activity_id for each in waiting})
        for each in waiting:
            request, place = self.requests[each.id], places[each.activity_id]
            inside = is_inside(each, NewDates(request.wanted_on))
            able = approvers[each.activity_id]
            may_grant = inside or self.person in able or place in able
            yield DateAsked(each, request, inside, tuple(able), may_grant, place)


def _doubted(
    rows: Iterable[Activity], runs: Collection[Occurrence], places: dict[int, Person | None]
) -> Iterator[DateDoubted]:
    for each in rows:
        if each.id in places and each.needs_a_look and each.confidence is Confidence.CHECK:
            days = sorted({run.due_on for run in runs if run.activity_id == each.id and run.due_on})
            yield DateDoubted(each, tuple(days), places[each.id])


def list_settled(
    connection: Connection, office: Office, person: Person, names: Collection[str]
) -> tuple[list[Occurrence], list[Activity]]:
    """Of what a person coordinates, the occurrences and activities with these short ids, as they stand now."""
    asker = _Asker(connection, office, person)
    runs: list[Occurrence] = []
    rows: list[Activity] = []
    for each in list_plans(connection):
        if each.status is PlanStatus.LIVE:
            found = list_activities(connection, each.id)
            places = asker.places({row.id for row in found})
            rows += [row for row in found if row.short_id in names and row.id in places]
            of_plan = list_occurrences(connection, OccurrenceFilter(plan_id=each.id))
            runs += [run for run in of_plan if run.short_id in names and run.activity_id in places]
    return runs, rows
