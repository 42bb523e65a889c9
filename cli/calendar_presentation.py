"""How a calendar is shown: the options of `opora calendar add`, and the same in words."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from cli.wording import names_text, text
from engine.errors import N_

if TYPE_CHECKING:
    from notifications.calendar.presentation import Presentation

# As in `notifications.calendar.presentation`, which is not loaded for a command line to be read; a test compares them.
SHOWN = {
    "deadline": N_("deadlines, and the days of events"),
    "window": N_("the whole time in which a thing may be done"),
    "both": N_("deadlines and the whole time"),
}
KINDS = {"event": N_("events"), "todo": N_("tasks")}
COLOURS = ("blue", "brown", "gray", "green", "orange", "purple", "red", "teal")
MOST_ALARM_DAYS = 60

TASKS_HAVE_DEADLINES = N_("A task has its deadline only: leave out --show, or --kind todo.")
ALARM = N_("alarm {days} days before, at 9:00")
COLOUR = N_("colour {colour}")

_OPTIONS = (
    click.option(
        "--show", type=click.Choice(list(SHOWN)), help=N_("Which days: the deadline, the whole time, or both.")
    ),
    click.option("--kind", type=click.Choice(list(KINDS)), default="event", help=N_("As events, or as tasks.")),
    click.option(
        "--alarm",
        type=click.IntRange(0, MOST_ALARM_DAYS),
        metavar=N_("DAYS"),
        help=N_("Ring this many days before, at 9:00, for what is still owed; many programs ignore it."),
    ),
    click.option("--colour", type=click.Choice(COLOURS), help=N_("The colour that programs are to show it in.")),
)


def presenting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options; it is called with `presentation`.

    Raises:
        click.UsageError: options that do not go together.
    """

    @wraps(function)
    def command(*, show: str | None, kind: str, alarm: int | None, colour: str | None, **others: Any) -> Any:
        from notifications.calendar.presentation import EntryKind, Presentation, Show

        if kind == "todo" and show not in {None, "deadline"}:
            raise click.UsageError(text(TASKS_HAVE_DEADLINES))
        presentation = Presentation(Show(show or "deadline"), EntryKind(kind), alarm, colour)
        return function(presentation=presentation, **others)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def presentation_words(presentation: "Presentation") -> str:
    """A presentation as people read it."""
    parts = [text(KINDS[presentation.kind]), text(SHOWN[presentation.show])]
    if presentation.alarm_days is not None:
        parts.append(text(ALARM, days=presentation.alarm_days))
    if presentation.colour is not None:
        parts.append(text(COLOUR, colour=presentation.colour))
    return names_text(parts)
