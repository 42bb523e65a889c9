"""Taking a migration back: an entry of its own, for instances to which nothing has happened since."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine.clock import parse_instant
from engine.definition import Ladder, WorkflowDefinition
from engine.migration import (
    MIGRATED,
    ArmedRow,
    Mover,
    Prospect,
    Reckoning,
    carry,
    find_definition_id,
    read_instances,
    read_ladders,
    write_prospects,
)
from engine.registry import Registry
from engine.store import Instance, load_definition, lock_instances
from engine.tables import history, payload
from engine.timers import Armed
from engine.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Undoing:
    """What taking a migration back would do.

    Args:
        moved_on: instances to which something has happened since: they stay.
    """

    prospects: Sequence[Prospect]
    moved_on: Sequence[Instance]


def foresee_undo(
    connection: Connection, registry: Registry, digest: bytes, now: datetime, ids: Sequence[int] | None = None
) -> Undoing:
    """What taking the migration to the definition of this digest back would do; changes nothing.

    Args:
        connection: an open transaction.
        registry: gives the calendars.
        digest: of the definition that instances were migrated to.
        now: the present instant.
        ids: only these instances.
    """
    entries = _migrations_to(connection, digest, ids)
    left_id = find_definition_id(connection, digest)
    current = [each for each in read_instances(connection, list(entries)) if each.definition_id == left_id]
    still = [each for each in current if each.revision == entries[each.id].revision and entries[each.id].ladders]
    rows = read_ladders(connection, [each.id for each in still])
    origins = {digest: _load(connection, digest) for digest in {entries[each.id].from_digest for each in still}}
    left = load_definition(connection, left_id) if left_id is not None and still else None
    prospects = [
        _back(
            _Going(each, entries[each.id], rows.get(each.id, {}), left, digest),
            origins[entries[each.id].from_digest],
            Reckoning(each.anchors(), registry.calendar(each.calendar_key), now),
        )
        for each in still
        if left is not None
    ]
    going = {each.id for each in still}
    return Undoing(prospects, [each for each in current if each.id not in going])


def undo(work: UnitOfWork, registry: Registry, ids: Sequence[int], digest: bytes, mover: Mover) -> list[Prospect]:
    """Take the migration of a batch of instances back, all or none; those that have moved on are left as they are."""
    lock_instances(work.connection, ids)
    prospects = list(foresee_undo(work.connection, registry, digest, work.now, ids).prospects)
    write_prospects(work, prospects, mover)
    return prospects


@dataclass(frozen=True, slots=True)
class _Migrated:
    """A migration as an instance's history tells it; `ladders` is None once its payload is erased."""

    revision: int
    at: datetime
    from_digest: bytes
    from_state: str
    ladders: Mapping[str, Mapping[str, Armed]] | None


def _migrations_to(connection: Connection, digest: bytes, ids: Sequence[int] | None) -> dict[int, _Migrated]:
    """The newest migration to a definition of each instance, but for those that took one back."""
    beside = (payload.c.instance_id == history.c.instance_id) & (payload.c.revision == history.c.revision)
    wanted = (
        select(history.c.instance_id, history.c.revision, history.c.at, history.c.from_state, payload.c.body)
        .outerjoin(payload, beside)
        .where(history.c.event == MIGRATED, history.c.subject_digest == digest)
        .order_by(history.c.instance_id, history.c.revision)
    )
    if ids is not None:
        wanted = wanted.where(history.c.instance_id.in_(ids))
    found = {}
    for row in connection.execute(wanted):
        told = json.loads(row.body) if row.body else {}
        if "undoes" not in told:
            ladders = {when: _armed_of(told["ladders"][when]) for when in ("before", "after")} if told else None
            origin = bytes.fromhex(told.get("from", ""))
            found[row.instance_id] = _Migrated(row.revision, row.at, origin, row.from_state, ladders)
    return found


def _armed_of(told: Mapping[str, Sequence[str]]) -> dict[str, Armed]:
    return {name: Armed(name, rung, parse_instant(due_at)) for name, (rung, due_at) in told.items()}


@dataclass(frozen=True, slots=True)
class _Going:
    """An instance about to go back: how it came, its armed ladders, and the definition that it leaves."""

    instance: Instance
    done: _Migrated
    rows: Mapping[str, ArmedRow]
    left: WorkflowDefinition
    left_digest: bytes


def _load(connection: Connection, digest: bytes) -> WorkflowDefinition:
    definition_id = find_definition_id(connection, digest)
    if definition_id is None:  # pragma: no cover  (definitions are never deleted)
        raise LookupError(digest.hex())
    return load_definition(connection, definition_id)


def _back(going: _Going, origin: WorkflowDefinition, reckoning: Reckoning) -> Prospect:
    done = going.done
    climbing = {one.name: one for one in going.left.ladders_in(going.instance.state)}
    after = {}
    for old in origin.ladders_in(done.from_state):
        row = going.rows.get(old.name)
        if _is_untouched(done, old.name, row):
            restored = _restored(old, done, reckoning)
        else:
            restored = carry(climbing.get(old.name), row, old, reckoning)
        if restored:
            after[old.name] = restored
    return Prospect(
        instance=going.instance,
        from_digest=going.left_digest,
        target=origin,
        target_digest=done.from_digest,
        to_state=done.from_state,
        before={name: row.armed for name, row in going.rows.items()},
        after=after,
        undoes=done.revision,
    )


def _is_untouched(done: _Migrated, name: str, row: ArmedRow | None) -> bool:
    """Whether a ladder stands as the migration left it."""
    return done.ladders is not None and (row.armed if row else None) == done.ladders["after"].get(name)


def _restored(old: Ladder, done: _Migrated, reckoning: Reckoning) -> Armed | None:
    """A ladder as it was, but for reminders whose time has passed since; those that waited then still do."""
    said = done.ladders["before"].get(old.name) if done.ladders else None
    if said is None or said.due_at > reckoning.now or said.due_at <= done.at:
        return said
    return reckoning.arm(old, old.index_of(said.rung))
