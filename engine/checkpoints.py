"""Signed statements of how long the log is and what its root is: C2SP checkpoints, and anchors, their short form.

A checkpoint is a signed note (https://c2sp.org/signed-note) whose text is origin, size and root, a line each
(https://c2sp.org/tlog-checkpoint). An anchor is the same three on one line, unsigned: whoever has kept one can hold
any later state of the log against it.
"""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from engine.errors import N_, OporaError

ED25519 = b"\x01"
"""The signature type's byte in key ids and verifier keys (signed-note, "Signature types")."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_NAME = re.compile(r"[^\s+]+")


class BadAnchorError(OporaError):
    """Text that is no anchor."""

    message = N_(
        "“{text}” is not an anchor. Copy the whole line, in quotes: ORIGIN SIZE ROOT, as it stands in a letter."
    )


class BadCheckpointError(OporaError):
    """A note that is no checkpoint, or whose signature does not hold."""

    message = N_("The checkpoint does not hold: {problem}. Run opora audit verify, which says what else was altered.")


class Verifier(Protocol):
    """The public half of a log's key: Ed25519 (RFC 8032).

    Attributes:
        name: of the key; the log's origin.
        public_key: 32 bytes.
    """

    name: str
    public_key: bytes

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the key made this signature of the message."""
        ...


class Signer(Verifier, Protocol):
    """A log's key."""

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature."""
        ...


@dataclass(frozen=True, slots=True)
class TreeHead:
    """How far a log reaches.

    Args:
        origin: which log.
        size: number of leaves.
        root: 32 bytes, the Merkle root over them.
    """

    origin: str
    size: int
    root: bytes

    def anchor(self) -> str:
        """`ORIGIN SIZE BASE64ROOT`."""
        return f"{self.origin} {self.size} {b64encode(self.root).decode()}"

    def text(self) -> str:
        """The text of the checkpoint: three lines, each ended."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def read_anchor(line: str) -> TreeHead:
    """The head that an anchor names; the name of the mail header before it and broken lines do no harm.

    Raises:
        BadAnchorError: it is none.
    """
    words = line.split()
    if words and words[0].endswith(":"):
        words = words[1:]
    if len(words) != 3:
        raise BadAnchorError(text=line)
    try:
        return _head(*words)
    except ValueError as error:
        raise BadAnchorError(text=line) from error


def _head(origin: str, size: str, root: str) -> TreeHead:
    decoded = b64decode(root, validate=True)
    # Encoded again: base64 lets several texts mean one value, but a checkpoint has only one form.
    if not (_NAME.fullmatch(origin) and _NUMBER.fullmatch(size)) or len(decoded) != 32 or _base64(decoded) != root:
        raise ValueError(root)
    return TreeHead(origin, int(size), decoded)


def _base64(content: bytes) -> str:
    return b64encode(content).decode()


def key_id(key: Verifier) -> bytes:
    """The four bytes that stand before a signature (signed-note, "Signature types", Ed25519)."""
    return sha256(key.name.encode() + b"\n" + ED25519 + key.public_key).digest()[:4]


def verifier_key(key: Verifier) -> str:
    """The public key as others need it: `NAME+KEYID+BASE64` (signed-note, "Verifier keys")."""
    return f"{key.name}+{key_id(key).hex()}+{_base64(ED25519 + key.public_key)}"


def sign_checkpoint(head: TreeHead, signer: Signer) -> str:
    """The signed note of a head."""
    text = head.text()
    return f"{text}\n— {signer.name} {_base64(key_id(signer) + signer.sign(text.encode()))}\n"


def read_checkpoint(note: str) -> TreeHead:
    """The head that a note states, whoever signed it.

    Raises:
        BadCheckpointError: it is no checkpoint.
    """
    lines = note.partition("\n\n")[0].split("\n")
    if len(lines) != 3:
        raise BadCheckpointError(problem=N_("it is not of three lines"))
    try:
        return _head(*lines)
    except ValueError as error:
        raise BadCheckpointError(problem=N_("its lines are not origin, size and root")) from error


def open_checkpoint(note: str, key: Verifier) -> TreeHead:
    """The head that a note states, its signature checked.

    Raises:
        BadCheckpointError: no checkpoint, of another log, or not signed by this key.
    """
    head = read_checkpoint(note)
    if head.origin != key.name:
        raise BadCheckpointError(problem=f"it is of the log {head.origin}, not {key.name}")
    signatures = note.partition("\n\n")[2].split("\n")
    if not any(_is_signed(head.text().encode(), line, key) for line in signatures):
        raise BadCheckpointError(problem=N_("no signature on it is this log's"))
    return head


def _is_signed(text: bytes, line: str, key: Verifier) -> bool:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if (mark, name) != ("—", key.name):
        return False
    try:
        decoded = b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    return decoded[:4] == key_id(key) and key.verify(text, decoded[4:])
