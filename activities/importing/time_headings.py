"""Headings that name a time and nothing else: «СЕНТЯБРЬ 2026», «I квартал», «В течение года»."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from activities.deadlines import read_deadline
from activities.importing.folding import fold
from activities.importing.numbering import split_number

_NOMINATIVES = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)
_GENITIVES = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_MONTH = re.compile(
    rf"(?:(?:на\s+)?месяц\s*[:–—-]?\s*)?(?P<month>{'|'.join(_NOMINATIVES)})(?:\s+месяц)?(?:\s+(?P<year>20\d\d)(?:\s*г(?:од[ау]?)?)?)?"
)
# What the parts of a text that names a time may be; days alone head no section.
_PARTS_OF_TIME = frozenset({"window", "period", "ongoing", "rhythm", "school_holidays", "space", "separator"})
_LONGEST = 60
_A_SCHOOL_YEAR = date(2026, 9, 1), date(2027, 8, 31)


@dataclass(frozen=True, slots=True)
class Month:
    """A month that a heading names, with its year where the heading has one."""

    genitive: str
    year: int | None

    def after(self, days: str) -> str:
        """A text of days with the month behind it: «до 10 сентября 2026 года»."""
        return f"{days} {self.genitive} {self.year} года" if self.year else f"{days} {self.genitive}"


def find_month(heading: str) -> Month | None:
    """The month that a text names and nothing else but a number before it, or None."""
    match = _MONTH.fullmatch(split_number(heading)[1].lower().strip(' .:«»"()'))
    if match is None:
        return None
    return Month(_GENITIVES[_NOMINATIVES.index(match["month"])], int(match["year"]) if match["year"] else None)


@lru_cache(maxsize=1024)
def names_time(heading: str) -> bool:
    """Whether a heading names a month, a quarter, a season, the year or the like, and nothing else."""
    text = fold(heading).strip(" .:")
    if len(text) > _LONGEST or not text:
        return False
    if find_month(text) is not None:
        return True
    schedule = read_deadline(text, *_A_SCHOOL_YEAR)
    parts = {span.part for span in schedule.spans}
    days = any(window.start == window.due for window in schedule.occurrences)
    return parts <= _PARTS_OF_TIME and parts != {"space"} and not days
