"""`opora completion`: the script that lets a shell complete commands."""

import click
from click.shell_completion import get_completion_class

from engine.errors import N_


@click.command("completion", help=N_("Print the script that completes commands in your shell."))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    completion = get_completion_class(shell)
    if completion is None:
        raise LookupError(shell)
    script = completion(context.find_root().command, {}, "opora", "_OPORA_COMPLETE").source()
    click.echo(script)
