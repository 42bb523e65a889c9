"""How commands write days, instants and sizes in the language of the person at the terminal."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cli.output import language
from engine.errors import N_
from notifications import labels, translation
from notifications.labels import label
from notifications.translation import translate, translate_plural

PLAN_STATUSES = labels.PLAN_STATUSES

CONFIDENCES = {"sure": N_("read surely"), "check": N_("check the reading"), "ask": N_("a date must be set by hand")}

PARTY_KINDS = {"single": N_("single"), "group": N_("group"), "superior": N_("superior body")}

_KILOBYTE = 1024


def word(words: dict[str, str], name: str) -> str:
    """The word for one of the program's names, see `notifications.labels`."""
    return label(words, name, language())


def text(marked: str, /, **details: object) -> str:
    """A marked text in the person's language."""
    return translate(marked, language(), **details)


def counted(singular: str, plural: str, count: int) -> str:
    """A number with its noun: “1 activity”, “5 activities”."""
    return translate_plural(singular, plural, count, language())


def day_text(day: date | None) -> str:
    """A day, empty where there is none."""
    return translation.day_text(day, language()) if day else ""


def window_text(starts_on: date | None, ends_on: date | None) -> str:
    """Both days of a window, or its one day."""
    if starts_on in {None, ends_on}:
        return day_text(ends_on)
    return f"{day_text(starts_on)} – {day_text(ends_on)}"


def instant_text(instant: datetime | None, zone: ZoneInfo) -> str:
    """An instant in the organisation's time zone, to the minute."""
    return translation.instant_text(instant.astimezone(zone), language()) if instant else ""


def size_text(size: int) -> str:
    """A file's size; kilobytes of 1,024 bytes."""
    if size < _KILOBYTE:
        return counted("{count} byte", "{count} bytes", size)
    if size < _KILOBYTE * _KILOBYTE:
        return text(N_("{size} KB"), size=round(size / _KILOBYTE))
    return text(N_("{size} MB"), size=f"{size / _KILOBYTE / _KILOBYTE:.1f}")


def names_text(names: Iterable[str]) -> str:
    """Names behind one another."""
    return ", ".join(names)
