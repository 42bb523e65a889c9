"""The main job, end to end: real processes, a real queue, a real SMTP server, real HTTP, a clock that is moved.

What changes anything is a process of its own; what only asks runs here, since a process takes a second to begin.
"""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from docx import Document
from sqlalchemy import create_engine, text

from cli.main import opora
from engine.clock import FileClock
from runtime.queue import QueueBell
from tests.fixtures.mail_server import SmtpServer

EXAMPLES = Path(__file__).parents[2] / "examples"
COORDINATOR = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"
RESPONSIBLE = "gromova@parus.example.org"
RESPONSIBLE_ACTS = ("--as", RESPONSIBLE)
PATIENCE_SECONDS = 60
LINK = re.compile(r"http://127\.0\.0\.1:\d+/d/[^\s\"<>]+")


@dataclass
class House:
    """An installation in a folder of its own, used only as its users do."""

    folder: Path
    environment: dict[str, str]
    clock: FileClock
    smtp: SmtpServer
    port: int

    def opora(self, *arguments: str, fails: int = 0) -> str:
        """Run a command as a process of its own; its standard output."""
        result = self._run(*arguments)
        assert result.returncode == fails, result.stderr + result.stdout
        return result.stdout

    def refused(self, *arguments: str) -> str:
        """Run a command that must be refused; what it says."""
        result = self._run(*arguments)
        assert result.returncode == 1, result.stdout + result.stderr
        assert "Traceback" not in result.stderr
        return result.stderr

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "cli", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def plain(self, *arguments: str) -> Any:
        """The JSON of a command that only asks."""
        result = CliRunner().invoke(opora, [*arguments, "--json"], env=self.environment)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def state(self, reference: str) -> str:
        """The state of an occurrence, as the command line tells it."""
        return str(self.plain("occurrence", "show", reference)["state"])

    def begin(self, verb: str) -> subprocess.Popen[bytes]:
        """Start a long-running command."""
        command = [sys.executable, "-P", "-m", "cli", verb]
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, stderr=subprocess.DEVNULL)

    def move_clock(self, instant: str) -> None:
        """Move the clock and ring the bell, as the minute's tick would."""
        self.clock.set(datetime.fromisoformat(instant))
        QueueBell(self.environment["OPORA_HUEY_URL"]).ring()

    def mails(self, recipient: str, contains: str = "") -> list[str]:
        """Plain texts of the mails to someone, the oldest first."""
        texts = [
            received.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            for received in list(self.smtp.received)
            if received.recipients == (recipient,)
        ]
        return [text for text in texts if contains in text]

    def links_to(self, recipient: str) -> list[str]:
        """The decision links that someone was sent, each once, the oldest first."""
        return list(dict.fromkeys(LINK.findall("".join(self.mails(recipient)))))

    def get(self, url: str, **headers: str) -> tuple[int, str, Any]:
        """GET: status, body, headers."""
        return self._ask(urllib.request.Request(url, headers=headers))

    def post(self, url: str, **fields: str) -> tuple[int, str, Any]:
        """POST a form and follow the answer as a browser does."""
        return self._ask(urllib.request.Request(url, data=urllib.parse.urlencode(fields).encode()))

    def _ask(self, request: urllib.request.Request) -> tuple[int, str, Any]:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Wait for another process to get to something; the clock of the application does not move meanwhile."""
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 5):
        if holds():
            return
        pause.wait(0.2)
    pytest.fail(f"waited in vain: {what}")


@pytest.fixture
def house(tmp_path: Path, database_url: str, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> House:
    for name in [each for each in os.environ if each.startswith("OPORA_")]:
        monkeypatch.delenv(name)
    # Set by a command for the libraries it uses; put back after the test.
    monkeypatch.setenv("LANGUAGE", "en")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    clock = FileClock(tmp_path / "clock")
    clock.set(datetime.fromisoformat("2026-01-12T06:00:00+00:00"))
    environment = {
        **os.environ,
        "OPORA_DATA_DIR": str(tmp_path / "data"),
        "OPORA_DATABASE_URL": database_url,
        "OPORA_HUEY_URL": f"sqlite:///{tmp_path / 'data' / 'huey.db'}",
        "OPORA_CLOCK": f"file:{clock.path}",
        "OPORA_SMTP_URL": smtp_server.url,
        "OPORA_MAIL_FROM": "opora@parus.example.org",
        "OPORA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "OPORA_PORT": str(port),
        "OPORA_LANG": "en",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    return House(tmp_path, environment, clock, smtp_server, port)


@pytest.fixture
def running(house: House) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Start long-running commands; all are ended after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(verb: str) -> subprocess.Popen[bytes]:
        started.append(house.begin(verb))
        return started[-1]

    yield begin
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=60)


def is_served(house: House) -> bool:
    try:
        return house.get(f"http://127.0.0.1:{house.port}/health")[0] == 200
    except OSError:
        return False


def test_a_word_plan_becomes_running_work_and_a_report(
    house: House, running: Callable[[str], subprocess.Popen[bytes]], database_url: str
) -> None:
    """A Word plan is imported and launched; timers, mail, evidence, decisions, feed, history and report follow."""
    import_and_launch(house)
    running("serve")
    worker = running("work")
    wait_until("the web server answers", lambda: is_served(house))

    let_time_pass(house, running, worker)
    decide_by_mail_link(house)
    decide_from_the_command_line(house)
    check_feed(house)
    check_report(house)
    check_history(house, database_url)


def import_and_launch(house: House) -> None:
    """From an empty folder to a live plan."""
    house.opora("init", "--purpose", "test")
    house.opora("person", "add", COORDINATOR, "--name", "Лаврентьева Ольга Сергеевна", "--role", "coordinator")
    read = house.plain("plan", "read", str(EXAMPLES / "plan-2026.docx"))
    assert len(read["activities"]) == 43
    assert house.plain("plan", "list") == [], "reading stores nothing"
    house.opora("plan", "import", str(EXAMPLES / "plan-2026.docx"), "--as", COORDINATOR)
    house.opora("person", "import", str(EXAMPLES / "people.xlsx"), "--as", COORDINATOR)
    again = house.refused("plan", "import", str(EXAMPLES / "plan-2026.docx"), "--as", COORDINATOR)
    assert "moc-2026" in again
    house.opora("plan", "launch", "--as", COORDINATOR)
    assert house.state("2.5") == "planned"


def let_time_pass(
    house: House, running: Callable[[str], subprocess.Popen[bytes]], worker: subprocess.Popen[bytes]
) -> None:
    """The digest comes in the morning; a worker that is killed is replaced, and the first day starts the work once."""
    house.move_clock("2026-02-04T06:00:00+00:00")
    wait_until("the morning digest comes", lambda: bool(house.mails(RESPONSIBLE, "2.5")))
    worker.kill()
    worker.wait(timeout=PATIENCE_SECONDS)
    house.move_clock("2026-02-11T06:00:00+00:00")
    running("work")
    wait_until("the first day starts the work", lambda: house.state("2.5") == "in_progress")


def decide_by_mail_link(house: House) -> None:
    """Returned by a link, handed in again, accepted by the newer link; the older one only shows what was decided."""
    evidence = house.folder / "Отчёт о совещании.txt"
    evidence.write_text("Совещание прошло, 24 участника.", encoding="utf-8")
    house.opora(
        "occurrence", "submit", "2.5", "--file", str(evidence), "--number", "participants=24", *RESPONSIBLE_ACTS
    )
    wait_until("the head is asked", lambda: len(house.links_to(HEAD)) == 1)
    first_link = house.links_to(HEAD)[0]
    status, page, headers = house.get(first_link)
    assert status == 200
    assert "Отчёт о совещании.txt" in page
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "checked" not in page, "nothing is chosen beforehand"
    house.post(first_link, **hidden_fields(page))
    assert house.state("2.5") == "evidence_submitted", "no choice was made, so nothing may be decided"
    house.post(first_link, **hidden_fields(page), decision="return", remark="Приложите список участников.")
    assert house.state("2.5") == "returned"
    wait_until("the submitter is told why", lambda: bool(house.mails(RESPONSIBLE, "Приложите список участников.")))

    house.opora("occurrence", "submit", "2.5", "--link", "https://parus.example.org/spisok", *RESPONSIBLE_ACTS)
    wait_until("the head is asked again", lambda: len(house.links_to(HEAD)) == 2)
    house.post(first_link, **hidden_fields(page), decision="accept")
    assert house.state("2.5") == "evidence_submitted", "a spent link decides nothing"
    second_link = house.links_to(HEAD)[1]
    _, page, _ = house.get(second_link)
    house.post(second_link, **hidden_fields(page), decision="accept")
    assert house.state("2.5") == "accepted"
    _, page, _ = house.get(second_link)
    assert "<form" not in page
    assert "Корнилов" in page


def decide_from_the_command_line(house: House) -> None:
    """The same from the command line; never by the one who submitted, nor by someone who may not."""
    house.opora("occurrence", "submit", "1.1", "--link", "https://parus.example.org/prikaz", *RESPONSIBLE_ACTS)
    refusal = house.refused("occurrence", "accept", "1.1", *RESPONSIBLE_ACTS)
    assert "approver" in refusal
    house.opora("occurrence", "accept", "1.1", "--as", HEAD)
    assert house.state("1.1") == "accepted"
    assert "reopen" in house.refused("occurrence", "accept", "1.1", "--as", HEAD), "it says what is possible"
    wait_until("the submitter gets a receipt", lambda: bool(house.mails(RESPONSIBLE, "1.1")))


def hidden_fields(page: str) -> dict[str, str]:
    """What the form carries besides the choice."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def check_feed(house: House) -> None:
    """The calendar shows the decision, and answers 304 while nothing visible changes."""
    url = re.search(r"http://\S+\.ics", house.opora("calendar", "add", "--name", "Все сроки"))
    assert url
    wait_until("the feed shows the decision", lambda: "✓ 2.5" in house.get(url[0])[1])
    _, body, headers = house.get(url[0])
    assert house.get(url[0], **{"If-None-Match": headers["ETag"]})[0] == 304
    assert body.count("BEGIN:VEVENT") <= house.opora("calendar", "export").count("BEGIN:VEVENT")


def check_report(house: House) -> None:
    """The report stands in the plan's own table and names outcome and evidence."""
    out = house.folder / "отчёт.docx"
    house.opora("report", "moc-2026", "--out", str(out))
    cells = {cell.text for table in Document(str(out)).tables for row in table.rows for cell in row.cells}
    assert any("выполнено" in text and "Отчёт о совещании.txt" in text for text in cells)


def check_history(house: House, database_url: str) -> None:
    """History tells every step once and verifies, until somebody with the database in hand changes one word."""
    events = [entry["event"] for entry in house.plain("history", "2.5")]
    assert [each for each in events if each != "add_evidence"] == [
        *("create", "start", "submit", "return", "submit", "accept"),
    ]
    house.opora("audit", "verify")
    falsify(database_url)
    found = json.loads(house.opora("audit", "verify", "--json", fails=1))
    assert found["findings"], found


def falsify(database_url: str) -> None:
    """Change who decided, past the triggers that refuse it."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER history_no_update"))
        else:
            connection.execute(text("ALTER TABLE history DISABLE TRIGGER ALL"))
        changed = connection.execute(text("UPDATE history SET actor = 'p-000000' WHERE event = 'return'"))
        assert changed.rowcount == 1
    engine.dispose()
