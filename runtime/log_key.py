"""The key that signs the log's checkpoints: one file in the keys' folder, never in the database or its backup."""

import os
import stat
from base64 import b64decode
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.canonical import sha256
from engine.checkpoints import ED25519, key_id, verifier_key
from engine.errors import N_, OporaError
from notifications.keys import KeyExposedError

FILE_NAME = "log.key"
SEED_BYTES = 32
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


class LogKeyMissingError(OporaError):
    """There is no key to sign the log with."""

    message = N_(
        "There is no key for the log in {folder}. Bring it back from your copy of the keys, or run opora init."
    )


class LogKeyDamagedError(OporaError):
    """The file does not hold a key."""

    message = N_(
        "The key {path} is damaged or cannot be read. Bring it back from your copy of the keys. Without one, move the "
        "file aside and run opora init: the log goes on under a new key."
    )


class BadVerifierKeyError(OporaError):
    """Text that is no public key of a log."""

    message = N_("“{text}” is not a log's public key. Copy the whole of it: NAME+ID+KEY, as opora audit key prints it.")


class PublicLogKey:
    """What verifies checkpoints.

    Args:
        name: the log's origin.
        public_key: 32 bytes (RFC 8032).
    """

    def __init__(self, name: str, public_key: bytes) -> None:
        self.name = name
        self.public_key = public_key
        self._key = Ed25519PublicKey.from_public_bytes(public_key)

    @classmethod
    def parse(cls, text: str) -> "PublicLogKey":
        """The key of a verifier key, `NAME+KEYID+BASE64`.

        Raises:
            BadVerifierKeyError: it is none, or was altered.
        """
        name, _, rest = text.strip().partition("+")
        stated, _, encoded = rest.partition("+")
        try:
            content = b64decode(encoded, validate=True)
            key = cls(name, content.removeprefix(ED25519))
        except ValueError as error:
            raise BadVerifierKeyError(text=text) from error
        if not name or key_id(key).hex() != stated or verifier_key(key) != text.strip():
            raise BadVerifierKeyError(text=text)
        return key

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the key made this signature of the message."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class LogKey(PublicLogKey):
    """The whole key. Its log is named after it, so that two installations never share a name."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private.public_key().public_bytes_raw()
        super().__init__(f"opora/{sha256(public)[:8].hex()}", public)

    @classmethod
    def create(cls, folder: Path) -> bool:
        """Make the key (mode 0600) unless there is one; whether it was made."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            # O_EXCL: two commands at once must not write over each other's key.
            handle = os.open(folder / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(os.urandom(SEED_BYTES).hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
            return True
        return False

    @classmethod
    def load(cls, folder: Path) -> "LogKey":
        """The key of a folder.

        Raises:
            LogKeyMissingError: it is not there.
            KeyExposedError: its file can be read or written by others.
            LogKeyDamagedError: its file holds no key.
        """
        path = folder / FILE_NAME
        try:
            with path.open(encoding="ascii") as file:
                # The open file is asked, so that it cannot be exchanged between the question and the reading.
                if os.fstat(file.fileno()).st_mode & _OTHERS_MAY:
                    raise KeyExposedError(path=path)
                return cls(bytes.fromhex(file.read().strip()))
        except FileNotFoundError as error:
            raise LogKeyMissingError(folder=folder) from error
        except (OSError, ValueError) as error:
            raise LogKeyDamagedError(path=path) from error

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature."""
        return self._private.sign(message)
