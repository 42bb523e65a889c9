"""Entries of feeds as stored: what changes them, what does not, and what a served feed leaves out."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide
from activities.occurrences import OccurrenceFilter
from activities.steps import NewDates, cancel, postpone, set_date
from activities.tables import activity, occurrence
from engine.tables import instance
from notifications.calendar import feeds
from notifications.calendar.entries import refresh, refresh_changed, refresh_plan
from notifications.calendar.feeds import render_feed
from notifications.calendar.lint import lint
from notifications.calendar.presentation import DEFAULT, EntryKind, FeedSpec, Presentation, Show
from notifications.tables import feed_event

EVERYTHING = OccurrenceFilter()


@pytest.fixture
def house(any_house):
    """An installation whose feeds are up to date."""
    any_house.tick()
    return any_house


def served(house, wanted=EVERYTHING, language="ru", presentation=DEFAULT):
    """The feed as a program would be given it now, unfolded; every feed keeps the rules."""
    with house.office.store.read() as connection:
        feed = render_feed(connection, FeedSpec("МОЦ", wanted, language, presentation), house.office.today())
    assert lint(feed.body) == []
    return feed


def events(feed):
    """UID → the lines of an entry, unfolded."""
    text = feed.body.decode().replace("\r\n ", "")
    entries = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text, re.DOTALL)
    return {re.search(r"UID:(\S+)", entry)[1]: entry for entry in entries}


def entry(house, number, **wanted):
    """The entry of a row's deadline."""
    return events(served(house, **wanted)).get(house.occurrence(number).public_id, "")


def sequence(text):
    return int(re.search(r"SEQUENCE:(\d+)", text)[1])


def everything_stored(house):
    with house.office.store.read() as connection:
        return connection.execute(feed_event.select().order_by(*feed_event.primary_key)).all()


def test_an_entry_says_what_people_need(house):
    """Number, title, state, who owes, what shall come of it, section: all on the day of the deadline."""
    text = entry(house, "1.2")
    assert "SUMMARY:1.2 Справка об участии в конкурсе" in text
    assert "DTSTART;VALUE=DATE:20260331" in text
    assert "DTEND;VALUE=DATE:20260401" in text
    assert "Школа № 12" in text
    assert "CATEGORIES:Методическая работа,запланировано" in text
    assert "STATUS:CONFIRMED" in text
    assert "TRANSP:TRANSPARENT" in text


def test_an_event_has_its_day_and_the_day_of_its_evidence(house):
    """A seminar takes its day; five working days later its evidence is due, as an entry of its own."""
    found = events(served(house))
    public_id = house.occurrence("1.1").public_id
    assert "DTSTART;VALUE=DATE:20260320" in found[f"{public_id}-event_day"]
    assert "TRANSP:OPAQUE" in found[f"{public_id}-event_day"]
    assert "DTSTART;VALUE=DATE:20260327" in found[public_id]
    assert "SUMMARY:1.1 Подтверждение: Семинар" in found[public_id]


def test_time_and_repetition_change_no_byte(house):
    """Refreshing again, later the same day, by any worker, leaves every stored row as it was."""
    before, first = everything_stored(house), served(house)
    house.pass_time(hours=5)
    house.tick()
    refresh_plan(house.office, house.plan.id)
    assert refresh_changed(house.office) is False
    assert everything_stored(house) == before
    assert served(house).etag == first.etag


def test_a_change_raises_the_sequence_of_its_entry_alone(house):
    """One occurrence's step leaves the others' entries as they were; its own says when it changed."""
    before = events(served(house))
    house.pass_time(hours=1)
    house.hand_in("1.2")
    house.tick()
    after = events(served(house))
    changed = {uid for uid in after if after[uid] != before[uid]}
    uid = house.occurrence("1.2").public_id
    assert changed == {uid}
    assert sequence(after[uid]) > sequence(before[uid])
    assert "LAST-MODIFIED:20260302T070000Z" in after[uid]
    assert "DTSTAMP:20260302T070000Z" in after[uid]


def test_a_new_name_shows_and_keeps_the_identity(house):
    """A renamed and renumbered row is the same entry with another text."""
    uid = house.occurrence("1.2").public_id
    with house.office.store.write() as work:
        renamed = update(activity).where(activity.c.number == "1.2").values(number="2.7", title="Иначе")
        work.connection.execute(renamed)
    refresh_plan(house.office, house.plan.id)
    text = events(served(house))[uid]
    assert "SUMMARY:2.7 Иначе" in text
    assert sequence(text) == 1


