"""Messages: written in the step's transaction, handed to the handlers of their topic, finished in the handlers' own.

A handler writes rows only (a letter, a feed job); whatever talks to the world works from those rows later. So a
message is handled and marked done in one transaction, exactly once, whatever worker dies when.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlalchemy.exc import OperationalError

from engine.faults import reach
from engine.retry import backoff, reason_of
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
Handlers = Mapping[str, Sequence[Handler]]


class _FailedBatchError(Exception):
    """One message of a batch failed and took the others with it; the cause is the message's."""

    def __init__(self, message_ids: Sequence[int]) -> None:
        super().__init__(message_ids)
        self.message_ids = message_ids


_IS_WAITING = message.c.available_at <= bindparam("now")
_ANY_WAITING = select(exists().where(_IS_WAITING))
_FREE_MESSAGES = (
    select(*(message.c[name] for name in Message.__slots__))
    .where(_IS_WAITING)
    .order_by(message.c.available_at, message.c.id)
    .with_for_update(skip_locked=True)
)


def dispatch(store: Store, handlers: Handlers) -> int:
    """Handle every message that waits; how many were finished.

    `handlers["*"]` see every topic. A message that fails leaves its batch, is tried again later with growing pauses
    and is dead, visibly, after `ATTEMPTS` tries; it never holds up the others.

    Raises:
        DatabaseUnavailableError: the database cannot be used; what was done until then stays done.
    """
    finished = 0
    while _is_any_waiting(store):
        try:
            handled = _handle(store, handlers)
        except _FailedBatchError as failed:
            finished += sum(_handle_alone(store, handlers, each) for each in failed.message_ids)
            continue
        if not handled:  # what is left is in another worker's hands
            break
        finished += handled
    return finished


def _is_any_waiting(store: Store) -> bool:
    """A look that takes no lock: most of the time nothing waits."""
    with store.read() as connection:
        return bool(connection.execute(_ANY_WAITING, {"now": store.clock.now()}).scalar())


def _handle_alone(store: Store, handlers: Handlers, message_id: int) -> int:
    try:
        return _handle(store, handlers, message_id)
    except _FailedBatchError as failed:
        _put_off(store, message_id, failed.__cause__ or failed)
        return 0


def _handle(store: Store, handlers: Handlers, only: int | None = None) -> int:
    with store.write() as work:
        claimed = _claim(work.connection, work.now, only)
        ids = [each.id for each in claimed]
        reach("outbox.claimed")
        try:
            for each in claimed:
                for handler in (*handlers.get(each.topic, ()), *handlers.get("*", ())):
                    handler(work, each)
        except OperationalError:  # the database's fault and no message's
            raise
        except Exception as error:
            raise _FailedBatchError(ids) from error
        reach("outbox.handled")
        done = update(message).where(message.c.id.in_(ids))
        work.connection.execute(done.values(done_at=work.now, available_at=None, error=None))
        reach("outbox.finished")
        return len(ids)


def _claim(connection: Connection, now: datetime, only: int | None) -> list[Message]:
    free = _FREE_MESSAGES.limit(BATCH) if only is None else _FREE_MESSAGES.where(message.c.id == only)
    return [Message(**row) for row in connection.execute(free, {"now": now}).mappings()]


def _put_off(store: Store, message_id: int, error: BaseException) -> None:
    """Try a message again later, unless another worker has handled it since."""
    with store.write() as work:
        for failed in _claim(work.connection, work.now, message_id):
            attempts = failed.attempts + 1
            alive = {"available_at": work.now + backoff(attempts)}
            dead = {"available_at": None, "dead_at": work.now}
            values = {"attempts": attempts, "error": reason_of(error), **(alive if attempts < ATTEMPTS else dead)}
            work.connection.execute(update(message).where(message.c.id == failed.id).values(values))
        reach("outbox.put_off")
