"""What a report on a plan says: its rows with a mark for each occurrence, and totals by section.

Plain values, already gathered; where a text is the report's own it is already Russian, because the report goes
to the office that approved the plan, in the words of its plan. `activities.report_document` draws it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MarkOutcome(StrEnum):
    """What became of an occurrence, in the set words of the report and in the order of its totals."""

    DONE = "выполнено"
    PARTLY_DONE = "выполнено частично"
    NOT_DONE = "не выполнено"
    NOT_HELD = "не состоялось"
    NOT_NEEDED = "не требовалось"
    CANCELLED = "отменено"
    POSTPONED = "перенесено"
    IN_PROGRESS = "в работе"
    AWAITING_ACCEPTANCE = "ожидает приёмки"
    OVERDUE = "просрочено"
    NOT_YET_DUE = "срок не наступил"
    AWAITING_DATE = "ожидается дата"


class PlanField(StrEnum):
    """What a column of the plan's table holds."""

    NUMBER = "number"
    TITLE = "title"
    RESPONSIBLE = "responsible"
    RESULT = "result"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of the plan's table under the heading that the plan gave it."""

    field: PlanField
    heading: str


CUSTOMARY_COLUMNS = (
    ReportColumn(PlanField.NUMBER, "№ п/п"),
    ReportColumn(PlanField.TITLE, "Наименование мероприятия"),
    ReportColumn(PlanField.RESPONSIBLE, "Ответственные исполнители"),
    ReportColumn(PlanField.RESULT, "Ожидаемый результат"),
    ReportColumn(PlanField.DEADLINE, "Срок реализации"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of one occurrence.

    Args:
        outcome: in set words.
        on: the day of the outcome; of a postponed one the new day, of an open one the day that it is due,
            of one awaiting acceptance the day of its submission.
        label: the period or the member that tells several occurrences of one activity apart.
        evidence: titles of what was handed in.
        reason: why not, or the approver's remark.
    """

    outcome: MarkOutcome
    on: date | None = None
    label: str = ""
    evidence: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """An activity: its cells as the plan has them, and a mark for each occurrence in the report's period."""

    number: str
    title: str
    responsible: str
    result: str
    deadline: str
    marks: tuple[Mark, ...]

    def text_of(self, plan_field: PlanField) -> str:
        """The text of one of the plan's own cells."""
        text: str = getattr(self, plan_field.value)
        return text


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A heading of the plan and the rows right below it; level 1 is the outermost.

    A section without number and title holds rows that stand before the first heading.
    """

    number: str
    title: str
    level: int
    rows: tuple[ReportRow, ...] = ()

    @property
    def heading(self) -> str:
        """Number and title as one line, empty where the section has neither."""
        number = self.number.rstrip(". ")
        return f"{number}. {self.title}" if number else self.title


@dataclass(frozen=True, slots=True)
class PlanReport:
    """All that the document shows.

    Args:
        title: the plan's title.
        period: the time reported on, in words.
        generated_on: the day on which the report was put together.
        sections: in the plan's order, outer before inner.
        columns: the plan's own, in the plan's order.
        approval: by which document the plan was approved, empty where that is not known.
    """

    title: str
    period: str
    generated_on: date
    sections: tuple[ReportSection, ...]
    columns: tuple[ReportColumn, ...] = CUSTOMARY_COLUMNS
    approval: str = ""


@dataclass(frozen=True, slots=True)
class SectionTotals:
    """How many activities a section and the sections within it have, and how many marks of each outcome."""

    heading: str
    level: int
    activities: int
    outcomes: Counter[MarkOutcome]


def count_totals(sections: Sequence[ReportSection]) -> tuple[SectionTotals, ...]:
    """Totals of each section, in order; a section counts what the sections within it hold."""
    return tuple(
        _total(section, [section, *_sections_within(section, sections[place + 1 :])])
        for place, section in enumerate(sections)
    )


def count_whole(report: PlanReport) -> SectionTotals:
    """Totals of the whole plan."""
    return _total(ReportSection("", "Всего по плану", level=1), report.sections)


def _sections_within(outer: ReportSection, following: Iterable[ReportSection]) -> list[ReportSection]:
    """Those of the following sections that lie deeper, up to the first that does not."""
    within = []
    for section in following:
        if section.level <= outer.level:
            break
        within.append(section)
    return within


def _total(named: ReportSection, sections: Iterable[ReportSection]) -> SectionTotals:
    """One line of totals over the own rows of several sections, under the heading of one."""
    rows = [row for section in sections for row in section.rows]
    outcomes = Counter(mark.outcome for row in rows for mark in row.marks)
    return SectionTotals(named.heading, named.level, len(rows), outcomes)
