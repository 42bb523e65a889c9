"""Entries of feeds as stored: bytes stay the same until something visible changes; then SEQUENCE rises.

A served feed joins stored entries; nothing is rendered while a client waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences, select_ids
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
        modified_at: since when no entry of its language has changed: one that has left the feed has changed it too.
            A rolling window changes with the day besides, about which the caller knows when it began.
        left_out: entries beyond the limits of a served feed, the farthest ahead first.
    """

    body: bytes
    etag: str
    modified_at: datetime
    events: int
    left_out: int


def refresh_occurrence(office: Office, work: UnitOfWork, message: Message) -> None:
    """Outbox handler for every topic: bring the entries of the occurrence up to date."""
    concerned = select(occurrence.c.id).where(occurrence.c.instance_id == message.instance_id)
    refresh(work, list(work.connection.execute(concerned).scalars()), office.working_day())


def refresh_daily(office: Office) -> bool:
    """Once a local day: what the date itself changes (overdue); whether it was done now."""
    today = office.today()
    with office.store.read() as connection:
        done = connection.execute(select(setting.c.value).where(setting.c.key == _REFRESHED_ON)).scalar()
    if done == today.isoformat():
        return False
    _refresh_where(office, plan.c.status == PlanStatus.LIVE.value)
    with office.store.write() as work:
        work.connection.execute(delete(setting).where(setting.c.key == _REFRESHED_ON))
        work.connection.execute(insert(setting).values(key=_REFRESHED_ON, value=today.isoformat()))
    return True


def refresh_plan(office: Office, plan_id: int) -> None:
    """Bring all entries of a plan up to date now, without waiting for a worker: before its calendar is exported."""
    _refresh_where(office, plan.c.id == plan_id)


def _refresh_where(office: Office, concerned: ColumnElement[bool]) -> None:
    """Page by page, so that no lock is held for long."""
    with office.store.read() as connection:
        chosen = select(occurrence.c.id).select_from(occurrence.join(activity).join(plan)).where(concerned)
        ids = list(connection.execute(chosen.order_by(occurrence.c.id)).scalars())
    for first in range(0, len(ids), _PAGE):
        with office.store.write() as work:
            refresh(work, ids[first : first + _PAGE], office.working_day())


def refresh(work: UnitOfWork, occurrence_ids: Sequence[int], working_day: date) -> None:
    """Store the entries of occurrences anew where anything visible has changed."""
    _lock(work.connection, occurrence_ids)
    occurrences = list_occurrences(work.connection, OccurrenceFilter(ids=occurrence_ids))
    stored = _stored(work.connection, occurrence_ids)
    for each in occurrences:
        present = {days.variant: days for days in occurrence_days(each)}
        for language in LANGUAGES:
            for days in present.values():
                content = occurrence_entry(each, days, working_day, language)
                _store(work, each.id, language, content, before=stored.get((each.id, days.variant, language)))
            for variant in set(Variant) - set(present):
                _withdraw(work, each, language, working_day, before=stored.get((each.id, variant, language)))


def _lock(connection: Connection, occurrence_ids: Sequence[int]) -> None:
    """Let two workers refresh an occurrence one after the other: else the one that read first could write last.

    Rows that refer to the occurrence, such as new evidence, may be written meanwhile. SQLite has one writer anyway.
    """
    chosen = select(occurrence.c.id).where(occurrence.c.id.in_(occurrence_ids)).order_by(occurrence.c.id)
    connection.execute(chosen.with_for_update(key_share=True)).all()


def _withdraw(
    work: UnitOfWork, each: Occurrence, language: str, working_day: date, *, before: RowMapping | None
) -> None:
    """An entry that has lost its days is cancelled where it stood, so that calendars take it away."""
    if before is not None:
        days = EntryDays(Variant(before["variant"]), before["starts_on"], before["ends_on"])
        content = occurrence_entry(each, days, working_day, language, withdrawn=True)
        _store(work, each.id, language, content, before=before)


def _stored(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, str, str], RowMapping]:
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
    chosen = feed_event.c.occurrence_id.in_(select_ids(connection, wanted)) & (feed_event.c.language == language)
    statement = select(feed_event.c.body).where(chosen, *(_rolling(today) if today else ()))
    order = (feed_event.c.starts_on, feed_event.c.occurrence_id, feed_event.c.variant)
    bodies = connection.execute(statement.order_by(*order)).scalars().all()
    kept = _within_limits(bodies) if today else len(bodies)
    body = render_calendar(name, bodies[:kept])
    return Feed(body, strong_etag(body), _modified_at(connection, language), kept, len(bodies) - kept)


def _rolling(today: date) -> tuple[ColumnElement[bool], ...]:
    # A cancelled entry is shown for a while, so that calendars take it away; then it is left out.
    recent = feed_event.c.modified_at >= datetime.combine(today, time(), UTC) - CANCELLED_KEPT
    return (
        feed_event.c.ends_on >= today - PAST,
        feed_event.c.starts_on <= today + AHEAD,
        recent | ~feed_event.c.cancelled,
    )


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
