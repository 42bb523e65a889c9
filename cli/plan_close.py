"""`opora plan close`: the archive of a plan of which nothing is open, and its end."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import acting, as_json
from cli.output import print_facts, print_json, print_table, say
from cli.wording import counted, day_text, text
from engine.errors import N_

if TYPE_CHECKING:
    from activities.plan_archive import LeftOut

REASONS = {
    "removed": N_("removed by an act after its time"),
    "infected": N_("a virus is known in it"),
    "missing": N_("missing or damaged"),
}
AFTER_CLOSING = N_(
    "The plan “{slug}” is closed: nothing reminds of it, nothing of it is opened again. Its report, history and "
    "evidence stay where they are, and are in the archive: keep it with the plan."
)


@click.command("close", help=N_("Write the archive of a plan of which nothing is open, and close the plan."))
@click.argument("plan", required=False, metavar=N_("[PLAN]"))
@click.option(
    "--archive",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar=N_("FILE"),
    help=N_("The archive, .zip; by default the plan's name with -archive.zip, here."),
)
@acting()
@as_json
def command(*, plan: str | None, archive: Path | None, actor: str, on_behalf_of: str | None, as_json: bool) -> None:
    from activities.plan_archive import archive_and_close
    from activities.plans import get_plan
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            live = get_plan(connection, plan)
        path = archive or Path(f"{live.slug}-archive.zip")
        closed, written = archive_and_close(application.office, who, live, application.log_key, path)
        day = application.office.today()
    if as_json:
        print_json(
            {
                "slug": closed.slug,
                "closed_at": closed.closed_at,
                "closed_by": closed.closed_by,
                "archive": str(written.path),
                "sha256": written.digest.hex(),
                "files": written.files,
                "left_out": [{"place": each.place, "reason": each.reason} for each in written.left_out],
            }
        )
    else:
        files = counted("{count} file of evidence", "{count} files of evidence", written.files)
        facts = [(N_("Plan"), closed.slug), (N_("Closed"), day_text(day)), (N_("Archive"), f"{written.path} ({files})")]
        print_facts([*facts, ("SHA-256", written.digest.hex())])
        _print_left_out(written.left_out)
    say(AFTER_CLOSING, slug=closed.slug)


def _print_left_out(left_out: "tuple[LeftOut, ...]") -> None:
    if left_out:
        rows = [(each.place, text(REASONS[each.reason])) for each in left_out]
        print_table((N_("Not in the archive"), N_("Why")), rows)
