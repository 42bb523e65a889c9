"""From a file to a draft plan: sections, activities, parties and findings in one transaction."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from activities.acting import Actor
from activities.allocation import allocate_short_id, allocate_short_ids
from activities.importing import PlanReading, ReadActivity, read_plan
from activities.importing.columns import ColumnRole
from activities.importing.folding import fold
from activities.importing.phrase import Phrase
from activities.importing.progress import Report, stay_silent
from activities.office import Office
from activities.parties import NamedParty, ensure_party, propose_standings
from activities.period import Period
from activities.plans import Plan, PlanStatus, insert_findings, plan_from_row
from activities.rhythm import Rhythm
from activities.roles import RUNNING, check_holds_anywhere
from activities.spelling import spelling_key
from activities.tables import activity, activity_party, plan, plan_amendment, section
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork

# Fewer rows may well be alike in two plans.
_FEWEST_SAME = 3

FoundSentence = tuple[str, str, Phrase]
"""A finding's code, its place and what it says."""


class PlanImportedAlreadyError(OporaError):
    """The same file, byte for byte, is here."""

    message = N_("This very file was imported on {on} as “{slug}”. Nothing was changed. See: opora plan show {slug}.")


class FileAmendedPlanError(OporaError):
    """The same file, byte for byte, changed a plan that is here: as a plan of its own all its work would run twice."""

    message = N_(
        "This very file amended “{slug}” on {on}, so it is no new plan. Nothing was changed. "
        "What it changed: opora plan amendments {slug}."
    )


class SamePlanChangedError(OporaError):
    """The document has mostly the rows of a plan that is here: as a plan of its own all its work would run twice."""

    message = N_(
        "{file} has {same} of its {rows} rows in common with “{slug}”, so it is that plan changed. Nothing was stored. "
        "To bring it in: opora plan reimport {slug} {file}. If it is a plan of its own, name it: --slug NAME."
    )


class SlugTakenError(OporaError):
    """Two plans cannot share a short name."""

    message = N_("Another plan is called “{slug}” already. Choose another name with --slug.")


@dataclass(frozen=True, slots=True)
class ImportedPlan:
    """The draft and the reading it came from."""

    plan: Plan
    reading: PlanReading


def import_plan(
    office: Office,
    actor: Actor,
    path: Path,
    *,
    period: Period | None = None,
    slug: str | None = None,
    columns: Sequence[ColumnRole] = (),
    report: Report = stay_silent,
) -> ImportedPlan:
    """Read a file and store it as a draft; starts nothing and mails nobody.

    `period`, `columns` and `report` are those of `read_plan`.

    Raises:
        PlanFileError and its kin: the file cannot be read as a plan.
        PlanImportedAlreadyError, FileAmendedPlanError: the same file is here; nothing was changed.
        SamePlanChangedError: a plan with mostly the same rows is here, and no name was given for another one.
        RoleNotAllowedError: the actor neither coordinates nor administers.
    """
    # Read before the transaction: parsing takes long, and a lock should not.
    reading = read_plan(path, period, columns=columns, report=report)
    digest = hashlib.sha256(path.read_bytes()).digest()
    with office.store.write() as work:
        check_holds_anywhere(work.connection, actor.person.id, RUNNING, "import")
        _refuse_known(office, work.connection, digest)
        if slug is None:
            _refuse_changed(work.connection, path, reading)
        stored = _insert_plan(work, actor, path, reading, digest=digest, slug=slug)
        sections = _insert_sections(work.connection, stored.id, reading)
        _insert_activities(work, stored.id, reading, sections)
        return ImportedPlan(stored, reading)


def _refuse_known(office: Office, connection: Connection, digest: bytes) -> None:
    known = connection.execute(select(plan).where(plan.c.source_digest == digest)).first()
    if known:
        raise PlanImportedAlreadyError(on=office.calendar.day_of(known.imported_at), slug=known.slug)
    amended = select(plan.c.slug, plan_amendment.c.applied_at).join(plan)
    changed = connection.execute(amended.where(plan_amendment.c.file_digest == digest)).first()
    if changed:
        raise FileAmendedPlanError(on=office.calendar.day_of(changed.applied_at), slug=changed.slug)


