"""Erasing a person: what names them goes, what they did stays under an opaque id, and history goes on verifying.

All of it is one transaction. What cannot be reached from here, files of evidence and backups first of all, is said in
docs/howto/verify-history.md.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, delete, insert, select, update

from activities.acting import Actor
from activities.enrolment import LastOfRoleError
from activities.grants import void_grants_of
from activities.invitations import void_invitations_of
from activities.occurrences import OPEN_STATES, Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.people import Person, get_person_by_id
from activities.personal_traces import Traces, find_traces
from activities.redaction import erase_payloads, redact_tables
from activities.roles import RUNNING, Role, holds_anywhere, list_all_holders
from activities.running_workflow import get_running_workflow
from activities.tables import contact, decision, erasure, person, role_grant, submission
from activities.workflow_choice import count_needed_approvers
from engine.errors import N_, OporaError
from engine.tables import history, instance, log_leaf, payload
from engine.unit_of_work import UnitOfWork

ERASED = "{short_id} (данные удалены)"
NO_ADDRESS = "{short_id}@erased.invalid"
"""RFC 2606 §2: a domain that nobody will ever have."""
PAYLOADS = "payload"


class ErasureRefusedError(OporaError):
    """Somebody who may not wants to erase a person."""

    message = N_("Only an administrator erases people. Ask one, or have the role granted: opora person grant")


class ErasureReasonError(OporaError):
    """Without a reason, the act would say nothing."""

    message = N_("Say on what ground, for the act: --reason “…”.")


class OnlyApproverError(OporaError):
    """Nobody else could decide."""

    message = N_("{name} is the only approver of: {places}. Give another person the role first: opora person grant")


class EvidenceOpenError(OporaError):
    """Evidence of the person is not decided on."""

    message = N_("Evidence of {name} waits for a decision: {places}. Have it decided or withdrawn first.")


class ErasedAlreadyError(OporaError):
    """There is nothing left to erase."""

    message = N_("{short_id} was erased on {on}. For the act once more, leave out --reason.")


@dataclass(frozen=True, slots=True)
class ErasedEntry:
    """An entry of history whose payload was erased; `leaf` is its place in the log, None where it is not sealed yet."""

    instance: str
    revision: int
    payload_digest: bytes
    leaf: int | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """What the act says.

    Args:
        person: short id of who was erased.
        erased_by: short id of the administrator.
        changed: name of the table → how many rows.
        unsure: places where the family name still stands, perhaps somebody else's.
        entries: of history.
    """

    person: str
    erased_at: datetime
    erased_by: Person
    reason: str
    changed: Mapping[str, int]
    unsure: tuple[str, ...]
    entries: tuple[ErasedEntry, ...]


def erase_person(office: Office, actor: Actor, leaver: Person, reason: str, tables: Iterable[Table]) -> Erasure:
    """Erase what names a person: name, address, position, contacts, payloads, and every text that mentions them.

    Args:
        office: where.
        actor: an administrator.
        leaver: who.
        reason: for the act.
        tables: of every room; those above this one are not known here.

    Raises:
        ErasureRefusedError, ErasureReasonError, ErasedAlreadyError: nothing was changed.
        LastOfRoleError, OnlyApproverError, EvidenceOpenError: the person is still needed; says for what.
    """
    if not reason.strip():
        raise ErasureReasonError
    traces = find_traces(leaver.name, leaver.email, leaver.short_id)
    with office.store.write() as work:
        _check(office, work.connection, actor, leaver)
        changed = _redact(work, leaver, traces, tables)
        row = {
            "person_id": leaver.id,
            "erased_at": work.now,
            "erased_by": actor.person.short_id,
            "reason": traces.redact(reason.strip()),
            **changed,
        }
        work.connection.execute(insert(erasure).values(row))
    with office.store.read() as connection:
        done = find_erasure(connection, leaver.id)
    if done is None:  # pragma: no cover  (written above)
        raise LookupError(leaver.id)
    return done


def _check(office: Office, connection: Connection, actor: Actor, leaver: Person) -> None:
    if not holds_anywhere(connection, actor.person.id, (Role.ADMINISTRATOR,)):
        raise ErasureRefusedError
    done = find_erasure(connection, leaver.id)
    if done is not None:
        raise ErasedAlreadyError(short_id=leaver.short_id, on=office.calendar.day_of(done.erased_at))
    if not _is_another_enrolling(connection, leaver):
        raise LastOfRoleError(name=leaver.name)
    open_occurrences = list_occurrences(connection, OccurrenceFilter(states=OPEN_STATES))
    waiting = _list_waiting(connection, leaver, open_occurrences)
    if waiting:
        raise EvidenceOpenError(name=leaver.name, places=", ".join(waiting))
    alone = _list_alone(connection, leaver, open_occurrences)
    if alone:
        raise OnlyApproverError(name=leaver.name, places=", ".join(alone))


def _is_another_enrolling(connection: Connection, leaver: Person) -> bool:
    """Whether somebody else can add people, or the leaver could not either."""
    held = role_grant.c.role.in_([role.value for role in RUNNING]) & role_grant.c.revoked_at.is_(None)
    holders = set(connection.execute(select(person.c.id).join(role_grant).where(held, person.c.active)).scalars())
    return holders != {leaver.id}


def _list_waiting(connection: Connection, leaver: Person, open_occurrences: Iterable[Occurrence]) -> list[str]:
    """References of what the person has submitted, or what was submitted for them, and nobody has decided on."""
    mine = (submission.c.submitted_by == leaver.short_id) | (submission.c.provided_by == leaver.short_id)
    undecided = (
        select(submission.c.occurrence_id)
        .outerjoin(decision, (decision.c.submission_id == submission.c.id) & decision.c.settles)
        .where(mine, submission.c.withdrawn_at.is_(None), decision.c.id.is_(None))
    )
    ids = set(connection.execute(undecided).scalars())
    waiting = (each for each in open_occurrences if each.id in ids and each.state == "evidence_submitted")
    return [f"{each.plan_slug}:{each.reference}" for each in waiting]


def _list_alone(connection: Connection, leaver: Person, open_occurrences: Iterable[Occurrence]) -> list[str]:
    """Activities with open occurrences that those who stay could not bring to an end."""
    running = list(open_occurrences)
    approvers = list_all_holders(connection, Role.APPROVER, {each.activity_id for each in running})
    alone: dict[str, None] = {}
    for each in running:
        holders = {one.id for one in approvers[each.activity_id]}
        needed = count_needed_approvers(get_running_workflow(connection, each.instance_id))
        if leaver.id in holders and len(holders) - 1 < needed:
            alone[f"{each.plan_slug}:{each.number}"] = None
    return list(alone)


def _redact(work: UnitOfWork, leaver: Person, traces: Traces, tables: Iterable[Table]) -> dict[str, str]:
    """Do it; what was changed, as the row of `erasure` holds it."""
    connection = work.connection
    void_grants_of(work, leaver.id)
    void_invitations_of(work, leaver.id)
    held = (role_grant.c.person_id == leaver.id) & role_grant.c.revoked_at.is_(None)
    connection.execute(update(role_grant).where(held).values(revoked_at=work.now))
    connection.execute(delete(contact).where(contact.c.person_id == leaver.id))
    nobody = {
        "name": ERASED.format(short_id=leaver.short_id),
        "email": NO_ADDRESS.format(short_id=leaver.short_id),
        "position": "",
        "active": False,
    }
    connection.execute(update(person).where(person.c.id == leaver.id).values(nobody))
    payloads = erase_payloads(connection, traces, leaver.short_id, work.now)
    done = redact_tables(connection, tables, traces)
    changed = {person.name: 1, PAYLOADS: payloads} | done.changed
    return {"changed": json.dumps(changed), "unsure": json.dumps(done.unsure)}


def find_erasure(connection: Connection, person_id: int) -> Erasure | None:
    """What was done when a person was erased, or None."""
    row = connection.execute(
        select(erasure, person.c.short_id)
        .join(person, person.c.id == erasure.c.person_id)
        .where(erasure.c.person_id == person_id)
    ).first()
    if row is None:
        return None
    by = connection.execute(select(person.c.id).where(person.c.short_id == row.erased_by)).scalar_one()
    return Erasure(
        person=row.short_id,
        erased_at=row.erased_at,
        erased_by=get_person_by_id(connection, by),
        reason=row.reason,
        changed=json.loads(row.changed),
        unsure=tuple(json.loads(row.unsure)),
        entries=tuple(_list_entries(connection, row.erased_at)),
    )


def _list_entries(connection: Connection, erased_at: datetime) -> list[ErasedEntry]:
    rows = connection.execute(
        select(instance.c.public_id, history.c.revision, history.c.payload_digest, log_leaf.c.position)
        .join(history, history.c.instance_id == instance.c.id)
        .join(payload, (payload.c.instance_id == history.c.instance_id) & (payload.c.revision == history.c.revision))
        .outerjoin(log_leaf, log_leaf.c.history_id == history.c.id)
        .where(payload.c.erased_at == erased_at)
        .order_by(history.c.id)
    )
    return [ErasedEntry(*row) for row in rows]
