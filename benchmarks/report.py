"""Runs every benchmark and writes the tables of docs/performance.md.

    python benchmarks/report.py [--only NAME]

Each benchmark prints one line of JSON a figure. What runs longer than it may is cut off, and the table says so, so that
all takes less than twenty minutes. What stands in docs/performance.md before the mark is written by hand and stays.
"""

import argparse
import json
import os
import platform
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.figures import in_short

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
MARK = "<!-- Below this line everything is written by `make bench`. -->\n"
LONGEST_SECONDS = 240
ALL_SECONDS = 1080
STARTED = monotonic()
MEMORY = Path("/dev/shm")
IN_MEMORY = ("--folder", str(MEMORY)) if MEMORY.is_dir() else ()
LIBRARIES = ("sqlalchemy", "psycopg", "transitions", "huey", "dbos", "spiffworkflow", "icalendar")
PROFILERS = {"engine": "engine", "peers": "engine", "postgresql": "postgresql"}
"""For whose figures there is a script that shows where their time goes."""
HEAD = "| figure | value | beside | its value | ratio | goal | spread | |\n|---|---:|---|---:|---:|---|---:|---|\n"

Line = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A benchmark with its options, and what its table is called."""

    title: str
    script: str
    options: tuple[str, ...] = ()

    def lines(self) -> list[Line]:
        """What it printed; a last line that says so where it was cut off or failed."""
        command = [sys.executable, HERE / f"{self.script}.py", "--json", *self.options]
        allowed = seconds_left()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                printed, trouble = process.communicate(timeout=allowed)[0], ""
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)  # it stops what it has started
                printed, trouble = process.communicate()[0], f"cut off after {allowed:.0f} s"
        if process.returncode and not trouble:
            trouble = f"ended with {process.returncode}"
        lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{") and line.endswith("}")]
        return [*lines, {"figure": trouble}] if trouble else lines


def runs() -> Iterator[Run]:
    """The benchmarks in the order of the page."""
    places: dict[str, tuple[str, ...]] = {"on disk": ()}
    if IN_MEMORY:
        places["file in memory: what the program itself costs"] = IN_MEMORY
    for place, folder in places.items():
        for journal in ("truncate", "wal"):
            chosen = (*folder, "--journal", journal)
            yield Run(f"Engine beside raw sqlite3, journal {journal.upper()}, {place}", "engine", chosen)
            yield Run(f"Beside others, journal {journal.upper()}, {place}", "peers", chosen)
    yield Run("Eight writers on PostgreSQL", "postgresql")
    yield Run("A million pending", "claims", IN_MEMORY)
    yield Run("Sealing and verifying", "audit", ("--entries", "30000"))
    yield Run("Calendar files", "feeds", ("--sizes", "1000,10000"))
    yield Run("Calendar server", "feed_server")
    yield Run("A year lived through, and a morning", "simulation")
    yield Run("Reading long plans", "importing")
    yield Run("Reading deadlines", "deadlines", ("--part", "held_back"))


def seconds_left() -> float:
    """How long the next benchmark may take."""
    return max(1.0, min(LONGEST_SECONDS, STARTED + ALL_SECONDS - monotonic()))


def falls_short(line: Line) -> bool:
    """Whether a figure misses its goal; where there is a ratio, the goal is about it."""
    wanted = re.match(r"(at least|at most|under) ([\d.,]+)", line.get("goal", ""))
    if not wanted or "value" not in line:
        return False
    bound, found = float(wanted[2].replace(",", "").rstrip(".")), line.get("ratio", line["value"])
    if "/s" in line["goal"]:
        found = line["value"]
    missed = {"at least": found < bound, "at most": found > bound, "under": found >= bound}
    return bool(missed[wanted[1]])


def table(lines: list[Line]) -> str:
    return HEAD + "".join(_row(line) for line in lines)


def _row(line: Line) -> str:
    if "value" not in line:
        return f"| {line['figure']} | | | | | | | |\n"
    limit, ratio, spread = (in_short(line[name]) if name in line else "" for name in ("limit", "ratio", "spread"))
    goal = f"**{line['goal']}: missed**" if falls_short(line) else line.get("goal", "")
    value = f"{in_short(line['value'])} {line['unit']}"
    cells = (line["figure"], value, line.get("against", ""), limit, ratio, goal, spread, line.get("note", ""))
    return f"| {' | '.join(cells)} |\n"


def profile_of(run: Run, figure: str) -> str:
    """Where the time goes of a figure that falls short."""
    command = [sys.executable, HERE / f"{PROFILERS[run.script]}.py", *run.options, "--profile", figure]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=seconds_left(), check=False).stdout
    rows = [row.rstrip() for row in printed.splitlines() if re.match(r"\s+(ncalls|[\d/]+\s)", row)]
    return f"\nWhere the time of “{figure}” goes, watched and so slower:\n\n```text\n" + "\n".join(rows) + "\n```\n"


def section(run: Run) -> str:
    """A heading, the table, profiles."""
    lines = run.lines()
    short = dict.fromkeys(line["figure"] for line in lines if run.script in PROFILERS and falls_short(line))
    parameters = f" {' '.join(run.options)}" if run.options else ""
    command = f"`python benchmarks/{run.script}.py{parameters}`"
    return f"\n## {run.title}\n\n{command}\n\n{table(lines)}" + "".join(profile_of(run, each) for each in short)


def settings() -> str:
    """Versions and the machine, without its name."""
    found = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"\nPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {found}; {platform.system()}, "
        f"{os.cpu_count()} processors, load before the run {load} (1, 5, 15 minutes: what else ran lowers every "
        "figure; ratios are of runs by turns).\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="run this benchmark, print its tables, write nothing")
    only = parser.parse_args().only
    if only:
        print("".join(section(each) for each in runs() if each.script == only))
        return
    begun = settings()
    text = begun + "".join(section(each) for each in runs())
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(head + MARK + text, encoding="utf-8")


if __name__ == "__main__":
    main()
