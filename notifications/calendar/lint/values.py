"""Whether a value is what its type says (RFC 5545 section 3.3)."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

_DATE = re.compile(r"\d{8}", re.ASCII)
_DATE_TIME = re.compile(r"\d{8}T\d{6}Z?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3])[0-5]\d([0-5]\d|60)Z?", re.ASCII)
_TIME_PART = r"T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)"
_DURATION = re.compile(rf"[+-]?P(?:\d+W|\d+D(?:{_TIME_PART})?|{_TIME_PART})", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_FLOAT = re.compile(r"[+-]?\d+(\.\d+)?(;[+-]?\d+(\.\d+)?)?", re.ASCII)
_UTC_OFFSET = re.compile(r"[+-]([01]\d|2[0-3])[0-5]\d([0-5]\d)?", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~-]|%[0-9A-Fa-f]{2})*")
_RULE = re.compile(r"[A-Z-]+=[A-Z0-9,+-]+(;[A-Z-]+=[A-Z0-9,+-]+)*")
_FREQUENCY = re.compile(r"(?:^|;)FREQ=(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)(?:;|$)")
_BINARY = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_ESCAPED = re.compile(r"\\[\\;,nN]")


def find_date(value: str) -> date | None:
    """The day of a DATE (`20260301`), or None: the form must be right and the day must exist."""
    if not _DATE.fullmatch(value):
        return None
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return None


def find_date_time(value: str) -> datetime | None:
    """The wall-clock time of a DATE-TIME (`20260301T090000` or with `Z`), or None; naive, for comparing alike ones."""
    if not _DATE_TIME.fullmatch(value):
        return None
    try:
        # A leap second counts as the one before: Python has none.
        seconds = "59" if value[13:15] == "60" else value[13:15]
        return datetime.strptime(value[:13] + seconds, "%Y%m%dT%H%M%S")  # noqa: DTZ007  (naive on purpose)
    except ValueError:
        return None


def is_escaped(value: str, *, separators: str = "") -> bool:
    """Whether a TEXT has a backslash before each of its own backslashes, commas and semicolons (section 3.3.11)."""
    bare = _ESCAPED.sub("", value)
    return not any(character in bare for character in "\\;," if character not in separators)


def _is_period(value: str) -> bool:
    start, slash, end = value.partition("/")
    is_end = find_date_time(end) is not None or (_DURATION.fullmatch(end) is not None and not end.startswith("-"))
    return bool(slash) and find_date_time(start) is not None and is_end


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "BINARY": _matches(_BINARY),
    "BOOLEAN": lambda value: value.upper() in {"TRUE", "FALSE"},
    "CAL-ADDRESS": _matches(_URI),
    "DATE": lambda value: find_date(value) is not None,
    "DATE-TIME": lambda value: find_date_time(value) is not None,
    "DURATION": _matches(_DURATION),
    "FLOAT": _matches(_FLOAT),
    "INTEGER": lambda value: _INTEGER.fullmatch(value) is not None and -(2**31) <= int(value) < 2**31,
    "PERIOD": _is_period,
    "RECUR": lambda value: _RULE.fullmatch(value) is not None and _FREQUENCY.search(value) is not None,
    "TIME": _matches(_TIME),
    "URI": _matches(_URI),
    "UTC-OFFSET": _matches(_UTC_OFFSET),
}
"""Type → whether one value is of it; TEXT is looked at by `is_escaped`, unknown types by nobody."""
