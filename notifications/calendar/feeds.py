"""Entries of feeds as stored: bytes stay the same until something visible changes; then SEQUENCE rises.

A served feed joins stored entries; nothing is rendered while a client waits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.plans import PlanStatus
from activities.tables import activity, occurrence, plan, setting
from engine.outbox import Message
from engine.unit_of_work import UnitOfWork
from notifications.calendar.conditional import strong_etag
from notifications.calendar.content import EntryDays, occurrence_days, occurrence_entry
from notifications.calendar.digest import event_digest
from notifications.calendar.event import EventContent, EventStatus, FeedEvent, Variant
from notifications.calendar.rendering import render_calendar, render_event
from notifications.tables import feed_event
from notifications.translation import LANGUAGES

PAST = timedelta(days=120)
AHEAD = timedelta(days=400)
CANCELLED_KEPT = timedelta(days=60)
MOST_EVENTS = 1000
MOST_BYTES = 900_000
_REFRESHED_ON = "feeds_refreshed_on"
_PAGE = 200
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar ready to be served.

    Args:
        left_out: entries beyond the limits of a served feed, the farthest ahead first.
    """

    body: bytes
    etag: str
    modified_at: datetime
    events: int
    left_out: int


def refresh_occurrence(office: Office, work: UnitOfWork, message: Message) -> None:
    """Outbox handler for every topic: bring the entries of the occurrence up to date."""
    chosen = OccurrenceFilter(instance_ids=[message.instance_id])
    refresh(work, list_occurrences(work.connection, chosen), office.calendar.day_of(work.now))


def refresh_daily(office: Office) -> bool:
    """Once a local day: what the date itself changes (overdue); whether it was done now."""
    today = office.today()
    with office.store.read() as connection:
        done = connection.execute(select(setting.c.value).where(setting.c.key == _REFRESHED_ON)).scalar()
        if done == today.isoformat():
            return False
        live = plan.c.status == PlanStatus.LIVE.value
        rows = occurrence.join(activity).join(plan)
        ids = list(connection.execute(select(occurrence.c.id).select_from(rows).where(live)).scalars())
    for first in range(0, len(ids), _PAGE):
        with office.store.write() as work:
            chosen = OccurrenceFilter(ids=ids[first : first + _PAGE])
            refresh(work, list_occurrences(work.connection, chosen), today)
    with office.store.write() as work:
        work.connection.execute(delete(setting).where(setting.c.key == _REFRESHED_ON))
        work.connection.execute(insert(setting).values(key=_REFRESHED_ON, value=today.isoformat()))
    return True


def refresh(work: UnitOfWork, occurrences: Sequence[Occurrence], today: date) -> None:
    """Store the entries of occurrences anew where anything visible has changed."""
    stored = _stored(work.connection, [each.id for each in occurrences])
    for each in occurrences:
        present = {days.variant: days for days in occurrence_days(each)}
        for language in LANGUAGES:
            for days in present.values():
                content = occurrence_entry(each, days, today, language)
                _store(work, each.id, language, content, before=stored.get((each.id, days.variant, language)))
            for variant in set(Variant) - set(present):
                _withdraw(work, each, language, today, before=stored.get((each.id, variant, language)))


def _withdraw(work: UnitOfWork, each: Occurrence, language: str, today: date, *, before: RowMapping | None) -> None:
    """An entry that has lost its days is cancelled where it stood, so that calendars take it away."""
    if before is not None:
        days = EntryDays(Variant(before["variant"]), before["starts_on"], before["ends_on"])
        content = occurrence_entry(each, days, today, language, withdrawn=True)
        _store(work, each.id, language, content, before=before)


def _stored(connection: Connection, ids: Collection[int]) -> dict[tuple[int, str, str], RowMapping]:
    rows = connection.execute(select(feed_event).where(feed_event.c.occurrence_id.in_(ids))).mappings().all()
    return {(row["occurrence_id"], row["variant"], row["language"]): row for row in rows}


def _store(
    work: UnitOfWork, occurrence_id: int, language: str, content: EventContent, *, before: RowMapping | None
) -> None:
    digest = event_digest(content)
    if before is not None and before["digest"] == digest:
        return
    sequence = before["sequence"] + 1 if before is not None else 0
    values: dict[str, Any] = {
        "digest": digest,
        "sequence": sequence,
        "modified_at": work.now,
        "starts_on": content.starts_on,
        "ends_on": content.ends_on,
        "cancelled": content.status is EventStatus.CANCELLED,
        "body": render_event(FeedEvent(content, sequence, work.now)),
    }
    key = {"occurrence_id": occurrence_id, "variant": content.variant.value, "language": language}
    if before is None:
        work.connection.execute(insert(feed_event).values(**key, **values))
    else:
        same = [feed_event.c[name] == value for name, value in key.items()]
        work.connection.execute(update(feed_event).where(*same).values(values))


def render_feed(
    connection: Connection, name: str, wanted: OccurrenceFilter, language: str, today: date | None = None
) -> Feed:
    """A calendar of the occurrences that a filter asks for.

    Args:
        connection: an open read.
        name: as subscribers see it.
        wanted: which occurrences.
        language: `ru` or `en`.
        today: the local day of a served feed, which shows a rolling window; None for everything, as in an export.
    """
    ids = [each.id for each in list_occurrences(connection, wanted)]
    statement = (
        select(feed_event.c.body, feed_event.c.modified_at)
        .where(feed_event.c.occurrence_id.in_(ids), feed_event.c.language == language)
        .order_by(feed_event.c.starts_on, feed_event.c.occurrence_id, feed_event.c.variant)
    )
    if today is not None:
        # A cancelled entry is shown for a while, so that calendars take it away; then it is left out.
        recent = feed_event.c.modified_at >= datetime.combine(today, time(), UTC) - CANCELLED_KEPT
        statement = statement.where(
            feed_event.c.ends_on >= today - PAST,
            feed_event.c.starts_on <= today + AHEAD,
            recent | ~feed_event.c.cancelled,
        )
    rows = connection.execute(statement).all()
    kept = _within_limits([row.body for row in rows]) if today is not None else len(rows)
    body = render_calendar(name, [row.body for row in rows[:kept]])
    modified_at = max((row.modified_at for row in rows[:kept]), default=_NEVER)
    return Feed(body, strong_etag(body), modified_at, kept, len(rows) - kept)


def _within_limits(bodies: Sequence[bytes]) -> int:
    size = 0
    for count, body in enumerate(bodies[:MOST_EVENTS]):
        size += len(body)
        if size > MOST_BYTES:
            return count
    return min(len(bodies), MOST_EVENTS)
