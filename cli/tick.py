"""`opora tick`: does what is due, once."""

from contextlib import closing
from datetime import datetime
from typing import Any

import click

from cli.options import as_json
from cli.output import language, print_json, print_table, say
from engine.errors import N_, OporaError
from notifications.error_text import translate_error
from notifications.translation import translate

NOT_AN_INSTANT = N_("“{instant}” is not an instant. Write it like 2026-03-02T09:00 or 2026-03-02T06:00Z.")
FAILED = N_("{part}: {reason}")


class Instant(click.ParamType[datetime]):
    """An instant in ISO 8601; without a zone, the local time of the installation."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, perhaps still without a zone."""
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(translate(NOT_AN_INSTANT, language(), instant=value), param, ctx)


@click.command("tick", help=N_("Do once everything that is due: timers, letters, calendars."))
@click.option(
    "--at",
    "instant",
    type=Instant(),
    metavar=N_("INSTANT"),
    help=N_("First move the clock file to this instant, such as 2026-03-02T09:00 (local) or 2026-03-02T06:00Z."),
)
@as_json
@click.pass_context
def command(context: click.Context, instant: datetime | None, *, as_json: bool) -> None:
    from cli.context import open_application
    from engine.unit_of_work import SilentBell
    from runtime.clock_file import move_clock
    from runtime.ticking import run_tick

    with closing(open_application(SilentBell())) as application:
        if instant is not None:
            move_clock(application, instant if instant.tzinfo else instant.replace(tzinfo=application.settings.zone))
        report = run_tick(application)
    failures = {name: _reason(error) for name, error in report.failures.items()}
    if as_json:
        print_json({"done": report.done, "failures": failures})
    else:
        print_table((N_("Part"), N_("Done")), [(translate(each, language()), n) for each, n in report.done.items()])
    for name, reason in failures.items():
        say(FAILED, part=translate(name, language()), reason=reason)
    if failures:
        context.exit(1)


def _reason(error: Exception) -> str:
    return translate_error(error, language()) if isinstance(error, OporaError) else f"{type(error).__name__}: {error}"
