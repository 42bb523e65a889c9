"""Sending by SMTP (RFC 5321): one recipient a transaction, each reply read at its own step.

smtplib's `sendmail` folds the steps into one; here the step decides what a refusal means. A refused recipient is that
letter's trouble; a refused login or sender address would refuse every letter, so it pauses the mailbox.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.errors import N_
from notifications.links import hide_tokens
from notifications.mail.smtp_url import Security, SmtpServer
from notifications.mail.transport import Envelope, Pause, TransportError

TIMEOUT_SECONDS = 60
"""For each wait; a server that trickles is held off by the lease's fencing, not by this."""
GOODBYE_SECONDS = 5
"""For the answer to QUIT, which no longer matters."""

Narrator = Callable[..., None]
"""Called with a marked text and its details after each step that went well."""

# What providers say when the mailbox is to be left alone: Yandex 451 4.5.1 / 554 5.7.1, Mail.ru "Ratelimit exceeded",
# Gmail 5.4.5 "Daily user sending limit exceeded", 5.7.1 "suspicion of SPAM".
_LEAVE_ALONE = re.compile(r"spam|limit|quota exceeded for sending|too many (messages|letters|mails)", re.IGNORECASE)
# A recipient's own limits, which say nothing about our mailbox: size (5.3.4), full mailbox (x.2.2).
_RECIPIENTS_OWN = re.compile(r"size limit|message size|mailbox (is )?full|over quota|\b[45]\.2\.2\b", re.IGNORECASE)

CONNECTED = N_("Connected to {host}:{port}.")
ENCRYPTED = N_("The connection is encrypted ({version}) and the certificate fits the server's name.")
LOGGED_IN = N_("Logged in as {login}.")
SENDER_ACCEPTED = N_("The sender {sender} is accepted.")
RECIPIENT_ACCEPTED = N_("The recipient {recipient} is accepted.")
LETTER_ACCEPTED = N_("The letter is accepted: {reply}")


class MeaninglessReplyError(smtplib.SMTPException):
    """What the server said is no reply, so nobody knows where the conversation stands."""


def _silent(_text: str, **_details: object) -> None:
    """Tell nobody."""


class SmtpTransport:
    """Sends each letter over a connection of its own.

    Args:
        server: where, and how to log in.
        tls: certificates to trust; by default those of the system.
        narrate: is told each step that went well, for `opora mail test`.
    """

    def __init__(self, server: SmtpServer, *, tls: ssl.SSLContext | None = None, narrate: Narrator = _silent) -> None:
        self.server = server
        self.tls = tls or ssl.create_default_context()
        self.narrate = narrate

    def send(self, envelope: Envelope) -> None:
        """Connect, log in, hand the letter over, leave.

        Raises:
            TransportError: see `Transport.send`.
        """
        with _trouble(reached_letter=False):
            client = self._connect()
        try:
            with _trouble(reached_letter=False):
                self._enter(client)
                _expect(client.mail(envelope.sender), _refused_sender)
                self.narrate(SENDER_ACCEPTED, sender=envelope.sender)
            with _trouble(reached_letter=True):
                self._hand_over(client, envelope)
        finally:
            _leave(client)

    def _connect(self) -> smtplib.SMTP:
        host, port = self.server.host, self.server.port
        if self.server.security is Security.TLS:
            client: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=self.tls)
        else:
            client = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        self.narrate(CONNECTED, host=host, port=port)
        return client

    def _enter(self, client: smtplib.SMTP) -> None:
        if self.server.security is Security.STARTTLS:
            client.ehlo_or_helo_if_needed()
            # Refused or not offered: an error, never a login in the clear (RFC 3207 §6).
            client.starttls(context=self.tls)
        if isinstance(client.sock, ssl.SSLSocket):
            self.narrate(ENCRYPTED, version=client.sock.version())
        client.ehlo_or_helo_if_needed()
        if self.server.login is not None:
            client.login(self.server.login, self.server.password or "")
            self.narrate(LOGGED_IN, login=self.server.login)

    def _hand_over(self, client: smtplib.SMTP, envelope: Envelope) -> None:
        _expect(client.rcpt(envelope.recipient), _refused_letter)
        self.narrate(RECIPIENT_ACCEPTED, recipient=envelope.recipient)
        reply = _expect(client.data(envelope.content), _refused_content)
        self.narrate(LETTER_ACCEPTED, reply=reply)


