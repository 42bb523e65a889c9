"""Starting instances and firing events: one code path for one instance or many, one transaction for all they change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from engine.canonical import sha256
from engine.definition import MOVABLE_ANCHORS, SAME_STATE, Ladder, WorkflowDefinition
from engine.history import NO_DIGEST, Entry, Payload
from engine.machine import Move, WorkflowMachine
from engine.registry import Facts, Registry
from engine.step_rows import StepRows, write_steps
from engine.store import (
    Instance,
    StaleRevisionError,
    insert_instances,
    load_definition,
    lock_with_heads,
    pin_definition,
    read_heads,
)
from engine.timers import Anchors, Armed, Arming, arm
from engine.unit_of_work import UnitOfWork

CREATED = "create"
_Question = tuple[int, str, str, int]
OWN_PAYLOAD = frozenset({"dates", "skipped_reminders"})


@dataclass(frozen=True, slots=True)
class Start:
    """A new instance.

    Args:
        public_id: UUIDv7 text, given by the caller.
        state: one of the definition's initial states.
        calendar_key: what the registry's `calendar` is asked with.
    """

    public_id: str
    state: str
    anchors: Anchors
    calendar_key: str
    actor: str
    channel: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Firing:
    """An event for an instance.

    Args:
        actor: opaque id of who acts.
        on_behalf_of: opaque id of for whom, if another.
        channel: `cli`, `web`, `link` or `timer`.
        payload: what may be erased later: reason, note, names.
        subject_digest: SHA-256 of what the event is about.
        anchors: new anchor values; the transition must list them under `moves`.
        expected_revision: refuse if the instance has moved on since the caller looked.
    """

    instance_id: int
    event: str
    facts: Facts
    actor: str
    channel: str
    on_behalf_of: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    subject_digest: bytes | None = None
    anchors: Anchors = field(default_factory=dict)
    expected_revision: int | None = None


class Step(NamedTuple):
    """What a firing did."""

    instance: Instance
    from_state: str
    entry: Entry


class Outcome(NamedTuple):
    """All rows of one step, computed before anything is written."""

    step: Step
    payload: Payload
    ended: tuple[str, ...]
    armings: tuple[Arming, ...]


class Execution:
    """Runs definitions; keeps one shared machine for each definition it has met."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._machines: dict[int, WorkflowMachine] = {}

    def start_many(self, work: UnitOfWork, definition: WorkflowDefinition, starts: Sequence[Start]) -> list[Instance]:
        """Create instances with their first history entry, ladders and messages.

        Raises:
            ValueError: a state that is not initial (a programming error).
        """
        if not starts:
            return []
        definition_id = pin_definition(work.connection, definition, work.now)
        fresh = [_fresh_row(definition, definition_id, start, work.now) for start in starts]
        ids = insert_instances(work.connection, fresh)
        rows = []
        for instance_id, row, start in zip(ids, fresh, starts, strict=True):
            instance = Instance(id=instance_id, **{name: row[name] for name in Instance._fields if name != "id"})
            armings = self._arm(definition.ladders_in(instance.state), instance, work.now)
            rows.append(_created(instance, definition, start, armings, work.now))
        write_outcomes(work, rows, advanced=())
        return [row.step.instance for row in rows]

    def fire(self, work: UnitOfWork, firing: Firing) -> Step:
        """Fire one event; see `fire_many`."""
        return self.fire_many(work, [firing])[0]

    def fire_many(
        self, work: UnitOfWork, firings: Sequence[Firing], locked: Mapping[int, Instance] | None = None
    ) -> list[Step]:
        """Fire an event on each of several different instances; all happen or none.

        Args:
            work: the transaction.
            firings: any number of them.
            locked: their instances, read in this transaction after it had locked them.

        Raises:
            EventNotAllowedError, RoleNotAllowedError or a guard's refusal: nothing was changed.
            StaleRevisionError: an instance has moved on.
            BrokenHistoryError: an instance's history lacks its newest entry.
        """
        if not firings:
            return []
        ids = [firing.instance_id for firing in firings]
        if len(set(ids)) != len(ids):
            raise ValueError("one event per instance and transaction step")
        if locked is None:
            locked, heads = lock_with_heads(work.connection, ids)
        else:
            heads = read_heads(work.connection, locked)
        machines = self.machines(work, locked.values())
        judged: dict[_Question, Move] = {}
        rows = []
        for firing in firings:
            before = locked[firing.instance_id]
            machine = machines[before.definition_id]
            move = _judge(machine, before, firing, judged)
            rows.append(self._step(machine.definition, before, heads[before.id], firing, move=move, now=work.now))
        write_outcomes(work, rows, [row.step.instance for row in rows])
        return [row.step for row in rows]

    def machines(self, work: UnitOfWork, instances: Iterable[Instance]) -> dict[int, WorkflowMachine]:
        """The shared machines of the instances' pinned definitions, by the definitions' row ids.

        Raises:
            UnknownGuardError: a definition asks for a guard that this program does not have.
        """
        found = {each: self._machines.get(each) for each in {instance.definition_id for instance in instances}}
        return {key: machine or self._build(work, key) for key, machine in found.items()}

    def _build(self, work: UnitOfWork, definition_id: int) -> WorkflowMachine:
        machine = WorkflowMachine(load_definition(work.connection, definition_id), self.registry.guards)
        # Kept only once committed: the id of a definition that is rolled back may be given to another one.
        work.on_commit(partial(self._machines.setdefault, definition_id, machine))
        return machine

    def _step(
        self,
        definition: WorkflowDefinition,
        before: Instance,
        head: bytes,
        firing: Firing,
        *,
        move: Move,
        now: datetime,
    ) -> Outcome:
        after = _moved(before, move, firing, now)
        ended, armings = self._rearm(definition, before, after, now)
        payload = Payload.seal(_payload_values(firing.payload, before, after, armings))
        entry = Entry(
            instance=before.public_id,
            revision=after.revision,
            at=now,
            event=firing.event,
            from_state=before.state,
            to_state=after.state,
            actor=firing.actor,
            on_behalf_of=firing.on_behalf_of,
            channel=firing.channel,
            subject_digest=firing.subject_digest,
            payload_digest=payload.digest(),
            previous_digest=head,
        )
        return Outcome(Step(after, before.state, entry), payload, ended, armings)

    def _arm(self, ladders: Iterable[Ladder], instance: Instance, now: datetime) -> tuple[Arming, ...]:
        calendar = self.registry.calendar(instance.calendar_key)
        return tuple(arm(ladder, instance.anchors(), calendar, now) for ladder in ladders)

    def _rearm(
        self, definition: WorkflowDefinition, before: Instance, after: Instance, now: datetime
    ) -> tuple[tuple[str, ...], tuple[Arming, ...]]:
        """Ladders that end, and those to arm: one that goes on with the same anchors is left as it is."""
        old, new = definition.ladders_in(before.state), definition.ladders_in(after.state)
        if not old and not new:
            return (), ()
        known, anchors = before.anchors(), after.anchors()
        moved = {name for name in known if anchors[name] != known[name]}
        kept = {each.name for each in new if before.state in each.states and moved.isdisjoint(each.counts_from)}
        armings = self._arm([ladder for ladder in new if ladder.name not in kept], after, now)
        going_on = kept.union(each.ladder for each in armings if each.armed)
        return tuple(ladder.name for ladder in old if ladder.name not in going_on), armings


