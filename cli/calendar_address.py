"""The address of a calendar, at the one moment at which it is known: printed, as a code, and as a file."""

import sys
from typing import TYPE_CHECKING

import click

from cli.output import print_json, say
from engine.errors import N_

if TYPE_CHECKING:
    from notifications.calendar.subscriptions import Subscription
    from runtime.bootstrap import Application

PRIVATE = N_(
    "The address of “{name}” ({short_id}) is shown this once: whoever has it reads the calendar. "
    "Lost: opora calendar rotate {short_id}. In wrong hands: opora calendar revoke {short_id}."
)
INSIDE = N_(
    "It works on this machine only, since OPORA_PUBLIC_URL is not set. "
    "Set it to the address that people reach the server at, then rotate the calendar."
)

with_code = click.option(
    "--code/--no-code",
    default=None,
    help=N_("Print a code for a phone's camera too; by itself on a terminal."),
)


def print_address(
    application: "Application", made: "Subscription", token: str, *, as_json: bool, code: bool | None
) -> None:
    """The addresses on stdout, the code and what to know on stderr.

    Args:
        application: whose address it is.
        made: the subscription.
        token: the secret of its address.
        as_json: as data.
        code: whether to print the code for a camera; None: where stderr is a terminal.
    """
    urls = _urls(application, token)
    if as_json:
        print_json({"id": made.short_id, "name": made.name, **urls})
    else:
        for url in urls.values():
            click.echo(url)
    if sys.stderr.isatty() if code is None else code:
        from notifications.camera_code import render_blocks

        click.echo(render_blocks(urls["page"]), err=True)
    say(PRIVATE, name=made.name, short_id=made.short_id)
    if application.settings.public_url is None:
        say(INSIDE)


def _urls(application: "Application", token: str) -> dict[str, str]:
    settings = application.settings
    # The first for programs, the second for a click on the same device, the third says how, for people.
    base = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    feed = f"{base}/c/{token}.ics"
    return {"url": feed, "webcal": f"webcal:{feed.partition(':')[2]}", "page": f"{base}/c/{token}"}


def begin_file(application: "Application", made: "Subscription", token: str) -> None:
    """Begin the file of a new address, where calendars are files too, and remove that of the old one.

    Called once the address is printed: it would be lost if the folder cannot be written.
    """
    from notifications.calendar.feed_folder import FeedFolder

    if application.settings.feed_dir is not None:
        FeedFolder(application.settings.feed_dir).offer(application.office, made, token)
        keep_up_files(application)


def keep_up_files(application: "Application") -> None:
    """Let a dead address have no file, at once and not with the next tick."""
    from notifications.calendar.feed_folder import FeedFolder

    if application.settings.feed_dir is not None:
        FeedFolder(application.settings.feed_dir).keep_up(application.office)
