"""The web process lives for months: it looks now and then whether others have changed what it keeps in memory."""

import time
from collections.abc import Callable

SECONDS = 1.0
"""How long a change may go unseen. A look costs two small reads of the database, as much as answering 304."""


class Freshness:
    """Calls `refresh` before a request if the last look was longer than `SECONDS` ago.

    Args:
        refresh: reads anew; an error of it ends the request and is tried again at the next one.
        monotonic: seconds that only go forwards.
    """

    def __init__(self, refresh: Callable[[], None], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._refresh = refresh
        self._monotonic = monotonic
        # What was put together just now is fresh.
        self._looked_at = monotonic()

    def look(self) -> None:
        """Refresh if it is time. Two threads may both do so, which harms nobody.

        Raises:
            OporaError: what stands in the way: the database was moved, say, or no key is left.
        """
        now = self._monotonic()
        if now - self._looked_at >= SECONDS:
            self._refresh()
            self._looked_at = now
