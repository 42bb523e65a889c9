"""From entries to bytes, byte-identical to icalendar (`writing`) and several times faster (`benchmarks/feeds.py`).

icalendar renders one full entry, once; names, order and parameters are taken from that, and the values are
escaped and folded here. A property test over hostile text holds the two equal.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache

from notifications.calendar.escaping import escape, fold
from notifications.calendar.event import EventContent, FeedEvent, Variant
from notifications.calendar.writing import DAY, build_calendar, build_event, build_filler

NEWLINE = b"\r\n"
DEFAULT_TTL = timedelta(hours=1)

_SPECIMEN = FeedEvent(
    content=EventContent(
        occurrence_id="specimen",
        variant=Variant.DEADLINE,
        summary="specimen",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 1, 1),
        description="specimen",
        categories=("specimen",),
        url="https://specimen.example/",
    ),
    sequence=0,
    modified_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def render_event(event: FeedEvent) -> bytes:
    """The VEVENT, from BEGIN to END and a line break; equal entries give equal bytes, so they can be kept."""
    values = render_content(event.content)
    values[b"DTSTAMP"] = values[b"LAST-MODIFIED"] = b"%04d%02d%02dT%02d%02d%02dZ" % event.modified_at.timetuple()[:6]
    values[b"SEQUENCE"] = b"%d" % event.sequence
    lines = [fold(head + values[name]) for name, head in _heads() if name in values]
    return NEWLINE.join((b"BEGIN:VEVENT", *lines, b"END:VEVENT", b""))


def render_content(content: EventContent) -> dict[bytes, bytes]:
    """The value of each property that people or their calendars can see, escaped, not folded; no revision in it."""
    values = {
        b"UID": escape(content.uid),
        b"SUMMARY": escape(content.summary),
        b"DTSTART": _day(content.starts_on),
        b"DTEND": _day(content.ends_on + DAY),
        b"STATUS": content.status.value.encode(),
        b"TRANSP": b"OPAQUE" if content.takes_time else b"TRANSPARENT",
        b"X-MICROSOFT-CDO-BUSYSTATUS": b"BUSY" if content.takes_time else b"FREE",
    }
    if content.description:
        values[b"DESCRIPTION"] = escape(content.description)
    if content.categories:
        values[b"CATEGORIES"] = b",".join(map(escape, content.categories))
    if content.url:
        values[b"URL"] = content.url.encode()
    return values


def render_calendar(name: str, events: Iterable[bytes], ttl: timedelta = DEFAULT_TTL) -> bytes:
    """The whole calendar around rendered entries, ready to be served."""
    return b"".join(iter_calendar(name, events, ttl))


def iter_calendar(name: str, events: Iterable[bytes], ttl: timedelta = DEFAULT_TTL) -> Iterator[bytes]:
    """As `render_calendar`, in pieces: a whole plan can be written without holding it in memory.

    Args:
        name: as subscribers see it.
        events: what `render_event` gave, in the order in which they shall stand.
        ttl: how long a client may wait before it asks again.
    """
    head, end = _frame(name, ttl)
    yield head
    event = None
    for event in events:
        yield event
    if event is None:
        yield build_filler().to_ical()
    yield end


# A feed that is served again and again has a few names; rendering them costs more than joining a thousand entries.
@lru_cache(maxsize=256)
def _frame(name: str, ttl: timedelta) -> tuple[bytes, bytes]:
    """What stands before and behind the entries."""
    head, end, line_break = build_calendar(name, ttl).to_ical().rpartition(b"END:VCALENDAR")
    return head, end + line_break


def _day(day: date) -> bytes:
    return b"%04d%02d%02d" % (day.year, day.month, day.day)


@cache
def _heads() -> tuple[tuple[bytes, bytes], ...]:
    """Name and all that stands before the value, of each property an entry can have, in icalendar's order."""
    first, *lines, last, _ = build_event(_SPECIMEN).to_ical().split(NEWLINE)
    if (first, last) != (b"BEGIN:VEVENT", b"END:VEVENT"):
        raise ValueError("icalendar renders an entry otherwise than expected")
    heads = [line[: line.index(b":") + 1] for line in lines]
    return tuple((head[:-1].partition(b";")[0], head) for head in heads)
