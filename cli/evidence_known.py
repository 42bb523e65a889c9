"""What commands say of a piece of evidence beside its name: checked, removed, odd."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cli.output import language
from cli.wording import instant_text, names_text, text
from engine.errors import N_, OporaError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.evidence import Evidence
    from activities.evidence_overview import Removal
    from activities.evidence_scanning import Scan

REMOVED = N_("removed after its time, act No. {number} of {at}")
INFECTED = N_("a virus was found on {at}: {threat}")
SCANNED = N_("no virus found on {at}")
NOT_SCANNED = N_("not checked for viruses")


class EvidenceRemovedError(OporaError):
    """The bytes are gone on purpose."""

    message = N_("This file was removed after its time, act No. {number} of {at}; only its digest is kept.")


class EvidenceInfectedError(OporaError):
    """Nobody should open it."""

    message = N_(
        "A virus was found in this file ({threat}), so it is not handed out. Nothing was deleted; ask for another file."
    )


@dataclass(frozen=True, slots=True)
class Care:
    """What is known of files by their digest."""

    scans: "Mapping[bytes, Scan]"
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
    return names_text((scan_text(care.scans.get(piece.blob_digest), zone), *_remarks(piece)))


def scan_text(scan: "Scan | None", zone: ZoneInfo) -> str:
    """What is known of viruses in a file."""
    if scan is None:
        return text(NOT_SCANNED)
    at = instant_text(scan.scanned_at, zone)
    return text(INFECTED, at=at, threat=scan.threat) if scan.threat else text(SCANNED, at=at)


def _remarks(piece: "Evidence") -> list[str]:
    from activities.evidence_types import find_remarks

    remarks = find_remarks(piece.name, piece.media_type)
    return [remark.ru if language() == "ru" else remark.en for remark in remarks]


def care_json(piece: "Evidence", care: Care) -> dict[str, Any]:
    """As data for programs."""
    digest = piece.blob_digest or b""
    removal, scan = care.removals.get(digest), care.scans.get(digest)
    return {
        "scanned_at": scan.scanned_at if scan else None,
        "threat": (scan.threat or None) if scan else None,
        "removed_by_act": removal.act if removal else None,
    }


def refuse_unfit(piece: "Evidence", care: Care, zone: ZoneInfo) -> None:
    """Say of a file whose bytes were removed, or that carries a virus, that it is not to be had.

    Raises:
        EvidenceRemovedError, EvidenceInfectedError: it is such a file.
    """
    scan = care.scans.get(piece.blob_digest or b"")
    if scan is not None and scan.threat:
        raise EvidenceInfectedError(threat=scan.threat)
    removal = care.removals.get(piece.blob_digest or b"")
    if removal is not None:
        raise EvidenceRemovedError(number=removal.act, at=instant_text(removal.made_at, zone))
