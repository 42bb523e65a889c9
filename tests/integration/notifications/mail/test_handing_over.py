"""Letters follow who is there: to the substitute, back afterwards, and to the deputy when it is late."""

from datetime import date

from activities.absences import NewAbsence, end_absence, record_absence
from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide
from activities.enrolment import give_role
from activities.grants import find_grant
from activities.roles import Role, Scope
from notifications.mail.kinds import Kind
from tests.fixtures.mail_office import MailOffice

HEAD, MARY, PAUL, OLGA = "head@moc.example", "mary@moc.example", "paul@school12.example", "olga@office.example"


def leave(desk: MailOffice, absent, substitute, first, last):
    """The coordinator records an absence."""
    days = (date.fromisoformat(first), date.fromisoformat(last))
    return record_absence(desk.office, desk.actor(desk.mary), NewAbsence(absent, substitute, *days))


def digests(desk: MailOffice) -> list[tuple[str, object]]:
    """Who got a digest, and what it says."""
    return desk.told(Kind.MORNING_DIGEST)


def grant_of(desk: MailOffice, item):
    """The grant behind an item of a letter."""
    with desk.office.store.read() as connection:
        return find_grant(connection, item.grant)


def test_the_substitute_is_asked_while_the_head_is_away(mail_office):
    """The letter says for whom, its grant acts in the head's place, the head gets none."""
    leave(mail_office, mail_office.head, mail_office.olga, "2026-03-02", "2026-03-06")
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    ((recipient, asked),) = mail_office.told(Kind.EVIDENCE_AWAITS)
    (item,) = asked.items
    assert (recipient, item.row.for_whom, item.for_whom) == (OLGA, mail_office.head.name, mail_office.head.short_id)
    given = grant_of(mail_office, item)
    assert (given.person_id, given.on_behalf_of_id) == (mail_office.olga.id, mail_office.head.id)


def test_what_waits_goes_over_on_the_first_morning_and_back_after_the_last(mail_office):
    """Each once, whatever tick comes first and however often; the substitute's grant is void from the way back on."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    leave(mail_office, mail_office.head, mail_office.olga, "2026-03-03", "2026-03-05")
    mail_office.at("2026-03-03", "08:00")
    for _ in range(3):
        mail_office.tick()
    ((recipient, over),) = digests(mail_office)
    assert (recipient, [item.row.for_whom for item in over.items]) == (OLGA, [mail_office.head.name])
    given = grant_of(mail_office, over.items[0])
    assert given.voided_at is None
    # Nobody was at work on the day after; the next working morning does it all the same.
    mail_office.at("2026-03-10", "08:00")
    for _ in range(3):
        mail_office.tick()
    _, (recipient, back) = [told for told in digests(mail_office) if told[0] in {HEAD, OLGA}]
    assert (recipient, [item.row.for_whom for item in back.items]) == (HEAD, [""])
    assert grant_of(mail_office, over.items[0]).voided_at is not None
    assert grant_of(mail_office, back.items[0]).on_behalf_of_id is None


def test_the_digest_of_who_owes_it_goes_to_who_stands_in(mail_office):
    """Each row says for whom; what is one's own says nothing; back again, the notices come to the one who owes it."""
    leave(mail_office, mail_office.paul, mail_office.olga, "2026-03-02", "2026-03-06")
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    told = dict(digests(mail_office))
    assert PAUL not in told
    assert [(row.number, row.for_whom) for row in told[OLGA].due_soon] == [("1.1", mail_office.paul.name)]
    assert told[OLGA].due_soon[0].invitation
    end_absence(mail_office.office, mail_office.actor(mail_office.paul), mail_office.paul)
    mail_office.at("2026-03-13", "08:00")
    mail_office.tick()
    late = dict(digests(mail_office))
    assert [(row.number, row.for_whom) for row in late[PAUL].due_soon] == [("1.1", "")]


def test_at_ten_days_the_deputy_is_asked_and_the_coordinator_told(mail_office):
    """The deputy's letter has a grant that decides; the coordinator's names the deputy."""
    give_role(mail_office.office, mail_office.actor(mail_office.mary), mail_office.olga, Role.DEPUTY, Scope())
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.at("2026-03-17", "08:00")
    mail_office.tick()
    told = dict(mail_office.told(Kind.ESCALATION))
    assert set(told) == {OLGA, MARY}
    assert (told[OLGA].as_deputy, told[OLGA].working_days, told[OLGA].approvers) == (
        True,
        10,
        (mail_office.head.name,),
    )
    assert grant_of(mail_office, told[OLGA].item).person_id == mail_office.olga.id
    assert (told[MARY].deputies, told[MARY].item.grant) == ((mail_office.olga.name,), None)


def test_without_a_deputy_the_coordinator_is_told_so(mail_office):
    """Nobody is asked in the approver's stead, and the letter says that nobody is named."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.at("2026-03-17", "08:00")
    mail_office.tick()
    ((recipient, told),) = mail_office.told(Kind.ESCALATION)
    assert (recipient, told.deputies, told.as_deputy) == (MARY, (), False)


def test_a_receipt_names_both(mail_office):
    """«А за Б» stands in the receipt of who handed it in."""
    leave(mail_office, mail_office.head, mail_office.olga, "2026-03-02", "2026-03-06")
    sealed = mail_office.submit("1.1", mail_office.paul)
    wanted = DecisionRequest(sealed.id, sealed.manifest_digest, Verdict.ACCEPT)
    decide(mail_office.office, Actor(mail_office.olga, "cli", mail_office.head), wanted)
    mail_office.tick()
    receipt = dict(mail_office.told(Kind.DECIDED))[PAUL]
    assert receipt.by == f"{mail_office.olga.name} за {mail_office.head.name}"
