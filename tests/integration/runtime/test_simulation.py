"""A simulated plan tells what it will ask of people, and leaves no trace."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from activities.occurrences import OccurrenceFilter
from activities.plan_launch import PlanNotDraftError
from activities.plans import Plan, get_plan
from activities.tables import occurrence, plan, role_grant
from engine.tables import history, instance, ladder, message, metadata, payload
from notifications.calendar.feed_folder import FeedFolder
from notifications.calendar.subscriptions import NewSubscription, add_subscription
from runtime.simulation import NobodyLaunchesError, NothingAheadError, simulate
from tests.fixtures.house import House

UNTIL = date(2026, 4, 30)


def _draft(house: House) -> Plan:
    """The plan of the house as it was before its launch."""
    with house.office.store.write() as work:
        work.connection.execute(update(plan).values(status="draft", launched_on=None))
    return _plan(house)


def _plan(house: House) -> Plan:
    with house.office.store.read() as connection:
        return get_plan(connection, "moc-2026")


def test_a_live_plan_goes_on_from_where_it_stands(house: House, tmp_path: Path) -> None:
    """Everyone who owes something is written to; nothing real is written and no letter leaves the house."""
    house.tick()
    before, mail = house.dump(), sorted((tmp_path / "data").rglob("*"))
    lived = simulate(house.application, _plan(house), until=UNTIL)
    assert lived.letters == sum(each.count for each in lived.outlook.letters) > 0
    assert {each.person.id for each in lived.outlook.letters} >= {house.teacher.id, house.coordinator.id}
    assert lived.outlook.occurrences == 3
    assert house.dump() == before
    assert sorted((tmp_path / "data").rglob("*")) == mail


def test_a_simulation_writes_the_letters_that_life_writes(house: House) -> None:
    """Lived day by day in earnest, with nobody acting, the same people get as many letters in the same weeks."""
    foreseen = simulate(house.application, _plan(house), until=date(2026, 3, 27))
    house.clock.set(datetime(2026, 3, 2, 6, 0, tzinfo=UTC))
    for day in range(2, 28):
        house.clock.set(datetime(2026, 3, day, 5, 0, 30, tzinfo=UTC))
        house.tick()
    sent = [row for row in house.dump()["letter"] if "sent" in row]
    assert foreseen.letters == len(sent) > 0


def test_what_falls_on_days_off_and_who_has_much_to_decide_is_told(house: House) -> None:
    """Dates, weeks, approvers as the plan has them."""
    with house.office.store.write() as work:
        key = next(row for row in work.connection.execute(occurrence.select())).instance_id
        work.connection.execute(update(instance).where(instance.c.id == key).values(due_on=date(2026, 3, 29)))
    found = simulate(house.application, _plan(house), until=UNTIL).outlook
    assert [(each.number, each.due_on) for each in found.on_days_off] == [("1.1", date(2026, 3, 29))]
    assert {(each.person.id, each.week_on, each.count) for each in found.to_decide} == {
        (person.id, week_on, 1)
        for person in (house.head, house.deputy)
        for week_on in (date(2026, 3, 23), date(2026, 3, 30), date(2026, 4, 6))
    }
    assert date(2026, 4, 20) in found.idle_weeks
    assert date(2026, 3, 30) not in found.idle_weeks
    # Nothing awaits the two who decide, and each of their weeks is summed up for them.
    assert not found.unwritten


def test_a_draft_is_launched_in_the_copy_only(house: House) -> None:
    """It gets its occurrences there; the real one stays a draft."""
    with house.office.store.write() as work:
        for table in (message, ladder, payload):
            work.connection.execute(table.delete())
        work.connection.exec_driver_sql("DROP TRIGGER history_no_delete")
        for table in (history, occurrence, instance):
            work.connection.execute(table.delete())
    draft = _draft(house)
    before = house.dump()
    lived = simulate(house.application, draft, from_on=date(2026, 3, 25), until=UNTIL)
    assert (lived.starts_on, lived.outlook.occurrences) == (date(2026, 3, 25), 3)
    assert [each.number for each in lived.outlook.before_record] == []
    assert lived.letters > 0
    assert house.dump() == before
    assert set(before) == {table.name for table in metadata.sorted_tables}


def test_a_draft_that_nobody_runs_and_days_that_are_past_are_refused(house: House) -> None:
    """Each refusal says what to do."""
    with pytest.raises(NothingAheadError, match="--until"):
        simulate(house.application, _plan(house), until=date(2026, 3, 1))
    with pytest.raises(PlanNotDraftError):
        simulate(house.application, _plan(house), from_on=date(2026, 3, 1))
    with house.office.store.write() as work:
        work.connection.execute(update(role_grant).values(revoked_at=work.now))
    with pytest.raises(NobodyLaunchesError, match="--role coordinator"):
        simulate(house.application, _draft(house), until=UNTIL)


def test_a_simulation_touches_nothing_outside_its_folder(
    make_house: Callable[..., House], sqlite_url: str, tmp_path: Path
) -> None:
    """Calendar files that a web server hands out stay, no mailbox is opened, no scanner asked."""
    folder = tmp_path / "feeds"
    outside = {"imap_url": "imaps://a:b@127.0.0.1:1/INBOX", "clamd_url": "tcp://127.0.0.1:1"}
    house = make_house(sqlite_url, feed_dir=folder, **outside)
    calendar, token = add_subscription(house.office, NewSubscription("Сроки", OccurrenceFilter()))
    FeedFolder(folder).offer(house.office, calendar, token)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(before) == 1
    assert simulate(house.application, _plan(house)).letters
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