def write_outcomes(work: UnitOfWork, rows: Sequence[Outcome], advanced: Iterable[Instance]) -> None:
    """Write all that steps change, on the condition that each of the `advanced` still has the revision before its own.

    Raises:
        StaleRevisionError: one has moved on; the transaction must be rolled back.
    """
    armed = [(row.step.instance, each.armed) for row in rows for each in row.armings if each.armed]
    write_steps(
        work.connection,
        StepRows(
            advanced=[_instance_row(each) for each in advanced],
            entries=[_entry_row(row.step) for row in rows],
            payloads=[_payload_row(row.step, row.payload) for row in rows],
            ended=[{"instance_id": row.step.instance.id, "name": name} for row in rows for name in row.ended],
            armed=[_ladder_row(instance, each) for instance, each in armed],
            messages=[_message_row(row.step, work.now) for row in rows],
        ),
    )
    work.ring_on_commit()


def _fresh_row(definition: WorkflowDefinition, definition_id: int, start: Start, now: datetime) -> dict[str, Any]:
    if start.state not in definition.initial:
        raise ValueError(f"{start.state} is not an initial state of {definition.name}")
    return {
        "public_id": start.public_id,
        "definition_id": definition_id,
        "calendar_key": start.calendar_key,
        "state": start.state,
        "revision": 1,
        **{name: start.anchors.get(name) for name in ("starts_on", "due_on", "submitted_at")},
        "entered_at": now,
        "created_at": now,
    }


