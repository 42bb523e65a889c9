"""How fast the engine steps, beside raw sqlite3 doing the same statements on the same file system in the same run.

    python benchmarks/engine.py [--steps 400] [--repeat 5] [--folder DIR] [--journal wal|truncate] [--json]

The engine works on a prepared SQLite file; every statement that it sends is recorded with its values. Then raw
sqlite3 replays them on a copy of the same file, with the same journal mode, `synchronous` and transactions: it
computes nothing, so it is the limit. Medians of `--repeat` runs, each on fresh copies, side by side:

- step: one instance, one event, one transaction: role and guards, version-checked update, chained history entry,
  payload, two ladders ended, one armed, a message;
- batch: the same for 100 instances in one transaction;
- rungs fired: due timers that fire an event, each a step as above, claimed by a tick (100 a transaction);
- rungs that remind: due timers that write a message and move on to the next rung, as most do; no step.

Beside them, without a limit to hold against: an idle tick with 10,000 armed ladders, and verification of history.
"""

import cProfile
import gc
import pstats
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import event

from activities.guards import GUARDS
from activities.roles import Role
from activities.vocabulary import VOCABULARY
from activities.working_calendar import WorkingCalendar
from benchmarks.figures import Figure, journal_option, options, rate_of, show
from engine.audit import verify_history
from engine.clock import VirtualClock
from engine.database import open_database
from engine.execution import Execution, Firing, Start
from engine.identifiers import new_uuid7
from engine.registry import Facts, Registry
from engine.tables import metadata
from engine.tick import fire_due
from engine.unit_of_work import SilentBell, Store
from workflows.catalogue import get_workflow

BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 4, 1)
IDLE_LADDERS = 10_000
RESPONSIBLE = Facts(frozenset({Role.RESPONSIBLE}), {"evidence": True})
MANIFEST = bytes(32)

PROFILED = 12
GOALS = {"step": "at least 0.5", "batch of 100": "at least 0.4"}

Statement = tuple[str, Any, bool]
Work = Callable[["Engine"], int]


class Engine:
    """The engine on one SQLite file, or on the database of a URL, with the shipped workflow."""

    def __init__(self, place: Path | str, journal: str | None = None) -> None:
        self.clock = VirtualClock(BEGIN)
        url = place if isinstance(place, str) else f"sqlite:///{place}"
        self.store = Store(open_database(url, journal), self.clock, SilentBell())
        calendar = WorkingCalendar(ZoneInfo("Europe/Moscow"))
        self.execution = Execution(Registry(GUARDS, lambda _key: calendar))

    def start(self, count: int) -> None:
        """Fill the file with planned instances."""
        metadata.create_all(self.store.engine)
        definition = get_workflow("activity", VOCABULARY)
        starts = [
            Start(
                public_id=str(new_uuid7(self.clock.now)),
                state="planned",
                anchors={"starts_on": FIRST_DAY, "due_on": FIRST_DAY + timedelta(days=60)},
                calendar_key="default",
                actor="p-1",
                channel="cli",
            )
            for _ in range(count)
        ]
        with self.store.write() as work:
            self.execution.start_many(work, definition, starts)

    def fire(self, ids: range) -> None:
        """The event `submit` for these instances in one transaction."""
        with self.store.write() as work:
            self.execution.fire_many(work, [submitting(each) for each in ids])

    def close(self) -> None:
        """Let go of the file."""
        self.store.engine.dispose()


def submitting(instance_id: int) -> Firing:
    """What is measured of a step: one that all instances take, with a guard to pass and ladders to end and to arm."""
    return Firing(instance_id, "submit", RESPONSIBLE, "p-1", "cli", payload={"note": "Отчёт"}, subject_digest=MANIFEST)


class Recording(sqlite3.Connection):
    """A connection that notes every statement it is given, in order, with its values; a commit is one too."""

    statements: ClassVar[list[Statement]] = []

    def cursor(self, factory: Any = None) -> Any:
        """A cursor that notes."""
        return super().cursor(factory or RecordingCursor)

    def commit(self) -> None:
        """Note and commit."""
        self.statements.append(("COMMIT", (), False))
        super().commit()


class RecordingCursor(sqlite3.Cursor):
    """See `Recording`."""

    def execute(self, statement: str, values: Any = ()) -> Self:
        """Note and execute."""
        Recording.statements.append((statement, values, False))
        return super().execute(statement, values)

    def executemany(self, statement: str, values: Any) -> Self:
        """Note and execute."""
        Recording.statements.append((statement, values, True))
        return super().executemany(statement, values)


def recorded(path: Path, journal: str, work: Work) -> list[Statement]:
    """Every statement that the engine sends for a work on this file."""
    engine = Engine(path, journal)

    @event.listens_for(engine.store.engine, "do_connect")
    def connect(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["factory"] = Recording

    warm(engine)
    Recording.statements = []  # what opening a file and reading the workflow takes is asked of nobody
    work(engine)
    engine.close()
    return Recording.statements


def replay(path: Path, journal: str, statements: list[Statement]) -> float:
    """Seconds that raw sqlite3 takes for the same statements."""
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}").fetchall()
    cursor = raw.cursor()
    began = perf_counter()
    for statement, values, many in statements:
        if many:
            cursor.executemany(statement, values)
        else:
            cursor.execute(statement, values)
            cursor.fetchall()
    seconds = perf_counter() - began
    raw.close()
    return seconds


