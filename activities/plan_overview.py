"""A plan at a glance: what it holds, how far it is, and what in it waits for a person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, or_, select

from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences
from activities.parties import Party, PartyKind, Standing, list_parties
from activities.people import Person, get_person
from activities.plan_activities import Activity, list_activities
from activities.plans import Finding, Plan, Section, list_findings, list_sections
from activities.roles import Role
from activities.tables import person, role_grant

_NEEDED_ROLES = (Role.COORDINATOR, Role.APPROVER)


@dataclass(frozen=True, slots=True)
class SectionCounts:
    """How much stands right below a heading, and how much of it is finished."""

    section: Section | None
    activities: int
    occurrences: int
    finished: int


@dataclass(frozen=True, slots=True)
class NamedParty:
    """A party that the plan names, in how many rows, and whether somebody must say whom to write to."""

    party: Party
    rows: int
    executes: bool

    @property
    def lacks_contact(self) -> bool:
        """Whether work is asked of it and nobody is known to write to; superior bodies get nothing automatic."""
        return self.executes and not self.party.contacts and self.party.kind is not PartyKind.SUPERIOR


@dataclass(frozen=True, slots=True)
class PlanOverview:
    """All that `opora plan show` tells.

    Attributes:
        workflow_chosen_by: who chose the workflow last; None where nobody has.
        closed_by: who closed it; None until then.
        readings: activities whose deadline a person has yet to look at.
        missing_roles: roles without which the plan stands still and which nobody holds for it.
        before_record: open occurrences that were due before the start of record.
    """

    plan: Plan
    activities: int
    kinds: Mapping[str, int]
    states: Mapping[str, int]
    overdue: int
    sections: Sequence[SectionCounts]
    readings: Sequence[Activity]
    findings: Sequence[Finding]
    parties: Sequence[NamedParty]
    missing_roles: Sequence[Role]
    before_record: Sequence[Occurrence]
    workflow_chosen_by: Person | None
    closed_by: Person | None


def gather_overview(connection: Connection, plan: Plan, working_day: date) -> PlanOverview:
    """Everything at a glance, as of a working day."""
    activities = list_activities(connection, plan.id)
    occurrences = list_occurrences(connection, OccurrenceFilter(plan_id=plan.id, parts=False))
    return PlanOverview(
        plan=plan,
        activities=len(activities),
        kinds=Counter(each.kind.value for each in activities),
        states=Counter(each.state for each in occurrences),
        overdue=sum(each.is_overdue(working_day) for each in occurrences),
        sections=_count_sections(list_sections(connection, plan.id), activities, occurrences),
        readings=[each for each in activities if each.needs_a_look],
        findings=list_findings(connection, plan.id),
        parties=_list_named(connection, activities),
        missing_roles=[role for role in _NEEDED_ROLES if not _is_held(connection, role, plan.id)],
        before_record=[each for each in occurrences if each.before_record and each.is_open],
        workflow_chosen_by=get_person(connection, plan.workflow_chosen_by) if plan.workflow_chosen_by else None,
        closed_by=get_person(connection, plan.closed_by) if plan.closed_by else None,
    )


def _count_sections(
    sections: Sequence[Section], activities: Sequence[Activity], occurrences: Sequence[Occurrence]
) -> list[SectionCounts]:
    rows = Counter(each.section_id for each in activities)
    runs = Counter(each.section_id for each in occurrences)
    finished = Counter(each.section_id for each in occurrences if not each.is_open)
    counted = [SectionCounts(each, rows[each.id], runs[each.id], finished[each.id]) for each in sections]
    outside = SectionCounts(None, rows[None], runs[None], finished[None])
    return [outside, *counted] if outside.activities else counted


def _list_named(connection: Connection, activities: Sequence[Activity]) -> list[NamedParty]:
    rows = Counter(party_id for each in activities for party_id in {named.party_id for named in each.parties})
    asked = {
        named.party_id
        for each in activities
        for named in each.parties
        if named.standing in {Standing.EXECUTOR, Standing.CO_EXECUTOR}
    }
    named = [NamedParty(each, rows[each.id], each.id in asked) for each in list_parties(connection) if rows[each.id]]
    return sorted(named, key=lambda each: (-each.rows, each.party.name))


def _is_held(connection: Connection, role: Role, plan_id: int) -> bool:
    """Whether somebody active holds the role for the whole plan or for everything."""
    everywhere = and_(*(role_grant.c[name].is_(None) for name in ("plan_id", "section_id", "activity_id")))
    held = and_(role_grant.c.role == role.value, role_grant.c.revoked_at.is_(None), person.c.active)
    covers = or_(everywhere, role_grant.c.plan_id == plan_id)
    return connection.execute(select(role_grant.c.id).join(person).where(held, covers)).first() is not None
