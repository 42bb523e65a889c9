"""An office with a plan of a row for every sort of deadline, on each database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from activities.acting import Actor
from activities.decisions import Decision, DecisionRequest, Verdict, decide
from activities.enrolment import NewPerson, enrol, give_role
from activities.occurrences import OPEN_STATES, Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.parties import get_party, set_contact
from activities.people import Person
from activities.plan_import import ImportedPlan, import_plan
from activities.plan_launch import Launch, launch_plan
from activities.plans import Plan
from activities.roles import Role, Scope
from activities.steps import cancel
from activities.submissions import Submission, SubmissionDetails, submit
from engine.clock import VirtualClock
from engine.tables import history, ladder
from tests.fixtures import amending
from tests.fixtures.office import BEGAN_AT, MOSCOW, Desk, open_office
from tests.fixtures.stock import Stock, make_tables

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


@dataclass(kw_only=True)
class PlanDesk(Desk):
    """An office that works through a plan.

    Attributes:
        mary: coordinates. `head` and `deputy` approve. `paul` answers for school 12, `ann` for the house of
            creativity, `olga` observes. Nobody answers for the centre itself.
    """

    folder: Path
    mary: Person
    head: Person
    deputy: Person
    paul: Person
    ann: Person
    olga: Person

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

    def occurrences(self, **wanted: Any) -> list[Occurrence]:
        """What a filter asks for."""
        with self.office.store.read() as connection:
            return list_occurrences(connection, OccurrenceFilter(**wanted))

    def hand_in(self, reference: str, by: Person, on_behalf_of: Person | None = None, **details: Any) -> Submission:
        """Add a file and submit."""
        self.add(reference, by)
        actor = self.actor(by, on_behalf_of)
        return submit(self.office, actor, self.occurrence(reference).id, SubmissionDetails(**details))

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


def _furnish(draft: str | None, is_live: bool, url: str, folder: Path) -> dict[str, Any]:
    """Furnish an office with its people and perhaps a plan; all of them as they are then."""
    make_tables(url)
    clock = VirtualClock(BEGAN_AT)
    office = open_office(url, folder, clock)
    known: dict[str, Any] = {"people": _enrol(office)}
    desk = PlanDesk(office=office, clock=clock, folder=folder, **known["people"])
    if draft:
        known["draft"] = DRAFTS[draft](desk)
    if is_live:
        desk.launch(known["draft"])
    office.store.engine.dispose()
    return known


def _enrol(office: Office) -> dict[str, Person]:
    def person(email: str, name: str, role: Role | None = None) -> Person:
        return enrol(office, chief, NewPerson(email, name), role, Scope())

    chief = None
    mary = person("mary@moc.example", "Зимина Мария Львовна", Role.COORDINATOR)
    chief = Actor(mary, "cli")
    return {
        "mary": mary,
        "head": person("head@moc.example", "Орлова Нина Петровна", Role.APPROVER),
        "deputy": person("deputy@moc.example", "Титов Олег Ильич", Role.APPROVER),
        "paul": person("paul@school12.example", "Павлов Павел Ильич"),
        "ann": person("ann@house.example", "Смирнова Анна Юрьевна"),
        "olga": person("olga@office.example", "Власова Ольга Юрьевна", Role.OBSERVER),
    }


def _bring(desk: PlanDesk) -> Plan:
    plan = desk.bring().plan
    with desk.office.store.read() as connection:
        named = [
            (get_party(connection, "Школа № 12").id, desk.paul.id),
            (get_party(connection, "Дом творчества").id, desk.ann.id),
        ]
    for party_id, person_id in named:
        set_contact(desk.office, party_id, person_id)
    return plan


def _bring_small(desk: PlanDesk) -> Plan:
    give_role(desk.office, desk.actor(desk.mary), desk.head, Role.COORDINATOR, Scope())
    return desk.bring(amending.PLAN).plan


DRAFTS = {"draft": _bring, "small_draft": _bring_small}
"""By the fixture that gives it."""
LIVE = {"desk", "small_live"}


@pytest.fixture
def _known(request: pytest.FixtureRequest, stock: Stock, new_url: str, tmp_path: Path) -> dict[str, Any]:
    """An office furnished at once as far as the test's fixtures want it, and what is known of it."""
    draft = next((name for name in DRAFTS if name in request.fixturenames), None)
    is_live = not LIVE.isdisjoint(request.fixturenames)
    furnish = partial(_furnish, draft, is_live)
    known: dict[str, Any] = stock.take(("desk", draft, is_live), furnish, new_url, tmp_path)
    return known


@pytest.fixture
def empty_desk(_known: dict[str, Any], new_url: str, tmp_path: Path, clock: VirtualClock) -> Iterator[PlanDesk]:
    """An office with its people and no plan; it is Monday, 2 March 2026."""
    office = open_office(new_url, tmp_path, clock)
    yield PlanDesk(office=office, clock=clock, folder=tmp_path, **_known["people"])
    office.store.engine.dispose()


@pytest.fixture
def draft(_known: dict[str, Any], empty_desk: PlanDesk) -> Plan:
    """The imported plan, with the contacts of its parties."""
    plan: Plan = _known["draft"]
    return plan


@pytest.fixture
def desk(empty_desk: PlanDesk, draft: Plan) -> PlanDesk:
    """An office whose plan is live since 2 March 2026."""
    return empty_desk


@pytest.fixture
def small_draft(_known: dict[str, Any], empty_desk: PlanDesk) -> Plan:
    """The small plan as a draft; its head coordinates too."""
    plan: Plan = _known["draft"]
    return plan


@pytest.fixture
def small_live(small_draft: Plan) -> Plan:
    """The small plan, live since 2 March 2026."""
    return small_draft


@pytest.fixture
def at(clock: VirtualClock) -> Callable[..., None]:
    """Set the clock on the office's wall: `at(2026, 4, 1, 9)`."""

    def move(year: int, month: int, day: int, hour: int = 9) -> None:
        clock.set(datetime(year, month, day, hour, tzinfo=MOSCOW).astimezone(UTC))

    return move


@pytest.fixture
def end(empty_desk: PlanDesk) -> Callable[..., None]:
    """Call off everything that is open, but for what is to stay open."""

    def run(*left: str) -> None:
        for each in empty_desk.occurrences(states=OPEN_STATES, parts=False):
            if each.reference not in left:
                actor = empty_desk.actor(empty_desk.head)
                cancel(empty_desk.office, actor, each.id, reason="год окончен", basis="приказ № 90")

    return run
