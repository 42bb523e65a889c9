"""Evidence gathered for an occurrence: files, links and notes, until a submission seals what is there."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from activities.acting import Actor
from activities.evidence_folder import MEGABYTE, EvidenceMissingError, StoredBlob
from activities.evidence_reception import Reception
from activities.evidence_refusals import refuse_name
from activities.evidence_scanning import read_scans, record_scan
from activities.evidence_tables import removed_blob
from activities.firing import fire_for
from activities.occurrences import lock_occurrence
from activities.office import Office
from activities.tables import blob, evidence
from activities.virus_scanner import InfectedFileError
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork

FILE_LIMIT_BYTES = 100 * MEGABYTE
LONGEST_NAME_BYTES = 240  # file systems take 255, and whoever saves it may add « (1)»


class BadLinkError(OporaError):
    """Text that is no web address."""

    message = N_("“{link}” is not a web address. Write it like https://school.example/page.")


class UnknownEvidenceError(OporaError):
    """No such piece of evidence on this occurrence."""

    message = N_("There is no evidence with the number {evidence} here. See: opora occurrence show.")


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    FILE = "file"
    LINK = "link"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece; `name` is the file's name, the link's address or the note's text.

    Attributes:
        removed_at: when it was taken out of what the next submission seals; earlier submissions keep it.
    """

    id: int
    occurrence_id: int
    kind: EvidenceKind
    name: str
    media_type: str
    blob_digest: bytes | None
    size: int | None
    added_at: datetime
    added_by: str
    removed_at: datetime | None


def add_file(office: Office, actor: Actor, occurrence_id: int, stream: BinaryIO, *, name: str) -> Evidence:
    """Store a file as evidence; it counts once it is submitted. What it is, is told by its content.

    The same content a second time, under whatever name, is the piece that is there already. Content in which a virus is
    known is refused, be there a scanner now or not.

    Raises:
        EvidenceTooLargeError, EvidenceFolderError: nothing was recorded.
        DangerousFileError, EmptyFileError, DamagedArchiveError: no file to be taken as evidence; nothing is kept.
        InfectedFileError, ScannerError: the virus scanner has refused it, or did not answer.
        EventNotAllowedError, RoleNotAllowedError: the occurrence or the role does not allow it.
    """
    bare = fold_file_name(name)
    refuse_name(bare)
    reception = Reception(bare, office.scanner)
    stored = office.evidence.store(stream, FILE_LIMIT_BYTES, reception.examine)
    with office.store.write() as work:
        # Of two who send the same file at the same moment the second one waits here, and finds the first one's.
        lock_occurrence(work.connection, occurrence_id)
        same = _find_same(work.connection, occurrence_id, stored)
        keep_blob(work, stored, is_scanned=reception.is_scanned)
        if same is not None:
            return same
        row: dict[str, object] = {
            "kind": EvidenceKind.FILE.value,
            "blob_digest": stored.digest,
            "name": bare,
            "media_type": reception.media_type,
        }
        return _add(office, work, actor, occurrence_id, row)


def _find_same(connection: Connection, occurrence_id: int, stored: StoredBlob) -> Evidence | None:
    """The piece with the same content, unless its bytes were removed after their time."""
    kept = list_evidence(connection, occurrence_id)
    same = next((each for each in kept if each.blob_digest == stored.digest), None)
    gone = select(removed_blob).where(removed_blob.c.blob_digest == stored.digest)
    return None if connection.execute(gone).first() else same


def keep_blob(work: UnitOfWork, stored: StoredBlob, *, is_scanned: bool) -> None:
    """A row for the content, whoever stored the same content before or does so at this moment.

    What was removed after its time and is sent again is there again.

    Args:
        work: the transaction.
        stored: the content.
        is_scanned: a scanner has looked at it just now and found nothing.

    Raises:
        InfectedFileError: nobody has looked now, and a virus was found in it before.
    """
    work.connection.execute(delete(removed_blob).where(removed_blob.c.blob_digest == stored.digest))
    if not work.connection.execute(select(blob.c.digest).where(blob.c.digest == stored.digest)).first():
        with suppress(IntegrityError), work.connection.begin_nested():
            work.connection.execute(insert(blob).values(digest=stored.digest, size=stored.size, stored_at=work.now))
    if is_scanned:
        record_scan(work, stored.digest)
    else:
        _refuse_known_threat(work.connection, stored.digest)


def _refuse_known_threat(connection: Connection, digest: bytes) -> None:
    scan = read_scans(connection, [digest]).get(digest)
    if scan is not None and scan.threat:
        raise InfectedFileError(threat=scan.threat)


