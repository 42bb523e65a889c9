"""Occurrences: one scheduled run of an activity each, seen together with its row of the plan and its state."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, or_, select

from activities.expansion import is_ordinal
from activities.references import (
    AmbiguousReferenceError,
    Reference,
    UnknownReferenceError,
    matching_periods,
    member_slug,
    member_text,
    parse_reference,
)
from activities.sections import sections_within, with_subsections
from activities.tables import activity, activity_party, contact, occurrence, party, plan, section
from engine.store import lock_instances
from engine.tables import instance

OPEN_STATES = frozenset({"planned", "awaiting_date", "in_progress", "evidence_submitted", "returned"})
OWED_STATES = frozenset({"planned", "in_progress", "returned"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An occurrence with what people see of it.

    Attributes:
        public_id: UUID text, the UID of its calendar event.
        key: its scheduled period, fixed for ever.
        starts_on, ends_on: its present window, both inclusive.
        due_on: the day when evidence is due.
        planned_starts_on, planned_ends_on, planned_due_on: the same as first planned.
        parties: names in the order of the plan's row.
        before_record: it was due before the plan was launched; nothing is sent for it.
        member_id, member_name: whose part it is; None where it is the row's own run.
    """

    id: int
    instance_id: int
    short_id: str
    public_id: str
    key: str
    state: str
    revision: int
    entered_at: datetime
    submitted_at: datetime | None
    starts_on: date | None
    ends_on: date | None
    due_on: date | None
    planned_starts_on: date | None
    planned_ends_on: date | None
    planned_due_on: date | None
    postponed: int
    rrule: str | None
    before_record: bool
    activity_id: int
    activity_short_id: str
    number: str
    title: str
    result: str
    deadline_text: str
    kind: str
    confidence: str
    confirmed_at: datetime | None
    note_suffices: bool
    position: int
    section_id: int | None
    section_title: str | None
    plan_id: int
    plan_slug: str
    member_id: int | None
    member_name: str | None
    parties: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in OPEN_STATES

    @property
    def is_confirmed(self) -> bool:
        """Whether its date was read surely, confirmed by a person, or set by one: a counted run has no other date."""
        return self.confidence == "sure" or self.confirmed_at is not None or is_ordinal(self.key)

    def is_overdue(self, working_day: date) -> bool:
        """Whether evidence is owed and its day is past; derived, never a state.

        Nothing becomes overdue on a day off, and what was due before the start of record never does: it stands on a
        list of its own until a person has dealt with it.

        Args:
            working_day: today, or the last working day before it (`Office.working_day`).
        """
        owed = self.state in OWED_STATES and not self.before_record
        return owed and self.due_on is not None and self.due_on < working_day

    @property
    def reference(self) -> str:
        """How people name it: number and period, or its short id where it has no number."""
        if not self.number:
            return self.short_id
        member = f"~{member_text(self.member_name)}" if self.member_name else ""
        return f"{self.number}@{self.key}{member}"


@dataclass(frozen=True, slots=True)
class OccurrenceFilter:
    """Which occurrences; a field left None asks nothing.

    Args:
        section_id: this section or one below it.
        due_before: due on or before this day.
        person_id: a contact of one of its parties, or of the member whose part it is.
        parts: only members' parts, or only the rows' own runs.
    """

    plan_id: int | None = None
    section_id: int | None = None
    party_id: int | None = None
    activity_id: int | None = None
    person_id: int | None = None
    states: Collection[str] | None = None
    due_before: date | None = None
    parts: bool | None = None
    ids: Sequence[int] | None = None
    instance_ids: Sequence[int] | None = None


_FROM_INSTANCE = ("public_id", "state", "revision", "entered_at", "submitted_at", "starts_on", "due_on")
_FROM_ACTIVITY = ("number", "title", "result", "deadline_text", "kind", "confidence", "confirmed_at", "note_suffices")
_FROM_OCCURRENCE = (
    *("id", "instance_id", "short_id", "key", "ends_on", "planned_starts_on", "planned_ends_on", "planned_due_on"),
    *("postponed", "rrule", "before_record", "activity_id", "member_id"),
)

_READ = tuple(name for name in Occurrence.__slots__ if name != "parties")

_OCCURRENCES: Select[Any] = (
    select(
        *(occurrence.c[name] for name in _FROM_OCCURRENCE),
        *(instance.c[name] for name in _FROM_INSTANCE),
        *(activity.c[name] for name in (*_FROM_ACTIVITY, "position", "section_id", "plan_id")),
        activity.c.short_id.label("activity_short_id"),
        section.c.title.label("section_title"),
        plan.c.slug.label("plan_slug"),
        party.c.name.label("member_name"),
    )
    .join(instance, instance.c.id == occurrence.c.instance_id)
    .join(activity, activity.c.id == occurrence.c.activity_id)
    .join(plan, plan.c.id == activity.c.plan_id)
    .outerjoin(section, section.c.id == activity.c.section_id)
    .outerjoin(party, party.c.id == occurrence.c.member_id)
    .order_by(activity.c.plan_id, activity.c.position, occurrence.c.id)
)


def get_occurrence(connection: Connection, occurrence_id: int) -> Occurrence:
    """An occurrence by row id, which is known to exist."""
    return list_occurrences(connection, OccurrenceFilter(ids=[occurrence_id]))[0]


def get_occurrence_of(connection: Connection, instance_id: int) -> Occurrence:
    """The occurrence of an instance, which is known to exist."""
    return list_occurrences(connection, OccurrenceFilter(instance_ids=[instance_id]))[0]


