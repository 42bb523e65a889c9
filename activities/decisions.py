"""The one choke point: every acceptance and every return, from the command line, the web or a mail link."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from activities.acting import Actor
from activities.firing import Attempt, fire
from activities.grants import Grant, GrantVoidError, check_grant, get_grant, spend_grant, void_grants
from activities.occurrences import get_occurrence
from activities.office import Office
from activities.people import Person, get_person_by_id
from activities.roles import Role, list_holders
from activities.submissions import Submission, find_open_submission, get_submission
from activities.tables import contact, decision, party
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork


class AlreadyDecidedError(OporaError):
    """Somebody was first."""

    message = N_("This has been decided already: {verdict} by {name} on {at}. Nothing was changed.")

    def __init__(self, decided: "Decision", zone: ZoneInfo) -> None:
        at = decided.decided_at.astimezone(zone)
        super().__init__(verdict=decided.verdict.value, name=decided.person.name, at=at)
        self.decision = decided


class PartWithoutRemarkError(OporaError):
    """Accepted in part, and nobody will know what was missing."""

    message = N_("Accepted in part means that something is missing: say what with --remark “…”.")


class Verdict(StrEnum):
    """What an approver may say."""

    ACCEPT = "accept"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """A decision that somebody wants to make.

    Args:
        manifest_digest: SHA-256 of the manifest that the person has seen.
        remark: the reason of a return; beside an acceptance, what was still missing.
        partial: accepted, but not in full.
        grant_id: row id of the grant behind a mail link.
    """

    submission_id: int
    manifest_digest: bytes
    verdict: Verdict
    remark: str = ""
    partial: bool = False
    grant_id: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A recorded decision."""

    submission_id: int
    verdict: Verdict
    remark: str
    partial: bool
    person: Person
    channel: str
    decided_at: datetime


def decide(office: Office, actor: Actor, request: DecisionRequest) -> Decision:
    """Decide on exactly the submission that was seen: checks who, what, and which manifest; then all in one step.

    Raises:
        AlreadyDecidedError: carries the decision that stands.
        GrantVoidError, GrantExpiredError: the link does not count.
        SupersededError, OwnEvidenceError, ReasonMissingError, RoleNotAllowedError, EventNotAllowedError: refused.
        PartWithoutRemarkError: accepted in part, without a remark.
    """
    if request.partial and not request.remark.strip():
        raise PartWithoutRemarkError
    with office.store.write() as work:
        target = get_submission(work.connection, request.submission_id)
        standing = find_decision(work.connection, target.id)
        if standing is not None:
            raise AlreadyDecidedError(standing, office.calendar.zone)
        granted = _checked_grant(work, actor, request)
        _step(office, work, actor, request, target)
        if granted is not None:
            spend_grant(work, granted)
        void_grants(work, [target.id])
        return _record(work, actor, request)


def _checked_grant(work: UnitOfWork, actor: Actor, request: DecisionRequest) -> Grant | None:
    if request.grant_id is None:
        return None
    granted = get_grant(work.connection, request.grant_id)
    check_grant(granted, work.now)
    same = (granted.person_id, granted.submission_id) == (actor.person.id, request.submission_id)
    if not same or request.verdict.value not in granted.actions:
        raise GrantVoidError
    return granted


def _step(office: Office, work: UnitOfWork, actor: Actor, request: DecisionRequest, target: Submission) -> None:
    # Cancelling leaves a submission undecided; once its occurrence is reopened, a newer one takes its place.
    newest = find_open_submission(work.connection, target.occurrence_id)
    current = newest is not None and newest.id == target.id and target.manifest_digest == request.manifest_digest
    involved = [each for each in (actor.person, actor.on_behalf_of) if each]
    values = {
        "manifest_is_current": current,
        "is_not_own": not any(_is_own(work.connection, each, target) for each in involved),
        "submission_kind": target.kind.value,
        "reason": request.remark.strip(),
    }
    payload = {"remark": request.remark.strip(), "partial": request.partial, "version": target.version}
    attempt = Attempt(request.verdict.value, values, payload, subject_digest=target.manifest_digest)
    occurrence = get_occurrence(work.connection, target.occurrence_id)
    fire(office, work, actor, occurrence, attempt)


def list_deciders(connection: Connection, target: Submission) -> list[Person]:
    """Who may decide on a submission: the approvers of its activity but for those whose own it is."""
    activity_id = get_occurrence(connection, target.occurrence_id).activity_id
    approvers = list_holders(connection, Role.APPROVER, activity_id)
    return [each for each in approvers if not _is_own(connection, each, target)]


def _is_own(connection: Connection, judge: Person, target: Submission) -> bool:
    """Whether it was submitted by this person, or for them or for a party that they speak for."""
    if judge.short_id in {target.submitted_by, target.provided_by}:
        return True
    speaks_for = select(party.c.id).join(contact, contact.c.party_id == party.c.id)
    mine = speaks_for.where(contact.c.person_id == judge.id, party.c.short_id == target.provided_by)
    return connection.execute(mine).first() is not None


def _record(work: UnitOfWork, actor: Actor, request: DecisionRequest) -> Decision:
    row = {
        "submission_id": request.submission_id,
        "verdict": request.verdict.value,
        "remark": request.remark.strip(),
        "partial": request.partial,
        "person_id": actor.person.id,
        "channel": actor.channel,
        "decided_at": work.now,
    }
    work.connection.execute(insert(decision).values(row))
    found = find_decision(work.connection, request.submission_id)
    if found is None:  # pragma: no cover  (written by the line above)
        raise LookupError(request.submission_id)
    return found


def find_decision(connection: Connection, submission_id: int) -> Decision | None:
    """The decision on a submission, or None."""
    row = connection.execute(select(decision).where(decision.c.submission_id == submission_id)).first()
    if row is None:
        return None
    return Decision(
        submission_id=row.submission_id,
        verdict=Verdict(row.verdict),
        remark=row.remark,
        partial=row.partial,
        person=get_person_by_id(connection, row.person_id),
        channel=row.channel,
        decided_at=row.decided_at,
    )
