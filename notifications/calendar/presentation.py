"""How a subscription shows what it asks for: which days, as events or tasks, with which alarm and colour."""

from dataclasses import dataclass
from enum import StrEnum

from activities.occurrences import OccurrenceFilter
from notifications.calendar.event import Variant

ALARM_HOUR = 9
"""Local hour at which an alarm of a whole day rings; midnight, where such a day begins, would wake people."""

# Names and values of CSS Color Module Level 3, section 4.3, as RFC 7986 section 5.9 asks for.
COLOURS = {
    "blue": "#0000FF",
    "brown": "#A52A2A",
    "gray": "#808080",
    "green": "#008000",
    "orange": "#FFA500",
    "purple": "#800080",
    "red": "#FF0000",
    "teal": "#008080",
}


class Show(StrEnum):
    """Which days of an occurrence stand in a calendar."""

    DEADLINE = "deadline"
    WINDOW = "window"
    BOTH = "both"


class EntryKind(StrEnum):
    """What a calendar program takes entries for: VEVENT or VTODO."""

    EVENT = "event"
    TODO = "todo"


_VARIANTS = {
    Show.DEADLINE: frozenset({Variant.DEADLINE, Variant.EVENT_DAY}),
    Show.WINDOW: frozenset({Variant.WINDOW}),
    Show.BOTH: frozenset({Variant.DEADLINE, Variant.WINDOW}),
}


@dataclass(frozen=True, slots=True)
class Presentation:
    """How entries are shown.

    Args:
        alarm_days: how many days before each entry that somebody still owes an alarm rings; None for no alarm.
        colour: one of `COLOURS`.
    """

    show: Show = Show.DEADLINE
    kind: EntryKind = EntryKind.EVENT
    alarm_days: int | None = None
    colour: str | None = None

    @property
    def variants(self) -> frozenset[Variant]:
        """The variants of entries that it has; a task has its deadline only."""
        return frozenset({Variant.TODO}) if self.kind is EntryKind.TODO else _VARIANTS[self.show]


DEFAULT = Presentation()


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """What a feed is of.

    Args:
        name: as subscribers see it.
        filter: which occurrences.
        language: `ru` or `en`.
    """

    name: str
    filter: OccurrenceFilter
    language: str = "ru"
    presentation: Presentation = DEFAULT
