"""Who fetched which calendar, and how often: kept in memory and written once a minute, so that no GET waits for it.

A calendar may be handed out whole so many times in ten minutes; whoever comes then is told to wait. To say "you have
the newest" costs next to nothing and is never refused. Each process counts by itself and learns of the others by
what it writes: between two writings they may hand out more together, which harms nobody.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Timer

from activities.office import Office
from notifications.calendar.subscriptions import record_fetches
from web.throttle import WINDOW, add_attempts

FLUSH_SECONDS = 60.0
NO_WAIT = timedelta(0)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Handed:
    """How often a calendar was handed out whole since a window began.

    Args:
        count: by all processes, as far as this one knows.
        unwritten: how many of these the database has not been told.
    """

    began_at: datetime
    count: int = 0
    unwritten: int = 0

    def is_over(self, at: datetime) -> bool:
        """Whether the window lies behind; also where a clock was set back."""
        return not NO_WAIT <= at - self.began_at < WINDOW


class FetchLog:
    """Telemetry: best effort, lost with the process.

    Args:
        limit: how often a calendar is handed out whole within `throttle.WINDOW`.
        seconds: how long after the first fetch those of the meantime are written together.
    """

    def __init__(self, office: Office, limit: int, seconds: float = FLUSH_SECONDS) -> None:
        self._office = office
        self._limit = limit
        self._seconds = seconds
        self._lock = Lock()
        self._fetched: dict[int, datetime] = {}
        self._handed: dict[int, _Handed] = {}

    def note(self, subscription_id: int, at: datetime) -> None:
        """Remember a fetch; the first one since the last writing sets the next writing's time."""
        with self._lock:
            if not self._fetched:
                timer = Timer(self._seconds, self.flush)
                timer.daemon = True  # telemetry holds no process back from ending
                timer.start()
            self._fetched[subscription_id] = at

    def count_whole(self, subscription_id: int, at: datetime) -> timedelta:
        """Count that a calendar is handed out whole; how long to wait where it was too often, else zero."""
        with self._lock:
            handed = self._handed.get(subscription_id)
            if handed is None or handed.is_over(at):
                handed = self._handed[subscription_id] = _Handed(at)
            if handed.count >= self._limit:
                return handed.began_at + WINDOW - at
            handed.count += 1
            handed.unwritten += 1
            return NO_WAIT

    def flush(self) -> None:
        """Write what was gathered; where the database cannot take it, it is forgotten."""
        with self._lock:
            fetched, self._fetched = self._fetched, {}
            handed = {key: each.unwritten for key, each in self._handed.items() if each.unwritten}
            for key in handed:
                self._handed[key].unwritten = 0
        try:
            if fetched:
                self._write(fetched, handed)
        except Exception:  # noqa: BLE001  (whatever it is, nobody's calendar depends on it)
            _log.warning("the times of the last fetches were not written", exc_info=True)

    def _write(self, fetched: dict[int, datetime], handed: dict[int, int]) -> None:
        with self._office.store.write() as work:
            record_fetches(work, fetched)
            counted = {key: add_attempts(work, f"calendar {key}", count) for key, count in handed.items()}
            now = work.now
        with self._lock:
            for key, each in counted.items():
                unwritten = self._handed[key].unwritten
                self._handed[key] = _Handed(each.began_at, each.attempts + unwritten, unwritten)
            self._handed = {key: each for key, each in self._handed.items() if not each.is_over(now)}
