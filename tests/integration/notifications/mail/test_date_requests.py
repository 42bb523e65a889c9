"""Who hears that another date is asked for, and who of the answer."""

import re
from datetime import date
from email import message_from_bytes, policy

from activities.date_requests import ask_date, decline_date
from notifications.mail.kinds import Kind

MARY, PAUL = "mary@moc.example", "paul@school12.example"


def body_of(mail):
    """A mail's text."""
    return message_from_bytes(mail.content, policy=policy.default).get_body(("plain",)).get_content()


def ask(desk):
    target = desk.occurrence("1.1").id
    ask_date(desk.office, desk.actor(desk.paul), target, date(2026, 3, 27), "Болеет\nведущая")


def test_the_coordinator_reads_it_in_the_morning(mail_office):
    """In the next digest: who asks, for which day and why; nobody else is told, and nobody twice."""
    mail_office.at("2026-03-03", "12:00")
    ask(mail_office)
    mail_office.tick()
    assert mail_office.letters() == []
    mail_office.at("2026-03-04", "08:00")
    mail_office.tick()
    ((recipient, told),) = mail_office.told(Kind.MORNING_DIGEST)
    (row,) = told.date_asked
    assert (recipient, row.number, row.wanted_on) == (MARY, "1.1", date(2026, 3, 27))
    assert (row.asked_by, row.remark) == (mail_office.paul.name, "Болеет\nведущая")
    mail_office.at("2026-03-05", "08:00")
    mail_office.tick()
    assert len(mail_office.told(Kind.MORNING_DIGEST)) == 1


def test_who_asked_hears_that_the_date_stands(mail_office):
    """With the reason and the day that was asked for."""
    mail_office.at("2026-03-03", "12:00")
    ask(mail_office)
    decline_date(mail_office.office, mail_office.actor(mail_office.mary), mail_office.occurrence("1.1").id, "Ждут")
    mail_office.tick()
    ((recipient, told),) = mail_office.told(Kind.DATE_DECLINED)
    assert (recipient, told.reason, told.by) == (PAUL, "Ждут", mail_office.mary.name)
    assert told.row.wanted_on == date(2026, 3, 27)


def test_the_digest_leads_to_the_page_of_dates(mail_office):
    """A coordinator who is asked about dates gets one link to answer by, and no command; nobody else gets it."""
    mail_office.at("2026-04-01", "08:00")
    mail_office.tick()
    assert dict(mail_office.told(Kind.MORNING_DIGEST))[MARY].date_wanted
    mail_office.send()
    told = {each.recipient: body_of(each) for each in mail_office.transport.sent}
    assert len(re.findall(r"подтвердить даты: https://opora\.example\.org/w/\S+", told[MARY])) == 1
    assert "opora occurrence set-date" not in told[MARY]
    assert [name for name, text in told.items() if "/w/" in text] == [MARY]
