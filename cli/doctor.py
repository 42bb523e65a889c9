"""`opora doctor`: checks the installation, each finding with its remedy."""

from typing import TYPE_CHECKING

import click

from cli.options import as_json
from cli.output import language, print_json
from engine.errors import N_
from notifications.error_text import translate_details

if TYPE_CHECKING:
    from runtime.doctor import Finding

MARKS = {"good": "✓", "notice": "!", "failure": "✗"}


@click.command("doctor", help=N_("Check the installation; exit 1 where something does not work."))
@as_json
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    from runtime.doctor import Level, examine

    found = list(examine())
    if as_json:
        print_json([{"check": each.check, "level": each.level, "message": _say(each)} for each in found])
    else:
        for each in found:
            click.echo(f"{MARKS[each.level]} {_say(each)}")
    if any(each.level is Level.FAILURE for each in found):
        context.exit(1)


def _say(finding: "Finding") -> str:
    return translate_details(finding.text, finding.details, language())
