"""docs/howto/several-machines.md as it happens: SQLite to PostgreSQL, two machines at work, one is killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result

from engine.clock import FileClock, parse_instant
from runtime.queue import QueueBell
from tests.fixtures.databases import PostgresServer
from tests.fixtures.tools import REPOSITORY

pytestmark = pytest.mark.needs("postgresql")

COORDINATOR = "lavrentieva@parus.example.org"
RESPONSIBLE = "gromova@parus.example.org"
WINTER, SPRING = "2026-01-12T05:00:00Z", "2026-04-06T06:00:00Z"
PATIENCE = 120


@dataclass(frozen=True)
class Machine:
    """A working folder with a `.env`, a data folder and keys of its own: all that tells one host from another."""

    folder: Path
    run: Callable[..., Result]
    monkeypatch: pytest.MonkeyPatch

    def configure(self, **settings: object) -> None:
        """Write its settings."""
        lines = [f"{name}={value}\n" for name, value in settings.items()]
        (self.folder / ".env").write_text("".join(lines), encoding="utf-8")

    def opora(self, *arguments: str, code: int = 0, **settings: str) -> str:
        """What a command says in its folder; it must end so."""
        with self.monkeypatch.context() as context:
            context.chdir(self.folder)
            done = self.run(*arguments, **settings)
        assert done.exit_code == code, done.stderr
        return done.stderr if code else done.stdout

    def work(self) -> subprocess.Popen[bytes]:
        """Start its worker, a process of its own."""
        command = [sys.executable, "-P", "-m", "cli", "work"]
        return subprocess.Popen(command, cwd=self.folder, stderr=subprocess.DEVNULL)

    def letters(self) -> set[str]:
        """The message ids of what it sent, as files of its own."""
        files = (self.folder / "data" / "mail").glob("*.eml")
        return {message_from_bytes(path.read_bytes())["Message-ID"].strip() for path in files}


@pytest.fixture
def make_machine(
    tmp_path: Path, run_opora: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Machine]:
    """A new machine, of which nothing is set but what its `.env` will say."""
    for name in [each for each in os.environ if each.startswith("OPORA_")]:
        monkeypatch.delenv(name)

    def make(name: str) -> Machine:
        (tmp_path / name / "data").mkdir(parents=True)
        return Machine(tmp_path / name, run_opora, monkeypatch)

    return make


@pytest.fixture
def logins(postgres_server: PostgresServer) -> Iterator[tuple[str, str, str]]:
    """As the page makes them: the application's URL, the owner's, the bell's."""
    for statement in (
        *("CREATE ROLE moved_owner LOGIN", "CREATE ROLE moved_user LOGIN"),
        *("CREATE DATABASE two_hosts OWNER moved_owner", "CREATE DATABASE two_hosts_bell OWNER moved_user"),
    ):
        postgres_server.execute(statement)
    own, bell = postgres_server.url("two_hosts"), postgres_server.url("two_hosts_bell")
    yield (
        own.replace("postgres@", "moved_user@"),
        own.replace("postgres@", "moved_owner@"),
        bell.replace("postgres@", "moved_user@"),
    )
    for statement in (
        *("DROP DATABASE two_hosts WITH (FORCE)", "DROP DATABASE two_hosts_bell WITH (FORCE)"),
        *("DROP ROLE moved_user", "DROP ROLE moved_owner"),
    ):
        postgres_server.execute(statement)


@pytest.fixture
def first(tmp_path: Path, make_machine: Callable[[str], Machine]) -> Machine:
    """One machine with SQLite and the sample plan, launched in January."""
    machine = make_machine("first")
    FileClock(tmp_path / "clock").set(parse_instant(WINTER))
    known = {"OPORA_CLOCK": f"file:{tmp_path / 'clock'}", "OPORA_LANG": "en"}
    machine.configure(**known)
    machine.opora("init", "--purpose", "test")
    machine.opora("person", "add", COORDINATOR, "--name", "Лаврентьева Ольга Сергеевна", "--role", "coordinator")
    machine.configure(**known, OPORA_ACTOR=COORDINATOR)
    machine.opora("plan", "import", str(REPOSITORY / "examples" / "plan-2026.docx"))
    machine.opora("person", "import", str(REPOSITORY / "examples" / "people.xlsx"))
    machine.opora("plan", "launch")
    return machine


