"""When calendars were last fetched: kept in memory and written once a minute, so that no GET waits for a write."""

import logging
from datetime import datetime
from threading import Lock, Timer

from activities.office import Office
from notifications.calendar.subscriptions import record_fetches

FLUSH_SECONDS = 60.0

_log = logging.getLogger(__name__)


class FetchLog:
    """Telemetry: best effort, lost with the process.

    Args:
        seconds: how long after the first fetch those of the meantime are written together.
    """

    def __init__(self, office: Office, seconds: float = FLUSH_SECONDS) -> None:
        self._office = office
        self._seconds = seconds
        self._lock = Lock()
        self._fetched: dict[int, datetime] = {}

    def note(self, subscription_id: int, at: datetime) -> None:
        """Remember a fetch; the first one since the last writing sets the next writing's time."""
        with self._lock:
            if not self._fetched:
                timer = Timer(self._seconds, self.flush)
                timer.daemon = True  # telemetry holds no process back from ending
                timer.start()
            self._fetched[subscription_id] = at

    def flush(self) -> None:
        """Write what was gathered; where the database cannot take it, it is forgotten."""
        with self._lock:
            gathered, self._fetched = self._fetched, {}
        try:
            if gathered:
                record_fetches(self._office, gathered)
        except Exception:  # noqa: BLE001  (whatever it is, nobody's calendar depends on it)
            _log.warning("the times of the last fetches were not written", exc_info=True)
