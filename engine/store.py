"""Instances and definitions as stored; what steps write stands in `step_rows`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select
from sqlalchemy.exc import IntegrityError

from engine.definition import WorkflowDefinition, definition_from_plain
from engine.errors import N_, OporaError
from engine.prepared import Among, Prepared
from engine.tables import definition, history, instance


class StaleRevisionError(OporaError):
    """Another step came between reading and writing."""

    message = N_("Someone else has just changed this. Look at it again and repeat what you want to do.")


class UnknownInstanceError(OporaError):
    """No such instance."""

    message = N_("There is no workflow instance {instance}. The database and the program disagree: run opora doctor.")


@dataclass(frozen=True, slots=True)
class Instance:
    """A workflow instance as stored."""

    id: int
    public_id: str
    definition_id: int
    calendar_key: str
    state: str
    revision: int
    starts_on: date | None
    due_on: date | None
    submitted_at: datetime | None
    entered_at: datetime

    def anchors(self) -> dict[str, date | datetime | None]:
        """The anchors that ladders refer to."""
        return {
            "starts_on": self.starts_on,
            "due_on": self.due_on,
            "submitted_at": self.submitted_at,
            "entered_at": self.entered_at,
        }


class BrokenHistoryError(OporaError):
    """An instance's newest history entry is missing."""

    message = N_(
        "The history of {instance} does not reach its present state: the database was altered. "
        "Nothing was changed. Run opora audit verify and restore a backup."
    )


INSTANCE_COLUMNS = tuple(instance.c[name] for name in Instance.__slots__)

# In one order everywhere, so that two batches never wait for each other.
_LOCK_INSTANCES = Prepared(
    select(*INSTANCE_COLUMNS).where(Among(instance.c.id, "ids")).order_by(instance.c.id).with_for_update()
)
_HEADS = Prepared(
    select(history.c.instance_id, history.c.digest)
    .join(instance, (instance.c.id == history.c.instance_id) & (instance.c.revision == history.c.revision))
    .where(Among(instance.c.id, "ids"))
)


def instance_from_row(row: RowMapping) -> Instance:
    """An `Instance` from a row that has its columns (and perhaps others)."""
    return Instance(**{name: row[name] for name in Instance.__slots__})


def lock_instances(connection: Connection, ids: Sequence[int]) -> dict[int, Instance]:
    """Instances by id, locked until the transaction ends.

    Raises:
        UnknownInstanceError: one of them does not exist.
    """
    found = {row[0]: Instance(*row) for row in _LOCK_INSTANCES.fetch(connection, {"ids": ids})}
    for each in ids:
        if each not in found:
            raise UnknownInstanceError(instance=each)
    return found


def read_heads(connection: Connection, instances: Mapping[int, Instance]) -> dict[int, bytes]:
    """Digest of the newest history entry of each locked instance.

    A statement of its own: under PostgreSQL a join with the rows being locked would look at an older snapshot.

    Raises:
        BrokenHistoryError: an instance has no entry of its revision.
    """
    heads: dict[int, bytes] = dict(_HEADS.fetch(connection, {"ids": list(instances)}))
    for key, each in instances.items():
        if key not in heads:
            raise BrokenHistoryError(instance=each.public_id)
    return heads


def insert_instances(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Store new instances; their ids in the order of the rows."""
    statement = insert(instance).returning(instance.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, rows).scalars())


def pin_definition(connection: Connection, wanted: WorkflowDefinition, now: datetime) -> int:
    """Row id of a definition with this content, stored on first use."""
    digest = wanted.digest()
    known = select(definition.c.id).where(definition.c.digest == digest)
    found = connection.execute(known).scalar()
    if found is None:
        row = {"name": wanted.name, "digest": digest, "body": wanted.body(), "created_at": now}
        # Another process may store the same content at this moment.
        with suppress(IntegrityError), connection.begin_nested():
            connection.execute(insert(definition).values(row))
        found = connection.execute(known).scalar_one()
    return int(found)


def load_definition(connection: Connection, definition_id: int) -> WorkflowDefinition:
    """A pinned definition by row id."""
    body = connection.execute(select(definition.c.body).where(definition.c.id == definition_id)).scalar_one()
    return definition_from_plain(json.loads(body))


def unique(values: Iterable[int]) -> list[int]:
    """The values without repetition, in order."""
    return list(dict.fromkeys(values))
