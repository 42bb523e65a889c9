"""How many steps and timers a second, beside what others use for the same, in one run on the same disk.

    python benchmarks/peers.py [--steps 200] [--repeat 3] [--folder DIR] [--json]

All on SQLite with one journal mode (WAL where the version is safe, else TRUNCATE) and `synchronous=FULL`; one process.

- engine: `Execution.fire`, one event, one transaction: guard, role, history entry in a hash chain, payload, ladder,
  message;
- engine with Core as usual: the same, but that its statements are executed by SQLAlchemy as everybody does;
- SpiffWorkflow: read the workflow's JSON, load it, run one task, save it (no guard, history, timer or message);
- DBOS: one step of a workflow, its result checkpointed (no state read, no guard, chain, timer or message);
- rungs: timers that fire an event; Huey's own schedule: a task scheduled for then moves to the queue, is taken from it
  and runs an empty function (no state, no history; and forgotten if the worker dies).
"""

import logging
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from dbos import DBOS
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import bindparam, event, update

from benchmarks.engine import Engine, rungs, single_steps, warm
from benchmarks.figures import Figure, options, rate_of, show
from engine import step_rows
from engine.database import wal_is_safe
from engine.prepared import Prepared
from engine.tables import instance
from runtime.queue import open_queue

JOURNAL = "WAL" if wal_is_safe() else "TRUNCATE"
TIMERS = 5
"""Times as many rungs as steps: they go in batches of a hundred."""
PROCESS = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="opora">
<process id="errand" isExecutable="true">
<startEvent id="begin"/><sequenceFlow id="a" sourceRef="begin" targetRef="planned"/>
<manualTask id="planned"/><sequenceFlow id="b" sourceRef="planned" targetRef="doing"/>
<manualTask id="doing"/><sequenceFlow id="c" sourceRef="doing" targetRef="end"/><endEvent id="end"/>
</process></definitions>"""

Bench = Callable[[Path, int], float]


def ours(folder: Path, count: int) -> float:
    """Steps a second of the engine."""
    engine = Engine(folder / "engine.db")
    engine.start(count)
    warm(engine)
    began = perf_counter()
    single_steps(count, engine)
    seconds = perf_counter() - began
    engine.close()
    return count / seconds


def with_core(folder: Path, count: int) -> float:
    """The same with `Connection.execute` in place of prepared statements."""

    def fetch(self: Prepared, connection: Any, values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(self.statement, values)]

    def run_each(self: Prepared, connection: Any, rows: Any) -> int:
        if not rows:
            return 0
        if self is not step_rows._ADVANCE:  # noqa: SLF001
            return int(connection.execute(self.statement, rows).rowcount)
        # Core keeps the names of columns for values to be set.
        return int(connection.execute(ADVANCE, [{f"{name}_": row[name] for name in row} for row in rows]).rowcount)

    with patch.object(Prepared, "fetch", fetch), patch.object(Prepared, "run_each", run_each):
        return ours(folder, count)


def spiff(folder: Path, count: int) -> float:
    """Steps a second of SpiffWorkflow, its JSON kept in a row."""
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(PROCESS))
    workflow = BpmnWorkflow(parser.get_spec("errand"))
    workflow.do_engine_steps()
    serializer = BpmnWorkflowSerializer()
    rows = sqlite3.connect(folder / "spiff.db")
    for pragma in (f"journal_mode={JOURNAL}", "synchronous=FULL"):
        rows.execute(f"PRAGMA {pragma}")
    rows.execute("CREATE TABLE workflow (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    rows.executemany("INSERT INTO workflow (body) VALUES (?)", [(serializer.serialize_json(workflow),)] * count)
    rows.commit()
    began = perf_counter()
    for key in range(1, count + 1):
        rows.execute("BEGIN IMMEDIATE")
        [body] = rows.execute("SELECT body FROM workflow WHERE id = ?", (key,)).fetchone()
        loaded = serializer.deserialize_json(body)
        loaded.get_next_task(state=TaskState.READY).run()
        loaded.do_engine_steps()
        rows.execute("UPDATE workflow SET body = ? WHERE id = ?", (serializer.serialize_json(loaded), key))
        rows.commit()
    seconds = perf_counter() - began
    rows.close()
    return count / seconds


def dbos(folder: Path, count: int) -> float:
    """Checkpointed steps a second of one DBOS workflow."""
    DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{folder / 'dbos.db'}", "run_admin_server": False})

    @DBOS.step()
    def step(number: int) -> int:
        return number

    @DBOS.workflow()
    def run(steps: int) -> float:
        began = perf_counter()
        for number in range(steps):
            step(number)
        return perf_counter() - began

    DBOS.launch()
    try:
        return count / run(count)
    finally:
        DBOS.destroy(destroy_registry=True)


def our_rungs(folder: Path, count: int) -> float:
    """Timers fired a second by ticks."""
    engine = Engine(folder / "rungs.db")
    engine.start(count * TIMERS)
    warm(engine)
    began = perf_counter()
    fired = rungs(count * TIMERS, engine)
    seconds = perf_counter() - began
    engine.close()
    return fired / seconds


def huey_schedule(folder: Path, count: int) -> float:
    """Scheduled tasks a second that Huey's own loop moves into its queue, takes and runs."""
    queue = open_queue(f"sqlite:///{folder / 'huey.db'}")

    @queue.task()
    def nothing() -> None:
        """Run."""

    due = datetime.now() - timedelta(seconds=1)  # noqa: DTZ005  (Huey's own kind of time)
    for _ in range(count):
        queue.storage.add_to_schedule(queue.serialize_task(nothing.s()), due)
    began = perf_counter()
    for task in queue.read_schedule(datetime.now()):  # noqa: DTZ005
        queue.enqueue(task)
    while task := queue.dequeue():
        queue.execute(task)
    return count / (perf_counter() - began)


