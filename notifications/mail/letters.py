"""The queue of letters: `queued → leased → transmitting → sent | deferred | dead`, or `dropped` when it is too late.

A letter is leased by a conditional UPDATE whose row count decides, under a lease token that fences: whoever comes
back after the lease has run out finds another token and changes nothing. `send_at` is when a sender looks next, so a
lease is only a `send_at` in the future: a letter of a worker that died comes up again by itself.

Delivery is at least once. A worker that dies between the server's "accepted" and its row sends the letter again, with
the same Message-ID, by which mail programs show it once.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, func, or_, select, update

from activities.allocation import allocate_short_id
from activities.short_ids import find_short_id
from activities.tables import person
from engine.errors import N_, OporaError
from engine.identifiers import new_uuid7
from engine.prepared import Prepared
from engine.unit_of_work import UnitOfWork
from notifications.mail.backoff import LAST_ATTEMPT, Chance, wait_after
from notifications.mail.insertion import insert_missing
from notifications.tables import letter

LEASE = timedelta(minutes=10)


class UnknownLetterError(OporaError):
    """No letter has this short id."""

    message = N_("There is no letter {letter}. See: opora mail list.")


class LetterState(StrEnum):
    """Where a letter stands."""

    QUEUED = "queued"
    LEASED = "leased"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    DEFERRED = "deferred"
    DEAD = "dead"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as stored.

    Attributes:
        context: JSON of what its text says (`contexts`); no link stands in it.
        message_id: fixed when it is written.
        references_id: the message id under which mail programs gather all letters about one occurrence.
        urgency: 0 goes first.
        send_at: when a sender looks at it next; None once it is finished.
        attempts: how often a sender took it up.
        error: what stood against it last.
    """

    id: int
    short_id: str
    cause_key: str
    person_id: int
    kind: str
    recipient: str
    language: str
    context: str
    message_id: str
    references_id: str | None
    state: str
    urgency: int
    created_at: datetime
    send_at: datetime | None
    attempts: int
    lease_token: str | None
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter to be written; see `Letter`.

    Attributes:
        cause_key: what it is written for; with person and kind it makes the letter unique.
        send_at: not before this instant; at once where None.
    """

    cause_key: str
    person_id: int
    kind: str
    recipient: str
    language: str
    context: str
    urgency: int
    references_id: str | None = None
    send_at: datetime | None = None


_COLUMNS = tuple(letter.c[name] for name in Letter.__slots__)
_FINISHED = {"send_at": None, "lease_token": None}

# Compiled once: a letter is asked for and changed several times on its way.
_IS_DUE = letter.c.send_at <= bindparam("now")
_ANY_DUE = Prepared(select(letter.c.id).where(_IS_DUE).limit(1))
_IN_TURN = (letter.c.urgency, letter.c.created_at, letter.c.id)
# Locked as it is read: until then more may have been written into it.
_FIRST_DUE = Prepared(select(*_COLUMNS).where(_IS_DUE).order_by(*_IN_TURN).limit(1).with_for_update())
_LEASE_LETTER = Prepared(
    update(letter).where(letter.c.id == bindparam("key"), letter.c.send_at == bindparam("seen_at")),
    ("state", "lease_token", "send_at", "attempts"),
)
_IN_HAND = or_(letter.c.state == LetterState.LEASED.value, letter.c.state == LetterState.TRANSMITTING.value)
_BURY_HOPELESS = Prepared(
    update(letter).where(_IS_DUE, letter.c.attempts >= LAST_ATTEMPT, _IN_HAND), (*_FINISHED, "state", "error")
)
_WRITTEN = Prepared(select(letter.c.person_id).where(letter.c.cause_key == bindparam("cause_key")))
_DEAD = Prepared(select(func.count()).where(letter.c.state == LetterState.DEAD.value))


@cache
def _change_held(columns: tuple[str, ...]) -> Prepared:
    mine = (letter.c.id == bindparam("key")) & (letter.c.lease_token == bindparam("held_token"))
    return Prepared(update(letter).where(mine), columns)


def write_letter(work: UnitOfWork, draft: Draft, domain: str) -> bool:
    """Queue a letter unless it was written before; whether it was written now.

    Args:
        work: the transaction of its cause.
        draft: what to write.
        domain: the sender's, which the message id ends with.
    """
    row = {name: getattr(draft, name) for name in Draft.__slots__} | {
        "short_id": allocate_short_id(work.connection, letter, "m"),
        "message_id": f"<{new_uuid7(lambda: work.now)}@{domain}>",
        "state": LetterState.QUEUED.value,
        "created_at": work.now,
        "send_at": draft.send_at or work.now,
        "attempts": 0,
    }
    return insert_missing(work.connection, letter, row, ["cause_key", "person_id", "kind"])


def lock_unsent(work: UnitOfWork, person_id: int, kind: str) -> Letter | None:
    """A letter of this kind that no sender has taken up yet, locked: more can still be said in it."""
    fresh = (letter.c.state == LetterState.QUEUED.value) & (letter.c.attempts == 0)
    wanted = select(*_COLUMNS).where(letter.c.person_id == person_id, letter.c.kind == kind, fresh)
    row = work.connection.execute(wanted.order_by(letter.c.id.desc()).limit(1).with_for_update()).mappings().first()
    return Letter(**row) if row else None


def rewrite_letter(work: UnitOfWork, held: Letter, context: str, references_id: str | None) -> None:
    """Say more in a letter that `lock_unsent` gave."""
    values = {"context": context, "references_id": references_id}
    work.connection.execute(update(letter).where(letter.c.id == held.id).values(values))


def is_any_due(connection: Connection, now: datetime) -> bool:
    """Whether a letter is due; a look that takes no lock."""
    return bool(_ANY_DUE.fetch(connection, {"now": now}))


def claim_letter(work: UnitOfWork) -> Letter | None:
    """Lease the letter that is due first, urgent kinds before others; None where none is due."""
    _bury_hopeless(work)
    rows = _FIRST_DUE.fetch(work.connection, {"now": work.now})
    if not rows:
        return None
    first = Letter(*rows[0])
    leased: dict[str, Any] = {
        "state": LetterState.LEASED.value,
        "lease_token": str(uuid4()),
        "send_at": work.now + LEASE,
        "attempts": first.attempts + 1,
    }
    # Whoever else looked at the same row has moved `send_at` on: then this changes no row, and nothing is claimed.
    if not _LEASE_LETTER.run_each(work.connection, [{"key": first.id, "seen_at": first.send_at, **leased}]):
        return None
    return replace(first, **leased)


def begin_transmission(work: UnitOfWork, held: Letter) -> bool:
    """Say that the server is spoken to from now on, and hold the letter a full lease more; False: the lease is lost."""
    return _change(work, held, {"state": LetterState.TRANSMITTING.value, "send_at": work.now + LEASE})


def mark_sent(work: UnitOfWork, held: Letter) -> bool:
    """The server accepted it."""
    return _change(work, held, _FINISHED | {"state": LetterState.SENT.value, "sent_at": work.now, "error": None})


def bury_letter(work: UnitOfWork, held: Letter, reason: str) -> bool:
    """It cannot be delivered; shown until a person looks at it."""
    return _change(work, held, _FINISHED | {"state": LetterState.DEAD.value, "error": reason[:1000]})


def bury_returned(work: UnitOfWork, returned: Letter, reason: str) -> bool:
    """A letter that was sent came back for good; when it was sent stays, since the mailbox's budget counts it."""
    sent = (letter.c.id == returned.id) & (letter.c.state == LetterState.SENT.value)
    values = {"state": LetterState.DEAD.value, "error": f"returned: {reason}"[:1000]}
    return work.connection.execute(update(letter).where(sent).values(values)).rowcount == 1


