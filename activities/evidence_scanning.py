"""What is known of viruses in evidence: «not checked», or when a scanner found nothing."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from activities.evidence_tables import blob_scan
from engine.unit_of_work import UnitOfWork


def record_scan(work: UnitOfWork, digest: bytes) -> None:
    """Note that a scanner has looked at these bytes now and found nothing."""
    again = update(blob_scan).where(blob_scan.c.blob_digest == digest).values(scanned_at=work.now)
    if work.connection.execute(again).rowcount == 0:
        # Somebody may send the same bytes at this moment.
        with suppress(IntegrityError), work.connection.begin_nested():
            work.connection.execute(insert(blob_scan).values(blob_digest=digest, scanned_at=work.now))


def read_scans(connection: Connection, digests: Collection[bytes]) -> dict[bytes, datetime]:
    """When each of these was last found clean; those that nobody has checked are left out."""
    wanted = select(blob_scan).where(blob_scan.c.blob_digest.in_(digests))
    return {row.blob_digest: row.scanned_at for row in connection.execute(wanted)}
