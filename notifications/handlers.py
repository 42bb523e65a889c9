"""From messages to letters and notices: who of the outbox's topics is told what.

A handler writes rows only, in the transaction in which its message is finished. Messages of one occurrence may come
late or out of turn, so a handler looks at what stands now: a submission that was withdrawn meanwhile awaits nobody.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from sqlalchemy import Connection

from activities.absences import replace_absent
from activities.deciders import list_asked
from activities.decisions import Decision, Verdict, find_decision, list_acceptances
from activities.escalation import DEPUTY_RUNG
from activities.occurrences import Occurrence, OccurrenceFilter, get_occurrence_of, list_occurrences
from activities.office import Office
from activities.people import Person
from activities.ready_texts import list_superiors
from activities.row_editing import CONFIRMED
from activities.submissions import Submission, find_open_submission, list_submissions
from engine.outbox import Handler, Handlers, Message, Together
from engine.unit_of_work import UnitOfWork
from notifications.mail.cause import read_cause
from notifications.mail.compose import Clerk, granted, invited, receipt_for, returned_to, row_of, waiting_of
from notifications.mail.contexts import DateDeclined, DateMoved, Escalation, Move, Turn, Turned
from notifications.mail.kinds import Kind
from notifications.mail.notices import NewNotice, raise_notices
from notifications.mail.policy import (
    audience,
    list_all_coordinators,
    list_all_responsible,
    list_coordinators,
    list_named,
    list_responsible,
    spare_superiors,
)
from notifications.mail.quiet import QUIET, QuietHours

Teller = Callable[[Clerk, UnitOfWork, Message], None]

_WORKING_DAYS = {"waiting_2": 2, "waiting_5": 5, "waiting_10": 10}
_REMINDER = "waiting_2"


def build_handlers(office: Office, domain: str, others: Sequence[Handler] = (), quiet: QuietHours = QUIET) -> Handlers:
    """The handlers that `engine.outbox.dispatch` is given.

    Args:
        office: what letters are about.
        domain: of the sender's address; message ids end with it.
        quiet: when no letter arrives that nobody waits for.
        others: see every topic: the calendar's, and whoever else watches occurrences.
    """
    clerk = Clerk(office, domain, quiet)
    mine: dict[str, Sequence[Handler | Together]] = {topic: [partial(tell, clerk)] for topic, tell in _TELLERS.items()}
    return mine | _NOTERS | {"*": list(others)}


def tell_submitted(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Ask those who may decide."""
    target = get_occurrence_of(work.connection, message.instance_id)
    submitted = find_open_submission(work.connection, target.id)
    if submitted is None:
        return
    asked = list_asked(clerk.office, work.connection, submitted)
    plain = waiting_of(work.connection, target, submitted, clerk.office.today())
    for person in audience(work.connection, target, [each.person for each in asked]):
        item = granted(work, plain, person, asked)
        clerk.ask(work, person, item, cause_key(target, message))


