"""How a finished letter leaves the house, and what may go wrong: the contract of everything that sends."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from engine.errors import N_, OporaError


@dataclass(frozen=True, slots=True)
class Envelope:
    """One letter for one recipient, written out.

    Attributes:
        message_id: `<uuid@domain>`, the same each time the letter is sent.
        sender: the mailbox's address, to which the mail system reports trouble.
        recipient: a single address.
        content: the bytes of RFC 5322, lines ended by CR LF.
    """

    message_id: str
    sender: str
    recipient: str
    content: bytes = field(repr=False)


class Pause(StrEnum):
    """Trouble of the mailbox, not of one letter: nothing is sent for a while."""

    CONNECTION = "connection"
    """The server does not answer, breaks off or asks to come again."""
    LOGIN = "login"
    """The server refuses the login or the sender's address."""
    ACCOUNT = "account"
    """The provider says "limit" or "spam": each further attempt makes it worse."""


class TransportError(OporaError):
    """A letter was not accepted.

    Attributes:
        permanent: trying the same letter again is useless.
        pauses: why the whole mailbox has to wait; None where only this letter is refused.
        code: the reply code (RFC 5321 §4.2), 0 where there was no reply.
        text: what the server, or the system, said.
        reached_letter: the conversation had come to this letter, so that the trouble may be the letter's own.
    """

    message = N_("The letter was not accepted: {answer}")

    def __init__(
        self, *, permanent: bool, pauses: Pause | None, code: int, text: str, reached_letter: bool = False
    ) -> None:
        super().__init__(answer=f"{code} {text}" if code else text)
        self.permanent = permanent
        self.pauses = pauses
        self.code = code
        self.text = text
        self.reached_letter = reached_letter


class Transport(Protocol):
    """Something that takes letters: an SMTP server, a folder, a test's list."""

    def send(self, envelope: Envelope) -> None:
        """Hand one letter over; it is accepted when this returns.

        Raises:
            TransportError: it is not, or nobody can tell.
        """
        ...
