"""Invitations: leave for one person to open a page of their own again and again, without an account.

A *grant* decides once on one submission; an invitation decides nothing. It opens what the person could do anyway: send
evidence for one occurrence, see all that awaits their decision, say what they want to be written about. The row holds
nothing from which a link could be made without the key.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, insert, select, update

from activities.tables import invitation
from engine.errors import N_, OporaError
from engine.identifiers import new_uuid7
from engine.unit_of_work import UnitOfWork

TIME_TO_LIVE = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=30)
"""A letter carries no link that ends within this time: a newer invitation takes its place."""


class InvitationOverError(OporaError):
    """The link's time is over, or it was called back."""

    message = N_("This link has expired. Open the link of the newest mail, or ask the coordinator for a new one.")


class Purpose(StrEnum):
    """What an invitation opens."""

    EVIDENCE = "evidence"
    DECISIONS = "decisions"
    PREFERENCES = "preferences"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as stored.

    Attributes:
        occurrence_id: what evidence is for; None for the other purposes.
        nonce: 16 random bytes.
    """

    id: int
    public_id: str
    person_id: int
    purpose: Purpose
    occurrence_id: int | None
    nonce: bytes
    issued_at: datetime
    expires_at: datetime
    voided_at: datetime | None


def obtain_invitation(
    work: UnitOfWork, person_id: int, purpose: Purpose, occurrence_id: int | None = None
) -> Invitation:
    """The person's invitation that still counts for a while, or else a new one: one link, however often it is sent."""
    live = select(invitation).where(
        invitation.c.person_id == person_id,
        invitation.c.purpose == purpose.value,
        invitation.c.occurrence_id.is_not_distinct_from(occurrence_id),
        invitation.c.voided_at.is_(None),
        invitation.c.expires_at > work.now + RENEWED_BEFORE,
    )
    row = work.connection.execute(live.order_by(invitation.c.id.desc()).limit(1)).mappings().first()
    return _from_row(row) if row else _issue(work, person_id, purpose, occurrence_id)


def _issue(work: UnitOfWork, person_id: int, purpose: Purpose, occurrence_id: int | None) -> Invitation:
    row = {
        "public_id": str(new_uuid7(lambda: work.now)),
        "person_id": person_id,
        "purpose": purpose.value,
        "occurrence_id": occurrence_id,
        "nonce": os.urandom(16),
        "issued_at": work.now,
        "expires_at": work.now + TIME_TO_LIVE,
    }
    stored = insert(invitation).values(row).returning(*invitation.c)
    return _from_row(work.connection.execute(stored).mappings().one())


def find_invitation(connection: Connection, public_id: str) -> Invitation | None:
    """An invitation by its public id, or None."""
    row = connection.execute(select(invitation).where(invitation.c.public_id == public_id)).mappings().first()
    return _from_row(row) if row else None


def check_invitation(wanted: Invitation, now: datetime) -> None:
    """Whether an invitation counts at this instant.

    Raises:
        InvitationOverError: called back, or its time is over.
    """
    if wanted.voided_at is not None or now >= wanted.expires_at:
        raise InvitationOverError


def void_invitations_of(work: UnitOfWork, person_id: int) -> None:
    """Call back every invitation of a person; the next letters carry new ones."""
    live = (invitation.c.person_id == person_id) & invitation.c.voided_at.is_(None)
    work.connection.execute(update(invitation).where(live).values(voided_at=work.now))


def _from_row(row: RowMapping) -> Invitation:
    values = {name: row[name] for name in Invitation.__slots__ if name != "purpose"}
    return Invitation(**values, purpose=Purpose(row["purpose"]))
