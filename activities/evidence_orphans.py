"""Files in the evidence folder that no row speaks of: what an interrupted upload or removal left behind.

A file is stored before its row (`evidence_folder`), so a young file without one is no orphan: its writer may be on the
way.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from activities.evidence_folder import EvidenceFolderError
from activities.evidence_removal import YOUNG, folder_now, is_left, kept_names, list_set_aside, remove_files
from activities.office import Office


@dataclass(frozen=True, slots=True)
class Orphan:
    """A file that nothing needs, and its size in bytes."""

    path: Path
    size: int


def list_orphans(office: Office, young: timedelta = YOUNG) -> list[Orphan]:
    """Files older than `young` that no row speaks of, leftovers of uploads and of removals among them.

    Raises:
        EvidenceFolderError: the folder cannot be read.
    """
    try:
        before = folder_now(office) - young.total_seconds()
        kept = kept_names(office)
        return [Orphan(path, path.stat().st_size) for path in _files(office) if is_left(path, kept, before)]
    except OSError as error:
        raise EvidenceFolderError(reason=error.strerror or str(error)) from error


def remove_orphans(office: Office, young: timedelta = YOUNG) -> list[Orphan]:
    """Remove them; gives those that are gone.

    Raises:
        EvidenceFolderError: the folder cannot be written.
    """
    found = list_orphans(office, young)
    gone = set(remove_files(office, [each.path for each in found], young))
    return [each for each in found if each.path in gone]


def _files(office: Office) -> list[Path]:
    folder = office.evidence
    stored = [path for path in (folder.path / "sha256").glob("*/*") if path.is_file()]
    arriving = [path for path in folder.incoming.glob("*") if path.is_file()]
    return [*sorted(stored + arriving), *list_set_aside(office)]
