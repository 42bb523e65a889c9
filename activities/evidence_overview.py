"""What an approver should know of the files of a submission: checked or not, sent before, removed, oddly named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from activities.deadlines.schedule import Explanation
from activities.evidence_scanning import Scan, read_scans
from activities.evidence_tables import removal_act, removed_blob
from activities.evidence_types import find_remarks
from activities.manifest import ManifestFile
from activities.occurrences import get_occurrence
from activities.submissions import Submission, list_submissions
from activities.tables import evidence


@dataclass(frozen=True, slots=True)
class Removal:
    """That the bytes of a file were removed: the number of the act, and when."""

    act: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FileOverview:
    """One file of a submission.

    Attributes:
        remarks: what whoever opens it should know.
        elsewhere: references of other rows for which the very same file was handed in.
        scan: what a virus scanner found in it and when; None where none has looked.
        removal: None while its bytes are kept.
    """

    file: ManifestFile
    remarks: tuple[Explanation, ...]
    elsewhere: tuple[str, ...]
    scan: Scan | None
    removal: Removal | None

    @property
    def is_infected(self) -> bool:
        """Whether a virus is known in it, so that nobody should open it."""
        return self.scan is not None and bool(self.scan.threat)

    @property
    def is_at_hand(self) -> bool:
        """Whether it may be fetched."""
        return self.removal is None and not self.is_infected


def list_file_overviews(connection: Connection, submission: Submission) -> list[FileOverview]:
    """The files of a submission in the order of its manifest."""
    files = submission.manifest.files
    digests = {file.digest for file in files}
    scans, removals = read_scans(connection, digests), read_removals(connection, digests)
    elsewhere = _read_elsewhere(connection, submission.occurrence_id, files)
    return [
        FileOverview(
            file=file,
            remarks=tuple(find_remarks(file.name, file.media_type)),
            elsewhere=tuple(elsewhere.get(file.digest, ())),
            scan=scans.get(file.digest),
            removal=removals.get(file.digest),
        )
        for file in files
    ]


def read_removals(connection: Connection, digests: set[bytes]) -> dict[bytes, Removal]:
    """Digest → removal, of those whose bytes were removed."""
    wanted = (
        select(removed_blob.c.blob_digest, removal_act.c.id, removal_act.c.made_at)
        .join(removal_act, removal_act.c.id == removed_blob.c.act_id)
        .where(removed_blob.c.blob_digest.in_(digests))
    )
    return {row.blob_digest: Removal(row.id, row.made_at) for row in connection.execute(wanted)}


def list_acts(connection: Connection) -> list[tuple[int, datetime, int]]:
    """Number, instant and count of files of every act of removal, the first one first."""
    wanted = (
        select(removal_act.c.id, removal_act.c.made_at, func.count())
        .join(removed_blob, removed_blob.c.act_id == removal_act.c.id)
        .group_by(removal_act.c.id, removal_act.c.made_at)
        .order_by(removal_act.c.id)
    )
    return [tuple(row) for row in connection.execute(wanted)]


def _read_elsewhere(
    connection: Connection, occurrence_id: int, files: Sequence[ManifestFile]
) -> dict[bytes, list[str]]:
    """Digest → references of other rows with a submission, not taken back, that holds the same bytes."""
    digests = {file.digest for file in files}
    others = connection.execute(
        select(evidence.c.occurrence_id)
        .where(evidence.c.blob_digest.in_(digests), evidence.c.occurrence_id != occurrence_id)
        .distinct()
        .order_by(evidence.c.occurrence_id)
    ).scalars()
    found: dict[bytes, list[str]] = {}
    for other in others:
        sealed = {
            file.digest
            for each in list_submissions(connection, other)
            if each.withdrawn_at is None
            for file in each.manifest.files
        }
        for digest in digests & sealed:
            found.setdefault(digest, []).append(get_occurrence(connection, other).reference)
    return found
