"""The sender is killed at any moment between the claim of a letter and the note that it was sent.

`OPORA_FAULT_TRIALS` says how often: half of it, so 50 times in `make test` and 500 times by `make faults`.
"""

import multiprocessing
import os
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from notifications.mail.compose import Clerk
from notifications.mail.contexts import Trial
from notifications.mail.kinds import Kind
from notifications.mail.letters import list_letters
from tests.faults.sender import send_all
from tests.fixtures.mail_office import DOMAIN, MailOffice
from tests.fixtures.mail_server import SmtpServer

KILLS = int(os.environ.get("OPORA_FAULT_TRIALS", "100")) // 2
LEASE_IS_OVER = timedelta(minutes=11)
LONGEST_SECONDS = 60
MOMENTS = 24
"""Two letters have more."""


@pytest.fixture
def database_kind() -> str:
    """SQLite: any process opens it by its path."""
    return "sqlite"


def write(desk: MailOffice, cause: int) -> None:
    """Queue two letters more."""
    with desk.office.store.write() as work:
        for number in range(2):
            context = Trial(desk.paul.name, desk.clock.now())
            Clerk(desk.office, DOMAIN).write(work, Kind.TRIAL, desk.paul, context, f"trial:{cause}:{number}")


def received(server: SmtpServer) -> Counter[str]:
    """Message id → how often the server has it."""
    return Counter(str(each.message["Message-ID"]) for each in server.received)


def test_killed_at_any_moment_the_sender_loses_nothing(mail_office, smtp_server, tmp_path):
    """After each kill at most one letter more is there twice, under the same message id; in the end all are there."""
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.sender"])
    url, keys = mail_office.office.store.engine.url.render_as_string(hide_password=False), tmp_path / "keys"
    chance, killed, twice = random.Random(7), 0, 0
    for trial in range(KILLS):
        write(mail_office, trial)
        mail_office.clock.advance(LEASE_IS_OVER)
        deadly = chance.randint(1, MOMENTS)
        worker = context.Process(target=send_all, args=(url, keys, smtp_server.port, mail_office.clock.now(), deadly))
        worker.start()
        worker.join(LONGEST_SECONDS)
        assert worker.exitcode in {0, -9}
        killed += worker.exitcode == -9
        doubled = sum(received(smtp_server).values()) - len(received(smtp_server))
        assert doubled - twice <= 1
        twice = doubled
    for _ in range(3):  # a letter that was in a dead sender's hands is free again after its lease
        mail_office.clock.advance(LEASE_IS_OVER)
        send_all(url, keys, smtp_server.port, mail_office.clock.now())
    with mail_office.office.store.read() as connection:
        letters = [each for each in list_letters(connection, limit=10_000) if each.kind == Kind.TRIAL]
    assert killed >= KILLS * 0.8
    assert {each.state for each in letters} == {"sent"}
    assert set(received(smtp_server)) == {each.message_id for each in letters}
    assert len(letters) == 2 * KILLS
    assert max(received(smtp_server).values()) <= 1 + killed
    assert sum(received(smtp_server).values()) - len(received(smtp_server)) <= killed
