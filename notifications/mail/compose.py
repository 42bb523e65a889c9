"""Writing letters into the queue: from the domain's values to contexts, one letter for each recipient."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from activities.deciders import Decider, find_decider
from activities.decisions import Decision, list_acceptances
from activities.grants import obtain_grant
from activities.invitations import Purpose, invite_to_send, obtain_invitation
from activities.occurrences import Occurrence
from activities.office import Office
from activities.people import Person, find_person
from activities.submissions import Submission
from activities.tables import occurrence
from engine.errors import N_
from engine.tables import instance
from engine.unit_of_work import UnitOfWork
from notifications.mail.contexts import (
    Context,
    DateMoved,
    Decided,
    EvidenceAwaits,
    FileName,
    Returned,
    Row,
    Turned,
    Waiting,
    read_context,
    write_context,
)
from notifications.mail.kinds import SORTS, Kind
from notifications.mail.letters import Draft, lock_unsent, rewrite_letter, thread_id, write_letter
from notifications.mail.notices import raise_notice
from notifications.mail.policy import is_unconfirmed
from notifications.mail.preferences import Pace, Preference, get_preference, next_chosen_morning
from notifications.mail.quiet import QUIET, QuietHours
from notifications.translation import translate

IN_PLACE_OF = N_("{name} for {other}")
BUNDLE = 40
"""Submissions in one letter; more make another."""


News = TypeVar("News", Turned, DateMoved)


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who writes letters: the office that they are about, and the domain that their message ids end with.

    Attributes:
        quiet: when no letter arrives that nobody waits for.
    """

    office: Office
    domain: str
    quiet: QuietHours = QUIET

    def write(self, work: UnitOfWork, kind: Kind, to: Person, context: Context, cause_key: str) -> bool:
        """Queue a letter unless it was written for this cause before; whether it was written now.

        It comes when the recipient wants letters of this kind: not at all, or, as a notice, with the morning digest.
        """
        wanted = get_preference(work.connection, to.id, kind)
        if wanted.pace is Pace.NEVER:
            return False
        if wanted.pace is Pace.DIGEST and kind is not Kind.MORNING_DIGEST:
            self._leave_notices(work, kind, to, context, cause_key)
            return False
        for purpose in (Purpose.PREFERENCES, *sorted(context.leads_to)):
            obtain_invitation(work, to.id, purpose)
        draft = Draft(
            cause_key=cause_key,
            person_id=to.id,
            kind=kind.value,
            recipient=to.email,
            language=to.language,
            context=write_context(context),
            urgency=SORTS[kind].urgency,
            references_id=self._thread(context),
            send_at=self._send_at(work, kind, wanted, context),
        )
        return write_letter(work, draft, self.domain)

    def _send_at(self, work: UnitOfWork, kind: Kind, wanted: Preference, context: Context) -> datetime:
        # Digests and summaries are only written in the morning of a day that was chosen.
        if wanted.pace is Pace.WEEKLY and kind not in {Kind.MORNING_DIGEST, Kind.WEEKLY_SUMMARY}:
            return next_chosen_morning(work.now, wanted, self.office.calendar)
        return work.now if context.is_answer else self.quiet.next_loud(work.now, self.office.calendar)

    def _leave_notices(self, work: UnitOfWork, kind: Kind, to: Person, context: Context, cause_key: str) -> None:
        public_ids = [row.public_id for row in context.rows()]
        about = select(occurrence.c.id).join(instance, instance.c.id == occurrence.c.instance_id)
        for occurrence_id in work.connection.execute(about.where(instance.c.public_id.in_(public_ids))).scalars():
            raise_notice(work, to.id, occurrence_id, kind.value, cause_key)

    def ask(self, work: UnitOfWork, judge: Person, item: Waiting, cause_key: str) -> None:
        """Ask for a decision: in the letter that waits to be sent anyway, or else in a new one."""
        waiting = lock_unsent(work, judge.id, Kind.EVIDENCE_AWAITS.value)
        known = read_context(EvidenceAwaits, waiting.context).waiting() if waiting else ()
        if waiting is None or len(known) >= BUNDLE:
            self.write(work, Kind.EVIDENCE_AWAITS, judge, EvidenceAwaits(judge.name, (item,)), cause_key)
        elif item.submission_id not in {each.submission_id for each in known}:
            wider = EvidenceAwaits(judge.name, (*known, item))
            rewrite_letter(work, waiting, write_context(wider), self._thread(wider))

    def tell(self, work: UnitOfWork, kind: Kind, to: Person, news: News, cause_key: str) -> None:
        """Tell what became of rows: in the letter of this kind that waits to be sent, or else in a new one.

        An amendment turns or moves many rows at once; nobody wants a letter for each.
        """
        waiting = lock_unsent(work, to.id, kind.value)
        known: Any = read_context(type(news), waiting.context) if waiting else None
        if waiting is not None and len(known.items) < BUNDLE:
            wider = replace(news, items=(*known.items, *news.items))
            rewrite_letter(work, waiting, write_context(wider), self._thread(wider))
        else:
            self.write(work, kind, to, news, cause_key)

    def _thread(self, context: Context) -> str | None:
        return thread_id((row.public_id for row in context.rows()), self.domain)


