"""Sending to a real SMTP server, and to servers that refuse, break off or lie."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from notifications.mail.smtp import SmtpTransport
from notifications.mail.smtp_url import Security, SmtpServer, parse_smtp_url
from notifications.mail.transport import Envelope, Pause, TransportError

CONTENT = "Subject: Тема\r\n\r\n.точка в начале строки\r\nконец\r\n".encode()
ENVELOPE = Envelope("<1@opora.example>", "mail@opora.example", "paul@school12.example", CONTENT)


@dataclass
class FaultyServer:
    """An SMTP server that answers a step with what a test sets.

    Attributes:
        replies: step (`MAIL`, `RCPT`, `DATA`) → its reply; `drop` closes the connection without one.
    """

    replies: dict[str, str] = field(default_factory=dict)
    received: list[bytes] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_MAIL(self, server, _session, envelope, address, _options):  # noqa: N802
        """Answer the sender."""
        envelope.mail_from = address
        return self._answer(server, "MAIL")

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802
        """Answer the recipient."""
        envelope.rcpt_tos.append(address)
        return self._answer(server, "RCPT")

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        """Keep the letter, then answer, or not."""
        self.received.append(envelope.content)
        return self._answer(server, "DATA")

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        """Let in whoever knows the word."""
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"sesame", handled=False)

    def _answer(self, server, step):
        reply = self.replies.get(step, "250 2.0.0 fine")
        if reply == "drop":
            server.transport.abort()
        return reply


@pytest.fixture
def faulty() -> Iterator[tuple[FaultyServer, SmtpServer]]:
    """A server without encryption."""
    handler = FaultyServer()
    controller = Controller(handler, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield handler, SmtpServer(Security.NONE, "127.0.0.1", controller.port)
    controller.stop()


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[tuple[FaultyServer, int, ssl.SSLContext]]:
    """A server that takes a login after STARTTLS; the context trusts its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    handler = FaultyServer()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=_free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=handler.authenticate,
    )
    controller.start()
    yield handler, controller.port, ssl.create_default_context(cafile=certificate)
    controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def refused(transport: SmtpTransport) -> TransportError:
    """The error that sending ends in."""
    with pytest.raises(TransportError) as caught:
        transport.send(ENVELOPE)
    return caught.value


def test_a_letter_arrives_as_it_was_written(smtp_server):
    """One recipient, our sender, the bytes unchanged, a dot at the beginning of a line among them."""
    SmtpTransport(parse_smtp_url(smtp_server.url)).send(ENVELOPE)
    (received,) = smtp_server.received
    assert received.sender == "mail@opora.example"
    assert received.recipients == ("paul@school12.example",)
    assert received.content == CONTENT


@pytest.mark.parametrize(
    ("step", "reply", "permanent", "pauses"),
    [
        ("RCPT", "450 4.2.1 try later", False, None),
        ("RCPT", "451 4.7.1 greylisted", False, None),
        ("RCPT", "550 5.1.1 no such user", True, None),
        ("RCPT", "552 5.2.2 mailbox full, quota limit reached", True, None),
        ("RCPT", "421 4.3.2 shutting down", False, Pause.CONNECTION),
        ("RCPT", "451 4.5.1 hourly sending limit exceeded", False, Pause.ACCOUNT),
        ("RCPT", "550 5.4.5 Daily user sending limit exceeded", False, Pause.ACCOUNT),
        ("RCPT", "554 5.7.1 blocked using spam list", False, Pause.ACCOUNT),
        ("DATA", "451 4.3.0 try later", False, None),
        ("DATA", "552 5.3.4 message size exceeds fixed limit", True, None),
        ("DATA", "554 5.7.1 Message rejected under suspicion of SPAM", True, Pause.ACCOUNT),
        ("DATA", "451 4.7.1 Ratelimit exceeded", False, Pause.ACCOUNT),
        ("DATA", "421 4.4.2 bye", False, Pause.CONNECTION),
        ("MAIL", "553 5.7.1 sender address rejected: not owned by user", False, Pause.LOGIN),
        ("MAIL", "451 4.3.0 try later", False, Pause.CONNECTION),
        ("MAIL", "552 5.3.4 message size too large", True, None),
        ("RCPT", "drop", False, Pause.CONNECTION),
        ("DATA", "drop", False, Pause.CONNECTION),
    ],
)
def test_a_reply_means_what_its_step_says(faulty, step, reply, permanent, pauses):
    """A refused recipient is the letter's own trouble; a refused sender or a limit is the mailbox's."""
    handler, server = faulty
    handler.replies[step] = reply
    error = refused(SmtpTransport(server))
    assert (error.permanent, error.pauses) == (permanent, pauses)
    if reply != "drop":
        assert error.code == int(reply[:3])
        assert reply[4:] in str(error)


