"""`opora print`: the sheet on which a submission is accepted on paper."""

from contextlib import closing
from pathlib import Path

import click

from cli.changing import reference_argument
from cli.output import say
from engine.errors import N_, OporaError

PRINTED = N_("The acceptance sheet of version {version} is in {file}.")


class NothingToPrintError(OporaError):
    """No such version was handed in."""

    message = N_("There is no such version of {id} to print. See what was handed in: opora occurrence show {id}.")


@click.command("print", help=N_("Write the acceptance sheet of what was handed in as .docx, to be signed on paper."))
@reference_argument
@click.option("--version", type=int, metavar=N_("NUMBER"), help=N_("Which version; by default the newest."))
@click.option("--out", type=click.Path(path_type=Path), metavar=N_("FILE"), help=N_("Where it is written, .docx."))
def command(*, reference: str, version: int | None, out: Path | None) -> None:
    from activities.acceptance_sheet import gather_sheet, write_sheet
    from activities.occurrences import resolve_occurrence
    from activities.submissions import list_submissions
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        office = application.office
        target = resolve_occurrence(connection, reference)
        sealed = [each for each in list_submissions(connection, target.id) if version in {None, each.version}]
        if not sealed:
            raise NothingToPrintError(id=target.short_id)
        sheet = gather_sheet(connection, target, sealed[-1], office.calendar.zone, office.today())
    file = out or Path(f"{target.short_id}-v{sealed[-1].version}.docx")
    write_sheet(sheet, file)
    say(PRINTED, version=sealed[-1].version, file=file)