@pytest.fixture
def hosts(
    first: Machine, logins: tuple[str, str, str], tmp_path: Path, make_machine: Callable[[str], Machine]
) -> tuple[Machine, Machine]:
    """The same after the move, beside a second one that has the keys and sees the evidence."""
    url, owner, bell = logins
    first.opora("database", "copy", "--to", url, "--owner", owner)
    second = make_machine("second")
    shutil.copytree(first.folder / "data" / "keys", second.folder / "data" / "keys")
    (first.folder / "data" / "evidence").mkdir(exist_ok=True)
    (second.folder / "data" / "evidence").symlink_to(first.folder / "data" / "evidence")
    for machine in (first, second):
        machine.configure(
            OPORA_CLOCK=f"file:{tmp_path / 'clock'}",
            OPORA_LANG="en",
            OPORA_ACTOR=COORDINATOR,
            OPORA_DATABASE_URL=url,
            OPORA_HUEY_URL=bell,
        )
    return first, second


@pytest.fixture
def ask(logins: tuple[str, str, str]) -> Callable[..., Any]:
    """A number out of the new database."""

    def answer(question: str) -> Any:
        url = logins[1].replace("postgresql+psycopg://", "postgresql://")
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            row = connection.execute(question).fetchone()
            return row[0] if row else None

    return answer


def wait_until(holds: Callable[[], Any], what: str) -> None:
    """Ask another process's work again and again."""
    pause = threading.Event()
    for _ in range(PATIENCE * 20):
        if holds():
            return
        pause.wait(0.05)
    pytest.fail(f"waited in vain: {what}")


STARTED = "SELECT count(*) FROM history WHERE event = 'start' AND channel = 'timer'"
LETTERS = "SELECT count(*) FROM letter WHERE state <> 'dropped'"
DUE = (
    "SELECT (SELECT count(*) FROM ladder WHERE due_at <= '{now}') + (SELECT count(*) FROM message"
    " WHERE available_at <= '{now}') + (SELECT count(*) FROM letter WHERE state IN ('leased', 'transmitting')"
    " OR state = 'queued' AND send_at <= '{now}')"
)


def test_two_machines_work_on_one_database_and_one_of_them_is_killed(
    hosts: tuple[Machine, Machine], ask: Callable[..., Any], logins: tuple[str, str, str], tmp_path: Path
) -> None:
    """Three months come due at once; the survivor does the rest; nothing is lost or doubled, all verifies."""
    first, second = hosts
    assert "was moved" in first.opora("tick", code=1, OPORA_DATABASE_URL="sqlite:///data/opora.db")
    FileClock(tmp_path / "clock").set(parse_instant(SPRING))
    doomed, survivor = first.work(), second.work()
    try:
        wait_until(lambda: ask(STARTED), "a timer fires")
        doomed.send_signal(signal.SIGKILL)
        doomed.wait(PATIENCE)
        # Whatever the killed one had leased comes back when its lease is over.
        later = "2026-04-06T06:20:00Z"
        FileClock(tmp_path / "clock").set(parse_instant(later))
        QueueBell(logins[2]).ring()
        wait_until(lambda: ask(LETTERS) and not ask(DUE.format(now=later)), "nothing is due any more")
    finally:
        for each in (doomed, survivor):
            each.terminate()
            each.wait(PATIENCE)
    second.opora("tick")  # a tick may have been at its last part when it was asked to stop

    assert ask("SELECT count(*) FROM (SELECT 1 FROM history WHERE event = 'start' GROUP BY instance_id"
               " HAVING count(*) > 1) AS twice") == 0  # fmt: skip
    sent = ask("SELECT count(*) FROM letter WHERE state = 'sent'")
    assert sent == ask(LETTERS) > 0
    assert len(first.letters() | second.letters()) == sent

    protocol = tmp_path / "protokol.txt"
    protocol.write_text("протокол № 1", encoding="utf-8")
    # What one machine takes in, the other finds in the folder that both see.
    first.opora("occurrence", "submit", "1.4", "--file", str(protocol), "--as", RESPONSIBLE)
    second.opora("tick")
    found = json.loads(second.opora("audit", "verify", "--json"))
    assert (found["findings"], found["evidence"]) == ([], 1)
    second.opora("health", "worker")
