"""An office with a plan of a row for every sort of deadline, on each database."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from activities.acting import Actor
from activities.decisions import Decision, DecisionRequest, Verdict, decide
from activities.enrolment import NewPerson, enrol
from activities.evidence import Evidence, add_file
from activities.evidence_folder import EvidenceFolder
from activities.guards import GUARDS
from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences, resolve_occurrence
from activities.office import Office
from activities.parties import get_party, set_contact
from activities.people import Person
from activities.plan_import import ImportedPlan, import_plan
from activities.plan_launch import Launch, launch_plan
from activities.plans import Plan
from activities.roles import Role, Scope
from activities.submissions import Submission, SubmissionDetails, find_open_submission, submit
from activities.working_calendar import WorkingCalendar
from engine.clock import VirtualClock
from engine.database import open_database
from engine.execution import Execution
from engine.registry import Registry
from engine.tables import history, ladder, metadata
from engine.unit_of_work import SilentBell, Store

MOSCOW = ZoneInfo("Europe/Moscow")

PLAN = """План работы опорного центра на 2026 год

I. Документы
1.1 | Подготовить справку об охвате кружками | Школа № 12 | справка | до 20 марта
1.2 | Провести семинар для наставников | РМЦ, Дом творчества | программа | апрель
1.3 | Направить отчёт | Управление образования | отчёт | до 15 января
II. Работа в течение года
2.1 | Вести страницу центра | МОЦ | страница | в течение года
2.2 | Организовать открытые занятия | МОЦ, Школа № 12 | программа | не менее 3 раз в течение года
2.3 | Готовить ответы на обращения | МОЦ | ответы | по запросу
2.4 | Собрать координационный совет | Управление образование | протокол | по отдельному графику
2.5 | Публиковать обзор | Дом творчества | публикация | ежемесячно
2.6 | Направить сводную заявку | Школа № 12 | заявка | 17 апереля 2026 г.
"""


def write_plan(path: Path, text: str = PLAN) -> Path:
    """A plan as text in which a tab stands before each cell."""
    title, _, rest = text.partition("\n\n")
    lines = ["№ | Мероприятие | Ответственный | Результат | Срок", *rest.splitlines()]
    rows = ["\n".join(f"\t{cell.strip()}" for cell in line.split("|")) for line in lines if line.strip()]
    path.write_text(f"{title}\n\n" + "\n\n".join(rows) + "\n", encoding="utf-8")
    return path


@dataclass
class Desk:
    """What tests do at an office, in words.

    Attributes:
        mary: coordinates. `head` and `deputy` approve. `paul` answers for school 12, `ann` for the house of
            creativity, `olga` observes. Nobody answers for the centre itself.
    """

    office: Office
    clock: VirtualClock
    folder: Path
    mary: Person
    head: Person
    deputy: Person
    paul: Person
    ann: Person
    olga: Person

    def actor(self, person: Person, on_behalf_of: Person | None = None) -> Actor:
        """The person at the command line."""
        return Actor(person, "cli", on_behalf_of=on_behalf_of, os_user="tester")

    def document(self, text: str) -> Path:
        """A plan as a file."""
        return write_plan(self.folder / f"plan-{len(list(self.folder.glob('plan-*')))}.txt", text)

    def bring(self, text: str = PLAN, **options: Any) -> ImportedPlan:
        """Import a plan as the coordinator."""
        path = self.document(text)
        return import_plan(self.office, self.actor(self.mary), path, **options)

    def write(self, name: str) -> Path:
        """The plan's document, not imported."""
        return write_plan(self.folder / name)

    def launch(self, plan: Plan, from_on: date | None = None) -> Launch:
        """Launch a draft as the coordinator."""
        return launch_plan(self.office, self.actor(self.mary), plan, from_on)

    def occurrence(self, reference: str) -> Occurrence:
        """What a reference names, as it stands."""
        with self.office.store.read() as connection:
            return resolve_occurrence(connection, reference)

    def occurrences(self, **wanted: Any) -> list[Occurrence]:
        """What a filter asks for."""
        with self.office.store.read() as connection:
            return list_occurrences(connection, OccurrenceFilter(**wanted))

    def add(self, reference: str, by: Person, content: bytes = b"protocol", name: str = "протокол.txt") -> Evidence:
        """Add a file."""
        target = self.occurrence(reference).id
        stream = io.BytesIO(content)
        return add_file(self.office, self.actor(by), target, stream, name=name)

    def hand_in(self, reference: str, by: Person, on_behalf_of: Person | None = None, **details: Any) -> Submission:
        """Add a file and submit."""
        self.add(reference, by)
        actor = self.actor(by, on_behalf_of)
        return submit(self.office, actor, self.occurrence(reference).id, SubmissionDetails(**details))

    def waiting(self, reference: str) -> Submission | None:
        """The submission that waits for a decision."""
        with self.office.store.read() as connection:
            return find_open_submission(connection, self.occurrence(reference).id)

    def decide(
        self,
        sealed: Submission,
        by: Person,
        verdict: Verdict = Verdict.ACCEPT,
        on_behalf_of: Person | None = None,
        **more: Any,
    ) -> Decision:
        """Decide on exactly this submission."""
        request = DecisionRequest(sealed.id, sealed.manifest_digest, verdict, **more)
        return decide(self.office, self.actor(by, on_behalf_of), request)

    def events(self, reference: str) -> list[str]:
        """The events in the history of an occurrence."""
        with self.office.store.read() as connection:
            wanted = select(history.c.event).where(history.c.instance_id == self.occurrence(reference).instance_id)
            return list(connection.execute(wanted.order_by(history.c.revision)).scalars())

    def ladders(self, reference: str) -> dict[str, str]:
        """The next rung of each armed ladder."""
        with self.office.store.read() as connection:
            armed = select(ladder.c.name, ladder.c.rung).where(
                ladder.c.instance_id == self.occurrence(reference).instance_id
            )
            return {row.name: row.rung for row in connection.execute(armed)}

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        with self.office.store.read() as connection:
            return list(connection.execute(select(table)).all())


