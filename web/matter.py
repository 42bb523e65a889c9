"""What a capability link is about, read in one go: the work, its evidence, what was said before, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from activities.absences import list_stand_ins
from activities.deciders import Decider, list_asked
from activities.decisions import Decision, Verdict, find_decision, list_acceptances
from activities.evidence_overview import FileOverview, list_file_overviews
from activities.grants import Grant
from activities.manifest import find_early_document
from activities.occurrences import Occurrence, get_occurrence
from activities.office import Office
from activities.people import Person, get_person_by_id
from activities.submissions import Submission, find_open_submission, get_submission, list_submissions
from activities.tables import party, person, plan
from engine.tables import history


class Standing(StrEnum):
    """What can be done with a link now."""

    OPEN = "open"
    COUNTED = "counted"
    """The person has accepted, and another approver has to as well."""
    DECIDED = "decided"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    NOT_YOURS = "not_yours"
    BACK = "back"
    """It was the substitute's, and whoever was away is back."""


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier submission of the same work and what became of it."""

    submission: Submission
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the history in brief; `actor` is a name, empty where no person acted."""

    at: datetime
    event: str
    from_state: str
    to_state: str
    actor: str


@dataclass(frozen=True, slots=True)
class Matter:
    """A grant with all that its page shows.

    Attributes:
        person: to whom the link was sent.
        on_behalf_of: in whose place they decide, or None.
        submitted_by: a name.
        provided_by: the name of whose evidence it is; empty where the submitter's own.
        files: those of the submission, in the order of its manifest.
        earlier: the versions before this one, the newest first.
        accepted: where several have to accept, who has but has not settled it.
        awaited: names of those whose decision is awaited.
    """

    grant: Grant
    person: Person
    on_behalf_of: Person | None
    plan_title: str
    occurrence: Occurrence
    submission: Submission
    submitted_by: str
    provided_by: str
    files: tuple[FileOverview, ...]
    earlier: tuple[Version, ...]
    steps: tuple[Step, ...]
    decision: Decision | None
    accepted: tuple[Decision, ...]
    awaited: tuple[str, ...]
    standing: Standing
    is_expired: bool

    @property
    def is_told(self) -> bool:
        """Whether this person has no more to decide, and may see what was decided."""
        return self.standing in {Standing.DECIDED, Standing.COUNTED}

    @property
    def shows_evidence(self) -> bool:
        """Whether files may be fetched: while it can be decided, and by the same link for the rest of its time."""
        return self.standing is Standing.OPEN or (self.is_told and not self.is_expired)

    @property
    def is_reopened(self) -> bool:
        """Whether the work was opened again after it had been accepted."""
        accepted = self.decision is not None and self.decision.verdict is Verdict.ACCEPT
        return accepted and self.occurrence.state not in {"accepted", "not_performed"}

    def warning(self, language: str) -> str:
        """What is odd about the document's date; empty where nothing is."""
        began_on = self.occurrence.planned_starts_on
        found = find_early_document(self.submission.manifest, began_on) if began_on else None
        return "" if found is None else found.ru if language == "ru" else found.en


@dataclass(frozen=True, slots=True)
class _Said:
    """What was decided so far, and by whom it still may be."""

    decision: Decision | None
    accepted: tuple[Decision, ...]
    deciders: tuple[Decider, ...]


def get_matter(connection: Connection, granted: Grant, office: Office) -> Matter:
    """What a grant is about, as it stands now."""
    now = office.store.clock.now()
    submission = get_submission(connection, granted.submission_id)
    occurrence = get_occurrence(connection, submission.occurrence_id)
    person_asked = get_person_by_id(connection, granted.person_id)
    said = _Said(
        decision=find_decision(connection, submission.id),
        accepted=tuple(each for each in list_acceptances(connection, submission.id) if not each.settles),
        deciders=tuple(list_asked(office, connection, submission)),
    )
    versions = [each for each in list_submissions(connection, occurrence.id) if each.version < submission.version]
    names = _names(connection)
    provider = submission.provided_by or submission.submitted_by
    return Matter(
        grant=granted,
        person=person_asked,
        on_behalf_of=get_person_by_id(connection, granted.on_behalf_of_id) if granted.on_behalf_of_id else None,
        plan_title=connection.execute(select(plan.c.title).where(plan.c.id == occurrence.plan_id)).scalar_one(),
        occurrence=occurrence,
        submission=submission,
        submitted_by=names.get(submission.submitted_by, submission.submitted_by),
        provided_by="" if provider == submission.submitted_by else names.get(provider, provider),
        files=tuple(list_file_overviews(connection, submission)),
        earlier=tuple(Version(each, find_decision(connection, each.id)) for each in reversed(versions)),
        steps=tuple(_steps(connection, occurrence.instance_id, names)),
        decision=said.decision,
        accepted=said.accepted,
        awaited=tuple(each.person.name for each in said.deciders if not each.is_deputy),
        standing=_standing(office, connection, granted, person_asked, said),
        is_expired=now >= granted.expires_at,
    )


def _standing(office: Office, connection: Connection, granted: Grant, asked: Person, said: _Said) -> Standing:
    if not asked.active:
        return Standing.NOT_YOURS
    if said.decision is not None:
        return Standing.DECIDED
    decided_on = get_submission(connection, granted.submission_id)
    newest = find_open_submission(connection, decided_on.occurrence_id)
    is_current = newest is not None and newest.id == decided_on.id
    # Whatever became of the grant: it is spent by the acceptance, or void since its holder has accepted elsewhere.
    if is_current and any(asked.id in each.person_ids for each in said.accepted):
        return Standing.COUNTED
    if is_current and _is_over(office, connection, granted):
        return Standing.BACK
    return _standing_of(granted, said, office.store.clock.now(), is_current=is_current)


def _standing_of(granted: Grant, said: _Said, now: datetime, *, is_current: bool) -> Standing:
    if not is_current:
        return Standing.SUPERSEDED
    # Before its own end: who has lost the role is not told that somebody has changed the evidence.
    if not _may(said, granted):
        return Standing.NOT_YOURS
    if granted.voided_at is not None:
        return Standing.SUPERSEDED
    return Standing.EXPIRED if now >= granted.expires_at else Standing.OPEN


def _is_over(office: Office, connection: Connection, granted: Grant) -> bool:
    """Whether it is a substitute's grant, and whoever was away is back."""
    stand_ins = list_stand_ins(connection, office.today())
    found = stand_ins.get(granted.on_behalf_of_id) if granted.on_behalf_of_id else None
    return granted.on_behalf_of_id is not None and (found is None or found.id != granted.person_id)


def _may(said: _Said, granted: Grant) -> bool:
    """Whether the holder of a grant is asked, or is away and may decide all the same."""
    return any(granted.person_id in {each.person.id, each.absent_id} for each in said.deciders)


def _names(connection: Connection) -> dict[str, str]:
    """Short id → name, of people and parties."""
    return {row.short_id: row.name for table in (person, party) for row in connection.execute(select(table)).all()}


def _steps(connection: Connection, instance_id: int, names: dict[str, str]) -> Sequence[Step]:
    rows = connection.execute(
        select(history.c.at, history.c.event, history.c.from_state, history.c.to_state, history.c.actor)
        .where(history.c.instance_id == instance_id)
        .order_by(history.c.revision)
    )
    return [Step(row.at, row.event, row.from_state, row.to_state, names.get(row.actor, "")) for row in rows]
