"""Firing an event for a person: their roles for the occurrence and the values that guards look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from activities.absences import stands_in
from activities.acting import Actor
from activities.occurrences import Occurrence, get_occurrence
from activities.office import Office
from activities.roles import roles_of
from engine.execution import Firing, Step
from engine.registry import Facts
from engine.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Attempt:
    """An event and what it is about, beside who and where.

    Args:
        event: the workflow's verb.
        values: what guards look at.
        payload: what history keeps aside, erasable.
        extra_roles: roles that follow from the matter, such as `submitter`.
    """

    event: str
    values: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)
    extra_roles: frozenset[str] = frozenset()
    subject_digest: bytes | None = None
    anchors: Mapping[str, date | datetime | None] = field(default_factory=dict)


def fire_for(
    office: Office,
    work: UnitOfWork,
    actor: Actor,
    occurrence_id: int,
    *,
    event: str,
    payload: Mapping[str, Any] | None = None,
) -> Step:
    """Fire an event that needs nothing but the actor's role."""
    found = get_occurrence(work.connection, occurrence_id)
    return fire(office, work, actor, found, Attempt(event, payload=payload or {}))


def fire(office: Office, work: UnitOfWork, actor: Actor, target: Occurrence, attempt: Attempt) -> Step:
    """Fire an event on an occurrence that was read in this very transaction.

    Raises:
        EventNotAllowedError, RoleNotAllowedError or a guard's refusal: nothing was changed.
        StaleRevisionError: someone else came between.
    """
    roles = roles_of_actor(office, work, actor, target) | attempt.extra_roles
    values = {"is_approver": "approver" in roles, **attempt.values}
    return office.execution.fire(
        work,
        Firing(
            instance_id=target.instance_id,
            event=attempt.event,
            facts=Facts(roles=roles, values=values),
            actor=actor.person.short_id,
            on_behalf_of=actor.on_behalf_of.short_id if actor.on_behalf_of else None,
            channel=actor.channel,
            payload={**actor.payload(), **attempt.payload},
            subject_digest=attempt.subject_digest,
            anchors=attempt.anchors,
            expected_revision=target.revision,
        ),
    )


def roles_of_actor(office: Office, work: UnitOfWork, actor: Actor, target: Occurrence) -> frozenset[str]:
    """What an actor may be here: their own roles, and those of whoever is away today and whose place they take."""
    return roles_within(office, work, actor, target.activity_id, target.member_id)


def roles_within(
    office: Office, work: UnitOfWork, actor: Actor, activity_id: int, member_id: int | None = None
) -> frozenset[str]:
    """The same for an activity, or for a member's part of it."""
    roles = roles_of(work.connection, actor.person.id, activity_id, member_id)
    absent = actor.on_behalf_of
    if absent is None or not stands_in(work, actor.person, absent, office.calendar.day_of(work.now)):
        return roles
    return roles | roles_of(work.connection, absent.id, activity_id, member_id)
