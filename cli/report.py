"""`opora report`: what became of a plan, in the plan's own table."""

from contextlib import closing
from datetime import date
from pathlib import Path

import click

from cli.days import DAY, DAY_METAVAR
from cli.output import say
from cli.plan_read import given_period
from engine.errors import N_

WRITTEN = N_("The report on “{slug}” is in {file}.")


@click.command("report", help=N_("Write the report on a plan as .docx, in the plan's own table."))
@click.argument("plan", required=False, metavar=N_("[PLAN]"))
@click.option("--from", "starts_on", type=DAY, metavar=DAY_METAVAR, help=N_("The first day reported on."))
@click.option("--to", "ends_on", type=DAY, metavar=DAY_METAVAR, help=N_("The last day reported on."))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar=N_("FILE"), help=N_("Where it is written, .docx.")
)
def command(*, plan: str | None, starts_on: date | None, ends_on: date | None, out: Path) -> None:
    from activities.plan_reporting import gather_report
    from activities.plans import get_plan
    from activities.report_document import write_report
    from cli.context import open_application

    period = given_period(starts_on, ends_on)
    with closing(open_application()) as application, application.store.read() as connection:
        wanted = get_plan(connection, plan)
        office = application.office
        report = gather_report(connection, wanted, period or wanted.period, office.today(), office.calendar)
    write_report(report, out)
    say(WRITTEN, slug=wanted.slug, file=out)
