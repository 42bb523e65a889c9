"""Reading a file in a process of its own, which may take only so much memory and time.

What a hostile or broken file does to a parser ends there: the process that asked gets a reading or one clear error.
The child is given no settings, so it knows neither the database nor any key.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from activities.importing import errors
from activities.importing.columns import ColumnRole
from activities.importing.progress import Progress, Report, stay_silent
from activities.importing.reading import PlanReading
from activities.importing.source import Source
from activities.importing.transport import unpack
from activities.period import Period
from engine.errors import OporaError

_PASSED_ON = ("PATH", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT")
_SECONDS_TO_DIE = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: address space, processor time, time by the wall clock.

    A table of 10,000 rows takes about a fifth of each (`benchmarks/importing.py`).
    """

    memory_mb: int = 1024
    cpu_seconds: int = 90
    wall_seconds: int = 180


LIMITS = Limits()


def read_plan(
    path: Path,
    period: Period | None = None,
    *,
    columns: Sequence[ColumnRole] = (),
    report: Report = stay_silent,
    limits: Limits = LIMITS,
) -> PlanReading:
    """Read a plan; writes nothing, and no file harms the process that asks.

    Args:
        path: the file; its format is told by its content.
        period: the plan's period, where its title does not say it or says it wrongly.
        columns: what the table's columns hold, from the left, told by their headings if empty.
        report: called as pages and rows are worked through.
        limits: what reading may take.

    Raises:
        PlanFileError: no plan can be read from the file; `PlanPeriodUnknownError` if only the period is missing.
    """
    dates = [period.starts_on.isoformat(), period.ends_on.isoformat()] if period else None
    answer: PlanReading = _ask("plan", path, {"period": dates, "columns": list(columns)}, report, limits)
    return answer


def read_table(path: Path, *, limits: Limits = LIMITS) -> Source:
    """A file of any format taken apart, without asking what its tables mean.

    Raises:
        PlanFileError: it cannot be; the class says why.
    """
    answer: Source = _ask("source", path, {}, stay_silent, limits)
    return answer


def _ask(task: str, path: Path, details: dict[str, Any], report: Report, limits: Limits) -> Any:
    receiver, sender = Pipe(duplex=False)
    with receiver:
        with sender:
            request = {"task": task, "path": str(path), "limits": asdict(limits), "answer_to": sender.fileno()}
            process = _start(request | details, sender.fileno())
        try:
            return _await_answer(receiver, process, path, report, limits)
        finally:
            _end(process)


def _start(request: dict[str, Any], descriptor: int) -> "subprocess.Popen[bytes]":
    """The child, in a group of its own so that what it starts ends with it."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path)
    return subprocess.Popen(  # noqa: S603  (our own program)
        [sys.executable, "-P", "-W", "ignore", "-m", "activities.importing.child", json.dumps(request)],
        env=environment,
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _await_answer(
    receiver: Connection, process: "subprocess.Popen[bytes]", path: Path, report: Report, limits: Limits
) -> Any:
    ends_at = time.monotonic() + limits.wall_seconds
    while receiver.poll(max(0.0, ends_at - time.monotonic())):
        try:
            kind, *content = unpack(receiver.recv_bytes())
        except (EOFError, OSError):
            raise _death(process, path, limits) from None
        if kind == "done":
            return content[0]
        if kind == "failed":
            raise _rebuild(path, limits, *content)
        progress: Progress = content[0]
        report(progress)
    raise errors.PlanTooSlowError(file=path.name, seconds=limits.wall_seconds)


def _rebuild(path: Path, limits: Limits, name: str, details: dict[str, Any], trace: str) -> OporaError:
    """The child's error: one of ours as it was, out of memory, or a fault with the child's trace as a note."""
    if name == MemoryError.__name__:
        return errors.PlanTooHeavyError(file=path.name, limit_mb=limits.memory_mb)
    known = getattr(errors, name, None)
    if isinstance(known, type) and issubclass(known, errors.PlanFileError):
        return known(**details)
    fault = errors.ReaderFailedError(file=path.name, reason=name)
    fault.add_note(trace)
    return fault


def _death(process: "subprocess.Popen[bytes]", path: Path, limits: Limits) -> errors.PlanFileError:
    """Why the child ended without an answer: its processor time was up, or its parser crashed."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_DIE)
    if process.returncode == -signal.SIGXCPU:
        return errors.PlanTooSlowError(file=path.name, seconds=limits.cpu_seconds)
    return errors.ReaderFailedError(file=path.name, reason=process.returncode)


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
