"""`opora up`: web server and worker together."""

import sys

import click

from engine.errors import N_

CHILDREN = ("serve", "work")


@click.command("up", help=N_("Run the web server and the worker; one that ends is started again."))
def command() -> None:
    from cli.context import open_application
    from runtime.logs import configure_logs
    from runtime.supervision import supervise

    configure_logs()
    # What stands in the way of both is said once here, and not again and again by each child.
    open_application().close()
    supervise({name: [sys.executable, "-P", "-m", "cli", name] for name in CHILDREN})
