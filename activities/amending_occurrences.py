"""What an amendment does to the occurrences of a live plan: what it may not touch, who may do what, and doing it.

Every step goes through the workflow. Its history entry names the amending file's digest as its subject, and the basis.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select, update

from activities.acting import Actor
from activities.date_requests import settle_date_requests
from activities.dating import is_still_before_record
from activities.deed import Deed
from activities.firing import Attempt, fire
from activities.following import followers_payload
from activities.occurrences import Occurrence, get_occurrence
from activities.office import Office
from activities.parts import list_open_parts, list_parts_alongside, list_parts_called_off_with
from activities.plan_amendments import AmendingDocument
from activities.plan_launch import NewOccurrence, create_occurrences
from activities.rescheduling import Action, Effect, LeftReason
from activities.roles import Role, roles_of
from activities.tables import evidence, occurrence, submission
from engine.tables import history
from engine.unit_of_work import UnitOfWork

# The report quotes the reason, so it is in the language of the plan.
REMOVED = "исключено из плана"
MOVED = "срок изменён в плане"
PUT_BACK = "возвращено в план"


def find_done(connection: Connection, occurrences: Sequence[Occurrence]) -> dict[int, LeftReason]:
    """What people have done with occurrences, by row id: what is finished, has evidence, or a date that they set."""
    ids = [each.id for each in occurrences]
    handed_in = {
        row.occurrence_id
        for table, open_only in ((evidence, evidence.c.removed_at), (submission, submission.c.withdrawn_at))
        for row in connection.execute(
            select(table.c.occurrence_id).where(table.c.occurrence_id.in_(ids), open_only.is_(None))
        )
    }
    # Dates that an amendment set have its file as their subject; a person's have none.
    dated = set(
        connection.execute(
            select(history.c.instance_id).where(
                history.c.instance_id.in_([each.instance_id for each in occurrences]),
                history.c.event.in_(["set_date", "postpone"]),
                history.c.subject_digest.is_(None),
            )
        ).scalars()
    )
    done: dict[int, LeftReason] = {}
    for each in occurrences:
        if not each.is_open:
            done[each.id] = LeftReason.FINISHED
        elif each.id in handed_in:
            done[each.id] = LeftReason.EVIDENCE
        elif each.instance_id in dated:
            done[each.id] = LeftReason.DATE_SET
    return done


def find_withdrawn(connection: Connection, occurrences: Sequence[Occurrence]) -> frozenset[int]:
    """Row ids of occurrences that an amendment cancelled last, not a person."""
    cancelled = {each.instance_id: each.id for each in occurrences if each.state == "cancelled"}
    wanted = (
        select(history.c.instance_id, history.c.subject_digest)
        .where(history.c.instance_id.in_(cancelled), history.c.event == "cancel")
        .order_by(history.c.revision)
    )
    last = {row.instance_id: row.subject_digest for row in connection.execute(wanted)}
    return frozenset(cancelled[instance_id] for instance_id, digest in last.items() if digest is not None)


def leave_what_is_not_theirs(connection: Connection, actor: Actor, effects: Sequence[Effect]) -> list[Effect]:
    """The effects with those that the actor may not have left to whoever may."""
    return [
        each
        if may_carry_out(connection, actor, each)
        else replace(each, action=Action.LEAVE, reason=LeftReason.NOT_ALLOWED)
        for each in effects
    ]


def may_carry_out(connection: Connection, actor: Actor, effect: Effect) -> bool:
    """Whether the workflow lets this person do it."""
    if effect.occurrence is None or effect.action is Action.LEAVE:
        return True
    return bool(_deciders(effect) & roles_of(connection, actor.person.id, effect.occurrence.activity_id))


def _deciders(effect: Effect) -> set[str]:
    """Who may, as the workflow says."""
    target, planned = effect.occurrence, effect.planned
    if effect.action is Action.REOPEN:
        return {Role.APPROVER.value, Role.COORDINATOR.value}
    if target is None or planned is None:
        return {Role.APPROVER.value}
    if target.state == "awaiting_date":
        return {Role.COORDINATOR.value, Role.ORGANISER.value}
    return {Role.APPROVER.value} | ({Role.COORDINATOR.value} if _is_inside(effect) else set())


def _is_inside(effect: Effect) -> bool:
    """Whether the new window lies in the one first planned."""
    target, planned = effect.occurrence, effect.planned
    if target is None or planned is None or planned.starts_on is None or planned.ends_on is None:
        return False
    if target.planned_starts_on is None or target.planned_ends_on is None:
        return False
    return target.planned_starts_on <= planned.starts_on and planned.ends_on <= target.planned_ends_on


def carry_out(
    office: Office, work: UnitOfWork, actor: Actor, effects: Sequence[Effect], document: AmendingDocument
) -> None:
    """Cancel, reopen and move occurrences as the effects say, in the caller's transaction; what is left is left."""
    deed = Deed(office, work, actor)
    for each in effects:
        if each.occurrence is None or each.action is Action.LEAVE:
            continue
        # Read anew: an effect before this one may have reopened it.
        target = get_occurrence(work.connection, each.occurrence.id)
        if each.action is Action.MOVE:
            # A group's members work to the days of the row.
            for run in (target, *list_parts_alongside(work.connection, target)):
                _move(deed, replace(each, occurrence=run), document)
        else:
            list_along = _list_untouched_parts if each.action is Action.CANCEL else list_parts_called_off_with
            for run in (target, *list_along(work.connection, target)):
                _end_or_reopen(deed, run, each.action, document)


