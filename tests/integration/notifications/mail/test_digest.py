"""One digest a person and working morning, never empty, nothing for anyone twice."""

from dataclasses import replace

from sqlalchemy import select, update

from activities.decisions import Verdict
from activities.parties import get_party, insert_contact
from activities.plan_rollover import roll_over
from activities.plans import get_plan
from activities.tables import occurrence, person
from engine.tables import ladder
from notifications.mail.digest import write_digests
from notifications.mail.kinds import Kind
from notifications.mail.notices import raise_notice
from notifications.mail.picture import take_picture
from notifications.mail.render import View, render_letter
from notifications.tables import letter, notice
from tests.fixtures.mail_office import DOMAIN, MOSCOW

MARY, PAUL, ANN = "mary@moc.example", "paul@school12.example", "ann@house.example"


def digests(desk):
    """Recipient, day and what stands in each digest, by heading."""
    return [(recipient, _headings(context)) for recipient, context in desk.told(Kind.MORNING_DIGEST)]


def _headings(context):
    names = ("overdue", "due_soon", "starting", "returned", "overdue_elsewhere", "date_wanted", "unconfirmed")
    found = {name: [row.number for row in getattr(context, name)] for name in names}
    return {name: numbers for name, numbers in found.items() if numbers}


def open_notices(desk):
    """Whom notices wait for."""
    with desk.office.store.read() as connection:
        waiting = select(person.c.email).join(notice, notice.c.person_id == person.c.id)
        return sorted(connection.execute(waiting.where(notice.c.settled_at.is_(None))).scalars())


def leave(desk, person_, reference):
    """Leave a notice as a reminder would."""
    with desk.office.store.write() as work:
        raise_notice(work, person_.id, desk.occurrence(reference).id, "evidence", f"by hand at {work.now}")


def test_a_reminder_waits_for_the_morning(mail_office):
    """Fourteen days before 20 March: one digest at 8:00, to the responsible alone, and no other letter."""
    mail_office.at("2026-03-06", "07:59")
    mail_office.tick()
    assert mail_office.letters() == []
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    assert digests(mail_office) == [(PAUL, {"due_soon": ["1.1"]})]
    assert len(mail_office.letters()) == 1


def test_nothing_is_told_twice(mail_office):
    """Ticks of the same morning, a second worker, the next days without a reminder: no further digest."""
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    mail_office.tick()
    assert write_digests(mail_office.office, DOMAIN) == 0
    for day in ("2026-03-09", "2026-03-10", "2026-03-11"):
        mail_office.at(day, "09:00")
        mail_office.tick()
    assert len(digests(mail_office)) == 1


def test_each_reminder_brings_the_whole_picture(mail_office):
    """Seven days before 20 March everything near is listed; a week late the head line is what is overdue."""
    for day in ("2026-03-06", "2026-03-13"):
        mail_office.at(day, "08:00")
        mail_office.tick()
    assert [found for recipient, found in digests(mail_office) if recipient == PAUL] == [{"due_soon": ["1.1"]}] * 2
    for day in ("2026-03-19", "2026-03-20", "2026-03-23"):
        mail_office.at(day, "08:00")
        mail_office.tick()
    assert digests(mail_office)[-1] == (PAUL, {"overdue": ["1.1"]})
    late = mail_office.told(Kind.MORNING_DIGEST)[-1][1].overdue[0]
    assert late.days_over == 3


def test_the_coordinator_hears_what_is_overdue_with_others(mail_office):
    """With the names of those who owe it, and of those whom nobody is written to for."""
    mail_office.at("2026-03-23", "08:00")
    mail_office.tick()
    told = dict(mail_office.told(Kind.MORNING_DIGEST))
    assert [row.number for row in told[MARY].overdue_elsewhere] == ["1.1"]
    assert told[MARY].overdue_elsewhere[0].parties == ("Школа № 12",)
    assert told[MARY].unreachable == ("Станция юннатов",)
    assert told[PAUL].unreachable == ()
    assert told[PAUL].overdue_elsewhere == ()


