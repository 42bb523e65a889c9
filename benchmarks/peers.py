"""How many steps and timers a second, beside what others use for the same, in one run on the same disk.

    python benchmarks/peers.py [--steps 200] [--repeat 3] [--folder DIR] [--journal wal|truncate] [--json]

All on SQLite with one journal mode and `synchronous=FULL`; one process.

- engine: `Execution.fire_many`, one event, one transaction: role, guard, history entry in a hash chain, payload,
  ladders, message;
- raw sqlite3: the engine's statements sent by the driver alone: how much faster than DBOS anything could be here that
  writes these rows;
- engine with Core as usual: the same, but that its statements are executed by SQLAlchemy as everybody does;
- SpiffWorkflow: read the workflow's JSON, load it, run one task, save it (no guard, history, timer or message);
- DBOS: one step of a workflow, its result checkpointed (no state read, no guard, chain, timer or message);
- rungs fired: timers that fire an event, each a step as above; rungs that remind: timers that write a message and move
  on, as most do; Huey's own schedule: a task scheduled for then moves to the queue, is taken from it and runs an empty
  function (no state, no history, no message; and forgotten if the worker dies).
"""

import logging
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from dbos import DBOS
from huey import SqliteHuey
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import bindparam, event, update

from benchmarks.engine import Engine, prepare, recorded, reminders, replay, rungs, single_steps, warm
from benchmarks.figures import Figure, journal_option, options, rate_of, show
from engine import step_rows
from engine.prepared import Driver, Prepared
from engine.tables import instance
from runtime.queue import PlainSerializer

TIMERS = 5
"""Times as many rungs as steps: they go in batches of a hundred."""
PROCESS = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="opora">
<process id="errand" isExecutable="true">
<startEvent id="begin"/><sequenceFlow id="a" sourceRef="begin" targetRef="planned"/>
<manualTask id="planned"/><sequenceFlow id="b" sourceRef="planned" targetRef="doing"/>
<manualTask id="doing"/><sequenceFlow id="c" sourceRef="doing" targetRef="end"/><endEvent id="end"/>
</process></definitions>"""


@dataclass(frozen=True)
class Task:
    """What each is given.

    Args:
        folder: an empty one.
        journal: the mode of whatever SQLite file it opens.
        count: how many steps or timers.
    """

    folder: Path
    journal: str
    count: int


Bench = Callable[[Task], float]


def ours(task: Task, work: Callable[[int, Engine], int] = single_steps) -> float:
    """Steps or timers a second of the engine."""
    engine = Engine(prepare(task.folder / "engine.db", task.journal, task.count), task.journal)
    warm(engine)
    began = perf_counter()
    done = work(task.count, engine)
    seconds = perf_counter() - began
    engine.close()
    return done / seconds


def raw(task: Task) -> float:
    """Steps a second of what the engine sends, sent by sqlite3."""
    made = prepare(task.folder / "made.db", task.journal, task.count)
    spare = Path(shutil.copy(made, task.folder / "spare.db"))
    statements = recorded(spare, task.journal, partial(single_steps, task.count))
    return task.count / replay(made, task.journal, statements)


def with_core(task: Task) -> float:
    """The same with `Connection.execute` in place of prepared statements."""

    def fetch(self: Driver, prepared: Prepared, values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connection.execute(prepared.statement, values)]

    def run_each(self: Driver, prepared: Prepared, rows: Any) -> int:
        if not rows:
            return 0
        if prepared is not step_rows._ADVANCE:  # noqa: SLF001
            return int(self._connection.execute(prepared.statement, rows).rowcount)
        # Core keeps the names of columns for values to be set.
        after = [{f"{name}_": row[name] for name in row} for row in rows]
        return int(self._connection.execute(ADVANCE, after).rowcount)

    with patch.object(Driver, "fetch", fetch), patch.object(Driver, "run_each", run_each):
        return ours(task)


def spiff(task: Task) -> float:
    """Steps a second of SpiffWorkflow, its JSON kept in a row."""
    parser = BpmnParser()
    parser.add_bpmn_io(BytesIO(PROCESS))
    workflow = BpmnWorkflow(parser.get_spec("errand"))
    workflow.do_engine_steps()
    serializer = BpmnWorkflowSerializer()
    rows = sqlite3.connect(task.folder / "spiff.db")
    for pragma in (f"journal_mode={task.journal}", "synchronous=FULL"):
        rows.execute(f"PRAGMA {pragma}")
    rows.execute("CREATE TABLE workflow (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    rows.executemany("INSERT INTO workflow (body) VALUES (?)", [(serializer.serialize_json(workflow),)] * task.count)
    rows.commit()
    began = perf_counter()
    for key in range(1, task.count + 1):
        rows.execute("BEGIN IMMEDIATE")
        [body] = rows.execute("SELECT body FROM workflow WHERE id = ?", (key,)).fetchone()
        loaded = serializer.deserialize_json(body)
        loaded.get_next_task(state=TaskState.READY).run()
        loaded.do_engine_steps()
        rows.execute("UPDATE workflow SET body = ? WHERE id = ?", (serializer.serialize_json(loaded), key))
        rows.commit()
    seconds = perf_counter() - began
    rows.close()
    return task.count / seconds


def dbos(task: Task) -> float:
    """Checkpointed steps a second of one DBOS workflow."""
    url = f"sqlite:///{task.folder / 'dbos.db'}"
    DBOS(config={"name": "bench", "system_database_url": url, "run_admin_server": False})

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
        return task.count / run(task.count)
    finally:
        DBOS.destroy(destroy_registry=True)


def our_rungs(task: Task) -> float:
    """Timers a second that ticks fire."""
    return ours(replace(task, count=task.count * TIMERS), rungs)


def our_reminders(task: Task) -> float:
    """Timers a second that only remind."""
    return ours(replace(task, count=task.count * TIMERS), reminders)


def huey_schedule(task: Task) -> float:
    """Scheduled tasks a second that Huey's own loop moves into its queue, takes and runs."""
    queue = SqliteHuey(
        filename=str(task.folder / "huey.db"),
        journal_mode=task.journal,
        fsync=True,
        results=False,
        serializer=PlainSerializer(),
    )

    @queue.task()
    def nothing() -> None:
        """Run."""

    due = datetime.now() - timedelta(seconds=1)  # noqa: DTZ005  (Huey's own kind of time)
    for _ in range(task.count):
        queue.storage.add_to_schedule(queue.serialize_task(nothing.s()), due)
    began = perf_counter()
    for due_now in queue.read_schedule(datetime.now()):  # noqa: DTZ005
        queue.enqueue(due_now)
    while taken := queue.dequeue():
        queue.execute(taken)
    return task.count / (perf_counter() - began)


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


