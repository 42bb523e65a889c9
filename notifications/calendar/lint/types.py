"""Whether one property agrees with its type."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from notifications.calendar.lint.findings import Finding, quoted
from notifications.calendar.lint.grammar import (
    EXPLICIT_TYPES,
    LIST_TEXTS,
    LIST_TIMES,
    PROPERTY_TYPES,
    UNSIGNED,
    UTC_ONLY,
)
from notifications.calendar.lint.properties import Property
from notifications.calendar.lint.values import CHECKS, find_date, find_date_time, is_escaped


@dataclass(frozen=True, slots=True)
class Time:
    """A day or a time on the wall, and whose wall: a zone's name, `Z` for UTC, nothing for wherever one is."""

    wall: datetime
    zone: str
    is_date: bool

    def is_comparable(self, other: "Time") -> bool:
        """Whether earlier on the wall is earlier in fact."""
        return (self.is_date, self.zone) == (other.is_date, other.zone)


def type_of(property_: Property) -> str:
    """The type that the property claims: its VALUE, else its default; empty where neither is known."""
    return property_.parameters.get("VALUE", PROPERTY_TYPES.get(property_.name, ("",))[0]).upper()


def time_of(property_: Property) -> Time | None:
    """The time of a property that holds one DATE or DATE-TIME, or None where it holds none."""
    if type_of(property_) == "DATE":
        day = find_date(property_.value)
        return Time(datetime.combine(day, time.min), "", is_date=True) if day else None
    wall = find_date_time(property_.value)
    zone = "Z" if property_.value.endswith("Z") else property_.parameters.get("TZID", "")
    return Time(wall, zone, is_date=False) if wall else None


def check_property(property_: Property, zones: set[str]) -> Iterator[Finding]:
    """Type, form, escaping, and for times UTC and zone.

    Args:
        property_: one content line.
        zones: the TZIDs that the calendar describes.
    """
    value_type = type_of(property_)
    details = {"property": property_.name, "type": value_type}
    known_types = PROPERTY_TYPES.get(property_.name)
    if known_types and value_type not in known_types:
        yield Finding(property_.line, "value-type", details)
    elif property_.name in EXPLICIT_TYPES and "VALUE" not in property_.parameters:
        yield Finding(property_.line, "missing-value-parameter", details)
    elif value_type == "TEXT":
        if not is_escaped(property_.value, separators="," if property_.name in LIST_TEXTS else ""):
            yield Finding(property_.line, "escaping", {"property": property_.name})
    elif not _is_of_type(property_, value_type):
        yield Finding(property_.line, "value", details | {"value": quoted(property_.value)})
    elif value_type == "DATE-TIME":
        yield from _check_zone(property_, zones)


def _is_of_type(property_: Property, value_type: str) -> bool:
    check = CHECKS.get(value_type)
    if check is None:
        return True
    values = property_.value.split(",") if property_.name in LIST_TIMES else [property_.value]
    is_signed_wrongly = property_.name in UNSIGNED and property_.value.startswith("-")
    return all(map(check, values)) and not is_signed_wrongly


def _check_zone(property_: Property, zones: set[str]) -> Iterator[Finding]:
    zone = property_.parameters.get("TZID")
    is_utc = property_.value.endswith("Z")
    if property_.name in UTC_ONLY and not is_utc:
        yield Finding(property_.line, "not-utc", {"property": property_.name})
    if zone is not None and is_utc:
        yield Finding(property_.line, "zone-and-utc", {"property": property_.name})
    # A name that starts with a slash is known everywhere (section 3.8.3.1).
    elif zone is not None and zone not in zones and not zone.startswith("/"):
        yield Finding(property_.line, "unknown-zone", {"property": property_.name, "zone": quoted(zone)})
