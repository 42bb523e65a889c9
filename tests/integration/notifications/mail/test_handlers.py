"""Who is written to when something happens, and what stands in the queue then."""

from datetime import date

import pytest
from sqlalchemy import update

from activities.decisions import DecisionRequest, Verdict, decide
from activities.enrolment import NewPerson, enrol
from activities.manifest import OutcomeReason
from activities.parties import get_party, insert_contact
from activities.roles import Role
from activities.steps import NewDates, postpone, set_date
from activities.submissions import report_outcome, withdraw
from activities.tables import occurrence, person
from activities.vocabulary import VOCABULARY
from engine.migration import Migration, Mover, migrate
from engine.outbox import Message
from notifications.handlers import build_handlers
from notifications.mail.kinds import Kind
from tests.fixtures.mail_office import DOMAIN, MailOffice
from workflows.catalogue import get_workflow

HEAD, MARY, PAUL, ANN = "head@moc.example", "mary@moc.example", "paul@school12.example", "ann@house.example"


def recipients(desk: MailOffice, kind: Kind) -> list[str]:
    """Whom letters of a kind go to."""
    return sorted(recipient for recipient, _ in desk.told(kind))


def test_launching_a_plan_writes_to_nobody(mail_office):
    """Occurrences begin, and no letter is written for that."""
    mail_office.tick()
    assert mail_office.letters() == []
    assert mail_office.dead_messages() == []


def test_what_is_submitted_asks_those_who_may_decide(mail_office):
    """One letter to the approver, with a grant of their own and everything that the text says."""
    submitted = mail_office.submit("1.1", mail_office.paul, "две школы\nдосылают")
    mail_office.tick()
    ((recipient, asked),) = mail_office.told(Kind.EVIDENCE_AWAITS)
    (item,) = asked.items
    assert recipient == HEAD
    assert item.submission_id == submitted.id
    assert item.submitted_by == "Павлов Павел Ильич"
    assert item.note == "две школы\nдосылают"
    assert [file.name for file in item.files] == ["протокол.pdf"]
    assert item.grant
    assert len(mail_office.letters()) == 1


def test_an_outcome_is_a_submission_too(mail_office):
    """«Не состоялось» asks for a decision as evidence does, with its reason."""
    target = mail_office.occurrence("1.2")
    report_outcome(
        mail_office.office, mail_office.actor(mail_office.ann), target.id, OutcomeReason.NOT_HELD, "карантин"
    )
    mail_office.tick()
    ((_, asked),) = mail_office.told(Kind.EVIDENCE_AWAITS)
    assert asked.items[0].outcome == "not_held"


def test_several_submissions_make_one_letter(mail_office):
    """What comes before the letter is taken up is said in it; it then belongs to no single thread."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.submit("1.2", mail_office.ann)
    mail_office.tick()
    mail_office.submit("1.4", mail_office.mary)
    mail_office.tick()
    ((_, asked),) = mail_office.told(Kind.EVIDENCE_AWAITS)
    assert [item.row.number for item in asked.items] == ["1.1", "1.2", "1.4"]
    assert len({item.grant for item in asked.items}) == 3
    assert mail_office.letters()[0].references_id is None


def test_what_comes_after_a_letter_has_left_makes_another(mail_office):
    """A letter that a server may have seen is never changed."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.send()
    mail_office.submit("1.2", mail_office.ann)
    mail_office.tick()
    assert [len(context.items) for _, context in mail_office.told(Kind.EVIDENCE_AWAITS)] == [1, 1]


def test_a_submission_withdrawn_before_its_message_is_handled_asks_nobody(mail_office):
    """Messages may come late: what stands now counts."""
    mail_office.submit("1.1", mail_office.paul)
    withdraw(mail_office.office, mail_office.actor(mail_office.paul), mail_office.occurrence("1.1").id)
    mail_office.tick()
    assert mail_office.letters() == []


def test_an_approver_is_not_asked_about_their_own(mail_office):
    """Who submitted never decides, so nobody asks them; after two working days the coordinator hears of it."""
    with mail_office.office.store.write() as work:
        insert_contact(work, get_party(work.connection, "Станция юннатов").id, mail_office.head.id)
    mail_office.submit("1.4", mail_office.head)
    mail_office.tick()
    assert mail_office.letters() == []
    mail_office.at("2026-03-04", "08:01")
    mail_office.tick()
    assert recipients(mail_office, Kind.ESCALATION) == [MARY]


def test_a_return_goes_to_those_who_have_to_put_it_right(mail_office):
    """Submitter and responsible get the reason, each once; the approver a receipt."""
    mail_office.submit("1.1", mail_office.mary)
    mail_office.tick()
    mail_office.decide("1.1", Verdict.RETURN, "нет подписи")
    mail_office.tick()
    assert recipients(mail_office, Kind.RETURNED) == [MARY, PAUL]
    assert {context.remark for _, context in mail_office.told(Kind.RETURNED)} == {"нет подписи"}
    ((recipient, receipt),) = mail_office.told(Kind.DECIDED)
    assert (recipient, receipt.verdict, receipt.own) == (HEAD, "return", True)