def _furnish(office: Office, clock: VirtualClock, folder: Path) -> Desk:
    def person(email: str, name: str, role: Role | None = None) -> Person:
        return enrol(office, chief, NewPerson(email, name), role, Scope())

    chief = None
    mary = person("mary@moc.example", "Зимина Мария Львовна", Role.COORDINATOR)
    chief = Actor(mary, "cli")
    return Desk(
        office=office,
        clock=clock,
        folder=folder,
        mary=mary,
        head=person("head@moc.example", "Орлова Нина Петровна", Role.APPROVER),
        deputy=person("deputy@moc.example", "Титов Олег Ильич", Role.APPROVER),
        paul=person("paul@school12.example", "Павлов Павел Ильич"),
        ann=person("ann@house.example", "Смирнова Анна Юрьевна"),
        olga=person("olga@office.example", "Власова Ольга Юрьевна", Role.OBSERVER),
    )


@pytest.fixture
def empty_desk(database_url: str, tmp_path: Path, clock: VirtualClock) -> Iterator[Desk]:
    """An office with its people and no plan; it is Monday, 2 March 2026."""
    engine = open_database(database_url)
    metadata.create_all(engine)
    calendar = WorkingCalendar(MOSCOW)
    execution = Execution(Registry(GUARDS, lambda _key: calendar))
    office = Office(Store(engine, clock, SilentBell()), execution, EvidenceFolder(tmp_path / "evidence"), calendar)
    yield _furnish(office, clock, tmp_path)
    engine.dispose()


@pytest.fixture
def draft(empty_desk: Desk) -> Plan:
    """The imported plan, with the contacts of its parties."""
    plan = empty_desk.bring().plan
    with empty_desk.office.store.read() as connection:
        named = [
            (get_party(connection, "Школа № 12").id, empty_desk.paul.id),
            (get_party(connection, "Дом творчества").id, empty_desk.ann.id),
        ]
    for party_id, person_id in named:
        set_contact(empty_desk.office, party_id, person_id)
    return plan


@pytest.fixture
def desk(empty_desk: Desk, draft: Plan) -> Desk:
    """An office whose plan is live since 2 March 2026."""
    empty_desk.launch(draft)
    return empty_desk


@pytest.fixture
def at(clock: VirtualClock) -> Callable[..., None]:
    """Set the clock on the office's wall: `at(2026, 4, 1, 9)`."""

    def move(year: int, month: int, day: int, hour: int = 9) -> None:
        clock.set(datetime(year, month, day, hour, tzinfo=MOSCOW).astimezone(UTC))

    return move
