"""What a backup says about itself, written last: a file that has it is complete."""

import json
from dataclasses import dataclass

from engine.errors import N_, OporaError

FORMAT = 1
MANIFEST_NAME = "manifest.json"


class NoBackupError(OporaError):
    """The file is not a backup of ours, or not all of one."""

    message = N_("{path} is no complete backup: {reason}. Take another copy of it.")


class NewerBackupError(OporaError):
    """A backup of a newer version of the program."""

    message = N_("{path} was made by a newer version of Opora ({program}). Install that version or a newer one.")


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """The contents of a backup.

    Attributes:
        made_at: ISO 8601, the machine's time.
        program: version of Opora.
        schema: version of the database's schema.
        purpose: what the database is for.
        database_kind: `sqlite` or `postgresql`; it is brought back into the same kind.
        database_digest: SHA-256 of the database's copy, hexadecimal.
        evidence: SHA-256 of each file of evidence, hexadecimal.
        missing: those that the database knows and the folder did not hold, or held damaged.
    """

    made_at: str
    program: str
    schema: str
    purpose: str
    database_kind: str
    database_digest: str
    evidence: tuple[str, ...]
    missing: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """As JSON."""
        plain = {"format": FORMAT} | {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(plain, ensure_ascii=False, indent=1).encode("utf-8")


def read_manifest(content: bytes, path: object) -> BackupManifest:
    """The manifest that JSON holds.

    Raises:
        NoBackupError: no such JSON.
        NewerBackupError: of a format that this program does not know.
    """
    try:
        plain = dict(json.loads(content))
        if int(plain.pop("format")) > FORMAT:
            raise NewerBackupError(path=path, program=plain.get("program"))
        plain |= {name: tuple(plain[name]) for name in ("evidence", "missing")}
        return BackupManifest(**plain)
    except (ValueError, TypeError, KeyError) as error:
        raise NoBackupError(path=path, reason=str(error)) from error