def test_an_acceptance_gives_receipts_to_both_sides(mail_office):
    """The approver's says that it was their decision; the submitter's does not."""
    submitted = mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.decide("1.1", Verdict.ACCEPT)
    mail_office.tick()
    told = dict(mail_office.told(Kind.DECIDED))
    assert {recipient: context.own for recipient, context in told.items()} == {HEAD: True, PAUL: False}
    assert told[PAUL].digest == submitted.manifest_digest.hex()[:16]
    assert mail_office.told(Kind.RETURNED) == []


def test_of_two_acceptances_the_last_one_is_told_to_both_sides(mail_office):
    """The first gives its own approver a receipt; who is still asked reads that there is one; then all are told."""
    new = NewPerson("second@moc.example", "Титов Олег Ильич")
    second = enrol(mail_office.office, mail_office.actor(mail_office.mary), new, Role.APPROVER)
    target = mail_office.occurrence("1.1")
    with mail_office.office.store.write() as work:
        two = Migration(get_workflow("activity-two-approvers", VOCABULARY))
        migrate(work, mail_office.office.execution.registry, [target.instance_id], two, Mover("p-admin", "cli"))
    submitted = mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.decide("1.1", Verdict.ACCEPT)
    mail_office.tick()
    ((recipient, receipt),) = mail_office.told(Kind.DECIDED)
    assert (recipient, receipt.settles) == (HEAD, False)
    mail_office.at("2026-03-05")
    mail_office.tick()
    reminded = dict(mail_office.told(Kind.ESCALATION))
    assert list(reminded) == [second.email]
    assert reminded[second.email].item.accepted_by == (mail_office.head.name,)
    request = DecisionRequest(submitted.id, submitted.manifest_digest, Verdict.ACCEPT)
    decide(mail_office.office, mail_office.actor(second), request)
    mail_office.tick()
    settled = [recipient for recipient, context in mail_office.told(Kind.DECIDED) if context.settles]
    assert sorted(settled) == [PAUL, second.email]
    assert mail_office.dead_messages() == []


def test_letters_about_one_occurrence_gather_in_one_thread(mail_office):
    """Asked, returned, asked again, accepted: one References root for all, another for another occurrence."""
    for verdict in (Verdict.RETURN, Verdict.ACCEPT):
        mail_office.submit("1.1", mail_office.paul)
        mail_office.tick()
        mail_office.send()
        mail_office.decide("1.1", verdict, "так")
        mail_office.tick()
    mail_office.submit("1.2", mail_office.ann)
    mail_office.tick()
    root = f"<{mail_office.occurrence('1.1').public_id}@{DOMAIN}>"
    letters = mail_office.letters()
    assert [each.references_id for each in letters[:-1]] == [root] * (len(letters) - 1)
    assert letters[-1].references_id not in {root, None}
    assert len({each.message_id for each in letters}) == len(letters)


def test_handling_a_message_twice_writes_nothing_twice(mail_office):
    """Whatever worker died when: one letter per cause, recipient and kind."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.decide("1.1", Verdict.RETURN, "нет подписи")
    mail_office.tick()
    before = mail_office.letters()
    target = mail_office.occurrence("1.1")
    handlers = build_handlers(mail_office.office, DOMAIN)
    again = Message(0, "return", target.instance_id, target.revision, "", mail_office.clock.now(), 1)
    with mail_office.office.store.write() as work:
        for handler in handlers["return"]:
            handler(work, again)
    assert mail_office.letters() == before


def test_a_moved_date_is_told_to_those_who_owe_it(mail_office):
    """Old and new date, reason and basis; who moved it is told nothing."""
    target = mail_office.occurrence("1.2")
    moved = NewDates(date(2026, 5, 20))
    postpone(mail_office.office, mail_office.actor(mail_office.head), target.id, moved, reason="карантин", basis="№ 41")
    mail_office.tick()
    ((recipient, told),) = mail_office.told(Kind.DATE_MOVED)
    (context,) = told.items
    assert recipient == ANN
    assert (context.starts_on_before, context.row.starts_on) == (date(2026, 4, 15), date(2026, 5, 20))
    assert (context.by, context.reason, context.basis) == ("Орлова Нина Петровна", "карантин", "№ 41")
    assert not context.first


def test_a_date_that_is_set_for_the_first_time_is_told_as_such(mail_office):
    """There is no old date, and nothing was put off."""
    target = mail_office.occurrence("1.5")
    set_date(mail_office.office, mail_office.actor(mail_office.mary), target.id, NewDates(date(2026, 5, 20)))
    mail_office.tick()
    ((recipient, told),) = mail_office.told(Kind.DATE_MOVED)
    (context,) = told.items
    assert (recipient, context.first, context.starts_on_before) == (PAUL, True, None)


def test_who_sets_a_date_is_not_told_of_it(mail_office):
    """The coordinator answers for a row without an executor's contact, and sets its date: nobody else owes it."""
    target = mail_office.occurrence("1.4")
    set_date(mail_office.office, mail_office.actor(mail_office.mary), target.id, NewDates(date(2026, 4, 9)))
    mail_office.tick()
    assert mail_office.dead_messages() == []
    assert mail_office.letters() == []


