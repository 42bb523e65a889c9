"""Whom letters come from."""

import pytest

from notifications.mail.sender import BadSenderError, Sender, ascii_address, parse_sender


@pytest.mark.parametrize(
    ("text", "sender"),
    [
        ("moc@example.org", Sender("", "moc@example.org")),
        ("МОЦ «Радуга» <MOC@Example.org>", Sender("МОЦ «Радуга»", "moc@example.org")),
        ("moc@школа.рф", Sender("", "moc@xn--80aa3aekd.xn--p1ai")),
    ],
)
def test_an_address_may_bring_a_name(text, sender):
    """The domain is what message ids end with."""
    parsed = parse_sender(text)
    assert parsed.name == sender.name
    assert parsed.address.isascii()
    assert parsed.domain == parsed.address.partition("@")[2]
    if text.isascii():
        assert parsed == sender


@pytest.mark.parametrize("text", ["", "МОЦ", "директор@example.org", "a@b", "a@b.org\r\nBcc: c@d.org"])
def test_what_cannot_be_a_sender_is_refused(text):
    """The error names the setting and shows the form."""
    with pytest.raises(BadSenderError, match="OPORA_MAIL_FROM"):
        parse_sender(text)


def test_only_the_domain_of_an_address_is_recoded():
    """What stands before the @ belongs to the recipient's server."""
    assert ascii_address("Ivan.Petrov@example.org") == "Ivan.Petrov@example.org"
    assert ascii_address("ivan@пример.рф") == "ivan@xn--e1afmkfd.xn--p1ai"
