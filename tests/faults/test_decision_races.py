"""Fifty forms sent at the same moment to two servers: one decision, and everybody else is shown who made it.

`OPORA_FAULT_TRIALS` says in how many rounds: a fiftieth of it on each database, twenty at most.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from activities.acting import Actor
from activities.decisions import Decision, Verdict, find_decision
from activities.roles import Role
from activities.steps import reopen
from activities.submissions import Submission
from activities.tables import decision
from engine.audit import verify_history
from engine.tables import history
from tests.faults.server import running
from tests.fixtures.house import House
from tests.fixtures.scanners import Client

FORMS = 50
ROUNDS = min(20, max(2, int(os.environ.get("OPORA_FAULT_TRIALS", "100")) // 50))
SERVERS = 2
APPROVERS = 5
CHOICES = ("accept", "partial", "return")
WORDS = {Verdict.ACCEPT: "Принято", Verdict.RETURN: "Возвращено"}


@pytest.fixture
def servers(any_house: House) -> Iterator[list[str]]:
    """Addresses of two processes that serve the same installation."""
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.server"])
    with running(context, any_house.application.settings, SERVERS) as addresses:
        yield addresses


def test_of_fifty_forms_at_once_one_decides(any_house: House, servers: list[str]) -> None:
    """In each round one row of decisions and one entry of history; each page names who decided, and how."""
    house = any_house
    people = [house.head, house.deputy] + [house.person(f"Завуч {n}", Role.APPROVER) for n in range(3, APPROVERS + 1)]
    for number in range(1, ROUNDS + 1):
        sent = house.hand_in(note=f"круг {number}")
        paths = [f"/d/{house.token(sent, each)}" for each in people]
        assert _race(servers, paths, sent) == {303}
        made = _decision(house, sent)
        assert _counts(house) == (number, number)
        for base, path in zip(servers * APPROVERS, paths, strict=False):
            text = _look(base, path)
            assert WORDS[made.verdict] in text
            assert made.person.name in text
        if made.verdict is Verdict.ACCEPT:
            reopen(house.office, Actor(house.coordinator, "cli"), sent.occurrence_id, reason="ещё круг")
    assert verify_history(house.office.store).findings == ()


def _race(servers: list[str], paths: list[str], sent: Submission) -> set[int]:
    """Send every form at the same moment, each with a connection of its own; the statuses of the answers."""
    start = Barrier(FORMS)
    with ExitStack() as open_, ThreadPoolExecutor(FORMS) as threads:
        clients = [open_.enter_context(closing(Client(servers[n % SERVERS]))) for n in range(FORMS)]
        answers = [threads.submit(_form(each, start), n, paths, sent) for n, each in enumerate(clients)]
        return {each.result(timeout=120) for each in answers}


def _form(client: Client, start: Barrier) -> Callable[[int, list[str], Submission], int]:
    def send(number: int, paths: list[str], sent: Submission) -> int:
        client.connection.connect()
        body = f"decision={CHOICES[number % len(CHOICES)]}&remark=n{number}&seen={sent.manifest_digest.hex()}"
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        start.wait(60)
        return client.ask("POST", paths[number % len(paths)], kind, body)[0]

    return send


def _look(base: str, path: str) -> str:
    with closing(Client(base)) as client:
        status, text = client.ask("GET", path)
    assert status == 200
    return text


def _decision(house: House, sent: Submission) -> Decision:
    with house.office.store.read() as connection:
        found = find_decision(connection, sent.id)
    assert found is not None
    return found


def _counts(house: House) -> tuple[int, int]:
    """How many decisions there are, and how many entries that tell of one."""
    told = select(func.count()).where(history.c.event.in_(["accept", "return"]))
    with house.office.store.read() as connection:
        recorded = connection.execute(select(func.count()).select_from(decision)).scalar_one()
        return recorded, connection.execute(told).scalar_one()
