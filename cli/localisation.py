"""Shows a command's help in the person's language.

Authors write `help=N_("…")` and `metavar=N_("…")`; Click shows them as they are. So the tree of
commands is copied with its texts translated, for one run: the originals keep the catalogue's keys.
"""

from collections.abc import Sequence
from copy import copy
from typing import TypeVar

import click

from engine.errors import N_
from notifications.translation import translate

Thing = TypeVar("Thing")
Command = TypeVar("Command", bound=click.Command)

_TEXTS_OF_COMMANDS = ("help", "short_help", "epilog", "options_metavar", "subcommand_metavar")
_TEXTS_OF_PARAMETERS = ("help", "metavar", "prompt")
METAVARS_OF_CLICK = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."))  # its own, but it does not translate them


def localise(command: Command, language: str, add: Sequence[click.Parameter] = ()) -> Command:
    """A copy of a command and all below it, its texts translated.

    Args:
        command: left as it is.
        language: `ru` or `en`.
        add: parameters that every one of the commands gets.
    """
    copied = _translated(command, _TEXTS_OF_COMMANDS, language)
    copied.short_help = copied.short_help or copied.help  # else Click cuts it off in the list of commands
    copied.params = [_translated(parameter, _TEXTS_OF_PARAMETERS, language) for parameter in [*command.params, *add]]
    if isinstance(copied, click.Group):
        copied.commands = {name: localise(below, language, add) for name, below in copied.commands.items()}
    return copied


def _translated(thing: Thing, attributes: Sequence[str], language: str) -> Thing:
    copied = copy(thing)
    for attribute in attributes:
        text = getattr(thing, attribute, None)
        if isinstance(text, str):
            setattr(copied, attribute, translate(text, language))
    return copied
