"""The bytes of each subscription, made once by a worker after a change and served as they are.

A tick looks at the feeds once, however many entries changed before it; a feed whose entries are the same as before
keeps its bytes, its tag and its date. Between a change and the tick after it the old bytes are served under the old
tag: whoever asks a second later gets the new ones, and no client waits for a rendering. A feed that no worker has
made yet is rendered for whoever asks, and not stored: a GET changes nothing.
"""

import gzip
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, or_, select, update

from activities.office import Office
from engine.unit_of_work import UnitOfWork
from notifications.calendar.feeds import feed_stamp, render_feed
from notifications.calendar.subscriptions import find_live_subscription, token_digest
from notifications.tables import feed, feed_change, subscription

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredFeed:
    """What is known of a feed's bytes without reading them.

    Args:
        etag: of the plain bytes, with quotes.
        modified_at: when they became other than before.
    """

    subscription_id: int
    etag: str
    modified_at: datetime


def emit_feeds(office: Office) -> int:
    """Make the bytes anew of each feed whose entries have changed or whose day is over; how many were looked at."""
    _mark_stale(office)
    return sum(_emit(office, subscription_id) for subscription_id in _due(office))


def emit_anew(office: Office) -> int:
    """Forget the bytes of every feed and make them anew, as when what they say of a person was erased; how many."""
    with office.store.write() as work:
        work.connection.execute(delete(feed))
    return emit_feeds(office)


def find_stored_feed(connection: Connection, token: str) -> StoredFeed | None:
    """The feed that an address leads to; None where there is none, it was revoked, or no worker has made it yet."""
    row = connection.execute(_BY_TOKEN, {"token_digest": token_digest(token)}).first()
    return StoredFeed(*row) if row else None


def read_bytes(connection: Connection, stored: StoredFeed, *, packed: bool) -> bytes:
    """The bytes of a feed, plain or gzip; to be read in the transaction that found it."""
    column = feed.c.packed if packed else feed.c.body
    body: bytes = connection.execute(
        select(column).where(feed.c.subscription_id == stored.subscription_id)
    ).scalar_one()
    return body


def pack(body: bytes) -> bytes:
    """The bytes as gzip; packed alike each time, since no time stands in them."""
    return gzip.compress(body, mtime=0)


def _mark_stale(office: Office) -> None:
    """Take the changes that wait and mark the feeds; a change that is written meanwhile is taken next time."""
    with office.store.read() as connection:
        if connection.execute(select(feed_change.c.id).limit(1)).first() is None:
            return
    with office.store.write() as work:
        taken = select(feed_change.c.id).order_by(feed_change.c.id).with_for_update(skip_locked=True)
        ids = work.connection.execute(taken).scalars().all()
        # In one order, so that two workers wait for each other instead of failing.
        work.connection.execute(select(feed.c.subscription_id).order_by(feed.c.subscription_id).with_for_update()).all()
        work.connection.execute(update(feed).values(stale=True))
        for each in ids:
            work.connection.execute(delete(feed_change).where(feed_change.c.id == each))


def _due(office: Office) -> Sequence[int]:
    today = office.today()
    missing_or_old = or_(feed.c.subscription_id.is_(None), feed.c.stale, feed.c.shown_on != today)
    chosen = select(subscription.c.id).outerjoin(feed).where(subscription.c.revoked_at.is_(None), missing_or_old)
    with office.store.read() as connection:
        return connection.execute(chosen.order_by(subscription.c.id)).scalars().all()


def _emit(office: Office, subscription_id: int) -> bool:
    """Bring one feed up to date in a transaction of its own; a feed that cannot be made keeps what it has."""
    try:
        with office.store.write() as work:
            return _emit_within(work, office.today(), subscription_id)
    except Exception:  # noqa: BLE001  (one bad feed must not keep the others from their changes)
        _log.exception("the calendar with row id %s could not be made; it stays as it was", subscription_id)
        return False


def _emit_within(work: UnitOfWork, today: date, subscription_id: int) -> bool:
    # Two workers make a feed one after the other: its own row may not be there yet to be locked.
    work.connection.execute(select(subscription.c.id).where(subscription.c.id == subscription_id).with_for_update())
    same = feed.c.subscription_id == subscription_id
    wanted = find_live_subscription(work.connection, subscription_id)
    if wanted is None:  # revoked since
        return False
    columns = [each for each in feed.c if each not in {feed.c.body, feed.c.packed}]
    before = work.connection.execute(select(*columns).where(same).with_for_update()).mappings().first()
    # Before the entries are read: what changes them from here on marks the feed again.
    stamp = feed_stamp(work.connection, wanted.spec, today)
    values: dict[str, Any] = {"stale": False, "shown_on": today, "stamp": stamp}
    if before is None or before["stamp"] != stamp:
        rendered = render_feed(work.connection, wanted.spec, today)
        if rendered.left_out and (before is None or before["left_out"] != rendered.left_out):
            _log.warning("the calendar %s is full and leaves out %d entries", wanted.short_id, rendered.left_out)
        values |= {"events": rendered.events, "left_out": rendered.left_out}
        values |= _bytes_of(rendered.body, rendered.etag, before, work.now)
    if before is None:
        work.connection.execute(insert(feed).values(subscription_id=subscription_id, **values))
    else:
        work.connection.execute(update(feed).where(same).values(values))
    return True


def _bytes_of(body: bytes, etag: str, before: RowMapping | None, now: datetime) -> dict[str, Any]:
    """What is stored of bytes; nothing where they are the same as before, so that their date stays."""
    if before is not None and before["etag"] == etag:
        return {}
    return {"etag": etag, "modified_at": now, "body": body, "packed": pack(body)}


_BY_TOKEN = (
    select(feed.c.subscription_id, feed.c.etag, feed.c.modified_at)
    .join(subscription, subscription.c.id == feed.c.subscription_id)
    .where(subscription.c.token_digest == bindparam("token_digest"), subscription.c.revoked_at.is_(None))
)