def test_a_submission_announced_twice_stands_in_the_letter_once(mail_office):
    """The letter that waits for it is found and left as it is."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    before = mail_office.letters()
    target = mail_office.occurrence("1.1")
    again = Message(0, "submit", target.instance_id, target.revision, "", mail_office.clock.now(), 1)
    with mail_office.office.store.write() as work:
        for handler in build_handlers(mail_office.office, DOMAIN)["submit"]:
            handler(work, again)
    assert mail_office.letters() == before


def test_a_late_decision_climbs_from_approver_to_coordinator(mail_office):
    """After 2 working days the approver is reminded, with the same link; after 5 and 10 the coordinator is told."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    for day in ("2026-03-04", "2026-03-10", "2026-03-17"):
        mail_office.at(day, "08:01")
        mail_office.tick()
    told = mail_office.told(Kind.ESCALATION)
    assert [(recipient, context.working_days) for recipient, context in told] == [(HEAD, 2), (MARY, 5), (MARY, 10)]
    ((_, asked),) = mail_office.told(Kind.EVIDENCE_AWAITS)
    assert told[0][1].item.grant == asked.items[0].grant
    assert [context.item.grant for _, context in told[1:]] == [None, None]
    assert told[1][1].approvers == ("Орлова Нина Петровна",)


def test_where_nobody_may_decide_the_coordinator_hears_of_it_first(mail_office):
    """The only approver submitted it: after two working days the coordinator is told that there is nobody."""
    with mail_office.office.store.write() as work:
        work.connection.execute(update(person).where(person.c.id == mail_office.head.id).values(active=False))
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    assert mail_office.letters() == []
    mail_office.at("2026-03-04", "08:01")
    mail_office.tick()
    ((recipient, context),) = mail_office.told(Kind.ESCALATION)
    assert (recipient, context.approvers) == (MARY, ())


def test_an_unconfirmed_reading_mails_coordinators_only(mail_office):
    """Evidence, return, receipt, a new date: all go to the coordinator, without a link to decide by."""
    mail_office.doubt("1.1")
    mail_office.doubt("1.2")
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    ((recipient, asked),) = mail_office.told(Kind.EVIDENCE_AWAITS)
    assert recipient == MARY
    assert asked.items[0].grant is None
    assert asked.items[0].unconfirmed
    mail_office.decide("1.1", Verdict.RETURN, "нет подписи")
    target = mail_office.occurrence("1.2")
    moved = NewDates(date(2026, 5, 20))
    postpone(mail_office.office, mail_office.actor(mail_office.head), target.id, moved, reason="а", basis="б")
    mail_office.tick()
    assert {each.recipient for each in mail_office.letters()} == {MARY}


def test_what_was_due_before_the_record_sends_nothing(mail_office):
    """The launch's list of old rows stays silent whatever happens to them."""
    target = mail_office.occurrence("1.1")
    with mail_office.office.store.write() as work:
        silent = update(occurrence).where(occurrence.c.id == target.id)
        work.connection.execute(silent.values(before_record=True))
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.decide("1.1", Verdict.RETURN, "нет подписи")
    for day in ("2026-03-13", "2026-03-20", "2026-03-23"):
        mail_office.at(day, "08:01")
        mail_office.tick()
    assert [each for each in mail_office.letters() if "1.1" in each.context] == []


def test_a_superior_body_gets_nothing_automatic(mail_office):
    """What the education office is named for goes to the coordinator."""
    target = mail_office.occurrence("1.3")
    moved = NewDates(date(2026, 6, 15))
    postpone(mail_office.office, mail_office.actor(mail_office.head), target.id, moved, reason="а", basis="б")
    mail_office.tick()
    assert recipients(mail_office, Kind.DATE_MOVED) == [MARY]


@pytest.mark.parametrize("name", ["paul", "head"])
def test_an_inactive_person_is_written_to_no_more(mail_office, name):
    """Who has left gets neither questions nor receipts."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.decide("1.1", Verdict.RETURN, "нет подписи")
    gone = getattr(mail_office, name)
    with mail_office.office.store.write() as work:
        work.connection.execute(update(person).where(person.c.id == gone.id).values(active=False))
    mail_office.tick()
    assert gone.email not in recipients(mail_office, Kind.RETURNED) + recipients(mail_office, Kind.DECIDED)


def test_the_calendar_sees_every_topic(mail_office):
    """Whoever else watches occurrences is handed every message."""
    seen = []
    handlers = build_handlers(mail_office.office, DOMAIN, [lambda _work, message: seen.append(message.topic)])
    for handler in handlers["*"]:
        handler(None, Message(1, "submit", 1, 1, "", mail_office.clock.now(), 0))
    assert seen == ["submit"]
