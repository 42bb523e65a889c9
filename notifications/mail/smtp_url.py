"""`OPORA_SMTP_URL`: where the mail server is and how to enter."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from engine.errors import N_, OporaError


class SmtpUrlError(OporaError):
    """The URL of the mail server cannot be used."""

    message = N_(
        "OPORA_SMTP_URL cannot be used: {problem}. "
        "Write it like smtps://login:password@smtp.example.org:465, special characters of the password as %XX."
    )


class InsecureLoginError(OporaError):
    """A password would travel in the clear."""

    message = N_("OPORA_SMTP_URL has a password but no encryption. Write smtps:// or smtp+starttls:// for smtp://.")


class Security(StrEnum):
    """How the connection is protected."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server; without a login nobody logs in."""

    security: Security
    host: str
    port: int
    login: str | None = None
    password: str | None = field(default=None, repr=False)


def parse_smtp_url(url: str) -> SmtpServer:
    """The server that `smtp://`, `smtps://` or `smtp+starttls://[login:password@]host[:port]` names.

    Raises:
        SmtpUrlError: not such a URL; says what is wrong without repeating the password.
        InsecureLoginError: a login over `smtp://`.
    """
    try:
        parts = urlsplit(url.strip())
        security, port = Security(parts.scheme), parts.port
    except ValueError as error:
        raise SmtpUrlError(problem=_reason(url)) from error
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise SmtpUrlError(problem=_reason(url))
    if (parts.username is None) != (parts.password is None):
        raise SmtpUrlError(problem=N_("login and password come together"))
    if parts.username is not None and security is Security.NONE:
        raise InsecureLoginError
    return SmtpServer(
        security, parts.hostname, port or _PORTS[security], _decoded(parts.username), _decoded(parts.password)
    )


def _decoded(part: str | None) -> str | None:
    return None if part is None else unquote(part)


def _reason(url: str) -> str:
    scheme = url.partition("://")[0]
    return "host or port is not readable" if scheme in set(Security) else "its beginning is not known"
