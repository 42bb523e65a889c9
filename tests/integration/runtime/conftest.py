"""Installations to try things on, and worker processes that are gone after the test."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from activities.acting import Actor
from activities.enrolment import NewPerson, enrol
from activities.plan_import import import_plan
from activities.plan_launch import launch_plan
from activities.roles import Role
from activities.tables import setting
from engine.clock import FileClock, parse_instant
from engine.database import open_database, writing
from engine.unit_of_work import SilentBell
from runtime.bootstrap import Application, build_application
from runtime.installation import Purpose, initialise
from runtime.settings import Settings, load_settings
from tests.fixtures.stock import Stock

REPOSITORY = Path(__file__).resolve().parents[3]
LAUNCHED_AT = "2026-01-12T05:00:00Z"
SECONDS = 60


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Nothing of the person who runs the tests: no setting, no `.env`, an empty working folder."""
    for name in [each for each in os.environ if each.startswith("OPORA_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "office"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("OPORA_LANG", "en")
    return monkeypatch


@pytest.fixture
def settings(request: pytest.FixtureRequest, environment: pytest.MonkeyPatch, new_url: str, tmp_path: Path) -> Settings:
    """Settings of a test's installation under a file clock, on each of the two databases; nothing is made yet."""
    (tmp_path / "clock").write_text(LAUNCHED_AT, encoding="ascii")
    environment.setenv("OPORA_CLOCK", f"file:{tmp_path / 'clock'}")
    if new_url.startswith("postgresql"):
        # An installation brings its database; without one there is an empty one to make it in.
        url = new_url if "application" in request.fixturenames else request.getfixturevalue("postgres_url")
        environment.setenv("OPORA_DATABASE_URL", url)
        environment.setenv("OPORA_HUEY_URL", url)
    return load_settings()


@pytest.fixture
def application(request: pytest.FixtureRequest, settings: Settings, stock: Stock) -> Iterator[Application]:
    """An installation with nobody and nothing in it, unless the test or a fixture asks for `launched`."""
    stage = "launched" if "launched" in request.fixturenames else "application"
    furnish = partial(_furnish, stage == "launched")
    stock.take(("runtime", stage), furnish, settings.database_url, Path.cwd())
    built = build_application(settings, SilentBell())
    yield built
    built.close()


def _furnish(is_launched: bool, url: str, folder: Path) -> None:
    (folder / "clock").write_text(LAUNCHED_AT, encoding="ascii")
    clock = f"file:{folder / 'clock'}"
    settings = Settings(_env_file=None, data_dir=folder / "data", database_url=url, clock=clock)
    initialise(settings, Purpose.TEST)
    if is_launched:
        with closing(build_application(settings, SilentBell())) as application:
            _launch_sample(application)
    (folder / "clock").unlink()


@pytest.fixture
def launched(application: Application) -> Application:
    """The sample plan, launched in January; nothing has been ticked."""
    return application


@pytest.fixture
def launch_sample() -> Callable[[Application], None]:
    """Import the sample plan into an installation and launch it."""
    return _launch_sample


def _launch_sample(application: Application) -> None:
    office = application.office
    coordinator = enrol(office, None, NewPerson("coordinator@parus.example.org", "Coordinator"), Role.COORDINATOR)
    actor = Actor(coordinator, "cli")
    launch_plan(office, actor, import_plan(office, actor, REPOSITORY / "examples" / "plan-2026.docx").plan)


@pytest.fixture
def move_clock(settings: Settings) -> Callable[[str], None]:
    """Let the clock file show an instant."""

    def move(instant: str) -> None:
        assert settings.clock is not None
        FileClock(settings.clock).set(parse_instant(instant))

    return move


@pytest.fixture
def make_real(settings: Settings) -> Callable[[], None]:
    """Turn the installation into a production one, behind the program's back."""

    def turn() -> None:
        engine = open_database(settings.database_url)
        with writing(engine) as connection:
            connection.execute(update(setting).where(setting.c.key == "purpose").values(value="production"))
        engine.dispose()

    return turn


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Ask again and again until the answer is true; fail after a minute."""

    def ask(question: Callable[[], Any]) -> Any:
        deadline, pause = time.monotonic() + SECONDS, threading.Event()
        while not (answer := question()):
            assert time.monotonic() < deadline, "it did not happen in time"
            pause.wait(0.02)
        return answer

    return ask


class Process:
    """`opora …` as a process of its own, its stderr readable line by line."""

    def __init__(self, *arguments: str) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-P", "-m", "cli", *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def wait_for(self, *words: str) -> None:
        """Read until each of the words was said, in whatever order; fail at the end of the output."""
        assert self.running.stderr is not None
        wanted, seen = set(words), []
        for line in self.running.stderr:
            seen.append(line)
            wanted -= {each for each in wanted if each in line}
            if not wanted:
                return
        raise AssertionError(f"{wanted} was never said, only:\n{''.join(seen)}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; how the process ended."""
        self.running.send_signal(number)
        return self.end()

    def end(self) -> int:
        """Wait until it ends by itself; how it ended."""
        self.running.communicate(timeout=SECONDS)
        return self.running.returncode


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    """Start `opora ARGUMENTS`; what still runs at the test's end is killed with its children."""
    processes: list[Process] = []

    def begin(*arguments: str) -> Process:
        processes.append(Process(*arguments))
        return processes[-1]

    yield begin
    for each in processes:
        if each.running.poll() is None:
            os.killpg(each.running.pid, signal.SIGKILL)
            each.stop(signal.SIGKILL)
