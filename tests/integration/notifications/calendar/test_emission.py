"""Stored bytes of feeds: made once after a change, the same from one worker to another, never older than a tick."""

import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from activities.acting import Actor
from activities.occurrences import OccurrenceFilter
from activities.parties import get_party, merge_parties, remove_contact, set_contact
from activities.people import Person
from activities.steps import start
from activities.tables import activity, occurrence, party, plan
from engine.tables import instance
from notifications.calendar import emission, entries, feeds
from notifications.calendar.emission import emit_feeds
from notifications.calendar.feeds import render_feed
from notifications.calendar.lint import lint
from notifications.calendar.subscriptions import NewSubscription, add_subscription, revoke_subscription
from notifications.tables import feed, feed_change, subscription


@pytest.fixture
def house(any_house):
    """An installation with one subscription to everything, its bytes made."""
    any_house.made, any_house.secret = subscribe(any_house)
    any_house.tick()
    any_house.pass_time(hours=1)
    return any_house


def subscribe(house, name="Сроки", **wanted):
    return add_subscription(house.office, NewSubscription(name, OccurrenceFilter(**wanted)))


def stored(house, made=None):
    """The stored row of a subscription's feed."""
    with house.office.store.read() as connection:
        mine = feed.c.subscription_id == (made or house.made).id
        return connection.execute(select(feed).where(mine)).one_or_none()


def entries_of(row):
    """UID → an entry of stored bytes, unfolded."""
    text = row.body.decode().replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text, re.DOTALL)
    return {re.search(r"UID:(\S+)", each)[1]: each for each in found}


def change_a_title(house, title):
    with house.office.store.write() as work:
        work.connection.execute(update(activity).where(activity.c.number == "1.2").values(title=title))


def test_the_bytes_are_those_of_a_rendering(house):
    """What is stored is what rendering gives now, plain and packed, and keeps the rules."""
    row = stored(house)
    with house.office.store.read() as connection:
        now = render_feed(connection, house.made.spec, house.office.today())
    assert (row.body, row.etag, row.events, row.left_out) == (now.body, now.etag, 4, 0)
    assert gzip.decompress(row.packed) == row.body
    assert lint(row.body) == []


def test_nothing_to_do_is_nothing_done(house):
    """A tick without a change looks at no feed and changes no byte of any row."""
    before = stored(house)
    assert emit_feeds(house.office) == 0
    house.tick()
    assert stored(house) == before


def test_many_changes_are_one_rendering(house, monkeypatch):
    """However often entries change between two ticks, each feed is rendered once."""
    rendered = []

    def count(*arguments):
        rendered.append(arguments)
        return render_feed(*arguments)

    monkeypatch.setattr(emission, "render_feed", count)
    for number in ("1.1", "1.2", "1.3"):
        start(house.office, Actor(house.teacher, "cli"), house.occurrence(number).id)
    house.tick()
    assert len(rendered) == 1
    assert stored(house).modified_at == house.clock.now()


def test_a_feed_that_is_not_concerned_keeps_everything(house):
    """A change elsewhere leaves the tag, the date and the bytes of a feed that does not show it."""
    other, _ = subscribe(house, "Другие", states=["accepted"])
    house.tick()
    before = stored(house, other)
    house.pass_time(hours=1)
    start(house.office, Actor(house.teacher, "cli"), house.occurrence("1.3").id)
    house.tick()
    assert stored(house, other) == before
    assert stored(house).etag != before.etag


@pytest.mark.parametrize(
    "change",
    [
        lambda work: work.execute(update(party).values(name="Школа имени Иванова")),
        lambda work: work.execute(update(activity).where(activity.c.number == "1.3").values(result="Иное")),
        lambda work: work.execute(update(activity).where(activity.c.number == "1.3").values(number="9")),
    ],
    ids=["party renamed", "result corrected", "row renumbered"],
)
def test_what_no_step_tells_is_seen_by_the_next_tick(house, change):
    """Names and texts that change without a step change the bytes, the tag and the date; once."""
    before = stored(house)
    with house.office.store.write() as work:
        change(work.connection)
    house.tick()
    after = stored(house)
    assert after.etag != before.etag
    assert after.modified_at == house.clock.now()
    house.pass_time(minutes=1)
    house.tick()
    assert stored(house) == after


def test_a_closed_plan_is_kept_up_too(house):
    """Who was renamed, or erased, does not stand on under the old name in the entries of a plan that is over."""
    with house.office.store.write() as work:
        work.connection.execute(update(plan).values(status="closed"))
        work.connection.execute(update(party).values(name="Школа имени Иванова"))
    house.tick()
    text = stored(house).body.decode().replace("\r\n ", "")
    assert "Школа имени Иванова" in text
    assert "Школа № 12" not in text


def test_mine_follows_the_contacts(house):
    """Who becomes a contact of a party has its rows in their calendar by the next tick, and no longer after that."""
    head: Person = house.head
    mine, _ = subscribe(house, "Моё", person_id=head.id)
    house.tick()
    assert stored(house, mine).events == 0
    with house.office.store.read() as connection:
        school = get_party(connection, "Школа № 12")
    set_contact(house.office, school.id, head.id)
    house.tick()
    assert stored(house, mine).events == 4
    remove_contact(house.office, school.id, head.id)
    house.tick()
    assert stored(house, mine).events == 0


