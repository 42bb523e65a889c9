"""`opora occurrence`: what falls due, one run of an activity each."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date

import click

from cli.days import DAY, DAY_METAVAR
from cli.occurrence_decision import accept, return_
from cli.occurrence_evidence import add_evidence, outcome, remove_evidence, submit, withdraw
from cli.occurrence_filter import OVERDUE, find_occurrences
from cli.occurrence_show import command as show
from cli.occurrence_show import occurrence_json, state_text
from cli.occurrence_steps import ask_date, cancel, decline_date, postpone, reopen, set_date, start
from cli.options import as_json
from cli.output import print_json, print_table
from cli.wording import day_text, names_text, window_text
from engine.errors import N_
from notifications.labels import STATES


@click.group("occurrence", help=N_("Work on what falls due: dates, evidence, submission, decision."))
def group() -> None:
    """The noun."""


for command in (
    *(show, start, set_date, postpone, ask_date, decline_date, add_evidence, remove_evidence),
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
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        today = application.office.working_day()
        chosen = find_occurrences(
            connection,
            today,
            plan=plan,
            section=section,
            party=party,
            person=person,
            states=states,
            due_before=due_before,
        )
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
