"""Notices: what reminders leave for the next morning digest, one for each person whom it concerns."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from engine.unit_of_work import UnitOfWork
from notifications.mail.insertion import insert_missing
from notifications.tables import notice


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as stored; `kind` is the reminding ladder's name."""

    id: int
    person_id: int
    occurrence_id: int
    kind: str


_COLUMNS = tuple(notice.c[name] for name in Notice.__slots__)


def raise_notice(work: UnitOfWork, person_id: int, occurrence_id: int, kind: str, cause_key: str) -> None:
    """Leave a notice unless it was left for this cause before."""
    row = {
        "dedup_key": cause_key,
        "person_id": person_id,
        "occurrence_id": occurrence_id,
        "kind": kind,
        "raised_at": work.now,
    }
    insert_missing(work.connection, notice, row, ["dedup_key", "person_id"])


def list_open_notices(connection: Connection) -> list[Notice]:
    """The notices that no digest has told yet."""
    rows = connection.execute(select(*_COLUMNS).where(notice.c.settled_at.is_(None)).order_by(notice.c.id))
    return [Notice(**row) for row in rows.mappings()]


def settle_notices(work: UnitOfWork, ids: Collection[int]) -> None:
    """They were told, or are over."""
    told = update(notice).where(notice.c.id.in_(ids), notice.c.settled_at.is_(None))
    work.connection.execute(told.values(settled_at=work.now))
