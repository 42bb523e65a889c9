"""Notices: what reminders leave for the next morning digest, one for each person whom it concerns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from engine.prepared import Among, Prepared
from engine.unit_of_work import UnitOfWork
from notifications.mail.insertion import insert_all_missing
from notifications.tables import notice

CLOSING = "closing"
HANDED_OVER = "handed_over"
INFECTED = "infected"
REMINDERS = frozenset({"beginning", "evidence", "date_wanted", CLOSING, HANDED_OVER, INFECTED})
"""What the calendar leaves: the ladders, the closing of the year, absences that begin or end; and what is dangerous."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as stored; `kind` is the reminding ladder's name, or what a person did."""

    id: int
    person_id: int
    occurrence_id: int
    kind: str
    raised_at: datetime

    def is_due(self, morning: datetime) -> bool:
        """Whether the digest of a morning is written for it.

        A ladder's reminder belongs to the morning, however late a worker comes; what people do in the course of the
        day waits for the next one.
        """
        return self.kind in REMINDERS or self.raised_at < morning


_IS_OPEN = notice.c.settled_at.is_(None)
_OPEN = Prepared(select(*(notice.c[name] for name in Notice.__slots__)).where(_IS_OPEN).order_by(notice.c.id))
_ANY_OPEN = Prepared(select(notice.c.id).where(_IS_OPEN).limit(1))
_SETTLE = Prepared(update(notice).where(Among(notice.c.id, "ids"), _IS_OPEN), ("settled_at",))


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice to leave.

    Args:
        kind: the reminding ladder's name.
        cause_key: what it is left for; a person gets one for each cause.
    """

    person_id: int
    occurrence_id: int
    kind: str
    cause_key: str


def raise_notice(work: UnitOfWork, person_id: int, occurrence_id: int, kind: str, cause_key: str) -> None:
    """Leave a notice unless it was left for this cause before."""
    raise_notices(work, [NewNotice(person_id, occurrence_id, kind, cause_key)])


def raise_notices(work: UnitOfWork, found: Sequence[NewNotice]) -> None:
    """Leave notices, but for those that were left for the same cause before."""
    rows = [
        {
            "dedup_key": each.cause_key,
            "person_id": each.person_id,
            "occurrence_id": each.occurrence_id,
            "kind": each.kind,
            "raised_at": work.now,
        }
        for each in found
    ]
    insert_all_missing(work.connection, notice, rows, ["dedup_key", "person_id"])


def list_open_notices(connection: Connection) -> list[Notice]:
    """The notices that no digest has told yet."""
    return [Notice(*row) for row in _OPEN.fetch(connection, {})]


def is_any_open(connection: Connection) -> bool:
    """Whether there is a notice that no digest has told yet."""
    return bool(_ANY_OPEN.fetch(connection, {}))


def settle_notices(work: UnitOfWork, ids: Collection[int]) -> None:
    """They were told, or are over."""
    _SETTLE.run_each(work.connection, [{"ids": ids, "settled_at": work.now}])
