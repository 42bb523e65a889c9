"""Activities as stored: the rows of a plan, read alone, without their occurrences."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, or_, select

from activities.deadlines.schedule import Confidence, Schedule
from activities.kinds import ActivityKind
from activities.parties import Standing
from activities.plans import PlanStatus
from activities.references import AmbiguousReferenceError, UnknownReferenceError, parse_reference
from activities.sections import sections_within
from activities.tables import activity, activity_party, occurrence, party, plan, section


@dataclass(frozen=True, slots=True)
class NamedInRow:
    """A party as it stands in a row of the plan."""

    party_id: int
    name: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Activity:
    """One row of a plan.

    Attributes:
        responsible: the names in the row's cell as the plan writes them.
        parties: what those names were taken for, in the row's order.
        document_deadline: the document's own cell where a person has written another deadline, else None.
        confirmed_at: when a person confirmed the reading of its deadline.
        workflow: the name of the one that its occurrences begin with.
        removed_at: when an amendment took the row out of a live plan.
    """

    id: int
    short_id: str
    plan_id: int
    plan_slug: str
    plan_status: PlanStatus
    section_id: int | None
    section_title: str
    number: str
    title: str
    responsible: tuple[str, ...]
    result: str
    deadline_text: str
    document_deadline: str | None
    schedule: Schedule
    kind: ActivityKind
    confidence: Confidence
    confirmed_at: datetime | None
    workflow: str
    note_suffices: bool
    removed_at: datetime | None
    parties: tuple[NamedInRow, ...]

    @property
    def needs_a_look(self) -> bool:
        """Whether a person has yet to say that its deadline was read rightly."""
        return self.confidence is not Confidence.SURE and self.confirmed_at is None and self.removed_at is None

    @property
    def reference(self) -> str:
        """How people name it: its number, or its short id where it has none."""
        return self.number or self.short_id


_ACTIVITIES: Select[Any] = (
    select(
        activity,
        plan.c.slug.label("plan_slug"),
        plan.c.status.label("plan_status"),
        section.c.title.label("section_title"),
    )
    .join(plan, plan.c.id == activity.c.plan_id)
    .outerjoin(section, section.c.id == activity.c.section_id)
    .order_by(activity.c.plan_id, activity.c.position)
)


def list_activities(connection: Connection, plan_id: int) -> list[Activity]:
    """The rows of a plan, in its order."""
    return _fetch(connection, _ACTIVITIES.where(activity.c.plan_id == plan_id))


def get_activity(connection: Connection, activity_id: int) -> Activity:
    """An activity by row id, which is known to exist."""
    return _fetch(connection, _ACTIVITIES.where(activity.c.id == activity_id))[0]


def resolve_activity(connection: Connection, text: str) -> Activity:
    """The one activity that a person's reference names; a period or a member in it says nothing more.

    An occurrence's short id names its activity too.

    Raises:
        MalformedReferenceError: no reference at all.
        UnknownReferenceError: nothing is called so.
        AmbiguousReferenceError: several are; lists them with their short ids.
    """
    reference = parse_reference(text)
    if reference.short_id:
        of_occurrence = select(occurrence.c.activity_id).where(occurrence.c.short_id == reference.short_id)
        named = or_(activity.c.short_id == reference.short_id, activity.c.id.in_(of_occurrence))
        found = _fetch(connection, _ACTIVITIES.where(named))
    else:
        numbered = _ACTIVITIES.where(activity.c.number == reference.number)
        if reference.plan:
            numbered = numbered.where(plan.c.slug == reference.plan)
        found = _fetch(connection, numbered)
        if reference.section:
            inside = sections_within(connection, reference.section)
            found = [each for each in found if each.section_id in inside]
    if not found:
        raise UnknownReferenceError(reference=text)
    if len(found) > 1:
        candidates = [(each.short_id, f"{each.plan_slug}:{each.reference} {each.title}") for each in found]
        raise AmbiguousReferenceError.among(text, candidates)
    return found[0]


def _fetch(connection: Connection, statement: Select[Any]) -> list[Activity]:
    rows = connection.execute(statement).mappings().all()
    parties = _parties_of(connection, {row["id"] for row in rows})
    return [_from_row(row, tuple(parties.get(row["id"], ()))) for row in rows]


def _parties_of(connection: Connection, activity_ids: Collection[int]) -> dict[int, list[NamedInRow]]:
    named: dict[int, list[NamedInRow]] = {}
    statement = (
        select(activity_party, party.c.name)
        .join(party, party.c.id == activity_party.c.party_id)
        .where(activity_party.c.activity_id.in_(activity_ids))
        .order_by(activity_party.c.activity_id, activity_party.c.position)
    )
    for row in connection.execute(statement):
        standing = NamedInRow(row.party_id, row.name, Standing(row.standing))
        named.setdefault(row.activity_id, []).append(standing)
    return named


_AS_STORED = (
    *("id", "short_id", "plan_id", "plan_slug", "section_id", "number", "title", "result", "deadline_text"),
    *("document_deadline", "confirmed_at", "workflow", "note_suffices", "removed_at"),
)


def _from_row(row: RowMapping, parties: tuple[NamedInRow, ...]) -> Activity:
    return Activity(
        **{name: row[name] for name in _AS_STORED},
        plan_status=PlanStatus(row["plan_status"]),
        section_title=row["section_title"] or "",
        responsible=tuple(json.loads(row["responsible"])),
        schedule=Schedule.from_json(json.loads(row["schedule"])),
        kind=ActivityKind(row["kind"]),
        confidence=Confidence(row["confidence"]),
        parties=parties,
    )
