"""Moving a plan's texts and dates to another year. Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from activities.deadlines.schedule import Window
from activities.period import Period

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# «14.05.26», «26 г.», «2025/26»: a year of two digits is only one where it stands as one.
_SHORT_YEAR = re.compile(r"(?<=\d\.\d\d\.)\d\d(?!\d)|(?<![\d.,])\d\d(?=\s*г(?:\.|од|\b))|(?<=20\d\d[/–-])\d\d(?!\d)")
# Numbers that look like a year of the plan and belong to a document: «от 12.03.2026», «№ 2026».
_OF_A_DOCUMENT = re.compile(r"\d{1,2}\.\d{1,2}\.(?:19|20)?\d\d|№\s*[\w/-]+")


@dataclass(frozen=True, slots=True)
class YearShift:
    """From the period of one plan to that of another, so many years later."""

    period: Period
    years: int

    def moved_period(self) -> Period:
        """The period of the new plan."""
        return Period(self.day(self.period.starts_on), self.month_end(self.period.ends_on))

    def day(self, day: date) -> date:
        """The same day in the other year; 29 February becomes the 28th where there is none."""
        last = monthrange(day.year + self.years, day.month)[1]
        return day.replace(year=day.year + self.years, day=min(day.day, last))

    def month_end(self, day: date) -> date:
        """The same day, but the last of a month stays the last."""
        moved = self.day(day)
        is_last = (day + timedelta(days=1)).day == 1
        return moved.replace(day=monthrange(moved.year, moved.month)[1]) if is_last else moved

    def window(self, window: Window) -> Window:
        """The same window in the other year."""
        return Window(self.day(window.start) if window.start else None, self.month_end(window.due))

    def deadline(self, text: str) -> str:
        """A deadline's text with its years moved: those of the plan, and the one after it."""
        latest = self.period.ends_on.year + 1
        known = range(self.period.starts_on.year, latest + 1)
        long = _YEAR.sub(lambda match: self._moved(match[0], int(match[0]), known), text)
        return _SHORT_YEAR.sub(lambda match: self._moved(match[0], 2000 + int(match[0]), known), long)

    def title(self, text: str) -> str | None:
        """A title with the plan's own years moved; None where it names others, or a document's date or number."""
        own = {self.period.starts_on.year, self.period.ends_on.year}
        named = {int(year) for year in _YEAR.findall(text)}
        if not named:
            return text
        foreign = named - own or any(_YEAR.search(match) for match in _OF_A_DOCUMENT.findall(text))
        if foreign:
            return None
        moved = _YEAR.sub(lambda match: str(int(match[0]) + self.years), text)
        return re.sub(r"(?<=20\d\d[/–-])\d\d(?!\d)", lambda match: f"{int(match[0]) + self.years:02}", moved)

    def _moved(self, text: str, year: int, known: range) -> str:
        return f"{year + self.years}"[-len(text) :] if year in known else text


def is_whole_months(window: Window) -> bool:
    """Whether a window begins and ends with a month, so that it names no day."""
    return window.start is not None and window.start.day == 1 and (window.due + timedelta(days=1)).day == 1


def months_around(window: Window) -> Window:
    """The whole months that a window lies in; of «by a day», the month of the day."""
    start = (window.start or window.due).replace(day=1)
    return Window(start, window.due.replace(day=monthrange(window.due.year, window.due.month)[1]))
