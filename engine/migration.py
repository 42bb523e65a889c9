"""Moving running instances to another version of their workflow, or to another workflow: looked at first, then done.

Anchors stay, so that what was due by a date is due by it still. A rung that was climbed already is not climbed again,
by whatever version; a reminder whose time is past is not sent belatedly. An entry in each history names the new
definition's digest; `undoing` takes a migration back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from engine.clock import format_instant
from engine.definition import Ladder, WorkflowDefinition
from engine.errors import N_, OporaError
from engine.execution import Outcome, Step, write_outcomes
from engine.faults import reach
from engine.history import Entry, Payload
from engine.machine import WorkflowMachine
from engine.registry import Calendar, Registry
from engine.store import (
    INSTANCE_COLUMNS,
    Instance,
    instance_from_row,
    load_definition,
    lock_instances,
    pin_definition,
    read_heads,
)
from engine.tables import definition, instance, ladder
from engine.timers import Anchors, Armed, Arming, arm
from engine.unit_of_work import UnitOfWork

MIGRATED = "migrate"


class UnmappedStateError(OporaError):
    """Nobody has said where instances in this state go."""

    message = N_(
        "“{name}” is no state of the workflow that is gone over to; {count} stand in it. "
        "Say where they go: --map {name}=STATE. It has: {known}."
    )


class UnknownTargetStateError(OporaError):
    """A mapping leads nowhere."""

    message = N_("“{name}” is no state of the workflow that is gone over to. It has: {known}.")


class EndingStateError(OporaError):
    """A migration would end work that nobody has ended."""

    message = N_(
        "“{name}” would go over to “{ending}”, which ends the work, and nobody has decided that. "
        "Choose a state in which it is still open."
    )


@dataclass(frozen=True, slots=True)
class Mover:
    """Who migrates: an opaque id, and `cli` or `web`."""

    actor: str
    channel: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Migration:
    """Where instances go.

    Args:
        target: their workflow from then on.
        states: old state → new one; a state that is not named keeps its name.
    """

    target: WorkflowDefinition
    states: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for state in self.states.values():
            if state not in self._known():
                raise UnknownTargetStateError(name=state, known=", ".join(self._known()))

    def target_of(self, state: str) -> str | None:
        """The state that an instance in `state` goes to; None where nobody has said it."""
        wanted = self.states.get(state, state)
        return wanted if wanted in self._known() else None

    def _known(self) -> list[str]:
        return [each.name for each in self.target.states]


@dataclass(frozen=True, slots=True)
class Prospect:
    """What becomes of one instance.

    Args:
        from_digest: of the definition that it goes through now.
        target: its workflow from then on, with its digest.
        before: its armed ladders with their next rungs; `after`: the same once it is moved.
        undoes: the revision of the migration that is taken back.
    """

    instance: Instance
    from_digest: bytes
    target: WorkflowDefinition
    target_digest: bytes
    to_state: str
    before: Mapping[str, Armed]
    after: Mapping[str, Armed]
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class ArmedRow:
    """An armed ladder as stored."""

    armed: Armed
    failures: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What an instance's rungs are reckoned from, and the present moment."""

    anchors: Anchors
    calendar: Calendar
    now: datetime

    def arm(self, ladder: Ladder, first: int = 0) -> Armed | None:
        """The next rung of a ladder from a position on; reminders whose time is past are passed over."""
        return arm(ladder, self.anchors, self.calendar, self.now, first).armed


def list_candidates(connection: Connection, name: str, target: WorkflowDefinition) -> list[int]:
    """Row ids of the open instances of a workflow that are not at the target yet.

    Args:
        connection: an open transaction.
        name: of the workflow, whatever version.
        target: where they are to go.
    """
    versions = connection.execute(select(definition).where(definition.c.name == name)).all()
    ids: list[int] = []
    for version in versions:
        if version.digest == target.digest():
            continue
        pinned = load_definition(connection, version.id)
        still = select(instance.c.id).where(
            instance.c.definition_id == version.id, instance.c.state.in_(pinned.open_states)
        )
        ids += connection.execute(still).scalars()
    return sorted(ids)


