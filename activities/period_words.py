"""A period's key in the Russian words of a report: `2026-Q1` is «I квартал 2026», `2026-09` «сентябрь 2026»."""

import re
from datetime import date

from activities.expansion import is_ordinal

_MONTHS = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)
_ROMAN = ("I", "II", "III", "IV")
_PARTS = {"Q": "квартал", "H": "полугодие"}
_PART = re.compile(r"(\d{4})-([QH])([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"\d{4}")


def say_key(key: str) -> str:
    """The words for a key made by `activities.rhythm.period_key`, or for a counted run's; others as they are."""
    if is_ordinal(key):
        return f"{key.removeprefix('no')}-й раз"
    first, dots, last = key.partition("..")
    if dots:
        return f"{_say_end(first)} – {_say_end(last)}"
    if part := _PART.fullmatch(key):
        return f"{_ROMAN[int(part[3]) - 1]} {_PARTS[part[2]]} {part[1]}"
    return f"{key} год" if _YEAR.fullmatch(key) else _say_end(key)


def _say_end(text: str) -> str:
    """A month or a day."""
    if month := _MONTH.fullmatch(text):
        return f"{_MONTHS[int(month[2]) - 1]} {month[1]}"
    try:
        return f"{date.fromisoformat(text):%d.%m.%Y}"
    except ValueError:
        return text
