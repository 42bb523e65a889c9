"""Messages: written in the step's transaction, handed to the handlers of their topic, finished in the handlers' own.

A handler writes rows only (a letter, a feed job); whatever talks to the world works from those rows later. So a
message is handled and marked done in one transaction, exactly once, whatever worker dies when.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from engine.errors import OporaError
from engine.tables import message
from engine.unit_of_work import Store, UnitOfWork

ATTEMPTS = 8
BATCH = 50


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


Handler = Callable[[UnitOfWork, Message], None]

_WAITING = (
    select(*(message.c[name] for name in Message.__slots__)).order_by(message.c.id).with_for_update(skip_locked=True)
)


def dispatch(store: Store, handlers: Mapping[str, Sequence[Handler]]) -> int:
    """Handle every message that waits; how many were finished.

    `handlers["*"]` see every topic. A message that fails leaves its batch, is tried again later with growing pauses
    and is dead, visibly, after `ATTEMPTS` tries.
    """
    finished = 0
    while batch := _waiting_ids(store):
        try:
            handled = _handle(store, handlers, batch)
        except Exception:  # noqa: BLE001  (one bad message must not stop the others; each is tried alone below)
            handled = sum(_handle_alone(store, handlers, each) for each in batch)
        if not handled:  # what is left failed or is in another worker's hands
            break
        finished += handled
    return finished


def _waiting_ids(store: Store) -> list[int]:
    with store.read() as connection:
        due = select(message.c.id).where(message.c.available_at <= store.clock.now())
        return list(connection.execute(due.order_by(message.c.id).limit(BATCH)).scalars())


def _handle(store: Store, handlers: Mapping[str, Sequence[Handler]], ids: Sequence[int]) -> int:
    with store.write() as work:
        claimed = _claim(work.connection, ids, work.now)
        for each in claimed:
            for handler in (*handlers.get(each.topic, ()), *handlers.get("*", ())):
                handler(work, each)
        done = update(message).where(message.c.id.in_([each.id for each in claimed]))
        work.connection.execute(done.values(done_at=work.now, available_at=None, error=None))
        return len(claimed)


def _claim(connection: Connection, ids: Sequence[int], now: datetime) -> list[Message]:
    rows = connection.execute(_WAITING.where(message.c.id.in_(ids), message.c.available_at <= now)).mappings()
    return [Message(**row) for row in rows]


def _handle_alone(store: Store, handlers: Mapping[str, Sequence[Handler]], message_id: int) -> int:
    try:
        return _handle(store, handlers, [message_id])
    except Exception as error:  # noqa: BLE001  (recorded on the row and shown by `opora doctor`)
        _postpone(store, message_id, error)
        return 0


def _postpone(store: Store, message_id: int, error: Exception) -> None:
    reason = str(error) if isinstance(error, OporaError) else f"{type(error).__name__}: {error}"
    with store.write() as work:
        attempts = (
            work.connection.execute(select(message.c.attempts).where(message.c.id == message_id)).scalar_one() + 1
        )
        values = {"attempts": attempts, "error": reason[:1000], "available_at": work.now + backoff(attempts)}
        if attempts >= ATTEMPTS:
            values |= {"available_at": None, "dead_at": work.now}
        work.connection.execute(update(message).where(message.c.id == message_id).values(values))


def backoff(attempts: int) -> timedelta:
    """The pause after so many failed attempts: a minute, doubling, at most six hours."""
    return min(timedelta(minutes=2 ** (attempts - 1)), timedelta(hours=6))