def foresee_migration(
    connection: Connection, registry: Registry, ids: Sequence[int], migration: Migration, now: datetime
) -> list[Prospect]:
    """What would become of each instance, in the order of the ids; changes nothing.

    Raises:
        UnmappedStateError: some stand in a state that the target does not know.
        EndingStateError: open ones would come into a final state.
        UnknownGuardError: the target asks for a guard that this program does not have.
    """
    WorkflowMachine(migration.target, registry.guards)
    return _foresee(connection, registry, read_instances(connection, ids), migration, now)


def migrate(
    work: UnitOfWork, registry: Registry, ids: Sequence[int], migration: Migration, mover: Mover
) -> list[Prospect]:
    """Move a batch of instances, all or none; those that are at the target already are left as they are.

    Raises:
        UnmappedStateError: one has come into a state that the target does not know; nothing was changed.
    """
    WorkflowMachine(migration.target, registry.guards)
    held = lock_instances(work.connection, ids)
    target_id = find_definition_id(work.connection, migration.target.digest())
    waiting = [each for each in held.values() if each.definition_id != target_id]
    prospects = _foresee(work.connection, registry, waiting, migration, work.now)
    write_prospects(work, prospects, mover)
    return prospects


def _foresee(
    connection: Connection, registry: Registry, instances: Iterable[Instance], migration: Migration, now: datetime
) -> list[Prospect]:
    instances = list(instances)
    _refuse(instances, migration)
    armed = read_ladders(connection, [each.id for each in instances])
    versions = {key: load_definition(connection, key) for key in {each.definition_id for each in instances}}
    # Reckoned once: a digest costs as much as all the rest.
    digests = {key: version.digest() for key, version in versions.items()}
    target_digest = migration.target.digest()
    prospects = []
    for each in instances:
        state = migration.target_of(each.state) or each.state
        old = {one.name: one for one in versions[each.definition_id].ladders_in(each.state)}
        reckoning = Reckoning(each.anchors(), registry.calendar(each.calendar_key), now)
        rows = armed.get(each.id, {})
        carried = [
            carry(old.get(new.name), rows.get(new.name), new, reckoning) for new in migration.target.ladders_in(state)
        ]
        prospects.append(
            Prospect(
                instance=each,
                from_digest=digests[each.definition_id],
                target=migration.target,
                target_digest=target_digest,
                to_state=state,
                before={name: row.armed for name, row in rows.items()},
                after={one.ladder: one for one in carried if one},
            )
        )
    return prospects


def _refuse(instances: Iterable[Instance], migration: Migration) -> None:
    standing = [each.state for each in instances]
    for state in dict.fromkeys(standing):
        target = migration.target_of(state)
        if target is None:
            known = ", ".join(each.name for each in migration.target.states)
            raise UnmappedStateError(name=state, count=standing.count(state), known=known)
        if target not in migration.target.open_states:
            raise EndingStateError(name=state, ending=target)


def carry(old: Ladder | None, row: ArmedRow | None, new: Ladder, reckoning: Reckoning) -> Armed | None:
    """The next rung of a ladder that takes another one's place; None where nothing is left to climb.

    Args:
        old: the ladder of the same name that was climbed until now, if any.
        row: its next rung; None where it was climbed to its end.
        new: the ladder from now on.
        reckoning: of the instance.
    """
    if old is None:
        return reckoning.arm(new)
    names = [each.name for each in new.rungs]
    # What is due and not acted on yet, or has failed and is tried again, is not lost by the change.
    if row and row.armed.rung in names and (row.failures or row.armed.due_at <= reckoning.now):
        return row.armed
    climbed = old.rungs[: old.index_of(row.armed.rung)] if row else old.rungs
    return reckoning.arm(new, max((names.index(each.name) + 1 for each in climbed if each.name in names), default=0))


