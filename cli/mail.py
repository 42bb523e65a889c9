"""`opora mail`: what letters wait, what they look like, and whether the mail works at all."""

from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from cli.mail_arrivals import bounce, confirm, dismiss, inbox, replies
from cli.options import acting, as_json
from cli.output import language, print_json, print_table, say
from cli.wording import instant_text, word
from engine.errors import N_

if TYPE_CHECKING:
    from notifications.mail.letters import Letter
    from runtime.bootstrap import Application

KINDS = {
    "evidence_awaits": N_("decisions awaited"),
    "returned": N_("returned"),
    "decided": N_("receipt of a decision"),
    "date_moved": N_("a date was moved"),
    "date_declined": N_("a date stands"),
    "called_off": N_("called off"),
    "reopened": N_("opened again"),
    "escalation": N_("a decision is late"),
    "morning_digest": N_("morning digest"),
    "weekly_summary": N_("the week's summary"),
    "monthly_report": N_("the month's report"),
    "sign_in": N_("own links"),
    "trial": N_("trial"),
}
LETTER_STATES = {
    "queued": N_("waits"),
    "leased": N_("about to be sent"),
    "transmitting": N_("being sent"),
    "sent": N_("sent"),
    "deferred": N_("refused for now"),
    "dead": N_("cannot be delivered"),
    "dropped": N_("no longer needed"),
}
PAUSED = N_("The mailbox rests until {until}: {reason}")
NO_LETTERS = N_("There are no letters.")
FILED = N_("No mail server is set (OPORA_SMTP_URL); the letter lies in {folder}.")
CHECKPOINT = N_("Like every letter, it carries the checkpoint of the log (X-Opora-Checkpoint): {anchor}")
FROM_DIFFERS = N_(
    "The sender {sender} is not the login {login}: most providers refuse that. Set OPORA_MAIL_FROM to the login."
)
REVIVED = N_("{letter} waits to be sent again.")
LINKS_QUEUED = N_("A letter with the links goes to {email}.")
LINKS_ENOUGH = N_("{email} got such letters several times within the hour; nothing was sent. Look among unwanted mail.")
NO_LINKS_YET = N_("It carries no links: set OPORA_PUBLIC_URL to where people reach the server.")
WOKEN = N_("The mailbox sends again.")


@click.group("mail", help=N_("Letters: what waits, what was sent, what was not."))
def group() -> None:
    """The noun."""


@group.command("list", help=N_("List letters, the newest first, and say whether the mailbox rests."))
@click.option("--state", type=click.Choice(list(LETTER_STATES)), multiple=True, help=N_("Only letters in this state."))
@click.option(
    "--limit", type=click.IntRange(1), default=100, show_default=True, metavar=N_("NUMBER"), help=N_("At most so many.")
)
@as_json
def list_command(*, state: tuple[str, ...], limit: int, as_json: bool) -> None:
    from cli.context import open_application
    from notifications.mail.letters import list_letters

    with closing(open_application()) as application:
        with application.store.read() as connection:
            letters = list_letters(connection, state, limit)
        if as_json:
            print_json([_plain(letter) for letter in letters])
        elif letters:
            _print_letters(application, letters)
        else:
            say(NO_LETTERS)
        _say_pause(application)


@group.command("preview", help=N_("Show a letter of a kind, filled with invented rows; sends nothing."))
@click.argument("kind", type=click.Choice(list(KINDS)), metavar=N_("KIND"))
@click.option("--html", is_flag=True, help=N_("The HTML instead of the text."))
def preview(*, kind: str, html: bool) -> None:
    from notifications.mail.kinds import Kind
    from notifications.mail.render import View, render_letter
    from notifications.mail.samples import SAMPLE_GRANT, SAMPLE_URL, SAMPLES, sample_pages
    from runtime.settings import load_settings

    view = View(
        language(), "anna@moc.example", load_settings().zone, {SAMPLE_GRANT: SAMPLE_URL}, pages=sample_pages(Kind(kind))
    )
    rendered = render_letter(Kind(kind), SAMPLES[Kind(kind)], view)
    click.echo(rendered.html if html else f"{rendered.subject}\n\n{rendered.text}", nl=False)


