"""Whom letters come from: `OPORA_MAIL_FROM`."""

from dataclasses import dataclass
from email.utils import parseaddr

from activities.people import BadAddressError, fold_address
from engine.errors import N_, OporaError


class BadSenderError(OporaError):
    """The sender's address cannot be used."""

    message = N_("“{text}” cannot be the sender. Set OPORA_MAIL_FROM to an address, or to: Name <name@example.org>")


@dataclass(frozen=True, slots=True)
class Sender:
    """The name and the address that letters come from.

    Attributes:
        address: ASCII; the login of many providers, who refuse any other.
    """

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What message ids end with."""
        return self.address.partition("@")[2]


def parse_sender(text: str) -> Sender:
    """The sender that `address` or `Name <address>` says.

    Raises:
        BadSenderError: no such text, control characters, or other than ASCII letters before the @.
    """
    name, address = parseaddr(text)
    try:
        folded = ascii_address(fold_address(address))
    except (BadAddressError, UnicodeError) as error:
        raise BadSenderError(text=text) from error
    if not folded.isascii() or not text.isprintable():
        raise BadSenderError(text=text)
    return Sender(name, folded)


def ascii_address(address: str) -> str:
    """The address as SMTP takes it: its domain in ASCII (RFC 5891), what stands before the @ as it is.

    Raises:
        UnicodeError: the domain has no such form.
    """
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"
