"""Bringing a backup back, into an empty place only, everything verified before any of it counts."""

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy.engine import make_url

from activities.evidence_folder import EvidenceFolder
from engine.audit import Finding
from engine.clock import SystemClock
from engine.database import open_database
from engine.errors import N_, OporaError
from engine.unit_of_work import SilentBell, Store
from runtime import migrations
from runtime.backup import DATABASE_NAME, evidence_name
from runtime.backup_manifest import MANIFEST_NAME, BackupManifest, NoBackupError, read_manifest
from runtime.database_copy import copy_in, refuse_used
from runtime.installation import DataFolderError
from runtime.log_key import SEED_BYTES, LogKey, LogKeyMissingError, PublicLogKey
from runtime.privileges import grant_access
from runtime.settings import Settings
from runtime.verification import verify_records

SIGNATURE = "signature"
"""The code of what `verify_log` finds where no key fits a checkpoint."""

_LARGEST_MANIFEST = 64 << 20


class DataFolderUsedError(OporaError):
    """There are data where a backup is to be brought back."""

    message = N_(
        "{folder} is not empty; nothing was changed. Set OPORA_DATA_DIR to an empty folder and run the command again."
    )


class OtherDatabaseKindError(OporaError):
    """A backup of SQLite into PostgreSQL, or the other way round."""

    message = N_("The backup holds a database of {kind}. Set OPORA_DATABASE_URL to one of that kind.")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back.

    Attributes:
        findings: of its history and the log over it; None where the schema is older than this program, which must
            upgrade it first.
        signatures_checked: whether a key of the log was there to check its checkpoints with.
    """

    manifest: BackupManifest
    findings: tuple[Finding, ...] | None
    signatures_checked: bool


def restore_backup(settings: Settings, path: Path, earlier_keys: Sequence[PublicLogKey] = ()) -> Restored:
    """Bring back what a backup holds; if anything does not fit, nothing is changed.

    Keys that lie in the data folder already are left alone: no backup holds them.

    Args:
        settings: where.
        path: the backup.
        earlier_keys: of the log, before the one in the keys' folder.

    Raises:
        NoBackupError, NewerBackupError: the file is no backup, is cut, or was altered.
        DataFolderUsedError, DatabaseUsedError: there are data here already.
        DatabaseTooNewError: its schema is newer than this program.
        DataFolderError: the data folder cannot be written.
        LogKeyDamagedError, KeyExposedError: the log's key lies there and cannot be used.
        and what `copy_in` raises.
    """
    keys = [*_log_keys(settings), *earlier_keys]
    _refuse_used_folder(settings)
    refuse_used(settings.database_owner_url)
    try:
        with _reading_backup(path) as tar:
            with _open_member(tar, MANIFEST_NAME) as stream:
                manifest = read_manifest(stream.read(_LARGEST_MANIFEST), path)
            _refuse_unfit(settings, manifest)
            settings.data_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.data_dir) as staging:
                _bring_back(settings, tar, manifest, Path(staging))
    except OSError as error:
        raise DataFolderError(folder=settings.data_dir, reason=error.strerror or error) from error
    return Restored(manifest, _settle(settings, manifest, keys), signatures_checked=bool(keys))


def _log_keys(settings: Settings) -> list[PublicLogKey]:
    """The log's key, where it was brought back before the backup."""
    with suppress(LogKeyMissingError):
        return [LogKey.load(settings.keys_dir)]
    return []


def _settle(settings: Settings, manifest: BackupManifest, keys: Sequence[PublicLogKey]) -> tuple[Finding, ...] | None:
    """Rights as after `opora init`, and what history and its log say of themselves.

    Findings are told, not refused: whoever restores may have nothing else left.
    """
    engine = open_database(settings.database_owner_url)
    try:
        grant_access(settings, engine)
        if manifest.schema != migrations.newest():
            return None
        # Without any key nobody can say whether a signature is good: all fail under one that signed nothing, which is
        # told and not found.
        records = verify_records(Store(engine, SystemClock(), SilentBell()), keys or [LogKey(os.urandom(SEED_BYTES))])
        return tuple(each for each in records.findings if keys or each.code != SIGNATURE)
    finally:
        engine.dispose()


def _refuse_used_folder(settings: Settings) -> None:
    folder = settings.data_dir
    if folder.is_dir() and any(each.absolute() != settings.keys_dir.absolute() for each in folder.iterdir()):
        raise DataFolderUsedError(folder=folder)


def _refuse_unfit(settings: Settings, manifest: BackupManifest) -> None:
    if make_url(settings.database_owner_url).get_backend_name() != manifest.database_kind:
        raise OtherDatabaseKindError(kind=manifest.database_kind)
    if manifest.schema > migrations.newest():
        raise migrations.DatabaseTooNewError(version=manifest.schema, newest=migrations.newest())


@contextmanager
def _reading_backup(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except tarfile.TarError as error:
        raise NoBackupError(path=path, reason=error) from error
    except FileNotFoundError as error:
        raise NoBackupError(path=path, reason=error.strerror) from error


def _bring_back(settings: Settings, tar: tarfile.TarFile, manifest: BackupManifest, staging: Path) -> None:
    staged = EvidenceFolder(staging / "evidence")
    staged.path.mkdir()
    for digest in manifest.evidence:
        _store_evidence(tar, staged, digest)
    copy = staging / DATABASE_NAME
    _extract_database(tar, copy, manifest.database_digest)
    # The database last: as long as it is missing, nobody takes the folder for a whole installation.
    staged.path.rename(settings.evidence_dir)
    try:
        copy_in(copy, settings.database_owner_url)
    except BaseException:
        shutil.rmtree(settings.evidence_dir)
        raise


def _store_evidence(tar: tarfile.TarFile, folder: EvidenceFolder, digest: str) -> None:
    name = evidence_name(digest)
    with _open_member(tar, name) as stream:
        stored = folder.store(stream, tar.getmember(name).size)
    if stored.digest.hex() != digest:
        raise NoBackupError(path=tar.name, reason=f"{name} was altered")


def _extract_database(tar: tarfile.TarFile, target: Path, digest: str) -> None:
    with _open_member(tar, DATABASE_NAME) as stream, target.open("wb") as file:
        shutil.copyfileobj(stream, file)
    with target.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise NoBackupError(path=tar.name, reason=f"{DATABASE_NAME} was altered")


def _open_member(tar: tarfile.TarFile, name: str) -> BinaryIO:
    """A member's content. Members are asked for by names that we made, so no name in the file leads anywhere."""
    try:
        stream = tar.extractfile(name)
    except KeyError as error:
        raise NoBackupError(path=tar.name, reason=f"{name} is missing") from error
    if stream is None:
        raise NoBackupError(path=tar.name, reason=f"{name} is no file")
    return cast(BinaryIO, stream)
