"""The sample plan as a calendar on loopback; when the pipe `move` is written to, one entry is moved, one called off,
and one taken out.

The calendar shows everything but what is in progress, so an entry leaves it when its work begins.
"""

import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import waitress

from activities.acting import Actor
from activities.occurrences import OccurrenceFilter, list_occurrences
from activities.people import insert_person
from activities.plan_import import import_plan
from activities.plan_launch import launch_plan
from activities.roles import Role, Scope, insert_role
from activities.steps import NewDates, cancel, postpone, start
from engine.clock import FileClock
from engine.unit_of_work import SilentBell
from notifications.calendar.subscriptions import NewSubscription, add_subscription
from runtime.bootstrap import Application, build_application
from runtime.installation import Purpose, initialise
from runtime.settings import Settings
from runtime.ticking import run_tick
from web.app import create_app

PLAN = Path(__file__).parents[2] / "examples" / "plan-2026.docx"
BEGAN_AT = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)
CHANGED_AT = BEGAN_AT + timedelta(hours=1)
MOVED_TO = date(2026, 11, 11)
SHOWN = [
    "planned",
    "awaiting_date",
    "evidence_submitted",
    "returned",
    "accepted",
    "not_performed",
    "cancelled",
]


def build(folder: Path) -> Application:
    clock = folder / "clock"
    FileClock(clock).set(BEGAN_AT)
    settings = Settings(
        _env_file=None,
        data_dir=folder / "data",
        database_url=f"sqlite:///{folder / 'data' / 'opora.db'}",
        clock=f"file:{clock}",
    )
    initialise(settings, Purpose.TEST)
    return build_application(settings, SilentBell())


def launch(application: Application) -> Actor:
    """The sample plan at work, and who did it."""
    office = application.office
    with office.store.write() as work:
        person = insert_person(work, "head@school.example", "Анна Директорова", "", "ru")
        insert_role(work, person.id, Role.COORDINATOR, Scope())
        insert_role(work, person.id, Role.APPROVER, Scope())
    actor = Actor(person, "cli")
    imported = import_plan(office, actor, PLAN)
    launch_plan(office, actor, imported.plan)
    run_tick(application)
    return actor


def change(application: Application, actor: Actor) -> list[str]:
    """Move one entry, call off another, take out a third; their UIDs in this order."""
    office = application.office
    with office.store.read() as connection:
        found = list_occurrences(connection, OccurrenceFilter(states=["planned"]))
    moved, off, gone = [each for each in found if each.due_on and each.kind == "deliverable"][:3]
    postpone(office, actor, moved.id, NewDates(MOVED_TO), reason="Карантин", basis="приказ № 5")
    cancel(office, actor, off.id, reason="Не нужен", basis="приказ № 6")
    start(office, actor, gone.id)
    run_tick(application)
    return [each.public_id for each in (moved, off, gone)]


def main(folder: Path) -> None:
    application = build(folder)
    actor = launch(application)
    token = add_subscription(application.office, NewSubscription("Сроки МОЦ; план", OccurrenceFilter(states=SHOWN)))[1]
    run_tick(application)
    server = waitress.create_server(create_app(application), host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    (folder / "url").write_text(f"http://127.0.0.1:{server.effective_port}/c/{token}.ics")
    (folder / "move").read_bytes()  # a pipe: waits until somebody writes
    clock = FileClock(folder / "clock")
    clock.set(CHANGED_AT)
    uids = change(application, actor)
    clock.set(CHANGED_AT + timedelta(seconds=1))
    staged = folder / "moved.part"
    staged.write_text(" ".join(uids))
    staged.rename(folder / "moved")
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
