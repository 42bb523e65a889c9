"""`opora occurrence`: what falls due, one run of an activity each."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import click

from cli.days import DAY, DAY_METAVAR
from cli.occurrence_decision import accept, return_
from cli.occurrence_evidence import add_evidence, outcome, remove_evidence, submit, withdraw
from cli.occurrence_show import command as show
from cli.occurrence_show import occurrence_json, state_text
from cli.occurrence_steps import cancel, postpone, reopen, set_date, start
from cli.options import as_json
from cli.output import print_json, print_table
from cli.wording import day_text, names_text, window_text
from engine.errors import N_
from notifications.labels import STATES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.occurrences import Occurrence, OccurrenceFilter

OVERDUE = "overdue"


@click.group("occurrence", help=N_("Work on what falls due: dates, evidence, submission, decision."))
def group() -> None:
    """The noun."""


for command in (
    *(show, start, set_date, postpone, add_evidence, remove_evidence),
    *(submit, accept, return_, outcome, withdraw, cancel, reopen),
):
    group.add_command(command)


@group.command("list", help=N_("List what falls due, by the plan's order."))
@click.option("--plan", metavar=N_("PLAN"), help=N_("Of this plan only."))
@click.option("--section", metavar=N_("SECTION"), help=N_("Of this section and those below it only; needs one plan."))
@click.option("--party", metavar=N_("PARTY"), help=N_("Where this party is named only."))
@click.option("--person", metavar=N_("PERSON"), help=N_("Where this person is a contact only."))
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([*STATES, OVERDUE]),
    help=N_("In this state only; repeatable."),
)
@click.option("--due-before", type=DAY, metavar=DAY_METAVAR, help=N_("Due on or before this day only."))
@as_json
def list_(
    *,
    plan: str | None,
    section: str | None,
    party: str | None,
    person: str | None,
    states: Sequence[str],
    due_before: date | None,
    as_json: bool,
) -> None:
    from activities.occurrences import list_occurrences
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        today = application.office.today()
        wanted = _filter(connection, plan, section=section, party=party, person=person, due_before=due_before)
        found = list_occurrences(connection, wanted)
    chosen = [each for each in found if not states or _stands(each, states, today)]
    if as_json:
        print_json([occurrence_json(each, today) for each in chosen])
        return
    columns = (N_("Occurrence"), N_("Id"), N_("Title"), N_("When"), N_("Evidence due"), N_("State"), N_("Responsible"))
    print_table(
        columns,
        [
            (
                each.reference,
                each.short_id,
                each.title,
                window_text(each.starts_on, each.ends_on),
                day_text(each.due_on),
                state_text(each, today),
                names_text(each.parties),
            )
            for each in chosen
        ],
    )


def _stands(each: "Occurrence", states: Sequence[str], today: date) -> bool:
    """Whether it is in one of these states; overdue is derived and counts as one."""
    return each.state in states or (OVERDUE in states and each.is_overdue(today))


def _filter(
    connection: "Connection",
    plan: str | None,
    *,
    section: str | None,
    party: str | None,
    person: str | None,
    due_before: date | None,
) -> "OccurrenceFilter":
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
