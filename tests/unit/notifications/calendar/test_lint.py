"""The byte-level check of calendar files."""

import string
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from notifications.calendar.event import EventStatus, TodoStatus, Variant
from notifications.calendar.lint import lint
from notifications.calendar.lint.findings import PROBLEMS
from notifications.calendar.rendering import Frame, render_alarm, render_calendar, render_event, with_alarm
from tests.fixtures.feeds import make_event

FEED = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Feed//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
NAME:План\\, МОЦ
NAME;LANGUAGE=en:Plan
X-WR-CALNAME:План\\, МОЦ
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
BEGIN:VTIMEZONE
TZID:Asia/Omsk
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0600
TZOFFSETTO:+0600
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:1.6.1 Семинар\\; обмен
  опытом
DTSTART;VALUE=DATE:20260331
DTEND;VALUE=DATE:20260401
DTSTAMP:20260302T060000Z
UID:day
SEQUENCE:1
CATEGORIES:I. Организация,в работе
DESCRIPTION;ALTREP="https://example.org/a;b":
 Результат\\nСсылка: да\\\\нет
LAST-MODIFIED:20260302T060000Z
STATUS:CONFIRMED
TRANSP:TRANSPARENT
URL:https://example.org/o/1
X-MICROSOFT-CDO-BUSYSTATUS:FREE
X-ANYTHING;X-P=1:a,b;c\\x
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Скоро
TRIGGER:-P1D
DURATION:PT15M
REPEAT:2
END:VALARM
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Asia/Omsk:20260301T090000
DTEND;TZID=Asia/Omsk:20260301T100000
DTSTAMP:20260302T060000Z
UID:weekly
RRULE:FREQ=WEEKLY;COUNT=5
EXDATE;TZID=Asia/Omsk:20260308T090000,20260315T090000
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Asia/Omsk:20260322T110000
DURATION:PT1H30M
DTSTAMP:20260302T060000Z
UID:weekly
RECURRENCE-ID;TZID=Asia/Omsk:20260322T090000
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID="Asia/Omsk":20260301T090000
DTEND:20260301T040000Z
DTSTAMP:20260302T060000Z
UID:across
SUMMARY:An hour across
\t zones
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=/example.org/Omsk:20260301T090000
DTSTAMP:20260302T060000Z
UID:elsewhere
END:VEVENT
BEGIN:VTODO
DTSTAMP:20260302T060000Z
UID:todo
DTSTART;VALUE=DATE:20260301
DUE;VALUE=DATE:20260331
STATUS:NEEDS-ACTION
PERCENT-COMPLETE:40
END:VTODO
END:VCALENDAR
""".replace("\n", "\r\n").encode()
"""All that the linter knows, and nothing wrong."""


def _codes(data: bytes) -> set[str]:
    return {finding.code for finding in lint(data)}


def test_a_good_feed_has_no_findings() -> None:
    """The sample that the mutants are made from passes, and a parser reads it."""
    assert lint(FEED) == []
    assert len(Calendar.from_ical(FEED).walk("VEVENT")) == 5


MUTANTS: list[tuple[str, bytes, bytes]] = [
    # octets and lines
    ("byte-order-mark", b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR"),
    ("line-ending", b"VERSION:2.0\r\n", b"VERSION:2.0\n"),
    ("line-ending", b"END:VCALENDAR\r\n", b"END:VCALENDAR"),
    ("line-ending", b"END:VCALENDAR\r\n", b"END:VCALENDAR\r"),
    ("control-character", b"VERSION:2.0\r\n", b"VERSION:2.0\r"),
    ("control-character", b"SEQUENCE:1", b"SEQUENCE:1\r\r\n X"),
    ("control-character", b"UID:day", b"UID:day\x00"),
    ("control-character", b"UID:day", b"UID:day\x7f"),
    ("blank-line", b"BEGIN:VTODO", b"\r\nBEGIN:VTODO"),
    ("line-length", b"UID:day", b"UID:" + b"d" * 72),
    ("split-character", "обмен".encode(), b"\xd0\r\n \xbe"),
    ("not-utf8", "обмен".encode(), "обмен".encode("cp1251")),
    ("not-utf8", "обмен".encode(), b"\xed\xa0\x80"),
    ("fold-without-line", b"BEGIN:VCALENDAR", b" BEGIN:VCALENDAR"),
    # one content line
    ("syntax", b"UID:day", b"UID day"),
    ("syntax", b"UID:day", b"U_ID:day"),
    ("syntax", b"UID:day", b":day"),
    ("syntax", b'ALTREP="https://example.org/a;b"', b'ALTREP="https://example.org/a;b'),
    ("syntax", b"DTSTART;VALUE=DATE", b"DTSTART;VALUE"),
    ("repeated-parameter", b"DTSTART;VALUE=DATE:20260331", b"DTSTART;VALUE=DATE;value=DATE:20260331"),
    # nesting
    ("outside-calendar", b"BEGIN:VCALENDAR", b"X-A:1\r\nBEGIN:VCALENDAR"),
    ("unbalanced", b"END:VALARM\r\n", b""),
    ("unbalanced", b"END:VEVENT", b"END:VTODO"),
    ("unbalanced", b"END:VCALENDAR", b"END:VCALENDAR\r\nEND:VCALENDAR"),
    ("unbalanced", b"END:VCALENDAR", b"END:VCALENDAR\r\nEND:"),
    ("unclosed", b"END:VCALENDAR\r\n", b""),
    ("misplaced-component", b"BEGIN:VCALENDAR", b"BEGIN:VEVENT\r\nEND:VEVENT\r\nBEGIN:VCALENDAR"),
    ("misplaced-component", b"BEGIN:VTIMEZONE", b"BEGIN:VALARM\r\nEND:VALARM\r\nBEGIN:VTIMEZONE"),
    ("no-calendar", b"VCALENDAR", b"X-CALENDAR"),
    ("several-calendars", b"BEGIN:VCALENDAR", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR"),
    ("no-component", b"BEGIN:VTIMEZONE", b"BEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\nBEGIN:VTIMEZONE"),
    # which properties
    ("missing-property", b"PRODID:-//Example//Feed//EN\r\n", b""),
    ("missing-property", b"VERSION:2.0\r\n", b""),
    ("missing-property", b"UID:day\r\n", b""),
    ("missing-property", b"DTSTAMP:20260302T060000Z\r\nUID:day", b"UID:day"),
    ("missing-property", b"DTSTART;VALUE=DATE:20260331\r\n", b""),
    ("missing-property", b"TRIGGER:-P1D\r\n", b""),
    ("missing-property", b"DESCRIPTION:\xd0\xa1\xd0\xba\xd0\xbe\xd1\x80\xd0\xbe\r\n", b""),
    ("missing-property", b"TZOFFSETTO:+0600\r\n", b""),
    ("repeated-property", b"UID:day", b"UID:day\r\nUID:other"),
    ("repeated-property", b"SEQUENCE:1", b"SEQUENCE:1\r\nSEQUENCE:2"),
    ("repeated-property", b"STATUS:CONFIRMED", b"STATUS:CONFIRMED\r\nSTATUS:CONFIRMED"),
    ("exclusive-properties", b"DTEND;VALUE=DATE:20260401", b"DTEND;VALUE=DATE:20260401\r\nDURATION:P1D"),
    ("exclusive-properties", b"DUE;VALUE=DATE:20260331", b"DUE;VALUE=DATE:20260331\r\nDURATION:P1D"),
    ("incomplete-pair", b"REPEAT:2\r\n", b""),
    # values
    ("value-type", b"DTSTART;VALUE=DATE:20260331", b"DTSTART;VALUE=PERIOD:20260331"),
    ("value-type", b"DTSTAMP:20260302T060000Z\r\nUID:day", b"DTSTAMP;VALUE=DATE:20260302\r\nUID:day"),
    ("missing-value-parameter", b"REFRESH-INTERVAL;VALUE=DURATION", b"REFRESH-INTERVAL"),
    ("value", b"DTSTART;VALUE=DATE:20260331", b"DTSTART:20260331"),
    ("value", b"DTSTART;VALUE=DATE:20260331", b"DTSTART;VALUE=DATE:20260331T000000"),
    ("value", b"DTSTART;VALUE=DATE:20260331", b"DTSTART;VALUE=DATE:20260230"),
    ("value", b"DTEND;TZID=Asia/Omsk:20260301T100000", b"DTEND;TZID=Asia/Omsk:20260301T106100"),
    ("value", b"DTEND;TZID=Asia/Omsk:20260301T100000", b"DTEND;TZID=Asia/Omsk:20260301T100099"),
    ("value", b"20260308T090000,20260315T090000", b"20260308T090000,2026"),
    ("value", b"SEQUENCE:1", b"SEQUENCE:-1"),
    ("value", b"SEQUENCE:1", b"SEQUENCE:one"),
    ("value", b"SEQUENCE:1", b"SEQUENCE:2147483648"),
    ("value", b"DURATION:PT15M", b"DURATION:15M"),
    ("value", b"X-PUBLISHED-TTL:PT1H", b"X-PUBLISHED-TTL:1 hour"),
    ("value", b"URL:https://example.org/o/1", b"URL:example.org/o/1"),
    ("value", b"URL:https://example.org/o/1", b"URL:https://example.org/o 1"),
    ("value", b"RRULE:FREQ=WEEKLY;COUNT=5", b"RRULE:COUNT=5"),
    ("value", b"RRULE:FREQ=WEEKLY;COUNT=5", b"RRULE:FREQ=WEEKLY; COUNT=5"),
    ("value", b"TZOFFSETTO:+0600", b"TZOFFSETTO:6"),
    ("escaping", b"\\, ", b", "),
    ("escaping", b"\\; ", b"; "),
    ("escaping", b"\\\\", b"\\"),
    ("escaping", b"UID:day", b"UID:day\\"),
    ("escaping", "I. Организация,".encode(), "I. Организация;".encode()),
    ("illegal-value", b"STATUS:CONFIRMED", b"STATUS:COMPLETED"),
    ("illegal-value", b"STATUS:NEEDS-ACTION", b"STATUS:CONFIRMED"),
    ("illegal-value", b"TRANSP:TRANSPARENT", b"TRANSP:FREE"),
    ("illegal-value", b"BUSYSTATUS:FREE", b"BUSYSTATUS:TRANSPARENT"),
    ("illegal-value", b"VERSION:2.0", b"VERSION:1.0"),
    ("illegal-value", b"METHOD:PUBLISH", b"METHOD:REQUEST"),
    ("illegal-value", b"CALSCALE:GREGORIAN", b"CALSCALE:JULIAN"),
    ("not-utc", b"LAST-MODIFIED:20260302T060000Z", b"LAST-MODIFIED:20260302T060000"),
    ("zone-and-utc", b"DTEND;TZID=Asia/Omsk:20260301T100000", b"DTEND;TZID=Asia/Omsk:20260301T100000Z"),
    ("unknown-zone", b"TZID:Asia/Omsk", b"TZID:Asia/Tomsk"),
    # what must agree
    ("type-mismatch", b"DTEND;VALUE=DATE:20260401", b"DTEND:20260401T000000Z"),
    ("type-mismatch", b"RECURRENCE-ID;TZID=Asia/Omsk:20260322T090000", b"RECURRENCE-ID;VALUE=DATE:20260322"),
    ("end-not-after-start", b"DTEND;VALUE=DATE:20260401", b"DTEND;VALUE=DATE:20260331"),
    ("end-not-after-start", b"DTEND;TZID=Asia/Omsk:20260301T100000", b"DTEND;TZID=Asia/Omsk:20260301T080000"),
    ("end-not-after-start", b"DUE;VALUE=DATE:20260331", b"DUE;VALUE=DATE:20260228"),
    ("duplicate-uid", b"UID:todo", b"UID:day"),
    ("duplicate-uid", b"RECURRENCE-ID;TZID=Asia/Omsk:20260322T090000\r\n", b""),
]


@pytest.mark.parametrize(("code", "good", "bad"), MUTANTS)
def test_a_mutant_of_the_good_feed_is_refused(code: str, good: bytes, bad: bytes) -> None:
    """One change, and the finding that names it."""
    mutant = FEED.replace(good, bad)
    assert mutant != FEED
    assert code in _codes(mutant)


def test_every_finding_has_its_mutant() -> None:
    """No rule without a file that breaks it."""
    assert {code for code, _, _ in MUTANTS} | {"empty"} == set(PROBLEMS)


def test_an_empty_file_is_refused() -> None:
    """Zero bytes are no calendar."""
    assert _codes(b"") == {"empty", "no-calendar"}


def test_a_finding_names_line_code_and_remedy() -> None:
    """The line is the file's, counted from 1, and the words say what to do."""
    (finding,) = lint(FEED.replace(b"STATUS:CONFIRMED", b"STATUS:DONE"))
    assert FEED.split(b"\r\n")[finding.line - 1] == b"STATUS:CONFIRMED"
    assert finding.code == "illegal-value"
    assert finding.message == ("STATUS of VEVENT may not be DONE. Use one of: CANCELLED, CONFIRMED, TENTATIVE.")


