"""What correcting does to a row, in the caller's transaction: a reading is confirmed, a row of a draft changed."""

import json
from typing import Any

from sqlalchemy import Connection, select, update

from activities.deadlines import read_deadline
from activities.deadlines.schedule import Confidence, Schedule
from activities.deed import Deed
from activities.firing import roles_within
from activities.importing.folding import fold
from activities.kinds import ActivityKind, propose_kind
from activities.period import Period
from activities.plan_activities import Activity, get_activity
from activities.plans import PlanStatus, lock_plan
from activities.relations import drop_relation
from activities.roles import Role
from activities.tables import activity, occurrence, plan
from engine.errors import N_, OporaError
from engine.machine import RoleNotAllowedError
from engine.outbox import post_message

CONFIRMED = "confirmed"
"""The message that a row's reading holds from now on."""


class NothingToConfirmError(OporaError):
    """No date was read, so none can be confirmed."""

    message = N_(
        "No date was read from “{deadline}”, so there is nothing to confirm. Correct the deadline of the draft "
        "(opora activity edit), or set dates once the plan is live (opora occurrence set-date)."
    )


class PlanIsLiveError(OporaError):
    """The rows of a live plan stand as they were approved."""

    message = N_(
        "“{slug}” is no draft any more, so its rows stay as they are. Move or cancel what comes of them: "
        "opora occurrence set-date, postpone, cancel."
    )


def check_coordinates(deed: Deed, target: Activity, event: str = "review") -> None:
    """Whether the actor coordinates a row, or acts for who does and is away.

    Raises:
        RoleNotAllowedError: they do not.
    """
    if Role.COORDINATOR.value not in roles_within(deed.office, deed.work, deed.actor, target.id):
        raise RoleNotAllowedError(event=event, roles=Role.COORDINATOR.value)


def confirm_within(deed: Deed, target: Activity) -> Activity:
    """Confirm a reading in the caller's transaction.

    Raises:
        NothingToConfirmError: no date was read.
    """
    current = get_activity(deed.connection, target.id)
    if current.confidence is Confidence.ASK:
        raise NothingToConfirmError(deadline=current.deadline_text)
    if current.needs_a_look:
        drop_relation(deed.work, target.id)
        confirmed = update(activity).where(activity.c.id == target.id)
        deed.connection.execute(confirmed.values(confirmed_at=deed.work.now))
        _tell_confirmed(deed, target.id)
    return get_activity(deed.connection, target.id)


def _tell_confirmed(deed: Deed, activity_id: int) -> None:
    """Whoever is to decide on what was handed in meanwhile has not been asked: only coordinators knew of the row."""
    running = select(occurrence.c.instance_id).where(occurrence.c.activity_id == activity_id)
    post_message(deed.work, CONFIRMED, list(deed.connection.execute(running).scalars()))


def edit_within(
    deed: Deed, target: Activity, *, deadline: str | None = None, kind: ActivityKind | None = None
) -> Activity:
    """Correct a row of a draft in the caller's transaction; a new deadline is its own, whatever row it followed.

    A kind that nobody chose follows the new deadline; one that a person chose stays.

    Raises:
        PlanIsLiveError: only a draft is edited.
    """
    period = _draft_period(deed.connection, target)
    current = get_activity(deed.connection, target.id)
    values: dict[str, Any] = {"kind": kind.value} if kind else {}
    if deadline is not None:
        values = _read_anew(current, deadline, period) | values
        drop_relation(deed.work, target.id)
    if values:
        deed.connection.execute(update(activity).where(activity.c.id == target.id).values(values))
    return get_activity(deed.connection, target.id)


def _draft_period(connection: Connection, target: Activity) -> Period:
    """The plan's period, read in the transaction that changes its row."""
    lock_plan(connection, target.plan_id)
    row = connection.execute(select(plan).where(plan.c.id == target.plan_id)).one()
    if row.status != PlanStatus.DRAFT.value:
        raise PlanIsLiveError(slug=row.slug)
    return Period(row.starts_on, row.ends_on)


def _read_anew(current: Activity, deadline: str, period: Period) -> dict[str, Any]:
    schedule = read_deadline(deadline, period.starts_on, period.ends_on)
    return {
        "deadline_text": deadline,
        "document_deadline": _document_cell(current, deadline),
        "schedule": json.dumps(schedule.to_json(), ensure_ascii=False),
        "confidence": schedule.confidence.value,
        "confirmed_at": None,
        "kind": _kind_for(current, schedule).value,
    }


def _document_cell(current: Activity, deadline: str) -> str | None:
    """What the document says where that is another text than the person's."""
    cell = current.deadline_text if current.document_deadline is None else current.document_deadline
    return cell if fold(cell) != fold(deadline) else None


def _kind_for(current: Activity, schedule: Schedule) -> ActivityKind:
    was_proposed = propose_kind(current.title, current.schedule).kind is current.kind
    return propose_kind(current.title, schedule).kind if was_proposed else current.kind
