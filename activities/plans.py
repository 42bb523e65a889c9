"""Plans: `draft`, `live`, `closed`. What a plan is, finding one, and its findings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from activities.importing.phrase import Phrase, Translate, details_from_json, details_to_json, in_english
from activities.period import Period
from activities.rhythm import Rhythm
from activities.short_ids import find_short_id
from activities.tables import activity, finding, plan, section
from engine.errors import N_, OporaError


class UnknownPlanError(OporaError):
    """No such plan."""

    message = N_("There is no plan “{plan}”. The known ones are listed by: opora plan list.")


class PlanNotNamedError(OporaError):
    """Several plans, or none, and no name given."""

    message = N_("Say which plan: {plans}.")


class NoPlanError(OporaError):
    """Nothing was imported yet."""

    message = N_("There is no plan yet. Import one: opora plan import FILE.")


class PlanStatus(StrEnum):
    """A draft starts nothing; a live plan runs; a closed one is archived."""

    DRAFT = "draft"
    LIVE = "live"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as stored.

    Attributes:
        columns: role and heading of the plan's own columns, in order.
        source_digest: SHA-256 of the imported file.
        approval: by which document it was approved, empty where not known.
        workflow: name of the one that new rows go through.
        workflow_chosen_by: short id of who chose it last; None where nobody has.
        closed_by: short id of who closed it; None until then.
    """

    id: int
    short_id: str
    slug: str
    title: str
    period: Period
    status: PlanStatus
    rhythm: Rhythm
    columns: tuple[tuple[str, str], ...]
    source_name: str
    source_digest: bytes
    imported_at: datetime
    launched_on: date | None
    approval: str
    workflow: str
    workflow_chosen_at: datetime | None
    workflow_chosen_by: str | None
    closed_at: datetime | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a plan; `parent_id` is the heading it stands under."""

    id: int
    parent_id: int | None
    number: str
    title: str
    level: int


def get_plan(connection: Connection, text: str | None) -> Plan:
    """A plan by slug or short id; without a name the only one there is.

    Raises:
        UnknownPlanError: no plan is called so.
        PlanNotNamedError: no name given, and there are several.
        NoPlanError: no name given, and there is none.
    """
    plans = list_plans(connection)
    if text is None:
        if not plans:
            raise NoPlanError
        if len(plans) > 1:
            raise PlanNotNamedError(plans=", ".join(each.slug for each in plans))
        return plans[0]
    short_id = find_short_id(text)
    for each in plans:
        if each.slug == text.strip() or each.short_id == short_id:
            return each
    raise UnknownPlanError(plan=text)


def lock_plan(connection: Connection, plan_id: int) -> None:
    """Let whoever changes a plan's rows, or makes them run, wait for one another until the transaction ends."""
    # What refers to the plan may still be written: its key stays.
    connection.execute(select(plan.c.id).where(plan.c.id == plan_id).with_for_update(key_share=True))


def list_plans(connection: Connection) -> list[Plan]:
    """All plans, the oldest first."""
    return [plan_from_row(row) for row in connection.execute(select(plan).order_by(plan.c.id)).mappings()]


def plan_from_row(row: RowMapping) -> Plan:
    """A `Plan` from a row of the plan table."""
    plain = (
        "id",
        "short_id",
        "slug",
        "title",
        "source_name",
        "source_digest",
        "imported_at",
        "launched_on",
        "approval",
        "workflow",
        "workflow_chosen_at",
        "workflow_chosen_by",
        "closed_at",
        "closed_by",
    )
    return Plan(
        **{name: row[name] for name in plain},
        period=Period(row["starts_on"], row["ends_on"]),
        status=PlanStatus(row["status"]),
        rhythm=Rhythm(row["rhythm"]),
        columns=tuple((role, heading) for role, heading in json.loads(row["columns"])),
    )


def list_sections(connection: Connection, plan_id: int) -> list[Section]:
    """The headings of a plan, in its order."""
    rows = connection.execute(select(section).where(section.c.plan_id == plan_id).order_by(section.c.position))
    return [Section(row.id, row.parent_id, row.number, row.title, row.level) for row in rows]


def count_activities(connection: Connection, plan_id: int) -> int:
    """How many rows a plan has."""
    count = select(func.count()).select_from(activity).where(activity.c.plan_id == plan_id)
    return int(connection.execute(count).scalar_one())


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person must know of an imported plan: a defect, or a text that found no place."""

    code: str
    place: str
    template: str
    details: dict[str, Any]

    def say(self, translate: Translate = in_english) -> str:
        """The finding as a sentence in the reader's language."""
        return Phrase(self.template, self.details).say(translate)


def insert_findings(connection: Connection, plan_id: int, found: Sequence[tuple[str, str, Phrase]]) -> None:
    """Store findings as (code, place, sentence)."""
    rows = [
        {
            "plan_id": plan_id,
            "code": code,
            "place": place,
            "template": phrase.template,
            "details": details_to_json(phrase.details),
        }
        for code, place, phrase in found
    ]
    if rows:
        connection.execute(insert(finding), rows)


def list_findings(connection: Connection, plan_id: int) -> list[Finding]:
    """What importing a plan has found, in the order of the source."""
    rows = connection.execute(select(finding).where(finding.c.plan_id == plan_id).order_by(finding.c.id))
    return [Finding(row.code, row.place, row.template, details_from_json(row.details)) for row in rows]
