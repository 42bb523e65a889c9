"""Whether history is what was written: each entry's bytes and digests, the chain, the fold to the stored state."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from engine.canonical import sha256
from engine.definition import MOVABLE_ANCHORS, SAME_STATE, WorkflowDefinition, definition_from_plain
from engine.execution import CREATED
from engine.history import NO_DIGEST, Entry, Payload, entry_body
from engine.migration import MIGRATED
from engine.stored_values import VALUE, DamagedValueError, read_json
from engine.stories import Record, Story, fetch, iter_stories
from engine.tables import definition, history, instance, payload
from engine.unit_of_work import Store

PAGE = 200
CHANGES_WORKFLOW = frozenset({CREATED, MIGRATED})
STRANGE = "a value in it has a form that was never written"
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written.

    Args:
        instance: public id; for a workflow its name, for entries without an instance `#` and the row id, for a place
            in the log "leaf" and its number, for a file of evidence its SHA-256.
        revision: the entry, 0 where it is about none.
        code: `body`, `digest`, `chain`, `revision`, `payload`, `event`, `state`, `date`, `definition`, `orphan` or
            `unreadable` (instances); `sealed`, `log`, `checkpoint`, `signature` or `anchor` (`log_audit`); `evidence`.
        message: one English sentence.
    """

    instance: str
    revision: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was read and what was found; the first finding is the first bad entry."""

    entries: int
    instances: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Pinned:
    """A stored definition, None where it cannot be read, and the digest of its present bytes."""

    workflow: WorkflowDefinition | None
    digest: bytes


def verify_history(store: Store, page: int = PAGE) -> AuditReport:
    """Check all of history; others may write meanwhile.

    Args:
        store: the database.
        page: how many instances are read in one transaction.

    Raises:
        DatabaseUnavailableError: the database cannot be read.
    """
    pinned, findings = _read_definitions(store)
    entries = instances = 0
    for story in iter_stories(store, page):
        entries, instances = entries + len(story.entries), instances + 1
        findings += _check_story(story, pinned)
    findings += _check_orphans(store)
    return AuditReport(entries, instances, tuple(findings))


def _read_definitions(store: Store) -> tuple[dict[int, _Pinned], list[Finding]]:
    pinned, findings = {}, []
    for key in fetch(store, select(definition.c.id).order_by(definition.c.id)) or ():
        rows = fetch(store, select(definition).where(definition.c.id == key.id))
        if rows is None:
            findings.append(Finding(f"#{key.id}", 0, "definition", STRANGE))
        for row in rows or ():
            pinned[row.id], faults = _read_definition(row)
            findings += [Finding(row.name, 0, "definition", each) for each in faults]
    return pinned, findings


def _read_definition(row: Record) -> tuple[_Pinned, list[str]]:
    try:
        workflow = definition_from_plain(json.loads(row.body))
    except (ValueError, LookupError, TypeError, AttributeError):
        workflow = None
    digest = sha256((row.body or "").encode())
    faults = []
    if digest != row.digest:
        faults.append("the stored workflow is not the one its digest names")
    if workflow is None:
        faults.append("the stored workflow cannot be read")
    elif workflow.name != row.name:
        faults.append(f"the stored workflow is called “{workflow.name}”")
    return _Pinned(workflow, digest), faults


def _check_story(story: Story, pinned: Mapping[int, _Pinned]) -> list[Finding]:
    findings = []
    try:
        for fault in _faults(story, pinned):
            findings.append(Finding(story.public_id, *fault))  # noqa: PERF401  (those before a failure count)
    except (AttributeError, TypeError, ValueError):  # a number, or nothing, where something else should be
        findings.append(Finding(story.public_id, 0, "unreadable", STRANGE))
    return findings


def _faults(story: Story, pinned: Mapping[int, _Pinned]) -> Iterator[tuple[int, str, str]]:
    payloads_hold = True
    for revision, code, message in _check_entries(story, pinned):
        payloads_hold = payloads_hold and code != "payload"
        yield revision, code, message
    if story.head is None or story.broken_at is not None:
        yield story.broken_at or 0, "unreadable", STRANGE
        return
    yield from _check_definition(story.head, story, pinned)
    yield from _check_head(story.head, story, pinned, payloads_hold=payloads_hold)


def _check_entries(story: Story, pinned: Mapping[int, _Pinned]) -> Iterator[tuple[int, str, str]]:
    payloads = {each.revision: each for each in story.payloads}
    previous, state, expected = NO_DIGEST, "", 1
    for entry, workflow in _with_workflows(story, pinned):
        if entry.revision != expected:
            yield expected, "revision", "this entry is missing"
        revision = entry.revision if isinstance(entry.revision, int) else expected
        beside = payloads.pop(entry.revision, None)
        for fault in _check_entry(entry, story.public_id, (previous, state), beside, workflow):
            yield revision, *fault
        previous, state, expected = entry.digest, entry.to_state, revision + 1
    if story.broken_at is None:
        for left in sorted(payloads, key=str):
            yield left if isinstance(left, int) else 0, "payload", "a payload belongs to no entry"


def _with_workflows(story: Story, pinned: Mapping[int, _Pinned]) -> Iterator[tuple[Record, WorkflowDefinition | None]]:
    """Each entry with the workflow that was in force."""
    versions = {each.digest: each.workflow for each in pinned.values()}
    version = b""
    for entry in story.entries:
        if entry.event in CHANGES_WORKFLOW:
            version = entry.subject_digest or b""
        yield entry, versions.get(version)


def _check_definition(head: Record, story: Story, pinned: Mapping[int, _Pinned]) -> Iterator[tuple[int, str, str]]:
    """The instance runs by the workflow that its history named last."""
    changes = [entry for entry in story.entries if entry.event in CHANGES_WORKFLOW]
    stored = pinned.get(head.definition_id)
    if stored is None or not changes or stored.digest != changes[-1].subject_digest:
        since = changes[-1].revision if changes else 1
        yield since, "definition", "the instance runs by another workflow than its history says"


def _check_entry(
    entry: Record,
    public_id: str,
    before: tuple[bytes, str],
    beside: Record | None,
    workflow: WorkflowDefinition | None,
) -> list[Fault]:
    """What is wrong with an entry.

    Args:
        entry: its row.
        public_id: of the instance.
        before: digest and state that the entry before it led to.
        beside: its payload.
        workflow: in force then.
    """
    try:
        return [
            *_check_place(entry, *before),
            *_check_bytes(entry, public_id),
            *_check_payload(entry, beside),
            *_check_event(entry, workflow),
        ]
    except (AttributeError, TypeError, ValueError):  # a number, or nothing, where something else should be
        return [("unreadable", STRANGE)]


def _check_place(entry: Record, previous: bytes, state: str) -> Iterator[Fault]:
    """The entry goes on where the one before it ended."""
    if entry.previous_digest != previous:
        yield "chain", "it does not name the entry before it"
    if entry.from_state != state:
        yield "state", f"it leaves “{entry.from_state}”, but the entry before it led to “{state}”"


def _check_bytes(entry: Record, public_id: str) -> Iterator[Fault]:
    """The columns are what the hashed bytes say, and the bytes are what the digest says."""
    if entry_body(entry, public_id) != entry.body:
        yield "body", "its columns are not what its recorded bytes say"
    if sha256(entry.body) != entry.digest:
        yield "digest", "its digest is not that of its recorded bytes"


def _check_payload(entry: Record, stored: Record | None) -> Iterator[Fault]:
    if stored is None:
        yield "payload", "its payload is missing"
    elif stored.erased_at is not None:
        if stored.body is not None or stored.salt is not None:
            yield "payload", "its payload is marked as erased and still there"
    elif stored.body is None or stored.salt is None:
        yield "payload", "its payload is gone and not marked as erased"
    elif Payload(stored.salt, stored.body).digest() != entry.payload_digest:
        yield "payload", "its payload is not the one recorded"


def _check_event(entry: Record, workflow: WorkflowDefinition | None) -> Iterator[Fault]:
    """The step is one that the workflow in force then knows."""
    if workflow is None:
        yield "definition", "its workflow is missing"
    elif entry.event == CREATED:
        if entry.to_state not in workflow.initial or entry.revision != 1:
            yield "event", f"no instance begins in “{entry.to_state}” as revision {entry.revision}"
    elif entry.event == MIGRATED:
        if entry.to_state not in (each.name for each in workflow.states):
            yield "event", f"“{entry.to_state}” is no state of the workflow that it went over to"
    elif entry.to_state not in _targets(workflow, entry.event, entry.from_state):
        yield "event", f"“{entry.event}” does not lead from “{entry.from_state}” to “{entry.to_state}”"


def _targets(workflow: WorkflowDefinition, event: str, source: str) -> set[str]:
    ways = (each for each in workflow.transitions if each.event == event and source in each.sources)
    return {source if each.target == SAME_STATE else each.target for each in ways}


def _stamps(workflow: WorkflowDefinition | None, entry: Record) -> bool:
    """Whether the step keeps its instant as that of handing in, whichever of the event's ways it took."""
    ways = [each for each in workflow.transitions if each.event == entry.event] if workflow else []
    return bool(ways) and all(each.stamps == "submitted_at" for each in ways)