def list_unreached(connection: Connection) -> dict[int, str]:
    """Person id → why the newest letter to their present address did not arrive, of those whom it did not reach."""
    ended = letter.c.state.in_((LetterState.SENT.value, LetterState.DEAD.value)) & (
        letter.c.recipient == person.c.email
    )
    newest = select(func.max(letter.c.id)).join(person, person.c.id == letter.c.person_id).where(ended)
    dead = select(letter.c.person_id, letter.c.error).where(
        letter.c.id.in_(newest.group_by(letter.c.person_id)), letter.c.state == LetterState.DEAD.value
    )
    return {row.person_id: row.error or "" for row in connection.execute(dead)}


def find_letter_by_message_id(connection: Connection, message_id: str) -> Letter | None:
    """The letter that went out under this message id."""
    row = connection.execute(select(*_COLUMNS).where(letter.c.message_id == message_id)).mappings().first()
    return Letter(**row) if row else None


def drop_letter(work: UnitOfWork, held: Letter) -> bool:
    """What it was to say is over before it went out."""
    return _change(work, held, _FINISHED | {"state": LetterState.DROPPED.value})


def defer_letter(work: UnitOfWork, held: Letter, reason: str, chance: Chance) -> bool:
    """Refused for now: later again, or after the last attempt never."""
    if held.attempts >= LAST_ATTEMPT:
        return bury_letter(work, held, reason)
    again_at = work.now + wait_after(held.attempts, chance)
    values = {"state": LetterState.DEFERRED.value, "send_at": again_at, "lease_token": None, "error": reason[:1000]}
    return _change(work, held, values)


