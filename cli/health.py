"""`opora health`: for supervisors and containers; people use `opora doctor`."""

import click

from engine.errors import N_


@click.group("health", help=N_("For supervisors: exit 0 where a process on this machine is well, else 1."))
def group() -> None: ...


@group.command("web", help=N_("The web server of this machine answers, and its database is in order."))
def web() -> None:
    from runtime.health import check_web
    from runtime.settings import load_settings

    check_web(load_settings())


@group.command("worker", help=N_("A worker of this machine has given a sign of life within the last minutes."))
def worker() -> None:
    from runtime.health import check_worker
    from runtime.settings import load_settings

    check_worker(load_settings())