def _check_head(
    head: Record, story: Story, pinned: Mapping[int, _Pinned], *, payloads_hold: bool
) -> Iterator[tuple[int, str, str]]:
    """The stored instance is what its history leads to."""
    reached, state = (story.entries[-1].revision, story.entries[-1].to_state) if story.entries else (0, "")
    if reached != head.revision:
        first = min(reached, head.revision) + 1
        yield first, "revision", f"the instance stands at revision {head.revision}, its history ends at {reached}"
    if state != head.state:
        yield reached, "state", f"the instance is in “{head.state}”, its history ends in “{state}”"
    for name in ("entered_at", "submitted_at"):
        times = {entry.at for entry in story.entries}
        if getattr(head, name) not in (times | {None} if name == "submitted_at" else times):
            yield reached, "date", f"nothing happened at the instance's “{name}”"
    stamped = [entry.at for entry, workflow in _with_workflows(story, pinned) if _stamps(workflow, entry)]
    if stamped and head.submitted_at != stamped[-1]:
        yield reached, "date", f"the instance's “submitted_at” is {head.submitted_at}, its history says {stamped[-1]}"
    if payloads_hold and all(each.body is not None for each in story.payloads):
        yield from ((reached, *fault) for fault in _check_dates(head, story.payloads))


def _check_dates(head: Record, payloads: Sequence[Record]) -> Iterator[Fault]:
    """The stored dates are those last set. Their changes stand in payloads: with one erased this cannot be said."""
    dates: dict[str, str | None] = dict.fromkeys(MOVABLE_ANCHORS)
    for each in sorted(payloads, key=lambda each: int(each.revision)):
        moved = Payload(each.salt, each.body).values().get("dates", {})
        dates |= {name: new for name, (_old, new) in moved.items()}
    for name, recorded in dates.items():
        stored: date | None = getattr(head, name)
        if (stored.isoformat() if stored else None) != recorded:
            yield "date", f"the instance's “{name}” is {stored}, its history says {recorded}"


