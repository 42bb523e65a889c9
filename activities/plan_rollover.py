"""Rollover: next year's draft out of a plan, each row marked for the person who goes through it. The plan stays."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select

from activities.acting import Actor
from activities.allocation import allocate_short_id, allocate_short_ids
from activities.importing.phrase import Phrase
from activities.importing.title import read_period
from activities.office import Office
from activities.plan_activities import Activity
from activities.plan_content import PlanRow, content_of_stored, list_present
from activities.plan_import import FoundSentence, free_slug
from activities.plans import Plan, PlanStatus, Section, insert_findings, plan_from_row
from activities.relations import Relation, list_relations, store_relation
from activities.roles import RUNNING, check_holds_anywhere
from activities.rolled_rows import Remark, RolledRow, RowMark, roll_row, roll_text
from activities.tables import activity, activity_party, plan, section
from activities.year_shift import YearShift
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork

_YEARS = re.compile(r"(20\d\d)(?:\s*[-–/]\s*(20\d\d))?")
NO_PERIOD = N_("The title “{title}” does not name the new period. Write it into the document before it is approved.")


class RolloverYearError(OporaError):
    """The text names no year to roll over to."""

    message = N_(
        "“{text}” is no later period for “{slug}”. Write it as the plan is: --to {example} is the one that follows."
    )


class RolledOverAlreadyError(OporaError):
    """There is such a draft."""

    message = N_("“{slug}” was made from “{source}” on {on} already. Nothing was changed. See: opora plan show {slug}.")


@dataclass(frozen=True, slots=True)
class RolledOver:
    """The draft, its rows with their remarks in its order, and what was said of the title and the headings."""

    plan: Plan
    rows: tuple[RolledRow, ...]
    about_plan: tuple[tuple[str, Remark], ...]


def find_shift(source: Plan, to: str) -> YearShift:
    """How many years later the period lies that a person names: `2027`, or `2026-2027` where the plan spans two.

    Raises:
        RolloverYearError: it is no later year, or not written as the plan's period is.
    """
    first, last = source.period.starts_on.year, source.period.ends_on.year
    match = _YEARS.fullmatch(to.strip())
    years = int(match[1]) - first if match else 0
    named = (int(match[1]), int(match[2] or match[1])) if match else None
    if years < 1 or named != (first + years, last + years):
        example = "-".join(str(year + 1) for year in dict.fromkeys((first, last)))
        raise RolloverYearError(text=to, slug=source.slug, example=example)
    return YearShift(source.period, years)


def roll_over(office: Office, actor: Actor, source: Plan, to: str) -> RolledOver:
    """Store next year's draft; the plan that it comes from is not touched.

    Raises:
        RolloverYearError: `to` names no later period.
        RolledOverAlreadyError: such a draft was made before.
        RoleNotAllowedError: the actor neither coordinates nor administers.
    """
    shift = find_shift(source, to)
    with office.store.write() as work:
        check_holds_anywhere(work.connection, actor.person.id, RUNNING, "rollover")
        digest = _digest(source, shift)
        _refuse_second(office, work.connection, source, digest)
        sections, activities = list_present(work.connection, source.id)
        content = content_of_stored(source.title, sections, activities)
        relations = list_relations(work.connection, source.id)
        rows = tuple(_roll_rows(content.rows, activities, relations, shift))
        title, about_plan = _roll_title(source, shift)
        draft = _insert_plan(work, actor, source, shift, title=title, digest=digest)
        section_ids, about_headings = _insert_sections(work.connection, draft.id, sections, shift)
        ids = _insert_rows(work, draft.id, activities, rows, section_ids)
        _carry_relations(work, actor, relations, ids)
        rolled = RolledOver(draft, rows, (*about_plan, *about_headings))
        insert_findings(work.connection, draft.id, list(_findings(rolled)))
    return rolled


def _roll_rows(
    rows: Sequence[PlanRow], activities: Sequence[Activity], relations: Sequence[Relation], shift: YearShift
) -> Iterator[RolledRow]:
    names = {each.id: each.reference for each in activities}
    leaders = {each.activity_id: names[each.leader_id] for each in relations}
    for row, each in zip(rows, activities, strict=True):
        yield roll_row(row, shift, leaders.get(each.id, ""))


def _digest(source: Plan, shift: YearShift) -> bytes:
    """What stands for the file that a draft comes from: of one plan and one period there is one."""
    period = shift.moved_period()
    return hashlib.sha256(f"rollover {source.short_id} {period.starts_on} {period.ends_on}".encode()).digest()


def _refuse_second(office: Office, connection: Connection, source: Plan, digest: bytes) -> None:
    known = connection.execute(select(plan).where(plan.c.source_digest == digest)).first()
    if known:
        on = office.calendar.day_of(known.imported_at)
        raise RolledOverAlreadyError(slug=known.slug, source=source.slug, on=on)


def _roll_title(source: Plan, shift: YearShift) -> tuple[str, tuple[tuple[str, Remark], ...]]:
    """The plan's title, which should name its new period."""
    title, about = roll_text(source.title, shift)
    remarks = (about,) if about else ()
    if read_period(title) != shift.moved_period():
        remarks = (Remark(RowMark.ASK, Phrase(NO_PERIOD, {"title": title})),)
    return title, tuple((title, each) for each in remarks)


