"""What the columns of a plan's table hold, and the wording of headings that tells it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from activities.importing.folding import fold
from activities.importing.source import Cell
from activities.importing.time_headings import find_month


class ColumnRole(StrEnum):
    """What a column of a plan holds."""

    NUMBER = "number"
    TITLE = "title"
    RESPONSIBLE = "responsible"
    RESULT = "result"
    DEADLINE = "deadline"
    SECTION = "section"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """Grid columns `start` to `end - 1` of a table; `heading` is empty where the table has none.

    `by_content` says that the heading told nothing, and what stands below it did.
    """

    role: ColumnRole
    start: int
    end: int
    heading: str
    by_content: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns, and how many rows at its top are title rows, then headings."""

    columns: tuple[Column, ...]
    width: int
    title_rows: int
    heading_rows: int

    @property
    def first_row(self) -> int:
        """The index of the first row below the headings."""
        return self.title_rows + self.heading_rows

    def of(self, cell: Cell) -> Column:
        """The column that a cell stands in: the one it shares most of the grid with, the first among equals.

        A cell beside all headings stands in a column of its own.
        """
        nearest = max(self.columns, key=lambda column: cell.overlap(column.start, column.end))
        if cell.overlap(nearest.start, nearest.end):
            return nearest
        return Column(ColumnRole.OTHER, cell.column, cell.end, "")

    def has(self, role: ColumnRole) -> bool:
        """Whether any column holds that."""
        return any(column.role is role for column in self.columns)


# Where several words stand in a heading, the first one tells: «Срок реализации мероприятия» is a deadline.
_WORDS = {
    ColumnRole.NUMBER: r"№|n п|n/п|номер|п/п|п\.п|\bкод\b|\bшифр\b",
    ColumnRole.DEADLINE: (
        r"срок|дат[аы]|период|месяц|когда|время|квартал|\bкв\b|полугоди|четверт|триместр|график|\bначал[оа]\b|оконч|завершени|"
        r"недел|\b(?:день|дни|числ[оа])$"
    ),
    ColumnRole.RESPONSIBLE: (
        r"ответств|\bотв\b|исполнит|соисполнит|организатор|\bкто\b|координатор|куратор|ф\. ?и\. ?о|подразделени"
    ),
    ColumnRole.RESULT: (
        r"результат|итог|выход|показател|продукт|подтвержд|форма отч|форма представл|вид документ|документ"
    ),
    ColumnRole.TITLE: (
        r"мероприяти|наименован|содержани|назван|событи|действи|работ|тема|дел[ао]\b|\bчто\b|вопрос|повестк|задани|"
        r"\bточк[аи]|\bшаги?\b|\bмер[аы]\b"
    ),
    ColumnRole.SECTION: r"направлени|раздел|модул|блок|задач|вид(?:ы)? (?:деятельн|работ)",
    ColumnRole.OTHER: r"отметк|примечан|выполнени|место|адрес|форм|класс|участник|категор|целев|охват|возраст|вид",
}
# What was done and when stands beside what was planned, and is no deadline: «Срок (факт)».
_OF_THE_PAST = re.compile(r"\bфакт(?!ор)")
_HEADING_WORDS = re.compile("|".join(rf"(?P<{role.value}>{words})" for role, words in _WORDS.items()))
_LONGEST_HEADING = 120
_DEADLINE_WORDS = re.compile(
    r"янв|февр|март|апрел|\bма[йея]\b|июн|июл|авг|сент|октяб|нояб|декаб|квартал|в течени[еи]|постоянно|"
    r"еже(?:годно|месячно|квартально|недельно|дневно)|\d{1,2}\.\d{1,2}\.\d{2,4}|раза? в|по запросу|по мере|"
    r"по согласованию|по (?:отдельному )?(?:графику|плану)|20\d\d"
)


_LAST_DAY = 31
_PART_OF_MONTH = re.compile(r"\bнедел[яию]|\bдекада|(?:течени[еи]|начал[оае]|конец|конце) месяца")
_DAYS = re.compile(r"(?:(?:до|с|к|по|не позднее)\s+)?\d{1,2}(?:\s*(?:[-–—,]|по|и)\s*\d{1,2})*(?:\s+числ[оа])?")


def tell_role(heading: str) -> ColumnRole | None:
    """What a heading's wording says, or None where it is no heading of a plan."""
    folded = fold(heading).lower().replace("ё", "е")
    if not folded or len(folded) > _LONGEST_HEADING:
        return None
    if tells_of_the_past(folded):
        return ColumnRole.OTHER
    if find_month(folded) is not None:
        return ColumnRole.DEADLINE
    match = _HEADING_WORDS.search(folded)
    return ColumnRole(match.lastgroup) if match is not None and match.lastgroup else None


def tells_of_the_past(heading: str) -> bool:
    """Whether a heading speaks of what was done in fact, not of what is planned."""
    return _OF_THE_PAST.search(heading.lower()) is not None


def looks_like_deadline(text: str) -> bool:
    """Whether a deadline word or a day stands in the text."""
    return _DEADLINE_WORDS.search(text.lower()) is not None


def looks_like_days(text: str) -> bool:
    """Whether the text is a part of a month that stands elsewhere: «до 10», «15-20», «вторая неделя»."""
    folded = fold(text).lower()
    days = _DAYS.fullmatch(folded) is not None and all(0 < int(day) <= _LAST_DAY for day in re.findall(r"\d+", folded))
    return days or _PART_OF_MONTH.search(folded) is not None
