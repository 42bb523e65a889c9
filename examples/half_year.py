"""Half a year of a support centre, lived through the production code under a clock that is moved.

People act as people do: most hand in on time, some late, some never; the head decides on Tuesdays and Thursdays and
sends some of it back; a few things are not held or are moved. Who does what follows from the row's id alone, so that
the demo looks the same each time.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, time, timedelta
from pathlib import Path

from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide
from activities.evidence import add_file, add_link
from activities.manifest import OutcomeReason
from activities.occurrences import OWED_STATES, Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.people import Person
from activities.roles import Role, list_holders
from activities.steps import NewDates, postpone, set_date
from activities.submissions import SubmissionDetails, find_open_submission, report_outcome, submit
from engine.clock import FileClock
from engine.errors import OporaError

MORNING, AFTERNOON = time(8, 30), time(15, 0)
DECISION_DAYS = (1, 3)  # Tuesday and Thursday
EVIDENCE = {
    "protokol.txt": "protokol-koordsovet-2026-03.txt",
    "spravka.pdf": "spravka-uchastie-2026-02.pdf",
    "foto.png": "foto-konkurs-2026-04.png",
}


def live(office: Office, clock: FileClock, last_day: date, tick: Callable[[], object]) -> None:
    """Move the clock from now to the morning of `last_day`, working each working day.

    Args:
        office: the installation.
        clock: the file clock that all its processes read.
        last_day: where the story stops.
        tick: runs what is due, as the worker would.
    """
    staff = _Staff(office)
    for day in _days(office.today() + timedelta(days=1), last_day):
        clock.set(office.calendar.at(day, MORNING))
        tick()
        if office.calendar.is_working(day):
            clock.set(office.calendar.at(day, AFTERNOON))
            staff.work(day)
            tick()
    clock.set(office.calendar.at(last_day, MORNING))
    tick()


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days):
        yield first + timedelta(days=offset)


class _Staff:
    """Everyone who works on the plan."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def work(self, day: date) -> None:
        """One afternoon."""
        for each in self._occurrences():
            # A refusal is part of life: the row waits for someone else.
            with suppress(OporaError):
                self._do(each, day)

    def _occurrences(self) -> list[Occurrence]:
        with self.office.store.read() as connection:
            return list_occurrences(
                connection, OccurrenceFilter(states=("awaiting_date", "evidence_submitted", *OWED_STATES))
            )

    def _do(self, each: Occurrence, day: date) -> None:
        if each.state == "evidence_submitted":
            if day.weekday() in DECISION_DAYS:
                self._decide(each)
        elif each.state == "awaiting_date":
            self._agree_on_a_date(each, day)
        elif each.state == "returned":
            if day - self.office.calendar.day_of(each.entered_at) >= timedelta(days=3):
                self._hand_in(each, day, version=2)
        elif each.due_on is not None and each.starts_on is not None:
            self._owe(each, day, each.due_on)

    def _owe(self, each: Occurrence, day: date, due_on: date) -> None:
        """Ten sorts of people: most in time, one late, one who moves the date, one who never answers."""
        sort = each.id % 10
        if sort == 9 or each.before_record:
            return
        if sort == 8 and not each.postponed and day == due_on - timedelta(days=4):
            dates = NewDates(ends_on=due_on + timedelta(days=21))
            head = self._actor(Role.APPROVER, each)
            postpone(self.office, head, each.id, dates, reason="перенос по просьбе школ", basis="приказ № 47-о")
        elif sort == 7 and day >= due_on - timedelta(days=1) and each.kind == "event" and each.id % 20 == 7:
            someone = self._actor(Role.RESPONSIBLE, each)
            report_outcome(self.office, someone, each.id, OutcomeReason.NOT_HELD, "Карантин в школах района.")
        elif day >= due_on + timedelta(days=9 if sort == 6 else -1 - sort % 3):
            self._hand_in(each, day, version=1)

    def _hand_in(self, each: Occurrence, day: date, version: int) -> None:
        someone = self._actor(Role.RESPONSIBLE, each)
        name, source = list(EVIDENCE.items())[(each.id + version) % len(EVIDENCE)]
        with (Path(__file__).parent / "evidence" / source).open("rb") as stream:
            add_file(self.office, someone, each.id, stream, name=f"{each.key}-{name}")
        if each.id % 4 == 0:
            add_link(self.office, someone, each.id, f"https://parus.example.org/news/{each.id}")
        details = SubmissionDetails(
            note="Проведено, материалы приложены.", document_on=day, numbers={"участники": 12 + each.id % 30}
        )
        submit(self.office, someone, each.id, details)

    def _decide(self, each: Occurrence) -> None:
        with self.office.store.read() as connection:
            waiting = find_open_submission(connection, each.id)
        if waiting is None:
            return
        again = waiting.version == 1 and each.id % 6 == 5
        request = DecisionRequest(
            submission_id=waiting.id,
            manifest_digest=waiting.manifest_digest,
            verdict=Verdict.RETURN if again else Verdict.ACCEPT,
            remark="Нет списка участников, приложите его." if again else "",
        )
        decide(self.office, self._actor(Role.APPROVER, each), request)

    def _agree_on_a_date(self, each: Occurrence, day: date) -> None:
        """Each month the coordinator settles one of the dates that the plan left open."""
        if day.day <= 7 and day.weekday() == 0 and each.id % 6 == day.month % 6:
            held_on = self.office.calendar.roll_forward(day + timedelta(days=17))
            set_date(self.office, self._actor(Role.COORDINATOR, each), each.id, NewDates(ends_on=held_on))

    def _actor(self, role: Role, each: Occurrence) -> Actor:
        with self.office.store.read() as connection:
            holders: list[Person] = list_holders(connection, role, each.activity_id)
        return Actor(holders[each.id % len(holders)], channel="cli")
