"""`opora calendar lint FILE|URL`: whether calendar programs will read a feed."""

import click

from cli.options import as_json
from cli.output import language, print_json, print_table, say
from engine.errors import N_
from notifications.calendar.lint import lint
from notifications.calendar.lint.findings import PROBLEMS, Finding
from notifications.translation import translate

NOTHING_FOUND = N_("{file}: nothing is wrong.")
OTHER_TYPE = N_("{server} calls it {media_type}. Programs expect text/calendar, and some read nothing else.")
MEDIA_TYPE = "text/calendar"


@click.command(
    "lint", help=N_("Check a calendar file or address (- for standard input); exit 1 where something is wrong.")
)
@click.argument("source", metavar=N_("FILE|URL"))
@as_json
@click.pass_context
def command(context: click.Context, source: str, *, as_json: bool) -> None:
    name, body = _read(context, source)
    findings = lint(body)
    rows = [(finding.line, finding.code, _message(finding)) for finding in findings]
    if as_json:
        print_json([dict(zip(("line", "code", "message"), row, strict=True)) for row in rows])
    elif findings:
        print_table((N_("Line"), N_("Code"), N_("What is wrong")), rows)
    else:
        say(NOTHING_FOUND, file=name)
    if findings:
        context.exit(1)


def _read(context: click.Context, source: str) -> tuple[str, bytes]:
    """What it is called, and what is in it."""
    from cli.calendar_fetch import fetch_calendar, is_address

    if not is_address(source):
        file = click.File("rb").convert(source, None, context)  # closed when the command ends
        return source, file.read()
    fetched = fetch_calendar(source)
    if fetched.media_type != MEDIA_TYPE:
        say(OTHER_TYPE, server=fetched.server, media_type=fetched.media_type)
    return fetched.server, fetched.body


def _message(finding: Finding) -> str:
    return translate(PROBLEMS[finding.code], language(), **finding.details)