@group.command("test", help=N_("Send a letter to an address now and tell each step; wakes a mailbox that rests."))
@click.argument("address", metavar=N_("ADDRESS"))
def test(*, address: str) -> None:
    from activities.people import fold_address
    from cli.context import open_application
    from engine.transparency import find_anchor
    from notifications.mail.mailbox import wake_mailbox
    from notifications.mail.remedies import find_remedy
    from notifications.mail.smtp import SmtpTransport
    from notifications.mail.transport import TransportError
    from notifications.mail.trial import find_other_login, send_trial

    folded = fold_address(address)
    with closing(open_application()) as application:
        post, settings = application.post, application.settings
        login = find_other_login(post.transport, post.sender)
        if login:
            say(FROM_DIFFERS, sender=post.sender.address, login=login)
        with application.store.read() as connection:
            anchor = find_anchor(connection)
        told: list[str] = []

        def narrate(text: str, /, **details: object) -> None:
            told.append(text)
            say(text, **details)

        try:
            message_id = send_trial(post, folded, language(), application.store.clock.now(), narrate, anchor=anchor)
        except TransportError as trouble:
            if isinstance(post.transport, SmtpTransport):
                say(find_remedy(told, trouble, post.transport.server.security))
            raise
        with application.store.write() as work:
            wake_mailbox(work, post.sender.address)
    if anchor:
        say(CHECKPOINT, anchor=anchor)
    if settings.smtp_url is None:
        say(FILED, folder=settings.mail_dir)
    click.echo(message_id)


@group.command("retry", help=N_("Queue a letter again that could not be delivered."))
@click.argument("letter", metavar=N_("LETTER"))
def retry(*, letter: str) -> None:
    from cli.context import open_application
    from notifications.mail.letters import revive_letter

    with closing(open_application()) as application, application.store.write() as work:
        revive_letter(work, letter)
        work.ring_on_commit()
    say(REVIVED, letter=letter)


@group.command("resume", help=N_("Let a mailbox that rests send again, once its trouble is over."))
def resume() -> None:
    from cli.context import open_application
    from notifications.mail.mailbox import wake_mailbox

    with closing(open_application()) as application, application.store.write() as work:
        wake_mailbox(work, application.post.sender.address)
        work.ring_on_commit()
    say(WOKEN)


@group.command("links", help=N_("Send a person all links that are theirs, to the address that is known."))
@click.argument("person", metavar=N_("PERSON"))
@acting()
def links_command(*, person: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.enrolment import check_enrolling
    from activities.people import get_person
    from cli.context import open_application
    from cli.person_roles import find_actor
    from notifications.mail.compose import Clerk
    from notifications.mail.sign_in import write_links

    with closing(open_application()) as application, application.store.write() as work:
        found = get_person(work.connection, person)
        who = find_actor(application, actor, on_behalf_of)
        if who is None or who.person.id != found.id:
            check_enrolling(work.connection, who)
        clerk = Clerk(application.office, application.post.sender.domain)
        queued = write_links(clerk, work, found)
        work.ring_on_commit()
    say(LINKS_QUEUED if queued else LINKS_ENOUGH, email=found.email)
    if not application.links.leave_the_house:
        say(NO_LINKS_YET)


for command in (bounce, inbox, replies, confirm, dismiss):
    group.add_command(command)


def _plain(letter: "Letter") -> dict[str, Any]:
    names = ("kind", "state", "recipient", "language", "message_id", "attempts", "error")
    instants = {name: getattr(letter, name) for name in ("created_at", "send_at", "sent_at")}
    return {"id": letter.short_id, **{name: getattr(letter, name) for name in names}, **instants}


def _print_letters(application: "Application", letters: "list[Letter]") -> None:
    zone = application.settings.zone
    columns = (N_("Letter"), N_("Kind"), N_("To"), N_("State"), N_("Written"), N_("Sent or next"), N_("Trouble"))
    rows = (
        (
            letter.short_id,
            word(KINDS, letter.kind),
            letter.recipient,
            word(LETTER_STATES, letter.state),
            instant_text(letter.created_at, zone),
            instant_text(letter.sent_at or letter.send_at, zone),
            letter.error,
        )
        for letter in letters
    )
    print_table(columns, rows)


def _say_pause(application: "Application") -> None:
    from notifications.mail.mailbox import find_mailbox

    with application.store.read() as connection:
        mailbox = find_mailbox(connection, application.post.sender.address)
    if mailbox and mailbox.paused_until and mailbox.rests(application.store.clock.now()):
        until = instant_text(mailbox.paused_until, application.settings.zone)
        say(PAUSED, until=until, reason=mailbox.reason)
