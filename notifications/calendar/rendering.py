"""From entries to bytes, byte-identical to icalendar (`writing`) and several times faster (`benchmarks/feeds.py`).

icalendar renders one full entry, once; names, order and parameters are taken from that, and the values are
escaped and folded here. A property test over hostile text holds the two equal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache

from notifications.calendar.escaping import escape, fold
from notifications.calendar.event import EventContent, FeedEvent, TodoStatus, Variant
from notifications.calendar.writing import DAY, build_alarm, build_calendar, build_entry, build_filler

NEWLINE = b"\r\n"
EVENT, TASK = b"VEVENT", b"VTODO"
DEFAULT_TTL = timedelta(hours=1)

_SPECIMEN = EventContent(
    occurrence_id="specimen",
    variant=Variant.DEADLINE,
    summary="specimen",
    starts_on=date(2026, 1, 1),
    ends_on=date(2026, 1, 1),
    description="specimen",
    categories=("specimen",),
    url="https://specimen.example/",
)
_SPECIMEN_TASK = replace(_SPECIMEN, variant=Variant.TODO, status=TodoStatus.NEEDS_ACTION)
_SPECIMEN_AT = datetime(2026, 1, 1, tzinfo=UTC)


def render_event(event: FeedEvent) -> bytes:
    """The VEVENT or VTODO, from BEGIN to END and a line break; equal entries give equal bytes, so they can be kept."""
    values = render_content(event.content)
    values[b"DTSTAMP"] = values[b"LAST-MODIFIED"] = b"%04d%02d%02dT%02d%02d%02dZ" % event.modified_at.timetuple()[:6]
    values[b"SEQUENCE"] = b"%d" % event.sequence
    task = event.content.is_task
    lines = [fold(head + values[name]) for name, head in _heads(task=task) if name in values]
    component = TASK if task else EVENT
    return NEWLINE.join((b"BEGIN:" + component, *lines, b"END:" + component, b""))


def render_alarm(text: str, before: timedelta) -> bytes:
    """A VALARM, to be put into entries by `with_alarm`."""
    alarm: bytes = build_alarm(text, before).to_ical()
    return alarm


def with_alarm(entry: bytes, alarm: bytes) -> bytes:
    """A rendered entry with a rendered alarm in it, at its end as RFC 5545 section 3.6 wants."""
    start = entry.rindex(b"END:")
    return entry[:start] + alarm + entry[start:]


def render_content(content: EventContent) -> dict[bytes, bytes]:
    """The value of each property that people or their calendars can see, escaped, not folded; no revision in it."""
    values = {
        b"UID": escape(content.uid),
        b"SUMMARY": escape(content.summary),
        b"STATUS": content.status.value.encode(),
    }
    if content.is_task:
        values[b"DUE"] = _day(content.ends_on)
    else:
        values[b"DTSTART"] = _day(content.starts_on)
        values[b"DTEND"] = _day(content.ends_on + DAY)
        values[b"TRANSP"] = b"OPAQUE" if content.takes_time else b"TRANSPARENT"
        values[b"X-MICROSOFT-CDO-BUSYSTATUS"] = b"BUSY" if content.takes_time else b"FREE"
    if content.description:
        values[b"DESCRIPTION"] = escape(content.description)
    if content.categories:
        values[b"CATEGORIES"] = b",".join(map(escape, content.categories))
    if content.url:
        values[b"URL"] = content.url.encode()
    return values


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the entries.

    Args:
        name: as subscribers see it.
        colour: CSS name and `#RRGGBB` of the same.
        ttl: how long a client may wait before it asks again.
    """

    name: str
    colour: tuple[str, str] | None = None
    ttl: timedelta = DEFAULT_TTL


def render_calendar(frame: Frame, events: Iterable[bytes]) -> bytes:
    """The whole calendar around rendered entries, ready to be served."""
    return b"".join(iter_calendar(frame, events))


def iter_calendar(frame: Frame, events: Iterable[bytes]) -> Iterator[bytes]:
    """As `render_calendar`, in pieces: a whole plan can be written without holding it in memory.

    Args:
        frame: what stands around them.
        events: what `render_event` gave, in the order in which they shall stand.
    """
    head, end = render_frame(frame)
    yield head
    event = None
    for event in events:
        yield event
    if event is None:
        yield build_filler().to_ical()
    yield end


# A feed that is served again and again has a few names; rendering them costs more than joining a thousand entries.
@lru_cache(maxsize=256)
def render_frame(frame: Frame) -> tuple[bytes, bytes]:
    """What stands before and behind the entries."""
    calendar = build_calendar(frame.name, frame.ttl, frame.colour)
    head, end, line_break = calendar.to_ical().rpartition(b"END:VCALENDAR")
    return head, end + line_break


def _day(day: date) -> bytes:
    return b"%04d%02d%02d" % (day.year, day.month, day.day)


@cache
def _heads(*, task: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Name and all that stands before the value, of each property an entry can have, in icalendar's order."""
    specimen = FeedEvent(_SPECIMEN_TASK if task else _SPECIMEN, sequence=0, modified_at=_SPECIMEN_AT)
    first, *lines, last, _ = build_entry(specimen).to_ical().split(NEWLINE)
    component = TASK if task else EVENT
    if (first, last) != (b"BEGIN:" + component, b"END:" + component):
        raise ValueError("icalendar renders an entry otherwise than expected")
    heads = [line[: line.index(b":") + 1] for line in lines]
    return tuple((head[:-1].partition(b";")[0], head) for head in heads)
