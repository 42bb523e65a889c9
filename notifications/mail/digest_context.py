"""What the morning digest says: the whole picture of a person on a working morning."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from activities.invitations import Purpose
from notifications.mail.contexts import Context, Row, Waiting


@dataclass(frozen=True, slots=True)
class BodyRows:
    """What a superior body owes, which only the coordinator asks it for; `reference` is its short id."""

    name: str
    reference: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Chore:
    """What waits for whoever runs the office, and how much of it; see `activities.chores`."""

    kind: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class MorningDigest(Context):
    """The whole picture of a person on a working morning.

    Attributes:
        overdue, due_soon, starting, returned: what the recipient owes.
        overdue_elsewhere: what others owe to a coordinator.
        items: decisions awaited from the recipient.
        date_asked: where somebody asks a coordinator for another date.
        date_wanted, unconfirmed: what only a coordinator can put right.
        closes_on: the last day of a plan whose last month it is: then all that is owed is asked for early.
        infected: in whose evidence a virus was found; `remark` names the files.
        answered: what answers came about by mail, at which only a coordinator looks; `asked_by` sent them, `remark`
            names their files.
        bodies: what superior bodies owe: nothing is mailed to them, a coordinator gets a text to send.
        chores: what else waits for a coordinator, each with the command that ends it.
        undelivered: letters that could not be delivered.
        unreachable: names of parties that nobody is written to for.
    """

    day: date
    overdue: tuple[Row, ...] = ()
    due_soon: tuple[Row, ...] = ()
    starting: tuple[Row, ...] = ()
    returned: tuple[Row, ...] = ()
    items: tuple[Waiting, ...] = ()
    overdue_elsewhere: tuple[Row, ...] = ()
    date_asked: tuple[Row, ...] = ()
    date_wanted: tuple[Row, ...] = ()
    unconfirmed: tuple[Row, ...] = ()
    closes_on: date | None = None
    infected: tuple[Row, ...] = ()
    answered: tuple[Row, ...] = ()
    bodies: tuple[BodyRows, ...] = ()
    chores: tuple[Chore, ...] = ()
    undelivered: int = 0
    unreachable: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do: counts alone are worth no letter."""
        return not (self.items or any(self.rows()))

    def rows(self) -> Iterator[Row]:
        """All that the recipient owes or has to put right."""
        yield from (*self.overdue, *self.due_soon, *self.starting, *self.returned)
        yield from (*self.overdue_elsewhere, *self.date_asked, *self.date_wanted, *self.unconfirmed)
        yield from (*self.infected, *self.answered)
        for body in self.bodies:
            yield from body.rows

    @property
    def leads_to(self) -> frozenset[Purpose]:
        """Decisions to make, texts to send to superior bodies, dates to give."""
        found = {
            Purpose.DECISIONS: any(item.grant for item in self.items),
            Purpose.TEXTS: bool(self.bodies),
            Purpose.DATES: bool(self.date_asked or self.date_wanted or self.unconfirmed),
        }
        return frozenset(purpose for purpose, holds in found.items() if holds)

    def waiting(self) -> tuple[Waiting, ...]:
        """Decisions awaited."""
        return self.items

    def with_waiting(self, waiting: tuple[Waiting, ...]) -> Context | None:
        """The same with only these decisions awaited."""
        left = replace(self, items=waiting)
        return None if left.is_empty else left