def test_who_has_left_reaches_nobody(mail_office):
    """An organisation whose only contact has left is named with those whom nobody is written to for."""
    with mail_office.office.store.write() as work:
        work.connection.execute(update(person).where(person.c.id == mail_office.ann.id).values(active=False))
    mail_office.at("2026-03-23", "08:00")
    mail_office.tick()
    told = dict(mail_office.told(Kind.MORNING_DIGEST))
    assert told[MARY].unreachable == ("Дом творчества", "Станция юннатов")


def test_a_row_without_a_date_is_asked_of_the_coordinator_monthly(mail_office):
    """Thirty days after it began to wait, in the coordinator's digest only."""
    mail_office.at("2026-04-01", "08:00")
    mail_office.tick()
    told = dict(mail_office.told(Kind.MORNING_DIGEST))
    assert [row.number for row in told[MARY].date_wanted] == ["1.5"]
    assert told[PAUL].date_wanted == ()


def test_no_digest_on_a_day_off(mail_office):
    """What is left on a Saturday waits for Tuesday, since the Monday after 8 March 2026 is a day off."""
    mail_office.at("2026-03-07", "09:00")
    leave(mail_office, mail_office.paul, "1.1")
    for day in ("2026-03-07", "2026-03-08", "2026-03-09"):
        mail_office.at(day, "10:00")
        mail_office.tick()
        assert digests(mail_office) == []
    mail_office.at("2026-03-10", "10:00")
    mail_office.tick()
    assert digests(mail_office) == [(PAUL, {"due_soon": ["1.1"]})]


def test_a_digest_is_never_empty(mail_office):
    """What was submitted before the morning came needs no reminder; the notice ends with it."""
    mail_office.at("2026-03-05", "15:00")
    leave(mail_office, mail_office.paul, "1.1")
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    assert digests(mail_office) == []
    assert open_notices(mail_office) == []


def test_a_reminder_of_the_afternoon_waits_for_the_next_working_morning(mail_office):
    """One digest a morning: who has had today's gets the new reminder on Tuesday, not at noon."""
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    mail_office.at("2026-03-06", "15:00")
    leave(mail_office, mail_office.paul, "1.1")
    mail_office.tick()
    assert len(digests(mail_office)) == 1
    assert open_notices(mail_office) == [PAUL]
    mail_office.at("2026-03-10", "08:30")
    mail_office.tick()
    assert digests(mail_office) == [(PAUL, {"due_soon": ["1.1"]})] * 2
    assert open_notices(mail_office) == []


def test_reminders_not_handled_yet_hold_the_digest_back(mail_office):
    """Else a reminder of this very morning would be told a day late."""
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    with mail_office.office.store.write() as work:
        work.connection.execute(update(notice).values(settled_at=None))
        work.connection.execute(letter.delete())
        work.connection.execute(update(ladder).where(ladder.c.name == "evidence").values(due_at=work.now))
    assert write_digests(mail_office.office, DOMAIN) == 0
    mail_office.tick()
    assert [recipient for recipient, _ in digests(mail_office)].count(PAUL) == 1


