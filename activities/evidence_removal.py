"""Taking files out of the evidence folder, so that whoever stores the same bytes at that very moment loses nothing.

A file is stored before its row (`evidence_folder`), and anybody may store the same content anew at any moment. So a
file is first put aside; then it is looked at again, by its row and by its age, and put back or removed. Whoever has
stored the bytes within the last day may be about to write the row: young files are never removed. One that is stored
anew while its like lies aside has a place of its own, and stays.

All that removes evidence goes this way: what no row speaks of (`evidence_orphans`), what is past its time
(`evidence_retention`).
"""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from activities.evidence import list_kept
from activities.evidence_folder import EvidenceFolder, EvidenceFolderError
from activities.office import Office

YOUNG = timedelta(days=1)


def remove_files(office: Office, paths: Iterable[Path], young: timedelta = YOUNG) -> list[Path]:
    """Remove those of the files that no row needs and nobody has stored lately; the paths at which nothing is left.

    What a removal that was cut off has left aside is settled as well.

    Raises:
        EvidenceFolderError: the folder cannot be written.
    """
    try:
        _settle(office, young)
        going = list(paths)
        for path in going:
            _put_aside(office.evidence, path)
        _settle(office, young)
        return [path for path in going if not path.exists()]
    except OSError as error:
        raise EvidenceFolderError(reason=error.strerror or str(error)) from error


def is_young(office: Office, path: Path, young: timedelta = YOUNG) -> bool:
    """Whether a file was stored so lately that its row may be on the way; a file that is not there was not."""
    return path.exists() and path.stat().st_mtime >= folder_now(office) - young.total_seconds()


def list_set_aside(office: Office) -> list[Path]:
    """What a removal that was cut off has left aside."""
    return sorted(office.evidence.leaving.glob("*"))


def _put_aside(folder: EvidenceFolder, path: Path) -> None:
    folder.leaving.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):  # gone already, by another removal
        path.replace(folder.leaving / path.name)


def _settle(office: Office, young: timedelta) -> None:
    """Put back what has a row by now or was stored lately; remove the rest."""
    aside = list_set_aside(office)
    if not aside:
        return
    before = folder_now(office) - young.total_seconds()
    kept = kept_names(office)
    for path in aside:
        target = office.evidence.path / "sha256" / path.name[:2] / path.name
        with suppress(FileNotFoundError):  # another removal has settled it
            if not is_left(path, kept, before) and not target.exists():
                path.replace(target)
            else:
                path.unlink()


def is_left(path: Path, kept: set[str], before: float) -> bool:
    """Whether no row speaks of a file, and nobody stored it since `before`."""
    return path.name not in kept and path.stat().st_mtime < before


def kept_names(office: Office) -> set[str]:
    """Names of the files that rows speak of; to be read after the folder's time and before its files."""
    with office.store.read() as connection:
        return {digest.hex() for digest in list_kept(connection)}


def folder_now(office: Office) -> float:
    """The time by the clock that dates the files: on a network drive it is not this machine's."""
    office.evidence.incoming.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=office.evidence.incoming) as probe:
        return os.fstat(probe.fileno()).st_mtime