def lock_occurrence(connection: Connection, occurrence_id: int) -> Occurrence:
    """An occurrence, locked until the transaction ends: of several who act at once each sees what the one before did.

    A step notices by itself that its own occurrence has moved on. Whoever reads more than that, such as what else was
    decided or which parts there are, locks before.
    """
    running = select(occurrence.c.instance_id).where(occurrence.c.id == occurrence_id)
    lock_instances(connection, [connection.execute(running).scalar_one()])
    return get_occurrence(connection, occurrence_id)


def lock_occurrences(connection: Connection, wanted: OccurrenceFilter) -> None:
    """Lock all that a filter asks for until the transaction ends."""
    running = select(occurrence.c.instance_id).where(occurrence.c.id.in_(select_ids(connection, wanted)))
    lock_instances(connection, connection.execute(running).scalars().all())


def list_occurrences(connection: Connection, wanted: OccurrenceFilter) -> list[Occurrence]:
    """The occurrences that a filter asks for, in the order of the plan."""
    conditions = list(_conditions(connection, wanted))
    rows = connection.execute(_OCCURRENCES.where(*conditions)).mappings().all()
    parties = _party_names(connection, {row["activity_id"] for row in rows})
    return [_from_row(row, parties.get(row["activity_id"], ())) for row in rows]


def select_ids(connection: Connection, wanted: OccurrenceFilter) -> Select[tuple[int]]:
    """The row ids that a filter asks for, as a query to stand inside another one."""
    ids = select(occurrence.c.id).join(instance, instance.c.id == occurrence.c.instance_id).join(activity)
    return ids.where(*_conditions(connection, wanted))


def resolve_occurrence(connection: Connection, text: str) -> Occurrence:
    """The one occurrence that a person's reference names; see `activities.references`.

    Raises:
        MalformedReferenceError: no reference at all.
        UnknownReferenceError: nothing is called so.
        AmbiguousReferenceError: several are; lists them with their short ids.
    """
    reference = parse_reference(text)
    found = _matching(connection, reference)
    if not found:
        raise UnknownReferenceError(reference=text)
    if len(found) > 1:
        raise AmbiguousReferenceError.among(text, [(each.short_id, _describe(each)) for each in found])
    return get_occurrence(connection, found[0].id)


def _describe(each: Occurrence) -> str:
    return f"{each.plan_slug}:{each.reference} {each.title}"


def _matching(connection: Connection, reference: Reference) -> list[Occurrence]:
    if reference.short_id:
        short = or_(occurrence.c.short_id == reference.short_id, activity.c.short_id == reference.short_id)
        rows = connection.execute(_OCCURRENCES.where(short)).mappings().all()
    else:
        statement = _OCCURRENCES.where(activity.c.number == reference.number)
        if reference.plan:
            statement = statement.where(plan.c.slug == reference.plan)
        rows = connection.execute(statement).mappings().all()
    found = [_from_row(row) for row in rows]
    if reference.section:
        inside = sections_within(connection, reference.section)
        found = [each for each in found if each.section_id in inside]
    if reference.member:
        wanted = member_slug(reference.member)
        found = [each for each in found if each.member_name and member_slug(each.member_name) == wanted]
    else:  # the row's own run, unless a part is named by its short id
        found = [each for each in found if not each.member_name or each.short_id == reference.short_id]
    if reference.period:
        keys = set(matching_periods([each.key for each in found], reference.period))
        found = [each for each in found if each.key in keys]
    return found


def _conditions(connection: Connection, wanted: OccurrenceFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.plan_id is not None:
        conditions.append(activity.c.plan_id == wanted.plan_id)
    if wanted.section_id is not None:
        conditions.append(activity.c.section_id.in_(with_subsections(connection, {wanted.section_id})))
    if wanted.activity_id is not None:
        conditions.append(activity.c.id == wanted.activity_id)
    if wanted.party_id is not None:
        named = select(activity_party.c.activity_id).where(activity_party.c.party_id == wanted.party_id)
        conditions.append(or_(activity.c.id.in_(named), occurrence.c.member_id == wanted.party_id))
    if wanted.person_id is not None:
        named = select(activity_party.c.activity_id).join(contact, contact.c.party_id == activity_party.c.party_id)
        mine = named.where(contact.c.person_id == wanted.person_id)
        members = select(contact.c.party_id).where(contact.c.person_id == wanted.person_id)
        own = activity.c.id.in_(mine) & occurrence.c.member_id.is_(None)
        conditions.append(or_(own, occurrence.c.member_id.in_(members)))
    if wanted.parts is not None:
        conditions.append(occurrence.c.member_id.is_not(None) if wanted.parts else occurrence.c.member_id.is_(None))
    if wanted.states is not None:
        conditions.append(instance.c.state.in_(wanted.states))
    if wanted.due_before is not None:
        conditions.append(instance.c.due_on <= wanted.due_before)
    if wanted.ids is not None:
        conditions.append(occurrence.c.id.in_(wanted.ids))
    if wanted.instance_ids is not None:
        conditions.append(occurrence.c.instance_id.in_(wanted.instance_ids))
    return conditions


def _party_names(connection: Connection, activity_ids: Collection[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    statement = (
        select(activity_party.c.activity_id, party.c.name)
        .join(party, party.c.id == activity_party.c.party_id)
        .where(activity_party.c.activity_id.in_(activity_ids))
        .order_by(activity_party.c.activity_id, activity_party.c.position)
    )
    for row in connection.execute(statement):
        names.setdefault(row.activity_id, []).append(row.name)
    return names


def _from_row(row: RowMapping, parties: Iterable[str] = ()) -> Occurrence:
    return Occurrence(**{name: row[name] for name in _READ}, parties=tuple(parties))
