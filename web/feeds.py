"""`/c/TOKEN.ics`: a calendar for programs that fetch it.

Plain WSGI (PEP 3333) in front of the pages: a calendar is asked for far more often than any page, and nearly always
the answer is "you have it already", for which Flask would work longer than all else together
(`benchmarks/feed_server.py`). An address that leads nowhere goes on to the pages, which count and refuse it.
"""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Blueprint, Response
from sqlalchemy import Connection
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from werkzeug.wsgi import wrap_file

from notifications.calendar.conditional import not_modified
from notifications.calendar.emission import find_stored_feed, pack, read_bytes
from notifications.calendar.feeds import render_feed
from notifications.calendar.subscriptions import find_subscription_by_token
from web.capability import refuse_bad_link
from web.headers import HEADERS
from web.site import Site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CALENDAR = "text/calendar; charset=utf-8"
WORDS = "text/plain; charset=utf-8"
RETRY_AFTER = timedelta(minutes=5)
ONE_SECOND = timedelta(seconds=1)
NEVER_READ = "The calendar cannot be read at the moment. Nothing is lost; try again later."
TOO_OFTEN = "This calendar was fetched too often. What you have stays good; try again later."
NOWHERE = "There is no calendar at this address."

_ADDRESS = re.compile(r"/c/([\w-]+)\.ics", re.ASCII)
_READS = frozenset({"GET", "HEAD"})
_GUARDS = [(name, value) for name, value in HEADERS.items() if name != "Cache-Control"]

feed_pages = Blueprint("feed", __name__)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Calendar:
    """What is known of a calendar before its bytes are read.

    Args:
        etag: of the plain bytes, with quotes.
        read: the bytes, packed or plain.
    """

    subscription_id: int
    etag: str
    modified_at: datetime
    read: Callable[[bool], bytes]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is sent; `body` is None where an answer has none."""

    status: HTTPStatus
    headers: list[tuple[str, str]]
    body: bytes | None = None


class Feeds:
    """Answers for calendars; everything else goes on to the pages."""

    def __init__(self, pages: "WSGIApplication", site: Site) -> None:
        self._pages = pages
        self._site = site

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        address = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if address is None or environ["REQUEST_METHOD"] not in _READS:
            return self._pages(environ, start_response)
        answer = self._find_answer(address[1], environ)
        if answer is None:
            return self._pages(environ, start_response)
        return _send(answer, environ, start_response)

    def _find_answer(self, token: str, environ: "WSGIEnvironment") -> _Answer | None:
        """The calendar, "you have it already", or "try again later"; on trouble never an empty one.

        A calendar program takes what it gets for the truth and throws away what is no longer there.
        """
        try:
            self._site.freshness.look()
            with self._site.application.store.read() as connection:
                found = _find_stored(connection, token) or self._render(connection, token)
                return None if found is None else self._answer(found, environ)
        except Exception:  # noqa: BLE001  (whatever it is, an answer other than 503 could cost people their entries)
            _log.exception("a calendar could not be rendered")
            return _refuse(NEVER_READ, HTTPStatus.SERVICE_UNAVAILABLE, RETRY_AFTER)

    def _render(self, connection: Connection, token: str) -> _Calendar | None:
        """A calendar that no worker has made yet."""
        subscription = find_subscription_by_token(connection, token)
        if subscription is None:
            return None
        office = self._site.application.office
        today = office.today()
        feed = render_feed(connection, subscription.spec, today)
        # The window of days that a calendar shows moves at midnight.
        modified_at = max(feed.modified_at, office.calendar.at(today, time()))
        return _Calendar(
            subscription.id, feed.etag, modified_at, lambda packed: pack(feed.body) if packed else feed.body
        )

    def _answer(self, calendar: _Calendar, environ: "WSGIEnvironment") -> _Answer:
        now = self._site.application.store.clock.now()
        packed = self._site.application.settings.feed_gzip and _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        # Packed bytes are others than the plain ones and so need a tag of their own; they are packed alike each time.
        etag = f'{calendar.etag[:-1]}-gzip"' if packed else calendar.etag
        headers = [*_GUARDS, ("ETag", etag), ("Cache-Control", "private, no-cache"), ("Vary", "Accept-Encoding")]
        if now - calendar.modified_at >= ONE_SECOND:
            # Within the same second there may be another change, which a date could not tell (RFC 9110, 8.8.2.2).
            headers.append(("Last-Modified", format_datetime(calendar.modified_at, usegmt=True)))
        held = {
            "if_none_match": environ.get("HTTP_IF_NONE_MATCH"),
            "if_modified_since": environ.get("HTTP_IF_MODIFIED_SINCE"),
        }
        fetches = self._site.fetches
        if not_modified(**held, etag=etag, last_modified=calendar.modified_at):
            fetches.note(calendar.subscription_id, now)
            return _Answer(HTTPStatus.NOT_MODIFIED, headers)
        wait = fetches.count_whole(calendar.subscription_id, now)
        if wait:
            return _refuse(TOO_OFTEN, HTTPStatus.TOO_MANY_REQUESTS, wait)
        fetches.note(calendar.subscription_id, now)
        if packed:
            headers.append(("Content-Encoding", "gzip"))
        return _Answer(HTTPStatus.OK, [*headers, ("Content-Type", CALENDAR)], calendar.read(packed))


@feed_pages.route("/c/<token>.ics")
def refuse(token: str) -> Response:  # noqa: ARG001  (whatever it was, it leads nowhere)
    """The answer to an address of no calendar: the same whether it was revoked or never given out."""
    code = refuse_bad_link().code or HTTPStatus.NOT_FOUND
    headers = {"Retry-After": _seconds(RETRY_AFTER)} if code == HTTPStatus.TOO_MANY_REQUESTS else {}
    return Response(f"{NOWHERE}\n", code, headers=headers, content_type=WORDS)


def _find_stored(connection: Connection, token: str) -> _Calendar | None:
    stored = find_stored_feed(connection, token)
    if stored is None:
        return None
    return _Calendar(
        stored.subscription_id,
        stored.etag,
        stored.modified_at,
        lambda packed: read_bytes(connection, stored, packed=packed),
    )


@lru_cache(maxsize=256)  # programs say the same each time
def _takes_gzip(accept_encoding: str) -> bool:
    return parse_accept_header(accept_encoding, Accept)["gzip"] > 0


def _refuse(text: str, status: HTTPStatus, wait: timedelta) -> _Answer:
    """A refusal in words, never as a calendar."""
    headers = [("Cache-Control", "no-store"), ("Content-Type", WORDS), ("Retry-After", _seconds(wait))]
    return _Answer(status, [*_GUARDS, *headers], f"{text}\n".encode())


def _seconds(wait: timedelta) -> str:
    return str(max(1, int(wait.total_seconds())))


def _send(answer: _Answer, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    status = f"{answer.status.value} {answer.status.phrase}"
    if answer.body is None:
        start_response(status, answer.headers)
        return []
    start_response(status, [*answer.headers, ("Content-Length", str(len(answer.body)))])
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    # As a file: the server sends a file without copying it first, in a fourth of the time.
    return wrap_file(environ, BytesIO(answer.body))