_IDS: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
_INSTANCES = select(*INSTANCE_COLUMNS).where(instance.c.id.in_(_IDS)).order_by(instance.c.id)
_LADDERS = select(ladder.c.instance_id, ladder.c.name, ladder.c.rung, ladder.c.due_at, ladder.c.failures).where(
    ladder.c.instance_id.in_(_IDS)
)
_REPIN = update(instance).where(instance.c.id == bindparam("key")).values(definition_id=bindparam("workflow"))


def find_definition_id(connection: Connection, digest: bytes) -> int | None:
    """Row id of a definition by its digest, None where it was never used."""
    return connection.execute(select(definition.c.id).where(definition.c.digest == digest)).scalar()


def read_instances(connection: Connection, ids: Sequence[int]) -> list[Instance]:
    """Instances by their row ids, as they stand."""
    rows = connection.execute(_INSTANCES, {"ids": list(ids)}).mappings()
    return [instance_from_row(row) for row in rows]


def read_ladders(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, ArmedRow]]:
    """The armed ladders of instances, by name."""
    rows: dict[int, dict[str, ArmedRow]] = {}
    for row in connection.execute(_LADDERS, {"ids": list(ids)}):
        rows.setdefault(row.instance_id, {})[row.name] = ArmedRow(Armed(row.name, row.rung, row.due_at), row.failures)
    return rows


def write_prospects(work: UnitOfWork, prospects: Sequence[Prospect], mover: Mover) -> None:
    """Let it be as foreseen, for instances that are locked since before it was foreseen.

    Raises:
        BrokenHistoryError: an instance's history lacks its newest entry.
    """
    if not prospects:
        return
    heads = read_heads(work.connection, {each.instance.id: each.instance for each in prospects})
    targets = {each.target_digest: each.target for each in prospects}
    pinned = {digest: pin_definition(work.connection, target, work.now) for digest, target in targets.items()}
    work.connection.execute(
        _REPIN, [{"key": each.instance.id, "workflow": pinned[each.target_digest]} for each in prospects]
    )
    reach("migration.repinned")
    outcomes = [_outcome(each, heads[each.instance.id], mover, work.now) for each in prospects]
    write_outcomes(work, outcomes, [each.step.instance for each in outcomes])


def _outcome(each: Prospect, head: bytes, mover: Mover, now: datetime) -> Outcome:
    after = each.instance._replace(state=each.to_state, revision=each.instance.revision + 1)
    sealed = Payload.seal(_payload_values(each, mover))
    entry = Entry(
        instance=after.public_id,
        revision=after.revision,
        at=now,
        event=MIGRATED,
        from_state=each.instance.state,
        to_state=after.state,
        actor=mover.actor,
        on_behalf_of=None,
        channel=mover.channel,
        subject_digest=each.target_digest,
        payload_digest=sealed.digest(),
        previous_digest=head,
    )
    ended = tuple(name for name in each.before if name not in each.after)
    # What goes on as it is keeps its row, and with it how often it has failed.
    changed = (one for name, one in each.after.items() if each.before.get(name) != one)
    armings = tuple(Arming(one.ladder, one, ()) for one in changed)
    return Outcome(Step(after, each.instance.state, entry), sealed, ended, armings)


def _payload_values(each: Prospect, mover: Mover) -> dict[str, Any]:
    told = {
        **mover.payload,
        "from": each.from_digest.hex(),
        "ladders": {"before": _told(each.before), "after": _told(each.after)},
    }
    return told if each.undoes is None else told | {"undoes": each.undoes}


def _told(armed: Mapping[str, Armed]) -> dict[str, list[str]]:
    return {name: [each.rung, format_instant(each.due_at)] for name, each in armed.items()}
