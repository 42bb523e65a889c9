"""What is known of viruses in evidence: «not checked», when a scanner found nothing, or what it found.

At the door an infected file is refused. What was stored before there was a scanner, or before it knew the virus, is
looked through later (`scan_stored`). What is found then stays where it is, since a decision may rest on it: it is
named to whoever decides, to the coordinators and to whoever sent it, and handed out to nobody.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from activities.evidence_folder import EvidenceMissingError
from activities.evidence_tables import blob_scan, removed_blob
from activities.office import Office
from activities.tables import blob, evidence
from activities.virus_scanner import InfectedFileError, Scanner, ScannerError, ScannerUnreachableError
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork

GONE = N_("it is missing from the folder; see opora evidence verify")


class NoScannerError(OporaError):
    """There is nothing to scan with."""

    message = N_(
        "No virus scanner is set. Write its address into OPORA_CLAMD_URL, such as unix:///run/clamav/clamd.ctl"
    )


class ScanBrokenOffError(OporaError):
    """The scanner answers no more."""

    message = N_(
        "The virus scanner does not answer: {reason}. What was looked at till then stays known; the next run goes on "
        "from there."
    )


@dataclass(frozen=True, slots=True)
class Scan:
    """When a scanner last looked at a file, and what it found; `threat` is empty where nothing."""

    scanned_at: datetime
    threat: str = ""


@dataclass(frozen=True, slots=True)
class InfectedEvidence:
    """A piece of evidence, not taken back, in whose file a virus is known."""

    evidence_id: int
    occurrence_id: int
    name: str
    added_by: str
    digest: bytes
    scan: Scan


@dataclass(slots=True)
class ScanReport:
    """What came of looking through stored files.

    Attributes:
        clean: how many hold nothing that the scanner knows.
        infected: SHA-256 → what was found.
        unread: SHA-256 → why nothing is known, in the scanner's words (such as a file beyond its limit) or as a marked
            text.
    """

    clean: int = 0
    infected: dict[bytes, str] = field(default_factory=dict)
    unread: dict[bytes, str] = field(default_factory=dict)


def record_scan(work: UnitOfWork, digest: bytes, threat: str = "") -> None:
    """Note that a scanner has looked at these bytes now, and what it found."""
    values = {"scanned_at": work.now, "threat": threat}
    again = update(blob_scan).where(blob_scan.c.blob_digest == digest).values(values)
    if work.connection.execute(again).rowcount == 0:
        # Somebody may send the same bytes at this moment.
        with suppress(IntegrityError), work.connection.begin_nested():
            work.connection.execute(insert(blob_scan).values(blob_digest=digest, **values))


def read_scans(connection: Connection, digests: Collection[bytes]) -> Mapping[bytes, Scan]:
    """The last scan of each of these; those that nobody has checked are left out."""
    wanted = select(blob_scan).where(blob_scan.c.blob_digest.in_(digests))
    return {row.blob_digest: Scan(row.scanned_at, row.threat) for row in connection.execute(wanted)}


def scan_stored(office: Office, *, again: bool = False) -> ScanReport:
    """Look through the files that nobody has checked, or through all of them; nothing is removed.

    Each verdict is written down at once: broken off, the next one goes on where this one ended.

    Raises:
        NoScannerError: there is none.
        ScanBrokenOffError: nobody answers; what was looked at till then stays known.
    """
    if office.scanner is None:
        raise NoScannerError
    with office.store.read() as connection:
        digests = _list_to_scan(connection, again=again)
    report = ScanReport()
    for digest in digests:
        try:
            threat = _look(office, office.scanner, digest)
        except ScannerUnreachableError as error:
            raise ScanBrokenOffError(**error.details) from None
        except ScannerError as error:
            report.unread[digest] = str(error.details["reason"])
            continue
        except EvidenceMissingError:
            report.unread[digest] = GONE
            continue
        with office.store.write() as work:
            record_scan(work, digest, threat)
        if threat:
            report.infected[digest] = threat
        else:
            report.clean += 1
    return report


def _look(office: Office, scanner: Scanner, digest: bytes) -> str:
    """What the scanner finds in a stored file; empty where nothing."""
    try:
        with office.evidence.open(digest) as stream:
            scanner.scan(stream)
    except InfectedFileError as found:
        return str(found.details["threat"])
    return ""


def _list_to_scan(connection: Connection, *, again: bool) -> list[bytes]:
    wanted = select(blob.c.digest).where(blob.c.digest.not_in(select(removed_blob.c.blob_digest)))
    if not again:
        wanted = wanted.where(blob.c.digest.not_in(select(blob_scan.c.blob_digest)))
    return list(connection.execute(wanted.order_by(blob.c.stored_at, blob.c.digest)).scalars())


def list_infected(connection: Connection) -> list[InfectedEvidence]:
    """The evidence in which a virus is known, in the order in which it came; not what was taken back or removed."""
    return list(_iter_infected(connection))


def _iter_infected(connection: Connection) -> Iterator[InfectedEvidence]:
    wanted = (
        select(evidence, blob_scan.c.scanned_at, blob_scan.c.threat)
        .join(blob_scan, blob_scan.c.blob_digest == evidence.c.blob_digest)
        .where(
            blob_scan.c.threat != "",
            evidence.c.removed_at.is_(None),
            evidence.c.blob_digest.not_in(select(removed_blob.c.blob_digest)),
        )
        .order_by(evidence.c.id)
    )
    for row in connection.execute(wanted):
        yield InfectedEvidence(
            evidence_id=row.id,
            occurrence_id=row.occurrence_id,
            name=row.name,
            added_by=row.added_by,
            digest=row.blob_digest,
            scan=Scan(row.scanned_at, row.threat),
        )
