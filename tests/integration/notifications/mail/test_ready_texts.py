"""Superior bodies get nothing by themselves; the coordinator's digest leads to a text for them."""

import re
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from activities.absences import NewAbsence, record_absence
from activities.acting import Actor
from activities.decisions import Verdict
from activities.invitations import is_invitation_open
from activities.parties import get_party, insert_contact
from activities.ready_texts import (
    NoContactError,
    NotOwedError,
    call_back_links,
    give_out_links,
    list_sheets,
    list_superior_sheets,
)
from activities.tables import activity_party
from engine.machine import RoleNotAllowedError
from engine.tables import history
from notifications.mail.kinds import Kind
from notifications.ready_text import Letterhead, put_into_words
from tests.fixtures.mail_office import MailOffice

MARY, OLGA, PAUL = "mary@moc.example", "olga@office.example", "paul@school12.example"
OFFICE = "Управление образования"


@pytest.fixture
def database_kind():
    """On SQLite alone: the statements are ordinary, and steps are tried on both databases elsewhere."""
    return "sqlite"


def sheets(desk: MailOffice):
    """What the education office is asked for."""
    with desk.office.store.read() as connection:
        return list_sheets(connection, desk.office, get_party(connection, OFFICE))


def give_out(desk: MailOffice, by=None):
    """The coordinator gives out a link for all that it owes."""
    (sheet,) = sheets(desk)
    give_out_links(desk.office, desk.actor(by or desk.mary), sheet, sheet.wanted)
    return sheets(desk)[0]


def given_out(desk: MailOffice):
    """Who gave out links, as history says."""
    with desk.office.store.read() as connection:
        rows = connection.execute(select(history.c.actor).where(history.c.event == "invite"))
        return list(rows.scalars())


def test_a_year_brings_a_superior_body_no_letter(mail_office):
    """Reminders, a return and an acceptance go to the coordinator and not to the body's contact."""
    give_out(mail_office)
    for day in ("2026-05-18", "2026-05-25", "2026-06-02"):
        mail_office.at(day, "08:00")
        mail_office.tick()
    mail_office.submit("1.3", mail_office.olga)
    mail_office.tick()
    mail_office.decide("1.3", Verdict.RETURN, "Нет печати")
    mail_office.at("2026-06-09", "09:00")
    mail_office.tick()
    mail_office.submit("1.3", mail_office.olga)
    mail_office.decide("1.3", Verdict.ACCEPT)
    mail_office.tick()
    mail_office.at("2026-12-28", "09:00")
    mail_office.tick()
    assert OLGA not in {each.recipient for each in mail_office.letters()}
    assert {Kind.RETURNED, Kind.DECIDED} <= {each.kind for each in mail_office.letters() if each.recipient == MARY}
    assert mail_office.dead_messages() == []


def test_the_digest_says_what_to_ask_for_and_leads_to_the_text(mail_office):
    """The row stands under the body's name and nowhere else; the link opens the coordinator's own page."""
    mail_office.at("2026-05-18", "08:00")
    mail_office.tick()
    digest = dict(mail_office.told(Kind.MORNING_DIGEST))[MARY]
    (body,) = digest.bodies
    assert (body.name, [row.number for row in body.rows]) == (OFFICE, ["1.3"])
    assert "1.3" not in {row.number for row in (*digest.due_soon, *digest.overdue, *digest.overdue_elsewhere)}
    mail_office.send()
    (mail,) = [each for each in mail_office.transport.sent if each.recipient == MARY]
    text = message_from_bytes(mail.content, policy=policy.default).get_body(("plain",)).get_content()
    assert "УПРАВЛЕНИЕ ОБРАЗОВАНИЯ" in text
    assert re.search(r"скопировать: https://opora\.example\.org/t/\S+", text)


def test_a_helping_superior_body_is_asked_beside_who_is_written_to(mail_office):
    """Where a school carries it out too, the school is reminded as ever and the coordinator asks the body."""
    with mail_office.office.store.write() as work:
        row = mail_office.occurrence("1.1").activity_id
        body = get_party(work.connection, OFFICE).id
        values = {"activity_id": row, "position": 1, "party_id": body, "standing": "co_executor"}
        work.connection.execute(activity_party.insert().values(values))
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    told = dict(mail_office.told(Kind.MORNING_DIGEST))
    assert [row.number for row in told[PAUL].due_soon] == ["1.1"]
    assert [(each.name, [row.number for row in each.rows]) for each in told[MARY].bodies] == [(OFFICE, ["1.1"])]
    assert OLGA not in told


