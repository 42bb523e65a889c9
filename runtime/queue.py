"""The bell and the worker that hears it: the only module that knows `huey`.

Huey forgets a task whose worker is killed, runs a periodic task once per consumer and skips ticks that it slept
through. So no task carries work: there is one, "look now", and the database knows what is due.
"""

import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.exceptions import ConfigurationError
from huey.registry import Message as TaskMessage
from huey.serializer import Serializer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from engine.database import BUSY_TIMEOUT_SECONDS, wal_is_safe
from engine.errors import N_, OporaError

NAME = "opora"
LOOK = "look"
TICK = "tick"
LONGEST_PAUSE_SECONDS = 1.0
"""Between two looks of a worker into a queue that cannot call it."""
SHUTDOWN_SECONDS = 30
"""How long a worker that was asked to stop may finish what it is at."""

_log = logging.getLogger(__name__)


class QueueUrlError(OporaError):
    """The URL of the queue cannot be used."""

    message = N_(
        "OPORA_HUEY_URL cannot be used: {reason}. "
        "Write sqlite:///data/huey.db, postgresql://user@host/name or redis://host:6379/0."
    )


class PlainSerializer(Serializer):  # type: ignore[misc]
    """Tasks as JSON: whoever can write into the queue's file must not be able to run code, as a pickle would."""

    def _serialize(self, data: TaskMessage) -> bytes:
        return json.dumps(data).encode("utf-8")

    def _deserialize(self, data: bytes) -> TaskMessage:
        return TaskMessage(*json.loads(data))


def open_queue(url: str) -> Huey:
    """The queue at a URL; made where it is missing.

    Raises:
        QueueUrlError: no such kind of queue, it cannot be opened, or its library is not installed.
    """
    try:
        parsed = make_url(url)
        return _open(parsed.get_backend_name(), url, parsed.database)
    except (ArgumentError, ConfigurationError, OSError, sqlite3.Error, psycopg.Error) as error:
        raise QueueUrlError(reason=str(error).splitlines()[0]) from error


def _open(kind: str, url: str, path: str | None) -> Huey:
    # No results are kept: what became of the work stands in the database.
    common: dict[str, Any] = {"name": NAME, "results": False, "serializer": PlainSerializer()}
    if kind == "sqlite" and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        journal_mode = "wal" if wal_is_safe() else "truncate"
        return SqliteHuey(filename=path, journal_mode=journal_mode, fsync=True, timeout=BUSY_TIMEOUT_SECONDS, **common)
    if kind == "postgresql":
        return PostgresHuey(dsn=url.replace("postgresql+psycopg://", "postgresql://", 1), **common)
    if kind in {"redis", "rediss"}:
        return RedisHuey(url=url, **common)
    raise QueueUrlError(reason=f"{kind} is not a queue")


class QueueBell:
    """Wakes the workers through the queue; opens it at the first ring."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._queue: Huey | None = None
        self._look = _heard_elsewhere

    def ring(self) -> None:
        """Put "look now" into the queue unless it waits there already; may fail, since the next tick looks anyway."""
        try:
            self._ring()
        except Exception as error:  # noqa: BLE001  (the step is committed; nobody may be told that it failed)
            _log.warning("the bell was not heard: %s", error)

    def _ring(self) -> None:
        if self._queue is None:
            self._queue = open_queue(self._url)
            self._look = _declare_look(self._queue, _heard_elsewhere)
        try:
            if not self._queue.pending_count():
                self._look()
        finally:
            self._queue.storage.close()  # a bell rings seldom; between rings it holds nothing open


def run_consumer(queue: Huey, look: Callable[[], None], workers: int) -> None:
    """Look at start, each minute and whenever the bell rings, until SIGTERM or SIGINT.

    SIGTERM lets the workers finish what they are at, for `SHUTDOWN_SECONDS` at most; what is cut off is found again by
    the next look, since all of it is rows.

    Args:
        queue: where the bell rings.
        look: does what is due; called by several threads at once.
        workers: how many threads.
    """
    _live_in_utc()
    _declare_look(queue, look)
    queue.periodic_task(crontab(), name=TICK)(look)
    Consumer(
        queue,
        workers=workers,
        max_delay=LONGEST_PAUSE_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
        graceful_signal="TERM",
    ).run()


def _declare_look(queue: Huey, look: Callable[[], None]) -> Callable[[], None]:
    """The task under one name at both ends; calling what is returned puts it into the queue."""

    @queue.task(name=LOOK)  # type: ignore[untyped-decorator]
    def run() -> None:
        look()

    task: Callable[[], None] = run
    return task


def _heard_elsewhere() -> None:
    """What a command declares: the task is run by workers, which declare their own."""


def _live_in_utc() -> None:
    """Huey reckons with the process's local time; a zone with summer time would skip or double its minutes."""
    os.environ["TZ"] = "UTC"
    time.tzset()