def _refuse_changed(connection: Connection, path: Path, reading: PlanReading) -> None:
    """Whoever gives the plan a name of its own says that it is another one."""
    titles = Counter(spelling_key(fold(each.title)) for each in reading.activities)
    of_period = (plan.c.starts_on == reading.period.starts_on) & (plan.c.ends_on == reading.period.ends_on)
    known: dict[str, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(select(plan.c.slug, activity.c.title).join(plan).where(of_period)):
        known[row.slug][spelling_key(fold(row.title))] += 1
    for slug, theirs in known.items():
        same = (titles & theirs).total()
        if same >= _FEWEST_SAME and same > len(reading.activities) / 2:
            raise SamePlanChangedError(file=path.name, same=same, rows=len(reading.activities), slug=slug)


def _insert_plan(
    work: UnitOfWork, actor: Actor, path: Path, reading: PlanReading, *, digest: bytes, slug: str | None
) -> Plan:
    row = {
        "short_id": allocate_short_id(work.connection, plan, "l"),
        "slug": free_slug(work.connection, reading.period, slug),
        "title": reading.title,
        "starts_on": reading.period.starts_on,
        "ends_on": reading.period.ends_on,
        "status": PlanStatus.DRAFT.value,
        "rhythm": Rhythm.QUARTER.value,
        "columns": json.dumps([(each.role.value, each.heading) for each in reading.columns], ensure_ascii=False),
        "source_name": path.name,
        "source_digest": digest,
        "imported_at": work.now,
        "imported_by": actor.person.short_id,
    }
    return plan_from_row(work.connection.execute(insert(plan).values(row).returning(*plan.c)).mappings().one())


def free_slug(connection: Connection, period: Period, wanted: str | None) -> str:
    """The short name that was asked for, else one of the period's years, with a number where it is taken.

    Raises:
        SlugTakenError: the name that was asked for is.
    """
    taken = set(connection.execute(select(plan.c.slug)).scalars())
    if wanted:
        if wanted in taken:
            raise SlugTakenError(slug=wanted)
        return wanted
    years = dict.fromkeys([period.starts_on.year, period.ends_on.year])
    stem = "moc-" + "-".join(str(year) for year in years)
    numbered = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
    return next(slug for slug in numbered if slug not in taken)


def _insert_sections(connection: Connection, plan_id: int, reading: PlanReading) -> dict[tuple[str, ...], int]:
    """Store the headings; their row ids by path."""
    ids: dict[tuple[str, ...], int] = {}
    for position, each in enumerate(reading.sections):
        row = {
            "plan_id": plan_id,
            "parent_id": ids.get(each.path[:-1]),
            "position": position,
            "number": each.number,
            "title": each.title,
            "level": each.level,
        }
        ids[each.path] = int(connection.execute(insert(section).values(row).returning(section.c.id)).scalar_one())
    return ids


def _insert_activities(
    work: UnitOfWork, plan_id: int, reading: PlanReading, sections: dict[tuple[str, ...], int]
) -> None:
    short_ids = allocate_short_ids(work.connection, activity, "a", len(reading.activities))
    findings = list(findings_in(reading))
    for position, (each, short_id) in enumerate(zip(reading.activities, short_ids, strict=True)):
        row = activity_values(each) | {
            "short_id": short_id,
            "plan_id": plan_id,
            "section_id": sections.get(each.section),
            "position": position,
        }
        statement = insert(activity).values(row).returning(activity.c.id)
        activity_id = int(work.connection.execute(statement).scalar_one())
        findings += insert_named(work, activity_id, each)
    insert_findings(work.connection, plan_id, findings)


def findings_in(reading: PlanReading) -> Iterator[FoundSentence]:
    """What a person must know of a document: its defects, then the texts that found no place."""
    for defect in reading.defects:
        yield defect.code.value, str(defect.row or ""), defect.phrase
    for piece in reading.unplaced:
        told = {"place": piece.place.phrase, "text": piece.text}
        yield "unplaced", "", Phrase(N_("{place}: no column took “{text}”."), told)


def activity_values(read: ReadActivity) -> dict[str, Any]:
    """The columns of an activity that a row of a document gives."""
    return {
        "number": read.number,
        "title": read.title,
        "result": read.result,
        "deadline_text": read.deadline,
        "responsible": json.dumps(read.responsible, ensure_ascii=False),
        "schedule": json.dumps(read.schedule.to_json(), ensure_ascii=False),
        "kind": read.proposal.kind.value,
        "confidence": read.schedule.confidence.value,
    }


def insert_named(work: UnitOfWork, activity_id: int, read: ReadActivity) -> list[FoundSentence]:
    """Store the parties that a row names, new ones too; tells which names were taken for known ones."""
    parties = [ensure_party(work, name) for name in read.responsible]
    _insert_parties(work.connection, activity_id, parties)
    return [_mapped(party, read.number) for party in parties if party.mapped_from]


def _insert_parties(connection: Connection, activity_id: int, parties: Sequence[NamedParty]) -> None:
    distinct = list({each.party_id: each for each in parties}.values())
    standings = propose_standings([each.name for each in distinct])
    rows = [
        {"activity_id": activity_id, "position": position, "party_id": each.party_id, "standing": standing.value}
        for position, (each, standing) in enumerate(zip(distinct, standings, strict=True))
    ]
    if rows:
        connection.execute(insert(activity_party), rows)


def _mapped(party: NamedParty, number: str) -> FoundSentence:
    template = N_("“{spelling}” was taken for “{name}”. If that is wrong: opora party split “{spelling}”.")
    return "spelling_mapped", number, Phrase(template, {"spelling": party.mapped_from, "name": party.name})
