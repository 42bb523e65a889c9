"""The one choke point: every acceptance and every return, from the command line, the web or a mail link.

Where a workflow asks for more than one approver, each acceptance is a decision of its own; the last of them settles
the matter, and a return does at once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, insert, select

from activities.absences import stands_in
from activities.acting import Actor
from activities.deed import Deed
from activities.escalation import is_for_deputies
from activities.firing import Attempt, fire, roles_of_actor
from activities.grants import Grant, GrantVoidError, check_grant, get_grant, spend_grant, void_grants, void_grants_to
from activities.guards import AlreadyAcceptedError
from activities.occurrences import Occurrence, get_occurrence, lock_occurrence
from activities.office import Office
from activities.people import Person, get_person_by_id
from activities.roles import Role, list_holders
from activities.running_workflow import get_running_workflow
from activities.submissions import Submission, find_open_submission, get_submission
from activities.tables import contact, decision, party
from engine.definition import TIMER_ROLE
from engine.errors import N_, OporaError
from engine.execution import Step
from engine.unit_of_work import UnitOfWork


class AlreadyDecidedError(OporaError):
    """Somebody was first."""

    message = N_("This has been decided already: {verdict} by {name} on {at}. Nothing was changed.")

    def __init__(self, decided: "Decision", zone: ZoneInfo) -> None:
        at = decided.decided_at.astimezone(zone)
        super().__init__(verdict=decided.verdict.value, name=decided.person.name, at=at)
        self.decision = decided


class SubstitutionOverError(OporaError):
    """A decision in the place of somebody who is there to make it."""

    message = N_("{name} is not away now, so nobody decides in their place. Nothing was changed.")


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
    """A recorded decision.

    Args:
        settles: it ended the matter; False where another approver has to accept too.
    """

    submission_id: int
    verdict: Verdict
    remark: str
    partial: bool
    person: Person
    on_behalf_of: Person | None
    channel: str
    decided_at: datetime
    settles: bool

    @property
    def person_ids(self) -> frozenset[int]:
        """Row ids of whose word it is: who decided, and for whom."""
        return _ids(self.person, self.on_behalf_of)


def decide(office: Office, actor: Actor, request: DecisionRequest) -> Decision:
    """Decide on exactly the submission that was seen: checks who, what, and which manifest; then all in one step.

    Raises:
        AlreadyDecidedError: carries the decision that stands.
        SubstitutionOverError: in the place of somebody whom the actor does not stand in for today.
        GrantVoidError, GrantExpiredError: the link does not count.
        SupersededError, OwnEvidenceError, AlreadyAcceptedError, ReasonMissingError, RoleNotAllowedError,
            EventNotAllowedError: refused.
        PartWithoutRemarkError: accepted in part, without a remark.
    """
    if request.partial and not request.remark.strip():
        raise PartWithoutRemarkError
    with office.store.write() as work:
        target = get_submission(work.connection, request.submission_id)
        about = lock_occurrence(work.connection, target.occurrence_id)
        standing = find_decision(work.connection, target.id)
        if standing is not None:
            raise AlreadyDecidedError(standing, office.calendar.zone)
        deed = Deed(office, work, actor)
        _refuse_false_substitute(deed)
        granted = _checked_grant(deed, request)
        step = _step(deed, request, target, about)
        if granted is not None:
            spend_grant(work, granted)
        # An acceptance that another one has to follow leaves the work where it is, and the others their links.
        settles = step.instance.state != step.from_state
        if settles:
            void_grants(work, [target.id])
        else:
            void_grants_to(work, _ids(actor.person, actor.on_behalf_of), target.id)
        return _record(work, actor, request, settles=settles)


def _refuse_false_substitute(deed: Deed) -> None:
    """Nobody's voice is spent by somebody else, unless they are away and have said who stands in."""
    other = deed.actor.on_behalf_of
    today = deed.office.calendar.day_of(deed.work.now)
    if other is not None and not stands_in(deed.work, deed.actor.person, other, today):
        raise SubstitutionOverError(name=other.name)


def _checked_grant(deed: Deed, request: DecisionRequest) -> Grant | None:
    if request.grant_id is None:
        return None
    actor, other = deed.actor, deed.actor.on_behalf_of
    granted = get_grant(deed.connection, request.grant_id)
    check_grant(granted, deed.work.now)
    given = (granted.person_id, granted.on_behalf_of_id, granted.submission_id)
    if given != (actor.person.id, other.id if other else None, request.submission_id):
        raise GrantVoidError
    if request.verdict.value not in granted.actions:
        raise GrantVoidError
    return granted


