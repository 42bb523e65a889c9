"""Supervisors ask each process on its own machine whether it is well."""

import http.server
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result

from engine.clock import SystemClock, VirtualClock
from runtime import health
from runtime.bootstrap import Application
from runtime.database_marks import DatabaseMovedError, close_moved
from runtime.doctor import Level, examine
from runtime.doctor import time as time_checks
from runtime.health import WebServerIllError, WorkerSilentError, check_web, check_worker
from runtime.heartbeat import beat, this_machine


@pytest.fixture
def answering() -> Iterator[Callable[[int], int]]:
    """Start a server that answers everything with a status; its port."""
    servers: list[http.server.HTTPServer] = []

    def begin(status: int) -> int:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status if self.path == "/health" else 404)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        servers.append(http.server.HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return int(servers[-1].server_address[1])

    yield begin
    for each in servers:
        each.shutdown()
        each.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_web_server_that_answers_is_well(
    application: Application, answering: Callable[[int], int], host: str
) -> None:
    """Asked on this machine, whatever address it listens on."""
    check_web(application.settings.model_copy(update={"host": host, "port": answering(200)}))


def test_a_web_server_that_cannot_work_is_ill(application: Application, answering: Callable[[int], int]) -> None:
    """Its status is told; so is that nobody answers."""
    port = answering(503)
    with pytest.raises(WebServerIllError, match=f"127.0.0.1:{port} is not well: 503"):
        check_web(application.settings.model_copy(update={"port": port}))


def test_a_web_server_that_is_not_there_is_ill(application: Application, free_port: int) -> None:
    """What the system says of it is told."""
    with pytest.raises(WebServerIllError, match="refused"):
        check_web(application.settings.model_copy(update={"port": free_port}))


def test_a_worker_is_known_by_its_sign(application: Application, move_clock: Callable[[str], None]) -> None:
    """Its own machine's, and not an old one."""
    beat(application.store, "there")
    check_worker(application.settings, "there")
    with pytest.raises(WorkerSilentError, match="No worker on here"):
        check_worker(application.settings, "here")
    move_clock("2026-01-12T05:05:01Z")
    with pytest.raises(WorkerSilentError):
        check_worker(application.settings, "there")


def test_a_worker_on_a_database_that_was_moved_is_not_well(application: Application) -> None:
    """Whatever its sign says."""
    with application.store.write() as work:
        close_moved(work.connection, "postgresql://db/opora")
    with pytest.raises(DatabaseMovedError):
        check_worker(application.settings)


def test_the_commands_say_it_by_their_exit_code(
    application: Application, run_opora: Callable[..., Result], free_port: int
) -> None:
    """0 and silence, or 1 and the reason."""
    silent = run_opora("health", "worker")
    assert (silent.exit_code, this_machine() in silent.stderr) == (1, True)
    beat(application.store)
    well = run_opora("health", "worker")
    assert (well.exit_code, well.output) == (0, "")
    assert run_opora("health", "web", OPORA_PORT=str(free_port)).exit_code == 1
    assert health.SECONDS == 5


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize(("ahead", "level"), [(0, Level.GOOD), (29, Level.GOOD), (-40, Level.FAILURE)])
def test_the_doctor_holds_the_clock_against_the_servers(
    environment: pytest.MonkeyPatch, postgres_url: str, run_opora: Callable[..., Result], ahead: int, level: Level
) -> None:
    """Half a minute is a failure where several machines go by their own clocks."""
    from datetime import timedelta

    environment.setenv("OPORA_DATABASE_URL", postgres_url)
    assert run_opora("init").exit_code == 0
    here = VirtualClock(SystemClock().now() + timedelta(seconds=ahead))
    environment.setattr("runtime.bootstrap.SystemClock", lambda: here)
    (told,) = [each for each in examine() if each.check == "server_clock"]
    assert told.level is level
    assert time_checks.APART.total_seconds() == 30
