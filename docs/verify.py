#!/usr/bin/env python3
"""Verify a history that was exported by `opora audit export`, without Opora and without its database.

    python verify.py EXPORT [--key KEY]… [--anchor LINE]… [--json]

Needs Python 3.11 and the package `cryptography`, nothing else. It is meant to be read: this is all there is to it.

- Each entry hashes to its leaf, and follows the entry before it of the same instance (number, state, SHA-256).
- Each payload that was exported is the one that its entry names.
- Each checkpoint states the root of the Merkle tree (RFC 6962) over the entries so far, and is signed (C2SP signed
  note, Ed25519) by one of the keys given. Without --key the key that the file itself names is believed.
- Each anchor (ORIGIN SIZE ROOT, out of a letter or off a paper) states such a root too.

Exit code 0: all of it holds. 1: it does not; the first bad entry is named. 2: the file cannot be read.
"""

# ruff: noqa: T201  (a script that prints)
import argparse
import json
import sys
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NO_DIGEST = "00" * 32


@dataclass
class BadEntryError(Exception):
    """Something that does not hold, and where: an instance's entry, or a leaf."""

    instance: str
    revision: int
    message: str


@dataclass
class Key:
    """A public key: `NAME+ID+BASE64`, where the id is four bytes of a SHA-256 and the content begins with a one."""

    text: str
    name: str = ""
    id: bytes = b""

    def __post_init__(self) -> None:
        self.name, stated, encoded = self.text.strip().split("+", 2)
        content = b64decode(encoded, validate=True)
        self.id = sha256(self.name.encode() + b"\n" + content).digest()[:4]
        if self.id.hex() != stated or content[:1] != b"\x01":
            raise ValueError("the key's id is not its own")
        self.key = Ed25519PublicKey.from_public_bytes(content[1:])

    def has_signed(self, text: str, line: str) -> bool:
        """Whether a signature line `— NAME BASE64(id, signature)` is this key's over the text."""
        mark, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            signature = b64decode(encoded, validate=True)
            if (mark, name, signature[:4]) != ("—", self.name, self.id):
                return False
            self.key.verify(signature[4:], text.encode())
        except (ValueError, InvalidSignature):
            return False
        return True


@dataclass
class Tree:
    """A growing Merkle tree: of each complete subtree at the left only the root is kept."""

    size: int = 0
    peaks: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        """Add a leaf's hash."""
        width = 1
        while self.peaks and self.peaks[-1][0] == width:
            leaf = sha256(b"\x01" + self.peaks.pop()[1] + leaf).digest()
            width *= 2
        self.peaks.append((width, leaf))
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.peaks:
            return sha256(b"").digest()
        root = self.peaks[-1][1]
        for _, peak in reversed(self.peaks[:-1]):
            root = sha256(b"\x01" + peak + root).digest()
        return root