def _step(deed: Deed, request: DecisionRequest, target: Submission, about: Occurrence) -> Step:
    newest = find_open_submission(deed.connection, target.occurrence_id)
    current = newest is not None and newest.id == target.id and target.manifest_digest == request.manifest_digest
    involved = [each for each in (deed.actor.person, deed.actor.on_behalf_of) if each]
    accepted = list_acceptances(deed.connection, target.id)
    # Whoever speaks for somebody spends both voices: two people, and in nobody's place twice.
    has_spoken = bool(spoken_for(accepted) & _ids(*involved))
    if has_spoken and request.verdict is Verdict.ACCEPT:  # whatever a workflow asks: nobody's word is recorded twice
        raise AlreadyAcceptedError
    values = {
        "manifest_is_current": current,
        "is_not_own": not any(is_own(deed.connection, each, target) for each in involved),
        "has_not_accepted": not has_spoken,
        "acceptances": len(accepted) + 1,
        "submission_kind": target.kind.value,
        "reason": request.remark.strip(),
    }
    payload = {"remark": request.remark.strip(), "partial": request.partial, "version": target.version}
    deputising = _deputy_roles(deed, about)
    if deputising:
        payload["escalated"] = True
    attempt = Attempt(
        request.verdict.value, values, payload, extra_roles=deputising, subject_digest=target.manifest_digest
    )
    return fire(deed.office, deed.work, deed.actor, about, attempt)


def _deputy_roles(deed: Deed, about: Occurrence) -> frozenset[str]:
    """The approver's role, for a deputy as long as the decision is late."""
    roles = roles_of_actor(deed.office, deed.work, deed.actor, about)
    if Role.APPROVER.value in roles or Role.DEPUTY.value not in roles:
        return frozenset()
    late = is_for_deputies(deed.office, deed.connection, about, deed.work.now)
    return frozenset({Role.APPROVER.value}) if late else frozenset()


def list_deciders(connection: Connection, target: Submission) -> list[Person]:
    """Whose decision on a submission it is, be they away or not: those whom its workflow lets accept.

    The workflow's roles are asked in its order: who comes later is only asked where nobody before may. Left out are
    those whose own it is, and those who have accepted already where others have to as well.
    """
    about = get_occurrence(connection, target.occurrence_id)
    spoken = spoken_for(list_acceptances(connection, target.id))
    ways = get_running_workflow(connection, about.instance_id).transitions
    asked = dict.fromkeys(role for each in ways if each.event == Verdict.ACCEPT for role in each.by)
    for role in (Role(each) for each in asked if each != TIMER_ROLE):
        holders = list_holders(connection, role, about.activity_id)
        left = [each for each in holders if each.id not in spoken and not is_own(connection, each, target)]
        if left:
            return left
    return []


def _ids(*people: Person | None) -> frozenset[int]:
    return frozenset(each.id for each in people if each)


def spoken_for(accepted: Collection[Decision]) -> frozenset[int]:
    """Row ids of those whose word is given, by themselves or by another."""
    return frozenset(key for each in accepted for key in each.person_ids)


def is_own(connection: Connection, judge: Person, target: Submission) -> bool:
    """Whether it was submitted by this person, or for them or for a party that they speak for."""
    if judge.short_id in {target.submitted_by, target.provided_by}:
        return True
    speaks_for = select(party.c.id).join(contact, contact.c.party_id == party.c.id)
    mine = speaks_for.where(contact.c.person_id == judge.id, party.c.short_id == target.provided_by)
    return connection.execute(mine).first() is not None


def _record(work: UnitOfWork, actor: Actor, request: DecisionRequest, *, settles: bool) -> Decision:
    row = {
        "submission_id": request.submission_id,
        "verdict": request.verdict.value,
        "remark": request.remark.strip(),
        "partial": request.partial,
        "person_id": actor.person.id,
        "on_behalf_of_id": actor.on_behalf_of.id if actor.on_behalf_of else None,
        "channel": actor.channel,
        "decided_at": work.now,
        "settles": settles,
    }
    stored = work.connection.execute(insert(decision).values(row).returning(*decision.c)).one()
    return _from_row(work.connection, stored)


def find_decision(connection: Connection, submission_id: int) -> Decision | None:
    """The decision that settled what became of a submission, or None."""
    settled = select(decision).where(decision.c.submission_id == submission_id, decision.c.settles)
    row = connection.execute(settled).first()
    return None if row is None else _from_row(connection, row)


def list_decisions_of(connection: Connection, person_id: int, *, since: datetime) -> list[Decision]:
    """What a person decided from an instant on, the newest first."""
    mine = select(decision).where(decision.c.person_id == person_id, decision.c.decided_at >= since)
    return [_from_row(connection, row) for row in connection.execute(mine.order_by(decision.c.id.desc()))]


def list_acceptances(connection: Connection, submission_id: int) -> list[Decision]:
    """Who has accepted a submission, the first one first: one person, or as many as its workflow asks for."""
    accepted = select(decision).where(
        decision.c.submission_id == submission_id, decision.c.verdict == Verdict.ACCEPT.value
    )
    return [_from_row(connection, row) for row in connection.execute(accepted.order_by(decision.c.id))]


def _from_row(connection: Connection, row: Row[tuple[int, ...]]) -> Decision:
    other = row.on_behalf_of_id
    return Decision(
        submission_id=row.submission_id,
        verdict=Verdict(row.verdict),
        remark=row.remark,
        partial=row.partial,
        person=get_person_by_id(connection, row.person_id),
        on_behalf_of=get_person_by_id(connection, other) if other else None,
        channel=row.channel,
        decided_at=row.decided_at,
        settles=row.settles,
    )
