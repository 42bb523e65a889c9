"""The bytes of a mail, read by a parser that shares no code with the writer."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

from hypothesis import given, settings

from notifications.mail.headers import NAME_LENGTH, cleanse, shorten
from notifications.mail.message import Address, seal_message
from notifications.mail.render import Rendered
from notifications.mail.sender import Sender
from tests.fixtures.letters import hostile_words

SENDER = Sender("Опора, МОЦ «Радуга»", "mail@opora.example")
NAMES = {
    *("content-type", "mime-version", "from", "to", "subject", "date", "message-id", "content-language"),
    *("auto-submitted", "x-auto-response-suppress", "in-reply-to", "references"),
}


def address(**changes):
    """Where the letter goes."""
    fields = {
        "name": "Иванов Иван",
        "mail": "ivan@school.example",
        "language": "ru",
        "message_id": "<01990f6e@opora.example>",
        "references_id": "<root@opora.example>",
        "written_at": datetime(2026, 3, 2, 6, 0, tzinfo=UTC),
    }
    return Address(**fields | changes)


def read(subject="Тема", text="текст\n", html="<p>текст</p>", sender=SENDER, **changes):
    """Seal a letter and read it again."""
    envelope = seal_message(Rendered(subject, text, html), sender, address(**changes))
    return message_from_bytes(envelope.content, EmailMessage, policy=policy.default), envelope


def name_of(envelope, header):
    """The display name as mail programs decode it (RFC 2047 §6.2: no space between encoded words)."""
    raw = parseaddr(str(message_from_bytes(envelope.content)[header]).replace("\r\n", ""))[0]
    return str(make_header(decode_header(raw)))


@given(subject=hostile_words, name=hostile_words, sender_name=hostile_words)
@settings(max_examples=300)
def test_no_text_becomes_a_header(subject, name, sender_name):
    """With three hostile texts in each of 1,000 letters there are our headers, each once, and no more.

    What is read back is what was cleansed, sign for sign.
    """
    message, envelope = read(subject=subject, name=name, sender=Sender(sender_name, "mail@opora.example"))
    assert sorted(key.lower() for key in message.keys()) == sorted(NAMES)  # noqa: SIM118  (keys may repeat)
    assert message["Subject"] == shorten(cleanse(subject))
    assert [each.addr_spec for each in message["To"].addresses] == ["ivan@school.example"]
    assert name_of(envelope, "To") == shorten(cleanse(name), NAME_LENGTH)
    assert name_of(envelope, "From") == shorten(cleanse(sender_name), NAME_LENGTH)
    assert [each.addr_spec for each in message["From"].addresses] == ["mail@opora.example"]
    assert not message.defects
    assert envelope.content.isascii()
    assert max(map(len, envelope.content.split(b"\r\n"))) <= 998
    assert b"\n" not in envelope.content.replace(b"\r\n", b"")


@given(text=hostile_words)
@settings(max_examples=300)
def test_bodies_come_back_exactly(text):
    """Every sign of a body arrives, line ends aside, and half characters, which no encoding has."""
    message, _ = read(text=text, html=f"<p>{text}</p>")
    expected = text.encode("utf-8", "replace").decode()
    plain, html = message.iter_parts()
    assert plain.get_payload(decode=True).decode() == "\r\n".join(_lines(expected))
    assert html.get_payload(decode=True).decode() == "\r\n".join(_lines(f"<p>{expected}</p>"))


def _lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def test_a_mail_program_sees_two_alternatives_and_a_thread():
    """Text first, HTML second, both UTF-8; date, thread and the mark of a machine's letter stand in the head."""
    message, envelope = read()
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content() == "текст\r\n"
    assert message["Date"].datetime == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    assert message["Message-ID"] == envelope.message_id == "<01990f6e@opora.example>"
    assert message["References"] == message["In-Reply-To"] == "<root@opora.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"].addresses[0].display_name == SENDER.name


def test_the_same_letter_has_the_same_bytes():
    """Sent again after a crash, a letter is the one that was sent before."""
    assert read()[1] == read()[1]


def test_a_letter_about_several_things_begins_no_thread():
    """Without a root there is neither References nor In-Reply-To."""
    message, _ = read(references_id=None)
    assert message["References"] is None
    assert message["In-Reply-To"] is None


def test_a_domain_in_russian_letters_is_written_in_ascii():
    """The address on the wire and in the header is the one that every server takes (RFC 5891)."""
    message, envelope = read(mail="директор@школа.рф")
    assert envelope.recipient == "директор@xn--80aacbvsl4b4b.xn--p1ai" or envelope.recipient.endswith(".xn--p1ai")
    message, envelope = read(mail="info@школа.рф")
    assert envelope.recipient.isascii()
    assert message["To"].addresses[0].addr_spec == envelope.recipient
