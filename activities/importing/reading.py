"""What reading a plan gives: its rows understood, what is wrong with them, and what found no place."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from activities.deadlines.schedule import Schedule
from activities.importing.columns import Column
from activities.importing.phrase import Phrase, Translate, in_english
from activities.importing.rows import Extra
from activities.importing.sections import Section
from activities.importing.source import Place
from activities.kinds import KindProposal
from activities.period import Period


class DefectCode(StrEnum):
    """What can be wrong with a plan's row, or with the plan as a whole."""

    DUPLICATE_NUMBER = "duplicate_number"
    EMPTY_ROW = "empty_row"
    NO_DEADLINE = "no_deadline"
    NO_DEADLINE_COLUMN = "no_deadline_column"
    NO_EXECUTOR_COLUMN = "no_executor_column"
    NO_HEADINGS = "no_headings"
    COLUMN_BY_CONTENT = "column_by_content"
    OUTSIDE_PERIOD = "outside_period"
    END_BEFORE_START = "end_before_start"
    UNKNOWN_PARTY_SPELLING = "unknown_party_spelling"
    DATE_IN_TITLE_DIFFERS = "date_in_title_differs"
    DEADLINE_FROM_HEADING = "deadline_from_heading"
    MONTH_FROM_HEADING = "month_from_heading"
    DEADLINE_OUTSIDE_HEADING = "deadline_outside_heading"
    AMENDMENT = "amendment"
    FOOTNOTE = "footnote"
    HIDDEN_ROW = "hidden_row"
    HIDDEN_COLUMN = "hidden_column"
    HIDDEN_SHEET = "hidden_sheet"
    MACROS = "macros"
    LINKS_OUT = "links_out"
    CELLS_SCRAMBLED = "cells_scrambled"
    ROWS_RUN_TOGETHER = "rows_run_together"
    WORDS_MENDED = "words_mended"
    CONVERTED = "converted"


@dataclass(frozen=True, slots=True)
class Defect:
    """Something a person must know; `row` is the number by which the row is found in the source."""

    code: DefectCode
    row: int | None
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A text of the source that no field of the plan took."""

    text: str
    place: Place
    heading: str = ""


@dataclass(frozen=True, slots=True)
class ReadActivity:
    """An activity as read: what the row says, and what Opora makes of its deadline and title."""

    number: str
    section: tuple[str, ...]
    title: str
    responsible: tuple[str, ...]
    result: str
    deadline: str
    schedule: Schedule
    proposal: KindProposal
    place: Place
    extras: tuple[Extra, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The activity as plain data."""
        return {
            "number": self.number,
            "section": list(self.section),
            "title": self.title,
            "responsible": list(self.responsible),
            "result": self.result,
            "deadline": self.deadline,
            "kind": self.proposal.kind.value,
            "schedule": self.schedule.to_json(),
        }


@dataclass(frozen=True, slots=True)
class PlanReading:
    """A plan read from a file; nothing of it is stored.

    `columns` are those of its first table. `unplaced` holds what nothing took, cells of columns that a plan's fields
    have no place for (`ReadActivity.extras`) included.
    """

    title: str
    period: Period
    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    activities: tuple[ReadActivity, ...]
    defects: tuple[Defect, ...]
    unplaced: tuple[Unplaced, ...]

    def to_json(self, translate: Translate = in_english) -> dict[str, Any]:
        """The reading as plain data; messages and positions are said by `translate`, English without one."""
        return {
            "title": self.title,
            "period": {"start": self.period.starts_on.isoformat(), "end": self.period.ends_on.isoformat()},
            "sections": [{"number": s.number, "title": s.title, "level": s.level} for s in self.sections],
            "activities": [activity.to_json() for activity in self.activities],
            "defects": [
                {"code": defect.code.value, "row": defect.row, "message": defect.phrase.say(translate)}
                for defect in self.defects
            ],
            "unplaced": [_unplaced_to_json(piece, translate) for piece in self.unplaced],
        }


def _unplaced_to_json(piece: Unplaced, translate: Translate) -> dict[str, str]:
    data = {"text": piece.text, "position": piece.place.phrase.say(translate)}
    return data | {"column": piece.heading} if piece.heading else data