def add_link(office: Office, actor: Actor, occurrence_id: int, link: str) -> Evidence:
    """Record a web address as evidence.

    Raises:
        BadLinkError: no http or https address.
    """
    parts = urlsplit(link.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or not link.strip().isprintable():
        raise BadLinkError(link=link)
    with office.store.write() as work:
        return _add(office, work, actor, occurrence_id, {"kind": EvidenceKind.LINK.value, "name": link.strip()})


def add_note(office: Office, actor: Actor, occurrence_id: int, text: str) -> Evidence:
    """Record a note; whether a note alone suffices is a setting of the activity."""
    with office.store.write() as work:
        return _add(office, work, actor, occurrence_id, {"kind": EvidenceKind.NOTE.value, "name": text.strip()})


def _add(office: Office, work: UnitOfWork, actor: Actor, occurrence_id: int, row: dict[str, object]) -> Evidence:
    fire_for(
        office, work, actor, occurrence_id, event="add_evidence", payload={"kind": row["kind"], "name": row["name"]}
    )
    row |= {"occurrence_id": occurrence_id, "added_at": work.now, "added_by": actor.person.short_id}
    evidence_id = work.connection.execute(insert(evidence).values(row).returning(evidence.c.id)).scalar_one()
    return next(each for each in list_evidence(work.connection, occurrence_id) if each.id == evidence_id)


def remove_evidence(office: Office, actor: Actor, occurrence_id: int, evidence_id: int) -> None:
    """Take a piece out of what the next submission seals; earlier submissions keep it.

    Raises:
        UnknownEvidenceError: no such piece here.
    """
    with office.store.write() as work:
        gone = update(evidence).where(
            evidence.c.id == evidence_id, evidence.c.occurrence_id == occurrence_id, evidence.c.removed_at.is_(None)
        )
        if work.connection.execute(gone.values(removed_at=work.now)).rowcount != 1:
            raise UnknownEvidenceError(evidence=evidence_id)
        fire_for(office, work, actor, occurrence_id, event="add_evidence", payload={"removed": evidence_id})


def list_evidence(connection: Connection, occurrence_id: int, *, with_removed: bool = False) -> list[Evidence]:
    """What the next submission would seal, in the order in which it came; `with_removed` also what was taken out."""
    wanted = (
        select(evidence, blob.c.size)
        .outerjoin(blob, blob.c.digest == evidence.c.blob_digest)
        .where(evidence.c.occurrence_id == occurrence_id)
        .order_by(evidence.c.id)
    )
    if not with_removed:
        wanted = wanted.where(evidence.c.removed_at.is_(None))
    return [
        Evidence(**{name: row[name] for name in Evidence.__slots__ if name != "kind"}, kind=EvidenceKind(row["kind"]))
        for row in connection.execute(wanted).mappings()
    ]


def list_damaged(office: Office) -> tuple[int, list[bytes]]:
    """How many files evidence names, and the SHA-256 of those that are missing or not what they were.

    Every file is read again, outside any transaction.
    """
    with office.store.read() as connection:
        digests = list_kept(connection)
    return len(digests), [digest for digest in digests if not _is_whole(office, digest)]


def list_kept(connection: Connection) -> list[bytes]:
    """The SHA-256 of every file whose bytes should be there: all but those removed after their time."""
    removed = select(removed_blob.c.blob_digest)
    wanted = select(blob.c.digest).where(blob.c.digest.not_in(removed)).order_by(blob.c.digest)
    return list(connection.execute(wanted).scalars())


def _is_whole(office: Office, digest: bytes) -> bool:
    try:
        office.evidence.check(digest)
    except EvidenceMissingError:
        return False
    return True


def fold_file_name(name: str) -> str:
    """The bare name of a file as people see it: no folders, no control or direction-changing characters."""
    bare = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(character for character in bare if character.isprintable()).strip(" .")
    return _shorten(clean) or "evidence"


def _shorten(name: str) -> str:
    """At most so many bytes of UTF-8 that file systems take it, the ending kept: it tells programs what it is."""
    ending = PurePosixPath(name).suffix
    room = LONGEST_NAME_BYTES - len(ending.encode())
    if len(name.encode()) <= LONGEST_NAME_BYTES or room < LONGEST_NAME_BYTES // 2:
        return name.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore")
    return name.removesuffix(ending).encode()[:room].decode(errors="ignore").rstrip(" .") + ending