def test_what_was_returned_stands_in_the_digest_with_its_reason(mail_office):
    """Under a heading of its own, once."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.decide("1.1", Verdict.RETURN, "нет подписи")
    mail_office.at("2026-03-13", "08:00")
    mail_office.tick()
    assert digests(mail_office) == [(PAUL, {"returned": ["1.1"]})]
    assert mail_office.told(Kind.MORNING_DIGEST)[0][1].returned[0].remark == "нет подписи"


def test_what_begins_soon_is_told_a_week_and_a_day_before(mail_office):
    """A seminar on 15 April: take part; its evidence is not due yet."""
    for day in ("2026-04-08", "2026-04-14"):
        mail_office.at(day, "08:00")
        mail_office.tick()
    assert [found for recipient, found in digests(mail_office) if recipient == ANN] == [{"starting": ["1.2"]}] * 2


def test_decisions_awaited_stand_in_the_digest_with_the_same_link(mail_office):
    """An approver who is reminded of something else sees what waits for them too."""
    with mail_office.office.store.write() as work:
        insert_contact(work, get_party(work.connection, "Станция юннатов").id, mail_office.head.id)
    mail_office.at("2026-03-24")
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.at("2026-03-27", "08:00")
    mail_office.tick()
    told = dict(mail_office.told(Kind.MORNING_DIGEST))["head@moc.example"]
    ((_, asked),) = mail_office.told(Kind.EVIDENCE_AWAITS)
    assert [row.number for row in told.due_soon] == ["1.4"]
    assert [item.grant for item in told.items] == [asked.items[0].grant]


def test_an_unconfirmed_reading_stands_in_the_coordinators_digest_only(mail_office):
    """Under a heading that asks to confirm it; the responsible hears nothing."""
    mail_office.doubt("1.1")
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    ((recipient, found),) = digests(mail_office)
    assert recipient == MARY
    assert found["unconfirmed"] == ["1.1"]
    assert "due_soon" not in found


def test_letters_that_could_not_be_delivered_are_counted_for_the_coordinator(mail_office):
    """The responsible is not told of other people's letters."""
    mail_office.submit("1.2", mail_office.ann)
    mail_office.tick()
    with mail_office.office.store.write() as work:
        work.connection.execute(update(letter).values(state="dead", send_at=None))
    mail_office.at("2026-03-23", "08:00")
    mail_office.tick()
    told = dict(mail_office.told(Kind.MORNING_DIGEST))
    assert (told[MARY].undelivered, told[PAUL].undelivered) == (1, 0)


def test_what_was_due_before_the_record_stands_in_no_digest(mail_office):
    """Not even in the coordinator's list of what is overdue elsewhere."""
    target = mail_office.occurrence("1.1")
    with mail_office.office.store.write() as work:
        silent = update(occurrence).where(occurrence.c.id == target.id)
        work.connection.execute(silent.values(before_record=True))
    mail_office.at("2026-04-01", "08:00")
    mail_office.tick()
    ((recipient, found),) = digests(mail_office)
    assert recipient == MARY
    assert "overdue_elsewhere" not in found


def test_occurrences_of_one_activity_that_one_question_asks_about_are_one_row(mail_office):
    """Two that await a date look alike: one row says how many they are, and no other row counts them."""
    with mail_office.office.store.read() as connection:
        picture = take_picture(connection, mail_office.office)
    mary = mail_office.mary
    waiting = next(each for each in picture.coordinated[mary.id] if each.state == "awaiting_date")
    second = replace(waiting, id=waiting.id + 1000, public_id="another")
    fuller = replace(picture, coordinated={mary.id: [*picture.coordinated[mary.id], second]})
    assert [(row.number, row.times) for row in fuller.digest_for(mary, set()).date_wanted] == [("1.5", 2)]
    assert [(row.number, row.times) for row in picture.digest_for(mary, set()).date_wanted] == [("1.5", 1)]


def test_a_coordinators_digest_names_chores_with_their_commands(mail_office):
    """A draft's questions stand in the coordinator's digest and in nobody else's."""
    with mail_office.office.store.read() as connection:
        source = get_plan(connection, None)
    roll_over(mail_office.office, mail_office.actor(mail_office.mary), source, "2027")
    mail_office.at("2026-03-23", "08:00")
    mail_office.tick()
    told = dict(mail_office.told(Kind.MORNING_DIGEST))
    assert [(each.kind, each.name) for each in told[MARY].chores] == [("review", "moc-2027")]
    assert told[PAUL].chores == ()
    view = View("en", MARY, MOSCOW)
    rendered = render_letter(Kind.MORNING_DIGEST, told[MARY], view)
    assert f"The draft asks {told[MARY].chores[0].count} questions: opora plan review moc-2027" in rendered.text
    assert "opora plan review moc-2027" in rendered.html
