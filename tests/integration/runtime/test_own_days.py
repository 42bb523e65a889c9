"""Reminders follow the organisation's own table of days."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from activities.acting import Actor
from activities.day_table import OwnDay, forget_days, set_day
from activities.period import Period
from engine.reckoning import reckon_anew
from engine.tables import ladder, message
from tests.fixtures.house import House


def armed(house: House, number: str) -> tuple[str, datetime]:
    """The next reminder that evidence is due, and when."""
    mine = (ladder.c.instance_id == house.occurrence(number).instance_id) & (ladder.c.name == "evidence")
    with house.office.store.read() as connection:
        row = connection.execute(select(ladder.c.rung, ladder.c.due_at).where(mine)).one()
    return row.rung, row.due_at


def reckon(house: House) -> int:
    """What the command does once the table was written."""
    house.application.refresh()
    return reckon_anew(house.office.store, house.office.execution)


def test_a_reminder_of_a_day_that_is_off_comes_on_the_day_before(any_house: House) -> None:
    """Due dates stay; asked again nothing moves; forgotten, it is back where it was."""
    house, actor = any_house, Actor(any_house.coordinator, "cli")
    assert armed(house, "1.2") == ("due_14", datetime(2026, 3, 17, 5, tzinfo=UTC))
    due = {number: house.occurrence(number).due_on for number in ("1.1", "1.2", "1.3")}
    set_day(house.office, actor, OwnDay(date(2026, 3, 17), is_working=False, reason="Указ № 5"))
    assert (reckon(house), reckon(house)) == (1, 0)
    assert armed(house, "1.2") == ("due_14", datetime(2026, 3, 16, 5, tzinfo=UTC))
    assert {number: house.occurrence(number).due_on for number in due} == due
    assert forget_days(house.office, actor, Period(date(2026, 3, 17), date(2026, 3, 17))) == 1
    assert reckon(house) == 1
    assert armed(house, "1.2") == ("due_14", datetime(2026, 3, 17, 5, tzinfo=UTC))


def test_a_reminder_whose_day_is_past_by_the_new_table_is_given_at_once(any_house: House) -> None:
    """Told late rather than never; what repeats keeps its rhythm."""
    house, actor = any_house, Actor(any_house.coordinator, "cli")
    house.clock.set(datetime(2026, 3, 16, 9, tzinfo=UTC))
    house.tick()
    set_day(house.office, actor, OwnDay(date(2026, 3, 17), is_working=False))
    assert reckon(house) == 1
    house.tick()
    assert armed(house, "1.2")[0] == "due_7"
    with house.office.store.read() as connection:
        assert "due_14" in {row.detail for row in connection.execute(message.select())}
    house.clock.set(datetime(2026, 4, 7, 9, tzinfo=UTC))
    house.tick()
    rung, due_at = armed(house, "1.2")
    assert (rung, due_at) == ("overdue_weekly", datetime(2026, 4, 8, 5, tzinfo=UTC))
    set_day(house.office, actor, OwnDay(date(2026, 4, 8), is_working=False))
    assert reckon(house) >= 1
    assert armed(house, "1.2") == ("overdue_weekly", datetime(2026, 4, 9, 5, tzinfo=UTC))
