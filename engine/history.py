"""Append-only history: one entry a step, chained per instance, hashing exact bytes.

An entry holds opaque ids, enumerations, instants and digests only. Reasons, notes and names are payload: it stands
aside with its salt and can be erased without breaking the chain.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring as _quoted
from typing import Any, NamedTuple

from engine.canonical import canonical_bytes, canonical_json, sha256
from engine.clock import format_instant

NO_DIGEST = bytes(32)
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One step as history keeps it.

    Args:
        instance: public id of the instance.
        revision: 1 for the start, then one more each step.
        subject_digest: SHA-256 of what the step is about: a definition, a submission's manifest.
        payload_digest: SHA-256 of salt and payload bytes.
        previous_digest: digest of the instance's entry before, 32 zero bytes for the first.
    """

    instance: str
    revision: int
    at: datetime
    event: str
    from_state: str
    to_state: str
    actor: str
    on_behalf_of: str | None
    channel: str
    subject_digest: bytes | None
    payload_digest: bytes
    previous_digest: bytes

    def body(self) -> bytes:
        """The exact bytes hashed: canonical JSON (RFC 8785)."""
        return entry_body(self, self.instance)


def entry_body(entry: Any, instance: str) -> bytes:
    """The bytes of an `Entry`, or of a row that has its columns, for the instance with this public id."""
    # Every step and every audit writes this, so it is written out: the keys in their order, what is quoted is text.
    acted_for = "null" if entry.on_behalf_of is None else _quoted(entry.on_behalf_of)
    subject = "null" if entry.subject_digest is None else f'"{entry.subject_digest.hex()}"'
    return canonical_bytes(
        f'{{"actor":{_quoted(entry.actor)},"at":"{format_instant(entry.at)}","channel":{_quoted(entry.channel)},'
        f'"event":{_quoted(entry.event)},"for":{acted_for},"format":{FORMAT},"from":{_quoted(entry.from_state)},'
        f'"instance":{_quoted(instance)},"payload":"{entry.payload_digest.hex()}",'
        f'"previous":"{entry.previous_digest.hex()}","revision":{entry.revision},"subject":{subject},'
        f'"to":{_quoted(entry.to_state)}}}'
    )


class Payload(NamedTuple):
    """What stands beside an entry and can be erased: salt (16 bytes) and canonical JSON."""

    salt: bytes
    body: bytes

    @classmethod
    def seal(cls, values: dict[str, Any]) -> "Payload":
        """Salted so that a digest of a guessable reason tells nothing once the payload is erased."""
        return cls(salt=os.urandom(16), body=canonical_json(values))

    def digest(self) -> bytes:
        """SHA-256 over salt, then body."""
        return sha256(self.salt + self.body)

    def values(self) -> dict[str, Any]:
        """The payload as plain data."""
        values: dict[str, Any] = json.loads(self.body)
        return values
