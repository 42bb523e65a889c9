"""Files in the evidence folder that no row speaks of: what an interrupted upload or removal left behind.

A file is stored before its row (`evidence_folder`), so a young file without one is no orphan: its writer may be on the
way. And a writer may store the same bytes anew at any moment; so a file is first put aside, and what was put aside is
looked at again, by its age and by its row, before it goes.
"""

import os
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from activities.evidence_folder import EvidenceFolderError
from activities.evidence_tables import removed_blob
from activities.office import Office
from activities.tables import blob

YOUNG = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A file that nothing needs, and its size in bytes."""

    path: Path
    size: int


def list_orphans(office: Office, young: timedelta = YOUNG) -> list[Orphan]:
    """Files older than `young` that no row speaks of, leftovers of uploads among them.

    Raises:
        EvidenceFolderError: the folder cannot be read.
    """
    try:
        before = folder_now(office) - young.total_seconds()
        kept = _kept_names(office)
        return [Orphan(path, path.stat().st_size) for path in _files(office) if _is_left(path, kept, before)]
    except OSError as error:
        raise EvidenceFolderError(reason=error.strerror or str(error)) from error


def remove_orphans(office: Office, young: timedelta = YOUNG) -> list[Orphan]:
    """Remove them; gives those that are gone. What was put aside when a removal was cut off is settled as well.

    Raises:
        EvidenceFolderError: the folder cannot be written.
    """
    try:
        _settle(office, young)
        found = list_orphans(office, young)
        for each in found:
            aside = _aside(office) / each.path.name
            aside.parent.mkdir(parents=True, exist_ok=True)
            each.path.replace(aside)
        _settle(office, young)
        return [each for each in found if not each.path.exists()]
    except OSError as error:
        raise EvidenceFolderError(reason=error.strerror or str(error)) from error


def _settle(office: Office, young: timedelta) -> None:
    """Put back what has a row by now or was written anew while it was put aside; remove the rest."""
    aside = _aside(office)
    if not aside.is_dir():
        return
    before = folder_now(office) - young.total_seconds()
    kept = _kept_names(office)
    for path in aside.iterdir():
        target = office.evidence.path / "sha256" / path.name[:2] / path.name
        if not _is_left(path, kept, before) and not target.exists():
            path.replace(target)
        else:
            path.unlink()


def _is_left(path: Path, kept: set[str], before: float) -> bool:
    return path.name not in kept and path.stat().st_mtime < before


def _files(office: Office) -> list[Path]:
    folder = office.evidence.path
    stored = [path for path in (folder / "sha256").glob("*/*") if path.is_file()]
    arriving = [path for path in office.evidence.incoming.glob("*") if path.is_file()]
    return sorted(stored + arriving)


def _kept_names(office: Office) -> set[str]:
    """Names of the files that rows speak of; read after the folder's time and before its files."""
    removed = select(removed_blob.c.blob_digest)
    with office.store.read() as connection:
        digests = connection.execute(select(blob.c.digest).where(blob.c.digest.not_in(removed))).scalars()
        return {digest.hex() for digest in digests}


def folder_now(office: Office) -> float:
    """The time by the clock that dates the files: on a network drive it is not this machine's."""
    office.evidence.incoming.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=office.evidence.incoming) as probe:
        return os.fstat(probe.fileno()).st_mtime


def _aside(office: Office) -> Path:
    return office.evidence.path / "leaving"
