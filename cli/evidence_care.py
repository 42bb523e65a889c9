"""`opora evidence orphans, retain`: files that nothing needs, and files whose time is over."""

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from cli.options import acting, as_json
from cli.output import print_json, print_table, say
from cli.wording import names_text, size_text, text
from engine.errors import N_

if TYPE_CHECKING:
    from activities.evidence_retention import Expired

NO_ORPHANS = N_("No file lies there without need.")
REMOVED_ORPHANS = N_("{count} files are removed.")
REMOVE_THEM = N_("They are removed by: opora evidence orphans --remove")
NOTHING_EXPIRED = N_("No file with personal data is past its time.")
APPLY_IT = N_("The bytes of those that nobody needs are removed by: opora evidence retain --apply")
STORED_LATELY = N_("stored within the last day, perhaps being sent anew: tomorrow")
ACT_MADE = N_("{count} files are removed by act No. {number}; their digests are kept.")


@click.command("orphans", help=N_("List files in the evidence folder that no evidence speaks of."))
@click.option("--remove", is_flag=True, help=N_("Remove them."))
@click.option("--days", type=click.IntRange(min=1), default=1, help=N_("Only those older than so many days."))
@as_json
def orphans(*, remove: bool, days: int, as_json: bool) -> None:
    from activities.evidence_orphans import list_orphans, remove_orphans
    from cli.context import open_application

    look = remove_orphans if remove else list_orphans
    with closing(open_application()) as application:
        found = look(application.office, timedelta(days=days))
    if as_json:
        print_json([{"file": str(each.path), "size": each.size} for each in found])
        return
    if not found:
        say(NO_ORPHANS)
        return
    print_table((N_("File"), N_("Size")), [(str(each.path), size_text(each.size)) for each in found])
    if remove:
        say(REMOVED_ORPHANS, count=len(found))
    else:
        say(REMOVE_THEM)


@click.command("retain", help=N_("List files with personal data past their time, and remove them."))
@click.option("--apply", "applied", is_flag=True, help=N_("Remove their bytes; digests and an act are kept."))
@click.option("--months", type=click.IntRange(min=1), help=N_("Months past the end of the plan, if not as set."))
@click.option("--basis", default="", metavar=N_("TEXT"), help=N_("On what ground, such as an order."))
@as_json
@acting()
def retain(
    *, applied: bool, months: int | None, basis: str, as_json: bool, actor: str, on_behalf_of: str | None
) -> None:
    from activities.evidence_retention import NoRetentionError, Term, list_expired, remove_expired
    from cli.context import acting as who_acts
    from cli.context import open_application
    from notifications.mail.replies import list_waiting_digests
    from web.previews import Previews

    with closing(open_application()) as application:
        kept_months = months or application.settings.personal_data_months
        if kept_months is None:
            raise NoRetentionError
        office = application.office
        with office.store.read() as connection:
            term = Term(kept_months, list_waiting_digests(connection), basis)
            found = list_expired(office, connection, term)
        made = remove_expired(office, who_acts(application, actor, on_behalf_of), term) if applied else None
        if made is not None:
            Previews(application.settings.preview_dir, office.evidence).forget(each.digest for each in made[1])
    if as_json:
        print_json(
            {
                "act": made[0] if made else None,
                "files": [
                    {
                        "digest": each.digest.hex(),
                        "name": each.name,
                        "occurrence": each.reference,
                        "needed_for": list(each.needed_for),
                        "stored_lately": each.is_young,
                    }
                    for each in found
                ],
            }
        )
        return
    if not found:
        say(NOTHING_EXPIRED)
        return
    print_table(
        (N_("File"), N_("Size"), N_("Handed in for"), N_("Stays: needed for")),
        [(each.name, size_text(each.size), each.reference, _stays_text(each)) for each in found],
    )
    if made is not None:
        say(ACT_MADE, count=len(made[1]), number=made[0])
    elif not applied:
        say(APPLY_IT)


def _stays_text(found: "Expired") -> str:
    lately = [text(STORED_LATELY)] if found.is_young else []
    return names_text([*found.needed_for, *lately])
