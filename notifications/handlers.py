"""From messages to letters and notices: who of the outbox's topics is told what.

A handler writes rows only, in the transaction in which its message is finished. Messages of one occurrence may come
late or out of turn, so a handler looks at what stands now: a submission that was withdrawn meanwhile awaits nobody.
"""

from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import Connection

from activities.decisions import Decision, Verdict, find_decision, list_deciders
from activities.occurrences import Occurrence, get_occurrence_of
from activities.office import Office
from activities.submissions import Submission, find_open_submission, list_submissions
from engine.outbox import Handler, Message
from engine.unit_of_work import UnitOfWork
from notifications.mail.cause import read_cause
from notifications.mail.compose import Clerk, granted, invited, receipt_for, returned_to, row_of, waiting_of
from notifications.mail.contexts import DateMoved, Escalation
from notifications.mail.kinds import Kind
from notifications.mail.notices import raise_notice
from notifications.mail.policy import audience, list_coordinators, list_named, list_responsible
from notifications.mail.quiet import QUIET, QuietHours

Teller = Callable[[Clerk, UnitOfWork, Message], None]

_WORKING_DAYS = {"waiting_2": 2, "waiting_5": 5, "waiting_10": 10}
_REMINDER = "waiting_2"


def build_handlers(
    office: Office, domain: str, others: Sequence[Handler] = (), quiet: QuietHours = QUIET
) -> dict[str, Sequence[Handler]]:
    """The handlers that `engine.outbox.dispatch` is given.

    Args:
        office: what letters are about.
        domain: of the sender's address; message ids end with it.
        quiet: when no letter arrives that nobody waits for.
        others: see every topic: the calendar's, and whoever else watches occurrences.
    """
    clerk = Clerk(office, domain, quiet)
    mine: dict[str, Sequence[Handler]] = {topic: [partial(tell, clerk)] for topic, tell in _TELLERS.items()}
    return mine | {"*": list(others)}


def tell_submitted(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Ask those who may decide."""
    target = get_occurrence_of(work.connection, message.instance_id)
    submitted = find_open_submission(work.connection, target.id)
    if submitted is None:
        return
    deciders = list_deciders(work.connection, submitted)
    plain = waiting_of(work.connection, target, submitted, clerk.office.today())
    for person in audience(work.connection, target, deciders):
        item = granted(work, plain, person, deciders)
        clerk.ask(work, person, item, cause_key(target, message))


def tell_late_decision(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Remind those who may decide; later, or where nobody may, tell the coordinators."""
    target = get_occurrence_of(work.connection, message.instance_id)
    submitted = find_open_submission(work.connection, target.id)
    if submitted is None:
        return
    deciders = list_deciders(work.connection, submitted)
    plain = waiting_of(work.connection, target, submitted, clerk.office.today())
    asked = deciders if message.detail == _REMINDER else []
    for person in audience(work.connection, target, asked or list_coordinators(work.connection, target)):
        item = granted(work, plain, person, deciders)
        others = tuple(each.name for each in deciders if each.id != person.id)
        context = Escalation(person.name, item, _WORKING_DAYS[message.detail], others)
        clerk.write(work, Kind.ESCALATION, person, context, cause_key(target, message))


def tell_decided(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Receipts to both sides; a return goes, with its reason, to all who have to put it right."""
    target = get_occurrence_of(work.connection, message.instance_id)
    submitted, decided = _decision_behind(work.connection, target, message)
    row = row_of(target, clerk.office.today())
    told = list_named(work.connection, (submitted.submitted_by, submitted.provided_by))
    if decided.verdict is Verdict.RETURN:
        told += list_responsible(work.connection, target)
    for person in audience(work.connection, target, [decided.person, *told]):
        if decided.verdict is Verdict.RETURN and person.id != decided.person.id:
            returned = returned_to(person, invited(work, row, person, target.id), submitted, decided)
            clerk.write(work, Kind.RETURNED, person, returned, cause_key(target, message))
        else:
            receipt = receipt_for(person, row, submitted, decided)
            clerk.write(work, Kind.DECIDED, person, receipt, cause_key(target, message))


def _decision_behind(connection: Connection, target: Occurrence, message: Message) -> tuple[Submission, Decision]:
    """The decision that wrote a message, and what it was about."""
    digest = read_cause(connection, message).subject_digest
    submitted = next(each for each in list_submissions(connection, target.id) if each.manifest_digest == digest)
    decided = find_decision(connection, submitted.id)
    if decided is None:  # pragma: no cover  (written in the transaction that wrote the message)
        raise LookupError(submitted.id)
    return submitted, decided


def tell_moved(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Tell those who owe it, but for the one who moved it."""
    target = get_occurrence_of(work.connection, message.instance_id)
    cause = read_cause(work.connection, message)
    mover = next(iter(list_named(work.connection, [cause.actor])), None)
    for person in list_responsible(work.connection, target):
        if mover and person.id == mover.id:
            continue
        context = DateMoved(
            name=person.name,
            row=row_of(target, clerk.office.today()),
            first=message.topic == "set_date",
            starts_on_before=cause.date_before("starts_on"),
            due_on_before=cause.date_before("due_on"),
            by=mover.name if mover else "",
            reason=cause.text("reason"),
            basis=cause.text("basis"),
        )
        clerk.write(work, Kind.DATE_MOVED, person, context, cause_key(target, message))


def note_owed(_clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Leave the reminder for the morning digest of those who owe it; what is overdue, the coordinators' too."""
    target = get_occurrence_of(work.connection, message.instance_id)
    people = list_responsible(work.connection, target)
    if message.detail.startswith("overdue"):
        people += audience(work.connection, target, list_coordinators(work.connection, target))
    for person in people:
        raise_notice(work, person.id, target.id, message.topic, cause_key(target, message))


def note_date_wanted(_clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Leave the question for the coordinators' morning digest."""
    target = get_occurrence_of(work.connection, message.instance_id)
    for person in audience(work.connection, target, list_coordinators(work.connection, target)):
        raise_notice(work, person.id, target.id, message.topic, cause_key(target, message))


def cause_key(target: Occurrence, message: Message) -> str:
    """What a letter is written for, the same each time the message is handled; a weekly reminder has its day."""
    return f"{target.public_id}:{message.revision}:{message.topic}:{message.detail}:{message.created_at:%Y-%m-%dT%H:%M}"


_TELLERS: dict[str, Teller] = {
    "submit": tell_submitted,
    "report_outcome": tell_submitted,
    "decision": tell_late_decision,
    "accept": tell_decided,
    "return": tell_decided,
    "set_date": tell_moved,
    "postpone": tell_moved,
    "beginning": note_owed,
    "evidence": note_owed,
    "date_wanted": note_date_wanted,
}
