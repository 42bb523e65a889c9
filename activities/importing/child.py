"""The process that reads one file: limits itself, reads, answers (`confinement`)."""

import json
import resource
import sys
import traceback
from collections.abc import Callable
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from activities.importing.columns import ColumnRole
from activities.importing.formats import read_source
from activities.importing.progress import Report
from activities.importing.reader import read_here
from activities.importing.transport import pack
from activities.period import Period
from engine.errors import OporaError

_MEGABYTE = 1024 * 1024
_PLAIN = (str, int, float, date, type(None))


def main() -> None:
    """Do what the one argument asks for, as JSON, and answer on the descriptor that it names."""
    request = json.loads(sys.argv[1])
    limit(request["limits"])
    with Connection(request["answer_to"], readable=False) as answer:
        answer.send_bytes(pack(_answer(request, lambda progress: answer.send_bytes(pack(("progress", progress))))))


def limit(limits: dict[str, int]) -> None:
    """Take away this process's own right to more memory and time; no core file, which would hold the plan's text.

    The hard limit on memory stays, for `conversion` runs a program that reserves far more than it uses. Other systems
    than Linux do not hold a limit on memory, and some refuse the call (docs/decisions/0011).
    """
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limits["memory_mb"] * _MEGABYTE, most))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(request: dict[str, Any], report: Report) -> tuple[Any, ...]:
    try:
        return "done", _TASKS[request["task"]](request, report)
    except OporaError as error:
        details = {name: value if isinstance(value, _PLAIN) else str(value) for name, value in error.details.items()}
        return "failed", type(error).__name__, details, ""
    except Exception as error:  # noqa: BLE001  (whatever a file does to a parser is told to the one who asked)
        return "failed", type(error).__name__, {}, traceback.format_exc()


def _read_plan(request: dict[str, Any], report: Report) -> Any:
    period = Period(*map(date.fromisoformat, request["period"])) if request["period"] else None
    return read_here(Path(request["path"]), period, columns=tuple(map(ColumnRole, request["columns"])), report=report)


def _read_source(request: dict[str, Any], report: Report) -> Any:
    return read_source(Path(request["path"]), report)


_TASKS: dict[str, Callable[[dict[str, Any], Report], Any]] = {"plan": _read_plan, "source": _read_source}

if __name__ == "__main__":
    main()
