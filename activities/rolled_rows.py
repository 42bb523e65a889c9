"""What becomes of a plan's rows in the next year's draft: kept, changed, or asked about, each with the reason. Pure.

Recurring and ongoing work goes on, with its years moved. A row that was dated once is proposed for the same months and
asked about. A deadline's text is changed only where reading it again gives just the moved dates.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from activities.deadlines import read_deadline
from activities.deadlines.schedule import Confidence, Schedule, ScheduleKind, Window
from activities.importing.folding import fold
from activities.importing.phrase import Phrase
from activities.plan_content import PlanRow
from activities.year_shift import YearShift, is_whole_months, months_around
from engine.errors import N_


class RowMark(StrEnum):
    """What a person has to do about a row; the last one that holds is the row's."""

    KEPT = "kept"
    CHANGED = "changed"
    ASK = "ask"


KEPT = N_("Kept as it is: it goes on (“{deadline}”).")
CHANGED = N_("Changed: “{before}” became “{after}”.")
FOLLOWS = N_("Kept as it is: “{deadline}” follows row {row}, as in the old plan.")
ASK_ONCE = N_("Decide whether it is held again: it was planned once, for “{before}”. Proposed: “{after}”.")
ASK_DAY = N_("Set the day: “{before}” named days, and “{after}” keeps only the month.")
ASK_UNREAD = N_("Set the deadline: no date can be had from “{before}”.")
ASK_EMPTY = N_("Set the deadline: the row has none.")
ASK_ONGOING = N_("Set the deadline: “{before}” began in the old plan and goes on.")
ASK_UNMOVED = N_("Write the deadline anew: “{before}” could not surely be moved to the new period.")
ASK_YEAR = N_("Check the year: “{before}” names one that may belong to something else, so it was left as it is.")

_GOES_ON = frozenset({ScheduleKind.CONTINUOUS, ScheduleKind.RECURRING, ScheduleKind.QUOTA, ScheduleKind.ON_REQUEST})
_YEARLY = frozenset({"then_yearly", "yearly"})
_MONTHS = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)


@dataclass(frozen=True, slots=True)
class Remark:
    """A mark and the sentence that says why."""

    mark: RowMark
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class RolledRow:
    """A row of the draft, and what is to be known of it."""

    row: PlanRow
    remarks: tuple[Remark, ...]

    @property
    def mark(self) -> RowMark:
        """The gravest of the remarks."""
        return max((each.mark for each in self.remarks), key=list(RowMark).index)


def roll_row(row: PlanRow, shift: YearShift, leader: str = "") -> RolledRow:
    """The row as the next plan has it; `leader` is what people call the row from which it takes its dates."""
    title, about_title = roll_text(row.title, shift)
    result, about_result = roll_text(row.result, shift)
    deadline, about_deadline = _roll_deadline(row, shift)
    if leader and row.schedule.confidence is Confidence.ASK:
        follows = Phrase(FOLLOWS, {"deadline": fold(row.deadline), "row": leader})
        deadline, about_deadline = row.deadline, Remark(RowMark.KEPT, follows)
    remarks = [each for each in (about_title, about_result, about_deadline) if each is not None]
    kept = Remark(RowMark.KEPT, Phrase(KEPT, {"deadline": fold(row.deadline)}))
    moved = shift.moved_period()
    schedule = read_deadline(deadline, moved.starts_on, moved.ends_on)
    return RolledRow(
        replace(row, title=title, result=result, deadline=deadline, schedule=schedule, document_deadline=None),
        tuple(remarks or [kept]),
    )


def roll_text(text: str, shift: YearShift) -> tuple[str, Remark | None]:
    """A title, a result or a heading, with the plan's own years moved."""
    moved = shift.title(text)
    if moved is None:
        return text, _remark(RowMark.ASK, ASK_YEAR, text)
    return moved, (_remark(RowMark.CHANGED, CHANGED, text, moved) if moved != text else None)


def _roll_deadline(row: PlanRow, shift: YearShift) -> tuple[str, Remark | None]:
    text, schedule = row.deadline, row.schedule
    if schedule.confidence is Confidence.ASK or schedule.kind is ScheduleKind.UNDETERMINED:
        return text, _remark(RowMark.ASK, ASK_UNREAD if text.strip() else ASK_EMPTY, text)
    if "then_continuous" in schedule.flags:
        return text, _remark(RowMark.ASK, ASK_ONGOING, text)
    if schedule.kind not in _GOES_ON and not all(map(is_whole_months, schedule.occurrences)):
        return _without_days(row, shift)
    moved = shift.deadline(text)
    if not _says(moved, schedule, shift, shift.window):
        return text, _remark(RowMark.ASK, ASK_UNMOVED, text)
    if schedule.kind not in _GOES_ON and not _YEARLY & set(schedule.flags):
        return moved, _remark(RowMark.ASK, ASK_ONCE, text, moved)
    return moved, (_remark(RowMark.CHANGED, CHANGED, text, moved) if moved != text else None)


def _without_days(row: PlanRow, shift: YearShift) -> tuple[str, Remark | None]:
    """The months in which the days lay, so that a person sets the day: no day of the week falls as it did."""

    def whole(window: Window) -> Window:
        return shift.window(months_around(window))

    for moved in _month_texts(row.schedule, shift):
        if _says(moved, replace(row.schedule, kind=ScheduleKind.DATES), shift, whole):
            return moved, _remark(RowMark.ASK, ASK_DAY, row.deadline, moved)
    return row.deadline, _remark(RowMark.ASK, ASK_UNMOVED, row.deadline)


def _month_texts(schedule: Schedule, shift: YearShift) -> Iterator[str]:
    """The text with its days replaced by months; if that does not read well, the months alone."""
    months = [_month_words(shift.window(months_around(window))) for window in schedule.occurrences]
    days = [span for span in schedule.spans if span.part in {"window", "bound"}]
    if len(days) == len(months):
        text, end = "", 0
        for span, words in zip(days, months, strict=True):
            text += shift.deadline(schedule.text[end : span.start]) + words
            end = span.end
        yield text + shift.deadline(schedule.text[end:])
    yield ", ".join([*dict.fromkeys(months), *(["далее – ежегодно"] if "then_yearly" in schedule.flags else [])])


def _month_words(months: Window) -> str:
    first, last = months.start or months.due, months.due
    begin, end = _MONTHS[first.month - 1], f"{_MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return end
    return f"{begin}-{end}" if first.year == last.year else f"{begin} {first.year} - {end}"


def _says(text: str, old: Schedule, shift: YearShift, moved: Callable[[Window], Window]) -> bool:
    """Whether a text, read for the new plan, says surely or as surely as before what the old one said, moved."""
    period = shift.moved_period()
    new = read_deadline(text, period.starts_on, period.ends_on)
    expected = tuple(
        sorted({moved(window) for window in old.occurrences}, key=lambda each: (each.due, str(each.start)))
    )
    found = tuple(sorted(set(new.occurrences), key=lambda each: (each.due, str(each.start))))
    same_rule = (new.kind, new.rrule, new.count) == (old.kind, old.rrule, old.count)
    # The last Friday of a month is another day each year: of what recurs the rule tells, if the text names no year.
    same = found == expected or (old.rrule is not None and text == old.text and len(found) == len(old.occurrences))
    return same_rule and same and new.confidence in {Confidence.SURE, old.confidence}


def _remark(mark: RowMark, template: str, before: str, after: str = "") -> Remark:
    return Remark(mark, Phrase(template, {"before": fold(before), "after": fold(after)}))
