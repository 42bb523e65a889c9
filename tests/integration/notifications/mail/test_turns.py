"""Who hears that a row was called off or opened again, and who is asked once a reading holds."""

from datetime import date

from activities.correcting import confirm_reading
from activities.decisions import Verdict
from activities.plan_activities import get_activity
from activities.steps import NewDates, cancel, postpone, reopen, set_date
from notifications.mail.kinds import Kind

HEAD, MARY, PAUL = "head@moc.example", "mary@moc.example", "paul@school12.example"


def call_off(desk, reference):
    cancel(desk.office, desk.actor(desk.head), desk.occurrence(reference).id, reason="Закрыто", basis="Приказ № 4")


def test_calling_off_is_told_in_one_letter(mail_office):
    """Two rows of one person called off together are one letter, with reason and basis; no link to send anything."""
    mail_office.at("2026-03-03")
    call_off(mail_office, "1.1")
    call_off(mail_office, "1.5")
    mail_office.tick()
    ((recipient, told),) = mail_office.told(Kind.CALLED_OFF)
    assert recipient == PAUL
    assert [(turn.row.number, turn.reason, turn.basis) for turn in told.items] == [
        ("1.1", "Закрыто", "Приказ № 4"),
        ("1.5", "Закрыто", "Приказ № 4"),
    ]
    assert all(turn.row.invitation is None for turn in told.items)


def test_an_amendment_that_moves_much_is_one_letter(mail_office):
    """Three dates of one person moved before the letter leaves are told together."""
    mail_office.at("2026-03-03")
    for reference, day in (("1.1", 24), ("1.5", 25), ("1.1", 26)):
        target, actor = mail_office.occurrence(reference), mail_office.actor(mail_office.head)
        change = set_date if target.state == "awaiting_date" else postpone
        reasons = {} if change is set_date else {"reason": "Карантин", "basis": "Приказ № 4"}
        change(
            mail_office.office,
            actor if reasons else mail_office.actor(mail_office.mary),
            target.id,
            NewDates(date(2026, 3, day)),
            **reasons,
        )
    mail_office.tick()
    ((recipient, told),) = mail_office.told(Kind.DATE_MOVED)
    assert recipient == PAUL
    assert [move.row.number for move in told.items] == ["1.1", "1.5", "1.1"]


def test_opening_again_is_told_with_the_link(mail_office):
    """Who owes it again reads why and finds where to send it."""
    mail_office.at("2026-03-03")
    mail_office.submit("1.1", mail_office.paul)
    mail_office.decide("1.1", Verdict.ACCEPT)
    reopen(mail_office.office, mail_office.actor(mail_office.mary), mail_office.occurrence("1.1").id, reason="Ошибка")
    mail_office.tick()
    ((recipient, told),) = mail_office.told(Kind.REOPENED)
    (turn,) = told.items
    assert (recipient, turn.reason, turn.by) == (PAUL, "Ошибка", mail_office.mary.name)
    assert turn.row.invitation


def test_confirming_a_reading_asks_who_decides_at_once(mail_office):
    """What was handed in while the deadline was in doubt is asked of the approver when it is confirmed, once."""
    mail_office.at("2026-03-03")
    mail_office.doubt("1.1")
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    assert [to for to, _ in mail_office.told(Kind.EVIDENCE_AWAITS)] == [MARY]
    with mail_office.office.store.read() as connection:
        row = get_activity(connection, mail_office.occurrence("1.1").activity_id)
    confirm_reading(mail_office.office, mail_office.actor(mail_office.mary), row)
    mail_office.tick()
    confirm_reading(mail_office.office, mail_office.actor(mail_office.mary), row)
    mail_office.tick()
    assert [to for to, _ in mail_office.told(Kind.EVIDENCE_AWAITS)] == [MARY, HEAD]