HUEY = "Huey's own schedule"
HUEY_LESS = "no state, no history, no message; forgotten if the worker dies"
DBOS_LESS = STEPS["DBOS"][1]


def measure(folder: Path, journal: str, count: int, repeat: int) -> Iterator[Figure]:
    """Each in turn, then again, so that a busy minute of the machine falls on all."""
    benches: dict[str, Bench] = {"engine": ours, "raw": raw, **{name: bench for name, (bench, _) in STEPS.items()}}
    benches |= {"rungs fired": our_rungs, "rungs that remind": our_reminders, HUEY: huey_schedule}
    found: dict[str, list[float]] = {name: [] for name in benches}
    for _ in range(repeat):
        for name, bench in benches.items():
            with tempfile.TemporaryDirectory(dir=folder) as place:
                found[name].append(bench(Task(Path(place), journal, count)))
    for name, (_, less) in STEPS.items():
        goal = "at least 4 times" if name == "DBOS" else ""
        yield _beside("step", "steps/s", found["engine"], name, found[name], goal=goal, note=less)
    most = f"how many times DBOS is possible: the engine's statements, nothing computed; DBOS: {DBOS_LESS}"
    yield _beside("step by raw sqlite3", "steps/s", found["raw"], "DBOS", found["DBOS"], note=most)
    for name, goal in (("rungs fired", "at least 10 times"), ("rungs that remind", "")):
        yield _beside(name, "rungs/s", found[name], HUEY, found[HUEY], goal=goal, note=HUEY_LESS)


def _beside(
    name: str, unit: str, mine: list[float], other: str, theirs: list[float], *, goal: str = "", note: str
) -> Figure:
    value, spread = rate_of(mine)
    return Figure("peers", name, value, unit, spread, rate_of(theirs)[0], other, goal, note)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--steps", type=int, default=200, help="steps in a run")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the median is taken")
    parser.add_argument("--folder", type=Path, help="where the files are written: the disk is part of the figure")
    journal_option(parser)
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)

    # DBOS opens its database by itself: the same durability for every SQLite file that SQLAlchemy opens here.
    from sqlalchemy import Engine as AnyEngine

    @event.listens_for(AnyEngine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        for pragma in (f"journal_mode={arguments.journal}", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        figures = measure(Path(folder), arguments.journal, arguments.steps, arguments.repeat)
        show(figures, as_json=arguments.json)


if __name__ == "__main__":
    main()
