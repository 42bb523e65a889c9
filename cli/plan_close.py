"""`opora plan close`: a plan of which nothing is open is over."""

from contextlib import closing

import click

from cli.options import acting, as_json
from cli.output import print_facts, print_json, say
from cli.wording import day_text
from engine.errors import N_

AFTER_CLOSING = N_(
    "The plan “{slug}” is closed: nothing reminds of it, nothing of it is opened again. Its report, its history and "
    "its evidence stay where they are."
)


@click.command("close", help=N_("Close a plan of which nothing is open."))
@click.argument("plan", required=False, metavar=N_("[PLAN]"))
@acting()
@as_json
def command(*, plan: str | None, actor: str, on_behalf_of: str | None, as_json: bool) -> None:
    from activities.plan_closing import close_plan
    from activities.plans import get_plan
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            live = get_plan(connection, plan)
        closed = close_plan(application.office, who, live)
        day = application.office.today()
    if as_json:
        print_json({"slug": closed.slug, "closed_at": closed.closed_at, "closed_by": closed.closed_by})
    else:
        print_facts([(N_("Plan"), closed.slug), (N_("Closed"), day_text(day))])
    say(AFTER_CLOSING, slug=closed.slug)
