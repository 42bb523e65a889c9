"""RFC 5545 sections 3.4 to 3.8 as tables, with RFC 7986, RFC 9253's types, and what Microsoft and Apple put into feeds.

Components and properties that stand in no table (X- names, later RFCs) are checked for their form only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_TIMES = ("DATE-TIME", "DATE")

PROPERTY_TYPES: Mapping[str, tuple[str, ...]] = {
    "ACKNOWLEDGED": ("DATE-TIME",),
    "ACTION": ("TEXT",),
    "ATTACH": ("URI", "BINARY"),
    "ATTENDEE": ("CAL-ADDRESS",),
    "CALSCALE": ("TEXT",),
    "CATEGORIES": ("TEXT",),
    "CLASS": ("TEXT",),
    "COLOR": ("TEXT",),
    "COMMENT": ("TEXT",),
    "COMPLETED": ("DATE-TIME",),
    "CONFERENCE": ("URI",),
    "CONTACT": ("TEXT",),
    "CREATED": ("DATE-TIME",),
    "DESCRIPTION": ("TEXT",),
    "DTEND": _TIMES,
    "DTSTAMP": ("DATE-TIME",),
    "DTSTART": _TIMES,
    "DUE": _TIMES,
    "DURATION": ("DURATION",),
    "EXDATE": _TIMES,
    "FREEBUSY": ("PERIOD",),
    "GEO": ("FLOAT",),
    "IMAGE": ("URI", "BINARY"),
    "LAST-MODIFIED": ("DATE-TIME",),
    "LOCATION": ("TEXT",),
    "METHOD": ("TEXT",),
    "NAME": ("TEXT",),
    "ORGANIZER": ("CAL-ADDRESS",),
    "PERCENT-COMPLETE": ("INTEGER",),
    "PRIORITY": ("INTEGER",),
    "PRODID": ("TEXT",),
    "RDATE": (*_TIMES, "PERIOD"),
    "RECURRENCE-ID": _TIMES,
    "REFRESH-INTERVAL": ("DURATION",),
    "RELATED-TO": ("TEXT", "URI", "UID"),
    "REPEAT": ("INTEGER",),
    "RESOURCES": ("TEXT",),
    "RRULE": ("RECUR",),
    "SEQUENCE": ("INTEGER",),
    "SOURCE": ("URI",),
    "STATUS": ("TEXT",),
    "SUMMARY": ("TEXT",),
    "TRANSP": ("TEXT",),
    "TRIGGER": ("DURATION", "DATE-TIME"),
    "TZID": ("TEXT",),
    "TZNAME": ("TEXT",),
    "TZOFFSETFROM": ("UTC-OFFSET",),
    "TZOFFSETTO": ("UTC-OFFSET",),
    "TZURL": ("URI",),
    "UID": ("TEXT",),
    "URL": ("URI",),
    "VERSION": ("TEXT",),
    "X-APPLE-CALENDAR-COLOR": ("TEXT",),
    "X-MICROSOFT-CDO-BUSYSTATUS": ("TEXT",),
    "X-PUBLISHED-TTL": ("DURATION",),
    "X-WR-CALDESC": ("TEXT",),
    "X-WR-CALNAME": ("TEXT",),
    "X-WR-TIMEZONE": ("TEXT",),
}
"""Property → the types it may have, its default first."""

LIST_TEXTS = frozenset({"CATEGORIES", "RESOURCES"})
"""TEXT properties whose bare commas part values."""

LIST_TIMES = frozenset({"EXDATE", "FREEBUSY", "RDATE"})
"""Properties that hold several values parted by commas."""

EXPLICIT_TYPES = frozenset({"REFRESH-INTERVAL"})
"""RFC 7986 gives these no default type: VALUE must be there."""

UTC_ONLY = frozenset({"ACKNOWLEDGED", "COMPLETED", "CREATED", "DTSTAMP", "LAST-MODIFIED"})

UNSIGNED = frozenset({"PERCENT-COMPLETE", "PRIORITY", "REPEAT", "SEQUENCE"})


@dataclass(frozen=True, slots=True)
class ComponentRule:
    """What one kind of component may hold.

    Args:
        parents: where it may stand; "" is the top of the file.
        required: exactly once.
        once: at most once.
        allowed: property → the only values it may have here.
        exclusive: pairs of which only one may stand.
        together: pairs of which neither may stand alone.
        end: the property that must be later than DTSTART.
        needs_component: whether it must hold another.
    """

    parents: frozenset[str]
    required: tuple[str, ...] = ()
    once: frozenset[str] = frozenset()
    allowed: Mapping[str, tuple[str, ...]] | None = None
    exclusive: tuple[tuple[str, str], ...] = ()
    together: tuple[tuple[str, str], ...] = ()
    end: str = ""
    needs_component: bool = False


_DESCRIBED_ONCE = frozenset(
    "CLASS COLOR CREATED DTSTART LAST-MODIFIED ORGANIZER RECURRENCE-ID SEQUENCE STATUS SUMMARY URL".split()  # noqa: SIM905
)
_PLACED_ONCE = frozenset(("DESCRIPTION", "DURATION", "GEO", "LOCATION", "PRIORITY"))
_OBSERVANCE = ComponentRule(parents=frozenset({"VTIMEZONE"}), required=("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"))

COMPONENTS: Mapping[str, ComponentRule] = {
    "VCALENDAR": ComponentRule(
        parents=frozenset({""}),
        required=("PRODID", "VERSION"),
        once=frozenset(
            ("CALSCALE", "METHOD", "REFRESH-INTERVAL", "SOURCE", "URL", "X-PUBLISHED-TTL", "X-WR-CALNAME", "COLOR")
        ),
        # A feed publishes; any other method makes it an invitation, which mail programs answer.
        allowed={"CALSCALE": ("GREGORIAN",), "METHOD": ("PUBLISH",), "VERSION": ("2.0",)},
        needs_component=True,
    ),
    "VEVENT": ComponentRule(
        parents=frozenset({"VCALENDAR"}),
        required=("DTSTAMP", "DTSTART", "UID"),
        once=(_DESCRIBED_ONCE - {"DTSTART"}) | _PLACED_ONCE | {"DTEND", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"},
        allowed={
            "STATUS": ("CANCELLED", "CONFIRMED", "TENTATIVE"),
            "TRANSP": ("OPAQUE", "TRANSPARENT"),
            "X-MICROSOFT-CDO-BUSYSTATUS": ("BUSY", "FREE", "OOF", "TENTATIVE", "WORKINGELSEWHERE"),
        },
        exclusive=(("DTEND", "DURATION"),),
        end="DTEND",
    ),
    "VTODO": ComponentRule(
        parents=frozenset({"VCALENDAR"}),
        required=("DTSTAMP", "UID"),
        once=_DESCRIBED_ONCE | _PLACED_ONCE | {"COMPLETED", "DUE", "PERCENT-COMPLETE"},
        allowed={"STATUS": ("CANCELLED", "COMPLETED", "IN-PROCESS", "NEEDS-ACTION")},
        exclusive=(("DUE", "DURATION"),),
        end="DUE",
    ),
    "VJOURNAL": ComponentRule(
        parents=frozenset({"VCALENDAR"}),
        required=("DTSTAMP", "UID"),
        once=_DESCRIBED_ONCE,
        allowed={"STATUS": ("CANCELLED", "DRAFT", "FINAL")},
    ),
    "VFREEBUSY": ComponentRule(
        parents=frozenset({"VCALENDAR"}),
        required=("DTSTAMP", "UID"),
        once=frozenset(("CONTACT", "DTEND", "DTSTART", "ORGANIZER", "URL")),
        end="DTEND",
    ),
    "VALARM": ComponentRule(
        parents=frozenset({"VEVENT", "VTODO"}),
        required=("ACTION", "TRIGGER"),
        once=frozenset(("DESCRIPTION", "DURATION", "REPEAT", "SUMMARY", "UID")),
        together=(("DURATION", "REPEAT"),),
    ),
    "VTIMEZONE": ComponentRule(
        parents=frozenset({"VCALENDAR"}),
        required=("TZID",),
        once=frozenset(("LAST-MODIFIED", "TZURL")),
        needs_component=True,
    ),
    "STANDARD": _OBSERVANCE,
    "DAYLIGHT": _OBSERVANCE,
}

ALARM_TEXTS: Mapping[str, tuple[str, ...]] = {"DISPLAY": ("DESCRIPTION",), "EMAIL": ("DESCRIPTION", "SUMMARY")}
"""What an alarm needs for its ACTION (section 3.6.6)."""
