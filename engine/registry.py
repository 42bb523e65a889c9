"""What the rooms above give the engine at start: guards and working calendars."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Protocol

from engine.errors import OporaError


@dataclass(frozen=True, slots=True)
class Facts:
    """What guards may look at: the actor's roles for this instance and named values.

    Everything here is covered by the instance's revision, or repeated as a condition of the write.
    """

    roles: frozenset[str]
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition on an event.

    Args:
        holds: a pure function of the facts.
        refusal: the error for a person when it does not hold.
    """

    holds: Callable[[Facts], bool]
    refusal: type[OporaError]


class Calendar(Protocol):
    """Working days and local time of an organisation."""

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after (n > 0) or before (n < 0) a day."""
        ...

    def roll_back(self, day: date) -> date:
        """The day itself if it is a working day, else the last one before it."""
        ...

    def roll_forward(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        ...

    def at(self, day: date, wall_time: time) -> datetime:
        """The aware UTC instant of a local time of day."""
        ...

    def day_of(self, instant: datetime) -> date:
        """The local day of an instant."""
        ...


@dataclass(frozen=True, slots=True)
class Registry:
    """Guards by name, and a calendar by the key that an instance carries."""

    guards: Mapping[str, Guard]
    calendar: Callable[[str], Calendar]