def tell_late_decision(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Remind those who may decide; later, or where nobody may, tell the coordinators; at last ask the deputies."""
    target = get_occurrence_of(work.connection, message.instance_id)
    submitted = find_open_submission(work.connection, target.id)
    if submitted is None:
        return
    today = clerk.office.today()
    asked = list_asked(clerk.office, work.connection, submitted)
    is_last = message.detail == DEPUTY_RUNG
    deputies = [each.person for each in asked if each.is_deputy and is_last]
    first = [each.person for each in asked if message.detail == _REMINDER and not each.is_deputy] or deputies
    # Whoever is asked is there; of those who are only told some may be away.
    told = replace_absent(work.connection, list_coordinators(work.connection, target), today)
    plain = waiting_of(work.connection, target, submitted, today)
    for person in audience(work.connection, target, first if first and not is_last else [*first, *told]):
        context = Escalation(
            person.name,
            granted(work, plain, person, asked),
            _WORKING_DAYS[message.detail],
            approvers=tuple(each.person.name for each in asked if each.person.id != person.id and not each.is_deputy),
            deputies=tuple(each.name for each in deputies) if is_last else None,
            as_deputy=person in deputies,
        )
        clerk.write(work, Kind.ESCALATION, person, context, cause_key(target, message))


def tell_decided(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Receipts to both sides; a return goes, with its reason, to all who have to put it right.

    Of an acceptance that another one has to follow only the one who gave it has a receipt: nothing is settled yet.
    """
    target = get_occurrence_of(work.connection, message.instance_id)
    submitted, decided = _decision_behind(work.connection, target, message)
    row = row_of(target, clerk.office.today())
    sides = list_named(work.connection, (submitted.submitted_by, submitted.provided_by)) if decided.settles else []
    told = spare_superiors(work.connection, target, sides)
    if decided.verdict is Verdict.RETURN:
        told += replace_absent(work.connection, list_responsible(work.connection, target), clerk.office.today())
    for person in audience(work.connection, target, [decided.person, *told]):
        if decided.verdict is Verdict.RETURN and person.id != decided.person.id:
            returned = returned_to(person, invited(work, row, person, target.id), submitted, decided)
            clerk.write(work, Kind.RETURNED, person, returned, cause_key(target, message))
        else:
            receipt = receipt_for(person, row, submitted, decided)
            clerk.write(work, Kind.DECIDED, person, receipt, cause_key(target, message))


def _decision_behind(connection: Connection, target: Occurrence, message: Message) -> tuple[Submission, Decision]:
    """The decision that wrote a message, and what it was about."""
    cause = read_cause(connection, message)
    submitted = next(
        each for each in list_submissions(connection, target.id) if each.manifest_digest == cause.subject_digest
    )
    # Nobody accepts twice, and a return settles: so the verdict and the person tell which one it was.
    settled = find_decision(connection, submitted.id)
    made = [*list_acceptances(connection, submitted.id), *([settled] if settled else [])]
    decided = next(
        each for each in made if (each.verdict, each.person.short_id) == (Verdict(message.topic), cause.actor)
    )
    return submitted, decided


def tell_moved(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Tell those who owe it, but for the one who moved it."""
    target = get_occurrence_of(work.connection, message.instance_id)
    cause = read_cause(work.connection, message)
    mover = next(iter(list_named(work.connection, [cause.actor])), None)
    for person in replace_absent(work.connection, list_responsible(work.connection, target), clerk.office.today()):
        if mover and person.id == mover.id:
            continue
        move = Move(
            row=row_of(target, clerk.office.today()),
            first=message.topic == "set_date",
            starts_on_before=cause.date_before("starts_on"),
            due_on_before=cause.date_before("due_on"),
            by=mover.name if mover else "",
            reason=cause.text("reason"),
            basis=cause.text("basis"),
        )
        clerk.tell(work, Kind.DATE_MOVED, person, DateMoved(person.name, (move,)), cause_key(target, message))


def tell_declined(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Tell who asked for another date that it stands, and why."""
    target = get_occurrence_of(work.connection, message.instance_id)
    cause = read_cause(work.connection, message)
    decliner = next(iter(list_named(work.connection, [cause.actor])), None)
    wanted = cause.text("wanted_on")
    row = replace(row_of(target, clerk.office.today()), wanted_on=date.fromisoformat(wanted) if wanted else None)
    asked = spare_superiors(work.connection, target, list_named(work.connection, [cause.text("asked_by")]))
    for person in audience(work.connection, target, asked):
        if decliner is None or person.id != decliner.id:
            context = DateDeclined(person.name, row, decliner.name if decliner else "", cause.text("reason"))
            clerk.write(work, Kind.DATE_DECLINED, person, context, cause_key(target, message))


def tell_called_off(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Tell those who owed it that nothing is awaited any more."""
    _tell_turned(clerk, work, message, Kind.CALLED_OFF)


def tell_reopened(clerk: Clerk, work: UnitOfWork, message: Message) -> None:
    """Tell those who owe it that it is open again."""
    _tell_turned(clerk, work, message, Kind.REOPENED)


def _tell_turned(clerk: Clerk, work: UnitOfWork, message: Message, kind: Kind) -> None:
    target = get_occurrence_of(work.connection, message.instance_id)
    cause = read_cause(work.connection, message)
    turner = next(iter(list_named(work.connection, [cause.actor])), None)
    row = row_of(target, clerk.office.today())
    people = replace_absent(work.connection, list_responsible(work.connection, target), clerk.office.today())
    for person in audience(work.connection, target, people):
        if turner is None or person.id != turner.id:
            linked = invited(work, row, person, target.id) if kind is Kind.REOPENED else row
            turn = Turn(linked, turner.name if turner else "", cause.text("reason"), cause.text("basis"))
            clerk.tell(work, kind, person, Turned(person.name, (turn,)), cause_key(target, message))


def note_owed(work: UnitOfWork, messages: Sequence[Message]) -> None:
    """Leave the reminders for the morning digest of those who owe it.

    The coordinators are told too of what is overdue, and of what a superior body owes: only they can ask it.
    """
    told = _targets(work.connection, messages)
    superiors = list_superiors(work.connection, {target.activity_id for _, target in told})
    theirs = [target for message, target in told if message.detail.startswith("overdue") or _in(superiors, target)]
    responsible = list_all_responsible(work.connection, [target for _, target in told])
    coordinators = list_all_coordinators(work.connection, theirs)
    _note(work, [(message, target, responsible[target.id]) for message, target in told])
    _note(work, [(message, target, coordinators.get(target.id, [])) for message, target in told])


def _in(superiors: Collection[int], target: Occurrence) -> bool:
    return target.activity_id in superiors and target.member_id is None


def note_date_wanted(work: UnitOfWork, messages: Sequence[Message]) -> None:
    """Leave the questions for the coordinators' morning digest."""
    told = _targets(work.connection, messages)
    coordinators = list_all_coordinators(work.connection, [target for _, target in told])
    _note(work, [(message, target, coordinators[target.id]) for message, target in told])


def _targets(connection: Connection, messages: Sequence[Message]) -> list[tuple[Message, Occurrence]]:
    """Each message with its occurrence, but for those of which nobody is told: due before the record began."""
    wanted = OccurrenceFilter(instance_ids=[each.instance_id for each in messages])
    found = {each.instance_id: each for each in list_occurrences(connection, wanted) if not each.before_record}
    return [(each, found[each.instance_id]) for each in messages if each.instance_id in found]


def _note(work: UnitOfWork, told: Iterable[tuple[Message, Occurrence, Iterable[Person]]]) -> None:
    notices = [
        NewNotice(person.id, target.id, message.topic, cause_key(target, message))
        for message, target, people in told
        for person in people
    ]
    raise_notices(work, notices)


def cause_key(target: Occurrence, message: Message) -> str:
    """What a letter is written for, the same each time the message is handled; a weekly reminder has its day."""
    return f"{target.public_id}:{message.revision}:{message.topic}:{message.detail}:{message.created_at:%Y-%m-%dT%H:%M}"


_TELLERS: dict[str, Teller] = {
    "submit": tell_submitted,
    "report_outcome": tell_submitted,
    CONFIRMED: tell_submitted,
    "decision": tell_late_decision,
    "accept": tell_decided,
    "return": tell_decided,
    "set_date": tell_moved,
    "postpone": tell_moved,
    "decline_date": tell_declined,
    "cancel": tell_called_off,
    "reopen": tell_reopened,
}
_NOTERS: dict[str, Sequence[Together]] = {
    "beginning": [Together(note_owed)],
    "evidence": [Together(note_owed)],
    "date_wanted": [Together(note_date_wanted)],
    "ask_date": [Together(note_date_wanted)],
}
