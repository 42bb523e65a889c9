"""How many calendars a second the web server hands out on one core, beside a server that only says hello.

    python benchmarks/feed_server.py [--requests 2000] [--connections 8] [--json]

Each server is waitress in a process of its own, held to one core (Linux); the client is this process, held to another
where there is one, over loopback, a few at once, each with a connection of its own: calendar programs come once an
hour, and waitress ends the connection after each 304 anyway. In answers by the second of processor time that the
server took, which a busy machine does not lower, with the ratio to hello by that; by the clock's second beside it:

- hello: a WSGI application of three lines;
- big hello: the same with as many bytes as the calendar has;
- not modified: 304, the client names the tag that it holds;
- packed: 200 with a calendar of 1,000 entries, gzip, as programs ask for it;
- whole: the same plain.

The calendar's bytes stand in the database (SQLite) as a worker leaves them. Goals: 1,500 a second of not modified, 500
of the calendar.
"""

import argparse
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import insert

from activities.occurrences import OccurrenceFilter
from benchmarks.feeds import PLAN, iter_events
from benchmarks.figures import Figure, in_short, options, show
from engine.unit_of_work import SilentBell
from notifications.calendar.conditional import strong_etag
from notifications.calendar.emission import pack
from notifications.calendar.rendering import render_calendar, render_event
from notifications.calendar.subscriptions import NewSubscription, add_subscription
from notifications.tables import feed
from runtime.bootstrap import Application, build_application
from runtime.installation import Purpose, initialise
from runtime.settings import Settings

ENTRIES = 1000
THREADS = 8
UNLIMITED = 10**9
"""As `OPORA_FEED_LIMIT`: the one calendar is fetched by all."""
_BUFFER = bytearray(1 << 20)
Answers = tuple[float, float]
"""A second of the clock, and of processor time."""


def greet(body: bytes) -> Callable[[object, Callable[..., object]], list[bytes]]:
    """A WSGI application that says the same to everybody."""

    def application(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    return application


def settings_of(folder: Path) -> Settings:
    database = f"sqlite:///{folder / 'opora.db'}"
    return Settings(_env_file=None, data_dir=folder, database_url=database, feed_limit=UNLIMITED)


def prepare(application: Application) -> tuple[str, bytes]:
    """Path and bytes of a stored calendar."""
    made, token = add_subscription(application.office, NewSubscription("План", OccurrenceFilter()))
    body = render_calendar(PLAN, map(render_event, iter_events(ENTRIES)))
    with application.store.write() as work:
        values = {
            "shown_on": application.office.today(),
            "stamp": bytes(32),
            "etag": strong_etag(body),
            "modified_at": work.now,
            "events": ENTRIES,
            "left_out": 0,
            "body": body,
            "packed": pack(body),
        }
        work.connection.execute(insert(feed).values(subscription_id=made.id, **values))
    return f"/c/{token}.ics", body


def serve(folder: str) -> None:
    """In the process of its own: serve until killed; says its port first."""
    import waitress

    from web.app import create_app

    hold_to_core(0)
    app = (
        greet(b"." * int(folder))
        if folder.isdigit()
        else create_app(build_application(settings_of(Path(folder)), SilentBell()))
    )
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident=None)
    print(server.effective_port, flush=True)
    server.run()


def hold_to_core(number: int) -> None:
    """As far as the system can and there is such a core."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[number % len(cores)]})


@contextmanager
def running(folder: str) -> Iterator[tuple[int, int]]:
    """Port and process id of a server: of ours in a folder, or of one that says so many bytes."""
    command = [sys.executable, __file__, f"--serve={folder}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline()), process.pid
        finally:
            process.kill()


@dataclass(frozen=True)
class Load:
    """What is asked, and how often.

    Attributes:
        header: lines that end with CR LF.
        at_once: connections beside each other.
    """

    path: str
    header: str
    status: int
    requests: int
    at_once: int


def measure(server: tuple[int, int], load: Load) -> Answers:
    """Answers by the second of the clock, and of processor time."""
    port, pid = server
    request = f"GET {load.path} HTTP/1.1\r\nHost: localhost\r\n{load.header}Connection: close\r\n\r\n".encode()
    ask(port, request, replace(load, requests=load.at_once))  # what is loaded at the first request is not measured
    started, used = perf_counter(), processor_seconds(pid)
    answers = ask(port, request, load)
    return answers / (perf_counter() - started), answers / (processor_seconds(pid) - used)


def processor_seconds(pid: int) -> float:
    """What a process has taken of the processors, in user and system mode (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ask(port: int, request: bytes, load: Load) -> int:
    """How many answers came; so many connections at once, each for one request."""
    answers = 0
    while answers < load.requests:
        opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(load.at_once)]
        for each in opened:
            each.sendall(request)
        for each in opened:
            read_answer(each, load.status)
            each.close()
        answers += len(opened)
    return answers


def read_answer(connection: socket.socket, status: int) -> None:
    """Looks at status and length alone: what the client does takes the clock's time too."""
    begun = connection.recv_into(_BUFFER)
    head = bytes(_BUFFER[:begun]).partition(b"\r\n\r\n")[0]
    read = begun
    while more := connection.recv_into(_BUFFER):
        read += more
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    whole = len(head) + len(b"\r\n\r\n") + int(length.partition(b":")[2])
    if not head.startswith(f"HTTP/1.1 {status} ".encode()) or read != whole:
        raise SystemExit(f"not the answer that was to be measured: {head.decode()}")


def compare(folder: Path, requests: int, at_once: int) -> dict[str, Answers]:
    settings = settings_of(folder)
    initialise(settings, Purpose.TEST)
    application = build_application(settings, SilentBell())
    path, body = prepare(application)
    application.close()
    hold_to_core(1)
    held = f"If-None-Match: {strong_etag(body)}\r\n"
    with running("5") as server:
        figures = {"hello": measure(server, Load("/", "", 200, requests, at_once))}
    with running(str(len(body))) as server:
        figures["big hello"] = measure(server, Load("/", "", 200, requests // 4, at_once))
    with running(str(folder)) as server:
        figures["not modified"] = measure(server, Load(path, held, 304, requests, at_once))
        figures["packed"] = measure(server, Load(path, "Accept-Encoding: gzip\r\n", 200, requests // 2, at_once))
        figures["whole"] = measure(server, Load(path, "", 200, requests // 4, at_once))
    return figures


GOALS = {"not modified": "at least 1,500/s", "packed": "at least 500/s", "whole": "at least 500/s"}


def figure(name: str, found: Answers, hello: Answers) -> Figure:
    by_clock, by_processor = found
    note = f"by the clock {in_short(by_clock)}"
    beside = (None, "") if found is hello else (hello[1], "hello")
    return Figure("feed_server", name, by_processor, "answers/s", 0, *beside, goal=GOALS.get(name, ""), note=note)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--requests", type=int, default=2000, help="answers that are counted; of big ones fewer")
    parser.add_argument("--connections", type=int, default=8, help="connections at once")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        serve(arguments.serve)
        return
    with TemporaryDirectory() as folder:
        found = compare(Path(folder), arguments.requests, arguments.connections)
    show((figure(name, each, found["hello"]) for name, each in found.items()), as_json=arguments.json)


if __name__ == "__main__":
    main()
