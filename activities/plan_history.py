"""A plan as it stood at the end of a day, folded out of its history."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from activities.occurrences import OWED_STATES, Occurrence, OccurrenceFilter, list_occurrences
from activities.tables import activity, occurrence
from engine.stored_values import read_json
from engine.tables import history, payload


@dataclass(frozen=True, slots=True)
class PastOccurrence:
    """An occurrence as it stood then.

    Attributes:
        occurrence: as it stands now; its title and number are today's.
        state: then.
        revision: of the last step until then.
        starts_on, due_on: then.
        dates_erased: a payload until then is erased, so that its dates may be older than they were.
    """

    occurrence: Occurrence
    state: str
    revision: int
    starts_on: date | None
    due_on: date | None
    dates_erased: bool

    def is_overdue(self, working_day: date) -> bool:
        """Whether evidence was owed and its day past, as of a working day (`Occurrence.is_overdue`)."""
        owed = self.state in OWED_STATES and not self.occurrence.before_record
        return owed and self.due_on is not None and self.due_on < working_day


@dataclass(frozen=True, slots=True)
class PastPlan:
    """What there was of a plan then; occurrences that came later are left out."""

    occurrences: Sequence[PastOccurrence]

    @property
    def states(self) -> Mapping[str, int]:
        """How many stood in each state."""
        return Counter(each.state for each in self.occurrences)


def fold_plan(connection: Connection, plan_id: int, until: datetime) -> PastPlan:
    """Fold the history of a plan's occurrences up to an instant.

    Args:
        connection: an open read.
        plan_id: the plan.
        until: an aware instant; what was written at it or later is not looked at.
    """
    steps: dict[int, list[_Step]] = {}
    for step in _read_steps(connection, plan_id, until):
        steps.setdefault(step.instance_id, []).append(step)
    found = list_occurrences(connection, OccurrenceFilter(plan_id=plan_id))
    return PastPlan([_fold(each, steps[each.instance_id]) for each in found if each.instance_id in steps])


@dataclass(frozen=True, slots=True)
class _Step:
    """A step of history with its payload; None where that is erased."""

    instance_id: int
    revision: int
    to_state: str
    payload: Mapping[str, Any] | None


def _read_steps(connection: Connection, plan_id: int, until: datetime) -> list[_Step]:
    beside = (payload.c.instance_id == history.c.instance_id) & (payload.c.revision == history.c.revision)
    rows = connection.execute(
        select(history.c.instance_id, history.c.revision, history.c.to_state, payload.c.body)
        .join(occurrence, occurrence.c.instance_id == history.c.instance_id)
        .join(activity, activity.c.id == occurrence.c.activity_id)
        .outerjoin(payload, beside)
        .where(activity.c.plan_id == plan_id, history.c.at < until)
        .order_by(history.c.instance_id, history.c.revision)
    )
    return [
        _Step(each.instance_id, each.revision, each.to_state, read_json(each.body) if each.body else None)
        for each in rows
    ]


def _fold(target: Occurrence, steps: Sequence[_Step]) -> PastOccurrence:
    """The newest value that a step gave each date; the engine writes it beside the step that moved it."""
    dates: dict[str, date | None] = {}
    for step in steps:
        for name, (_, after) in (step.payload or {}).get("dates", {}).items():
            dates[name] = date.fromisoformat(after) if after else None
    return PastOccurrence(
        occurrence=target,
        state=steps[-1].to_state,
        revision=steps[-1].revision,
        starts_on=dates.get("starts_on"),
        due_on=dates.get("due_on"),
        dates_erased=any(step.payload is None for step in steps),
    )
