"""Entries of feeds as stored: bytes stay the same until something visible changes; then SEQUENCE rises.

Whatever changes an entry leaves a `feed_change` in the same transaction, so that `emission` looks at the feeds.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.plans import PlanStatus
from activities.tables import activity, occurrence, plan, setting
from engine.outbox import Message
from engine.unit_of_work import UnitOfWork
from notifications.calendar.content import EntryDays, is_owed, occurrence_days, occurrence_entry
from notifications.calendar.digest import event_digest
from notifications.calendar.event import EventContent, FeedEvent, Variant
from notifications.calendar.rendering import render_event
from notifications.calendar.surroundings import surroundings_digest
from notifications.tables import feed_change, feed_event
from notifications.translation import LANGUAGES

_log = logging.getLogger(__name__)

_REFRESHED_FOR = "feeds_refreshed_for"
_PAGE = 200

_Stored = Mapping[tuple[int, str, str], RowMapping]


def refresh_occurrence(office: Office, work: UnitOfWork, message: Message) -> None:
    """Outbox handler for every topic: bring the entries of the occurrence up to date."""
    concerned = select(occurrence.c.id).where(occurrence.c.instance_id == message.instance_id)
    refresh(work, list(work.connection.execute(concerned).scalars()), office.working_day(), office.home_url)


def refresh_changed(office: Office) -> bool:
    """What no message tells: a new day, which makes things overdue, and new names; whether anything was refreshed."""
    with office.store.read() as connection:
        present = f"{office.today()} {surroundings_digest(connection).hex()} {office.home_url}".rstrip()
        done = connection.execute(select(setting.c.value).where(setting.c.key == _REFRESHED_FOR)).scalar()
    if done == present:
        return False
    # Closed plans too: who was erased or renamed must not stand on in last year's entries.
    _refresh_where(office, plan.c.status != PlanStatus.DRAFT.value)
    with office.store.write() as work:
        _remember(work.connection, present)
        # Also where no entry has changed: a new contact has other rows in the calendar of what is theirs.
        _raise_change(work)
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
            refresh(work, ids[first : first + _PAGE], office.working_day(), office.home_url)


def refresh(work: UnitOfWork, occurrence_ids: Sequence[int], working_day: date, home_url: str = "") -> None:
    """Store the entries of occurrences anew where anything visible has changed.

    Args:
        work: the caller's transaction.
        occurrence_ids: row ids.
        working_day: as of which things are overdue.
        home_url: where an entry leads: the start page, on which people get their own links. A calendar is shared, so
            no entry may hold a link that acts for somebody.
    """
    _lock(work.connection, occurrence_ids)
    stored = _stored(work.connection, occurrence_ids)
    changed = [
        _store(work, each, language, content, before=stored.get((each.id, content.variant, language)))
        for each in list_occurrences(work.connection, OccurrenceFilter(ids=occurrence_ids))
        for language, content in _contents(each, working_day, home_url, stored)
    ]
    if any(changed):
        _raise_change(work)


def _contents(each: Occurrence, working_day: date, home_url: str, stored: _Stored) -> list[tuple[str, EventContent]]:
    """The entries of an occurrence in each language; none new of a row that cannot be shown, such as one in year 9999.

    It keeps the entries it has, and the others are not held up.
    """
    try:
        return [
            (language, replace(content, url=home_url))
            for language in LANGUAGES
            for content in _iter_contents(each, working_day, language, stored)
        ]
    except Exception:  # noqa: BLE001  (one bad row must cost nobody else their calendar)
        _log.exception("the calendar entries of %s could not be made; they stay as they were", each.short_id)
        return []


def _iter_contents(each: Occurrence, working_day: date, language: str, stored: _Stored) -> Iterator[EventContent]:
    """The entries an occurrence has, and those that have lost their days.

    The latter are cancelled where they stood, so that calendars take them away.
    """
    present = {days.variant: days for days in occurrence_days(each)}
    for variant in Variant:
        before = stored.get((each.id, variant, language))
        if variant in present:
            yield occurrence_entry(each, present[variant], working_day, language)
        elif before is not None:
            days = EntryDays(variant, before["starts_on"], before["ends_on"])
            yield occurrence_entry(each, days, working_day, language, withdrawn=True)


def _lock(connection: Connection, occurrence_ids: Sequence[int]) -> None:
    """Let two workers refresh an occurrence one after the other: else the one that read first could write last.

    Rows that refer to the occurrence, such as new evidence, may be written meanwhile. SQLite has one writer anyway.
    """
    chosen = select(occurrence.c.id).where(occurrence.c.id.in_(occurrence_ids)).order_by(occurrence.c.id)
    connection.execute(chosen.with_for_update(key_share=True)).all()


def _stored(connection: Connection, ids: Sequence[int]) -> _Stored:
    columns = [each for each in feed_event.c if each is not feed_event.c.body]
    rows = connection.execute(select(*columns).where(feed_event.c.occurrence_id.in_(ids))).mappings().all()
    return {(row["occurrence_id"], row["variant"], row["language"]): row for row in rows}


def _store(
    work: UnitOfWork, each: Occurrence, language: str, content: EventContent, *, before: RowMapping | None
) -> bool:
    """Whether the entry has changed."""
    digest = event_digest(content)
    if before is not None and before["digest"] == digest:
        return False
    sequence = before["sequence"] + 1 if before is not None else 0
    values: dict[str, Any] = {
        "digest": digest,
        "sequence": sequence,
        "modified_at": work.now,
        "starts_on": content.starts_on,
        "ends_on": content.ends_on,
        "cancelled": content.is_cancelled,
        "owed": is_owed(each),
        "body": render_event(FeedEvent(content, sequence, work.now)),
    }
    key = {"occurrence_id": each.id, "variant": content.variant.value, "language": language}
    if before is None:
        work.connection.execute(insert(feed_event).values(**key, **values))
    else:
        same = [feed_event.c[name] == value for name, value in key.items()]
        work.connection.execute(update(feed_event).where(*same).values(values))
    return True


def _remember(connection: Connection, present: str) -> None:
    same = update(setting).where(setting.c.key == _REFRESHED_FOR).values(value=present)
    if connection.execute(same).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(setting).values(key=_REFRESHED_FOR, value=present))
    except IntegrityError:  # another worker was first within these microseconds
        connection.execute(same)


def _raise_change(work: UnitOfWork) -> None:
    work.connection.execute(insert(feed_change).values(raised_at=work.now))
