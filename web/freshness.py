"""The web process lives for months: it looks now and then whether others have changed what it keeps in memory."""

import logging
import time
from collections.abc import Callable

from flask import Flask, request
from werkzeug.exceptions import ServiceUnavailable

from engine.errors import OporaError
from runtime.bootstrap import Application
from web.errors import RETRY_SECONDS

SECONDS = 1.0
"""How long a change may go unseen. A look costs two small reads of the database, about as much as answering 304."""

_BY_THEMSELVES = {"static", "start.health"}
"""Styles need nothing of it, and whoever asks after our health is told by a look of its own."""

_log = logging.getLogger(__name__)


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
        """Refresh if it is time. Two threads may both do so, which harms nobody."""
        now = self._monotonic()
        if now - self._looked_at >= SECONDS:
            self._refresh()
            self._looked_at = now


def install_freshness(app: Flask, application: Application) -> None:
    """Look before each request; while something is in the way, every page is answered 503."""
    freshness = Freshness(application.refresh)

    def look() -> None:
        if request.endpoint in _BY_THEMSELVES:
            return
        try:
            freshness.look()
        except OporaError as error:
            _log.error("%s", error)
            raise ServiceUnavailable(retry_after=RETRY_SECONDS) from error

    app.before_request(look)
