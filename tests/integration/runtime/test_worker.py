"""A real worker process: it hears the bell, does what is due, and nothing is lost when it is killed."""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.tables import history, instance, ladder, message
from engine.unit_of_work import SilentBell
from notifications.tables import letter, notice
from runtime.bootstrap import Application, build_application
from runtime.installation import Purpose, initialise
from runtime.queue import QueueBell
from runtime.settings import load_settings
from runtime.ticking import run_tick

READY = "the worker is ready"
SPRING = "2026-04-06T06:00:00Z"  # a Monday, 9:00 in Moscow: three months of timers are due


def count(application: Application, column: Any, *conditions: Any) -> int:
    with application.store.read() as connection:
        return connection.execute(select(func.count(column)).where(*conditions)).scalar_one()


def is_quiet(application: Application) -> bool:
    """Whether nothing is due and nothing waits."""
    now = application.store.clock.now()
    return not (
        count(application, ladder.c.instance_id, ladder.c.due_at <= now)
        or count(application, message.c.id, message.c.available_at <= now)
        or count(application, letter.c.id, letter.c.send_at <= now)
    )


def started(application: Application) -> int:
    return count(application, history.c.id, history.c.event == "start", history.c.channel == "timer")


def test_a_worker_does_what_has_come_due(
    launched: Application, start: Callable[..., Any], move_clock: Callable[[str], None], eventually: Callable[..., Any]
) -> None:
    """The clock moves, the bell rings, and the timers fire in another process, on both databases and their queues."""
    worker = start("work")
    worker.wait_for("done: ")  # what was due at the start is done without a bell
    eventually(lambda: is_quiet(launched))  # a second thread may still be at it
    before = started(launched)
    move_clock(SPRING)
    assert not is_quiet(launched)
    QueueBell(launched.settings.huey_url).ring()
    worker.wait_for("done: ")
    eventually(lambda: is_quiet(launched))
    assert started(launched) > before
    assert worker.stop() == 0


def test_a_killed_worker_changes_nothing_of_the_result(
    environment: pytest.MonkeyPatch,
    tmp_path: Path,
    sqlite_office: Application,
    start: Callable[..., Any],
    eventually: Callable[..., Any],
) -> None:
    """Killed in the middle and started again, workers leave the very rows that one undisturbed run leaves."""
    twin = tmp_path / "twin"
    shutil.copytree(sqlite_office.settings.data_dir, twin)
    environment.setenv("OPORA_DATA_DIR", str(twin))
    undisturbed = build_application(load_settings(), SilentBell())
    run_tick(undisturbed)
    environment.delenv("OPORA_DATA_DIR")

    first = start("work")
    eventually(lambda: started(sqlite_office))
    assert first.stop(signal.SIGKILL) == -signal.SIGKILL
    interrupted = not is_quiet(sqlite_office)
    second, wanted = start("work"), result_of(undisturbed)
    eventually(lambda: result_of(sqlite_office) == wanted)
    assert second.stop() == 0

    assert interrupted, "the worker was done before it could be killed: the test shows nothing"
    assert result_of(sqlite_office) == wanted
    undisturbed.close()


def result_of(application: Application) -> dict[str, Any]:
    """What a run leaves, but for the order of rows and random ids."""
    with application.store.read() as connection:
        steps = select(
            instance.c.public_id, history.c.revision, history.c.event, history.c.to_state, history.c.at
        ).join(instance)
        return {
            "steps": sorted(map(tuple, connection.execute(steps))),
            "timers": sorted(
                map(tuple, connection.execute(select(ladder.c.instance_id, ladder.c.name, ladder.c.rung)))
            ),
            "messages": sorted(connection.execute(select(message.c.dedup_key)).scalars()),
            "letters": sorted(map(tuple, connection.execute(select(letter.c.cause_key, letter.c.kind)))),
            "notices": connection.execute(select(func.count()).select_from(notice)).scalar_one(),
        }


@pytest.fixture
def sqlite_office(environment: pytest.MonkeyPatch, tmp_path: Path, launch_sample: Callable[[Application], None]) -> Any:
    """The sample plan on SQLite, launched in January, looked at in April: much is due at once."""
    clock = tmp_path / "clock"
    clock.write_text("2026-01-12T05:00:00Z", encoding="ascii")
    environment.setenv("OPORA_CLOCK", f"file:{clock}")
    settings = load_settings()
    initialise(settings, Purpose.TEST)
    application = build_application(settings, SilentBell())
    launch_sample(application)
    clock.write_text(SPRING, encoding="ascii")
    yield application
    application.close()


def test_a_worker_without_its_settings_says_what_is_missing(
    environment: pytest.MonkeyPatch, start: Callable[..., Any]
) -> None:
    """Without a database the worker ends with 1 and the remedy."""
    worker = start("work")
    worker.wait_for("opora init")
    assert worker.end() == 1


def test_a_mail_setting_that_cannot_be_used_stops_the_worker_at_once(
    environment: pytest.MonkeyPatch, start: Callable[..., Any], application: Application
) -> None:
    """A slip in the mail's settings is told at start, not each minute in the log."""
    environment.setenv("OPORA_SMTP_URL", "gopher://mail.example.org")
    environment.setenv("OPORA_MAIL_FROM", "opora@parus.example.org")
    worker = start("work")
    worker.wait_for("OPORA_SMTP_URL")
    assert worker.end() == 1