def _insert_plan(work: UnitOfWork, actor: Actor, source: Plan, shift: YearShift, *, title: str, digest: bytes) -> Plan:
    period = shift.moved_period()
    row = {
        "short_id": allocate_short_id(work.connection, plan, "l"),
        "slug": free_slug(work.connection, period, None),
        "title": title,
        "starts_on": period.starts_on,
        "ends_on": period.ends_on,
        "status": PlanStatus.DRAFT.value,
        "rhythm": source.rhythm.value,
        "columns": json.dumps(source.columns, ensure_ascii=False),
        "source_name": source.slug,
        "source_digest": digest,
        "workflow": source.workflow,
        "workflow_chosen_at": source.workflow_chosen_at,
        "workflow_chosen_by": source.workflow_chosen_by,
        "imported_at": work.now,
        "imported_by": actor.person.short_id,
    }
    return plan_from_row(work.connection.execute(insert(plan).values(row).returning(*plan.c)).mappings().one())


def _insert_sections(
    connection: Connection, plan_id: int, sections: Sequence[Section], shift: YearShift
) -> tuple[dict[int, int], list[tuple[str, Remark]]]:
    """Copy the headings; new row ids by old ones, and what was said of headings that name a year."""
    ids: dict[int, int] = {}
    about: list[tuple[str, Remark]] = []
    for position, each in enumerate(sections):
        title, remark = roll_text(each.title, shift)
        about += [(each.number, remark)] if remark else []
        row = {
            "plan_id": plan_id,
            "parent_id": ids.get(each.parent_id or 0),
            "position": position,
            "number": each.number,
            "title": title,
            "level": each.level,
        }
        ids[each.id] = int(connection.execute(insert(section).values(row).returning(section.c.id)).scalar_one())
    return ids, about


def _insert_rows(
    work: UnitOfWork,
    plan_id: int,
    activities: Sequence[Activity],
    rows: Sequence[RolledRow],
    section_ids: dict[int, int],
) -> dict[int, int]:
    """Copy the rows with their new texts, and the kinds and parties that people settled on; new ids by old ones."""
    ids: dict[int, int] = {}
    short_ids = allocate_short_ids(work.connection, activity, "a", len(rows))
    for position, (each, rolled, short_id) in enumerate(zip(activities, rows, short_ids, strict=True)):
        values = {
            "short_id": short_id,
            "plan_id": plan_id,
            "section_id": section_ids.get(each.section_id or 0),
            "position": position,
            "number": each.number,
            "title": rolled.row.title,
            "result": rolled.row.result,
            "deadline_text": rolled.row.deadline,
            "responsible": json.dumps(each.responsible, ensure_ascii=False),
            "schedule": json.dumps(rolled.row.schedule.to_json(), ensure_ascii=False),
            "kind": each.kind.value,
            "confidence": rolled.row.schedule.confidence.value,
            "workflow": each.workflow,
            "note_suffices": each.note_suffices,
        }
        statement = insert(activity).values(values).returning(activity.c.id)
        activity_id = ids[each.id] = int(work.connection.execute(statement).scalar_one())
        parties = [
            {"activity_id": activity_id, "position": at, "party_id": named.party_id, "standing": named.standing.value}
            for at, named in enumerate(each.parties)
        ]
        if parties:
            work.connection.execute(insert(activity_party), parties)
    return ids


def _carry_relations(work: UnitOfWork, actor: Actor, relations: Sequence[Relation], ids: Mapping[int, int]) -> None:
    """Let the new rows follow one another as the old ones do."""
    for each in relations:
        moved = replace(each, activity_id=ids[each.activity_id], leader_id=ids[each.leader_id])
        store_relation(work, actor, moved, {})


def _findings(rolled: RolledOver) -> list[FoundSentence]:
    """Every remark as a finding of the draft: what must be decided first, then changes, then what is kept."""
    remarks = [*rolled.about_plan, *((each.row.number, remark) for each in rolled.rows for remark in each.remarks)]
    ordered = sorted(remarks, key=lambda pair: -list(RowMark).index(pair[1].mark))
    return [(f"rollover_{remark.mark}", place, remark.phrase) for place, remark in ordered]
