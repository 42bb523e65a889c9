"""Deadlines below headings that name a time: «до 10» under «СЕНТЯБРЬ 2026» is 10 September 2026.

What rests on a heading is never `sure`: with a heading missed above the row it would be wrong.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from activities.deadlines import Confidence, Explanation, Schedule, ScheduleKind, read_deadline
from activities.importing.reading import DefectCode
from activities.importing.rows import ActivityRow
from activities.importing.time_headings import Month, find_month, names_time
from activities.period import Period

_OWN_DATES = frozenset({ScheduleKind.DATES, ScheduleKind.DEADLINE})
_OFTEN = ("FREQ=WEEKLY", "FREQ=DAILY")
_NOT_READ = frozenset({"unread", "number", "caption"})
_LEADING_DAYS = re.compile(
    r"(?:(?:до|с|к|по|не позднее)\s+)?\d{1,2}(?:\s*(?:[-–—,]|по|и)\s*\d{1,2})*(?=[\s(,])", re.IGNORECASE
)
_ASSUMED = {
    DefectCode.DEADLINE_FROM_HEADING: (
        "срок взят из заголовка «{heading}»",
        "the deadline is that of the heading “{heading}”",
    ),
    DefectCode.MONTH_FROM_HEADING: (
        "месяц взят из заголовка «{heading}»",
        "the month is that of the heading “{heading}”",
    ),
    DefectCode.DEADLINE_OUTSIDE_HEADING: (
        "строка стоит под заголовком «{heading}», а срок говорит о другом времени",
        "the row stands under “{heading}”, the deadline speaks of another time",
    ),
}


@dataclass(frozen=True, slots=True)
class TimeHeadings:
    """Which headings of a plan say when the rows below them are due.

    A heading below a month belongs to that month only where months repeat it: «Работа с семьёй» under «СЕНТЯБРЬ» and
    again under «ОКТЯБРЬ». One that stands below the last month alone may well be no part of it.
    """

    repeated: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, rows: Iterable[ActivityRow]) -> "TimeHeadings":
        """What the sections of a plan's rows tell."""
        times: dict[tuple[str, ...], set[str]] = {}
        for path in {row.section for row in rows}:
            for at, heading in enumerate(path):
                if names_time(heading):
                    times.setdefault(path[at + 1 :], set()).add(heading)
        return cls(frozenset(below for below, headings in times.items() if len(headings) > 1 or not below))

    def find(self, path: tuple[str, ...]) -> str | None:
        """The innermost heading that says when a row with that path is due."""
        at = next((at for at in reversed(range(len(path))) if names_time(path[at])), None)
        return path[at] if at is not None and path[at + 1 :] in self.repeated else None


def read_row_deadline(row: ActivityRow, period: Period, headings: TimeHeadings) -> tuple[str, Schedule]:
    """The row's deadline and what it says, with the help of the heading above where it does not suffice."""
    own = read_deadline(row.deadline, period.starts_on, period.ends_on)
    heading = headings.find(row.section)
    if heading is None:
        return row.deadline, own
    if not row.deadline:
        return heading, _assume(
            read_deadline(heading, period.starts_on, period.ends_on), DefectCode.DEADLINE_FROM_HEADING, heading
        )
    month = find_month(heading)
    return row.deadline, own if month is None else _read_below_month(own, month, heading, period)


def _read_below_month(own: Schedule, month: Month, heading: str, period: Period) -> Schedule:
    """Own dates stand; days without a month take the heading's; what else there is must be seen by a person."""
    whole = read_deadline(heading, period.starts_on, period.ends_on)
    if own.kind in _OWN_DATES:
        return (
            own
            if not whole.occurrences or _meets(own, whole)
            else _assume(own, DefectCode.DEADLINE_OUTSIDE_HEADING, heading)
        )
    often = (own.rrule or "").startswith(_OFTEN)
    if own.confidence is Confidence.SURE and not often:
        return own
    for days in _iter_days(own.text):
        text = month.after(days) + own.text[len(days) :]
        composed = read_deadline(text, period.starts_on, period.ends_on)
        if _is_read_within(composed, whole):
            mended = _without_month(composed, own.text, len(days))
            return _assume(mended, DefectCode.MONTH_FROM_HEADING, heading)
    return own


def _iter_days(text: str) -> Iterator[str]:
    """Behind what the month may stand: the whole text, or its leading days, as of «27 (пт) в 15:00»."""
    yield text
    leading = _LEADING_DAYS.match(text)
    if leading is not None and leading.end() < len(text):
        yield leading[0]


def _meets(own: Schedule, whole: Schedule) -> bool:
    """Whether any of the dates falls into the heading's month; a deadline alone does by its day."""
    month = whole.occurrences[0]
    first = month.start or month.due
    return any((window.start or window.due) <= month.due and first <= window.due for window in own.occurrences)


def _is_read_within(composed: Schedule, whole: Schedule) -> bool:
    """Whether every word was read and every date lies in the heading's month."""
    if composed.confidence is Confidence.ASK or not whole.occurrences:
        return False
    if any(span.part in _NOT_READ for span in composed.spans):
        return False
    if composed.kind not in _OWN_DATES and not (composed.rrule or "").startswith(_OFTEN):
        return False
    month = whole.occurrences[0]
    first = month.start or month.due
    return all(
        first <= (window.start or window.due) and first <= window.due <= month.due for window in composed.occurrences
    )


def _without_month(composed: Schedule, text: str, at: int) -> Schedule:
    """The reading of a text that a month was put into at that place, as one of the text alone."""
    inserted = len(composed.text) - len(text)
    spans = [
        replace(span, start=_place_before(span.start, at, inserted), end=_place_before(span.end, at, inserted))
        for span in composed.spans
    ]
    return replace(composed, text=text, spans=tuple(span for span in spans if span.start < span.end))


def _place_before(place: int, at: int, inserted: int) -> int:
    """Where a character stood before so many others were put in at `at`."""
    return place if place <= at else max(at, place - inserted)


def _assume(schedule: Schedule, flag: DefectCode, heading: str) -> Schedule:
    """The schedule with what was assumed: a flag, a confidence that is not `sure`, and words for the person."""
    checked = Confidence.CHECK if schedule.confidence is Confidence.SURE else schedule.confidence
    russian, english = (words.format(heading=heading) for words in _ASSUMED[flag])
    said = schedule.explanation
    explanation = Explanation(ru=_add(said.ru, "; проверьте: ", russian), en=_add(said.en, "; please check: ", english))
    return replace(schedule, flags=(*schedule.flags, flag.value), confidence=checked, explanation=explanation)


def _add(sentence: str, check: str, doubt: str) -> str:
    return f"{sentence.rstrip('.')}{', ' if check in sentence else check}{doubt}."
