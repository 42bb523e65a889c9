"""What an amendment does to running work while whoever applied it may not: kept until somebody who may has acted.

Nothing is lost and nothing is done twice: a step waits until it is carried out on the amendment's own basis, dropped
with a reason, or overtaken by a later amendment of the same row.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from activities.acting import Actor
from activities.amending_occurrences import carry_out, find_done, may_carry_out
from activities.deed import Deed
from activities.expansion import PlannedOccurrence
from activities.following import date_followers_of_row
from activities.guards import ReasonMissingError
from activities.occurrences import (
    Occurrence,
    OccurrenceFilter,
    get_occurrence,
    list_occurrences,
    lock_occurrences,
)
from activities.office import Office
from activities.plan_amendments import Amendment, list_amendments
from activities.plans import Plan
from activities.rescheduling import Action, Effect, LeftReason
from activities.roles import Role
from activities.tables import occurrence, pending_step
from engine.errors import N_, OporaError
from engine.machine import RoleNotAllowedError
from engine.unit_of_work import UnitOfWork


class NothingWaitsError(OporaError):
    """Somebody names an occurrence of which no step waits."""

    message = N_("Nothing of an amendment waits for {references}. See what waits: opora plan amendments {slug}.")


class StepOutcome(StrEnum):
    """How a step ended: `left` since somebody had done something with the occurrence meanwhile."""

    DONE = "done"
    LEFT = "left"
    DROPPED = "dropped"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class PendingStep:
    """A step that waits: a move or a cancellation of the occurrence as it stands now.

    Attributes:
        left: what somebody has done with the occurrence, so that it would be left as it is.
    """

    id: int
    amendment: Amendment
    effect: Effect
    left: LeftReason | None

    @property
    def occurrence(self) -> Occurrence:
        """The one that it is about."""
        if self.effect.occurrence is None:
            raise ValueError("a step that waits is about an occurrence")
        return self.effect.occurrence


@dataclass(frozen=True, slots=True)
class SettledStep:
    """A step and how it ended; None where this person may not carry it out, and it waits on."""

    step: PendingStep
    outcome: StepOutcome | None


def insert_pending(work: UnitOfWork, amendment: Amendment, effects: Iterable[Effect]) -> None:
    """Keep the effects that were left to somebody else, in the caller's transaction."""
    rows = [
        {
            "amendment_id": amendment.id,
            "occurrence_id": each.occurrence.id,
            "action": (Action.MOVE if each.planned else Action.CANCEL).value,
            **{name: getattr(each.planned, name, None) for name in ("starts_on", "ends_on", "due_on", "rrule")},
        }
        for each in effects
        if each.reason is LeftReason.NOT_ALLOWED and each.occurrence is not None
    ]
    if rows:
        work.connection.execute(insert(pending_step), rows)


def overtake(work: UnitOfWork, actor: Actor, activity_ids: Collection[int]) -> None:
    """End what waits of rows that another amendment speaks of, in the caller's transaction."""
    of_rows = select(occurrence.c.id).where(occurrence.c.activity_id.in_(activity_ids))
    waiting = select(pending_step.c.id).where(
        pending_step.c.occurrence_id.in_(of_rows), pending_step.c.settled_at.is_(None)
    )
    for step_id in work.connection.execute(waiting).scalars().all():
        _settle(work, actor, step_id, StepOutcome.OVERTAKEN)


def list_pending(connection: Connection, plan_id: int) -> list[PendingStep]:
    """What waits of a plan, the oldest first."""
    amendments = {each.id: each for each in list_amendments(connection, plan_id)}
    wanted = select(pending_step).where(
        pending_step.c.amendment_id.in_(amendments), pending_step.c.settled_at.is_(None)
    )
    rows = connection.execute(wanted.order_by(pending_step.c.id)).all()
    runs = list_occurrences(connection, OccurrenceFilter(ids=[row.occurrence_id for row in rows]))
    by_id, done = {each.id: each for each in runs}, find_done(connection, runs)
    return [
        PendingStep(
            id=row.id,
            amendment=amendments[row.amendment_id],
            effect=_effect(row, by_id[row.occurrence_id]),
            left=done.get(row.occurrence_id),
        )
        for row in rows
    ]


