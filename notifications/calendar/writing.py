"""The writer of record: entries and calendars as icalendar's own components.

`rendering` takes names, order and parameters of the properties from here and must write the same bytes.
"""

from datetime import datetime, timedelta

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vDuration, vText

from notifications.calendar.escaping import clean_line
from notifications.calendar.event import FeedEvent

PRODUCT = "-//Opora//Calendar feed 1.0//EN"
DAY = timedelta(days=1)


def build_event(event: FeedEvent) -> Event:
    """The entry as a VEVENT of whole days (RFC 5545 section 3.6.1): DTEND is the day after the last."""
    content = event.content
    component = Event()
    component.add("uid", content.uid)
    component.add("summary", content.summary)
    component.add("dtstart", content.starts_on)
    component.add("dtend", content.ends_on + DAY)
    component.add("dtstamp", event.modified_at)
    component.add("last-modified", event.modified_at)
    component.add("sequence", event.sequence)
    component.add("status", content.status.value)
    component.add("transp", "OPAQUE" if content.takes_time else "TRANSPARENT")
    # Outlook ignores TRANSP in a subscription and asks its own property.
    component.add("x-microsoft-cdo-busystatus", vText("BUSY" if content.takes_time else "FREE"))
    if content.description:
        component.add("description", content.description)
    if content.categories:
        component.add("categories", list(content.categories))
    if content.url:
        component.add("url", content.url)
    return component


def build_calendar(name: str, ttl: timedelta) -> Calendar:
    """A VCALENDAR without entries.

    Args:
        name: as subscribers see it; given as `vText`, since icalendar escapes no plain string in an X- property.
        ttl: how long a client may wait before it asks again; RFC 7986 section 5.7 and its older Microsoft twin.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", vText(clean_line(name)))
    calendar.add("x-wr-calname", vText(clean_line(name)))
    calendar.add("refresh-interval", vDuration(ttl), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ttl))
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
