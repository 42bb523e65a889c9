"""Chores: what waits for whoever runs the office and stands in no list of rows; each ends by one command."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, func, select

from activities.occurrences import OPEN_STATES, OccurrenceFilter, select_ids
from activities.plan_review import list_questions
from activities.plans import PlanStatus, list_plans
from activities.tables import pending_step, plan, plan_amendment
from engine.tables import definition, history, instance

MIGRATED = "migrate"


class ChoreKind(StrEnum):
    """What is to be done."""

    AMENDMENT = "amendment"
    """Steps of amendments wait for somebody who may take them: `opora plan amendments`."""
    REVIEW = "review"
    """A draft asks questions: `opora plan review`."""
    MIGRATION = "migration"
    """Runs go on by the version of a workflow that others have left: `opora workflow migrate`."""
    CLOSING = "closing"
    """The period of a live plan is over and nothing of it is open: `opora plan close`."""


@dataclass(frozen=True, slots=True)
class Chore:
    """How much of one kind waits, and where: the slug of a plan, or the name of a workflow."""

    kind: ChoreKind
    name: str
    count: int


def list_chores(connection: Connection, today: date) -> list[Chore]:
    """What waits on a local day, of plans in the order in which they came, then of workflows."""
    waiting, asked = _waiting_steps(connection), _open_questions(connection)
    amended = {each.name for each in waiting}
    over = [each for each in _over(connection, today) if each.name not in amended]
    return [*waiting, *asked, *over, *_left_behind(connection)]


def _waiting_steps(connection: Connection) -> list[Chore]:
    steps = (
        select(plan.c.slug, func.count().label("steps"))
        .join(plan_amendment, plan_amendment.c.plan_id == plan.c.id)
        .join(pending_step, pending_step.c.amendment_id == plan_amendment.c.id)
        .where(pending_step.c.settled_at.is_(None))
        .group_by(plan.c.id, plan.c.slug)
        .order_by(plan.c.id)
    )
    return [Chore(ChoreKind.AMENDMENT, row.slug, row.steps) for row in connection.execute(steps)]


def _open_questions(connection: Connection) -> list[Chore]:
    """Of drafts: what a live plan asks stands in the digest row by row."""
    drafts = [each for each in list_plans(connection) if each.status is PlanStatus.DRAFT]
    asked = ((each.slug, len(list_questions(connection, each).open)) for each in drafts)
    return [Chore(ChoreKind.REVIEW, slug, count) for slug, count in asked if count]


def _over(connection: Connection, today: date) -> list[Chore]:
    """Live plans whose last day is past and of which nothing is open."""
    past = [each for each in list_plans(connection) if each.status is PlanStatus.LIVE and each.period.ends_on < today]
    return [
        Chore(ChoreKind.CLOSING, each.slug, 1)
        for each in past
        if not connection.execute(select_ids(connection, OccurrenceFilter(plan_id=each.id, states=OPEN_STATES))).first()
    ]


def _left_behind(connection: Connection) -> list[Chore]:
    """Open runs of a version of a workflow that others have left for another one of the same name."""
    running = (
        select(definition.c.name, definition.c.id, func.count().label("runs"))
        .join(instance, instance.c.definition_id == definition.c.id)
        .where(instance.c.state.in_(OPEN_STATES))
        .group_by(definition.c.name, definition.c.id)
        .order_by(definition.c.name)
    )
    versions: dict[str, dict[int, int]] = defaultdict(dict)
    for row in connection.execute(running):
        versions[row.name][row.id] = row.runs
    found: list[Chore] = []
    for name, runs in versions.items():
        # Rarely more than one: only then the history is looked through.
        reached = _reached_by_migration(connection, runs) if len(runs) > 1 else set()
        if reached:
            left = sum(count for key, count in runs.items() if key != max(reached))
            found.append(Chore(ChoreKind.MIGRATION, name, left))
    return found


def _reached_by_migration(connection: Connection, definition_ids: dict[int, int]) -> set[int]:
    migrated = select(instance.c.definition_id).join(history, history.c.instance_id == instance.c.id)
    wanted = migrated.where(history.c.event == MIGRATED, instance.c.definition_id.in_(definition_ids))
    return set(connection.execute(wanted.distinct()).scalars())
