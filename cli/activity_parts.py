"""`opora activity fan-out, matrix`: a part for each member of a row's group, and how far each of them is."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cli.changing import reference_argument
from cli.occurrence_show import state_text
from cli.options import acting, as_json
from cli.output import print_json, print_table, say
from cli.wording import counted, day_text
from engine.errors import N_

if TYPE_CHECKING:
    from activities.occurrences import Occurrence
    from activities.parts import Tally

NOTHING_MADE = N_("{activity}: every member has its parts already, of each run that is open and has a date.")
NO_PARTS = N_("{activity} has no parts. Name members of its group (opora party member), then: opora activity fan-out")
RUN_TOLD = N_("{run}: {done} of {parts} have handed in.")


@click.command("fan-out", help=N_("Make a part for each member of the group that carries an activity out."))
@reference_argument
@acting()
def fan_out_command(*, reference: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.parts import fan_out
    from activities.plan_activities import resolve_activity
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            row = resolve_activity(connection, reference)
        made = fan_out(application.office, who, row)
    if not made:
        say(NOTHING_MADE, activity=row.reference)
        return
    click.echo(counted("{count} part was made.", "{count} parts were made.", made), err=True)


@click.command("matrix", help=N_("Show how far each member of an activity's group is with its part."))
@reference_argument
@as_json
def matrix(*, reference: str, as_json: bool) -> None:
    from activities.parts import list_parts, tally
    from activities.plan_activities import resolve_activity
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        row = resolve_activity(connection, reference)
        parts = list_parts(connection, row.id)
        today = application.office.working_day()
    runs = {key: told for (_, key), told in tally(parts).items()}
    if as_json:
        print_json({"activity": row.short_id, "runs": [_run_json(key, runs[key], parts, today) for key in runs]})
        return
    if not parts:
        say(NO_PARTS, activity=row.reference)
        return
    columns = (N_("Member"), N_("Occurrence"), N_("Id"), N_("Evidence due"), N_("State"))
    print_table(
        columns,
        [
            (each.member_name or "", each.key, each.short_id, day_text(each.due_on), state_text(each, today))
            for each in parts
        ],
    )
    for key, told in runs.items():
        say(RUN_TOLD, run=f"{row.reference}@{key}", done=told.handed_in, parts=told.parts)


def _run_json(key: str, told: "Tally", parts: "Sequence[Occurrence]", today: date) -> dict[str, Any]:
    return {
        "key": key,
        "handed_in": told.handed_in,
        "parts": told.parts,
        "members": [
            {
                "member": each.member_name,
                "id": each.short_id,
                "reference": each.reference,
                "due_on": each.due_on.isoformat() if each.due_on else None,
                "state": each.state,
                "overdue": each.is_overdue(today),
            }
            for each in parts
            if each.key == key
        ],
    }
