"""`opora calendar lint FILE`: whether calendar programs will read a feed."""

from typing import BinaryIO

import click

from cli.options import as_json
from cli.output import language, print_json, print_table, say
from engine.errors import N_
from notifications.calendar.lint import lint
from notifications.calendar.lint.findings import PROBLEMS, Finding
from notifications.translation import translate

NOTHING_FOUND = N_("{file}: nothing is wrong.")


@click.command("lint", help=N_("Check a calendar file (- for standard input); exit 1 where something is wrong."))
@click.argument("file", type=click.File("rb"), metavar=N_("FILE"))
@as_json
@click.pass_context
def command(context: click.Context, file: BinaryIO, *, as_json: bool) -> None:
    findings = lint(file.read())
    rows = [(finding.line, finding.code, _message(finding)) for finding in findings]
    if as_json:
        print_json([dict(zip(("line", "code", "message"), row, strict=True)) for row in rows])
    elif findings:
        print_table((N_("Line"), N_("Code"), N_("What is wrong")), rows)
    else:
        say(NOTHING_FOUND, file=file.name)
    if findings:
        context.exit(1)


def _message(finding: Finding) -> str:
    return translate(PROBLEMS[finding.code], language(), **finding.details)
