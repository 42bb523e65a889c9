"""Options that many commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from cli.environment import ACTOR, find_setting
from cli.output import language
from engine.errors import N_
from notifications.translation import translate

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

NO_ACTOR = N_(
    "Who is acting? Add --as PERSON (a mail address or a short id), or set OPORA_ACTOR in the environment or in .env."
)

as_json = click.option("--json", "as_json", is_flag=True, help=N_("Print JSON for programs."))


def acting(*, required: bool = True) -> Callable[[Decorated], Decorated]:
    """Give a command `--as` and `--for`: it takes `actor: str` and `on_behalf_of: str | None`.

    Args:
        required: without an actor the command is refused; else `actor` may be None.
    """

    def check(context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
        if required and not value and not context.resilient_parsing:
            raise click.UsageError(translate(NO_ACTOR, language()))
        return value or None

    def decorate(command: Decorated) -> Decorated:
        command = click.option(
            "--for", "on_behalf_of", metavar=N_("PERSON"), help=N_("On whose behalf it is done: a mail address or id.")
        )(command)
        return click.option(
            "--as",
            "actor",
            metavar=N_("PERSON"),
            envvar=ACTOR,
            default=lambda: find_setting(ACTOR),
            show_envvar=True,
            callback=check,
            help=N_("Who is acting: a mail address or a short id."),
        )(command)

    return decorate