def test_an_unconfirmed_reading_is_asked_of_nobody_outside(mail_office):
    """A day that may be wrong stands neither in the digest's part for bodies nor in the text."""
    mail_office.doubt("1.3")
    assert sheets(mail_office)[0].wanted == ()
    mail_office.at("2026-05-18", "08:00")
    mail_office.tick()
    digest = dict(mail_office.told(Kind.MORNING_DIGEST))[MARY]
    assert digest.bodies == ()
    assert [row.number for row in digest.unconfirmed] == ["1.3"]


def test_giving_out_a_link_is_a_step_of_history(mail_office):
    """It says who did, once however often it is asked for; the text carries the contact's link and no other."""
    first, again = give_out(mail_office), give_out(mail_office)
    assert given_out(mail_office) == [mail_office.mary.short_id]
    assert first.invitations == again.invitations
    (invited,) = again.invitations.values()
    assert invited.person_id == mail_office.olga.id
    letterhead = Letterhead(mail_office.mary, mail_office.post.links)
    with mail_office.office.store.read() as connection:
        text = put_into_words(connection, mail_office.office, again, again.linked(), letterhead)
    assert mail_office.post.links.find_invitation_url(invited) in text
    assert text.startswith("Добрый день, Власова Ольга Юрьевна!")
    assert text.endswith("Зимина Мария Львовна\n")


def test_only_a_coordinator_gives_links_out_and_calls_them_back(mail_office):
    """Anybody else is refused and nothing is changed; who stands in for the coordinator may, in their name."""
    with pytest.raises(RoleNotAllowedError):
        give_out(mail_office, mail_office.paul)
    sheet = give_out(mail_office)
    with pytest.raises(RoleNotAllowedError):
        call_back_links(mail_office.office, mail_office.actor(mail_office.paul), sheet)
    assert len(sheets(mail_office)[0].invitations) == 1
    today = mail_office.office.today()
    away = NewAbsence(mail_office.mary, mail_office.ann, today, today)
    record_absence(mail_office.office, mail_office.actor(mail_office.mary), away)
    with mail_office.office.store.read() as connection:
        assert len(list_superior_sheets(connection, mail_office.office, mail_office.ann)) == 1
        assert list_superior_sheets(connection, mail_office.office, mail_office.paul) == []
    in_place = Actor(mail_office.ann, "cli", mail_office.mary)
    assert call_back_links(mail_office.office, in_place, sheet) == 1


def test_a_link_called_back_counts_no_more(mail_office):
    """The next one given out is another, and a new step."""
    (old,) = give_out(mail_office).invitations.values()
    assert call_back_links(mail_office.office, mail_office.actor(mail_office.mary), sheets(mail_office)[0]) == 1
    assert sheets(mail_office)[0].invitations == {}
    (new,) = give_out(mail_office).invitations.values()
    assert new.public_id != old.public_id
    assert len(given_out(mail_office)) == 2


def test_a_link_ends_by_itself(mail_office):
    """After ninety days the row stands without one again."""
    (made,) = give_out(mail_office).invitations.values()
    assert not is_invitation_open(made, made.expires_at)
    mail_office.clock.set(made.expires_at)
    assert sheets(mail_office)[0].invitations == {}


def test_what_is_not_owed_has_no_link(mail_office):
    """Neither another party's row, nor one that was handed in meanwhile; a body without a contact has none at all."""
    (sheet,) = sheets(mail_office)
    with pytest.raises(NotOwedError, match=r"1\.1"):
        give_out_links(mail_office.office, mail_office.actor(mail_office.mary), sheet, [mail_office.occurrence("1.1")])
    mail_office.submit("1.3", mail_office.mary)
    with pytest.raises(NotOwedError):
        give_out_links(mail_office.office, mail_office.actor(mail_office.mary), sheet, sheet.wanted)
    with mail_office.office.store.read() as connection:
        (alone,) = list_sheets(connection, mail_office.office, get_party(connection, "Станция юннатов"))
    assert alone.contact is None
    assert [each.number for each in alone.wanted] == ["1.4"]
    with pytest.raises(NoContactError):
        give_out_links(mail_office.office, mail_office.actor(mail_office.mary), alone, alone.wanted)
    assert given_out(mail_office) == []


def test_each_contact_has_a_sheet_of_their_own(mail_office):
    """Two contacts, two links; calling one's back leaves the other's."""
    with mail_office.office.store.write() as work:
        insert_contact(work, get_party(work.connection, OFFICE).id, mail_office.ann.id)
    first, second = sheets(mail_office)
    for each in (first, second):
        give_out_links(mail_office.office, mail_office.actor(mail_office.mary), each, each.wanted)
    call_back_links(mail_office.office, mail_office.actor(mail_office.mary), sheets(mail_office)[0])
    assert [len(each.invitations) for each in sheets(mail_office)] == [0, 1]
