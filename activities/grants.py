"""Grants: what a capability link stands for. The row holds nothing from which a link could be made without the key."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, insert, select, update

from activities.tables import grant, submission
from engine.errors import N_, OporaError
from engine.identifiers import new_uuid7
from engine.unit_of_work import UnitOfWork

ACTIONS = ("accept", "return")
TIME_TO_LIVE = timedelta(days=30)
RENEWED_BEFORE = timedelta(days=7)
"""A letter carries no link that ends within this time: people decide twice a week, and some are away."""


class GrantExpiredError(OporaError):
    """The link's time is over."""

    message = N_("This link has expired. Ask the coordinator for a new one, or decide by: opora occurrence accept.")


class GrantVoidError(OporaError):
    """The link does not count any more."""

    message = N_(
        "This link no longer counts: the evidence was changed or taken back, or the link was called back. "
        "The newest mail has the link."
    )


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave for one person to decide on exactly one submission.

    Args:
        manifest_digest: SHA-256 of what the decision is about.
        on_behalf_of_id: row id of the person in whose place it decides; None where the decision is the holder's.
        nonce: 16 random bytes.
    """

    id: int
    public_id: str
    person_id: int
    submission_id: int
    manifest_digest: bytes
    actions: frozenset[str]
    nonce: bytes
    issued_at: datetime
    expires_at: datetime
    voided_at: datetime | None
    spent_at: datetime | None
    on_behalf_of_id: int | None = None


def issue_grant(work: UnitOfWork, person_id: int, submission_id: int, on_behalf_of_id: int | None = None) -> Grant:
    """Store a grant for a person to decide on a submission, perhaps in the place of another one."""
    digest = work.connection.execute(
        select(submission.c.manifest_digest).where(submission.c.id == submission_id)
    ).scalar_one()
    row = {
        "public_id": str(new_uuid7(lambda: work.now)),
        "person_id": person_id,
        "submission_id": submission_id,
        "on_behalf_of_id": on_behalf_of_id,
        "manifest_digest": digest,
        "actions": " ".join(ACTIONS),
        "nonce": os.urandom(16),
        "issued_at": work.now,
        "expires_at": work.now + TIME_TO_LIVE,
    }
    return _from_row(work.connection.execute(insert(grant).values(row).returning(*grant.c)).mappings().one())


def obtain_grant(work: UnitOfWork, person_id: int, submission_id: int, on_behalf_of_id: int | None = None) -> Grant:
    """The person's grant that still counts for a while, or else a new one: one link, however often it is sent."""
    live = select(grant).where(
        grant.c.person_id == person_id,
        grant.c.submission_id == submission_id,
        grant.c.on_behalf_of_id.is_not_distinct_from(on_behalf_of_id),
        grant.c.voided_at.is_(None),
        grant.c.spent_at.is_(None),
        grant.c.expires_at > work.now + RENEWED_BEFORE,
    )
    row = work.connection.execute(live.order_by(grant.c.id.desc()).limit(1)).mappings().first()
    return _from_row(row) if row else issue_grant(work, person_id, submission_id, on_behalf_of_id)


def list_open_grants(connection: Connection, person_id: int, now: datetime) -> list[Grant]:
    """The grants of a person that count, the newest of each submission."""
    live = select(grant).where(
        grant.c.person_id == person_id,
        grant.c.voided_at.is_(None),
        grant.c.spent_at.is_(None),
        grant.c.expires_at > now,
    )
    rows = connection.execute(live.order_by(grant.c.id)).mappings()
    return list({row["submission_id"]: _from_row(row) for row in rows}.values())


def find_grant(connection: Connection, public_id: str) -> Grant | None:
    """A grant by its public id, or None."""
    row = connection.execute(select(grant).where(grant.c.public_id == public_id)).mappings().first()
    return _from_row(row) if row else None


def get_grant(connection: Connection, grant_id: int) -> Grant:
    """A grant by row id, which is known to exist."""
    return _from_row(connection.execute(select(grant).where(grant.c.id == grant_id)).mappings().one())


def void_grants(work: UnitOfWork, submission_ids: Sequence[int]) -> None:
    """Let every unspent grant on these submissions count no more."""
    live = (grant.c.submission_id.in_(submission_ids)) & grant.c.spent_at.is_(None) & grant.c.voided_at.is_(None)
    work.connection.execute(update(grant).where(live).values(voided_at=work.now))


def void_grants_to(work: UnitOfWork, person_ids: Collection[int], submission_id: int) -> None:
    """Let what these people were given to decide on one submission count no more; others keep theirs."""
    theirs = (grant.c.submission_id == submission_id) & grant.c.person_id.in_(person_ids)
    live = theirs & grant.c.spent_at.is_(None) & grant.c.voided_at.is_(None)
    work.connection.execute(update(grant).where(live).values(voided_at=work.now))


def void_grants_of(work: UnitOfWork, person_id: int) -> None:
    """Let every unspent grant of a person count no more: who loses a role loses the links that it brought."""
    live = (grant.c.person_id == person_id) & grant.c.spent_at.is_(None) & grant.c.voided_at.is_(None)
    work.connection.execute(update(grant).where(live).values(voided_at=work.now))


def void_substitute_grants(work: UnitOfWork, person_id: int, on_behalf_of_id: int) -> None:
    """Let what a person was given to decide in the place of another one count no more."""
    theirs = (grant.c.person_id == person_id) & (grant.c.on_behalf_of_id == on_behalf_of_id)
    live = theirs & grant.c.spent_at.is_(None) & grant.c.voided_at.is_(None)
    work.connection.execute(update(grant).where(live).values(voided_at=work.now))


def check_grant(wanted: Grant, now: datetime) -> None:
    """Whether a grant counts at this instant.

    Raises:
        GrantVoidError: voided, or spent already.
        GrantExpiredError: its time is over.
    """
    if wanted.voided_at is not None or wanted.spent_at is not None:
        raise GrantVoidError
    if now >= wanted.expires_at:
        raise GrantExpiredError


def spend_grant(work: UnitOfWork, wanted: Grant) -> None:
    """Use a grant up, by one compare-and-set in the decision's transaction.

    Raises:
        GrantVoidError: another request used it or voided it in between.
    """
    live = (grant.c.id == wanted.id) & grant.c.spent_at.is_(None) & grant.c.voided_at.is_(None)
    if work.connection.execute(update(grant).where(live).values(spent_at=work.now)).rowcount != 1:
        raise GrantVoidError


def _from_row(row: RowMapping) -> Grant:
    values = {name: row[name] for name in Grant.__slots__ if name != "actions"}
    return Grant(**values, actions=frozenset(row["actions"].split()))