def test_a_moved_deadline_keeps_the_identity_and_tells_the_first_day(house):
    """A postponed occurrence stands on its new day under its old UID, and says for when it was planned."""
    uid = house.occurrence("1.2").public_id
    dates = NewDates(date(2026, 4, 15))
    postpone(
        house.office, Actor(house.head, "cli"), house.occurrence("1.2").id, dates, reason="Карантин", basis="приказ № 5"
    )
    house.tick()
    text = events(served(house))[uid]
    assert "DTSTART;VALUE=DATE:20260415" in text
    assert "31.03.2026" in text


def test_states_are_seen_at_a_glance(house):
    """Overdue, returned and done stand before the title."""
    first = house.hand_in("1.2")
    second = house.hand_in("1.1")
    judge = Actor(house.head, "cli")
    decide(house.office, judge, DecisionRequest(first.id, first.manifest_digest, Verdict.ACCEPT))
    decide(house.office, judge, DecisionRequest(second.id, second.manifest_digest, Verdict.RETURN, "Нет печати"))
    house.tick()
    assert "SUMMARY:✓ 1.2" in entry(house, "1.2")
    assert "SUMMARY:↩ 1.1" in entry(house, "1.1")
    house.pass_time(days=45)
    house.tick()
    assert "SUMMARY:! 1.3" in entry(house, "1.3")
    assert "SUMMARY:✓ 1.2" in entry(house, "1.2")


def test_the_day_itself_makes_overdue_once(house):
    """What is due on a Friday is overdue from Monday: the daily refresh says so once, without any step."""
    house.clock.set(datetime(2026, 4, 12, 20, 0, tzinfo=UTC))
    assert refresh_changed(house.office) is True
    assert "!" not in entry(house, "1.3")
    house.clock.set(datetime(2026, 4, 12, 21, 0, tzinfo=UTC))
    assert refresh_changed(house.office) is True
    assert "SUMMARY:! 1.3" in entry(house, "1.3")
    assert refresh_changed(house.office) is False


def test_what_is_called_off_is_shown_so_for_a_while(house):
    """A cancelled occurrence stays as CANCELLED for sixty days, so that calendars take it away, then goes."""
    cancel(house.office, Actor(house.head, "cli"), house.occurrence("1.3").id, reason="Не нужен", basis="приказ № 6")
    house.tick()
    assert "STATUS:CANCELLED" in entry(house, "1.3")
    house.pass_time(days=60)
    assert entry(house, "1.3") != ""
    house.pass_time(days=1)
    assert entry(house, "1.3") == ""


def test_a_day_that_is_lost_is_taken_away(house):
    """An occurrence that has no date any more leaves a cancelled entry where it stood, and comes back by a new one."""
    target = house.occurrence("1.3")
    with house.office.store.write() as work:
        work.connection.execute(update(instance).where(instance.c.id == target.instance_id).values(due_on=None))
        refresh(work, [target.id], house.office.today())
    text = entry(house, "1.3")
    assert "STATUS:CANCELLED" in text
    assert "DTSTART;VALUE=DATE:20260410" in text
    with house.office.store.write() as work:
        back = update(instance).where(instance.c.id == target.instance_id).values(due_on=date(2026, 4, 20))
        work.connection.execute(back)
        refresh(work, [target.id], house.office.today())
    again = entry(house, "1.3")
    assert "STATUS:CONFIRMED" in again
    assert sequence(again) == sequence(text) + 1 == 2


def test_a_month_is_no_event_day(house):
    """While the day of an event is not known, no month of busy days stands in calendars."""
    target = house.occurrence("1.1")
    with house.office.store.write() as work:
        work.connection.execute(
            update(instance).where(instance.c.id == target.instance_id).values(starts_on=date(2026, 3, 1))
        )
        work.connection.execute(
            update(occurrence)
            .where(occurrence.c.id == target.id)
            .values(ends_on=date(2026, 3, 31), planned_starts_on=date(2026, 3, 1), planned_ends_on=date(2026, 3, 31))
        )
        refresh(work, [target.id], house.office.today())
    assert "STATUS:CANCELLED" in events(served(house))[f"{target.public_id}-event_day"]
    assert "SUMMARY:? 1.1 Подтверждение: Семинар" in entry(house, "1.1")
    set_date(house.office, Actor(house.coordinator, "cli"), target.id, NewDates(date(2026, 3, 25)))
    house.tick()
    text = events(served(house))[f"{target.public_id}-event_day"]
    assert "STATUS:CONFIRMED" in text
    assert "DTSTART;VALUE=DATE:20260325" in text
    assert "SUMMARY:1.1 Подтверждение: Семинар" in entry(house, "1.1")


