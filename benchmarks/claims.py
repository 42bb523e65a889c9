"""Whether a tick stays as quick, and a worker as small, however much is pending.

    python benchmarks/claims.py [--rungs 1000000] [--folder DIR] [--json]

On SQLite, with reminders that are all due at the same moment, as whole plans are at eight in the morning:

- claim: one transaction that claims a hundred due rungs and acts on them, while so many and while 1,000 are pending,
  by turns (medians of 10); the ratio is the former's time beside the latter's. Goal: within 2;
- idle tick: beside so many armed ladders of which none is due. Goal: under 1 ms;
- all fired: rungs a second while all of them are worked off;
- memory: the resident set of this process at each quarter of that (Linux), garbage of the filling included, beside what
  it was before. Goal: within 1.1.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import text

from benchmarks.engine import BEGIN, Engine
from benchmarks.figures import Figure, options, rate_of, show, timed
from engine import tick
from engine.clock import format_instant
from engine.tick import BATCH, fire_due

FEW = 1_000
DAY = timedelta(days=1)
KIBIBYTES_A_MEGABYTE = 1024

_NUMBERS = """
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
"""
_INSTANCES = (
    _NUMBERS
    + """
INSERT INTO instance
    (public_id, definition_id, calendar_key, state, revision, starts_on, due_on, entered_at, created_at)
SELECT printf('018f0000-0000-7000-8000-%012d', n), definition_id, calendar_key, 'in_progress', revision, starts_on,
       due_on, entered_at, created_at
FROM number, instance WHERE id = 1 AND n > 1
"""
)
_LADDERS = (
    _NUMBERS
    + """
INSERT INTO ladder (instance_id, name, rung, due_at)
SELECT n, 'evidence', 'due_7', :first FROM number
"""
)


def pending(path: Path, count: int) -> Engine:
    """An engine with so many instances, each with a reminder that is due a day later; nothing else."""
    engine = Engine(path)
    engine.start(1)
    values = {"count": count, "first": format_instant(BEGIN + DAY)}
    with engine.store.write() as work:
        for statement in ("DELETE FROM ladder", "DELETE FROM message", _INSTANCES, _LADDERS):
            work.connection.execute(text(statement), values if ":count" in statement else {})
    return engine


def claim(engine: Engine) -> float:
    """Milliseconds of one transaction of a hundred rungs."""
    return timed(lambda: tick._climb(engine.store, engine.execution, None)) * 1000  # noqa: SLF001


def idle(engine: Engine) -> float:
    """Milliseconds of a tick that finds nothing due."""
    return timed(lambda: fire_due(engine.store, engine.execution)) * 1000


def resident() -> float:
    """Megabytes of memory that this process holds."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) / KIBIBYTES_A_MEGABYTE


def measure(folder: Path, count: int) -> Iterator[Figure]:
    few, many = pending(folder / "few.db", FEW), pending(folder / "many.db", count)
    value, spread = rate_of([idle(many) for _ in range(50)][1:])
    yield Figure("claims", f"idle tick, {count:,} armed", value, "ms", spread, goal="under 1")
    for engine in (few, many):
        engine.clock.advance(DAY + DAY)
    pairs = [(claim(few), claim(many)) for _ in range(FEW // BATCH)]
    limit = median(pair[0] for pair in pairs)
    name = f"claim of {BATCH}, {count:,} pending"
    note = "the ratio is of times: lower is better"
    value, spread = rate_of(pair[1] for pair in pairs)
    yield Figure("claims", name, value, "ms", spread, limit, f"{FEW:,} pending", "at most 2", note)
    few.close()
    yield from work_off(many, count - FEW)
    many.close()


def work_off(engine: Engine, count: int) -> Iterator[Figure]:
    """Fire all of so many that are due; the memory at each quarter."""
    began = perf_counter()
    fired, quarter, first = 0, 0, resident()
    while acted := tick._climb(engine.store, engine.execution, None):  # noqa: SLF001
        fired += acted
        if fired >= (quarter + 1) * count // 4:
            quarter += 1
            yield Figure("claims", f"memory after {fired:,} rungs", resident(), "MB", 0, first, "before", "at most 1.1")
    yield Figure("claims", "all fired", fired / (perf_counter() - began), "rungs/s")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--rungs", type=int, default=1_000_000, help="how many are pending")
    parser.add_argument("--folder", type=Path, help="where the files are written: the disk is part of the figure")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        show(measure(Path(folder), arguments.rungs), as_json=arguments.json)


if __name__ == "__main__":
    main()
