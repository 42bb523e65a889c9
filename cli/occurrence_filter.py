"""Narrowing a list of occurrences by what was typed."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.occurrences import Occurrence, OccurrenceFilter

OVERDUE = "overdue"


def find_occurrences(
    connection: "Connection",
    today: date,
    *,
    plan: str | None = None,
    section: str | None = None,
    party: str | None = None,
    person: str | None = None,
    states: Sequence[str] = (),
    due_before: date | None = None,
) -> "list[Occurrence]":
    """The occurrences that were asked for, in the order of the plan; overdue counts as a state.

    Raises:
        UnknownPlanError, UnknownSectionError, UnknownPartyError, UnknownPersonError: a name that means nothing.
    """
    from activities.occurrences import list_occurrences

    wanted = resolve_filter(connection, plan=plan, section=section, party=party, person=person, due_before=due_before)
    return [each for each in list_occurrences(connection, wanted) if not states or _stands(each, states, today)]


def resolve_filter(
    connection: "Connection",
    *,
    plan: str | None,
    section: str | None,
    party: str | None,
    person: str | None,
    due_before: date | None = None,
) -> "OccurrenceFilter":
    """The filter that names mean; a section without a plan is looked up in the only one there is."""
    from activities.occurrences import OccurrenceFilter
    from activities.parties import get_party
    from activities.people import get_person
    from activities.plans import get_plan
    from activities.sections import resolve_section

    of_plan = get_plan(connection, plan) if plan or section else None
    return OccurrenceFilter(
        plan_id=of_plan.id if of_plan else None,
        section_id=resolve_section(connection, of_plan, section).id if of_plan and section else None,
        party_id=get_party(connection, party).id if party else None,
        person_id=get_person(connection, person).id if person else None,
        due_before=due_before,
    )


def _stands(each: "Occurrence", states: Sequence[str], today: date) -> bool:
    """Whether it is in one of these states; overdue is derived."""
    return each.state in states or (OVERDUE in states and each.is_overdue(today))
