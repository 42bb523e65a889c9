"""Invitations: leave for one person to open a page of their own again and again, without an account.

A *grant* decides once on one submission; an invitation decides nothing. It opens what the person could do anyway: send
evidence for one occurrence, see all that awaits their decision, give dates, copy what they ask of superior bodies, say
what they want to be written about. The row holds nothing from which a link could be made without the key.
"""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from activities.tables import invitation
from engine.identifiers import new_uuid7
from engine.prepared import Prepared
from engine.unit_of_work import UnitOfWork

TIME_TO_LIVE = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=30)
"""A letter carries no link that ends within this time: a newer invitation takes its place."""


class Purpose(StrEnum):
    """What an invitation opens."""

    EVIDENCE = "evidence"
    DECISIONS = "decisions"
    DATES = "dates"
    TEXTS = "texts"
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


def obtain_invitation(work: UnitOfWork, person_id: int, purpose: Purpose) -> Invitation:
    """The person's invitation that still counts for a while, or else a new one: one link, however often it is sent."""
    return _obtain(work, person_id, purpose, [None])[None]


def invite_to_send(work: UnitOfWork, person_id: int, occurrence_ids: Iterable[int]) -> dict[int, Invitation]:
    """The person's invitations to send evidence, by occurrence, likewise; two statements, however many they are."""
    found = _obtain(work, person_id, Purpose.EVIDENCE, list(occurrence_ids))
    return {key: each for key, each in found.items() if key is not None}


def _obtain(
    work: UnitOfWork, person_id: int, purpose: Purpose, occurrence_ids: Collection[int | None]
) -> dict[int | None, Invitation]:
    mine = {"person_id": person_id, "purpose": purpose.value, "lasts_until": work.now + RENEWED_BEFORE}
    live = (_from_row(row) for row in _LIVE.fetch(work.connection, mine))
    known: dict[int | None, Invitation] = {each.occurrence_id: each for each in live}
    fresh = [_new_row(work, person_id, purpose, key) for key in dict.fromkeys(occurrence_ids) if key not in known]
    if fresh:
        stored = work.connection.execute(insert(invitation).returning(*_COLUMNS), fresh)
        known |= {each.occurrence_id: each for each in map(_from_row, stored)}
    return {key: known[key] for key in occurrence_ids}


def _new_row(work: UnitOfWork, person_id: int, purpose: Purpose, occurrence_id: int | None) -> dict[str, object]:
    return {
        "public_id": str(new_uuid7(lambda: work.now)),
        "person_id": person_id,
        "purpose": purpose.value,
        "occurrence_id": occurrence_id,
        "nonce": os.urandom(16),
        "issued_at": work.now,
        "expires_at": work.now + TIME_TO_LIVE,
    }


def find_invitation(connection: Connection, public_id: str) -> Invitation | None:
    """An invitation by its public id, or None."""
    row = connection.execute(select(*_COLUMNS).where(invitation.c.public_id == public_id)).first()
    return _from_row(row) if row else None


def find_open_invitation(connection: Connection, person_id: int, purpose: Purpose, now: datetime) -> Invitation | None:
    """The newest invitation of a person for a purpose without an occurrence that still counts, or None."""
    rows = _NEWEST.fetch(connection, {"person_id": person_id, "purpose": purpose.value})
    return found if rows and is_invitation_open(found := _from_row(rows[0]), now) else None


def list_sending(
    connection: Connection, person_id: int, occurrence_ids: Collection[int], now: datetime
) -> dict[int, Invitation]:
    """Occurrence id → the newest of a person's invitations to send evidence for it that counts, where there is one."""
    mine = select(*_COLUMNS).where(
        invitation.c.person_id == person_id,
        invitation.c.purpose == Purpose.EVIDENCE.value,
        invitation.c.occurrence_id.in_(occurrence_ids),
    )
    found = map(_from_row, connection.execute(mine.order_by(invitation.c.id)))
    return {each.occurrence_id: each for each in found if each.occurrence_id and is_invitation_open(each, now)}


def list_invitations(connection: Connection, public_ids: Collection[str]) -> list[Invitation]:
    """The invitations with these public ids; what is none is left out."""
    named = select(*_COLUMNS).where(invitation.c.public_id.in_(public_ids))
    return [_from_row(row) for row in connection.execute(named)] if public_ids else []


def is_invitation_open(wanted: Invitation, now: datetime) -> bool:
    """Whether an invitation counts at this instant: not called back, and its time not over."""
    return wanted.voided_at is None and now < wanted.expires_at


def void_invitations_of(work: UnitOfWork, person_id: int) -> None:
    """Call back every invitation of a person; the next letters carry new ones."""
    live = (invitation.c.person_id == person_id) & invitation.c.voided_at.is_(None)
    work.connection.execute(update(invitation).where(live).values(voided_at=work.now))


def void_sending(work: UnitOfWork, person_id: int, occurrence_ids: Collection[int]) -> int:
    """Call back a person's invitations to send evidence for some occurrences; how many there were."""
    live = (
        (invitation.c.person_id == person_id)
        & (invitation.c.purpose == Purpose.EVIDENCE.value)
        & invitation.c.occurrence_id.in_(occurrence_ids)
        & invitation.c.voided_at.is_(None)
    )
    return work.connection.execute(update(invitation).where(live).values(voided_at=work.now)).rowcount


_COLUMNS = tuple(invitation.c[name] for name in Invitation.__slots__)
_MINE = (invitation.c.person_id == bindparam("person_id")) & (invitation.c.purpose == bindparam("purpose"))
_LASTS = invitation.c.voided_at.is_(None) & (invitation.c.expires_at > bindparam("lasts_until"))
_LIVE = Prepared(select(*_COLUMNS).where(_MINE, _LASTS).order_by(invitation.c.id))
_NEWEST = Prepared(select(*_COLUMNS).where(_MINE).order_by(invitation.c.id.desc()).limit(1))


def _from_row(row: Iterable[Any]) -> Invitation:
    key, public_id, person_id, purpose, *rest = row
    return Invitation(key, public_id, person_id, Purpose(purpose), *rest)