ADVANCE = (
    update(instance)
    .where(instance.c.id == bindparam("id_"), instance.c.revision == bindparam("revision_") - 1)
    .values({name: bindparam(f"{name}_") for name in step_rows._ADVANCED})  # noqa: SLF001
)
STEPS: dict[str, tuple[Bench, str]] = {
    "engine with Core as usual": (with_core, "the same rows"),
    "SpiffWorkflow": (spiff, "no guard, history, payload, timer or message"),
    "DBOS": (dbos, "a result checkpointed; no state, guard, chain, timer or message"),
}


def measure(folder: Path, count: int, repeat: int) -> Iterator[Figure]:
    """Each in turn, then again, so that a busy minute of the machine falls on all."""
    benches = {"engine": ours, **{name: bench for name, (bench, _) in STEPS.items()}}
    benches |= {"rungs of the engine": our_rungs, "Huey's own schedule": huey_schedule}
    found: dict[str, list[float]] = {name: [] for name in benches}
    for _ in range(repeat):
        for name, bench in benches.items():
            with tempfile.TemporaryDirectory(dir=folder) as place:
                found[name].append(bench(Path(place), count))
    step, spread = rate_of(found["engine"])
    yield Figure("peers", "step", step, "steps/s", spread)
    for name, (_, less) in STEPS.items():
        goal = "at least 4 times" if name == "DBOS" else ""
        yield _beside("step", "steps/s", (step, spread), name, found[name], goal=goal, note=less)
    mine = rate_of(found["rungs of the engine"])
    note = "no state, no history; forgotten if the worker dies"
    other = "Huey's own schedule"
    yield _beside("rungs fired", "rungs/s", mine, other, found[other], goal="at least 10 times", note=note)


def _beside(
    name: str, unit: str, mine: tuple[float, float], other: str, runs: list[float], *, goal: str, note: str
) -> Figure:
    return Figure("peers", f"{name}, {other}", mine[0], unit, mine[1], rate_of(runs)[0], other, goal, note)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--steps", type=int, default=200, help="steps in a run")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the median is taken")
    parser.add_argument("--folder", type=Path, help="where the files are written: the disk is part of the figure")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)

    # DBOS opens its database by itself: the same durability for every SQLite file that SQLAlchemy opens here.
    from sqlalchemy import Engine as AnyEngine

    @event.listens_for(AnyEngine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        for pragma in (f"journal_mode={JOURNAL}", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        show(measure(Path(folder), arguments.steps, arguments.repeat), as_json=arguments.json)


if __name__ == "__main__":
    main()
