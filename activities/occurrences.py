"""Occurrences: one scheduled run of an activity each, seen together with its row of the plan and its state."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, false, or_, select

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
from engine.prepared import Among, Prepared
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
_FROM_ACTIVITY = (
    *("number", "title", "result", "deadline_text", "kind", "confidence", "confirmed_at", "note_suffices"),
    *("position", "section_id", "plan_id"),
)
_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    **dict(occurrence.c.items()),
    **{name: instance.c[name] for name in _FROM_INSTANCE},
    **{name: activity.c[name] for name in _FROM_ACTIVITY},
    "activity_short_id": activity.c.short_id.label("activity_short_id"),
    "section_title": section.c.title.label("section_title"),
    "plan_slug": plan.c.slug.label("plan_slug"),
    "member_name": party.c.name.label("member_name"),
}

# Columns in the order of an `Occurrence`, which a row therefore makes by itself.
_OCCURRENCES: Select[Any] = (
    select(*(_COLUMNS[name] for name in Occurrence.__slots__ if name != "parties"))
    .select_from(occurrence)
    .join(instance, instance.c.id == occurrence.c.instance_id)
    .join(activity, activity.c.id == occurrence.c.activity_id)
    .join(plan, plan.c.id == activity.c.plan_id)
    .outerjoin(section, section.c.id == activity.c.section_id)
    .outerjoin(party, party.c.id == occurrence.c.member_id)
    .order_by(activity.c.plan_id, activity.c.position, occurrence.c.id)
)


def _is_contacts() -> ColumnElement[bool]:
    """Of a row that names a party of theirs, the row's own run; and their members' parts."""
    theirs = select(contact.c.party_id).where(contact.c.person_id == bindparam("person_id"))
    named = select(activity_party.c.activity_id).where(activity_party.c.party_id.in_(theirs))
    own = activity.c.id.in_(named) & occurrence.c.member_id.is_(None)
    return or_(own, occurrence.c.member_id.in_(theirs))


def _is_partys() -> ColumnElement[bool]:
    party_id: BindParameter[int] = bindparam("party_id")
    named = select(activity_party.c.activity_id).where(activity_party.c.party_id == party_id)
    return or_(activity.c.id.in_(named), occurrence.c.member_id == party_id)


# By the field of the filter, whose value is the parameter of the same name.
_CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "plan_id": activity.c.plan_id == bindparam("plan_id"),
    "section_id": Among(activity.c.section_id, "section_id"),
    "activity_id": activity.c.id == bindparam("activity_id"),
    "party_id": _is_partys(),
    "person_id": _is_contacts(),
    "due_before": instance.c.due_on <= bindparam("due_before"),
    "ids": Among(occurrence.c.id, "ids"),
    "instance_ids": Among(occurrence.c.instance_id, "instance_ids"),
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides the text of a query: which fields are asked for, and values that stand in it as they are."""

    fields: frozenset[str]
    states: frozenset[str] | None
    parts: bool | None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        yield from (_CONDITIONS[name] for name in sorted(self.fields))
        if self.parts is not None:
            yield occurrence.c.member_id.is_not(None) if self.parts else occurrence.c.member_id.is_(None)
        if self.states is not None:
            yield or_(false(), *(instance.c.state == state for state in sorted(self.states)))


@lru_cache(maxsize=64)  # few are asked for, again and again
def _prepare(shape: _Shape) -> Prepared:
    return Prepared(_OCCURRENCES.where(*shape.conditions()))


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
    shape, values = _take_apart(connection, wanted)
    rows = _prepare(shape).fetch(connection, values)
    parties = _party_names(connection, {row[_ACTIVITY_ID] for row in rows})
    return [_from_row(row, parties.get(row[_ACTIVITY_ID], ())) for row in rows]


def select_ids(connection: Connection, wanted: OccurrenceFilter) -> Select[tuple[int]]:
    """The row ids that a filter asks for, as a query to stand inside another one."""
    ids = select(occurrence.c.id).join(instance, instance.c.id == occurrence.c.instance_id).join(activity)
    shape, values = _take_apart(connection, wanted)
    return ids.where(*shape.conditions()).params(values)


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
        rows = connection.execute(_OCCURRENCES.where(short)).all()
    else:
        statement = _OCCURRENCES.where(activity.c.number == reference.number)
        if reference.plan:
            statement = statement.where(plan.c.slug == reference.plan)
        rows = connection.execute(statement).all()
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


def _take_apart(connection: Connection, wanted: OccurrenceFilter) -> tuple[_Shape, dict[str, Any]]:
    """A filter as the text of its query and the values of its parameters."""
    given = ((name, getattr(wanted, name)) for name in OccurrenceFilter.__slots__)
    values = {name: value for name, value in given if value is not None}
    states, parts = values.pop("states", None), values.pop("parts", None)
    if "section_id" in values:
        values["section_id"] = with_subsections(connection, {values["section_id"]})
    return _Shape(frozenset(values), None if states is None else frozenset(states), parts), values


_ACTIVITY_ID = Occurrence.__slots__.index("activity_id")
_PARTY_NAMES = Prepared(
    select(activity_party.c.activity_id, party.c.name)
    .join(party, party.c.id == activity_party.c.party_id)
    .where(Among(activity_party.c.activity_id, "activity_ids"))
    .order_by(activity_party.c.activity_id, activity_party.c.position)
)


def _party_names(connection: Connection, activity_ids: Collection[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for activity_id, name in _PARTY_NAMES.fetch(connection, {"activity_ids": activity_ids}):
        names[activity_id].append(name)
    return names


def _from_row(row: Iterable[Any], parties: Iterable[str] = ()) -> Occurrence:
    return Occurrence(*(*row, tuple(parties)))
