"""The plan's title among the lines above its table, and the period that it names."""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date

from activities.importing.folding import fold
from activities.importing.source import Paragraph
from activities.period import Period

_PLAN_WORD = re.compile(
    r"\b(план|дорожная карта|программа|график|циклограмма|(перечень|календарь) мероприятий|комплекс мер)\b",
    re.IGNORECASE,
)
_NOT_TITLE = re.compile(
    r"(утвержд|согласован|принят|рассмотрен|приложение|цел[ьи]\b|задачи\b|пояснительн|директор|заведующ|приказ|протокол)",
    re.IGNORECASE,
)
_LONGEST_TITLE = 8  # lines


def find_title(paragraphs: Sequence[Paragraph]) -> tuple[Paragraph, ...]:
    """The lines that make the title: from the one that says «план» to the one that names the period.

    Empty where no line says what the document is.
    """
    for index, paragraph in enumerate(paragraphs):
        text = fold(paragraph.text)
        if _PLAN_WORD.search(text) and not _NOT_TITLE.match(text):
            return _extend(paragraphs[index : index + _LONGEST_TITLE])
    return tuple(paragraph for paragraph in paragraphs if read_period(paragraph.text) is not None)[:1]


def _extend(paragraphs: Sequence[Paragraph]) -> tuple[Paragraph, ...]:
    title = [paragraphs[0]]
    for paragraph in paragraphs[1:]:
        text = fold(paragraph.text)
        complete = read_period(" ".join(line.text for line in title)) is not None
        if _NOT_TITLE.match(text) or (complete and not (text[:1].islower() or text[:1] == "(")):
            break
        title.append(paragraph)
    return tuple(title)


_MONTHS = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
_MONTH = rf"(?:{'|'.join(stem for stem in _MONTHS if stem != 'ма')}|ма[йея]\b)\w*"
_YEAR = r"20\d\d"
_DASH = r"\s*[-‐‑–—−/]\s*"
_HALF = r"(?P<half>I{1,2}|[12]|перв\w+|втор\w+)(?:-?[ео]?е)?\s+полугодие"
_SCHOOL_YEARS = rf"(?P<first>{_YEAR}){_DASH}(?P<last>{_YEAR}|\d\d)\s*(?:г\.?\s*)?(?:уч)"
_DATE = r"(\d{1,2})\.(\d{1,2})\.(20\d\d)"

_STRAY_DATES = re.compile(rf"\bот\s+{_DATE}|№\s*\S+", re.IGNORECASE)
_EXACT = rf"с\s+{_DATE}\s*(?:г\.?|года)?\s+по\s+{_DATE}"
_QUARTER = rf"(?P<quarter>I{{1,3}}|IV|[1-4])(?:-?й)?\s+квартал\w*\s+(?P<year>{_YEAR})"
_MONTHS_OF_YEAR = rf"\b(?P<from>{_MONTH})(?:{_DASH}(?P<to>{_MONTH}))?\s+(?P<year>{_YEAR})"
_YEARS = rf"\b(?P<first>{_YEAR}){_DASH}(?P<last>{_YEAR})\b"
_SINGLE_YEAR = re.compile(rf"\b(?P<year>{_YEAR})\b")
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}


def read_period(title: str) -> Period | None:
    """The period that a title names, the most precise reading first; None where it names none, or two years apart.

    A school year lasts from 1 September to 31 August; its halves part at New Year.
    """
    text = _STRAY_DATES.sub(" ", fold(title))
    for pattern, build in _READINGS:
        if match := pattern.search(text):
            return build(match)
    years = {int(match["year"]) for match in _SINGLE_YEAR.finditer(text)}
    return calendar_year(years.pop()) if len(years) == 1 else None


def calendar_year(year: int) -> Period:
    """1 January to 31 December."""
    return _months(year, 1, 12)


def school_year(first: int) -> Period:
    """1 September of the first year to 31 August of the next."""
    return Period(date(first, 9, 1), date(first + 1, 8, 31))


def _exact(match: re.Match[str]) -> Period | None:
    first_day, first_month, first_year, last_day, last_month, last_year = map(int, match.groups())
    try:
        first, last = date(first_year, first_month, first_day), date(last_year, last_month, last_day)
    except ValueError:
        return None
    return Period(first, last) if first <= last else None


def _half_of_school_year(match: re.Match[str]) -> Period:
    first = int(match["first"])
    return _months(first, 9, 12) if _ordinal(match["half"]) == 1 else _months(first + 1, 1, 8)


def _half_of_year(match: re.Match[str]) -> Period:
    half = _ordinal(match["half"])
    return _months(int(match["year"]), 6 * half - 5, 6 * half)


def _quarter(match: re.Match[str]) -> Period:
    quarter = _ordinal(match["quarter"])
    return _months(int(match["year"]), 3 * quarter - 2, 3 * quarter)


def _months_named(match: re.Match[str]) -> Period | None:
    first, last = _month(match["from"]), _month(match["to"] or match["from"])
    return _months(int(match["year"]), first, last) if first <= last else None


def _years(match: re.Match[str]) -> Period | None:
    first, last = int(match["first"]), int(match["last"])
    return Period(date(first, 1, 1), date(last, 12, 31)) if first <= last else None


def _month(name: str) -> int:
    """The month's number. «ма» stands behind «март», so it is left for May."""
    return next(number for number, stem in enumerate(_MONTHS, 1) if name.lower().startswith(stem))


def _months(year: int, first: int, last: int) -> Period:
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def _ordinal(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return _ROMAN.get(word.upper()) or (1 if word.lower().startswith("перв") else 2)


_READINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Period | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), build)
    for pattern, build in (
        (_EXACT, _exact),
        (rf"{_HALF}\s+{_SCHOOL_YEARS}", _half_of_school_year),
        (_SCHOOL_YEARS, lambda match: school_year(int(match["first"]))),
        (rf"{_HALF}\s+(?P<year>{_YEAR})", _half_of_year),
        (_QUARTER, _quarter),
        (_MONTHS_OF_YEAR, _months_named),
        (_YEARS, _years),
    )
)
