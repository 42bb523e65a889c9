"""How letters write dates, instants and sizes."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from engine.errors import N_
from notifications.translation import translate

_NO_BREAK = "\u00a0"
"""Holds a number and its word on one line."""
_KILOBYTE, _MEGABYTE = 1024, 1024 * 1024
_SIZES = ((_MEGABYTE, N_("{number} MB")), (_KILOBYTE, N_("{number} KB")), (1, N_("{number} bytes")))


@lru_cache(maxsize=4096)  # a digest of a hundred rows names few days, each of them often
def word_day(day: date, language: str) -> str:
    """A day as people write it: `2 March 2026`."""
    return format_date(day, f"d{_NO_BREAK}MMMM y", locale=language)


def word_weekday(day: date, language: str) -> str:
    """A day with its place in the week: `Monday, 2 March`."""
    return format_date(day, f"EEEE, d{_NO_BREAK}MMMM", locale=language)


def word_month(day: date, language: str) -> str:
    """The month of a day by itself: `March 2026`."""
    return format_date(day, "LLLL y", locale=language)


def word_moment(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """An instant on the office's clock: `2 March 2026, 09:00`."""
    return format_datetime(instant, f"d{_NO_BREAK}MMMM y, HH:mm", tzinfo=zone, locale=language)


def word_size(size: int, language: str) -> str:
    """A size in bytes, rounded for people: `1.4 MB`."""
    unit, text = next((each for each in _SIZES if size >= each[0]), _SIZES[-1])
    number = format_decimal(size / unit, "#,##0.#" if unit == _MEGABYTE else "#,##0", locale=language)
    return translate(text, language, number=number).replace(" ", _NO_BREAK)
