"""From entries to bytes."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Component

from notifications.calendar.event import EventStatus, FeedEvent, Variant
from notifications.calendar.lint import lint
from notifications.calendar.rendering import Frame, iter_calendar, render_calendar, render_event
from notifications.calendar.writing import build_entry
from tests.fixtures.feeds import HOSTILE_TEXTS, hostile_events, hostile_texts, make_event


def _lines(event: FeedEvent) -> list[bytes]:
    return render_event(event).replace(b"\r\n ", b"").split(b"\r\n")


def _parse(feed: bytes) -> list[Component]:
    return [each for each in Calendar.from_ical(feed).subcomponents if each.name in {"VEVENT", "VTODO"}]


@given(hostile_events())
def test_an_entry_is_byte_identical_to_icalendars(event: FeedEvent) -> None:
    """Whatever the text, our bytes are those that icalendar, the writer of record, would have written."""
    assert render_event(event) == build_entry(event).to_ical()


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_each_known_trap_is_byte_identical_too(text: str) -> None:
    """As above, for each text that has broken a program, in every field at once."""
    event = make_event(occurrence_id=text, summary=text, description=text, categories=(text, text), url=text)
    assert render_event(event) == build_entry(event).to_ical()


@given(st.lists(hostile_events(), unique_by=lambda event: event.content.uid, max_size=4), hostile_texts)
def test_one_bad_row_never_kills_the_feed(events: list[FeedEvent], name: str) -> None:
    """Whatever rows and name hold, the feed passes the linter and a parser finds every entry's text in it."""
    feed = render_calendar(Frame(name), map(render_event, events))
    assert lint(feed) == []
    seen = [(str(event["SUMMARY"]), str(event.get("DESCRIPTION", ""))) for event in _parse(feed)]
    assert seen == [(event.content.summary, event.content.description) for event in events]


def test_a_day_ends_on_the_day_after_it() -> None:
    """DTEND is exclusive: a deadline of one day ends on the next, a window on the day after its last, leap days too."""
    assert b"DTSTART;VALUE=DATE:20260331" in _lines(make_event())
    assert b"DTEND;VALUE=DATE:20260401" in _lines(make_event())
    window = make_event(variant=Variant.WINDOW, starts_on=date(2027, 12, 28), ends_on=date(2028, 2, 28))
    assert b"DTEND;VALUE=DATE:20280229" in _lines(window)
    leap_day = make_event(starts_on=date(2028, 2, 29), ends_on=date(2028, 2, 29))
    assert {b"DTSTART;VALUE=DATE:20280229", b"DTEND;VALUE=DATE:20280301"} <= set(_lines(leap_day))
    new_year = make_event(starts_on=date(2026, 12, 31), ends_on=date(2026, 12, 31))
    assert b"DTEND;VALUE=DATE:20270101" in _lines(new_year)


def test_the_revision_is_shown_in_three_properties() -> None:
    """DTSTAMP equals LAST-MODIFIED, in whole seconds of UTC; SEQUENCE stands as given."""
    lines = _lines(make_event(sequence=7))
    assert {b"DTSTAMP:20260302T060000Z", b"LAST-MODIFIED:20260302T060000Z", b"SEQUENCE:7"} <= set(lines)


@pytest.mark.parametrize(
    ("busy", "status", "transp", "outlook"),
    [
        (False, EventStatus.CONFIRMED, b"TRANSPARENT", b"FREE"),
        (True, EventStatus.TENTATIVE, b"OPAQUE", b"BUSY"),
        (True, EventStatus.CANCELLED, b"TRANSPARENT", b"FREE"),
    ],
)
def test_whether_a_day_counts_as_taken_is_said_twice(
    busy: bool, status: EventStatus, transp: bytes, outlook: bytes
) -> None:
    """TRANSP for everyone and Outlook's own property agree, and a cancelled day is free."""
    lines = _lines(make_event(busy=busy, status=status))
    assert b"TRANSP:" + transp in lines
    assert b"X-MICROSOFT-CDO-BUSYSTATUS:" + outlook in lines
    assert b"STATUS:" + status.value.encode() in lines


