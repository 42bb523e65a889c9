"""The files of a reply: kept aside as a draft, until the coordinator makes them evidence or dismisses them."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from activities.evidence import keep_blob, list_evidence
from activities.evidence_folder import StoredBlob
from activities.evidence_reception import Reception
from activities.evidence_refusals import DamagedArchiveError, DangerousFileError, EmptyFileError, refuse_name
from activities.evidence_scanning import read_scans
from activities.office import Office
from activities.tables import blob, occurrence
from activities.virus_scanner import InfectedFileError
from engine.errors import N_
from engine.tables import instance
from engine.unit_of_work import UnitOfWork
from notifications.mail.attachments import FILE_BYTES, Attachment, Attachments, LeftOut
from notifications.mail.contexts import Row, read_context
from notifications.mail.incoming import Incoming, decoded, header, iter_leaves, part_text
from notifications.mail.kinds import SORTS, Kind
from notifications.mail.letters import Letter
from notifications.tables import arrival, arrived_file

REFUSALS = (DangerousFileError, DamagedArchiveError, EmptyFileError, InfectedFileError)
ALREADY_THERE = N_("it is there already")
_FIRST_LINES = 30
_WORD = re.compile(r"[\w.:/@~-]*\w")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a reply, stored by its content; `is_scanned`: a scanner has found nothing in it."""

    name: str
    media_type: str
    blob: StoredBlob
    is_scanned: bool


@dataclass(frozen=True, slots=True)
class ReplyFiles:
    """What a reply brought.

    Attributes:
        occurrence_id: what the files show; None where the letter was about several things and the reply names none.
    """

    files: tuple[StoredFile, ...]
    left_out: tuple[LeftOut, ...]
    occurrence_id: int | None = None

    def unknown_to(self, connection: Connection, answered: Letter, incoming: Incoming) -> "ReplyFiles":
        """Without what is evidence already or waits already or is known to be infected, and with what it is about."""
        about = _find_occurrence_id(connection, answered, incoming)
        unwanted = _infected(connection, self.files)
        unwanted |= {each: (ALREADY_THERE, {}) for each in _known_digests(connection, answered, about)}
        again = (LeftOut(each.name, *unwanted[each.blob.digest]) for each in self.files if each.blob.digest in unwanted)
        fresh = tuple(each for each in self.files if each.blob.digest not in unwanted)
        return replace(self, files=fresh, left_out=(*self.left_out, *again), occurrence_id=about)


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file that waits, as stored."""

    id: int
    occurrence_id: int | None
    blob_digest: bytes
    name: str
    media_type: str
    size: int


def list_waiting_digests(connection: Connection) -> dict[bytes, str]:
    """SHA-256 of each file that waits → short id of the answer that brought it."""
    rows = connection.execute(
        select(arrived_file.c.blob_digest, arrival.c.short_id)
        .join(arrival, arrival.c.id == arrived_file.c.arrival_id)
        .where(arrival.c.settled_at.is_(None))
        .order_by(arrived_file.c.id)
    )
    return {row.blob_digest: row.short_id for row in rows}


def prepare_files(office: Office, attachments: Attachments) -> ReplyFiles:
    """Store the files of a reply by their content; no row speaks of them yet.

    What no page would take either, a reply cannot bring.

    Raises:
        EvidenceFolderError: the folder cannot be written.
        ScannerError: the virus scanner does not answer; later again.
    """
    files: list[StoredFile] = []
    left_out = list(attachments.left_out)
    for each in attachments.taken:
        try:
            files.append(_store(office, each))
        except REFUSALS as refusal:
            left_out.append(LeftOut(each.name, refusal.message, refusal.details))
    return ReplyFiles(tuple(files), tuple(left_out))


def _store(office: Office, attached: Attachment) -> StoredFile:
    refuse_name(attached.name)
    reception = Reception(attached.name, office.scanner)
    stored = office.evidence.store(io.BytesIO(attached.content), FILE_BYTES, reception.examine)
    return StoredFile(attached.name, reception.media_type, stored, reception.is_scanned)


def keep_files(work: UnitOfWork, arrival_id: int, found: ReplyFiles) -> None:
    """Write down the files of a reply that was stored in this transaction."""
    for each in found.files:
        keep_blob(work, each.blob, is_scanned=each.is_scanned)
        row = {
            "arrival_id": arrival_id,
            "occurrence_id": found.occurrence_id,
            "blob_digest": each.blob.digest,
            "name": each.name,
            "media_type": each.media_type,
        }
        work.connection.execute(insert(arrived_file).values(row))


def list_files(connection: Connection, arrival_id: int) -> list[ArrivedFile]:
    """The files of a reply in their order."""
    wanted = (
        select(*(arrived_file.c[name] for name in ArrivedFile.__slots__ if name != "size"), blob.c.size)
        .join(blob, blob.c.digest == arrived_file.c.blob_digest)
        .where(arrived_file.c.arrival_id == arrival_id)
        .order_by(arrived_file.c.id)
    )
    return [ArrivedFile(**row) for row in connection.execute(wanted).mappings()]


def _infected(connection: Connection, files: Sequence[StoredFile]) -> dict[bytes, tuple[str, Mapping[str, Any]]]:
    """Content in which a virus was found before, where no scanner has looked now → why it is left out."""
    scans = read_scans(connection, [each.blob.digest for each in files if not each.is_scanned])
    return {
        digest: (InfectedFileError.message, {"threat": scan.threat}) for digest, scan in scans.items() if scan.threat
    }


def _known_digests(connection: Connection, answered: Letter, occurrence_id: int | None) -> set[bytes]:
    waiting = (
        select(arrived_file.c.blob_digest)
        .join(arrival, arrival.c.id == arrived_file.c.arrival_id)
        .where(arrival.c.letter_id == answered.id, arrival.c.settled_at.is_(None))
    )
    gathered = list_evidence(connection, occurrence_id) if occurrence_id else []
    there = {each.blob_digest for each in gathered if each.blob_digest}
    return there | set(connection.execute(waiting).scalars())


def _find_occurrence_id(connection: Connection, answered: Letter, incoming: Incoming) -> int | None:
    """What the letter was about; of several rows the only one that the reply names."""
    rows = {row.public_id: row for row in read_context(SORTS[Kind(answered.kind)].context, answered.context).rows()}
    meant = list(rows.values()) if len(rows) == 1 else _named_rows(list(rows.values()), incoming)
    if len(meant) != 1:
        return None
    of_row = select(occurrence.c.id).join(instance, instance.c.id == occurrence.c.instance_id)
    return connection.execute(of_row.where(instance.c.public_id == meant[0].public_id)).scalar()


def _named_rows(rows: Sequence[Row], incoming: Incoming) -> list[Row]:
    """The rows whose reference, or whose number if no other row has it, the person wrote."""
    words = {word for line in _written_lines(incoming) for word in _WORD.findall(line)}
    by_reference = [row for row in rows if row.reference in words]
    return by_reference or [row for row in rows if row.number in words]


def _written_lines(incoming: Incoming) -> Iterator[str]:
    """The subject and the first lines of the text, up to what is quoted."""
    yield decoded(header(incoming.message, "Subject", 1_000))
    for part in iter_leaves(incoming.message):
        if part.get_content_type() == "text/plain" and not part.get_filename():
            for line in part_text(part, 8_192).splitlines()[:_FIRST_LINES]:
                if line.startswith((">", "-----")):
                    return
                yield line
            return
