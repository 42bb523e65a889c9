"""`opora work`: the worker."""

import click

from engine.errors import N_


@click.command("work", help=N_("Run the worker until it is asked to stop: it does what is due each minute."))
def command() -> None:
    from cli.context import open_application
    from runtime.logs import configure_logs
    from runtime.worker import run_worker

    configure_logs()
    run_worker(open_application())