def test_what_is_empty_is_left_out() -> None:
    """No description, category or address: no empty property either."""
    text = render_event(make_event(description="", categories=(), url=""))
    assert not any(name in text for name in (b"DESCRIPTION", b"CATEGORIES", b"URL"))


def test_a_comma_in_a_category_does_not_make_two() -> None:
    """Categories are parted by bare commas, their own commas are escaped."""
    (event,) = _parse(render_calendar(Frame("План"), [render_event(make_event(categories=("a, b", "c")))]))
    assert list(event["CATEGORIES"].cats) == ["a, b", "c"]


def test_the_header_names_the_calendar_twice_and_says_when_to_ask_again() -> None:
    """Names are escaped as text; both refresh properties; neither METHOD nor ATTENDEE, which make it an invitation."""
    feed = render_calendar(Frame("План; МОЦ, 2026", ttl=timedelta(hours=6)), [render_event(make_event())])
    lines = feed.split(b"\r\n")
    assert {"NAME:План\\; МОЦ\\, 2026".encode(), "X-WR-CALNAME:План\\; МОЦ\\, 2026".encode()} <= set(lines)
    assert {b"REFRESH-INTERVAL;VALUE=DURATION:PT6H", b"X-PUBLISHED-TTL:PT6H"} <= set(lines)
    assert {b"VERSION:2.0", b"CALSCALE:GREGORIAN", b"BEGIN:VCALENDAR"} <= set(lines)
    assert b"METHOD" not in feed
    assert b"ATTENDEE" not in feed
    assert lines[-2:] == [b"END:VCALENDAR", b""]


def test_a_whole_calendar_is_byte_identical_to_icalendars() -> None:
    """Joining rendered entries gives what icalendar writes for the calendar that holds them."""
    events = [make_event(occurrence_id=f"id-{number}", sequence=number) for number in range(3)]
    calendar = Calendar.from_ical(render_calendar(Frame("План"), []))
    calendar.subcomponents = [build_entry(event) for event in events]
    assert render_calendar(Frame("План"), map(render_event, events)) == calendar.to_ical()


def test_a_calendar_without_entries_is_still_whole() -> None:
    """RFC 5545 wants a component in every calendar: a zone stands in, which shows nothing."""
    feed = render_calendar(Frame("Пусто"), [])
    assert lint(feed) == []
    assert _parse(feed) == []


def test_the_calendar_comes_in_pieces_as_entries_are_asked_for() -> None:
    """A whole plan can be written while its entries are still being read: nothing is gathered first."""
    asked = []

    def _entries() -> Iterator[bytes]:
        for number in range(2):
            asked.append(number)
            yield render_event(make_event(occurrence_id=str(number)))

    pieces = iter_calendar(Frame("План"), _entries())
    assert next(pieces).startswith(b"BEGIN:VCALENDAR\r\n")
    assert asked == []
    assert b"UID:0\r\n" in next(pieces)
    assert asked == [0]


def test_the_feed_stays_whole_where_python_drops_its_assertions() -> None:
    """Icalendar guards some of its lines by `assert`; under `python -O` our cleansing alone must hold."""
    script = (
        "from tests.fixtures.feeds import HOSTILE_TEXTS as texts, make_event\n"
        "from notifications.calendar.rendering import Frame, render_calendar, render_event\n"
        "from notifications.calendar.writing import build_entry\n"
        "from notifications.calendar.lint import lint\n"
        "events = [make_event(occurrence_id=f'{number}-{text}', summary=text, description=text, categories=(text,),"
        " url='https://opora.example/' + text) for number, text in enumerate(texts)]\n"
        "wrong = lint(render_calendar(Frame(texts[0]), map(render_event, events)))\n"
        "same = all(render_event(event) == build_entry(event).to_ical() for event in events)\n"
        "raise SystemExit(0 if not wrong and same and not __debug__ else 1)\n"
    )
    assert subprocess.run([sys.executable, "-O", "-c", script], check=False, timeout=60).returncode == 0
