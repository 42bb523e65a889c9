"""Re-import: a changed document amends a plan that is stored already.

`propose_reimport` compares and changes nothing. `apply_reimport` does what was proposed, all in one transaction: rows
take the new wording, occurrences of a live plan follow through the workflow, and what people did stays as it is.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, select

from activities.acting import Actor
from activities.amending_occurrences import (
    add_occurrences,
    carry_out,
    find_done,
    find_withdrawn,
    leave_what_is_not_theirs,
)
from activities.amending_rows import AmendedRows, kind_after, write_rows
from activities.deed import Deed
from activities.expansion import PlannedOccurrence, expand
from activities.following import date_followers_of_row, list_followers_of
from activities.guards import BasisMissingError
from activities.importing import PlanReading, read_plan
from activities.importing.title import read_period
from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences, lock_occurrences
from activities.office import Office
from activities.pending_steps import insert_pending, overtake
from activities.period import Period
from activities.plan_activities import Activity, list_activities
from activities.plan_amendments import AmendingDocument, Amendment, insert_amendment
from activities.plan_content import content_of_reading, content_of_stored, list_present
from activities.plan_diff import ChangeKind, NoConflictError, PlanDiff, diff_plans, take_document
from activities.plan_diff_json import diff_to_json
from activities.plans import Plan, PlanStatus, Section, lock_plan, plan_from_row
from activities.put_back_rows import PutBack, ToldPair, find_put_back
from activities.rescheduling import Action, Effect, LeftReason, put_back, reschedule, withdraw
from activities.roles import Role, check_holds_anywhere
from activities.row_matching import Told
from activities.tables import plan
from engine.errors import N_, OporaError
from engine.store import StaleRevisionError

_AMENDING = (Role.COORDINATOR, Role.APPROVER)


class PlanIsClosedError(OporaError):
    """A closed plan is archived."""

    message = N_("“{slug}” is closed, so nothing amends it any more. See: opora plan show {slug}.")


class OtherPeriodError(OporaError):
    """The document is a plan for another time."""

    message = N_(
        "{file} is for {found_from} to {found_to}, but “{slug}” for {starts_on} to {ends_on}. "
        "To store it as a plan of its own: "
        "opora plan import {file}. If the title is wrong, say the period with --from and --to."
    )


class UncertainRowsError(OporaError):
    """Nothing is applied while it is not known which rows are one."""

    message = N_(
        "Of {count} pairs of rows it is not sure that they are one row. Say of each which it is: "
        "--same {example} if it is one, --apart {example} if the old row went and a new one came. Nothing was changed."
    )


class UnknownPairError(OporaError):
    """Somebody spoke of rows that are not there."""

    message = N_(
        "“{pair}” names no pair of rows. Write it like a-7k3f9q=12: the short id of the plan's row, "
        "then which row of the document it is, counted from 1."
    )


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan with all that an amendment may touch, as it was when it was read.

    Attributes:
        removed: rows that earlier amendments took out.
        done: what people did with occurrences.
        withdrawn: the occurrences that earlier amendments cancelled.
    """

    plan: Plan
    sections: tuple[Section, ...]
    activities: tuple[Activity, ...]
    removed: tuple[Activity, ...]
    occurrences: tuple[Occurrence, ...]
    done: tuple[tuple[int, LeftReason], ...]
    withdrawn: frozenset[int]


