"""Closing a plan: once nothing of it is open, it stays as it is for good."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from activities.acting import Actor
from activities.occurrences import OPEN_STATES, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.pending_steps import list_pending
from activities.plans import Plan, PlanStatus, lock_plan, plan_from_row
from activities.roles import Role, Scope, list_roles
from activities.tables import plan
from engine.errors import N_, OporaError
from engine.machine import RoleNotAllowedError
from engine.store import StaleRevisionError

CLOSING = (Role.COORDINATOR, Role.APPROVER)
"""Who may close a plan, where they hold it for the whole plan."""
MOST_NAMED = 5


class PlanNotAtWorkError(OporaError):
    """Only a live plan is closed."""

    message = N_("“{slug}” is not at work: it is {status}. There is nothing to close. See: opora plan show {slug}.")


class OccurrencesOpenError(OporaError):
    """Something of the plan has not come to its end."""

    message = N_(
        "“{slug}” stays live. Still open: {count} ({references}). Bring each to its end (evidence accepted, an outcome "
        "reported, or cancelled), then close the plan. All of them: opora occurrence list --plan {slug} {states}"
    )


class StepsWaitError(OporaError):
    """What an amendment says of the plan's work is neither done nor dropped."""

    message = N_(
        "“{slug}” stays live. Steps of amendments that wait: {steps} ({references}). Take or drop them: "
        "opora plan amendments {slug}. Occurrences still open: {count}."
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """A plan of which nothing is open; `steps` counts what has happened to its occurrences until then."""

    plan: Plan
    steps: int


def check_ended(connection: Connection, actor: Actor, plan_id: int) -> Ended:
    """Whether a plan may be closed now and by this actor.

    Raises:
        PlanNotAtWorkError: a draft, or closed already.
        RoleNotAllowedError: the actor neither coordinates nor approves the whole plan.
        StepsWaitError, OccurrencesOpenError: not everything has come to its end.
    """
    present = plan_from_row(connection.execute(select(plan).where(plan.c.id == plan_id)).mappings().one())
    if present.status is not PlanStatus.LIVE:
        raise PlanNotAtWorkError(slug=present.slug, status=present.status.value)
    _check_role(connection, actor, plan_id)
    _refuse_open(connection, present)
    everything = list_occurrences(connection, OccurrenceFilter(plan_id=plan_id))
    return Ended(present, sum(each.revision for each in everything))


def _check_role(connection: Connection, actor: Actor, plan_id: int) -> None:
    places = (Scope(), Scope(plan_id=plan_id))
    held = list_roles(connection, actor.person.id) if actor.person.active else []
    if not any(role in CLOSING and scope in places for role, scope in held):
        raise RoleNotAllowedError(event="close", roles=", ".join(role.value for role in CLOSING))


def _refuse_open(connection: Connection, present: Plan) -> None:
    still_open = list_occurrences(connection, OccurrenceFilter(plan_id=present.id, states=OPEN_STATES))
    waiting = list_pending(connection, present.id)
    if waiting:
        names = _name([each.occurrence.reference for each in waiting])
        raise StepsWaitError(slug=present.slug, steps=len(waiting), references=names, count=len(still_open))
    if still_open:
        raise OccurrencesOpenError(
            slug=present.slug,
            count=len(still_open),
            references=_name([each.reference for each in still_open]),
            states=" ".join(f"--state {state}" for state in sorted({each.state for each in still_open})),
        )


def _name(references: list[str]) -> str:
    more = "…" if len(references) > MOST_NAMED else ""
    return ", ".join(filter(None, (*references[:MOST_NAMED], more)))


def _nothing() -> None:
    """Where no archive is put away."""


def close_plan(
    office: Office, actor: Actor, live: Plan, *, seen: Ended | None = None, put_away: Callable[[], None] = _nothing
) -> Plan:
    """Close a plan of which nothing is open; it reminds of nothing and nothing of it is opened again.

    Args:
        office: where.
        actor: a coordinator or approver of the whole plan.
        live: the plan.
        seen: how it stood when its archive was written.
        put_away: called last; if it fails, the plan stays live.

    Raises:
        PlanNotAtWorkError, RoleNotAllowedError, StepsWaitError, OccurrencesOpenError: see `check_ended`.
        StaleRevisionError: something happened since it was seen.
    """
    with office.store.write() as work:
        lock_plan(work.connection, live.id)
        ended = check_ended(work.connection, actor, live.id)
        if seen is not None and seen != ended:
            raise StaleRevisionError
        values = {"status": PlanStatus.CLOSED.value, "closed_at": work.now, "closed_by": actor.person.short_id}
        closed = update(plan).where(plan.c.id == live.id).values(values).returning(*plan.c)
        stored = plan_from_row(work.connection.execute(closed).mappings().one())
        put_away()
    return stored
