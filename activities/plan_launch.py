"""Launching a plan: its occurrences become running instances."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from activities.acting import Actor
from activities.allocation import allocate_short_ids
from activities.deadlines.schedule import Schedule
from activities.expansion import PlannedOccurrence, expand, ordinal_key
from activities.kinds import ActivityKind
from activities.office import Office
from activities.party_members import list_members_of_rows
from activities.plans import Plan, PlanStatus, lock_plan
from activities.relations import expand_followers, list_relations
from activities.roles import RUNNING, check_holds_anywhere
from activities.tables import activity, occurrence, plan
from activities.workflow_choice import get_chosen_workflow
from engine.errors import N_, OporaError
from engine.execution import Start
from engine.identifiers import new_uuid7
from engine.store import Instance
from engine.unit_of_work import UnitOfWork

CALENDAR_KEY = "house"
PART_WORKFLOW = "simple"
"""What a member's part goes through: a coordinator takes it in, the approver decides on the row's own run."""


class PlanNotDraftError(OporaError):
    """Only a draft is launched."""

    message = N_("“{slug}” is not a draft: it is {status}. See: opora plan show {slug}.")


@dataclass(frozen=True, slots=True)
class Launch:
    """What launching did: counts of occurrences by how they begin.

    Args:
        before_record: due before the start of record; they wait on a list and nothing is sent for them.
        parts: how many members of groups have a run of their own beside these.
    """

    plan: Plan
    occurrences: int
    awaiting_date: int
    before_record: int
    parts: int = 0


@dataclass(frozen=True, slots=True)
class NewOccurrence:
    """An occurrence about to be created, with the activity and, where it is a part, the member it belongs to."""

    activity_id: int
    planned: PlannedOccurrence
    before_record: bool
    member_id: int | None = None


def launch_plan(office: Office, actor: Actor, draft: Plan, from_on: date | None = None) -> Launch:
    """Make a draft live: every activity gets its occurrences, every occurrence a workflow instance.

    Args:
        office: where.
        actor: a coordinator or administrator.
        draft: the plan.
        from_on: the start of record, today by default; what was due before it sends nothing.

    Raises:
        PlanNotDraftError: live or closed already.
        RoleNotAllowedError: the actor coordinates nothing.
    """
    record_from = from_on or office.today()
    with office.store.write() as work:
        lock_plan(work.connection, draft.id)
        _refuse(work.connection, actor, draft)
        planned = _plan_runs(office, work.connection, draft, record_from)
        parts = _plan_parts(work.connection, planned)
        create_occurrences(office, work, actor, [*planned, *parts])
        launched = update(plan).where(plan.c.id == draft.id, plan.c.status == PlanStatus.DRAFT.value)
        if work.connection.execute(launched.values(status="live", launched_on=record_from)).rowcount != 1:
            raise PlanNotDraftError(slug=draft.slug, status=PlanStatus.LIVE.value)
    return Launch(
        plan=draft,
        occurrences=len(planned),
        awaiting_date=sum(each.planned.awaiting_date for each in planned),
        before_record=sum(each.before_record for each in planned),
        parts=len(parts),
    )


def _refuse(connection: Connection, actor: Actor, draft: Plan) -> None:
    status = connection.execute(select(plan.c.status).where(plan.c.id == draft.id)).scalar_one()
    if status != PlanStatus.DRAFT.value:
        raise PlanNotDraftError(slug=draft.slug, status=status)
    check_holds_anywhere(connection, actor.person.id, RUNNING, "launch")


def _plan_runs(office: Office, connection: Connection, draft: Plan, record_from: date) -> list[NewOccurrence]:
    """The runs of every row, of rows that follow another one after its runs."""
    rows = connection.execute(select(activity).where(activity.c.plan_id == draft.id).order_by(activity.c.position))
    schedules = {row.id: (Schedule.from_json(json.loads(row.schedule)), ActivityKind(row.kind)) for row in rows}
    planned = {
        activity_id: expand(schedule, kind, draft.period, draft.rhythm, office.calendar)
        for activity_id, (schedule, kind) in schedules.items()
    }
    kinds = {activity_id: kind for activity_id, (_, kind) in schedules.items()}
    followed = expand_followers(planned, kinds, list_relations(connection, draft.id), office.calendar)
    return [
        NewOccurrence(activity_id, each, before_record=each.due_on is not None and each.due_on < record_from)
        for activity_id, expanded in followed.items()
        for each in expanded
    ]


def _plan_parts(connection: Connection, planned: Sequence[NewOccurrence]) -> list[NewOccurrence]:
    """A part of each dated run for every member of the groups that carry its row out."""
    members = list_members_of_rows(connection, {each.activity_id for each in planned})
    return [
        replace(each, member_id=member_id)
        for each in planned
        if each.planned.due_on is not None and not each.before_record
        for member_id in members.get(each.activity_id, ())
    ]


def create_occurrences(
    office: Office,
    work: UnitOfWork,
    actor: Actor,
    planned: Sequence[NewOccurrence],
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Start an instance for each and store the occurrences, within the caller's transaction.

    History keeps `payload`, which says why, beside each key.
    """
    if not planned:
        return
    told = {**actor.payload(), **(payload or {})}
    instances: dict[int, Instance] = {}
    for name, places in _by_workflow(work.connection, planned).items():
        workflow = get_chosen_workflow(work.connection, name)
        starts = [_start(work.now, actor, planned[place].planned, told) for place in places]
        instances |= zip(places, office.execution.start_many(work, workflow, starts), strict=True)
    short_ids = allocate_short_ids(work.connection, occurrence, "o", len(planned))
    rows = [
        {
            "short_id": short_id,
            "activity_id": each.activity_id,
            "instance_id": instances[place].id,
            "key": each.planned.key,
            "member_id": each.member_id,
            "rrule": each.planned.rrule,
            "planned_starts_on": each.planned.starts_on,
            "planned_ends_on": each.planned.ends_on,
            "planned_due_on": each.planned.due_on,
            "ends_on": each.planned.ends_on,
            "before_record": each.before_record,
        }
        for place, (each, short_id) in enumerate(zip(planned, short_ids, strict=True))
    ]
    work.connection.execute(insert(occurrence), rows)


