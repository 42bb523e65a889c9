"""The files of a reply: which of them may be evidence, and which are left out, with the reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from hashlib import sha256
from typing import Any

from activities.evidence import fold_file_name
from activities.evidence_folder import MEGABYTE
from engine.errors import N_
from notifications.mail.incoming import Incoming, decoded, iter_leaves, part_bytes

FILES = 20
FILE_BYTES = 25 * MEGABYTE
DECORATION_BYTES = 60 << 10
"""Logos and lines of signatures are smaller; a photograph that a phone puts into the text is larger."""

EMPTY = N_("it is empty")
DECORATION = N_("a small picture within the text")
FORWARDED = N_("a whole mail; its files have to be attached by themselves")
PACKED_BY_OUTLOOK = N_("Outlook packed the files so that only Outlook opens them; ask for them as ordinary attachments")
ENCRYPTED = N_("it is encrypted")
TOO_LARGE = N_("larger than 25 MB")
TOO_MANY = N_("one file too many; ask for the rest in another reply")
TWICE = N_("the same file stands here twice")

_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that may become evidence."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part that is not taken; `reason` is a marked text, with its details."""

    name: str
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attachments:
    """The files of a mail, and what of it is left out."""

    taken: tuple[Attachment, ...]
    left_out: tuple[LeftOut, ...]


def list_attachments(incoming: Incoming) -> Attachments:
    """The files of a mail in their order, the same content once, and what is left out."""
    taken: list[Attachment] = []
    left_out: list[LeftOut] = []
    seen: set[bytes] = set()
    for part in _iter_file_parts(incoming):
        name, content = _name(part), part_bytes(part)
        reason = _objection(part, name, content)
        reason = reason or (TWICE if sha256(content).digest() in seen else "")
        reason = reason or (TOO_MANY if len(taken) >= FILES else "")
        if reason:
            left_out.append(LeftOut(name, reason))
            continue
        seen.add(sha256(content).digest())
        taken.append(Attachment(name, content))
    return Attachments(tuple(taken), tuple(left_out))


def _iter_file_parts(incoming: Incoming) -> Iterator["Message[str, str]"]:
    """All parts but the text that the person wrote and the signature of a mail program."""
    for part in iter_leaves(incoming.message):
        named = bool(part.get_filename()) or part.get_content_disposition() == "attachment"
        if part.get_content_maintype() == "text" and not named:
            continue
        if part.get_content_type() in {"application/pgp-signature", "application/pkcs7-signature"}:
            continue
        if part.get_content_maintype() == "message" or part.is_multipart() or named or part_bytes(part):
            yield part


def _objection(part: "Message[str, str]", name: str, content: bytes) -> str:
    """Why a part is not taken; empty where it is."""
    sort = part.get_content_type()
    is_inline = part.get_content_disposition() == "inline" or "Content-ID" in part
    is_picture = part.get_content_maintype() == "image"
    objections = {
        FORWARDED: part.get_content_maintype() == "message",
        PACKED_BY_OUTLOOK: sort in _TNEF or name.lower() == "winmail.dat",
        ENCRYPTED: sort in {"application/pkcs7-mime", "application/pgp-encrypted"},
        EMPTY: not content,
        TOO_LARGE: len(content) > FILE_BYTES,
        DECORATION: is_picture and is_inline and len(content) < DECORATION_BYTES,
    }
    return next((reason for reason, holds in objections.items() if holds), "")


def _name(part: "Message[str, str]") -> str:
    """The file's name: by RFC 2231, or in encoded words, as Outlook and Yandex write it against RFC 2047."""
    raw = part.get_filename() or ""
    return fold_file_name(decoded(raw) or f"{part.get_content_maintype()}.{part.get_content_subtype()}")
