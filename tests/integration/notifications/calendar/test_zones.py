"""One calendar day everywhere: whatever the zone of the office, of the machine, or of the clock on the wall."""

import hashlib
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from activities.occurrences import OccurrenceFilter
from activities.tables import occurrence
from engine.tables import instance
from notifications.calendar.entries import refresh, refresh_changed
from notifications.calendar.feeds import render_feed
from notifications.calendar.lint import lint
from notifications.calendar.presentation import FeedSpec, Presentation, Show

ZONES = ("Pacific/Kiritimati", "Asia/Vladivostok", "Europe/Moscow", "America/New_York", "Pacific/Pago_Pago")
"""From 14 hours before Greenwich to 11 behind; New York changes its clocks."""

WINDOWS = [
    (date(2028, 2, 28), date(2028, 2, 29)),
    (date(2027, 12, 28), date(2028, 1, 9)),
    (date(2027, 12, 31), date(2027, 12, 31)),
    # The nights in which New York changes its clocks.
    (date(2027, 3, 14), date(2027, 3, 14)),
    (date(2027, 11, 7), date(2027, 11, 8)),
]

SCRIPT = """
import hashlib, sys
from engine.database import open_database, reading
from activities.occurrences import OccurrenceFilter
from notifications.calendar.feeds import render_feed
from notifications.calendar.presentation import FeedSpec
from datetime import date
with reading(open_database(sys.argv[1])) as connection:
    feed = render_feed(connection, FeedSpec("МОЦ", OccurrenceFilter()), date(2026, 3, 2))
    print(hashlib.sha256(feed.body).hexdigest())
"""


@pytest.fixture(params=ZONES)
def house(request, make_house, sqlite_url):
    """An office in each zone."""
    return make_house(sqlite_url, zone=ZoneInfo(request.param))


def put(house, starts_on, ends_on):
    """Give row 1.2 a window."""
    target = house.occurrence("1.2")
    with house.office.store.write() as work:
        dates = {"starts_on": starts_on, "due_on": ends_on}
        work.connection.execute(update(instance).where(instance.c.id == target.instance_id).values(dates))
        planned = update(occurrence).where(occurrence.c.id == target.id)
        work.connection.execute(planned.values(ends_on=ends_on, planned_due_on=ends_on))
        refresh(work, [target.id], house.office.working_day())
    return target.public_id


def entry(house, uid):
    """Its entry in the whole plan, shown as window and deadline."""
    with house.office.store.read() as connection:
        spec = FeedSpec("МОЦ", OccurrenceFilter(), presentation=Presentation(Show.BOTH))
        body = render_feed(connection, spec).body
    assert lint(body) == []
    text = body.decode().replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text, re.DOTALL)
    return next((each for each in found if f"UID:{uid}\r\n" in each), None)


def test_a_window_has_the_days_of_the_plan(house):
    """29 February, New Year, the days on which clocks change: first day and day after the last, without any time."""
    for starts_on, ends_on in WINDOWS:
        uid = put(house, starts_on, ends_on)
        after = ends_on + timedelta(days=1)
        deadline = entry(house, uid)
        assert f"DTSTART;VALUE=DATE:{ends_on:%Y%m%d}\r\nDTEND;VALUE=DATE:{after:%Y%m%d}\r\n" in deadline
        window = entry(house, f"{uid}-window")
        if starts_on < ends_on:
            assert f"DTSTART;VALUE=DATE:{starts_on:%Y%m%d}\r\nDTEND;VALUE=DATE:{after:%Y%m%d}\r\n" in window


def test_overdue_begins_with_the_offices_day(house):
    """What is due on Friday is overdue from Monday's first second in the office's own zone, on no other day."""
    zone = house.application.settings.zone
    # New York's clocks go forward in the night before.
    uid = put(house, date(2027, 3, 12), date(2027, 3, 12))
    monday = datetime(2027, 3, 15, tzinfo=zone).astimezone(UTC)
    house.clock.set(monday - timedelta(seconds=1))
    refresh_changed(house.office)
    assert "SUMMARY:1.2" in entry(house, uid)
    house.clock.set(monday)
    refresh_changed(house.office)
    assert "SUMMARY:! 1.2" in entry(house, uid)


def test_processes_write_the_same_bytes(make_house, sqlite_url):
    """Another process, with another zone, language and order of hashing, renders what this one does."""
    house = make_house(sqlite_url)
    house.tick()
    with house.office.store.read() as connection:
        here = render_feed(connection, FeedSpec("МОЦ", OccurrenceFilter()), house.office.today()).body
    for surroundings in (
        {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
        {"TZ": "America/New_York", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "PYTHONOPTIMIZE": "1"},
    ):
        root = str(Path(__file__).parents[4])
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, sqlite_url],
            env=os.environ | surroundings | {"PYTHONPATH": root},
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stdout.strip() == hashlib.sha256(here).hexdigest()
