"""`opora mail bounce, inbox, replies, confirm, dismiss`: what comes back."""

import sys
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from cli.options import acting, as_json
from cli.output import language, print_json, say
from cli.wording import instant_text, text
from engine.errors import N_, OporaError
from notifications.error_text import translate_details

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from notifications.mail.arrivals import Arrival
    from notifications.mail.replies import ArrivedFile
    from runtime.bootstrap import Application

LEFT_OUT = N_("Not taken: {name} ({reason}).")
BELONGS = N_("It belongs to: {occurrence}")
BELONGS_NOWHERE = N_("The letter was about several rows: say which one when you confirm.")
TO_CONFIRM = N_("To take the files as evidence: opora mail confirm {reply} --as PERSON")
TO_DISMISS = N_("Once it is done with: opora mail dismiss {reply} --as PERSON")
NOTHING_WAITS = N_("No answer waits.")
CONFIRMED = N_("Files that are evidence of {occurrence} now: {count}. They are not handed in yet.")
DISMISSED = N_("{reply} is done with.")
READ = N_("Mails read: {count}; of these about letters of ours: {ours}.")


class NoInboxError(OporaError):
    """`OPORA_IMAP_URL` is not set."""

    message = N_(
        "OPORA_IMAP_URL is not set, so no mailbox is read. Set it, or give single mails: opora mail bounce < FILE"
    )


@click.command(
    "bounce", help=N_("Read one mail from standard input: a letter that came back, or an answer with files.")
)
def bounce() -> None:
    from cli.context import open_application
    from notifications.mail.arrivals import receive_mail
    from notifications.mail.incoming import LARGEST_BYTES

    content = sys.stdin.buffer.read(LARGEST_BYTES + 1)
    with closing(open_application()) as application:
        receipt = receive_mail(application.office, content)
    _say_arrival(receipt.text, receipt.details)
    if receipt.reply:
        click.echo(receipt.reply)


@click.command("inbox", help=N_("Read the mailbox of OPORA_IMAP_URL now: letters that came back, answers with files."))
def inbox() -> None:
    from cli.context import open_application
    from notifications.mail.inbox import read_inbox

    with closing(open_application()) as application:
        if application.inbox is None:
            raise NoInboxError
        receipts = read_inbox(application.office, application.inbox, at_once=True)
        for receipt in receipts:
            if receipt.concerns_us:
                _say_arrival(receipt.text, receipt.details)
    say(READ, count=len(receipts), ours=sum(each.concerns_us for each in receipts))


@click.command("replies", help=N_("List the answers that a person has to look at."))
@as_json
def replies(*, as_json: bool) -> None:
    from cli.context import open_application
    from notifications.mail.arrivals import list_arrivals

    with closing(open_application()) as application, application.store.read() as connection:
        found = list_arrivals(connection)
        if as_json:
            print_json([_plain(connection, each) for each in found])
        elif not found:
            say(NOTHING_WAITS)
        else:
            for each in found:
                _print_reply(application, connection, each)


@click.command("confirm", help=N_("Take the files of an answer as evidence; they are not handed in by it."))
@click.argument("reply", metavar=N_("REPLY"))
@click.argument("reference", metavar=N_("REF"), required=False)
@acting()
def confirm(*, reply: str, reference: str | None, actor: str, on_behalf_of: str | None) -> None:
    from activities.occurrences import get_occurrence, resolve_occurrence
    from cli.context import acting as acting_as
    from cli.context import open_application
    from notifications.mail.confirming import confirm_reply

    with closing(open_application()) as application:
        who = acting_as(application, actor, on_behalf_of)
        with application.store.read() as connection:
            target_id = resolve_occurrence(connection, reference).id if reference else None
        added = confirm_reply(application.office, who, reply, target_id)
        with application.store.read() as connection:
            target = get_occurrence(connection, added[0].occurrence_id)
    say(CONFIRMED, count=len(added), occurrence=f"{target.reference} {target.title}")


@click.command("dismiss", help=N_("Say that an answer was looked at and nothing more is to be done with it."))
@click.argument("reply", metavar=N_("REPLY"))
@acting()
def dismiss(*, reply: str, actor: str, on_behalf_of: str | None) -> None:
    from cli.context import acting as acting_as
    from cli.context import open_application
    from notifications.mail.confirming import dismiss_reply

    with closing(open_application()) as application:
        dismiss_reply(application.office, acting_as(application, actor, on_behalf_of), reply)
    say(DISMISSED, reply=reply)


def _say_arrival(template: str, details: Mapping[str, Any]) -> None:
    click.echo(translate_details(template, details, language()), err=True)
    for line in _left_out(details):
        click.echo(line, err=True)


def _left_out(details: Mapping[str, Any]) -> list[str]:
    return [
        text(LEFT_OUT, name=name, reason=translate_details(reason, said, language()))
        for name, reason, said in details.get("left_out", [])
    ]


def _print_reply(application: "Application", connection: "Connection", held: "Arrival") -> None:
    from notifications.mail.replies import list_files

    click.echo(f"{held.short_id}  {instant_text(held.arrived_at, application.settings.zone)}")
    lines = [translate_details(held.template, held.details, language())]
    lines += _left_out(held.details)
    if list_files(connection, held.id):
        target = _target(connection, held)
        lines.append(text(BELONGS, occurrence=target) if target else text(BELONGS_NOWHERE))
        lines.append(text(TO_CONFIRM, reply=held.short_id))
    lines.append(text(TO_DISMISS, reply=held.short_id))
    click.echo("\n".join(f"    {line}" for line in lines))


def _target(connection: "Connection", held: "Arrival") -> str:
    from activities.occurrences import get_occurrence
    from notifications.mail.replies import list_files

    ids = {each.occurrence_id for each in list_files(connection, held.id) if each.occurrence_id}
    found = [get_occurrence(connection, each) for each in ids]
    return ", ".join(f"{each.reference} {each.title}" for each in found)


def _plain(connection: "Connection", held: "Arrival") -> dict[str, Any]:
    from notifications.mail.replies import list_files

    files = list_files(connection, held.id)
    return {
        "id": held.short_id,
        "sort": held.sort,
        "sender": held.sender,
        "arrived_at": held.arrived_at,
        "letter": held.details["letter"],
        "occurrence": _target(connection, held) or None,
        "files": [_plain_file(connection, each) for each in files],
        "left_out": [{"name": name, "reason": reason} for name, reason, _ in held.details.get("left_out", [])],
    }


def _plain_file(connection: "Connection", held: "ArrivedFile") -> dict[str, Any]:
    from activities.evidence_scanning import read_scans

    scan = read_scans(connection, [held.blob_digest]).get(held.blob_digest)
    return {
        "name": held.name,
        "size": held.size,
        "sha256": held.blob_digest.hex(),
        "scanned_at": scan.scanned_at if scan else None,
        "threat": (scan.threat or None) if scan else None,
    }
