"""Writing an amended plan's headings and rows: new texts, new places, and what becomes of those that are gone."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from activities.allocation import allocate_short_ids
from activities.deadlines.schedule import Schedule
from activities.importing import PlanReading, ReadActivity
from activities.kinds import ActivityKind, propose_kind
from activities.parties import propose_standings
from activities.plan_activities import Activity
from activities.plan_diff import ChangeKind, PlanDiff, RowChange
from activities.plan_import import FoundSentence, activity_values, findings_in, insert_named
from activities.plans import Plan, PlanStatus, Section, insert_findings
from activities.tables import activity, activity_party, finding, plan, role_grant, section
from engine.unit_of_work import UnitOfWork

_DEADLINE = frozenset({"deadline_text", "schedule", "confidence"})


@dataclass(frozen=True, slots=True)
class AmendedRows:
    """A stored plan, the document that amends it, and how they differ; places are those of the diff."""

    plan: Plan
    sections: Sequence[Section]
    activities: Sequence[Activity]
    reading: PlanReading
    diff: PlanDiff


def kind_after(current: Activity, title: str, schedule: Schedule) -> ActivityKind:
    """The kind of a row with other texts: proposed anew, unless a person had chosen another than was proposed."""
    was_proposed = propose_kind(current.title, current.schedule).kind is current.kind
    return propose_kind(title, schedule).kind if was_proposed else current.kind


def write_rows(work: UnitOfWork, amended: AmendedRows) -> dict[int, int]:
    """Write everything but occurrences, in the caller's transaction; row ids of activities by place in the document."""
    _write_plan(work, amended)
    section_ids = _write_headings(work, amended)
    _remove_rows(work, amended)
    positions = _make_room(work, amended)
    _change_rows(work, amended, section_ids)
    ids, found = _add_rows(work, amended, section_ids, positions)
    _remove_headings(work, amended)
    _write_findings(work, amended, found)
    return ids


def _write_plan(work: UnitOfWork, amended: AmendedRows) -> None:
    reading = amended.reading
    columns = [(each.role.value, each.heading) for each in reading.columns]
    values = {"title": reading.title, "columns": json.dumps(columns, ensure_ascii=False)}
    work.connection.execute(update(plan).where(plan.c.id == amended.plan.id).values(values))


def _write_headings(work: UnitOfWork, amended: AmendedRows) -> list[int]:
    """Row ids of the document's headings, in its order."""
    ids: list[int] = []
    for place, heading in enumerate(amended.diff.new.headings):
        values = {
            "parent_id": ids[heading.parent] if heading.parent is not None else None,
            "position": place,
            "number": heading.number,
            "title": heading.title,
            "level": heading.level,
        }
        old = amended.diff.headings_paired.get(place)
        if old is None:
            row = values | {"plan_id": amended.plan.id}
            ids.append(int(work.connection.execute(insert(section).values(row).returning(section.c.id)).scalar_one()))
        else:
            ids.append(amended.sections[old].id)
            work.connection.execute(update(section).where(section.c.id == ids[-1]).values(values))
    return ids


def _remove_rows(work: UnitOfWork, amended: AmendedRows) -> None:
    """A row of a draft is gone; one of a live plan is marked, since its occurrences and their history stay."""
    ids = [amended.activities[place].id for place in amended.diff.removed]
    if amended.plan.status is not PlanStatus.DRAFT:
        marked = update(activity).where(activity.c.id.in_(ids))
        work.connection.execute(marked.values(removed_at=work.now))
        return
    for table, column in ((activity_party, "activity_id"), (role_grant, "activity_id"), (activity, "id")):
        work.connection.execute(delete(table).where(table.c[column].in_(ids)))


def _make_room(work: UnitOfWork, amended: AmendedRows) -> dict[int, int]:
    """Put the stored rows where they stand from now on; positions by place in the document.

    What an amendment took out stays behind the row that it stood behind.
    """
    of_plan = activity.c.plan_id == amended.plan.id
    stored = work.connection.execute(select(activity.c.id).where(of_plan).order_by(activity.c.position)).scalars().all()
    kept = {pair.new: amended.activities[pair.old].id for pair in amended.diff.pairs}
    behind = _rows_behind(stored, set(kept.values()))
    order: list[int | None] = [*behind[None]]
    positions = {}
    for place in range(len(amended.reading.activities)):
        positions[place] = len(order)
        order += [kept.get(place), *(behind[kept[place]] if place in kept else ())]
    # Out of the way first: two rows of a plan never have one position, not even for a moment.
    work.connection.execute(update(activity).where(of_plan).values(position=-1 - activity.c.position))
    for position, activity_id in enumerate(order):
        if activity_id is not None:
            moved = update(activity).where(activity.c.id == activity_id)
            work.connection.execute(moved.values(position=position))
    return positions


def _rows_behind(stored: Sequence[int], kept: Collection[int]) -> dict[int | None, list[int]]:
    """The rows that are no longer in the plan, by the kept row that they stand behind."""
    behind: dict[int | None, list[int]] = defaultdict(list)
    last = None
    for activity_id in stored:
        if activity_id in kept:
            last = activity_id
        else:
            behind[last].append(activity_id)
    return behind