def test_findings_come_in_the_order_of_lines() -> None:
    """A person goes through the file from top to bottom."""
    broken = FEED.replace(b"SEQUENCE:1", b"SEQUENCE:x").replace(b"VERSION:2.0", b"VERSION:3")
    lines = [finding.line for finding in lint(broken)]
    assert lines == sorted(lines)
    assert len(lines) == 2


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_says_what_to_do(code: str) -> None:
    """Two sentences at least: what is wrong, and the remedy."""
    assert PROBLEMS[code].count(". ") >= 1
    assert all(name is None or name.isidentifier() for _, name, _, _ in string.Formatter().parse(PROBLEMS[code]))


def test_messages_of_hostile_values_cannot_steer_a_terminal() -> None:
    """What is quoted from a file is quoted in ASCII."""
    steering = b"\xc2\x9b31m\x1b[2J"
    broken = FEED.replace(b"STATUS:CONFIRMED", b"STATUS:" + steering).replace(b"END:VALARM", b"END:" + steering)
    findings = lint(broken.replace(b"BEGIN:VTODO", b"BEGIN:" + steering))
    assert all(finding.message.isprintable() and finding.message.isascii() for finding in findings)
    assert {"illegal-value", "unbalanced", "unclosed"} <= {finding.code for finding in findings}


