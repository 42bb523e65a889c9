"""Whether a process of ours is well: what supervisors and containers ask every half minute, so quick and short."""

import http.client

from engine.database import open_database, reading
from engine.errors import N_, OporaError
from runtime.bootstrap import choose_clock
from runtime.database_marks import refuse_closed
from runtime.heartbeat import MISSED_AFTER, list_machines, this_machine
from runtime.settings import Settings

SECONDS = 5
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "*": "127.0.0.1"}  # noqa: S104  (not listened on, but recognised)


class WebServerIllError(OporaError):
    """The web server does not answer, or says that it cannot work."""

    message = N_("The web server at {host}:{port} is not well: {reason}. See its log, and run opora doctor.")


class WorkerSilentError(OporaError):
    """No worker of this machine has ticked for a while."""

    message = N_("No worker on {machine} has given a sign of life for {minutes} minutes. See its log, and start it.")


def check_web(settings: Settings) -> None:
    """Ask the web server of this machine.

    Raises:
        WebServerIllError: no answer within five seconds, or another one than 200.
    """
    host = _EVERYWHERE.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=SECONDS)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.OK:
            raise WebServerIllError(host=host, port=settings.port, reason=answer.status)
    except (OSError, http.client.HTTPException) as error:
        raise WebServerIllError(host=host, port=settings.port, reason=error or type(error).__name__) from error
    finally:
        connection.close()


def check_worker(settings: Settings, machine: str | None = None) -> None:
    """Look for the sign that the worker of this machine leaves each minute.

    Raises:
        WorkerSilentError: there is none, or it is old.
        DatabaseUnavailableError: the database cannot be read.
        CopyUnfinishedError, DatabaseMovedError: nobody may work in the database.
    """
    name = machine or this_machine()
    engine = open_database(settings.database_url)
    try:
        with reading(engine) as connection:
            refuse_closed(connection)
            last = list_machines(connection).get(name)
    finally:
        engine.dispose()
    if last is None or choose_clock(settings).now() - last > MISSED_AFTER:
        raise WorkerSilentError(machine=name, minutes=int(MISSED_AFTER.total_seconds() // 60))
