"""The command `opora`: finds the module of a noun, and says what went wrong.

Commands load lazily, so that `opora --help` imports none of them.
"""

import gettext
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, Never

import click
from click.shell_completion import CompletionItem

from cli.localisation import localise
from cli.output import language, say
from engine.errors import N_, OporaError
from notifications.error_text import translate_error
from notifications.translation import LOCALE_DIRECTORY, translate

INTERRUPTED = 130  # 128 + SIGINT, as shells have it

# A noun's module is cli/<noun>.py; it has a `group`, or a `command` where the noun is a verb by itself.
COMMANDS = {
    "plan": N_("Read, import, launch, list and show plans."),
    "activity": N_("List and show the activities of plans."),
    "occurrence": N_("Work on what falls due: dates, evidence, submission, decision."),
    "evidence": N_("Show and fetch what was handed in."),
    "deadline": N_("Show how the text of a deadline is read."),
    "person": N_("The people, what they may do, and how to reach them."),
    "party": N_("Who plans name as responsible, and how the name is spelled."),
    "workday": N_("Days that are worked or off other than the federal calendar says."),
    "report": N_("Write the report on a plan in the plan's own table."),
    "print": N_("Write the acceptance sheet of what was handed in, for paper."),
    "calendar": N_("Calendar subscriptions and files."),
    "mail": N_("Letters: what waits, what was sent, what was not."),
    "history": N_("What happened to an activity or an occurrence, and who did it."),
    "audit": N_("Verify that the history was not altered."),
    "workflow": N_("The workflow that occurrences go through."),
    "simulate": N_("Live a plan through in a copy before it is launched."),
    "outbox": N_("Messages of the program: what waits, what was given up."),
    "init": N_("Make the data folder, the database and the keys."),
    "doctor": N_("Check the installation; each finding comes with its remedy."),
    "health": N_("For supervisors: whether web server and worker are well."),
    "up": N_("Run the web server and the worker."),
    "serve": N_("Run the web server."),
    "work": N_("Run the worker."),
    "tick": N_("Do once everything that is due."),
    "backup": N_("Save the database and the evidence to a file."),
    "restore": N_("Bring back what a backup holds."),
    "database": N_("The database: its version, migrations, moving it elsewhere."),
    "completion": N_("Print the script that completes commands in your shell."),
}


class UnexpectedError(OporaError):
    """A fault in the program itself."""

    message = N_(
        "Something unexpected happened ({kind}); it is a fault of the program, not yours. "
        "Run the command again with -v and send the output to the administrator."
    )


class Opora(click.Group):
    """The root group: imports a noun's module when it is asked for, and catches errors once, for all commands."""

    verbose = False

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (Click's signature, here and below)
        """The nouns, in the order in which they are read."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """A noun's command, its module imported, its help in the person's language."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"cli.{cmd_name}")
        command: click.Command = module.group if hasattr(module, "group") else module.command
        return localise(command, language(), add=[_verbose_option(hidden=True)])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the nouns with the help of the table, which needs no import."""
        with formatter.section(translate(N_("Commands"), language())):
            formatter.write_dl([(name, translate(text, language())) for name, text in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The nouns and options that begin so, without an import: people wait at each key press."""
        nouns = [
            CompletionItem(name, help=translate(text, language()))
            for name, text in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*nouns, *click.Command.shell_complete(self, ctx, incomplete)]

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Never:  # type: ignore[override]
        """Run a command and exit: 0 done, 1 refused or failed, 2 not understood, 130 interrupted.

        Args:
            args: without them, the process's own.
            prog_name: the name shown in help.
            extra: what Click passes on to the context.
        """
        _speak_click(language())
        root = localise(self, language())
        try:
            result = click.Group.main(root, args, prog_name, **extra | {"standalone_mode": False})
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            sys.exit(INTERRUPTED)
        except Exception as error:  # noqa: BLE001  (the one place where everything ends)
            report(error, verbose=root.verbose)
            sys.exit(1)
        # A number only where a command left by `ctx.exit(number)`: commands return nothing.
        sys.exit(result if isinstance(result, int) else 0)


def _speak_click(language: str) -> None:
    """Let Click's own texts come from our catalogue: it asks the standard library, which asks the environment."""
    gettext.bindtextdomain("click", LOCALE_DIRECTORY)
    gettext.textdomain("click")
    os.environ["LANGUAGE"] = language


def report(error: Exception, *, verbose: bool) -> None:
    """Say on stderr what went wrong, the root cause first; the trace only if asked for."""
    if verbose:
        click.echo("".join(traceback.format_exception(error)), err=True)
    for link in reversed(list(_causes(error))):
        # What the system said of a file or a connection helps; other libraries speak to programmers.
        if isinstance(link, OporaError):
            say(N_("Error: {message}"), message=translate_error(link, language()))
        elif isinstance(link, OSError):
            say(N_("Error: {message}"), message=_system_text(link))
    if not isinstance(error, OporaError):
        report(UnexpectedError(kind=type(error).__name__), verbose=False)


def _system_text(error: OSError) -> str:
    """What the system said, in the person's language where it says that often, and of which file."""
    said = translate(error.strerror or str(error), language())
    return f"{said}: {error.filename}" if error.filename else said


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__


def _verbose_option(*, hidden: bool) -> click.Option:
    """`-v`, shown at the root and understood behind every command, where people add it."""
    return click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        hidden=hidden,
        callback=_be_verbose,
        help=N_("Show where in the program an error arose."),
    )


def _be_verbose(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    root = context.find_root().command
    if value and isinstance(root, Opora):
        root.verbose = True


opora = Opora(
    "opora",
    help=N_("Turns the yearly plan of a municipal support centre into running work."),
    params=[_verbose_option(hidden=False)],
)
click.version_option(package_name="opora", help=N_("Show the version."))(opora)


def main() -> None:
    """The console script."""
    opora.main(prog_name="opora")