def single_steps(count: int, engine: Engine) -> int:
    for each in range(1, count + 1):
        engine.fire(range(each, each + 1))
    return count


def batches(count: int, engine: Engine) -> int:
    for first in range(1, count + 1, 100):
        engine.fire(range(first, min(first + 100, count + 1)))
    return count


def rungs(_count: int, engine: Engine) -> int:
    engine.clock.set(datetime(2026, 4, 1, 5, 0, tzinfo=UTC))
    return fire_due(engine.store, engine.execution)


def reminders(_count: int, engine: Engine) -> int:
    engine.clock.set(datetime(2026, 3, 25, 6, 0, tzinfo=UTC))
    return fire_due(engine.store, engine.execution)


WORKS = {
    "step": (single_steps, "steps/s"),
    "batch of 100": (batches, "steps/s"),
    "rungs fired": (rungs, "rungs/s"),
    "rungs that remind": (reminders, "rungs/s"),
}


def profile(folder: Path, journal: str, name: str, steps: int) -> None:
    """Where the time of a work goes, slowed by being watched."""
    engine = Engine(folder / "profiled", journal)
    engine.start(steps)
    warm(engine)
    watch(WORKS[name][0], steps, engine)
    engine.close()


def watch(work: Callable[..., object], *given: Any) -> None:
    """Print the functions that take the most time in themselves."""
    watched = cProfile.Profile()
    watched.runcall(work, *given)
    pstats.Stats(watched).strip_dirs().sort_stats("tottime").print_stats(PROFILED)


def compare(name: str, prepared: Path, journal: str, steps: int, repeat: int) -> Figure:
    """The engine's work a second, and raw sqlite3's on the same statements."""
    work, unit = partial(WORKS[name][0], steps), WORKS[name][1]
    statements = recorded(Path(shutil.copy(prepared, prepared.with_name("spare"))), journal, work)
    ours, raw = [], []
    for _ in range(repeat):
        mine, theirs = (Path(shutil.copy(prepared, prepared.with_name(each))) for each in ("mine", "theirs"))
        engine = Engine(mine, journal)
        warm(engine)
        began = perf_counter()
        done = work(engine)
        ours.append(done / (perf_counter() - began))
        engine.close()
        raw.append(done / replay(theirs, journal, statements))
    value, spread = rate_of(ours)
    return Figure("engine", name, value, unit, spread, rate_of(raw)[0], "raw sqlite3", GOALS.get(name, ""))


def warm(engine: Engine, instance_id: int = 1) -> None:
    """What a worker has done long before: statements compiled, the machine built, what is loaded kept from the garbage
    collector (`runtime.worker`). The database stays as it was.
    """
    gc.freeze()
    with suppress(InterruptedError), engine.store.write() as work:
        engine.execution.fire_many(work, [submitting(instance_id)])
        work.committed()
        raise InterruptedError


def idle_tick(path: Path, journal: str) -> Figure:
    """Microseconds of a tick that finds nothing due."""
    engine = Engine(path, journal)
    engine.start(IDLE_LADDERS // 2)
    fire_due(engine.store, engine.execution)
    samples = []
    for _ in range(200):
        began = perf_counter()
        fire_due(engine.store, engine.execution)
        samples.append((perf_counter() - began) * 1e6)
    engine.close()
    value, spread = rate_of(samples)
    return Figure("engine", f"idle tick, {IDLE_LADDERS:,} armed", value, "µs", spread, goal="under 1,000")


def verification(path: Path, journal: str) -> Figure:
    """Entries a second that `opora audit verify` checks."""
    engine = Engine(path, journal)
    began = perf_counter()
    report = verify_history(engine.store)
    seconds = perf_counter() - began
    engine.close()
    if report.findings:
        raise SystemExit(f"history does not verify: {report.findings[0]}")
    return Figure("engine", "audit verify", report.entries / seconds, "entries/s")


def prepare(path: Path, journal: str, count: int) -> Path:
    """A file with so many planned instances."""
    engine = Engine(path, journal)
    engine.start(count)
    engine.close()
    return path


def measure(folder: Path, journal: str, steps: int, repeat: int) -> Iterator[Figure]:
    prepared = prepare(folder / "prepared", journal, steps)
    for name in WORKS:
        yield compare(name, prepared, journal, steps, repeat)
    idle = folder / "idle"
    yield idle_tick(idle, journal)
    yield verification(idle, journal)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--steps", type=int, default=400, help="instances in a run")
    parser.add_argument("--repeat", type=int, default=5, help="runs of which the median is taken")
    parser.add_argument("--folder", type=Path, help="where the files are written: the disk is part of the figure")
    journal_option(parser)
    parser.add_argument("--profile", choices=WORKS, help="print where the time of one of these goes, and nothing else")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        if arguments.profile:
            profile(Path(folder), arguments.journal, arguments.profile, arguments.steps)
            return
        figures = measure(Path(folder), arguments.journal, arguments.steps, arguments.repeat)
        show(figures, as_json=arguments.json)


if __name__ == "__main__":
    main()
