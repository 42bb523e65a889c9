"""A worker killed at any point loses nothing and doubles nothing.

`OPORA_FAULT_TRIALS` says how many workers are killed; `make faults` kills more than `make test`.
"""

import multiprocessing
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from engine.audit import verify_history
from engine.faults import POINTS
from tests.faults.trial import ANY_MOMENT, be_killed, count_points, look, open_rig, prepare, work
from tests.fixtures.databases import PostgresServer
from tests.fixtures.engine import Rig

TRIALS = int(os.environ.get("OPORA_FAULT_TRIALS", "100"))
LONGEST_SECONDS = 30
# There a step's rows are one statement (`engine.step_rows`): nothing can die between them.
NOT_ON_POSTGRESQL = {"step.advanced", "step.recorded", "step.rearmed"}
MEMORY = Path("/dev/shm")

Copy = Callable[[], str]


@pytest.fixture(scope="module")
def forks() -> Any:
    """Workers are forked from a process that has imported the program and has no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.trial"])
    return context


@pytest.fixture(scope="module")
def sqlite_copies() -> Iterator[Copy]:
    """Each call gives the URL of a fresh copy of one prepared database file."""
    # In memory where there is such a folder: a kill leaves what the system was given to write, so a disk adds nothing.
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        prepare(f"sqlite:///{folder / 'prepared.db'}")

        def copy() -> str:
            (folder / "trial.db-journal").unlink(missing_ok=True)
            return f"sqlite:///{shutil.copy(folder / 'prepared.db', folder / 'trial.db')}"

        yield copy


@pytest.fixture(scope="module")
def postgres_copies(postgres_server: PostgresServer) -> Iterator[Copy]:
    """The same as PostgreSQL databases made from a template."""

    def copy() -> str:
        postgres_server.execute("DROP DATABASE IF EXISTS trial WITH (FORCE)")
        postgres_server.execute("CREATE DATABASE trial TEMPLATE prepared")
        return postgres_server.url("trial")

    postgres_server.execute("CREATE DATABASE prepared")
    prepare(postgres_server.url("prepared"))
    yield copy
    for name in ("trial", "prepared"):
        postgres_server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def undisturbed(copy: Copy) -> tuple[dict[str, list[Any]], Counter[str]]:
    """What the end looks like, and how often each point is reached, when nobody is killed."""
    rig = open_rig(copy())
    points = count_points(rig)
    picture = look(rig.store.engine)
    rig.close()
    return picture, points


def plan(points: Counter[str], trials: int) -> list[tuple[str, int]]:
    """Whom to kill where: each reached point in turn, one of the times it is reached, and now and then any moment."""
    # The same plan in every run of the same length, so that a failure can be seen again.
    chance = random.Random(trials)
    places = [*(point for point in POINTS if point in points), ANY_MOMENT]
    return [(place, chance.randint(1, points[place] or 1)) for place in (places * (trials // len(places) + 1))[:trials]]


def kill(forks: Any, url: str, point: str, nth: int) -> int:
    """Fork a worker and let it die; its exit code."""
    ready = forks.Event()
    worker = forks.Process(target=be_killed, args=(url, point, nth, ready))
    worker.start()
    if point == ANY_MOMENT:
        ready.wait(LONGEST_SECONDS)
        worker.join(random.Random(nth).random() / 10)
        worker.kill()
    worker.join(LONGEST_SECONDS)
    return int(worker.exitcode)


def finish(url: str) -> tuple[Rig, dict[str, list[Any]]]:
    """A new worker, perhaps several times: a server may hold a dead worker's locks for a moment."""
    rig = open_rig(url)
    deadline = time.monotonic() + LONGEST_SECONDS
    while work(rig) and time.monotonic() < deadline:
        pass
    return rig, look(rig.store.engine)


def run_trials(forks: Any, copy: Copy, trials: int) -> Counter[str]:
    """Kill so many workers; what happened to them, by point."""
    expected, points = undisturbed(copy)
    killed: Counter[str] = Counter()
    for point, nth in plan(points, trials):
        url = copy()
        code = kill(forks, url, point, nth)
        assert code == -9 or point == ANY_MOMENT, f"{point} {nth}: exit code {code}"
        rig, picture = finish(url)
        report = verify_history(rig.store)
        rig.close()
        assert picture == expected, f"killed at {point}, time {nth}"
        assert report.findings == (), f"killed at {point}, time {nth}"
        killed[point] += 1
    return killed


def test_undisturbed_work_passes_every_point(sqlite_copies: Copy) -> None:
    """The trials' work comes by all points that the code names, so that a kill at each means something."""
    _, points = undisturbed(sqlite_copies)
    assert set(points) == set(POINTS)


def test_killed_workers_lose_and_double_nothing(forks: Any, sqlite_copies: Copy) -> None:
    """After each kill a new worker brings the database exactly to where it would have been, and history verifies."""
    assert run_trials(forks, sqlite_copies, TRIALS).total() == TRIALS


@pytest.mark.needs("postgresql")
def test_undisturbed_work_on_postgresql_passes_every_point_but_those_within_a_step(postgres_copies: Copy) -> None:
    """The rows of a step are written by one statement there, and nothing else is left out."""
    _, points = undisturbed(postgres_copies)
    assert set(points) == set(POINTS) - NOT_ON_POSTGRESQL


@pytest.mark.needs("postgresql")
def test_killed_workers_lose_and_double_nothing_on_postgresql(forks: Any, postgres_copies: Copy) -> None:
    """The same where a server keeps the database and must notice that its client is gone."""
    trials = max(len(POINTS) + 1, TRIALS // 5)
    assert run_trials(forks, postgres_copies, trials).total() == trials
