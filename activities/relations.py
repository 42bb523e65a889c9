"""Rows that get their dates from another row: `within` it, or `after` it by so many working days.

A relation is confirmed by a person and stored, and holds as long as the row's confirmation does: when an amendment
changes the row's deadline, a person is asked again. What follows carries the keys of what it follows, so that one run
goes with one run however both move.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from activities.acting import Actor
from activities.expansion import PlannedOccurrence, evidence_day
from activities.kinds import ActivityKind
from activities.period import Period
from activities.tables import activity, row_relation
from activities.working_calendar import WorkingCalendar
from engine.canonical import canonical_json, sha256
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork


class CircularRelationError(OporaError):
    """Two rows would wait for each other's date."""

    message = N_("Row {row} cannot follow row {leader}, which takes its own date from row {row}.")


class RelationKind(StrEnum):
    """How a row's dates come from another row's."""

    WITHIN = "within"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Relation:
    """The row `activity_id` takes its dates from the row `leader_id`; `working_days` count only `after` it."""

    activity_id: int
    leader_id: int
    kind: RelationKind
    working_days: int = 0

    def digest(self) -> bytes:
        """What the history of a run that was dated by this relation names."""
        return sha256(canonical_json([self.activity_id, self.leader_id, self.kind.value, self.working_days]))

    def follow(self, leader: Period, calendar: WorkingCalendar) -> Period:
        """The days that follow from the other row's days: the same, or up to so many working days later."""
        if self.kind is RelationKind.WITHIN:
            return leader
        return Period(leader.starts_on, calendar.add_working_days(leader.ends_on, self.working_days))


def list_relations(connection: Connection, plan_id: int, *, with_gone: bool = False) -> list[Relation]:
    """The relations of a plan that hold; with those whose other row an amendment took out, where that is asked for."""
    of_plan = select(activity.c.id).where(activity.c.plan_id == plan_id)
    present = of_plan.where(activity.c.removed_at.is_(None))
    confirmed = present.where(activity.c.confirmed_at.is_not(None))
    wanted = select(row_relation).where(
        row_relation.c.activity_id.in_(confirmed), row_relation.c.leader_id.in_(of_plan if with_gone else present)
    )
    return [
        Relation(row.activity_id, row.leader_id, RelationKind(row.kind), row.working_days)
        for row in connection.execute(wanted.order_by(row_relation.c.activity_id))
    ]


def list_followers(connection: Connection, leader_id: int) -> list[Relation]:
    """The relations by which rows take their dates from this one."""
    plan_id = connection.execute(select(activity.c.plan_id).where(activity.c.id == leader_id)).scalar_one()
    return [each for each in list_relations(connection, plan_id) if each.leader_id == leader_id]


def store_relation(work: UnitOfWork, actor: Actor, relation: Relation, names: Mapping[int, str]) -> None:
    """Let a row follow another one instead of any before, and confirm it, in the caller's transaction.

    Args:
        work: the transaction.
        actor: who says so.
        relation: which row follows which.
        names: what people call the rows, for the refusal.

    Raises:
        CircularRelationError: the other row follows this one already, directly or by way of others.
    """
    _refuse_circle(work.connection, relation, names)
    drop_relation(work, relation.activity_id)
    row = {
        "activity_id": relation.activity_id,
        "leader_id": relation.leader_id,
        "kind": relation.kind.value,
        "working_days": relation.working_days,
        "confirmed_at": work.now,
        "confirmed_by": actor.person.short_id,
    }
    work.connection.execute(insert(row_relation).values(row))
    confirmed = update(activity).where(activity.c.id == relation.activity_id)
    work.connection.execute(confirmed.values(confirmed_at=work.now))


def drop_relation(work: UnitOfWork, activity_id: int) -> None:
    """Let a row stand by itself."""
    work.connection.execute(delete(row_relation).where(row_relation.c.activity_id == activity_id))


def _refuse_circle(connection: Connection, relation: Relation, names: Mapping[int, str]) -> None:
    leaders = {row.activity_id: row.leader_id for row in connection.execute(select(row_relation))}
    leaders.pop(relation.activity_id, None)
    above: int | None = relation.leader_id
    while above is not None:
        if above == relation.activity_id:
            raise CircularRelationError(row=names[relation.activity_id], leader=names[relation.leader_id])
        above = leaders.get(above)


def expand_followers(
    planned: Mapping[int, tuple[PlannedOccurrence, ...]],
    kinds: Mapping[int, ActivityKind],
    relations: Sequence[Relation],
    calendar: WorkingCalendar,
) -> dict[int, tuple[PlannedOccurrence, ...]]:
    """The runs of all rows, those of rows that follow another taken from its runs, each under the other's key.

    Args:
        planned: what each row's own deadline gives, by the row's id.
        kinds: what each row is, which decides when its evidence is due.
        relations: the confirmed ones; no circles.
        calendar: the organisation's working days.
    """
    by_follower = {each.activity_id: each for each in relations}
    done: dict[int, tuple[PlannedOccurrence, ...]] = {}

    def runs_of(activity_id: int) -> tuple[PlannedOccurrence, ...]:
        if activity_id not in done:
            relation = by_follower.get(activity_id)
            done[activity_id] = (
                tuple(_follow(relation, each, kinds[activity_id], calendar) for each in runs_of(relation.leader_id))
                if relation
                else planned[activity_id]
            )
        return done[activity_id]

    return {activity_id: runs_of(activity_id) for activity_id in planned}


def _follow(
    relation: Relation, leader: PlannedOccurrence, kind: ActivityKind, calendar: WorkingCalendar
) -> PlannedOccurrence:
    if leader.starts_on is None or leader.ends_on is None:
        return replace(leader, rrule=None)
    days = relation.follow(Period(leader.starts_on, leader.ends_on), calendar)
    due_on = evidence_day(days.ends_on, kind, calendar)
    return replace(leader, starts_on=days.starts_on, ends_on=days.ends_on, due_on=due_on, rrule=None)