def test_a_served_feed_rolls_and_an_export_is_whole(house):
    """What lies far behind is no longer served; the export of the plan still has it."""
    house.pass_time(days=160)
    assert entry(house, "1.3") == ""
    with house.office.store.read() as connection:
        whole = render_feed(connection, FeedSpec("МОЦ", OccurrenceFilter(plan_id=house.plan.id)))
    assert whole.events == 4
    assert whole.left_out == 0


def test_a_full_feed_leaves_out_the_farthest(house, monkeypatch):
    """Beyond its limits a served feed keeps the nearest entries and says how many it left out."""
    whole = [len(body.encode()) for body in events(served(house)).values()]
    size = len(served(house).body)
    for limits, kept in ((("MOST_EVENTS", 3), 3), (("MOST_BYTES", size - sum(whole[2:])), 2), (("MOST_BYTES", 1), 0)):
        with monkeypatch.context() as patched:
            patched.setattr(feeds, *limits)
            feed = served(house)
        assert (feed.events, feed.left_out) == (kept, 4 - kept)
        days = re.findall(r"DTSTART;VALUE=DATE:(\d+)", feed.body.decode())
        assert days == ["20260320", "20260327", "20260331", "20260410"][:kept]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, ["1.1", "1.2", "1.3"]),
        ({"states": ["evidence_submitted"]}, ["1.2"]),
        ({"section_id": 999}, []),
        ({"person_id": "teacher"}, ["1.1", "1.2", "1.3"]),
        ({"person_id": "head"}, []),
    ],
    ids=str,
)
def test_a_filter_shows_what_it_asks_for(house, wanted, numbers):
    """Section, state, and a person's own rows."""
    house.hand_in("1.2")
    house.tick()
    if "person_id" in wanted:
        wanted = {"person_id": getattr(house, wanted["person_id"]).id}
    text = served(house, OccurrenceFilter(**wanted)).body.decode().replace("\r\n ", "")
    assert sorted(set(re.findall(r"SUMMARY:\S*?\s?(1\.\d)", text))) == numbers


def test_both_languages_are_kept(house):
    """Each entry is stored in Russian and in English, under one UID."""
    russian, english = (events(served(house, language=each)) for each in ("ru", "en"))
    assert russian.keys() == english.keys()
    uid = house.occurrence("1.2").public_id
    assert "запланировано" in russian[uid]
    assert "planned" in english[uid]


def test_hostile_rows_leave_a_feed_whole(house):
    """Whatever stands in a row of the plan, the feed keeps the rules and all its entries."""
    evil = "a;b,c\\d\r\nEND:VCALENDAR\r\n\u202e" + "я" * 3000
    with house.office.store.write() as work:
        work.connection.execute(update(activity).values(title=evil, result=evil))
    refresh_plan(house.office, house.plan.id)
    assert served(house).events == 4


def test_workers_refresh_one_after_the_other(any_house):
    """Many workers at once store each entry once, and the newest reading is the one that stays."""
    ids = [any_house.occurrence(number).id for number in ("1.1", "1.2", "1.3")]

    def work_on(number):
        with any_house.office.store.write() as work:
            if number % 3 == 0:
                renamed = update(activity).where(activity.c.number == "1.2").values(title=f"Название {number}")
                work.connection.execute(renamed)
            refresh(work, ids if number % 2 else ids[::-1], any_house.office.today())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work_on, range(24)))
    title = any_house.occurrence("1.2").title
    assert f"SUMMARY:1.2 {title}" in entry(any_house, "1.2")
    assert served(any_house).events == 4


def test_a_feed_without_entries_was_never_changed(any_house):
    """Before anything is at work a feed is an empty calendar that keeps the rules."""
    feed = served(any_house, OccurrenceFilter(plan_id=999))
    assert feed.events == 0
    assert feed.modified_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert feed.modified_at + timedelta(days=1) < any_house.clock.now()


PRESENTATIONS = [
    (Presentation(Show.DEADLINE), {"", "-event_day"}),
    (Presentation(Show.WINDOW), {"-window"}),
    (Presentation(Show.BOTH), {"", "-window"}),
    (Presentation(kind=EntryKind.TODO), {"-todo"}),
]


