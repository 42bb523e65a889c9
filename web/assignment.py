"""What an invitation to send evidence is about, read in one go: the work, what is gathered, and how it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from activities.absences import list_principals
from activities.date_requests import DateRequest, find_date_request
from activities.decisions import Decision, find_decision
from activities.evidence import Evidence, list_evidence
from activities.evidence_scanning import read_scans
from activities.invitations import Invitation, is_invitation_open
from activities.occurrences import OWED_STATES, Occurrence, get_occurrence
from activities.office import Office
from activities.parts import HANDED_IN, list_parts_of
from activities.people import Person, find_person, get_person_by_id
from activities.roles import roles_of
from activities.submissions import Submission, find_open_submission, list_submissions
from activities.tables import plan

SENDERS = frozenset({"responsible", "coordinator"})
"""Whose evidence the workflow takes; the step itself checks again."""


class Standing(StrEnum):
    """What can be done with an invitation now."""

    OPEN = "open"
    DATE_WANTED = "date_wanted"
    SUBMITTED = "submitted"
    FINISHED = "finished"
    EXPIRED = "expired"
    NOT_YOURS = "not_yours"


@dataclass(frozen=True, slots=True)
class Assignment:
    """An invitation with all that its page shows.

    Attributes:
        on_behalf_of: who is away, where the person acts in their place only; None where it is the person's own.
        parts: of the members whose parts it sums up.
        gathered: what was added and not handed in yet.
        threats: SHA-256 of a gathered file → the virus that was found in it.
        submission: what waits for a decision, or was handed in last.
        decision: the last one.
        date_request: another date that somebody has asked for and nobody has answered.
        submitter: name of who handed it in.
    """

    invitation: Invitation
    person: Person
    on_behalf_of: Person | None
    plan_title: str
    occurrence: Occurrence
    parts: tuple[Occurrence, ...]
    gathered: tuple[Evidence, ...]
    threats: Mapping[bytes, str]
    submission: Submission | None
    submitter: str
    decision: Decision | None
    date_request: DateRequest | None
    standing: Standing

    @property
    def open_parts(self) -> int:
        """How many members have not handed in theirs."""
        return sum(each.state not in HANDED_IN and each.is_open for each in self.parts)

    @property
    def takes_evidence(self) -> bool:
        """Whether something may be added."""
        return self.standing in {Standing.OPEN, Standing.DATE_WANTED}

    @property
    def may_take_back(self) -> bool:
        """Whether the one who looks at it handed it in, and nobody has decided."""
        mine = self.submission is not None and self.submission.submitted_by == self.person.short_id
        return self.standing is Standing.SUBMITTED and mine


def get_assignment(connection: Connection, invited: Invitation, office: Office) -> Assignment:
    """What an invitation to send evidence is about, as it stands now."""
    if invited.occurrence_id is None:  # pragma: no cover  (such an invitation always names an occurrence)
        raise LookupError(invited.public_id)
    occurrence = get_occurrence(connection, invited.occurrence_id)
    person = get_person_by_id(connection, invited.person_id)
    senders = _senders(office, connection, person, occurrence)
    versions = list_submissions(connection, occurrence.id)
    latest = find_open_submission(connection, occurrence.id) or next(reversed(versions), None)
    decided = [found for each in versions if (found := find_decision(connection, each.id))]
    gathered = list_evidence(connection, occurrence.id)
    scans = read_scans(connection, [each.blob_digest for each in gathered if each.blob_digest])
    return Assignment(
        invitation=invited,
        person=person,
        on_behalf_of=next((each for each in senders[:1] if each.id != person.id), None),
        plan_title=connection.execute(select(plan.c.title).where(plan.c.id == occurrence.plan_id)).scalar_one(),
        occurrence=occurrence,
        parts=tuple(list_parts_of(connection, occurrence)),
        gathered=tuple(gathered),
        threats={digest: scan.threat for digest, scan in scans.items() if scan.threat},
        submission=latest,
        submitter=_name_of(connection, latest),
        decision=decided[-1] if decided else None,
        date_request=find_date_request(connection, occurrence.id),
        standing=_standing(office, invited, person, occurrence, senders),
    )


def _senders(office: Office, connection: Connection, person: Person, occurrence: Occurrence) -> list[Person]:
    """In whose name a person may send evidence: their own first, then of those for whom they stand in today."""
    names = [person, *list_principals(connection, person.id, office.today())]
    return [
        each for each in names if SENDERS & roles_of(connection, each.id, occurrence.activity_id, occurrence.member_id)
    ]


def _standing(
    office: Office, invited: Invitation, person: Person, occurrence: Occurrence, senders: Sequence[Person]
) -> Standing:
    if not is_invitation_open(invited, office.store.clock.now()):
        return Standing.EXPIRED
    if not person.active or not senders:
        return Standing.NOT_YOURS
    if occurrence.state in OWED_STATES:
        return Standing.OPEN
    waiting = {"awaiting_date": Standing.DATE_WANTED, "evidence_submitted": Standing.SUBMITTED}
    return waiting.get(occurrence.state, Standing.FINISHED)


def _name_of(connection: Connection, submitted: Submission | None) -> str:
    if submitted is None:
        return ""
    found = find_person(connection, submitted.submitted_by)
    return found.name if found else submitted.submitted_by