def _check_orphans(store: Store) -> list[Finding]:
    """Entries whose instance is gone; foreign keys forbid it, but not to who edits the file."""
    orphans = (
        select(history.c.instance_id, func.min(history.c.revision).label("revision"))
        .outerjoin(instance, instance.c.id == history.c.instance_id)
        .where(instance.c.id.is_(None))
        .group_by(history.c.instance_id)
        .order_by(history.c.instance_id)
    )
    rows = fetch(store, orphans)
    if rows is None:
        return [Finding("#?", 0, "orphan", "an entry's instance cannot be read")]
    return [Finding(f"#{row.instance_id}", row.revision, "orphan", "its instance is gone") for row in rows]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An entry for people: what happened, and the payload unless it was erased."""

    entry: Entry
    payload: dict[str, Any] | None


def list_entries(connection: Connection, instance_id: int) -> list[HistoryEntry]:
    """An instance's history in order, as stored: `verify_history` says whether it is what was written.

    Raises:
        DamagedValueError: something in it is of a kind that was never written.
    """
    beside = (payload.c.instance_id == history.c.instance_id) & (payload.c.revision == history.c.revision)
    rows = connection.execute(
        select(history, instance.c.public_id, payload.c.salt, payload.c.body.label("payload"))
        .join(instance, instance.c.id == history.c.instance_id)
        .outerjoin(payload, beside)
        .where(history.c.instance_id == instance_id)
        .order_by(history.c.revision)
    ).all()
    return [_history_entry(row) for row in rows]


def _history_entry(row: Record) -> HistoryEntry:
    told = {name: getattr(row, name) for name in Entry.__slots__ if name != "instance"}
    if any(value is None and not history.c[name].nullable for name, value in told.items()):
        raise DamagedValueError(None, VALUE)
    return HistoryEntry(Entry(instance=row.public_id, **told), None if row.payload is None else read_json(row.payload))
