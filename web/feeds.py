"""`/c/TOKEN.ics`: a calendar for programs that fetch it. `/c/TOKEN`: how a person subscribes to it."""

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from email.utils import format_datetime
from urllib.parse import quote

from flask import Blueprint, Response, request, url_for
from sqlalchemy import Connection

from notifications.calendar.conditional import not_modified
from notifications.calendar.emission import find_stored_feed, pack, read_bytes
from notifications.calendar.feeds import render_feed
from notifications.calendar.subscriptions import find_subscription_by_token
from web.capability import refuse_bad_link
from web.pages import choose_language, render_page
from web.site import current_site

CALENDAR = "text/calendar; charset=utf-8"
RETRY_SECONDS = 300
ONE_SECOND = timedelta(seconds=1)

feed_pages = Blueprint("feed", __name__)

_log = logging.getLogger(__name__)


@feed_pages.get("/c/<token>.ics")
def fetch(token: str) -> Response:
    """The calendar, "you have it already", or "try again later"; on trouble never an empty one.

    A calendar program takes what it gets for the truth and throws away what is no longer there.
    """
    try:
        found = _find_feed(token)
    except Exception:  # noqa: BLE001  (whatever it is, an answer other than 503 could cost people their entries)
        _log.exception("a calendar could not be rendered")
        return _plain("The calendar cannot be read at the moment. Nothing is lost; try again later.", 503)
    if found is None:
        answer = refuse_bad_link()
        return _plain("There is no calendar at this address.", answer.code or 404)
    subscription_id, response = found
    site = current_site()
    site.fetches.note(subscription_id, site.application.store.clock.now())
    return response


@feed_pages.get("/c/<token>")
def explain(token: str) -> Response:
    """How to subscribe, and what a calendar is and is not."""
    application = current_site().application
    with application.store.read() as connection:
        subscription = find_subscription_by_token(connection, token)
    if subscription is None:
        raise refuse_bad_link()
    https_url = _feed_url(token)
    webcal_url = "webcal:" + https_url.partition(":")[2]
    return render_page(
        "calendar",
        choose_language(subscription.language),
        subscription=subscription,
        https_url=https_url,
        webcal_url=webcal_url,
        google_url=f"https://calendar.google.com/calendar/render?cid={quote(webcal_url, safe='')}",
        outlook_url=_outlook_url(https_url, subscription.name),
    )


def _find_feed(token: str) -> tuple[int, Response] | None:
    """Whose calendar it is, and the answer; None for a dead address."""
    packed = _wants_packed()
    with current_site().application.store.read() as connection:
        stored = find_stored_feed(connection, token)
        if stored is None:
            return _render(connection, token, packed=packed)
        answer = _answer(
            stored.etag, stored.modified_at, lambda: read_bytes(connection, stored, packed=packed), packed=packed
        )
        return stored.subscription_id, answer


def _render(connection: Connection, token: str, *, packed: bool) -> tuple[int, Response] | None:
    """A calendar that no worker has made yet."""
    subscription = find_subscription_by_token(connection, token)
    if subscription is None:
        return None
    office = current_site().application.office
    today = office.today()
    feed = render_feed(connection, subscription.spec, today)
    # The window of days that a calendar shows moves at midnight.
    modified_at = max(feed.modified_at, office.calendar.at(today, time()))
    return subscription.id, _answer(
        feed.etag, modified_at, lambda: pack(feed.body) if packed else feed.body, packed=packed
    )


def _wants_packed() -> bool:
    return current_site().application.settings.feed_gzip and request.accept_encodings["gzip"] > 0


def _answer(etag: str, modified_at: datetime, read: Callable[[], bytes], *, packed: bool) -> Response:
    # Packed bytes are others than the plain ones and so need a tag of their own; they are packed alike each time.
    etag = f'{etag[:-1]}-gzip"' if packed else etag
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if current_site().application.store.clock.now() - modified_at >= ONE_SECOND:
        # Within the same second there may be another change, which a date could not tell (RFC 9110 section 8.8.2.2).
        headers["Last-Modified"] = format_datetime(modified_at, usegmt=True)
    if not_modified(
        if_none_match=_joined("If-None-Match"),
        if_modified_since=request.headers.get("If-Modified-Since"),
        etag=etag,
        last_modified=modified_at,
    ):
        return Response(status=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(read(), headers=headers, content_type=CALENDAR)


def _joined(name: str) -> str | None:
    """A header that may stand several times, as one list (RFC 9110 section 5.3)."""
    values = request.headers.getlist(name)
    return ", ".join(values) if values else None


def _plain(text: str, status: int) -> Response:
    headers = {"Retry-After": str(RETRY_SECONDS)} if status in {429, 503} else {}
    return Response(f"{text}\n", status, headers=headers, content_type="text/plain; charset=utf-8")


def _feed_url(token: str) -> str:
    public_url = current_site().application.settings.public_url
    if public_url is None:
        return url_for("feed.fetch", token=token, _external=True)
    return f"{public_url.rstrip('/')}/c/{token}.ics"


def _outlook_url(https_url: str, name: str) -> str:
    address = f"url={quote(https_url, safe='')}&name={quote(name, safe='')}"
    return f"https://outlook.live.com/calendar/0/addfromweb?{address}"
