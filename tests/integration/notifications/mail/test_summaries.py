"""The head's week, the observer's month, and the closing of the year."""

from datetime import date

import pytest

from activities.decisions import Verdict
from activities.enrolment import NewPerson, enrol
from activities.roles import Role
from activities.working_calendar import WorkingCalendar
from notifications.mail.kinds import Kind
from notifications.mail.preferences import Pace, Preference, choose
from notifications.mail.summaries import find_due_day, write_summaries
from tests.fixtures.mail_office import DOMAIN, MOSCOW

HEAD, PAUL, WATCH = "head@moc.example", "paul@school12.example", "watch@region.example"


def write(desk, day, hour="08:00"):
    """Summaries of a morning; how many."""
    desk.at(day, hour)
    return write_summaries(desk.office, DOMAIN)


def weekly(desk):
    return [context for to, context in desk.told(Kind.WEEKLY_SUMMARY) if to == HEAD]


def test_the_head_reads_the_week_on_monday(mail_office):
    """What is overdue, what comes, what awaits a decision and what was finished: once, though many ticks come."""
    mail_office.at("2026-03-18")
    mail_office.submit("1.2", mail_office.ann)
    mail_office.decide("1.2", Verdict.ACCEPT)
    mail_office.submit("1.4", mail_office.mary)
    assert write(mail_office, "2026-03-23", "07:59") == 0
    assert write(mail_office, "2026-03-23") == 1
    assert write(mail_office, "2026-03-23", "08:01") == 0
    assert write(mail_office, "2026-03-24") == 0
    (told,) = weekly(mail_office)
    assert [row.number for row in told.overdue] == ["1.1"]
    assert (told.finished, told.awaited, told.accepted, told.planned) == (1, 1, 1, 5)
    assert told.coming == ()


def test_a_quiet_week_is_no_letter(mail_office):
    """With nothing late, coming, finished or awaited nothing is written."""
    assert write(mail_office, "2026-03-02") == 0


def test_the_week_may_come_on_another_day_or_never(mail_office):
    """On the day that was chosen; never for who wants none."""
    for pace, days, found in ((Pace.NEVER, (), 0), (Pace.WEEKLY, (4,), 1)):
        with mail_office.office.store.write() as work:
            choose(work, mail_office.head.id, Kind.WEEKLY_SUMMARY, pace, days)
        assert write(mail_office, "2026-03-23") == 0
        assert write(mail_office, "2026-03-26") == found


@pytest.mark.parametrize(
    ("today", "chosen"),
    [
        (date(2026, 3, 2), date(2026, 3, 2)),
        (date(2026, 3, 3), date(2026, 3, 2)),
        (date(2026, 3, 5), None),
        (date(2026, 3, 10), date(2026, 3, 9)),
        (date(2027, 1, 11), date(2027, 1, 11)),
        (date(2027, 1, 12), date(2027, 1, 11)),
    ],
)
def test_a_day_off_is_made_up_for(today, chosen):
    """Of a Monday off the next working day is its morning; two days late at the most, and one letter after holidays."""
    assert find_due_day(WorkingCalendar(MOSCOW), Preference(Pace.WEEKLY), today) == chosen


def test_observers_read_the_month(mail_office):
    """On its first working morning, plan against fact of the month before; nobody else, and nobody twice."""
    enrol(mail_office.office, mail_office.actor(mail_office.mary), NewPerson(WATCH, "Наблюдатель"), Role.OBSERVER)
    mail_office.at("2026-03-18")
    mail_office.submit("1.1", mail_office.paul)
    assert write(mail_office, "2026-04-01") >= 1
    ((recipient, told),) = mail_office.told(Kind.MONTHLY_REPORT)
    (month,) = told.plans
    assert (recipient, told.month) == (WATCH, date(2026, 3, 1))
    assert (month.planned, month.accepted, month.submitted) == (1, 0, 1)
    assert [row.number for row in month.open] == ["1.1"]
    write(mail_office, "2026-04-02")
    assert len(mail_office.told(Kind.MONTHLY_REPORT)) == 1
    write(mail_office, "2026-05-04")
    assert [context.month for _, context in mail_office.told(Kind.MONTHLY_REPORT)] == [
        date(2026, 3, 1),
        date(2026, 4, 1),
    ]


def test_the_last_month_asks_for_everything_early(mail_office):
    """On the first working morning of December the digest lists what is due until the end, once, and says why."""
    mail_office.at("2026-11-30", "08:00")
    mail_office.tick()
    before = len(mail_office.told(Kind.MORNING_DIGEST))
    mail_office.at("2026-12-01", "08:00")
    mail_office.tick()
    told = [context for to, context in mail_office.told(Kind.MORNING_DIGEST)[before:] if to == PAUL]
    assert [each.closes_on for each in told] == [date(2026, 12, 31)]
    mail_office.at("2026-12-02", "08:00")
    mail_office.tick()
    assert len([to for to, _ in mail_office.told(Kind.MORNING_DIGEST)[before:] if to == PAUL]) == 1