def _created(
    instance: Instance, definition: WorkflowDefinition, start: Start, armings: tuple[Arming, ...], now: datetime
) -> Outcome:
    payload = Payload.seal(_payload_values(start.payload, None, instance, armings))
    entry = Entry(
        instance=instance.public_id,
        revision=1,
        at=now,
        event=CREATED,
        from_state="",
        to_state=instance.state,
        actor=start.actor,
        on_behalf_of=None,
        channel=start.channel,
        subject_digest=definition.digest(),
        payload_digest=payload.digest(),
        previous_digest=NO_DIGEST,
    )
    return Outcome(Step(instance, "", entry), payload, (), armings)


def _judge(machine: WorkflowMachine, before: Instance, firing: Firing, judged: dict[_Question, Move]) -> Move:
    """The way of a firing; those of a batch that share their facts, as a tick's do, are judged once for each state."""
    if firing.expected_revision is not None and firing.expected_revision != before.revision:
        raise StaleRevisionError
    question = (before.definition_id, before.state, firing.event, id(firing.facts))
    if question not in judged:
        judged[question] = machine.move(before.state, firing.event, firing.facts)
    return judged[question]


def _moved(before: Instance, move: Move, firing: Firing, now: datetime) -> Instance:
    transition = move.transition
    anchors: dict[str, Any] = before.anchors()
    if firing.anchors:
        _check_movable(firing, transition.moves)
        anchors.update(firing.anchors)
    if transition.stamps:
        anchors[transition.stamps] = now
    if transition.target != SAME_STATE:
        anchors["entered_at"] = now
    return Instance(
        id=before.id,
        public_id=before.public_id,
        definition_id=before.definition_id,
        calendar_key=before.calendar_key,
        state=move.target,
        revision=before.revision + 1,
        **anchors,
    )


def _check_movable(firing: Firing, movable: tuple[str, ...]) -> None:
    foreign = set(firing.anchors).difference(movable)
    if foreign:
        raise ValueError(f"{firing.event} may not move {', '.join(sorted(foreign))}")


def _payload_values(
    values: Mapping[str, Any], before: Instance | None, after: Instance, armings: tuple[Arming, ...]
) -> dict[str, Any]:
    """The caller's payload plus what moved: dates from and to, reminders that were past already."""
    if not OWN_PAYLOAD.isdisjoint(values):
        raise ValueError(f"{', '.join(sorted(OWN_PAYLOAD))} are the engine's own words in a payload")
    sealed = dict(values)
    old = (before.starts_on, before.due_on) if before else (None, None)
    new = (after.starts_on, after.due_on)
    if old != new:
        moves = zip(MOVABLE_ANCHORS, old, new, strict=True)
        sealed["dates"] = {name: [_plain_date(one), _plain_date(other)] for name, one, other in moves if one != other}
    skipped = {each.ladder: list(each.skipped) for each in armings if each.skipped}
    if skipped:
        sealed["skipped_reminders"] = skipped
    return sealed


def _plain_date(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _instance_row(after: Instance) -> dict[str, Any]:
    return {
        "id": after.id,
        "revision": after.revision,
        "state": after.state,
        "starts_on": after.starts_on,
        "due_on": after.due_on,
        "submitted_at": after.submitted_at,
        "entered_at": after.entered_at,
    }


def _entry_row(step: Step) -> dict[str, Any]:
    entry = step.entry
    body = entry.body()
    return {
        "instance_id": step.instance.id,
        "revision": entry.revision,
        "at": entry.at,
        "event": entry.event,
        "from_state": entry.from_state,
        "to_state": entry.to_state,
        "actor": entry.actor,
        "on_behalf_of": entry.on_behalf_of,
        "channel": entry.channel,
        "subject_digest": entry.subject_digest,
        "payload_digest": entry.payload_digest,
        "previous_digest": entry.previous_digest,
        "digest": sha256(body),
        "body": body,
    }


def _payload_row(step: Step, payload: Payload) -> dict[str, Any]:
    return {
        "instance_id": step.instance.id,
        "revision": step.entry.revision,
        "salt": payload.salt,
        "body": payload.body,
    }


def _ladder_row(instance: Instance, armed: Armed) -> dict[str, Any]:
    return {"instance_id": instance.id, "name": armed.ladder, "rung": armed.rung, "due_at": armed.due_at}


def _message_row(step: Step, now: datetime) -> dict[str, Any]:
    return {
        "topic": step.entry.event,
        "instance_id": step.instance.id,
        "revision": step.entry.revision,
        "detail": "",
        "dedup_key": f"{step.entry.instance}:{step.entry.revision}",
        "created_at": now,
        "available_at": now,
    }