def test_a_day_changes_the_bytes_where_it_is_seen_only(house):
    """The day on which something becomes overdue changes the tag; a day on which nothing does keeps tag and date."""
    house.clock.set(datetime(2026, 4, 1, 6, 0, tzinfo=UTC))
    house.tick()
    before = stored(house)
    house.clock.set(datetime(2026, 4, 2, 6, 0, tzinfo=UTC))
    house.tick()
    same = stored(house)
    assert (same.etag, same.modified_at) == (before.etag, before.modified_at)
    house.clock.set(datetime(2026, 4, 13, 6, 0, tzinfo=UTC))
    house.tick()
    assert "SUMMARY:! 1.3" in stored(house).body.decode()
    assert stored(house).modified_at == house.clock.now()


def test_a_day_that_leaves_the_window_changes_the_bytes(house):
    """What lies far behind goes out of the bytes at midnight, without anybody's step."""
    house.pass_time(days=400)
    house.tick()
    assert stored(house).events == 0


def test_workers_make_the_same_bytes(house):
    """Many workers at once, over many changes: no failure, no change lost, and the bytes of a rendering at the end."""

    def work_on(number):
        change_a_title(house, f"Название {number}")
        entries.refresh_changed(house.office)
        return emit_feeds(house.office)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work_on, range(8)))
    house.tick()
    with house.office.store.read() as connection:
        now = render_feed(connection, house.made.spec, house.office.today())
        assert connection.execute(select(feed_change)).all() == []
    assert stored(house).body == now.body
    title = house.occurrence("1.2").title
    assert f"SUMMARY:1.2 {title}" in now.body.decode()


def test_one_bad_feed_keeps_its_bytes_and_holds_up_no_other(house, caplog):
    """A subscription whose filter cannot be read stays as it was; the ones behind it get their changes."""
    other, _ = subscribe(house, "Вторая")
    house.tick()
    before = stored(house)
    with house.office.store.write() as work:
        broken = update(subscription).where(subscription.c.id == house.made.id)
        work.connection.execute(broken.values(filters='{"party_spelling": "нет такой"}'))
    start(house.office, Actor(house.teacher, "cli"), house.occurrence("1.3").id)
    house.tick()
    assert stored(house).body == before.body
    assert "в работе" in stored(house, other).body.decode().replace("\r\n ", "")
    assert "stays as it was" in caplog.text


@pytest.mark.parametrize(
    "bad",
    [
        {"starts_on": date(2026, 3, 20), "ends_on": date(2026, 3, 1), "due_on": date(2026, 3, 27)},
        {"starts_on": date(2026, 3, 20), "ends_on": date(2026, 3, 20), "due_on": date.max},
    ],
    ids=["ends before it starts", "no day after it"],
)
def test_a_row_that_cannot_be_shown_costs_nobody_else(house, bad, caplog):
    """It keeps the entries it had and is told in the log; the other rows' changes come through."""
    target = house.occurrence("1.1")
    before = entries_of(stored(house))
    with house.office.store.write() as work:
        dates = {name: bad[name] for name in ("starts_on", "due_on")}
        work.connection.execute(update(instance).where(instance.c.id == target.instance_id).values(dates))
        ends = update(occurrence).where(occurrence.c.id == target.id).values(ends_on=bad["ends_on"])
        work.connection.execute(ends)
        work.connection.execute(update(activity).where(activity.c.number == "1.2").values(title="Иначе"))
    house.tick()
    after = entries_of(stored(house))
    assert {uid for uid in before if before[uid] != after[uid]} == {house.occurrence("1.2").public_id}
    assert "SUMMARY:1.2 Иначе" in after[house.occurrence("1.2").public_id]
    assert f"entries of {target.short_id} could not be made" in caplog.text


def test_a_merged_party_keeps_its_calendar(house):
    """After a merge the rows are those of the party that is left."""
    with house.office.store.write() as work:
        second = {"short_id": "g-000002", "name": "Школа 12", "created_at": work.now}
        work.connection.execute(party.insert().values(second))
    with house.office.store.read() as connection:
        parties = {row.name: row.id for row in connection.execute(select(party))}
        target = get_party(connection, "Школа № 12")
    mine, _ = subscribe(house, "Школа", party_id=target.id)
    house.tick()
    source = type(target)(
        id=parties["Школа 12"],
        short_id="g-000002",
        name="Школа 12",
        kind=target.kind,
        spellings=(),
        contacts=(),
        rows=0,
    )
    merge_parties(house.office, source, target)
    house.tick()
    assert stored(house, mine).events == 4


def test_a_revoked_feed_is_gone(house):
    """The bytes go with the address, and no worker makes them again."""
    revoke_subscription(house.office, house.made)
    assert stored(house) is None
    change_a_title(house, "Иначе")
    house.tick()
    assert stored(house) is None


def test_a_full_feed_is_told_when_it_gets_so(house, monkeypatch, caplog):
    """What a feed leaves out stands in the log when the number changes, not at each tick."""
    monkeypatch.setattr(feeds, "MOST_EVENTS", 3)
    for title in ("Раз", "Два", "Три"):
        change_a_title(house, title)
        house.tick()
    assert caplog.text.count(f"{house.made.short_id} is full and leaves out 1 entries") == 1


def test_the_date_is_not_before_the_bytes(house):
    """A feed that is made anew is dated by its making, even though its entries changed before."""
    change_a_title(house, "Иначе")
    entries.refresh_changed(house.office)
    house.pass_time(minutes=5)
    assert emit_feeds(house.office) == 1
    assert stored(house).modified_at == house.clock.now()
