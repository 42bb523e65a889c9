"""`OPORA_IMAP_URL`."""

import pytest

from notifications.mail.imap_url import ImapServer, ImapUrlError, parse_imap_url


def test_a_url_names_mailbox_and_folder():
    """Defaults are the port of IMAP over TLS and the inbox; signs are decoded; the password is never shown."""
    server = parse_imap_url("imaps://mail%40opora.example:a%40b@imap.example.org")
    assert server == ImapServer("imap.example.org", 993, "mail@opora.example", "a@b", "INBOX")
    assert parse_imap_url("imaps://me:word@imap.example.org:1993/Opora%20in").folder == "Opora in"
    assert "a@b" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "imap://me:sesame@imap.example.org",
        "imaps://imap.example.org",
        "imaps://me@imap.example.org",
        "imaps://me:sesame@imap.example.org:port",
        "imaps://me:sesame@",
        "imaps://me:sesame@imap.example.org/IN%22BOX",
        "imaps://me%20x:sesame@imap.example.org",
        "imaps://me:sesame%0D%0ALOGOUT@imap.example.org",
        "imaps://me:sesame@imap.example.org/INBOX?x",
        "imaps://[::1:993",
        "",
    ],
)
def test_what_cannot_be_used_is_refused_without_the_password(url):
    """A password in the clear, a missing one, signs that would end a command."""
    with pytest.raises(ImapUrlError) as caught:
        parse_imap_url(url)
    assert "sesame" not in str(caught.value)
