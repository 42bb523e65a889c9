"""A worker of the whole program killed in a morning full of work: no letter, notice or calendar entry lost or doubled.

`OPORA_FAULT_TRIALS` says how many workers are killed: a twenty-fifth of it, since each leaves a whole morning to do.
"""

import multiprocessing
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from engine.audit import verify_history
from engine.log_audit import verify_log
from tests.faults.office import be_killed, count_points, look, open_office, work_at

TRIALS = int(os.environ.get("OPORA_FAULT_TRIALS", "100")) // 25
LONGEST_SECONDS = 120
MEMORY = Path("/dev/shm")

# A Monday, ten past nine in Moscow; four weeks without a worker lie behind.
MORNING = datetime(2026, 3, 30, 6, 10, tzinfo=UTC)
# A letter that was in a dead worker's hands is free again by then.
LATER = MORNING + timedelta(minutes=30)


@pytest.fixture
def data(installation: Path) -> Iterator[Path]:
    """The data folder of a copy, in memory where there is such a folder."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield _copy(installation, Path(name))


def _copy(installation: Path, folder: Path) -> Path:
    shutil.rmtree(folder / "data", ignore_errors=True)
    return Path(shutil.copytree(installation, folder / "data"))


def _end(data: Path) -> dict[str, list[Any]]:
    """What it all comes to once a worker has had its morning; history and log verify."""
    work_at(data, MORNING)
    work_at(data, LATER)
    with closing(open_office(data)) as application:
        assert verify_history(application.store).findings == ()
        assert verify_log(application.store, [application.log_key]).findings == ()
    return look(data)


def _moments(points: Counter[str]) -> list[tuple[str, int]]:
    """Which point to kill at, at which of the times it is reached: every one, in an order that is always the same."""
    moments = [(point, nth) for point in sorted(points) for nth in range(1, points[point] + 1)]
    random.Random(1).shuffle(moments)
    return moments


def _kill(data: Path, point: str, nth: int) -> int:
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.trial", "tests.faults.office"])
    worker = context.Process(target=be_killed, args=(data, MORNING, point, nth))
    worker.start()
    worker.join(LONGEST_SECONDS)
    return int(worker.exitcode)


def test_killed_in_the_morning_the_office_loses_and_doubles_nothing(installation: Path, data: Path) -> None:
    """After each kill the next worker brings letters, notices, calendars and history to where they would have been."""
    points = count_points(data, MORNING)
    expected = _end(data)
    assert expected["letters"]
    assert expected["notices"]
    assert expected["calendar"]
    assert expected["files"] == [sum("'sent'" in each for each in expected["letters"])]
    for point, nth in _moments(points)[:TRIALS]:
        _copy(installation, data.parent)
        assert _kill(data, point, nth) == -9, f"{point} {nth}"
        assert _end(data) == expected, f"killed at {point}, time {nth}"
