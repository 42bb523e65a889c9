"""A mail that came in, read within bounds: whatever stands in it, reading it ends, soon and in little memory.

Mails are written by strangers. Before the parser of the standard library sees one, everything is counted that would
make it slow or deep: lines, parts, nesting, the length of the headers in which it looks for parameters.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from activities.evidence_folder import MEGABYTE
from activities.people import BadAddressError, fold_address
from engine.errors import N_, OporaError

LARGEST_BYTES = 35 * MEGABYTE
"""25 MB of files, which is what most providers take, are 34 MB as base64 (RFC 2045)."""

_HEAD_BYTES, _LINES, _DASHED_LINES, _TYPES, _DEPTH, _PARAMETERS = 256 << 10, 1_500_000, 3_000, 1_000, 40, 4_096

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_TYPED = re.compile(rb"^content-(?:type|disposition)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_NESTING = re.compile(rb"^content-type[ \t]*:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_DASHED = re.compile(rb"^--", re.MULTILINE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,300}>")
# One address and nothing behind it (RFC 5322 section 3.4): what two programs could read in two ways is nobody's.
_FROM = re.compile(r"(?:[^<>]*<\s*([^<>\s]+)\s*>|([^<>\s\"(),;:]+))\s*")
_MACHINES = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_MACHINE_HEADERS = ("List-Id", "X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponder")


class UnreadableMailError(OporaError):
    """A mail that is not read, since reading it might not end."""

    message = N_("This mail cannot be read: {problem}. Nothing was taken from it. Look at it in the mailbox.")


TOO_LARGE = N_("it is larger than 35 MB")
TOO_MANY_PARTS = N_("it has too many parts")
TOO_DEEP = N_("its parts lie too deep in each other")
BROKEN = N_("it is broken")
TOO_LONG = N_("its headers or lines are too many or too long")

PARSER_FAULTS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
"""What the standard library's parser of mails raises on some that nobody foresaw."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that came in.

    Attributes:
        digest: SHA-256 of its bytes.
        sender: the address it says it is from, folded; empty where that is not clear. Anybody can write anything there.
        answers: message ids of what it answers, the nearest last.
        is_automatic: no person wrote it (RFC 3834 section 2), or it went to a list.
    """

    digest: bytes
    sender: str
    answers: tuple[str, ...]
    is_automatic: bool
    message: "Message[str, str]" = field(repr=False)


def read_incoming(content: bytes) -> Incoming:
    """Read a mail.

    Raises:
        UnreadableMailError: it is beyond the bounds.
    """
    _check_bounds(content)
    message = message_from_bytes(content)
    return _incoming(content, message)


def read_head(content: bytes) -> Incoming:
    """Read only what stands before the body, as far as that is within bounds."""
    end = _HEAD_END.search(content, 0, _HEAD_BYTES)
    head = content[: end.start()] if end else b""
    if any(len(each[0]) > _PARAMETERS for each in _TYPED.finditer(head)):
        head = b""
    return _incoming(content, message_from_bytes(head + b"\n\n"))


def _incoming(content: bytes, message: "Message[str, str]") -> Incoming:
    answers = f"{header(message, 'References')} {header(message, 'In-Reply-To')}"
    return Incoming(
        digest=hashlib.sha256(content).digest(),
        sender=_sender(message),
        answers=tuple(dict.fromkeys(_MESSAGE_ID.findall(answers)[-50:])),
        is_automatic=_is_automatic(message),
        message=message,
    )


def header(message: "Message[str, str]", name: str, limit: int = 8_000) -> str:
    """The first header of a name, unfolded and cut, not decoded; empty where there is none."""
    return " ".join(str(message.get(name, "") or "")[:limit].split())


def decoded(raw: str, limit: int = 1_000) -> str:
    """A header's text with its encoded words (RFC 2047) read; what cannot be read stays as it stands."""
    try:
        return str(make_header(decode_header(raw[:limit])))
    except (HeaderParseError, LookupError, ValueError):
        return raw[:limit]


def iter_leaves(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """The parts that hold something, in their order; a mail within the mail is one of them and is not entered."""
    if message.get_content_maintype() == "message" or not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from iter_leaves(part)


def part_bytes(part: "Message[str, str]") -> bytes:
    """The content of a part; of a broken encoding what can be had."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def part_text(part: "Message[str, str]", limit: int = 65_536) -> str:
    """The beginning of a part's text, whatever character set it names."""
    content = part_bytes(part)[:limit]
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _check_bounds(content: bytes) -> None:
    if len(content) > LARGEST_BYTES:
        raise UnreadableMailError(problem=TOO_LARGE)
    if _exceeds(_NESTING, content, _DEPTH):
        raise UnreadableMailError(problem=TOO_DEEP)
    if _exceeds(_DASHED, content, _DASHED_LINES) or _exceeds(_TYPED, content, _TYPES):
        raise UnreadableMailError(problem=TOO_MANY_PARTS)
    head = _HEAD_END.search(content)
    if (head.start() if head else len(content)) > _HEAD_BYTES or content.count(b"\n") > _LINES:
        raise UnreadableMailError(problem=TOO_LONG)
    if any(len(each[0]) > _PARAMETERS for each in _TYPED.finditer(content)):
        raise UnreadableMailError(problem=TOO_LONG)


def _exceeds(pattern: re.Pattern[bytes], content: bytes, limit: int) -> bool:
    return any(number >= limit for number, _ in enumerate(pattern.finditer(content)))


def _sender(message: "Message[str, str]") -> str:
    stated = message.get_all("From", [])
    found = _FROM.fullmatch(header(message, "From", 1_000)) if len(stated) == 1 else None
    if found is None:
        return ""
    try:
        return fold_address(found[1] or found[2])
    except BadAddressError:
        return ""


def _is_automatic(message: "Message[str, str]") -> bool:
    submitted = header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or header(message, "Precedence").lower() in _MACHINES
        or header(message, "Return-Path") == "<>"
        or message.get_content_type() == "multipart/report"
        or any(name in message for name in _MACHINE_HEADERS)
    )