def _leave(client: smtplib.SMTP) -> None:
    """Say goodbye; what the server answers no longer matters, since the letter's fate is known."""
    try:
        if client.sock is not None:
            client.sock.settimeout(min(GOODBYE_SECONDS, TIMEOUT_SECONDS))
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _expect(answer: tuple[int, bytes], refused: Callable[[int, str], TransportError]) -> str:
    """The text of a reply that says yes (2yz).

    Raises:
        TransportError: it says no (4yz, 5yz).
        MeaninglessReplyError: it is no answer to what was said.
    """
    code, text = answer[0], _readable(answer[1])
    if code // 100 not in {2, 4, 5}:
        raise MeaninglessReplyError(f"no reply of SMTP: {code if code > 0 else ''} {text}")
    if code // 100 != 2:
        raise refused(code, text)
    return text


def _refused_entry(code: int, text: str) -> TransportError:
    """A greeting, an encryption or a login refused: the mailbox's trouble, the letter has not been heard of."""
    pauses = Pause.LOGIN if code >= 500 else Pause.CONNECTION
    return TransportError(permanent=False, pauses=_rest(text) or pauses, code=code, text=text)


def _refused_sender(code: int, text: str) -> TransportError:
    """A sender's address that is refused would be refused for every letter; only its size (552) is a letter's own."""
    return _refused_letter(code, text) if code == 552 else _refused_entry(code, text)


def _refused_letter(code: int, text: str) -> TransportError:
    """A recipient refused: 5yz for good, 4yz for now; 421 closes the connection (RFC 5321 §3.8)."""
    pauses = _rest(text) or (Pause.CONNECTION if code == 421 else None)
    return TransportError(
        permanent=code >= 500 and pauses is None, pauses=pauses, code=code, text=text, reached_letter=True
    )


def _refused_content(code: int, text: str) -> TransportError:
    """As for a recipient; but what was taken for spam would be again, and hold up all others, so it is over."""
    refused = _refused_letter(code, text)
    refused.permanent = code >= 500 and (refused.pauses is None or "spam" in text.lower())
    return refused


def _rest(text: str) -> Pause | None:
    """Whether the provider wants the account to be left alone."""
    return Pause.ACCOUNT if _LEAVE_ALONE.search(text) and not _RECIPIENTS_OWN.search(text) else None


@contextmanager
def _trouble(*, reached_letter: bool) -> Iterator[None]:
    """Turn what smtplib and the system raise into `TransportError`, which tells all that they do in better words."""
    try:
        yield
    except smtplib.SMTPResponseException as error:  # a greeting that is no welcome, a login or DATA itself refused
        # A reply that smtplib could not read it reports as a 500 in words of its own, or as -1: nobody has refused.
        if isinstance(error.smtp_error, str) or error.smtp_code // 100 not in {4, 5}:
            raise _open_end(f"no reply of SMTP: {_readable(error.smtp_error)}", reached_letter=reached_letter) from None
        refused = _refused_content if reached_letter else _refused_entry
        raise refused(error.smtp_code, _readable(error.smtp_error)) from None
    except UnicodeError:
        text = "the address has letters that the mail server cannot take"  # RFC 6531 is not spoken here
        raise TransportError(permanent=True, pauses=None, code=553, text=text, reached_letter=True) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _open_end(_spoken(error), reached_letter=reached_letter) from None


def _open_end(text: str, *, reached_letter: bool) -> TransportError:
    """The conversation ended without an answer: what became of the letter, if it was spoken of, nobody knows."""
    return TransportError(permanent=False, pauses=Pause.CONNECTION, code=0, text=text, reached_letter=reached_letter)


def _spoken(error: Exception) -> str:
    return "no answer in time" if isinstance(error, socket.timeout) else _readable(str(error)) or type(error).__name__


def _readable(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return hide_tokens(" ".join(text.split()))[:500]