def _effect(row: Row[Any], target: Occurrence) -> Effect:
    if row.action == Action.CANCEL.value:
        return Effect(Action.CANCEL, target, None)
    planned = PlannedOccurrence(
        key=target.key,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        due_on=row.due_on,
        awaiting_date=False,
        rrule=row.rrule,
        ordinal=None,
    )
    return Effect(Action.MOVE, target, planned)


def carry_out_pending(
    office: Office, actor: Actor, target: Plan, occurrence_ids: Collection[int] | None = None
) -> list[SettledStep]:
    """Do what waits, in one transaction, on the basis of the amendments that it comes from.

    Args:
        office: where.
        actor: somebody who may.
        target: the plan.
        occurrence_ids: of these only.

    Raises:
        NothingWaitsError: of one of them nothing waits.
        RoleNotAllowedError: the actor may do none of it.
    """
    with office.store.write() as work:
        deed = Deed(office, work, actor)
        _lock(work.connection, target)
        steps = _choose(work.connection, target, occurrence_ids)
        allowed = [each for each in steps if may_carry_out(work.connection, actor, each.effect)]
        if steps and not allowed:
            raise RoleNotAllowedError(event=steps[0].effect.action.value, roles=Role.APPROVER.value)
        return [SettledStep(each, _carry_out(deed, each) if each in allowed else None) for each in steps]


def _carry_out(deed: Deed, step: PendingStep) -> StepOutcome:
    outcome = StepOutcome.LEFT if step.left else StepOutcome.DONE
    if outcome is StepOutcome.DONE:
        carry_out(deed.office, deed.work, deed.actor, [step.effect], step.amendment.document)
        if step.effect.action is Action.MOVE:
            date_followers_of_row(deed, step.occurrence.activity_id, step.amendment.document.basis)
    _settle(deed.work, deed.actor, step.id, outcome)
    return outcome


def drop_pending(
    office: Office, actor: Actor, target: Plan, occurrence_ids: Collection[int], reason: str
) -> list[SettledStep]:
    """Leave occurrences as they are for good, though the plan says otherwise, and say why.

    Raises:
        NothingWaitsError: of one of them nothing waits.
        ReasonMissingError: it is not said why.
        RoleNotAllowedError: the actor could not have carried out one of the steps.
    """
    if not reason.strip():
        raise ReasonMissingError
    with office.store.write() as work:
        _lock(work.connection, target)
        steps = _choose(work.connection, target, occurrence_ids)
        for each in steps:
            if not may_carry_out(work.connection, actor, each.effect):
                raise RoleNotAllowedError(event=each.effect.action.value, roles=Role.APPROVER.value)
            _settle(work, actor, each.id, StepOutcome.DROPPED, reason.strip())
    return [SettledStep(each, StepOutcome.DROPPED) for each in steps]


def _lock(connection: Connection, target: Plan) -> None:
    """Let what waits of a plan be settled by one person after the other, each seeing what the one before did."""
    waiting = [each.occurrence.id for each in list_pending(connection, target.id)]
    lock_occurrences(connection, OccurrenceFilter(ids=waiting))


def _choose(connection: Connection, target: Plan, occurrence_ids: Collection[int] | None) -> list[PendingStep]:
    steps = list_pending(connection, target.id)
    if occurrence_ids is None:
        return steps
    missing = set(occurrence_ids) - {each.occurrence.id for each in steps}
    if missing:
        named = ", ".join(get_occurrence(connection, each).reference for each in sorted(missing))
        raise NothingWaitsError(references=named, slug=target.slug)
    return [each for each in steps if each.occurrence.id in occurrence_ids]


def _settle(work: UnitOfWork, actor: Actor, step_id: int, outcome: StepOutcome, reason: str = "") -> None:
    values = {
        "settled_at": work.now,
        "settled_by": actor.person.short_id,
        "outcome": outcome.value,
        "reason": reason,
    }
    work.connection.execute(update(pending_step).where(pending_step.c.id == step_id).values(values))
