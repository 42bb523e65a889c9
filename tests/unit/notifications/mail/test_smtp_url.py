"""The URL of the mail server."""

import pytest

from notifications.mail.smtp_url import InsecureLoginError, Security, SmtpServer, SmtpUrlError, parse_smtp_url


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:2525", SmtpServer(Security.NONE, "127.0.0.1", 2525)),
        ("smtp://relay.example", SmtpServer(Security.NONE, "relay.example", 25)),
        ("smtps://me:word@smtp.example", SmtpServer(Security.TLS, "smtp.example", 465, "me", "word")),
        (
            "smtp+starttls://me%40moc.example:p%3Aw%2F%40@smtp.example/",
            SmtpServer(Security.STARTTLS, "smtp.example", 587, "me@moc.example", "p:w/@"),
        ),
        ("smtps://[::1]:1465", SmtpServer(Security.TLS, "::1", 1465)),
    ],
)
def test_the_scheme_says_how_the_connection_is_protected(url, server):
    """Each scheme has its usual port; login and password are decoded."""
    assert parse_smtp_url(url) == server


def test_a_password_never_travels_in_the_clear():
    """A login over smtp:// is refused before anything is sent, and the error names what to write."""
    with pytest.raises(InsecureLoginError, match="smtps://"):
        parse_smtp_url("smtp://me:word@smtp.example")


@pytest.mark.parametrize(
    "url",
    [
        "smtp.example:25",
        "http://smtp.example",
        "smtps://",
        "smtps://me:sesame@smtp.example:port",
        "smtps://me:sesame@smtp.example:99999",
        "smtps://me@smtp.example",
        "smtps://me:ses/ame@smtp.example",
        "smtps://me:sesame@smtp.example/path",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url):
    """The message says how to write it and does not repeat the secret."""
    with pytest.raises(SmtpUrlError, match="smtps://login:password@") as refused:
        parse_smtp_url(url)
    assert "sesame" not in str(refused.value)


def test_a_password_never_shows():
    """A server in a trace tells the login at most."""
    assert "sesame" not in repr(parse_smtp_url("smtps://me:sesame@smtp.example"))
