"""The mailbox that letters are sent from: its budget, and whether it rests after trouble.

Its row is also the lock under which letters are claimed, so that two workers together keep to the budget.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, ScalarSelect, bindparam, func, or_, select, update

from engine.prepared import Prepared
from engine.unit_of_work import UnitOfWork
from notifications.mail.backoff import Chance, pause_after
from notifications.mail.insertion import insert_missing
from notifications.mail.transport import Pause, TransportError
from notifications.tables import letter, mailbox

_ON_THE_WAY = ("leased", "transmitting")


@dataclass(frozen=True, slots=True)
class Budget:
    """How many letters a mailbox may send; Yandex blocks one for a day beyond 500 a day."""

    a_day: int = 300
    an_hour: int = 30


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox as stored; `failures` counts the pauses since a letter last went through."""

    name: str
    paused_until: datetime | None
    failures: int
    reason: str

    def rests(self, now: datetime) -> bool:
        """Whether nothing may be sent at this instant."""
        return self.paused_until is not None and now < self.paused_until


_COLUMNS = tuple(mailbox.c[name] for name in Mailbox.__slots__)


def _count(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(letter).where(*which).scalar_subquery()


# Compiled once: asked for each letter.
_LOCKED = Prepared(select(*_COLUMNS).where(mailbox.c.name == bindparam("name")).with_for_update())
_COUNTED = Prepared(
    select(
        _count(letter.c.sent_at > bindparam("hour_ago")),
        _count(letter.c.sent_at > bindparam("day_ago")),
        _count(or_(*(letter.c.state == each for each in _ON_THE_WAY)), letter.c.send_at > bindparam("now")),
    )
)
_IS_RESTED = (mailbox.c.failures > 0) | mailbox.c.paused_until.is_not(None)
_WAKE = Prepared(
    update(mailbox).where(mailbox.c.name == bindparam("key"), _IS_RESTED), ("paused_until", "failures", "reason")
)


def find_mailbox(connection: Connection, name: str) -> Mailbox | None:
    """The mailbox of an address; None while nothing was ever sent from it."""
    row = connection.execute(select(*_COLUMNS).where(mailbox.c.name == name)).mappings().first()
    return Mailbox(**row) if row else None


def lock_mailbox(work: UnitOfWork, name: str) -> Mailbox:
    """The mailbox of an address, made on first use, locked until the transaction ends."""
    found = _LOCKED.fetch(work.connection, {"name": name})
    if not found:
        insert_missing(work.connection, mailbox, {"name": name, "failures": 0, "reason": ""}, ["name"])
        found = _LOCKED.fetch(work.connection, {"name": name})
    return Mailbox(*found[0])


def budget_left(connection: Connection, budget: Budget, now: datetime) -> int:
    """How many letters may go out at this instant; those on the way count as sent."""
    since = {"now": now, "hour_ago": now - timedelta(hours=1), "day_ago": now - timedelta(days=1)}
    ((an_hour, a_day, leased),) = _COUNTED.fetch(connection, since)
    return int(min(budget.an_hour - an_hour, budget.a_day - a_day) - leased)


def pause_mailbox(work: UnitOfWork, name: str, trouble: TransportError, pause: Pause, chance: Chance) -> None:
    """Let the mailbox rest, longer each time in a row; a rest that ends later already is kept."""
    held = lock_mailbox(work, name)
    until = work.now + pause_after(pause, held.failures + 1, chance)
    if held.paused_until is not None:
        until = max(until, held.paused_until)
    values = {"paused_until": until, "failures": held.failures + 1, "reason": str(trouble)[:1000]}
    work.connection.execute(update(mailbox).where(mailbox.c.name == name).values(values))


def wake_mailbox(work: UnitOfWork, name: str) -> None:
    """End a pause: a letter went through, or a person says that the trouble is over."""
    _WAKE.run_each(work.connection, [{"key": name, "paused_until": None, "failures": 0, "reason": ""}])
