"""How fast the engine steps, beside raw sqlite3 doing the same statements on the same file system in the same run.

    python benchmarks/engine.py [--steps 400] [--repeat 5] [--folder DIR] [--json]

The engine works on a prepared SQLite file; every statement that it sends is recorded with its values. Then raw
sqlite3 replays them on a copy of the same file, with the same journal mode, `synchronous` and transactions: it
computes nothing, so it is the limit. Medians of `--repeat` runs, each on fresh copies, side by side:

- step: one instance, one event, one transaction: guard and role, version-checked update, chained history entry,
  payload, a ladder ended, a message;
- batch: the same for 100 instances in one transaction;
- rungs: due timers that fire an event, claimed and fired by a tick (100 a transaction).

Beside them, without a limit to hold against: an idle tick with 10,000 armed ladders, and verification of history.
"""

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import event

from activities.guards import GUARDS
from activities.roles import Role
from activities.vocabulary import VOCABULARY
from activities.working_calendar import WorkingCalendar
from engine.audit import verify_history
from engine.clock import VirtualClock
from engine.database import open_database, wal_is_safe
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
COORDINATOR = Facts(frozenset({Role.COORDINATOR}))

Statement = tuple[str, Any, bool]
Work = Callable[["Engine"], int]


class Engine:
    """The engine on one SQLite file, with the shipped workflow."""

    def __init__(self, path: Path) -> None:
        self.clock = VirtualClock(BEGIN)
        self.store = Store(open_database(f"sqlite:///{path}"), self.clock, SilentBell())
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
        """The event `start` for these instances in one transaction."""
        with self.store.write() as work:
            self.execution.fire_many(
                work, [Firing(each, "start", COORDINATOR, "p-1", "cli", payload={"reason": "да"}) for each in ids]
            )

    def close(self) -> None:
        """Let go of the file."""
        self.store.engine.dispose()


@dataclass(frozen=True)
class Figure:
    """A measured number, with the limit it is held against where there is one."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    spread: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """One line of `--json`."""
        ratio = self.value / self.limit if self.limit else None
        plain = {"benchmark": "engine", "figure": self.name, "value": round(self.value, 1), "unit": self.unit}
        return {**plain, "raw_sqlite3": self.limit and round(self.limit, 1), "ratio": ratio, "spread": self.spread}


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


def recorded(path: Path, work: Work) -> list[Statement]:
    """Every statement that the engine sends for a work on this file."""
    engine = Engine(path)

    @event.listens_for(engine.store.engine, "do_connect")
    def connect(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["factory"] = Recording

    engine.store.engine.connect().close()
    Recording.statements = []  # what opening a file takes is asked of nobody
    work(engine)
    engine.close()
    return Recording.statements


def replay(path: Path, statements: list[Statement]) -> float:
    """Seconds that raw sqlite3 takes for the same statements."""
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in (f"journal_mode={'WAL' if wal_is_safe() else 'TRUNCATE'}", "synchronous=FULL", "foreign_keys=ON"):
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


def rungs(engine: Engine) -> int:
    engine.clock.set(datetime(2026, 4, 1, 5, 0, tzinfo=UTC))
    return fire_due(engine.store, engine.execution)


def compare(name: str, unit: str, work: Work, prepared: Path, repeat: int) -> Figure:
    """The engine's work a second, and raw sqlite3's on the same statements."""
    ours, raw = [], []
    for _ in range(repeat):
        mine, theirs, spare = (Path(shutil.copy(prepared, prepared.with_name(each))) for each in ("a", "b", "c"))
        statements = recorded(spare, work)
        engine = Engine(mine)
        warm(engine)
        began = perf_counter()
        done = work(engine)
        ours.append(done / (perf_counter() - began))
        engine.close()
        raw.append(done / replay(theirs, statements))
    return Figure(name, median(ours), unit, median(raw), spread=round((max(ours) - min(ours)) / median(ours), 2))


def warm(engine: Engine) -> None:
    """A worker has compiled its statements and built its machine long before; the file stays as it was."""
    with suppress(InterruptedError), engine.store.write() as work:
        engine.execution.fire_many(work, [Firing(1, "start", COORDINATOR, "p-1", "cli")])
        work.committed()
        raise InterruptedError


def idle_tick(path: Path) -> Figure:
    """Microseconds of a tick that finds nothing due."""
    engine = Engine(path)
    engine.start(IDLE_LADDERS // 2)
    fire_due(engine.store, engine.execution)
    samples = []
    for _ in range(200):
        began = perf_counter()
        fire_due(engine.store, engine.execution)
        samples.append((perf_counter() - began) * 1e6)
    engine.close()
    return Figure(f"idle tick, {IDLE_LADDERS} armed", median(samples), "µs")


def verification(path: Path) -> Figure:
    """Entries a second that `opora audit verify` checks."""
    engine = Engine(path)
    began = perf_counter()
    report = verify_history(engine.store)
    seconds = perf_counter() - began
    engine.close()
    if report.findings:
        raise SystemExit(f"history does not verify: {report.findings[0]}")
    return Figure("audit verify", report.entries / seconds, "entries/s")


def measure(folder: Path, steps: int, repeat: int) -> Iterator[Figure]:
    prepared = folder / "prepared"
    engine = Engine(prepared)
    engine.start(steps)
    engine.close()
    yield compare("step", "steps/s", partial(single_steps, steps), prepared, repeat)
    yield compare("batch of 100", "steps/s", partial(batches, steps), prepared, repeat)
    yield compare("rungs fired", "rungs/s", rungs, prepared, repeat)
    idle = folder / "idle"
    yield idle_tick(idle)
    yield verification(idle)


def show(figure: Figure, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figure.to_json(), ensure_ascii=False))
        return
    limit = f"  raw sqlite3 {figure.limit:9.0f}  ratio {figure.value / figure.limit:.2f}" if figure.limit else ""
    print(f"{figure.name:<26}{figure.value:9.0f} {figure.unit:<10}{limit}  spread {figure.spread:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=400, help="instances in a run")
    parser.add_argument("--repeat", type=int, default=5, help="runs of which the median is taken")
    parser.add_argument("--folder", type=Path, help="where the files are written: the disk is part of the figure")
    parser.add_argument("--json", action="store_true", help="one line of JSON a figure")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        for figure in measure(Path(folder), arguments.steps, arguments.repeat):
            show(figure, as_json=arguments.json)


if __name__ == "__main__":
    main()
