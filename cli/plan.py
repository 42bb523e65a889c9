"""`opora plan`: a plan's life from the document to running work."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.days import DAY, DAY_METAVAR
from cli.options import acting, as_json
from cli.output import print_facts, print_json, print_table, say
from cli.plan_amendments import command as amendments
from cli.plan_close import command as close
from cli.plan_read import command as read
from cli.plan_read import given_period, reading_shown, told_columns
from cli.plan_reimport import command as reimport
from cli.plan_review import command as review
from cli.plan_rollover import command as rollover
from cli.plan_rollover import document
from cli.plan_show import command as show
from cli.plan_workflow import command as workflow
from cli.wording import PLAN_STATUSES, counted, day_text, window_text, word
from engine.errors import N_

if TYPE_CHECKING:
    from activities.importing.columns import ColumnRole
    from activities.plan_import import ImportedPlan

AFTER_IMPORT = N_(
    "The draft “{slug}” is stored; nothing has started and nobody was written to.\n"
    "Next: look at it (opora plan show {slug}), answer what needs a person (opora plan review {slug}), "
    "then launch it (opora plan launch {slug})."
)
AFTER_LAUNCH = N_("The plan “{slug}” is live. What is due shows: opora occurrence list --plan {slug}.")


@click.group("plan", help=N_("Read, import, launch, close, list and show plans."))
def group() -> None:
    """The noun."""


group.add_command(read)
group.add_command(show)
group.add_command(review)
for added in (reimport, amendments, rollover, document, workflow, close):
    group.add_command(added)


@group.command("import", help=N_("Store a plan from a document as a draft; starts nothing and writes to nobody."))
@click.argument("file", type=click.Path(path_type=Path), metavar=N_("FILE"))
@click.option("--from", "starts_on", type=DAY, metavar=DAY_METAVAR, help=N_("The plan's first day."))
@click.option("--to", "ends_on", type=DAY, metavar=DAY_METAVAR, help=N_("The plan's last day."))
@click.option("--slug", metavar=N_("NAME"), help=N_("The plan's short name; by default moc- and the year."))
@told_columns
@acting()
@as_json
def import_(
    *,
    file: Path,
    starts_on: date | None,
    ends_on: date | None,
    slug: str | None,
    columns: "tuple[ColumnRole, ...]",
    actor: str,
    on_behalf_of: str | None,
    as_json: bool,
) -> None:
    from activities.plan_import import import_plan
    from cli.context import acting, open_application

    period = given_period(starts_on, ends_on)
    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with reading_shown() as report:
            imported = import_plan(
                application.office, who, file, period=period, slug=slug, columns=columns, report=report
            )
    if as_json:
        print_json(_imported(imported))
    else:
        _print_imported(imported)
    say(AFTER_IMPORT, slug=imported.plan.slug)


def _imported(imported: "ImportedPlan") -> dict[str, object]:
    plan, reading = imported.plan, imported.reading
    period = {"start": plan.period.starts_on, "end": plan.period.ends_on}
    return {
        "slug": plan.slug,
        "id": plan.short_id,
        "title": plan.title,
        "period": period,
        "activities": len(reading.activities),
        "sections": len(reading.sections),
        "defects": len(reading.defects),
        "unplaced": len(reading.unplaced),
    }


def _print_imported(imported: "ImportedPlan") -> None:
    plan, reading = imported.plan, imported.reading
    found = (
        counted("{count} activity", "{count} activities", len(reading.activities)),
        counted("{count} remark", "{count} remarks", len(reading.defects)),
        counted("{count} text without a place", "{count} texts without a place", len(reading.unplaced)),
    )
    print_facts(
        [
            (N_("Plan"), plan.slug),
            (N_("Title"), plan.title),
            (N_("Period"), window_text(plan.period.starts_on, plan.period.ends_on)),
            (N_("Found"), ", ".join(found)),
        ]
    )


@group.command("launch", help=N_("Make a draft live: its activities get their occurrences, and reminders begin."))
@click.argument("plan", required=False, metavar=N_("[PLAN]"))
@click.option(
    "--from",
    "from_on",
    type=DAY,
    metavar=DAY_METAVAR,
    help=N_("The start of record, today by default; nothing is sent for what was due before it."),
)
@acting()
@as_json
def launch(*, plan: str | None, from_on: date | None, actor: str, on_behalf_of: str | None, as_json: bool) -> None:
    from activities.plan_launch import launch_plan
    from activities.plans import get_plan
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            draft = get_plan(connection, plan)
        launched = launch_plan(application.office, who, draft, from_on)
    numbers = {
        "occurrences": launched.occurrences,
        "awaiting_date": launched.awaiting_date,
        "before_record": launched.before_record,
    }
    if as_json:
        print_json({"slug": draft.slug, **numbers})
    else:
        labels = (N_("Occurrences"), N_("Waiting for a date"), N_("Due before the start of record"))
        print_facts([(N_("Plan"), draft.slug), *zip(labels, numbers.values(), strict=True)])
    say(AFTER_LAUNCH, slug=draft.slug)


@group.command("list", help=N_("List the plans."))
@as_json
def list_(*, as_json: bool) -> None:
    from activities.plans import count_activities, list_plans
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        plans = [(each, count_activities(connection, each.id)) for each in list_plans(connection)]
        calendar = application.office.calendar
    if as_json:
        print_json(
            [
                {
                    "slug": each.slug,
                    "id": each.short_id,
                    "title": each.title,
                    "status": each.status.value,
                    "period": {"start": each.period.starts_on, "end": each.period.ends_on},
                    "launched_on": each.launched_on,
                    "closed_at": each.closed_at,
                    "activities": count,
                }
                for each, count in plans
            ]
        )
        return
    columns = (N_("Plan"), N_("Title"), N_("Period"), N_("Status"), N_("Launched"), N_("Closed"), N_("Activities"))
    rows = [
        (
            each.slug,
            each.title,
            window_text(each.period.starts_on, each.period.ends_on),
            word(PLAN_STATUSES, each.status.value),
            day_text(each.launched_on),
            day_text(calendar.day_of(each.closed_at) if each.closed_at else None),
            count,
        )
        for each, count in plans
    ]
    print_table(columns, rows)