def _list_untouched_parts(connection: Connection, target: Occurrence) -> list[Occurrence]:
    """The open parts of a run for which no member has handed in anything."""
    parts = list_open_parts(connection, target)
    done = find_done(connection, parts)
    return [each for each in parts if done.get(each.id) is not LeftReason.EVIDENCE]


def add_occurrences(
    office: Office,
    work: UnitOfWork,
    actor: Actor,
    added: Mapping[int, Sequence[Effect]],
    document: AmendingDocument,
) -> None:
    """Create what the effects of activities, by their row ids, add; what was due before today stands on its list."""
    today = office.today()
    fresh = [
        NewOccurrence(activity_id, each.planned, before_record=(each.planned.due_on or today) < today)
        for activity_id, effects in added.items()
        for each in effects
        if each.action is Action.ADD and each.planned is not None
    ]
    create_occurrences(office, work, actor, fresh, document.payload())


def _end_or_reopen(deed: Deed, target: Occurrence, action: Action, document: AmendingDocument) -> None:
    values = {"reason": PUT_BACK if action is Action.REOPEN else REMOVED, "basis": document.basis}
    left = followers_payload(deed.connection, target) if action is Action.CANCEL else {}
    payload = document.payload() | values | left
    attempt = Attempt(action.value, values, payload, subject_digest=document.digest)
    fire(deed.office, deed.work, deed.actor, target, attempt)
    settle_date_requests(deed.work, target.id)


def _move(deed: Deed, effect: Effect, document: AmendingDocument) -> None:
    """Give it its new window; the first date of one that had none is what is planned from now on."""
    target, planned = effect.occurrence, effect.planned
    if target is None or planned is None:
        raise ValueError("a move needs an occurrence and its window")
    inside = _is_inside(effect)
    attempt = Attempt(
        event="set_date" if target.state == "awaiting_date" else "postpone",
        values={"date": True, "inside_window": inside, "reason": MOVED, "basis": document.basis},
        payload=document.payload() | {"reason": MOVED},
        subject_digest=document.digest,
        anchors={"starts_on": planned.starts_on, "due_on": planned.due_on},
    )
    fire(deed.office, deed.work, deed.actor, target, attempt)
    settle_date_requests(deed.work, target.id)
    values: dict[str, object] = {"ends_on": planned.ends_on, "rrule": planned.rrule}
    values["before_record"] = is_still_before_record(deed.office, target, planned.due_on)
    if target.state == "awaiting_date":
        values |= {f"planned_{name}": getattr(planned, name) for name in ("starts_on", "ends_on", "due_on")}
    elif not inside:
        values["postponed"] = occurrence.c.postponed + 1
    deed.connection.execute(update(occurrence).where(occurrence.c.id == target.id).values(values))