def row_of(target: Occurrence, today: date) -> Row:
    """An occurrence as letters show it."""
    late = target.is_overdue(today) and target.due_on
    return Row(
        public_id=target.public_id,
        reference=target.reference,
        number=target.number,
        title=" — ".join(filter(None, (target.title, target.member_name))),
        result=target.result,
        deadline_text=target.deadline_text,
        starts_on=target.starts_on,
        ends_on=target.ends_on,
        due_on=target.due_on,
        parties=target.parties,
        days_over=(today - late).days if late else 0,
    )


def waiting_of(connection: Connection, target: Occurrence, submitted: Submission, today: date) -> Waiting:
    """A submission that waits for a decision, as letters show it; without a grant."""
    manifest = submitted.manifest
    submitter = find_person(connection, submitted.submitted_by)
    return Waiting(
        row=row_of(target, today),
        submission_id=submitted.id,
        version=submitted.version,
        outcome=manifest.outcome_reason.value if manifest.outcome_reason else "",
        note=manifest.note,
        files=tuple(FileName(file.name, file.size) for file in manifest.files),
        links=len(manifest.links),
        submitted_at=submitted.submitted_at,
        submitted_by=submitter.name if submitter else submitted.submitted_by,
        grant=None,
        unconfirmed=is_unconfirmed(target),
        accepted_by=tuple(each.person.name for each in list_acceptances(connection, submitted.id)),
    )


def granted(work: UnitOfWork, item: Waiting, person: Person, asked: Collection[Decider]) -> Waiting:
    """The same with the grant of a person who is asked to decide; whoever is not is only told."""
    found = find_decider(asked, person)
    if found is None:
        return item
    absent = found.on_behalf_of
    grant = obtain_grant(work, person.id, item.submission_id, found.absent_id)
    if absent is None:
        return replace(item, grant=grant.public_id)
    row = replace(item.row, for_whom=absent.name)
    return replace(item, grant=grant.public_id, row=row, for_whom=absent.short_id)


def invited(work: UnitOfWork, row: Row, person: Person, occurrence_id: int) -> Row:
    """The same with the person's invitation to send evidence for it."""
    made = invite_to_send(work, person.id, [occurrence_id])
    return replace(row, invitation=made[occurrence_id].public_id)


def receipt_for(person: Person, row: Row, submitted: Submission, decided: Decision) -> Decided:
    """The receipt of a decision, for either side."""
    reason = submitted.manifest.outcome_reason
    return Decided(
        name=person.name,
        row=row,
        verdict=decided.verdict.value,
        partial=decided.partial,
        outcome=reason.value if reason else "",
        remark=decided.remark,
        by=_decided_by(decided, person),
        channel=decided.channel,
        decided_at=decided.decided_at,
        version=submitted.version,
        digest=submitted.manifest_digest.hex()[:16],
        own=person.id == decided.person.id,
        settles=decided.settles,
    )


def returned_to(person: Person, row: Row, submitted: Submission, decided: Decision) -> Returned:
    """Word of a return, with its reason."""
    return Returned(
        person.name, row, decided.remark, _decided_by(decided, person), decided.decided_at, submitted.version
    )


def _decided_by(decided: Decision, reader: Person) -> str:
    """Who has decided, and for whom, in the reader's language."""
    if decided.on_behalf_of is None:
        return decided.person.name
    return translate(IN_PLACE_OF, reader.language, name=decided.person.name, other=decided.on_behalf_of.name)
