"""Steps a second of eight processes on one PostgreSQL, beside raw psycopg doing the same statements.

    python benchmarks/postgresql.py [--steps 50] [--writers 8] [--repeat 3] [--json]

A throwaway server on this machine, over loopback, `fsync` and `synchronous_commit` on. Each writer steps through
instances of its own, one event and one transaction each: the instance and its newest entry are read and locked, then
one statement writes the new state, the entry, the payload, the ladder's end and the message.

First the engine works alone on a copy of the database, and all statements that it sends are noted with their values.
Then, on fresh copies by turns, so many processes are the engine, or send what was noted with psycopg and compute
nothing. A run's time is that of the slowest writer. Medians; goal: at least 0.5 of psycopg.
"""

import sys
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg
from sqlalchemy import event

from benchmarks.engine import Engine, warm, watch
from benchmarks.figures import Figure, options, rate_of, show
from tests.fixtures.databases import PostgresServer, run_postgresql

SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "256MB"}
PREPARED = "prepared"
Statement = tuple[str, Any]
Script = list[Statement]


class Noting(psycopg.Cursor[Any]):
    """A cursor that notes what it is given."""

    noted: ClassVar[Script] = []

    def execute(self, query: Any, params: Any = None, **more: Any) -> "Noting":
        """Note and execute."""
        self.noted.append((query, params))
        return super().execute(query, params, **more)


def note(url: str, ids: range) -> Script:
    """The statements of the steps of these instances, each transaction ended by an empty one."""
    engine = Engine(url)

    @event.listens_for(engine.store.engine, "do_connect")
    def connect(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
        parameters["cursor_factory"] = Noting

    @event.listens_for(engine.store.engine, "commit")
    def commit(_connection: Any) -> None:
        Noting.noted.append(("", None))

    warm(engine)
    Noting.noted.clear()
    run_engine(engine, ids)
    engine.close()
    return [each for each in Noting.noted if each[0] != "SELECT 1"]


def run_engine(engine: Engine, ids: range) -> None:
    for each in ids:
        engine.fire(range(each, each + 1))


def be_engine(url: str, ids: range, _script: Script, start: Barrier) -> float:
    """In a process of its own: seconds that the steps took."""
    engine = Engine(url)
    warm(engine, ids[0])
    start.wait()
    began = perf_counter()
    run_engine(engine, ids)
    seconds = perf_counter() - began
    engine.close()
    return seconds


def be_psycopg(url: str, _ids: range, script: Script, start: Barrier) -> float:
    """The same, by what was noted."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("SELECT 1").fetchall()
        connection.commit()
        start.wait()
        began = perf_counter()
        cursor = connection.cursor()
        for query, values in script:
            if not query:
                connection.commit()
                continue
            cursor.execute(query, values)
            if cursor.description:
                cursor.fetchall()
        return perf_counter() - began


def work(out: Any, be: Any, *given: Any) -> None:
    """A writer's process."""
    out.put(be(*given))


def race(be: Any, url: str, shares: list[range], scripts: list[Script]) -> float:
    """Steps a second of all writers together."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.engine"])  # a writer's start costs a fork, not a second of imports
    start, out = context.Barrier(len(shares)), context.Queue()
    writers = [
        context.Process(target=work, daemon=True, args=(out, be, url, ids, script, start))
        for ids, script in zip(shares, scripts, strict=True)
    ]
    for each in writers:
        each.start()
    slowest = max(out.get(timeout=300) for _ in writers)
    for each in writers:
        each.join()
    return sum(map(len, shares)) / slowest


def copy(server: PostgresServer, name: str) -> str:
    """The URL of a fresh copy of the prepared database."""
    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.execute(f"CREATE DATABASE {name} TEMPLATE {PREPARED}")
    return server.url(name)


def profile(steps: int) -> None:
    """Where the time of one writer goes."""
    with run_postgresql(SETTINGS) as server:
        server.execute(f"CREATE DATABASE {PREPARED}")
        engine = Engine(server.url(PREPARED))
        engine.start(steps)
        warm(engine)
        watch(run_engine, engine, range(1, steps + 1))
        engine.close()


def measure(writers: int, steps: int, repeat: int) -> Iterator[Figure]:
    shares = [range(1 + each * steps, 1 + (each + 1) * steps) for each in range(writers)]
    with run_postgresql(SETTINGS) as server:
        server.execute(f"CREATE DATABASE {PREPARED}")
        engine = Engine(server.url(PREPARED))
        engine.start(writers * steps)
        engine.close()
        scripts = []
        for ids in shares:
            noted = copy(server, "noted")
            server.execute("ALTER DATABASE noted SET synchronous_commit = off")  # what is noted is not measured
            scripts.append(note(noted, ids))
        for count in dict.fromkeys((1, writers)):
            ours, raw = [], []
            for _ in range(repeat):
                ours.append(race(be_engine, copy(server, "ours"), shares[:count], scripts[:count]))
                raw.append(race(be_psycopg, copy(server, "theirs"), shares[:count], scripts[:count]))
            value, spread = rate_of(ours)
            name = f"step, {count} writer{'s' if count > 1 else ''}"
            goal = "at least 0.5" if count > 1 else ""
            yield Figure("postgresql", name, value, "steps/s", spread, rate_of(raw)[0], "psycopg", goal)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--steps", type=int, default=50, help="steps of each writer")
    parser.add_argument("--writers", type=int, default=8, help="processes at once")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the median is taken")
    parser.add_argument("--profile", help="print where the time of a step goes, whatever is named, and nothing else")
    arguments = parser.parse_args()
    if arguments.profile:
        profile(arguments.steps)
        return
    show(measure(arguments.writers, arguments.steps, arguments.repeat), as_json=arguments.json)


if __name__ == "__main__":
    main()
