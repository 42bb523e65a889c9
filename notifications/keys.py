"""The secret keys that sign links: files in a folder of their own, never in the database or its backup."""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import N_, OporaError

KEY_BYTES = 32
_FILE_NAME = re.compile(r"link-([1-9][0-9]{0,5})\.key")
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


class KeysMissingError(OporaError):
    """The folder holds no key for links."""

    message = N_("There is no key for links in {folder}. Run opora init, or set OPORA_KEYS_DIR to where the keys lie.")


class KeysExistError(OporaError):
    """Keys are there already: new ones would make every link sent so far useless."""

    message = N_("{folder} holds keys for links already; they were left as they are.")


class KeyExposedError(OporaError):
    """Other accounts of the machine may read a key."""

    message = N_("The key {path} can be read by others on this machine. Run: chmod 600 {path}")


class KeyDamagedError(OporaError):
    """A key file does not hold a key."""

    message = N_(
        "The key {path} is damaged or cannot be read. Bring it back from your copy of the keys; "
        "without it the links that it signed no longer work."
    )


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that sign links, by key id; the newest signs, all verify.

    Attributes:
        secrets: key id (a number as text) → 32 random bytes.
    """

    secrets: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def create(cls, folder: Path) -> "Keys":
        """Make the folder (mode 0700) and the first key (mode 0600).

        Raises:
            KeysExistError: there is a key already.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _key_files(folder):
            raise KeysExistError(folder=folder)
        _write_key(folder, "1")
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> "Keys":
        """The keys of a folder.

        Raises:
            KeysMissingError: the folder or the keys are not there.
            KeyExposedError: a key's file can be read or written by others.
            KeyDamagedError: a key's file holds no key.
        """
        files = _key_files(folder)
        if not files:
            raise KeysMissingError(folder=folder)
        return cls({key_id: _read_key(path) for key_id, path in files.items()})

    @classmethod
    def rotate(cls, folder: Path) -> "Keys":
        """Add a key that signs from now on; links of the older ones stay good until they expire.

        Raises:
            KeysMissingError, KeyExposedError, KeyDamagedError: as `load`.
        """
        newest = cls.load(folder).newest
        _write_key(folder, str(int(newest) + 1))
        return cls.load(folder)

    @property
    def newest(self) -> str:
        """The id of the key that signs."""
        return max(self.secrets, key=int)


def _key_files(folder: Path) -> dict[str, Path]:
    names = ((_FILE_NAME.fullmatch(path.name), path) for path in folder.glob("link-*.key"))
    return {match[1]: path for match, path in names if match}


def _write_key(folder: Path, key_id: str) -> None:
    # O_EXCL: two commands that rotate at once must not write over each other's key.
    handle = os.open(folder / f"link-{key_id}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(os.urandom(KEY_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read_key(path: Path) -> bytes:
    try:
        with path.open(encoding="ascii") as file:
            # The open file is asked, so that it cannot be exchanged between the question and the reading.
            if os.fstat(file.fileno()).st_mode & _OTHERS_MAY:
                raise KeyExposedError(path=path)
            secret = bytes.fromhex(file.read().strip())
    except (OSError, ValueError) as error:
        raise KeyDamagedError(path=path) from error
    if len(secret) != KEY_BYTES:
        raise KeyDamagedError(path=path)
    return secret
