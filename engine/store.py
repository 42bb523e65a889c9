"""Instances and definitions as stored; what steps write stands in `step_rows`."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, insert, select
from sqlalchemy.exc import IntegrityError

from engine.definition import WorkflowDefinition
from engine.errors import N_, OporaError
from engine.pinned import read_definition
from engine.prepared import Among, Prepared
from engine.tables import definition, history, instance


class StaleRevisionError(OporaError):
    """Another step came between reading and writing."""

    message = N_("Someone else has just changed this. Look at it again and repeat what you want to do.")


class UnknownInstanceError(OporaError):
    """No such instance."""

    message = N_("There is no workflow instance {instance}. The database and the program disagree: run opora doctor.")


class Instance(NamedTuple):
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


INSTANCE_COLUMNS = tuple(instance.c[name] for name in Instance._fields)

# In one order everywhere, so that two batches never wait for each other.
_LOCK_INSTANCES = Prepared(
    select(*INSTANCE_COLUMNS).where(Among(instance.c.id, "ids")).order_by(instance.c.id).with_for_update()
)
_IS_NEWEST = (instance.c.id == history.c.instance_id) & (instance.c.revision == history.c.revision)
_HEADS = Prepared(
    select(history.c.instance_id, history.c.digest).join(instance, _IS_NEWEST).where(Among(instance.c.id, "ids"))
)
_INSTANCES_AND_HEADS = Prepared(
    select(*INSTANCE_COLUMNS, history.c.digest).outerjoin(history, _IS_NEWEST).where(Among(instance.c.id, "ids"))
)


def instance_from_row(row: RowMapping) -> Instance:
    """An `Instance` from a row that has its columns (and perhaps others)."""
    return Instance(**{name: row[name] for name in Instance._fields})


def lock_instances(connection: Connection, ids: Sequence[int]) -> dict[int, Instance]:
    """Instances by id, locked until the transaction ends.

    Raises:
        UnknownInstanceError: one of them does not exist.
    """
    found = {row[0]: Instance._make(row) for row in _LOCK_INSTANCES.fetch(connection, {"ids": ids})}
    _check_all_there(ids, found)
    return found


def read_heads(connection: Connection, instances: Mapping[int, Instance]) -> dict[int, bytes]:
    """Digest of the newest history entry of each locked instance.

    Raises:
        BrokenHistoryError: an instance has no entry of its revision.
    """
    heads: dict[int, bytes] = dict(_HEADS.fetch(connection, {"ids": list(instances)}))
    _check_unbroken(instances, heads)
    return heads


def lock_with_heads(connection: Connection, ids: Sequence[int]) -> tuple[dict[int, Instance], dict[int, bytes]]:
    """What `lock_instances` and `read_heads` give, read at once where the database has one writer only.

    On PostgreSQL a join with the rows being locked would look at an older snapshot.

    Raises:
        UnknownInstanceError: one of them does not exist.
        BrokenHistoryError: an instance has no entry of its revision.
    """
    if connection.dialect.name == "postgresql":
        instances = lock_instances(connection, ids)
        return instances, read_heads(connection, instances)
    rows = _INSTANCES_AND_HEADS.fetch(connection, {"ids": ids})
    instances = {row[0]: Instance._make(row[:-1]) for row in rows}
    heads = {row[0]: row[-1] for row in rows if row[-1] is not None}
    _check_all_there(ids, instances)
    _check_unbroken(instances, heads)
    return instances, heads


def _check_all_there(ids: Iterable[int], found: Mapping[int, Instance]) -> None:
    for each in ids:
        if each not in found:
            raise UnknownInstanceError(instance=each)


def _check_unbroken(instances: Mapping[int, Instance], heads: Mapping[int, bytes]) -> None:
    for key, each in instances.items():
        if key not in heads:
            raise BrokenHistoryError(instance=each.public_id)


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
    """A pinned definition by row id.

    Raises:
        DefinitionLostError: it is not there or cannot be read.
    """
    return read_definition(
        connection.execute(select(definition.c.body).where(definition.c.id == definition_id)).scalar()
    )


def unique(values: Iterable[int]) -> list[int]:
    """The values without repetition, in order."""
    return list(dict.fromkeys(values))