def test_a_connection_cut_after_data_leaves_the_letters_fate_open(faulty):
    """The server has the letter and said nothing: it counts as not sent, and as the letter's own attempt."""
    handler, server = faulty
    handler.replies["DATA"] = "drop"
    error = refused(SmtpTransport(server))
    assert handler.received == [CONTENT]
    assert error.reached_letter
    assert not error.permanent


def test_trouble_before_the_letter_costs_it_nothing():
    """Nobody listens there: the mailbox pauses, the letter has not been heard of."""
    error = refused(SmtpTransport(SmtpServer(Security.NONE, "127.0.0.1", 1)))
    assert (error.pauses, error.permanent, error.reached_letter) == (Pause.CONNECTION, False, False)


def test_encryption_that_is_not_offered_is_never_done_without(faulty):
    """A login must not travel in the clear because a server, or somebody between, says that it knows no STARTTLS."""
    handler, server = faulty
    error = refused(SmtpTransport(SmtpServer(Security.STARTTLS, server.host, server.port, "me", "sesame")))
    assert error.pauses is Pause.CONNECTION
    assert handler.logins == []
    assert handler.received == []


def test_a_login_follows_encryption(encrypted):
    """STARTTLS, then the login, then the letter; each step is told to whoever listens."""
    handler, port, trusted = encrypted
    told = []
    server = SmtpServer(Security.STARTTLS, "127.0.0.1", port, "me@opora.example", "sesame")
    SmtpTransport(server, tls=trusted, narrate=lambda text, **details: told.append(text.format(**details))).send(
        ENVELOPE
    )
    assert handler.logins == [("me@opora.example", "sesame")]
    assert handler.received == [CONTENT]
    assert [line.split()[0] for line in told] == ["Connected", "The", "Logged", "The", "The", "The"]
    assert "sesame" not in "".join(told)


def test_a_refused_login_pauses_the_mailbox(encrypted):
    """Each letter would be refused; the error tells the code and never the password."""
    _, port, trusted = encrypted
    server = SmtpServer(Security.STARTTLS, "127.0.0.1", port, "me@opora.example", "wrong-word")
    error = refused(SmtpTransport(server, tls=trusted))
    assert (error.pauses, error.code, error.reached_letter) == (Pause.LOGIN, 535, False)
    assert "wrong-word" not in str(error)


def test_a_certificate_that_nobody_vouches_for_is_refused(encrypted):
    """The system's own list of authorities decides, unless another is given."""
    handler, port, _ = encrypted
    error = refused(SmtpTransport(SmtpServer(Security.STARTTLS, "127.0.0.1", port, "me", "sesame")))
    assert error.pauses is Pause.CONNECTION
    assert "certificate" in str(error).lower()
    assert handler.logins == []


def test_an_address_that_smtp_cannot_say_is_refused_for_good(faulty):
    """Russian letters before the @ need an extension (RFC 6531) that is not spoken here."""
    _, server = faulty
    with pytest.raises(TransportError) as caught:
        SmtpTransport(server).send(Envelope("<1@a>", "mail@opora.example", "директор@school12.example", CONTENT))
    assert caught.value.permanent
    assert caught.value.pauses is None
