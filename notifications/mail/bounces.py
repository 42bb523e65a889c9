"""Mails by which a mail system says that a letter did not arrive (RFC 3464), and those that say it in words only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message

from activities.people import BadAddressError, fold_address
from notifications.links import hide_tokens
from notifications.mail.headers import cleanse, shorten
from notifications.mail.incoming import Incoming, header, iter_leaves, part_text

_REASON_LENGTH = 400
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,300}>")
_ADDRESS = re.compile(r"[^\s<>\"'()\[\],;:\\]+@[^\s<>\"'()\[\],;:\\]+")
_MACHINES = ("mailer-daemon", "postmaster", "mdaemon", "microsoftexchange")
# RFC 3463: class, subject, detail; or the bare reply code of RFC 5321 before a space or a hyphen.
_STATUS = re.compile(r"(?<![\d.])([245])(?:\.\d{1,3}\.\d{1,3}|\d\d(?=[ -]))(?![\d.]*\d)")
# English, and what Yandex, Mail.ru and Exchange write in Russian when they have not given up yet.
_NOT_YET = re.compile(
    r"delayed|\bwarning\b|will (be retried|retry|keep trying)|not yet been delivered|"
    r"задерж|ещ[её] не достав|будет повтор|попытки .{0,40}продолж",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a letter at some recipients.

    Attributes:
        addresses: the recipient, folded, under all the names that the mail system gives.
        is_final: it was given up; else it is only late.
        reason: the mail system's words.
    """

    addresses: frozenset[str]
    is_final: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """Word of letters that did not arrive.

    Attributes:
        message_ids: of the letter, as far as the mail names it; the ids of other mails may stand among them.
    """

    message_ids: tuple[str, ...]
    fates: tuple[Fate, ...]

    def fate_of(self, address: str) -> Fate | None:
        """What became of the letter at this address; a failure before a delay; None where nothing is said of it."""
        told = [each for each in self.fates if address in each.addresses]
        return min(told, key=lambda each: not each.is_final, default=None)


def find_bounce(incoming: Incoming) -> Bounce | None:
    """What a mail system says of our letters; None where the mail is no such thing.

    A mail that only claims it in words is believed where it comes from a mail system's own address or names the failed
    recipients in a header; it still counts only for a letter whose message id and recipient it names.
    """
    leaves = list(iter_leaves(incoming.message))
    status = next((each for each in leaves if each.get_content_type() == "message/delivery-status"), None)
    if status is not None:
        return Bounce(_message_ids(incoming, leaves), tuple(_structured(status)))
    if incoming.message.get_content_type() == "multipart/report" and not _is_from_a_machine(incoming):
        return None  # a receipt that the letter was read (RFC 8098), and the like
    if not _is_from_a_machine(incoming) and "X-Failed-Recipients" not in incoming.message:
        return None
    return Bounce(_message_ids(incoming, leaves), tuple(_in_words(incoming, leaves)))


def _is_from_a_machine(incoming: Incoming) -> bool:
    return incoming.sender.partition("@")[0].startswith(_MACHINES)


def _structured(status: "Message[str, str]") -> Iterator[Fate]:
    """One fate for each recipient's block of fields (RFC 3464 section 2.3)."""
    blocks = status.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        action = header(block, "Action").lower()
        if action not in {"failed", "delayed"}:
            continue
        addresses = _addresses(f"{header(block, 'Final-Recipient')} {header(block, 'Original-Recipient')}")
        said = header(block, "Diagnostic-Code").partition(";")[2] or header(block, "Diagnostic-Code")
        # A temporary trouble that lasted too long (4.4.7) is given up too: the action says so, not the status.
        yield Fate(addresses, action == "failed", _reason(f"{header(block, 'Status')} {said}"))


def _in_words(incoming: Incoming, leaves: list["Message[str, str]"]) -> Iterator[Fate]:
    """One fate for all addresses that stand in the text, if it says with a code that they failed."""
    said = "\n".join(part_text(each) for each in leaves if each.get_content_type() in {"text/plain", "text/html"})
    line = next((line for line in said.splitlines() if _STATUS.search(line)), "")
    found = _STATUS.search(line)
    if found is None or found[1] == "2":
        return
    addresses = _addresses(f"{header(incoming.message, 'X-Failed-Recipients')} {said}")
    is_final = found[1] == "5" and not _NOT_YET.search(f"{header(incoming.message, 'Subject')} {said}")
    yield Fate(addresses, is_final, _reason(line))


def _message_ids(incoming: Incoming, leaves: list["Message[str, str]"]) -> tuple[str, ...]:
    """The id of the returned letter, ids in the text, and what the mail says that it answers."""
    found: list[str] = []
    for each in leaves:
        if each.get_content_type() in {"message/rfc822", "message/global"}:
            inner = each.get_payload()
            found += [header(part, "Message-ID") for part in inner if isinstance(part, Message)]
        elif each.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            found.append(header(message_from_string(part_text(each)), "Message-ID"))
        elif each.get_content_maintype() == "text":
            found += _MESSAGE_ID.findall(part_text(each))[:50]
    return tuple(dict.fromkeys(each for each in (*found, *incoming.answers) if each))


def _addresses(text: str) -> frozenset[str]:
    return frozenset(filter(None, map(_folded, _ADDRESS.findall(text[:70_000]))))


def _folded(address: str) -> str:
    try:
        return fold_address(address.strip(".").partition("=")[2] if address.startswith("=") else address.strip("."))
    except BadAddressError:
        return ""


def _reason(text: str) -> str:
    return shorten(hide_tokens(cleanse(text)), _REASON_LENGTH)
