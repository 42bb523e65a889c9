"""Trying the mail: one letter sent at once, past the queue, each step told."""

from datetime import datetime

from engine.identifiers import new_uuid7
from notifications.mail.contexts import Trial
from notifications.mail.kinds import Kind
from notifications.mail.message import Address, seal_message
from notifications.mail.post import Post
from notifications.mail.render import View, render_letter
from notifications.mail.sender import Sender
from notifications.mail.smtp import Narrator, SmtpTransport
from notifications.mail.transport import Transport


def send_trial(
    post: Post, address: str, language: str, now: datetime, narrate: Narrator, *, anchor: str | None = None
) -> str:
    """Send a letter that says only that it arrived; its message id.

    Args:
        post: the mailbox and the way.
        address: to whom, checked by the caller.
        language: of the letter.
        now: goes into the letter's date and id.
        narrate: is told each step of SMTP that went well.
        anchor: how far the log of history reaches; every letter that leaves the house carries it out.

    Raises:
        TransportError: it was not accepted.
    """
    to = Address(
        name="",
        mail=address,
        language=language,
        message_id=f"<{new_uuid7(lambda: now)}@{post.sender.domain}>",
        references_id=None,
        written_at=now,
        anchor=anchor,
    )
    rendered = render_letter(Kind.TRIAL, Trial(address, now), View(language, address, post.zone))
    _narrating(post.transport, narrate).send(seal_message(rendered, post.sender, to))
    return to.message_id


def find_other_login(transport: Transport, sender: Sender) -> str | None:
    """The login, where it is another address than the sender: most providers then refuse every letter."""
    login = transport.server.login if isinstance(transport, SmtpTransport) else None
    return login if login and "@" in login and login.lower() != sender.address else None


def _narrating(transport: Transport, narrate: Narrator) -> Transport:
    if isinstance(transport, SmtpTransport):
        return SmtpTransport(transport.server, tls=transport.tls, narrate=narrate)
    return transport
