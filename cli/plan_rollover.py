"""`opora plan rollover` and `opora plan document`: next year's draft, and a plan as the document for approval."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.options import acting, as_json
from cli.output import print_facts, print_json, print_table, say
from cli.wording import names_text, text, window_text, word
from engine.errors import N_

if TYPE_CHECKING:
    from activities.plan_rollover import RolledOver

MARKS = {"kept": N_("kept"), "changed": N_("changed"), "ask": N_("decide")}
AFTER_ROLLOVER = N_(
    "The draft “{slug}” is stored; “{source}” was not touched.\n"
    "Next: decide on the marked rows in the document (opora plan document {slug} --out FILE), have it approved, "
    "and bring it in again: opora plan reimport {slug} FILE"
)
DOCUMENT_WRITTEN = N_("The plan “{slug}” is in {file}.")

out_option = click.option(
    "--out", type=click.Path(path_type=Path), metavar=N_("FILE"), help=N_("Where it is written, .docx.")
)


@click.command("rollover", help=N_("Make next year's draft out of a plan; each row is kept, changed or asked about."))
@click.argument("plan", metavar="PLAN")
@click.option(
    "--to", required=True, metavar=N_("YEAR"), help=N_("The year, or both years of a school year: 2026-2027.")
)
@out_option
@acting()
@as_json
def command(*, plan: str, to: str, out: Path | None, actor: str, on_behalf_of: str | None, as_json: bool) -> None:
    from activities.plan_rollover import roll_over
    from activities.plans import get_plan
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            source = get_plan(connection, plan)
        rolled = roll_over(application.office, who, source, to)
    if as_json:
        print_json(_rolled_json(rolled))
    else:
        _print_rolled(rolled)
    say(AFTER_ROLLOVER, slug=rolled.plan.slug, source=source.slug)
    if out:
        _write(rolled.plan.slug, out)


@click.command("document", help=N_("Write a plan as .docx, in its own table, for approval."))
@click.argument("plan", required=False, metavar=N_("[PLAN]"))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar=N_("FILE"), help=N_("Where it is written, .docx.")
)
def document(plan: str | None, *, out: Path) -> None:
    _write(plan, out)


def _write(plan: str | None, out: Path) -> None:
    from activities.plan_document import gather_document, write_document
    from activities.plans import get_plan
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        wanted = get_plan(connection, plan)
        gathered = gather_document(connection, wanted, application.office.today())
    write_document(gathered, out)
    say(DOCUMENT_WRITTEN, slug=wanted.slug, file=out)


def _print_rolled(rolled: "RolledOver") -> None:
    counts = [each.mark.value for each in rolled.rows]
    print_facts(
        [
            (N_("Plan"), rolled.plan.slug),
            (N_("Title"), rolled.plan.title),
            (N_("Period"), window_text(rolled.plan.period.starts_on, rolled.plan.period.ends_on)),
            (N_("Activities"), names_text(f"{word(MARKS, mark)} {counts.count(mark)}" for mark in MARKS)),
        ]
    )
    remarks = [
        *((place, "", remark) for place, remark in rolled.about_plan),
        *((each.row.number, each.row.title, remark) for each in rolled.rows for remark in each.remarks),
    ]
    click.echo()
    columns = (N_("Activity"), N_("Title"), N_("Mark"), N_("Remark"))
    print_table(
        columns,
        [
            (place, title, word(MARKS, remark.mark.value), remark.phrase.say(text))
            for place, title, remark in remarks
            if remark.mark.value != "kept"
        ],
    )


def _rolled_json(rolled: "RolledOver") -> dict[str, Any]:
    return {
        "slug": rolled.plan.slug,
        "title": rolled.plan.title,
        "period": {"start": rolled.plan.period.starts_on, "end": rolled.plan.period.ends_on},
        "remarks": [_remark_json(place, remark) for place, remark in rolled.about_plan],
        "activities": [
            {
                "number": each.row.number,
                "title": each.row.title,
                "deadline": each.row.deadline,
                "mark": each.mark.value,
                "reasons": [remark.phrase.say(text) for remark in each.remarks],
            }
            for each in rolled.rows
        ],
    }


def _remark_json(place: str, remark: Any) -> dict[str, str]:
    return {"place": place, "mark": remark.mark.value, "reason": remark.phrase.say(text)}
