"""The period that a plan's deadlines speak for, to be offered and never taken without asking."""

import re
from collections import Counter
from collections.abc import Iterable

from activities.importing.title import calendar_year, school_year
from activities.period import Period

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_SHARE_OF_SECOND_YEAR = 0.25


def find_likely_period(deadlines: Iterable[str]) -> Period | None:
    """The year that most deadlines name; a school year where two neighbouring years are named about as often."""
    years = Counter(int(year) for deadline in deadlines for year in _YEAR.findall(deadline))
    if not years:
        return None
    (year, most), *others = years.most_common()
    for other, count in others[:1]:
        if abs(other - year) == 1 and count > _SHARE_OF_SECOND_YEAR * most:
            return school_year(min(year, other))
    return calendar_year(year)