def _change_rows(work: UnitOfWork, amended: AmendedRows, section_ids: Sequence[int]) -> None:
    """Give every row that stays its section, and those that changed their new texts."""
    changes = {change.pair.new: change for change in amended.diff.changed}
    for pair in amended.diff.pairs:
        current, read = amended.activities[pair.old], amended.reading.activities[pair.new]
        change = changes.get(pair.new)
        values: dict[str, Any] = {"section_id": _section_of(amended, pair.new, section_ids)}
        if change is not None:
            values |= _changed_values(amended.plan, current, read, change)
        work.connection.execute(update(activity).where(activity.c.id == current.id).values(values))
        if change is not None and any(each.field == "responsible" for each in change.fields):
            _rename_parties(work, amended, current, read)


def _changed_values(target: Plan, current: Activity, read: ReadActivity, change: RowChange) -> dict[str, Any]:
    """The new columns of a row; what a person said of its deadline holds while the dates are the same."""
    values = activity_values(read) | {"kind": current.kind.value}
    schedule = read.schedule
    if ChangeKind.CONFLICT in change.kinds:
        values["document_deadline"] = read.deadline
    elif any(each.field == "deadline" for each in change.fields):
        values["document_deadline"] = None
    if ChangeKind.CONFLICT in change.kinds or "document_deadline" not in values:
        values = {name: value for name, value in values.items() if name not in _DEADLINE}
        schedule = current.schedule
    if ChangeKind.PUT_BACK in change.kinds:
        values["removed_at"] = None
    if ChangeKind.DEADLINE_CHANGED in change.kinds:
        values["confirmed_at"] = None
    if ChangeKind.DEADLINE_CHANGED in change.kinds or target.status is PlanStatus.DRAFT:
        values["kind"] = kind_after(current, read.title, schedule).value
    return values


def _rename_parties(work: UnitOfWork, amended: AmendedRows, current: Activity, read: ReadActivity) -> None:
    """Let a row name other parties; those that stay stand as somebody said they stand."""
    work.connection.execute(delete(activity_party).where(activity_party.c.activity_id == current.id))
    insert_findings(work.connection, amended.plan.id, insert_named(work, current.id, read))
    proposed = propose_standings([each.name for each in current.parties])
    for named, standing in zip(current.parties, proposed, strict=True):
        if named.standing is not standing:
            here = (activity_party.c.activity_id == current.id) & (activity_party.c.party_id == named.party_id)
            work.connection.execute(update(activity_party).where(here).values(standing=named.standing.value))


def _add_rows(
    work: UnitOfWork, amended: AmendedRows, section_ids: Sequence[int], positions: Mapping[int, int]
) -> tuple[dict[int, int], list[FoundSentence]]:
    """Insert the rows that are new; their ids by place, and what was found of the names in them."""
    short_ids = allocate_short_ids(work.connection, activity, "a", len(amended.diff.added))
    ids: dict[int, int] = {}
    found: list[FoundSentence] = []
    for place, short_id in zip(amended.diff.added, short_ids, strict=True):
        read = amended.reading.activities[place]
        row = activity_values(read) | {
            "short_id": short_id,
            "plan_id": amended.plan.id,
            "section_id": _section_of(amended, place, section_ids),
            "position": positions[place],
            "workflow": amended.plan.workflow,
        }
        statement = insert(activity).values(row).returning(activity.c.id)
        ids[place] = int(work.connection.execute(statement).scalar_one())
        found += insert_named(work, ids[place], read)
    return ids, found


def _section_of(amended: AmendedRows, place: int, section_ids: Sequence[int]) -> int | None:
    heading = amended.diff.new.rows[place].heading
    return None if heading is None else section_ids[heading]


def _remove_headings(work: UnitOfWork, amended: AmendedRows) -> None:
    """Delete headings that are gone, inner ones first; one that something still rests on is only marked."""
    for change in reversed(amended.diff.headings):
        if change.new is None and change.old is not None:
            section_id = amended.sections[change.old].id
            this = section.c.id == section_id
            if _is_referred_to(work, section_id):
                work.connection.execute(update(section).where(this).values(removed_at=work.now))
            else:
                work.connection.execute(delete(section).where(this))


def _is_referred_to(work: UnitOfWork, section_id: int) -> bool:
    columns = (activity.c.section_id, section.c.parent_id, role_grant.c.section_id)
    return any(
        work.connection.execute(select(column.table.c.id).where(column == section_id)).first() for column in columns
    )


def _write_findings(work: UnitOfWork, amended: AmendedRows, found: Sequence[FoundSentence]) -> None:
    """What is said of the document is said of the new one; how names were taken still holds."""
    of_plan = finding.c.plan_id == amended.plan.id
    work.connection.execute(delete(finding).where(of_plan, finding.c.code != "spelling_mapped"))
    insert_findings(work.connection, amended.plan.id, [*findings_in(amended.reading), *found])
