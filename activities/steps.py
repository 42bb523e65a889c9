"""What people do with an occurrence beside evidence and decisions: start, set a date, postpone, cancel, reopen."""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from activities.acting import Actor
from activities.deadlines.schedule import ScheduleKind
from activities.expansion import EVIDENCE_DAYS
from activities.firing import Attempt, fire, fire_for
from activities.grants import void_grants
from activities.kinds import ActivityKind
from activities.occurrences import Occurrence, get_occurrence
from activities.office import Office
from activities.period import Period
from activities.plan_launch import create_next_on_request
from activities.tables import activity, occurrence, submission
from engine.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewDates:
    """Where an occurrence is moved to; `starts_on` None: a single day."""

    ends_on: date
    starts_on: date | None = None

    def window(self) -> Period:
        """Both days inclusive."""
        return Period(self.starts_on or self.ends_on, self.ends_on)


def start(office: Office, actor: Actor, occurrence_id: int) -> None:
    """Begin before the first day comes."""
    with office.store.write() as work:
        fire_for(office, work, actor, occurrence_id, event="start")


def set_date(office: Office, actor: Actor, occurrence_id: int, dates: NewDates) -> None:
    """Say when it is: a day inside the planned window is clarified, never counted as moved.

    Raises:
        OutsideWindowError: beyond what was planned; that is a postponement.
    """
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        awaited = target.state == "awaiting_date"
        _move(office, work, actor, target, dates, attempt=_clarification(office, target, dates))
        if awaited:
            _plan_first_date(office, work, target, dates)
        if awaited and _is_on_request(work, target):
            create_next_on_request(office, work, actor, target.activity_id)


def postpone(
    office: Office, actor: Actor, occurrence_id: int, dates: NewDates, *, reason: str = "", basis: str = ""
) -> None:
    """Move it: beyond the planned window by an approver, with reason and basis; the planned date stays on record.

    Raises:
        ReasonMissingError, BasisMissingError, ApproverNeededError: beyond the planned window.
    """
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        inside = _is_inside(target, dates)
        attempt = Attempt(
            "postpone",
            values={"date": True, "inside_window": inside, "reason": reason.strip(), "basis": basis.strip()},
            payload={"reason": reason.strip(), "basis": basis.strip()},
            anchors=_anchors(office, target, dates),
        )
        _move(office, work, actor, target, dates, attempt=attempt)
        if not inside:
            counted = update(occurrence).where(occurrence.c.id == target.id)
            work.connection.execute(counted.values(postponed=occurrence.c.postponed + 1))


def cancel(office: Office, actor: Actor, occurrence_id: int, *, reason: str, basis: str) -> None:
    """Take it out of the plan, by an approver, on the basis of a document."""
    values = {"reason": reason.strip(), "basis": basis.strip()}
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        fire(office, work, actor, target, Attempt("cancel", values=values, payload=values))
        sealed = select(submission.c.id).where(submission.c.occurrence_id == target.id)
        void_grants(work, list(work.connection.execute(sealed).scalars()))


def reopen(office: Office, actor: Actor, occurrence_id: int, *, reason: str) -> None:
    """Take back that it is done, not performed or cancelled."""
    values = {"reason": reason.strip()}
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        fire(office, work, actor, target, Attempt("reopen", values=values, payload=values))


def _clarification(office: Office, target: Occurrence, dates: NewDates) -> Attempt:
    return Attempt(
        "set_date",
        values={"date": True, "inside_window": _is_inside(target, dates)},
        anchors=_anchors(office, target, dates),
    )


def _move(
    office: Office, work: UnitOfWork, actor: Actor, target: Occurrence, dates: NewDates, *, attempt: Attempt
) -> None:
    fire(office, work, actor, target, attempt)
    moved = update(occurrence).where(occurrence.c.id == target.id)
    work.connection.execute(moved.values(ends_on=dates.window().ends_on))


def _anchors(office: Office, target: Occurrence, dates: NewDates) -> dict[str, date | None]:
    window = dates.window()
    due_on = window.ends_on
    if target.kind == ActivityKind.EVENT.value:
        due_on = office.calendar.add_working_days(window.ends_on, EVIDENCE_DAYS)
    # A postponed deliverable keeps its beginning unless a new one is given.
    starts_on = dates.starts_on or (window.starts_on if target.kind == ActivityKind.EVENT.value else target.starts_on)
    return {"starts_on": starts_on or window.starts_on, "due_on": due_on}


def _is_inside(target: Occurrence, dates: NewDates) -> bool:
    if target.planned_starts_on is None or target.planned_ends_on is None:
        return False
    window = dates.window()
    return target.planned_starts_on <= window.starts_on and window.ends_on <= target.planned_ends_on


def _plan_first_date(office: Office, work: UnitOfWork, target: Occurrence, dates: NewDates) -> None:
    """The first date of an occurrence that had none is what was planned."""
    window = dates.window()
    anchors = _anchors(office, target, dates)
    planned = {
        "planned_starts_on": window.starts_on,
        "planned_ends_on": window.ends_on,
        "planned_due_on": anchors["due_on"],
    }
    work.connection.execute(update(occurrence).where(occurrence.c.id == target.id).values(planned))


def _is_on_request(work: UnitOfWork, target: Occurrence) -> bool:
    schedule = work.connection.execute(
        select(activity.c.schedule).where(activity.c.id == target.activity_id)
    ).scalar_one()
    return bool(json.loads(schedule)["kind"] == ScheduleKind.ON_REQUEST.value)
