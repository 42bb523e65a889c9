"""The amendments of a plan: which document changed it, on what basis, when, by whom, and what was changed."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from activities.acting import Actor
from activities.tables import plan_amendment
from engine.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AmendingDocument:
    """The file that amends a plan.

    Attributes:
        digest: SHA-256 of its bytes; the history of every occurrence that it touches names it.
        basis: the order or letter by which it holds.
    """

    file_name: str
    digest: bytes
    basis: str

    def payload(self) -> dict[str, str]:
        """What history keeps aside of it."""
        return {"basis": self.basis, "file": self.file_name, "file_digest": self.digest.hex()}


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment as stored; `changes` has what stood before and what stands now, as plain data."""

    id: int
    document: AmendingDocument
    applied_at: datetime
    applied_by: str
    changes: dict[str, Any]


def insert_amendment(
    work: UnitOfWork, actor: Actor, plan_id: int, document: AmendingDocument, changes: dict[str, Any]
) -> Amendment:
    """Keep what an amendment changed, within the caller's transaction."""
    row = {
        "plan_id": plan_id,
        "file_name": document.file_name,
        "file_digest": document.digest,
        "basis": document.basis,
        "applied_at": work.now,
        "applied_by": actor.person.short_id,
        "changes": json.dumps(changes, ensure_ascii=False),
    }
    stored = work.connection.execute(insert(plan_amendment).values(row).returning(plan_amendment.c.id))
    return Amendment(int(stored.scalar_one()), document, work.now, actor.person.short_id, changes)


def list_amendments(connection: Connection, plan_id: int) -> list[Amendment]:
    """The amendments of a plan, the oldest first."""
    wanted = select(plan_amendment).where(plan_amendment.c.plan_id == plan_id).order_by(plan_amendment.c.id)
    return [
        Amendment(
            row.id,
            AmendingDocument(row.file_name, row.file_digest, row.basis),
            row.applied_at,
            row.applied_by,
            json.loads(row.changes),
        )
        for row in connection.execute(wanted)
    ]
