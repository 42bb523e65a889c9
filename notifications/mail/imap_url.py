"""`OPORA_IMAP_URL`: the mailbox that answers and returned letters come to."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from engine.errors import N_, OporaError

PORT = 993
_PLAIN = re.compile(r"[!-~]+")
_FOLDER = re.compile(r"[ !#-\[\]-~]+")


class ImapUrlError(OporaError):
    """The URL of the mailbox cannot be used."""

    message = N_(
        "OPORA_IMAP_URL cannot be used: {problem}. "
        "Write it like imaps://login:password@imap.example.org:993/INBOX, special characters of the password as %XX."
    )


@dataclass(frozen=True, slots=True)
class ImapServer:
    """A mailbox behind TLS (RFC 8314 section 3.2); a password never travels otherwise."""

    host: str
    port: int
    login: str
    password: str = field(repr=False)
    folder: str = "INBOX"

    @property
    def name(self) -> str:
        """The mailbox, as people are told of it."""
        return f"{self.login}@{self.host}/{self.folder}"


def parse_imap_url(url: str) -> ImapServer:
    """The mailbox that `imaps://login:password@host[:port][/folder]` names.

    Raises:
        ImapUrlError: not such a URL; says what is wrong without repeating the password.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ImapUrlError(problem=N_("host or port is not readable")) from error
    if parts.scheme != "imaps":
        raise ImapUrlError(problem=N_("its beginning has to be imaps://"))
    if not host or parts.query or parts.fragment:
        raise ImapUrlError(problem=N_("host or port is not readable"))
    login, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not login or not password:
        raise ImapUrlError(problem=N_("login and password come together"))
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not _PLAIN.fullmatch(login) or not _PLAIN.fullmatch(password) or not _FOLDER.fullmatch(folder):
        raise ImapUrlError(problem=N_("login, password and folder have to be plain Latin letters, digits and signs"))
    return ImapServer(host, port or PORT, login, password, folder)
