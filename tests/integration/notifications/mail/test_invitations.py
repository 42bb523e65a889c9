"""Links to send evidence: beside each row that somebody owes, in the digest and where something was returned."""

from email import message_from_bytes

from activities.decisions import Verdict
from activities.invitations import find_invitation, void_invitations_of
from notifications.links import Links, make_token
from notifications.mail.kinds import Kind
from notifications.mail.send import send_due

PAUL, MARY = "paul@school12.example", "mary@moc.example"


def link_of(desk, row):
    """The link that a row of a letter stands for."""
    with desk.office.store.read() as connection:
        return f"https://opora.example.org/e/{make_token(find_invitation(connection, row.invitation), desk.keys)}"


def parts_of(sent):
    return [part.get_payload(decode=True).decode() for part in message_from_bytes(sent.content).get_payload()]


def last_digest(desk, recipient=PAUL):
    return next(context for to, context in reversed(desk.told(Kind.MORNING_DIGEST)) if to == recipient)


def test_the_digest_links_each_row_to_its_page(mail_office):
    """Once as text and once as HTML; the next digest carries the same link."""
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    mail_office.send()
    (row,) = last_digest(mail_office).due_soon
    assert [part.count(link_of(mail_office, row)) for part in parts_of(mail_office.transport.sent[-1])] == [1, 1]
    mail_office.at("2026-03-13", "08:00")
    mail_office.tick()
    (again,) = last_digest(mail_office).due_soon
    assert again.invitation == row.invitation


def test_a_return_links_to_where_it_is_put_right(mail_office):
    """Who has to put it right finds the link in the letter with the reason; who decided gets none."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.decide("1.1", Verdict.RETURN, "Нет печати")
    mail_office.tick()
    mail_office.send()
    ((recipient, told),) = mail_office.told(Kind.RETURNED)
    assert recipient == PAUL
    link = link_of(mail_office, told.row)
    found = {sent.recipient: sum(link in part for part in parts_of(sent)) for sent in mail_office.transport.sent}
    assert found == {PAUL: 2, "head@moc.example": 0}


def test_an_unconfirmed_reading_invites_nobody(mail_office):
    """A deadline that is to be confirmed stands in the coordinator's digest, without a link to send anything."""
    mail_office.doubt("1.1")
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    (row,) = last_digest(mail_office, MARY).unconfirmed
    assert row.invitation is None


def test_an_invitation_called_back_is_not_sent(mail_office):
    """Called back while the letter waited: the letter goes without its link."""
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    with mail_office.office.store.write() as work:
        void_invitations_of(work, mail_office.paul.id)
    mail_office.send()
    text, html = parts_of(mail_office.transport.sent[-1])
    assert "/e/" not in text + html
    assert "1.1" in text


def test_office_mode_sends_no_invitation(mail_office):
    """Without a public address the digest lists what is owed and leads nowhere."""
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    now = mail_office.post
    links = Links("http://127.0.0.1:8080", mail_office.keys)
    office_post = type(now)(now.sender, now.transport, links, now.zone, chance=now.chance)
    assert send_due(mail_office.office.store, office_post) == 1
    text, html = parts_of(mail_office.transport.sent[-1])
    assert "127.0.0.1" not in text + html
    assert "1.1" in text
