"""A feed out of stored entries: which of them it shows, in which order, within which limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from activities.occurrences import select_ids
from engine.canonical import sha256
from engine.errors import N_
from notifications.calendar.conditional import strong_etag
from notifications.calendar.event import Variant
from notifications.calendar.presentation import ALARM_HOUR, COLOURS, FeedSpec, Presentation
from notifications.calendar.rendering import Frame, render_alarm, render_calendar, render_frame, with_alarm
from notifications.tables import feed_event
from notifications.translation import translate

PAST = timedelta(days=120)
AHEAD = timedelta(days=400)
CANCELLED_KEPT = timedelta(days=60)
MOST_EVENTS = 1000
MOST_BYTES = 900_000
ALARM = N_("A day of the plan is near.")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar ready to be served.

    Args:
        modified_at: since when no entry of its language has changed: one that has left the feed has changed it too.
            A rolling window changes with the day besides, about which the caller knows when it began.
        left_out: entries beyond the limits of a served feed, the farthest ahead first.
    """

    body: bytes
    etag: str
    modified_at: datetime
    events: int
    left_out: int


def render_feed(connection: Connection, spec: FeedSpec, today: date | None = None) -> Feed:
    """A calendar of the occurrences that a filter asks for.

    Args:
        connection: an open read.
        spec: what it is of and how it is shown.
        today: the local day of a served feed, which shows a rolling window; None for everything, as in an export.
    """
    shown = _shown(connection, spec, today, feed_event.c.body, feed_event.c.owed, feed_event.c.cancelled)
    alarm = _alarm(spec)
    bodies = [
        with_alarm(row.body, alarm) if alarm and row.owed and not row.cancelled else row.body
        for row in connection.execute(shown)
    ]
    kept = _within_limits(bodies) if today else len(bodies)
    body = render_calendar(_frame(spec), bodies[:kept])
    return Feed(body, strong_etag(body), _modified_at(connection, spec.language), kept, len(bodies) - kept)


def feed_stamp(connection: Connection, spec: FeedSpec, today: date) -> bytes:
    """SHA-256 over what the bytes of a served feed depend on; reads no bodies, so it is quick to ask."""
    shown = _shown(connection, spec, today, feed_event.c.occurrence_id, feed_event.c.variant, feed_event.c.sequence)
    entries = repr([tuple(row) for row in connection.execute(shown)])
    limits = f"{MOST_EVENTS} {MOST_BYTES}"
    return sha256(b"\n".join((*render_frame(_frame(spec)), _alarm(spec), limits.encode(), entries.encode())))


def _shown(
    connection: Connection, spec: FeedSpec, today: date | None, *columns: ColumnElement[Any]
) -> Select[tuple[Any, ...]]:
    """The entries of a feed in their order."""
    conditions = [
        feed_event.c.occurrence_id.in_(select_ids(connection, spec.filter)),
        feed_event.c.language == spec.language,
        *_variants(spec.presentation),
        *(_rolling(today) if today else ()),
    ]
    order = (feed_event.c.starts_on, feed_event.c.occurrence_id, feed_event.c.variant)
    return select(*columns).where(*conditions).order_by(*order)


def _variants(presentation: Presentation) -> list[ColumnElement[bool]]:
    wanted = presentation.variants
    conditions: list[ColumnElement[bool]] = [feed_event.c.variant.in_(sorted(wanted))]
    if {Variant.DEADLINE, Variant.WINDOW} <= wanted:
        # A window of one day that is the deadline's own would stand there twice.
        other = feed_event.alias()
        same_day = exists().where(
            other.c.occurrence_id == feed_event.c.occurrence_id,
            other.c.language == feed_event.c.language,
            other.c.variant == Variant.DEADLINE.value,
            other.c.starts_on == feed_event.c.starts_on,
            other.c.ends_on == feed_event.c.ends_on,
        )
        conditions.append((feed_event.c.variant != Variant.WINDOW.value) | ~same_day)
    return conditions


def _rolling(today: date) -> tuple[ColumnElement[bool], ...]:
    # A cancelled entry is shown for a while, so that calendars take it away; then it is left out.
    recent = feed_event.c.modified_at >= datetime.combine(today, time(), UTC) - CANCELLED_KEPT
    return (
        feed_event.c.ends_on >= today - PAST,
        feed_event.c.starts_on <= today + AHEAD,
        recent | ~feed_event.c.cancelled,
    )


def _frame(spec: FeedSpec) -> Frame:
    colour = spec.presentation.colour
    return Frame(spec.name, (colour, COLOURS[colour]) if colour else None)


def _alarm(spec: FeedSpec) -> bytes:
    """The alarm of its entries; empty where none is wanted."""
    days = spec.presentation.alarm_days
    if days is None:
        return b""
    return render_alarm(translate(ALARM, spec.language), timedelta(days=days, hours=-ALARM_HOUR))


def _modified_at(connection: Connection, language: str) -> datetime:
    newest = select(func.max(feed_event.c.modified_at)).where(feed_event.c.language == language)
    return connection.execute(newest).scalar() or _NEVER


def _within_limits(bodies: Sequence[bytes]) -> int:
    size = 0
    for count, body in enumerate(bodies[:MOST_EVENTS]):
        size += len(body)
        if size > MOST_BYTES:
            return count
    return min(len(bodies), MOST_EVENTS)
