"""What commands say of a piece of evidence beside its name: checked, removed, odd."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cli.output import language
from cli.wording import instant_text, names_text, text
from engine.errors import N_, OporaError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.evidence import Evidence
    from activities.evidence_overview import Removal

REMOVED = N_("removed after its time, act No. {number} of {at}")
SCANNED = N_("no virus found on {at}")
NOT_SCANNED = N_("not checked for viruses")


class EvidenceRemovedError(OporaError):
    """The bytes are gone on purpose."""

    message = N_("This file was removed after its time, act No. {number} of {at}; only its digest is kept.")


@dataclass(frozen=True, slots=True)
class Care:
    """What is known of files by their digest."""

    scans: "dict[bytes, datetime]"
    removals: "dict[bytes, Removal]"


def read_care(connection: "Connection", digests: set[bytes]) -> Care:
    """What is known of these."""
    from activities.evidence_overview import read_removals
    from activities.evidence_scanning import read_scans

    return Care(read_scans(connection, digests), read_removals(connection, digests))


def care_text(piece: "Evidence", care: Care, zone: ZoneInfo) -> str:
    """In words; empty for what is no file."""
    if piece.blob_digest is None:
        return ""
    if removal := care.removals.get(piece.blob_digest):
        return text(REMOVED, number=removal.act, at=instant_text(removal.made_at, zone))
    scanned_at = care.scans.get(piece.blob_digest)
    said = text(SCANNED, at=instant_text(scanned_at, zone)) if scanned_at else text(NOT_SCANNED)
    return names_text((said, *_remarks(piece)))


def _remarks(piece: "Evidence") -> list[str]:
    from activities.evidence_types import find_remarks

    remarks = find_remarks(piece.name, piece.media_type)
    return [remark.ru if language() == "ru" else remark.en for remark in remarks]


def care_json(piece: "Evidence", care: Care) -> dict[str, Any]:
    """As data for programs."""
    digest = piece.blob_digest or b""
    removal = care.removals.get(digest)
    return {"scanned_at": care.scans.get(digest), "removed_by_act": removal.act if removal else None}


def refuse_removed(piece: "Evidence", care: Care, zone: ZoneInfo) -> None:
    """Say of a file whose bytes were removed that it is not to be had.

    Raises:
        EvidenceRemovedError: it was.
    """
    removal = care.removals.get(piece.blob_digest or b"")
    if removal is not None:
        raise EvidenceRemovedError(number=removal.act, at=instant_text(removal.made_at, zone))
