"""Giving an occurrence its dates through the workflow, within the caller's transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select, update

from activities.date_requests import settle_date_requests
from activities.deadlines.schedule import ScheduleKind
from activities.deed import Deed
from activities.expansion import evidence_day
from activities.firing import Attempt, fire
from activities.kinds import ActivityKind
from activities.occurrences import Occurrence
from activities.office import Office
from activities.period import Period
from activities.plan_launch import create_next_on_request
from activities.tables import activity, occurrence


@dataclass(frozen=True, slots=True)
class NewDates:
    """Where an occurrence is moved to; `starts_on` None: a single day."""

    ends_on: date
    starts_on: date | None = None

    def window(self) -> Period:
        """Both days inclusive."""
        return Period(self.starts_on or self.ends_on, self.ends_on)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why dates are given: what history keeps aside, and the SHA-256 of what they follow from.

    A person's own dates have no subject; they are never moved but by a person.
    """

    reason: str = ""
    basis: str = ""
    subject_digest: bytes | None = None

    def payload(self) -> dict[str, str]:
        """What is known of it."""
        return {name: value for name, value in (("reason", self.reason), ("basis", self.basis)) if value}


def give_date(
    deed: Deed,
    target: Occurrence,
    dates: NewDates,
    *,
    planned: Period | None = None,
    cause: Cause | None = None,
) -> None:
    """Say when it is, inside the planned window or where there was none.

    Args:
        deed: who says so, in the transaction in which `target` was read.
        target: the occurrence.
        dates: the days.
        planned: what is planned from now on of an occurrence that had no date, the same days by default.
        cause: what the days follow from, where no person chose them.

    Raises:
        OutsideWindowError: beyond what was planned; that is a postponement.
    """
    cause = cause or Cause()
    awaited = target.state == "awaiting_date"
    values = {"date": True, "inside_window": is_inside(target, dates)}
    _fire_dates(deed, target, dates, event="set_date", values=values, cause=cause)
    if awaited:
        _plan_first_date(deed, target, planned or dates.window())
    if awaited and _is_on_request(deed.connection, target):
        create_next_on_request(deed.office, deed.work, deed.actor, target.activity_id)


def move_date(deed: Deed, target: Occurrence, dates: NewDates, cause: Cause) -> None:
    """Move what was planned; beyond the planned window by an approver, with reason and basis, and counted.

    Raises:
        ReasonMissingError, BasisMissingError, ApproverNeededError: beyond the planned window.
    """
    inside = is_inside(target, dates)
    values = {"date": True, "inside_window": inside, "reason": cause.reason, "basis": cause.basis}
    _fire_dates(deed, target, dates, event="postpone", values=values, cause=cause)
    if not inside:
        counted = update(occurrence).where(occurrence.c.id == target.id)
        deed.connection.execute(counted.values(postponed=occurrence.c.postponed + 1))


def _fire_dates(
    deed: Deed,
    target: Occurrence,
    dates: NewDates,
    *,
    event: str,
    values: Mapping[str, Any],
    cause: Cause,
) -> None:
    """Fire an event that moves the anchors, and keep the window's last day."""
    anchors = _anchors(deed.office, target, dates)
    attempt = Attempt(
        event,
        values=values,
        payload=cause.payload(),
        subject_digest=cause.subject_digest,
        anchors=anchors,
    )
    fire(deed.office, deed.work, deed.actor, target, attempt)
    settle_date_requests(deed.work, target.id)
    moved = update(occurrence).where(occurrence.c.id == target.id)
    before_record = is_still_before_record(deed.office, target, anchors["due_on"])
    deed.connection.execute(moved.values(ends_on=dates.ends_on, before_record=before_record))


def is_still_before_record(office: Office, target: Occurrence, due_on: date | None) -> bool:
    """Whether it stays on its list with another day: given one to come, it has been taken up again."""
    return target.before_record and due_on is not None and due_on < office.today()


def is_inside(target: Occurrence, dates: NewDates) -> bool:
    """Whether all days lie in the window that was planned."""
    if target.planned_starts_on is None or target.planned_ends_on is None:
        return False
    window = dates.window()
    return target.planned_starts_on <= window.starts_on and window.ends_on <= target.planned_ends_on


def _anchors(office: Office, target: Occurrence, dates: NewDates) -> dict[str, date | None]:
    window = dates.window()
    is_event = target.kind == ActivityKind.EVENT.value
    # A postponed deliverable keeps its beginning unless a new one is given.
    starts_on = dates.starts_on or (window.starts_on if is_event else target.starts_on) or window.starts_on
    return {"starts_on": starts_on, "due_on": _due_on(office, target, window)}


def _due_on(office: Office, target: Occurrence, window: Period) -> date:
    return evidence_day(window.ends_on, ActivityKind(target.kind), office.calendar)


def _plan_first_date(deed: Deed, target: Occurrence, window: Period) -> None:
    """The first date of an occurrence that had none is what was planned."""
    planned = {
        "planned_starts_on": window.starts_on,
        "planned_ends_on": window.ends_on,
        "planned_due_on": _due_on(deed.office, target, window),
    }
    deed.connection.execute(update(occurrence).where(occurrence.c.id == target.id).values(planned))


def _is_on_request(connection: Connection, target: Occurrence) -> bool:
    schedule = connection.execute(select(activity.c.schedule).where(activity.c.id == target.activity_id)).scalar_one()
    return bool(json.loads(schedule)["kind"] == ScheduleKind.ON_REQUEST.value)
