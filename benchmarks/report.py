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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
MARK = "<!-- Below this line everything is written by `make bench`. -->\n"
LONGEST_SECONDS = 240
ALL_SECONDS = 1080
STARTED = monotonic()
MEMORY = Path("/dev/shm")
IN_MEMORY = ("--folder", str(MEMORY)) if MEMORY.is_dir() else ()
LIBRARIES = ("sqlalchemy", "psycopg", "transitions", "huey", "dbos", "spiffworkflow", "icalendar")
KNOWN = {"benchmark", "figure", "value", "unit", "against", "limit", "ratio", "spread", "goal", "note"}
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
        found = [json.loads(line) for line in printed.splitlines() if line.startswith("{") and line.endswith("}")]
        lines = [each for line in found for each in _parted(line)]
        return [*lines, {"figure": trouble}] if trouble else lines


def _parted(line: Line) -> list[Line]:
    """A line that holds several figures by their names, as several lines."""
    return [line] if "figure" in line else [{"figure": name, "value": value} for name, value in line.items()]


def runs() -> Iterator[Run]:
    """The benchmarks in the order of the page."""
    yield Run("Engine beside raw sqlite3, on disk", "engine")
    yield Run("Beside others, on disk", "peers")
    if IN_MEMORY:
        yield Run("Engine beside raw sqlite3, file in memory: what the program itself costs", "engine", IN_MEMORY)
        yield Run("Beside others, file in memory", "peers", IN_MEMORY)
    yield Run("Eight writers on PostgreSQL", "postgresql")
    yield Run("A million pending", "claims", IN_MEMORY)
    yield Run("Sealing and verifying", "audit", ("--entries", "30000"))
    yield Run("Calendar files", "feeds", ("--sizes", "1000,10000"))
    yield Run("Calendar server", "feed_server")
    yield Run("Reading long plans", "importing")
    yield Run("Reading deadlines", "deadlines", ("--part", "held_back"))


def seconds_left() -> float:
    """How long the next benchmark may take."""
    return max(1.0, min(LONGEST_SECONDS, STARTED + ALL_SECONDS - monotonic()))


def falls_short(line: Line) -> bool:
    """Whether a figure misses its goal; where there is a ratio, the goal is about it."""
    wanted = re.match(r"(at least|at most|under) ([\d.,]+)", line.get("goal", ""))
    if not wanted:
        return False
    bound, found = float(wanted[2].replace(",", "").rstrip(".")), line.get("ratio", line["value"])
    if "/s" in line["goal"]:
        found = line["value"]
    return bool(found < bound if wanted[1] == "at least" else found > bound)


def table(lines: list[Line]) -> str:
    return HEAD + "".join(_row(line) for line in lines)


def _row(line: Line) -> str:
    if "value" not in line:
        rest = {name: value for name, value in line.items() if name not in {"benchmark", "figure"}}
        return f"| {line['figure']} | | | | | | | {_plain(rest)} |\n"
    goal = f"**{line['goal']}: missed**" if falls_short(line) else line.get("goal", "")
    rest = {name: value for name, value in line.items() if name not in KNOWN}
    cells = (
        line["figure"].replace("_", " "),
        f"{_number(line['value'])} {line.get('unit', '')}",
        line.get("against", ""),
        _number(line.get("limit")),
        _number(line.get("ratio")),
        goal,
        _number(line.get("spread")),
        "; ".join(filter(None, (line.get("note", ""), _plain(rest)))),
    )
    return f"| {' | '.join(cells)} |\n"


def _plain(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in values.items() if value != "")


def _number(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def profile_of(run: Run, line: Line) -> str:
    """Where the time goes of a figure of the engine that falls short."""
    command = [sys.executable, HERE / "engine.py", *run.options, "--profile", line["figure"]]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=seconds_left(), check=False).stdout
    rows = [row.rstrip() for row in printed.splitlines() if re.match(r"\s+(ncalls|[\d/]+\s)", row)]
    return "\nWhere the time goes:\n\n```text\n" + "\n".join(rows) + "\n```\n"


def section(run: Run) -> str:
    """A heading, the table, profiles."""
    lines = run.lines()
    short = [line for line in lines if run.script == "engine" and falls_short(line)]
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