@dataclass(frozen=True, slots=True)
class RowEffects:
    """What happens to the occurrences of one row: of a stored one, and of one of the document, or of either alone."""

    activity: Activity | None
    place: int | None
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a document would change; nothing is done yet.

    Attributes:
        activities: the rows that are compared: those of the plan, then those that somebody says come back.
        digest: SHA-256 of the file.
        put_back: added rows that may be rows that were taken out; a person tells, and until then nothing is applied.
        effects: on the occurrences of a live plan; empty for a draft.
        left_behind: occurrences that follow what is cancelled, and stay as they are.
    """

    stored: StoredPlan
    activities: tuple[Activity, ...]
    file_name: str
    digest: bytes
    reading: PlanReading
    diff: PlanDiff
    put_back: tuple[PutBack, ...]
    effects: tuple[RowEffects, ...]
    left_behind: tuple[Occurrence, ...]


def propose_reimport(
    office: Office,
    target: Plan,
    path: Path,
    *,
    period: Period | None = None,
    told: Sequence[tuple[str, bool]] = (),
    taken: Sequence[str] = (),
    actor: Actor | None = None,
) -> Proposal:
    """Compare a document with a plan; changes nothing.

    Args:
        office: where.
        target: the plan.
        path: the document.
        period: by which its deadlines are read, the plan's own unless the title says otherwise wrongly.
        told: what a person has said of uncertain pairs, `a-7k3f9q=12`, each with whether it is the same row.
        taken: short ids or numbers of rows of which the document's deadline holds, though a person has corrected it.
        actor: shows what this person may not do; without one everything is shown as allowed.

    Raises:
        PlanFileError and its kin: the file cannot be read as a plan.
        OtherPeriodError: it is for another time.
        PlanIsClosedError: the plan is archived.
        UnknownPairError: `told` names rows that are not there.
        NoConflictError: `taken` names a row of which there is nothing to choose.
    """
    reading = read_plan(path, period or target.period)
    if period is None:
        _refuse_other_period(path, reading, target)
    digest = hashlib.sha256(path.read_bytes()).digest()
    with office.store.read() as connection:
        stored = _load(connection, target.id)
        if stored.plan.status is PlanStatus.CLOSED:
            raise PlanIsClosedError(slug=target.slug)
        pairs = _read_told(stored, len(reading.activities), told)
        activities = (*stored.activities, *_said_to_come_back(stored, pairs))
        diff = take_document(_compare(stored, activities, reading, pairs), _places_of(activities, taken))
        gone = [each for each in stored.removed if each not in activities]
        may_come_back = tuple(find_put_back(gone, diff, pairs))
        live = stored.plan.status is PlanStatus.LIVE
        effects = tuple(_all_effects(office, stored, activities, reading, diff)) if live else ()
        if actor is not None:
            effects = tuple(
                replace(each, effects=tuple(leave_what_is_not_theirs(connection, actor, each.effects)))
                for each in effects
            )
        left_behind = tuple(_left_behind(connection, effects))
    return Proposal(stored, activities, path.name, digest, reading, diff, may_come_back, effects, left_behind)


def apply_reimport(office: Office, actor: Actor, proposal: Proposal, basis: str) -> Amendment | None:
    """Do what was proposed for this actor, in one transaction; None where there is nothing to change.

    What the actor may not do to running work waits for somebody who may (`pending_steps`).

    Raises:
        BasisMissingError: no document is named on which it rests.
        UncertainRowsError: a person must first say which rows are one.
        StaleRevisionError: the plan has changed since it was compared.
        RoleNotAllowedError: the actor neither coordinates nor approves.
    """
    if proposal.diff.is_empty:
        return None
    if not basis.strip():
        raise BasisMissingError
    _refuse_uncertain(proposal)
    document = AmendingDocument(proposal.file_name, proposal.digest, basis.strip())
    target = proposal.stored.plan
    with office.store.write() as work:
        check_holds_anywhere(work.connection, actor.person.id, _AMENDING, "reimport")
        # What people do from here on waits until this is done: nothing that was compared changes underneath.
        lock_plan(work.connection, target.id)
        lock_occurrences(work.connection, OccurrenceFilter(plan_id=target.id))
        if _load(work.connection, target.id) != proposal.stored:
            raise StaleRevisionError
        for each in proposal.effects:
            carry_out(office, work, actor, each.effects, document)
        rows = AmendedRows(target, proposal.stored.sections, proposal.activities, proposal.reading, proposal.diff)
        ids = write_rows(work, rows)
        added = {_activity_id(each, ids): each.effects for each in proposal.effects}
        add_occurrences(office, work, actor, added, document)
        for activity_id, effects in added.items():
            if any(each.action in {Action.MOVE, Action.ADD} for each in effects):
                date_followers_of_row(Deed(office, work, actor), activity_id, document.basis)
        amendment = insert_amendment(work, actor, target.id, document, diff_to_json(proposal.diff))
        # What an earlier amendment left waiting of these rows is overtaken by what this one says of them.
        overtake(work, actor, [each.activity.id for each in proposal.effects if each.activity is not None])
        insert_pending(work, amendment, [effect for each in proposal.effects for effect in each.effects])
        return amendment


def _refuse_other_period(path: Path, reading: PlanReading, target: Plan) -> None:
    named = read_period(reading.title)
    if named is not None and named != target.period:
        raise OtherPeriodError(
            file=path.name,
            found_from=named.starts_on,
            found_to=named.ends_on,
            slug=target.slug,
            starts_on=target.period.starts_on,
            ends_on=target.period.ends_on,
        )


def _refuse_uncertain(proposal: Proposal) -> None:
    pairs = [
        *((proposal.activities[pair.old], pair.new) for pair in proposal.diff.uncertain),
        *((each.activity, each.place) for each in proposal.put_back),
    ]
    if pairs:
        first, place = pairs[0]
        raise UncertainRowsError(count=len(pairs), example=f"{first.short_id}={place + 1}")


def _load(connection: Connection, plan_id: int) -> StoredPlan:
    """The plan as it stands, without what earlier amendments took out."""
    row = connection.execute(select(plan).where(plan.c.id == plan_id)).mappings().one()
    sections, activities = list_present(connection, plan_id)
    removed = [each for each in list_activities(connection, plan_id) if each.removed_at is not None]
    occurrences = list_occurrences(connection, OccurrenceFilter(plan_id=plan_id, parts=False))
    return StoredPlan(
        plan=plan_from_row(row),
        sections=tuple(sections),
        activities=tuple(activities),
        removed=tuple(removed),
        occurrences=tuple(occurrences),
        done=tuple(find_done(connection, occurrences).items()),
        withdrawn=find_withdrawn(connection, occurrences),
    )


def _read_told(stored: StoredPlan, rows: int, told: Iterable[tuple[str, bool]]) -> list[ToldPair]:
    """What was said of pairs of rows, `a-7k3f9q=12`.

    Raises:
        UnknownPairError: of rows that are not there, or of one row that it is two.
    """
    known = {each.short_id for each in (*stored.activities, *stored.removed)}
    pairs = []
    for text, same in told:
        short_id, _, number = text.partition("=")
        if short_id.strip() not in known or not number.isdecimal() or not 1 <= int(number) <= rows:
            raise UnknownPairError(pair=text)
        pairs.append(ToldPair(short_id.strip(), int(number) - 1, same))
    one = {(each.short_id, each.place) for each in pairs if each.same}
    one_each = len({short_id for short_id, _ in one}) == len({place for _, place in one}) == len(one)
    if not one_each or any((each.short_id, each.place) in one for each in pairs if not each.same):
        raise UnknownPairError(pair=", ".join(text for text, _ in told))
    return pairs


def _said_to_come_back(stored: StoredPlan, told: Sequence[ToldPair]) -> list[Activity]:
    """The rows that were taken out and that somebody says the document has again."""
    same = {each.short_id for each in told if each.same}
    return [each for each in stored.removed if each.short_id in same]


def _compare(
    stored: StoredPlan, activities: Sequence[Activity], reading: PlanReading, told: Sequence[ToldPair]
) -> PlanDiff:
    old = content_of_stored(stored.plan.title, stored.sections, activities)
    places = {each.short_id: place for place, each in enumerate(activities)}
    pairs: dict[bool, set[tuple[int, int]]] = {True: set(), False: set()}
    for each in told:
        if each.short_id in places:
            pairs[each.same].add((places[each.short_id], each.place))
    come_back = range(len(stored.activities), len(activities))
    said = Told(frozenset(pairs[True]), frozenset(pairs[False]))
    return diff_plans(old, content_of_reading(reading), said, come_back)


def _places_of(activities: Sequence[Activity], named: Iterable[str]) -> dict[int, str]:
    """The places of rows that somebody names by short id, or by a number that no other row has; with the names.

    Raises:
        NoConflictError: the plan has no such row.
    """
    often = Counter(each.number for each in activities)
    places = {each.number: place for place, each in enumerate(activities) if often[each.number] == 1}
    places |= {each.short_id: place for place, each in enumerate(activities)}
    for name in named:
        if name not in places:
            raise NoConflictError(row=name)
    return {places[name]: name for name in named}


def _all_effects(
    office: Office, stored: StoredPlan, activities: Sequence[Activity], reading: PlanReading, diff: PlanDiff
) -> Iterator[RowEffects]:
    """What the changes do to the occurrences of a live plan, row by row."""
    existing: dict[int, list[Occurrence]] = defaultdict(list)
    for each in stored.occurrences:
        existing[each.activity_id].append(each)
    done = dict(stored.done)
    for place in diff.removed:
        gone = activities[place]
        effects = [withdraw(each, done) for each in existing[gone.id] if each.is_open]
        yield RowEffects(gone, None, tuple(effects))
    for change in diff.changed:
        current, comes_back = activities[change.pair.old], ChangeKind.PUT_BACK in change.kinds
        if comes_back or ChangeKind.DEADLINE_CHANGED in change.kinds:
            planned = _expand(office, stored.plan, reading, change.pair.new, current)
            runs = existing[current.id]
            effects = list(
                put_back(runs, planned, done, stored.withdrawn) if comes_back else reschedule(runs, planned, done)
            )
            yield RowEffects(current, change.pair.new, tuple(effects))
    for place in diff.added:
        planned = _expand(office, stored.plan, reading, place, None)
        yield RowEffects(None, place, tuple(reschedule((), planned, done)))


def _left_behind(connection: Connection, groups: Sequence[RowEffects]) -> Iterator[Occurrence]:
    """What follows an occurrence that is cancelled, unless it is cancelled too."""
    effects = [effect for group in groups for effect in group.effects if effect.action is Action.CANCEL]
    cancelled = {each.occurrence.id: each.occurrence for each in effects if each.occurrence is not None}
    for target in cancelled.values():
        yield from (each for each in list_followers_of(connection, target) if each.id not in cancelled)


def _expand(
    office: Office, target: Plan, reading: PlanReading, place: int, current: Activity | None
) -> tuple[PlannedOccurrence, ...]:
    read = reading.activities[place]
    kind = kind_after(current, read.title, read.schedule) if current else read.proposal.kind
    return expand(read.schedule, kind, target.period, target.rhythm, office.calendar)


def _activity_id(each: RowEffects, ids: dict[int, int]) -> int:
    """The row id of the activity that effects are about; rows that were added have it only now."""
    return each.activity.id if each.activity is not None else ids[each.place or 0]
