"""`opora serve`: the web server."""

import signal
import sys

import click

from cli.output import say
from engine.errors import N_

SERVING = N_("The web server answers at http://{host}:{port}. Stop it with Ctrl-C.")
THREADS = 8
PROXY_HEADERS = "x-forwarded-for"


@click.command("serve", help=N_("Run the web server until it is asked to stop."))
def command() -> None:
    import waitress

    from cli.context import open_application
    from runtime.logs import configure_logs
    from web.app import create_app

    configure_logs()
    application = open_application()
    settings = application.settings
    # Without a proxy of ours anybody could write these headers, so they are cleared.
    trust = {"trusted_proxy": settings.trusted_proxy, "trusted_proxy_headers": PROXY_HEADERS}
    server = waitress.create_server(
        create_app(application),
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        ident=None,
        **(trust if settings.trusted_proxy else {}),
    )
    # Waitress lets requests finish on SystemExit; the default of SIGTERM would cut them off.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    say(SERVING, host=settings.host, port=settings.port)
    server.run()
