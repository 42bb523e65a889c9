"""`make demo`: the sample plan, half a year of it lived through, then web server and worker, until Ctrl-C.

Everything goes the way it goes in an office: the commands of the README, then the production code under a clock file.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import date
from email import policy
from email.parser import BytesParser
from pathlib import Path

import click

from activities.occurrences import OccurrenceFilter
from cli.context import open_application
from engine.clock import FileClock
from engine.unit_of_work import SilentBell
from examples.half_year import live
from notifications.calendar.subscriptions import NewSubscription, add_subscription
from runtime.ticking import run_tick

HERE = Path(__file__).resolve().parent
COORDINATOR = "lavrentieva@parus.example.org"
LAUNCHED_AT, TODAY = "2026-01-12T05:00:00Z", date(2026, 6, 23)
SECONDS_TO_START, SECONDS_TO_STOP = 30, 15
LINK = re.compile(r"https?://\S+/d/\S+")


@click.command()
@click.option("--once", is_flag=True, help="Do everything, open the calendar and the link once, and end.")
@click.option("--keep", is_flag=True, help="Leave the data folder where it is.")
def main(*, once: bool, keep: bool) -> None:
    """Show Opora at work on a plan of its own, in a folder that is thrown away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="opora-demo-"))
    try:
        _run(folder, once=once)
    except KeyboardInterrupt:
        click.echo("\nОстановлено.")
    finally:
        if not keep:
            shutil.rmtree(folder)


def _run(folder: Path, *, once: bool) -> None:
    began = time.monotonic()
    port = _free_port()
    _leave_the_office(folder)
    os.environ.update(
        OPORA_DATA_DIR=str(folder / "data"),
        OPORA_CLOCK=f"file:{folder / 'clock'}",
        OPORA_PUBLIC_URL=f"http://127.0.0.1:{port}",
        OPORA_PORT=str(port),
        OPORA_MAIL_FROM="opora@parus.example.org",
        OPORA_LANG="ru",
    )
    (folder / "clock").write_text(LAUNCHED_AT, encoding="ascii")
    _import_and_launch()
    click.echo(f"Проживаю полгода, до {TODAY:%d.%m.%Y} …")
    feed_url = _live_half_a_year(FileClock(folder / "clock"))
    _opora("plan", "show")
    server = subprocess.Popen(_command("up"))
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}/health", server)
        _tell(folder / "data" / "mail", feed_url, time.monotonic() - began)
        if once:
            _open_once(feed_url, _newest_link(folder / "data" / "mail"))
        else:
            click.echo("Остановить: Ctrl-C")
            server.wait()
    finally:
        server.terminate()
        server.wait(timeout=SECONDS_TO_STOP)


def _leave_the_office(folder: Path) -> None:
    """Whatever is set for a real office, its mailbox first of all, is not set here; its `.env` is not found."""
    for name in [each for each in os.environ if each.startswith("OPORA_")]:
        del os.environ[name]
    os.chdir(folder)


def _import_and_launch() -> None:
    _opora("init", "--purpose", "demo")
    _opora("person", "add", COORDINATOR, "--name", "Лаврентьева Ольга Сергеевна", "--role", "coordinator")
    _opora("plan", "import", str(HERE / "plan-2026.docx"), "--as", COORDINATOR)
    # The table of people names a section of the plan, so the plan comes first.
    _opora("person", "import", str(HERE / "people.xlsx"), "--as", COORDINATOR)
    _opora("plan", "launch", "--as", COORDINATOR)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "cli", *arguments]


def _opora(*arguments: str) -> None:
    click.secho(f"$ opora {' '.join(arguments)}", bold=True)
    subprocess.run(_command(*arguments), check=True)


def _live_half_a_year(clock: FileClock) -> str:
    """Live until `TODAY`; the address of a calendar of everything."""
    application = open_application(SilentBell())
    try:
        _, token = add_subscription(application.office, NewSubscription("Все сроки", OccurrenceFilter()))
        live(application.office, clock, TODAY, lambda: run_tick(application))
    finally:
        application.close()
    return f"{os.environ['OPORA_PUBLIC_URL']}/c/{token}.ics"


def _newest_link(mail: Path) -> str:
    """The link of the newest letter that asks for a decision."""
    found = ""
    newest = None
    for path in mail.glob("*.eml"):
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        body = message.get_body(("plain",))
        link = LINK.search(body.get_content()) if body else None
        sent_at = message["Date"].datetime
        if link and (newest is None or sent_at > newest):
            newest, found = sent_at, link[0]
    return found


def _tell(mail: Path, feed_url: str, seconds: float) -> None:
    letters = len(list(mail.glob("*.eml")))
    click.echo(f"\nГотово за {seconds:.0f} с. Сегодня в демонстрации {TODAY:%d.%m.%Y}.")
    click.echo(f"  календарь сроков:      {feed_url}")
    click.echo(f"  решение по ссылке:     {_newest_link(mail)}")
    click.echo(f"  письма ({letters}):          {mail}")


def _open_once(feed_url: str, link: str) -> None:
    """Open what was printed, as a person would; the demo fails if one of them does not answer."""
    with urllib.request.urlopen(feed_url, timeout=SECONDS_TO_START) as answer:
        entries = answer.read().count(b"BEGIN:VEVENT")
    with urllib.request.urlopen(link, timeout=SECONDS_TO_START) as answer:
        page = answer.read().decode()
    if not entries or "<form" not in page:
        raise SystemExit("the demo's calendar is empty or its link leads nowhere")
    click.echo(f"Проверено: записей в календаре — {entries}, страница решения открывается.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(SECONDS_TO_START * 5):
        if server.poll() is not None:
            raise SystemExit("the server ended before it answered")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("the server does not answer")


if __name__ == "__main__":
    main()
