"""One tick: everything that is due is done, each part by itself, until nothing is left."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.errors import OporaError
from runtime.bootstrap import Application
from runtime.heartbeat import beat
from runtime.steps import STEPS, TickStep

ROUNDS = 100
"""Far more than any chain of causes is long; a part that never comes to rest goes on at the next tick."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class TickReport:
    """What a tick did.

    Attributes:
        done: name of the part → how many things it did.
        failures: name of the part → why it stopped.
    """

    done: dict[str, int] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)


def run_tick(application: Application, steps: Sequence[TickStep] = STEPS) -> TickReport:
    """Do what is due, again and again until a whole round finds nothing: a timer writes a message, it a letter.

    A part that fails rests until the next tick and holds up no other: without a mail server, timers go on.

    Raises:
        DatabaseUnavailableError: nothing could be done at all.
    """
    application.refresh()
    report = TickReport(done={step.name: 0 for step in steps})
    for _ in range(ROUNDS):
        if not sum(_run(application, step, report) for step in steps):
            break
    else:
        _log.warning("more than %s rounds in one tick; the rest follows at the next", ROUNDS)
    beat(application.store)
    return report


def _run(application: Application, step: TickStep, report: TickReport) -> int:
    if step.name in report.failures:
        return 0
    try:
        done = step.run(application)
    except Exception as error:  # noqa: BLE001  (told in the report; the other parts must not wait for this one)
        _tell(step.name, error)
        report.failures[step.name] = error
        return 0
    report.done[step.name] += done
    return done


def _tell(name: str, error: Exception) -> None:
    """What a person can do something about is one line; a fault of the program shows where it arose."""
    if isinstance(error, OporaError):
        _log.warning("%s: %s", name, error)
    else:
        _log.error("%s failed", name, exc_info=error)
