"""The writer of record: entries and calendars as icalendar's own components.

`rendering` takes names, order and parameters of the properties from here and must write the same bytes.
"""

from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, Todo, vDuration, vText

from notifications.calendar.escaping import clean_line
from notifications.calendar.event import EventContent, FeedEvent

PRODUCT = "-//Opora//Calendar feed 1.0//EN"
DAY = timedelta(days=1)


def build_entry(event: FeedEvent) -> Event | Todo:
    """The entry as the component that it is: a VTODO for a task, else a VEVENT."""
    component = _build_todo(event.content) if event.content.is_task else _build_event(event.content)
    content = event.content
    component.add("uid", content.uid)
    component.add("summary", content.summary)
    component.add("dtstamp", event.modified_at)
    component.add("last-modified", event.modified_at)
    component.add("sequence", event.sequence)
    component.add("status", content.status.value)
    if content.description:
        component.add("description", content.description)
    if content.categories:
        component.add("categories", list(content.categories))
    if content.url:
        component.add("url", content.url)
    return component


def _build_event(content: EventContent) -> Event:
    """Whole days (RFC 5545 section 3.6.1): DTEND is the day after the last."""
    component = Event()
    component.add("dtstart", content.starts_on)
    component.add("dtend", content.ends_on + DAY)
    component.add("transp", "OPAQUE" if content.takes_time else "TRANSPARENT")
    # Outlook ignores TRANSP in a subscription and asks its own property.
    component.add("x-microsoft-cdo-busystatus", vText("BUSY" if content.takes_time else "FREE"))
    return component


def _build_todo(content: EventContent) -> Todo:
    """Due on its last day (RFC 5545 section 3.6.2); without DTSTART, since programs hide a task until then."""
    component = Todo()
    component.add("due", content.ends_on)
    return component


def build_alarm(text: str, before: timedelta) -> Alarm:
    """A notice (RFC 5545 section 3.6.6) so long before an entry's day begins; a task's day is the one it is due on."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", clean_line(text))
    alarm.add("trigger", -before)
    return alarm


def build_calendar(name: str, ttl: timedelta, colour: tuple[str, str] | None = None) -> Calendar:
    """A VCALENDAR without entries.

    Args:
        name: as subscribers see it; given as `vText`, since icalendar escapes no plain string in an X- property.
        ttl: how long a client may wait before it asks again; RFC 7986 section 5.7 and its older Microsoft twin.
        colour: its CSS name (RFC 7986 section 5.9) and the same as `#RRGGBB`, which Apple asks for.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", vText(clean_line(name)))
    calendar.add("x-wr-calname", vText(clean_line(name)))
    calendar.add("refresh-interval", vDuration(ttl), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ttl))
    if colour is not None:
        calendar.add("color", vText(colour[0]))
        calendar.add("x-apple-calendar-color", vText(colour[1]))
    return calendar


def build_filler() -> Timezone:
    """What a calendar holds that has no entry yet: RFC 5545 section 3.6 wants a component, and a zone shows nothing."""
    zone = Timezone()
    zone.add("tzid", "UTC")
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  (local time by RFC 5545 section 3.6.5)
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    zone.add_component(standard)
    return zone
