"""What a message is about: the step of history that wrote it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from engine.outbox import Message
from engine.tables import history, payload


@dataclass(frozen=True, slots=True)
class Cause:
    """The step behind a message.

    Attributes:
        actor: short id of who acted, or `timer`.
        subject_digest: SHA-256 of the manifest that was submitted or decided on.
        payload: reasons and moved dates; empty once erased.
    """

    actor: str
    subject_digest: bytes | None
    payload: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """One of the payload's texts, empty where it has none."""
        return str(self.payload.get(name, ""))

    def date_before(self, anchor: str) -> date | None:
        """What a moved anchor was before; None where it was not moved, or had no date."""
        before = self.payload.get("dates", {}).get(anchor, [None])[0]
        return date.fromisoformat(before) if before else None


def read_cause(connection: Connection, message: Message) -> Cause:
    """The step that wrote a message."""
    same = (payload.c.instance_id == history.c.instance_id) & (payload.c.revision == history.c.revision)
    row = connection.execute(
        select(history.c.actor, history.c.subject_digest, payload.c.body)
        .outerjoin(payload, same)
        .where(history.c.instance_id == message.instance_id, history.c.revision == message.revision)
    ).one()
    return Cause(row.actor, row.subject_digest, json.loads(row.body) if row.body else {})