def give_back_letter(work: UnitOfWork, held: Letter, reason: str) -> bool:
    """The mailbox rests, and the server has not heard of this letter: as if it had not been taken up."""
    state = LetterState.QUEUED if held.attempts == 1 else LetterState.DEFERRED
    values = {"state": state.value, "send_at": work.now, "lease_token": None, "attempts": held.attempts - 1}
    return _change(work, held, values | {"error": reason[:1000]})


def revive_letter(work: UnitOfWork, short_id: str) -> None:
    """Queue a dead letter again, as a person wishes who has put right what stood against it.

    Raises:
        UnknownLetterError: no dead letter has this short id.
    """
    again = {"state": LetterState.QUEUED.value, "send_at": work.now, "attempts": 0}
    dead = (letter.c.short_id == (find_short_id(short_id) or short_id)) & (letter.c.state == LetterState.DEAD.value)
    if work.connection.execute(update(letter).where(dead).values(again)).rowcount != 1:
        raise UnknownLetterError(letter=short_id)


def list_letters(connection: Connection, states: Collection[str] = (), limit: int = 200) -> list[Letter]:
    """The newest letters first."""
    wanted = select(*_COLUMNS).order_by(letter.c.id.desc()).limit(limit)
    if states:
        wanted = wanted.where(letter.c.state.in_(states))
    return [Letter(**row) for row in connection.execute(wanted).mappings()]


def list_written(connection: Connection, cause_key: str) -> set[int]:
    """Ids of the people for whom a letter was written for this cause."""
    return {person_id for (person_id,) in _WRITTEN.fetch(connection, {"cause_key": cause_key})}


def count_dead(connection: Connection) -> int:
    """How many letters could not be delivered."""
    ((number,),) = _DEAD.fetch(connection, {})
    return int(number)


def count_letters(connection: Connection) -> dict[str, int]:
    """How many letters stand in each state."""
    rows = connection.execute(select(letter.c.state, func.count().label("number")).group_by(letter.c.state))
    return {row.state: row.number for row in rows}


def thread_id(public_ids: Iterable[str], domain: str) -> str | None:
    """The References root of a letter about one occurrence; None where it is about several."""
    about = set(public_ids)
    return f"<{about.pop()}@{domain}>" if len(about) == 1 else None


def _change(work: UnitOfWork, held: Letter, values: dict[str, Any]) -> bool:
    mine = {"key": held.id, "held_token": held.lease_token}
    return _change_held(tuple(values)).run_each(work.connection, [mine | values]) == 1


def _bury_hopeless(work: UnitOfWork) -> None:
    """A letter whose sender died each time would take every sender with it."""
    reason = "every sender that took it up ended before it was done"
    values = _FINISHED | {"state": LetterState.DEAD.value, "error": reason}
    _BURY_HOPELESS.run_each(work.connection, [{"now": work.now, **values}])