def test_feeds_of_every_variant_and_status_pass() -> None:
    """What we render has no findings."""
    events = [
        make_event(variant=variant, occurrence_id=f"{variant}-{status}", status=status, ends_on=date(2026, 4, 2))
        for variant in Variant
        for status in (TodoStatus if variant is Variant.TODO else EventStatus)
    ]
    alarm = render_alarm("Скоро срок, не забудьте", timedelta(hours=63))
    rendered = [with_alarm(render_event(event), alarm) for event in events]
    assert lint(render_calendar(Frame("План", ("red", "#FF0000")), rendered)) == []


@given(st.binary())
def test_no_bytes_raise_and_none_but_a_calendar_passes(data: bytes) -> None:
    """Any file is answered; what is no calendar is refused."""
    assert lint(data)


@given(st.data())
def test_a_damaged_feed_is_read_to_the_end(data: st.DataObject) -> None:
    """Octets overwritten anywhere never raise, and a feed cut off anywhere is refused."""
    start = data.draw(st.integers(0, len(FEED) - 1))
    lint(FEED[:start] + data.draw(st.binary(min_size=1, max_size=4)) + FEED[start + 1 :])
    assert lint(FEED[:start])


def test_a_deeply_nested_file_is_answered() -> None:
    """Depth does not exhaust the stack, nor length the time."""
    depth = 20_000
    nested = b"BEGIN:VEVENT\r\n" * depth + b"SUMMARY:x\r\n" * depth
    assert {"unclosed", "repeated-property"} <= _codes(nested)
