"""Files of evidence, addressed by their content: `sha256/ab/abcdef…`."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from engine.errors import N_, OporaError

CHUNK_BYTES = 1 << 20
MEGABYTE = 1 << 20


class EvidenceTooLargeError(OporaError):
    """A file beyond the limit."""

    message = N_("The file is larger than {limit} MB. Make it smaller, split it, or give a link to it instead.")


class EvidenceFolderError(OporaError):
    """The evidence folder cannot be written or read."""

    message = N_("The evidence folder cannot be used: {reason}. Nothing was recorded. Check its rights and free space.")


class EvidenceMissingError(OporaError):
    """A file that the database knows is not in the folder, or is not what it was."""

    message = N_("The evidence file {digest} is missing or damaged. Restore it from a backup (opora restore).")


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A stored file's SHA-256 (32 bytes) and size in bytes."""

    digest: bytes
    size: int


def _take_as_it_is(_stream: BinaryIO) -> None:
    """Whoever stores what was stored before, as when a backup is brought back, has nothing to look at."""


class EvidenceFolder:
    """Content-addressed files; once stored, a file never changes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def incoming(self) -> Path:
        """Where files lie while they arrive."""
        return self.path / "incoming"

    @property
    def leaving(self) -> Path:
        """Where files lie while it is looked whether they may go."""
        return self.path / "leaving"

    def path_of(self, digest: bytes) -> Path:
        """Where the file with this SHA-256 lies."""
        name = digest.hex()
        return self.path / "sha256" / name[:2] / name

    def store(self, stream: BinaryIO, limit: int, examine: Callable[[BinaryIO], None] = _take_as_it_is) -> StoredBlob:
        """Store a stream of at most `limit` bytes durably; the row that names it comes after.

        The order matters: file examined, synced, renamed, folder synced, and only then a row may speak of it.

        Args:
            stream: what is stored.
            limit: in bytes.
            examine: looks at exactly the bytes that would be kept; whatever it raises, nothing is.

        Raises:
            EvidenceTooLargeError: more than `limit` bytes; nothing is kept.
            EvidenceFolderError: the folder cannot be written.
        """
        try:
            return self._store(stream, limit, examine)
        except OSError as error:
            raise EvidenceFolderError(reason=error.strerror or str(error)) from error

    def _store(self, stream: BinaryIO, limit: int, examine: Callable[[BinaryIO], None]) -> StoredBlob:
        self.incoming.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.incoming, delete=False) as staged:
            try:
                stored = _copy(stream, staged, limit)
                staged.flush()
                examine(cast("BinaryIO", staged.file))
                os.fsync(staged.fileno())
            except BaseException:
                Path(staged.name).unlink(missing_ok=True)
                raise
        target = self.path_of(stored.digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(staged.name).chmod(0o440)
        Path(staged.name).replace(target)
        for folder in (target.parent, target.parent.parent, self.path):
            _sync_folder(folder)
        return stored

    @contextmanager
    def open(self, digest: bytes) -> Iterator[BufferedReader]:
        """The file with this digest, open for reading.

        Raises:
            EvidenceMissingError: it is not there.
        """
        try:
            stream = self.path_of(digest).open("rb")
        except OSError as error:
            raise EvidenceMissingError(digest=digest.hex()) from error
        with stream:
            yield stream

    def check(self, digest: bytes) -> None:
        """Read the file again and compare its SHA-256.

        Raises:
            EvidenceMissingError: it is not there or not what it was.
        """
        with self.open(digest) as stream:
            if hashlib.file_digest(stream, "sha256").digest() != digest:
                raise EvidenceMissingError(digest=digest.hex())


def _copy(source: BinaryIO, target: "tempfile._TemporaryFileWrapper[bytes]", limit: int) -> StoredBlob:
    hasher = hashlib.sha256()
    size = 0
    while chunk := source.read(CHUNK_BYTES):
        size += len(chunk)
        if size > limit:
            raise EvidenceTooLargeError(limit=limit // MEGABYTE)
        hasher.update(chunk)
        target.write(chunk)
    return StoredBlob(hasher.digest(), size)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