def _by_workflow(connection: Connection, planned: Sequence[NewOccurrence]) -> dict[str, list[int]]:
    """The places of what is planned by the name of the workflow that their rows go through."""
    rows = select(activity.c.id, activity.c.workflow).where(activity.c.id.in_({each.activity_id for each in planned}))
    names = {row.id: row.workflow for row in connection.execute(rows)}
    places: dict[str, list[int]] = {}
    for place, each in enumerate(planned):
        name = names[each.activity_id] if each.member_id is None else PART_WORKFLOW
        places.setdefault(name, []).append(place)
    return places


def _start(now: datetime, actor: Actor, planned: PlannedOccurrence, payload: Mapping[str, Any]) -> Start:
    return Start(
        public_id=str(new_uuid7(lambda: now)),
        state="awaiting_date" if planned.awaiting_date else "planned",
        anchors={"starts_on": planned.starts_on, "due_on": planned.due_on},
        calendar_key=CALENDAR_KEY,
        actor=actor.person.short_id,
        channel=actor.channel,
        payload={**payload, "key": planned.key},
    )


def create_next_on_request(office: Office, work: UnitOfWork, actor: Actor, activity_id: int) -> None:
    """Once a waiting request is opened, the next one waits."""
    own = (occurrence.c.activity_id == activity_id) & occurrence.c.member_id.is_(None)
    keys = work.connection.execute(select(occurrence.c.key).where(own)).all()
    ordinal = len(keys) + 1
    waiting = PlannedOccurrence(
        key=ordinal_key(ordinal),
        starts_on=None,
        ends_on=None,
        due_on=None,
        awaiting_date=True,
        rrule=None,
        ordinal=ordinal,
    )
    create_occurrences(office, work, actor, [NewOccurrence(activity_id, waiting, before_record=False)])