@pytest.mark.parametrize(("presentation", "variants"), PRESENTATIONS, ids=["deadline", "window", "both", "todo"])
def test_each_way_to_show_keeps_the_rules(house, presentation, variants):
    """Each presentation has its own variants, passes the linter with alarm and colour, and shows every occurrence."""
    decorated = replace(presentation, alarm_days=3, colour="teal")
    feed = served(house, presentation=decorated)
    text = feed.body.decode().replace("\r\n ", "")
    uids = re.findall(r"UID:(\S+)", text)
    assert {uid[36:] for uid in uids} == variants
    assert len({uid[:36] for uid in uids}) == 3
    assert "COLOR:teal" in text
    assert "X-APPLE-CALENDAR-COLOR:#008080" in text
    assert text.count("BEGIN:VALARM") == len(uids)
    assert "TRIGGER:-P2DT15H" in text


def test_both_shows_no_day_twice(house):
    """A window that is the deadline's own day is left out beside it; an event's day stands beside its evidence's."""
    found = events(served(house, presentation=Presentation(Show.BOTH)))
    seminar, report = (house.occurrence(number).public_id for number in ("1.1", "1.2"))
    assert "DTSTART;VALUE=DATE:20260320" in found[f"{seminar}-window"]
    assert "TRANSP:OPAQUE" in found[f"{seminar}-window"]
    assert "DTSTART;VALUE=DATE:20260327" in found[seminar]
    assert report in found
    assert f"{report}-window" not in found


def test_a_window_is_shown_from_its_first_day(house):
    """What may be done over three weeks stands over three weeks, as free time."""
    target = house.occurrence("1.2")
    with house.office.store.write() as work:
        begins = update(instance).where(instance.c.id == target.instance_id).values(starts_on=date(2026, 3, 10))
        work.connection.execute(begins)
        refresh(work, [target.id], house.office.today())
    text = events(served(house, presentation=Presentation(Show.WINDOW)))[f"{target.public_id}-window"]
    assert "DTSTART;VALUE=DATE:20260310" in text
    assert "DTEND;VALUE=DATE:20260401" in text
    assert "TRANSP:TRANSPARENT" in text


def test_a_task_is_done_when_it_is_accepted(house):
    """Tasks say what is left to do: needs action, in process, completed; and are due on the deadline."""

    def tasks():
        body = served(house, presentation=Presentation(kind=EntryKind.TODO, alarm_days=0)).body.decode()
        entries = re.findall(r"BEGIN:VTODO\r\n(.*?)END:VTODO", body.replace("\r\n ", ""), re.DOTALL)
        return next(each for each in entries if house.occurrence("1.2").public_id in each)

    assert "STATUS:NEEDS-ACTION" in tasks()
    assert "DUE;VALUE=DATE:20260331" in tasks()
    assert "TRIGGER:PT9H" in tasks()
    handed_in = house.hand_in("1.2")
    house.tick()
    assert "STATUS:IN-PROCESS" in tasks()
    wanted = DecisionRequest(handed_in.id, handed_in.manifest_digest, Verdict.ACCEPT)
    decide(house.office, Actor(house.head, "cli"), wanted)
    house.tick()
    assert "STATUS:COMPLETED" in tasks()
    assert "VALARM" not in tasks()


def test_what_is_done_rings_no_alarm(house):
    """Alarms are for what somebody still owes: not for what is handed in or called off."""
    house.hand_in("1.2")
    cancel(house.office, Actor(house.head, "cli"), house.occurrence("1.3").id, reason="Не нужен", basis="приказ № 6")
    house.tick()
    found = events(served(house, presentation=Presentation(alarm_days=3)))
    assert {number: "VALARM" in found[house.occurrence(number).public_id] for number in ("1.1", "1.2", "1.3")} == {
        "1.1": True,
        "1.2": False,
        "1.3": False,
    }


def test_an_entry_leads_to_the_start_page_once_people_can_reach_it(make_house, sqlite_url):
    """Without a public address there is no link; with one, each entry leads where people get their own links."""
    house = make_house(sqlite_url)
    refresh_plan(house.office, house.plan.id)
    outside = replace(house.office, home_url="https://moc.example.org/")
    with house.office.store.read() as connection:
        before = connection.execute(select(feed_event.c.body)).scalars().all()
    assert not any(b"URL:" in body for body in before)
    assert refresh_changed(outside) is True
    assert refresh_changed(outside) is False
    with house.office.store.read() as connection:
        after = connection.execute(select(feed_event.c.body)).scalars().all()
    assert all(b"URL:https://moc.example.org/\r\n" in body for body in after)
