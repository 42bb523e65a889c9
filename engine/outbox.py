"""Messages: written in the step's transaction, handed to the handlers of their topic, finished in the handlers' own.

A handler writes rows only (a letter, a feed job); whatever talks to the world works from those rows later. So a
message is handled and marked done in one transaction, exactly once, whatever worker dies when. The transaction's lock
is all the lease that this needs (docs/decisions/0009-messages-need-no-lease.md).
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, exists, insert, or_, select, update

from engine.database import DatabaseDamagedError
from engine.errors import N_, OporaError
from engine.faults import reach
from engine.retry import backoff, blaming, reason_of, work_off
from engine.tables import instance, message
from engine.unit_of_work import Store, UnitOfWork

ATTEMPTS = 8
BATCH = 50

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """Something that happened to an instance; ids only.

    Args:
        topic: the event of a step, or the name of a reminding rung.
        revision: the instance's revision when it was written.
        detail: the rung that reminds; empty for a step.
    """

    id: int
    topic: str
    instance_id: int
    revision: int
    detail: str
    created_at: datetime
    attempts: int


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    """Not handled yet, perhaps tried before."""
    DEAD = "dead"
    """Given up after `ATTEMPTS` tries; a person may have it tried again or drop it."""
    DONE = "done"
    """Handled, or dropped by a person: then its error says so."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message with what became of it.

    Args:
        instance: public id of the instance.
        available_at: when it is handled next; None once it is done or dead.
        error: why it failed last, or who dropped it.
    """

    message: Message
    instance: str
    state: MessageState
    available_at: datetime | None
    done_at: datetime | None
    dead_at: datetime | None
    error: str | None


class UnknownMessageError(OporaError):
    """No message that this could be done to."""

    message = N_("There is no dead message {message}. See which there are: opora outbox list")


Handler = Callable[[UnitOfWork, Message], None]


@dataclass(frozen=True, slots=True)
class Together:
    """A handler that is given all messages of its topic in a batch at once, so that it looks things up once for all.

    Args:
        handle: gets at least one message; of a batch that failed, each alone.
    """

    handle: Callable[[UnitOfWork, Sequence[Message]], None]


Handlers = Mapping[str, Sequence[Handler | Together]]


_IS_WAITING = message.c.available_at <= bindparam("now")
_ANY_WAITING = select(exists().where(_IS_WAITING))
_IS_OPEN = (message.c.done_at.is_(None), message.c.dead_at.is_(None))
_IN_TURN = (message.c.available_at, message.c.id)
_FREE = select(message.c.id).where(_IS_WAITING).order_by(*_IN_TURN).with_for_update(skip_locked=True)
_MESSAGES = select(*(message.c[name] for name in Message.__slots__)).order_by(*_IN_TURN)

_STATES: Mapping[MessageState, ColumnElement[bool]] = {
    MessageState.WAITING: message.c.available_at.is_not(None),
    MessageState.DEAD: message.c.dead_at.is_not(None),
    MessageState.DONE: message.c.done_at.is_not(None),
}
_POSTED = select(message, instance.c.public_id).join(instance, instance.c.id == message.c.instance_id)


def dispatch(store: Store, handlers: Handlers) -> int:
    """Handle every message that waits; how many were finished.

    `handlers["*"]` see every topic. A message that fails leaves its batch, is tried again later with growing pauses
    and is dead, visibly, after `ATTEMPTS` tries; it never holds up the others.

    Raises:
        DatabaseUnavailableError: the database cannot be used; what was done until then stays done.
    """
    return work_off(partial(_is_any_waiting, store), partial(_handle, store, handlers), partial(_put_off, store))


def post_message(work: UnitOfWork, topic: str, instance_ids: Collection[int]) -> None:
    """Say of instances what is no step of theirs, in the transaction of what is said.

    Steps and rungs write their messages themselves.
    """
    about = work.connection.execute(
        select(instance.c.id, instance.c.public_id, instance.c.revision).where(instance.c.id.in_(instance_ids))
    ).all()
    rows = [
        {
            "topic": topic,
            "instance_id": each.id,
            "revision": each.revision,
            "detail": "",
            "dedup_key": f"{each.public_id}:{topic}:{work.now.isoformat()}",
            "created_at": work.now,
            "available_at": work.now,
        }
        for each in about
    ]
    if rows:
        work.connection.execute(insert(message), rows)
        work.ring_on_commit()


def list_messages(connection: Connection, states: Sequence[MessageState], limit: int = 200) -> list[Posted]:
    """The messages in these states, the newest first."""
    wanted = or_(*(_STATES[state] for state in states))
    rows = connection.execute(_POSTED.where(wanted).order_by(message.c.id.desc()).limit(limit))
    return [_posted(row) for row in rows.mappings()]


def retry_message(work: UnitOfWork, message_id: int) -> None:
    """Let a dead message be tried again from the first attempt on.

    Raises:
        UnknownMessageError: there is no such message, or it is not dead.
    """
    _settle_dead(work, message_id, {"dead_at": None, "available_at": work.now, "attempts": 0})
    work.ring_on_commit()


def drop_message(work: UnitOfWork, message_id: int, actor: str, reason: str) -> Posted:
    """Give a dead message up for good: whom it concerns is never told. The row stays and says who did it and why.

    Args:
        work: the caller's transaction.
        message_id: row id, as `list_messages` has it.
        actor: opaque id of who drops it.
        reason: in their words.

    Raises:
        UnknownMessageError: there is no such message, or it is not dead.
    """
    _settle_dead(work, message_id, {"dead_at": None, "done_at": work.now, "error": f"dropped by {actor}: {reason}"})
    work.on_commit(partial(_log.warning, "message %s was dropped by %s", message_id, actor))
    return _posted(work.connection.execute(_POSTED.where(message.c.id == message_id)).mappings().one())


def _settle_dead(work: UnitOfWork, message_id: int, values: Mapping[str, object]) -> None:
    # The row count decides: of two people who settle it at once, one is told that it is no longer dead.
    dead = update(message).where(message.c.id == message_id, message.c.dead_at.is_not(None))
    if work.connection.execute(dead.values(values)).rowcount != 1:
        raise UnknownMessageError(message=message_id)


def _posted(row: RowMapping) -> Posted:
    told = {name: row[name] for name in ("available_at", "done_at", "dead_at", "error")}
    state = MessageState.DEAD if row["dead_at"] else MessageState.DONE if row["done_at"] else MessageState.WAITING
    return Posted(Message(**{name: row[name] for name in Message.__slots__}), row["public_id"], state, **told)


def _is_any_waiting(store: Store) -> bool:
    """A look that takes no lock: most of the time nothing waits."""
    with store.read() as connection:
        return bool(connection.execute(_ANY_WAITING, {"now": store.clock.now()}).scalar())


def _handle(store: Store, handlers: Handlers, only: int | None) -> int:
    with store.write() as work:
        ids = _claim(work.connection, work.now, only)
        reach("outbox.claimed")
        with blaming(ids):
            for handler, messages in _assign(handlers, _read(work.connection, ids)):
                if isinstance(handler, Together):
                    handler.handle(work, messages)
                else:
                    for each in messages:
                        handler(work, each)
        reach("outbox.handled")
        done = update(message).where(message.c.id.in_(ids))
        work.connection.execute(done.values(done_at=work.now, available_at=None, error=None))
        reach("outbox.finished")
        return len(ids)


def _assign(handlers: Handlers, claimed: Sequence[Message]) -> Iterator[tuple[Handler | Together, Sequence[Message]]]:
    """Who is given which messages: one after another in their order, then those that are handled together."""
    together: dict[str, list[Message]] = {}
    for each in claimed:
        for handler in (*handlers.get(each.topic, ()), *handlers.get("*", ())):
            if not isinstance(handler, Together):
                yield handler, (each,)
        together.setdefault(each.topic, []).append(each)
    for topic, messages in (*together.items(), ("*", claimed)):
        for handler in handlers.get(topic, ()):
            if isinstance(handler, Together) and messages:
                yield handler, messages


def _claim(connection: Connection, now: datetime, only: int | None) -> list[int]:
    """Lock messages; they are read apart, since a value that nobody can read is the fault of one of them only."""
    free = _FREE.limit(BATCH) if only is None else _FREE.where(message.c.id == only)
    return list(connection.execute(free, {"now": now}).scalars())


def _read(connection: Connection, ids: Sequence[int]) -> list[Message]:
    """The messages with these ids, all of which wait.

    Raises:
        DatabaseDamagedError: they do not; going on would never end.
    """
    found = connection.execute(_MESSAGES.where(message.c.id.in_(ids), *_IS_OPEN)).mappings().all()
    if len(found) != len(ids):
        raise DatabaseDamagedError(reason="an index names messages that do not wait")
    return [Message(**row) for row in found]


def _put_off(store: Store, message_id: int, error: BaseException) -> None:
    """Try a message again later, unless another worker has handled it since."""
    with store.write() as work:
        for failed in _claim(work.connection, work.now, message_id):
            tried = select(message.c.attempts).where(message.c.id == failed)
            attempts = work.connection.execute(tried).scalar_one() + 1
            alive = {"available_at": work.now + backoff(attempts, str(failed))}
            dead = {"available_at": None, "dead_at": work.now}
            values = {"attempts": attempts, "error": reason_of(error), **(alive if attempts < ATTEMPTS else dead)}
            work.connection.execute(update(message).where(message.c.id == failed).values(values))
        reach("outbox.put_off")