@dataclass
class History:
    """What was read so far.

    `heads` holds of each instance how many entries it has, the state it is in and its newest entry's digest.
    """

    keys: list[Key]
    anchors: list[tuple[str, int, bytes]]
    tree: Tree = field(default_factory=Tree)
    heads: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    problems: list[BadEntryError] = field(default_factory=list)
    proven: int = 0
    checkpoints: int = 0

    def take(self, line: dict) -> None:
        """Check a line and note what is wrong with it."""
        try:
            self._checkpoint(line["checkpoint"]) if "checkpoint" in line else self._entry(line)
        except BadEntryError as problem:
            self.problems.append(problem)

    def _entry(self, line: dict) -> None:
        here, body = f"leaf {self.tree.size}", line["body"]
        stored = bytes.fromhex(line["hash"] or "")
        self.tree.add(stored or sha256(b"\x00" + (body or "").encode()).digest())
        self._anchors()
        if line["leaf"] != self.tree.size - 1:
            raise BadEntryError(here, 0, f"leaf {line['leaf']} stands in its place")
        if body is None:
            raise BadEntryError(here, 0, "its entry is gone")
        try:
            entry = json.loads(body)
            instance, revision = entry["instance"], entry["revision"]
        except (ValueError, KeyError, TypeError):
            raise BadEntryError(here, 0, "it is not an entry") from None
        if sha256(b"\x00" + body.encode()).digest() != stored:
            raise BadEntryError(instance, revision, f"it is not what was sealed as {here}")
        count, state, digest = self.heads.get(instance, (0, "", NO_DIGEST))
        self.heads[instance] = (revision, entry["to"], sha256(body.encode()).hexdigest())
        if (revision, entry["from"], entry["previous"]) != (count + 1, state, digest):
            raise BadEntryError(instance, revision, "it does not follow the entry before it")
        if line.get("payload"):
            said = bytes.fromhex(line["payload"]["salt"]) + line["payload"]["body"].encode()
            if sha256(said).hexdigest() != entry["payload"]:
                raise BadEntryError(instance, revision, "its payload is not the one recorded")

    def _checkpoint(self, note: str) -> None:
        text, _, signatures = note.partition("\n\n")
        here = f"leaf {max(0, self.tree.size - 1)}"
        if not any(key.has_signed(text + "\n", each) for key in self.keys for each in signatures.split("\n")):
            raise BadEntryError(here, 0, "no known key has signed the checkpoint here")
        origin, size, root = text.split("\n")
        if origin not in {key.name for key in self.keys} or size != str(self.tree.size):
            raise BadEntryError(here, 0, f"the checkpoint here is of {origin} at {size} entries")
        if root != b64encode(self.tree.root()).decode():
            raise BadEntryError(f"leaf {self.proven}", 0, f"something from here up to entry {size} was rewritten")
        self.proven = self.tree.size
        self.checkpoints += 1

    def _anchors(self) -> None:
        for origin, size, root in self.anchors:
            if size == self.tree.size and root != self.tree.root():
                raise BadEntryError(
                    "leaf 0", 0, f"something up to entry {size} was rewritten: the anchor says another root"
                )
            if size == self.tree.size and origin not in {key.name for key in self.keys}:
                raise BadEntryError("leaf 0", 0, f"the anchor is of another log, {origin}")

    def finish(self) -> None:
        """What can only be said at the end."""
        end = f"leaf {self.tree.size}"
        if (self.proven != self.tree.size or not self.checkpoints) and not self.problems:
            self.problems.append(BadEntryError(end, 0, "the file does not end with a checkpoint: it was cut"))
        for _, size, _ in self.anchors:
            if size > self.tree.size:
                self.problems.append(
                    BadEntryError(end, 0, f"the history was cut: the anchor was sent out at {size} entries")
                )


def read_anchor(line: str) -> tuple[str, int, bytes]:
    """Origin, size and root of an anchor, with or without the name of its mail header."""
    origin, size, root = line.removeprefix("X-Opora-Checkpoint:").split()
    if int(size) < 1:
        raise ValueError("nothing was written yet")
    return origin, int(size), b64decode(root, validate=True)


def main() -> int:
    """Read the arguments and the file, print what was found."""
    parser = argparse.ArgumentParser(description="Verify an exported history.")
    parser.add_argument("export")
    parser.add_argument(
        "--key", action="append", type=Key, default=[], help="NAME+ID+KEY, as opora audit key prints it"
    )
    parser.add_argument("--anchor", action="append", type=read_anchor, default=[], help="ORIGIN SIZE ROOT")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        with Path(given.export).open(encoding="utf-8") as file:
            head = json.loads(next(file))
            history = History(given.key or [Key(head["key"])], given.anchor)
            for line in file:
                history.take(json.loads(line))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError) as error:
        print(plain(f"{given.export} cannot be read: {type(error).__name__}: {error}"), file=sys.stderr)
        return 2
    history.finish()
    return report(history, believed=not given.key, as_json=given.json)


def plain(text: str) -> str:
    """The text on one line, as any terminal shows it: what a file says must not look like what this program says."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def report(history: History, *, believed: bool, as_json: bool) -> int:
    """Print what was read and found; the exit code."""
    found = [{"instance": p.instance, "revision": p.revision, "message": p.message} for p in history.problems]
    if as_json:
        print(json.dumps({"entries": history.tree.size, "checkpoints": history.checkpoints, "findings": found}))
    else:
        for each in found:
            print(plain(f"{each['instance']}, entry {each['revision']}: {each['message']}"))
        root = b64encode(history.tree.root()).decode()
        print(f"{history.tree.size} entries, {history.checkpoints} checkpoints, root {root}: "
              + ("NOT as they were written." if found else "as they were written."))  # fmt: skip
        if believed:
            print(
                "The key was taken from the file itself. Compare it with the one you were given:",
                plain(history.keys[0].text),
            )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
