"""A deadline that a plan spreads over several columns, put together as one text."""

import re
from collections.abc import Sequence

from activities.importing.columns import looks_like_deadline
from activities.importing.time_headings import find_month, names_time

_MARK = re.compile(r"[+*xхvѵ√✓✔●•■☑]|да", re.IGNORECASE)
_NO_MARK = re.compile(r"[-–—]|нет", re.IGNORECASE)
_DAYS = re.compile(r"(?:\w{1,2}\s+)?\d")
_DAY_AND_MONTH = re.compile(r"\d\.\d")
_BEGINS = re.compile(r"начал|\bс\b", re.IGNORECASE)
_ENDS = re.compile(r"оконч|заверш|\bпо\b|конец", re.IGNORECASE)


def join_deadline(cells: Sequence[tuple[str, str]]) -> str:
    """One text from the deadline columns, each a heading and a cell.

    A mark stands for its column's heading («I квартал»), days below a month get it («до 5 Сентябрь»), a beginning and
    an end make «с … по …»; else lines.
    """
    named = [(heading.rpartition(": ")[2], text) for heading, text in cells if text]
    if len(named) > 1:
        named = [(heading, text) for heading, text in named if not _NO_MARK.fullmatch(text) or not names_time(heading)]
    if (day := _join_month_and_day(named)) is not None:
        return day
    texts = [_place_in_column(heading, text) for heading, text in named]
    if len(named) == 2 and _BEGINS.search(named[0][0]) and _ENDS.search(named[1][0]):
        return f"с {texts[0]} по {texts[1]}"
    return ("\n" if any("\n" in text for text in texts) else ", ").join(texts)


def _place_in_column(heading: str, text: str) -> str:
    """What a cell says, with the time that its column stands for where the cell names none."""
    if _MARK.fullmatch(text):
        return heading
    if not names_time(heading) or _names_own_time(text):
        return text
    return f"{text} {heading}" if find_month(heading) is not None else f"{heading} ({text})"


def _join_month_and_day(cells: Sequence[tuple[str, str]]) -> str | None:
    """«Сентябрь» and «до 10» in columns of their own, headed «Месяц» and «Число»."""
    if len(cells) != 2 or any(names_time(heading) for heading, _ in cells):
        return None
    month, days = sorted((text for _, text in cells), key=lambda text: find_month(text) is None)
    if find_month(month) is None or _names_own_time(days) or not _DAYS.match(days) or "\n" in days:
        return None
    return f"{days} {month}"


def _names_own_time(text: str) -> bool:
    return looks_like_deadline(text) or _DAY_AND_MONTH.search(text) is not None
