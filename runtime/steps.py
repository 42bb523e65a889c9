"""The parts of a tick, in the order in which one gives the next its work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import N_
from engine.outbox import Handler, dispatch
from engine.tick import fire_due
from runtime.bootstrap import Application


@dataclass(frozen=True, slots=True)
class TickStep:
    """A part of a tick.

    Attributes:
        name: marked text.
        run: does what is due and says how many things it did; nothing left is 0.
    """

    name: str
    run: Callable[[Application], int]


def _fire_timers(application: Application) -> int:
    return fire_due(application.store, application.office.execution)


def _handle_messages(application: Application) -> int:
    return dispatch(application.store, build_handlers(application))


def build_handlers(_application: Application) -> Mapping[str, Sequence[Handler]]:
    """Who hears of which topic; "*" of each."""
    return {"*": []}


STEPS = (
    TickStep(N_("timers"), _fire_timers),
    TickStep(N_("messages"), _handle_messages),
)
