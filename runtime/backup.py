"""A backup: the database and the evidence in one tar file; the keys never.

The order counts: a file of evidence is stored before the row that names it, so evidence copied after the database holds
everything that the copy of the database speaks of.
"""

import hashlib
import io
import os
import tarfile
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from activities.evidence import list_kept
from activities.evidence_folder import EvidenceFolder, EvidenceMissingError
from engine.clock import Clock, SystemClock, format_instant
from engine.database import open_database, reading
from engine.errors import N_, OporaError
from runtime import migrations
from runtime.backup_manifest import MANIFEST_NAME, BackupManifest
from runtime.database_copy import copy_out
from runtime.database_marks import refuse_closed
from runtime.installation import get_purpose
from runtime.settings import Settings

DATABASE_NAME = "database"


class BackupExistsError(OporaError):
    """There is a file of that name."""

    message = N_("{path} is there already; a backup never overwrites. Give another name.")


class BackupFolderError(OporaError):
    """The backup cannot be written."""

    message = N_("The backup {path} cannot be written: {reason}. Choose a folder that you may write, with free space.")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made; `size` in bytes."""

    path: Path
    size: int
    manifest: BackupManifest


def evidence_name(digest: str) -> str:
    """Where a file of evidence stands in the backup, by its SHA-256 in hexadecimal."""
    return f"evidence/sha256/{digest[:2]}/{digest}"


def make_backup(settings: Settings, path: Path, clock: Clock | None = None) -> Backup:
    """Write a backup; works while people work, and with a database that waits for an upgrade.

    Raises:
        BackupExistsError: the file is there.
        BackupFolderError: it cannot be written; no half of it is left.
        DatabaseNotInitialisedError: there is nothing to save.
        CopyUnfinishedError, DatabaseMovedError: what is here is not what people work with.
        DatabaseUnavailableError, DatabaseDamagedError, ToolMissingError, ToolFailedError: see `copy_out`.
    """
    if path.exists():
        raise BackupExistsError(path=path)
    schema = _schema(settings)
    try:
        with tempfile.TemporaryDirectory(prefix=".opora-backup-", dir=path.parent) as folder:
            staged = Path(folder) / "backup.tar"
            manifest = _write(settings, schema, staged, clock or SystemClock())
            staged.rename(path)
            return Backup(path, path.stat().st_size, manifest)
    except OSError as error:
        raise BackupFolderError(path=path, reason=error.strerror or error) from error


def _schema(settings: Settings) -> str:
    engine = open_database(settings.database_url)
    try:
        found = migrations.current(engine)
        if found is not None:
            with reading(engine) as connection:
                # A rhythm that went on saving the old place would push out the good backups.
                refuse_closed(connection)
    finally:
        engine.dispose()
    if found is None:
        raise migrations.DatabaseNotInitialisedError
    return found


def _write(settings: Settings, schema: str, staged: Path, clock: Clock) -> BackupManifest:
    copy = staged.with_name(DATABASE_NAME)
    copy_out(settings.database_url, copy)
    with copy.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    # 0600: it holds what people handed in.
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            tar.add(copy, DATABASE_NAME, filter=_nobodys)
            manifest = _add_evidence(settings, schema, tar, digest, clock)
            _add_bytes(tar, MANIFEST_NAME, manifest.to_bytes())
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _add_evidence(
    settings: Settings, schema: str, tar: tarfile.TarFile, database_digest: str, clock: Clock
) -> BackupManifest:
    engine = open_database(settings.database_url)
    try:
        with reading(engine) as connection:
            purpose = get_purpose(connection)
            digests = list_kept(connection)
    finally:
        engine.dispose()
    folder = EvidenceFolder(settings.evidence_dir)
    kept = {digest: _add_file(tar, folder, digest) for digest in digests}
    return BackupManifest(
        made_at=format_instant(clock.now()),
        program=version("opora"),
        schema=schema,
        purpose=purpose.value,
        database_kind=engine.dialect.name,
        database_digest=database_digest,
        evidence=tuple(digest.hex() for digest, there in kept.items() if there),
        missing=tuple(digest.hex() for digest, there in kept.items() if not there),
    )


def _add_file(tar: tarfile.TarFile, folder: EvidenceFolder, digest: bytes) -> bool:
    """Add a file that is what its name says; a damaged one is no evidence, and must not stop the others."""
    try:
        folder.check(digest)
    except EvidenceMissingError:
        return False
    tar.add(folder.path_of(digest), evidence_name(digest.hex()), filter=_nobodys)
    return True


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(_nobodys(info), io.BytesIO(content))


def _nobodys(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Owner and times of files say nothing that a backup needs."""
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info
