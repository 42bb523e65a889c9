"""Named points between which a process may die, so that a test can kill it at each one.

In production a point is a call that does nothing. There is no setting for it: only code that runs in the same process
(`tests/faults/`) can put something else in its place.
"""

from collections.abc import Callable

POINTS = (
    "step.advanced",
    "step.recorded",
    "step.rearmed",
    "step.announced",
    "transaction.ready",
    "transaction.committed",
    "tick.claimed",
    "tick.fired",
    "tick.reminded",
    "tick.moved",
    "tick.put_off",
    "outbox.claimed",
    "outbox.handled",
    "outbox.finished",
    "outbox.put_off",
    "migration.repinned",
    "log.appended",
    "log.signed",
)


def _pass(point: str) -> None:
    """Go on."""


on_reach: Callable[[str], None] = _pass


def reach(point: str) -> None:
    """Say that the program has come to a point of `POINTS`."""
    on_reach(point)
