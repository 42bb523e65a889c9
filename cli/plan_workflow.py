"""`opora plan workflow`: what all rows of a draft go through."""

from contextlib import closing

import click

from cli.missing_approvers import say_who_is_missing
from cli.options import acting
from cli.output import say
from cli.wording import names_text
from engine.errors import N_

CHOSEN = N_("Plan “{slug}”: what comes of its {rows} rows, and of those added later, goes through “{workflow}”.")
KEPT = N_("These rows have a workflow of their own and keep it: {references}. Change one: opora activity edit REF")


@click.command("workflow", help=N_("Choose the workflow of a draft: of all its rows, and of those added later."))
@click.argument("plan", metavar=N_("PLAN"))
@click.argument("name", metavar=N_("NAME"))
@acting()
def command(*, plan: str, name: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.plans import get_plan
    from activities.workflow_choice import choose_plan_workflow
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            draft = get_plan(connection, plan)
        choice = choose_plan_workflow(application.office, who, draft, name)
    say(CHOSEN, slug=draft.slug, rows=choice.rows, workflow=choice.workflow.name)
    if choice.kept:
        say(KEPT, references=names_text(choice.kept))
    say_who_is_missing(choice.missing)
