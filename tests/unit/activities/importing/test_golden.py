"""Real plans read to the letter."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from activities.importing import DefectCode, PlanPeriodUnknownError, PlanReading
from activities.importing.folding import fold, ink
from activities.importing.reader import read_here
from activities.importing.title import calendar_year

pytestmark = pytest.mark.needs("shared")

_OF_2023 = ["moc-2023.docx", "moc-2023.txt", "moc-2023.xlsx", "moc-2023.pdf"]
_FLATTENED = "moc-2021-2022.txt"
_ALL = [*_OF_2023, "moc-2021-2022.docx", "moc-2021-2022.pdf"]
# Whoever rebuilt the table as a workbook left the empty row out.
_WITH_EMPTY_ROW = [name for name in _OF_2023 if not name.endswith(".xlsx")]


@cache
def _read(folder: Path, name: str) -> PlanReading:
    return read_here(folder / name, calendar_year(2023) if name == "moc-2023.txt" else None)


def _golden(folder: Path, name: str) -> list[dict[str, Any]]:
    golden = folder / f"{name.rpartition('.')[0]}.golden.jsonl"
    return [json.loads(line) for line in golden.read_text("utf-8").splitlines()]


def _folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else [fold(item) for item in value]


@pytest.mark.parametrize("field", ["number", "section", "title", "responsible", "result", "deadline"])
@pytest.mark.parametrize("name", _ALL)
def test_every_cell_equals_the_golden_file(shared_plans: Path, name: str, field: str) -> None:
    """Each field of each activity says, white space folded, what the golden file says."""
    activities = _read(shared_plans, name).to_json()["activities"]

    assert [_folded(one[field]) for one in activities] == [one[field] for one in _golden(shared_plans, name)]


@pytest.mark.parametrize("field", ["number", "section", "responsible", "result", "deadline"])
def test_the_flattened_text_equals_the_golden_file(shared_plans: Path, field: str) -> None:
    """Where a PDF tool left one cell a line and broke words, all but titles equals the golden file."""
    activities = _read(shared_plans, _FLATTENED).to_json()["activities"]

    assert [_folded(one[field]) for one in activities] == [one[field] for one in _golden(shared_plans, _FLATTENED)]


def test_one_title_of_the_flattened_text_is_parted(shared_plans: Path) -> None:
    """Titles equal too, white space aside, but for IV.1: a page's end put its rest behind the result; that is told."""
    reading = _read(shared_plans, _FLATTENED)
    golden = _golden(shared_plans, _FLATTENED)
    pairs = list(zip(reading.activities, golden, strict=True))

    ((read, meant),) = [(one, two) for one, two in pairs if ink(one.title) != ink(two["title"])]
    assert (read.section[0][:3], read.number) == ("IV.", "1")
    rest = " ".join(piece.text for piece in reading.unplaced)
    assert f"{read.title} {rest}" == meant["title"]
    assert [d.row for d in reading.defects if d.code is DefectCode.CELLS_SCRAMBLED] == [194]


@pytest.mark.parametrize("name", _OF_2023)
def test_headings_stand_in_their_levels(shared_plans: Path, name: str) -> None:
    """The 18 headings of 2023 are told, Arabic ones below Roman ones, «1.» beside «1.2»."""
    sections = _read(shared_plans, name).to_json()["sections"]

    assert [(one["number"], one["level"]) for one in sections] == [
        *(("I", 1), ("1", 2), ("1.2", 2), ("1.3", 2), ("1.4", 2), ("1.5", 2), ("1.6", 2), ("1.7", 2)),
        *(("II", 1), ("2.1", 2), ("2.2", 2), ("III", 1), ("IV", 1), ("V", 1), ("5.3", 2)),
        *(("VI", 1), ("VII", 1), ("VIII", 1)),
    ]


@pytest.mark.parametrize("name", _WITH_EMPTY_ROW)
def test_the_defects_of_2023_are_told(shared_plans: Path, name: str) -> None:
    """The empty row 7.5, the number 5.3 standing twice and a party spelled two ways are reported, once each."""
    reading = _read(shared_plans, name)
    of_the_rows = {
        DefectCode.EMPTY_ROW: "7.5",
        DefectCode.DUPLICATE_NUMBER: "5.3",
        DefectCode.UNKNOWN_PARTY_SPELLING: "1.4.2",
    }

    found = {d.code: d.phrase.details["number"] for d in reading.defects if d.code in of_the_rows}
    assert found == of_the_rows
    assert sum(d.code in of_the_rows for d in reading.defects) == len(of_the_rows)


@pytest.mark.parametrize("name", [name for name in _ALL if not name.endswith(".txt")])
def test_nothing_of_a_clean_table_is_left_over(shared_plans: Path, name: str) -> None:
    """Where every text has its field, none is listed as unplaced."""
    assert _read(shared_plans, name).unplaced == ()


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("moc-2023.docx", "2023-01-01", "2023-12-31"),
        ("moc-2023.xlsx", "2023-01-01", "2023-12-31"),
        ("moc-2021-2022.pdf", "2021-09-01", "2022-08-31"),
    ],
)
def test_the_period_comes_from_the_title(shared_plans: Path, name: str, start: str, end: str) -> None:
    """A title's year is a calendar year, its «учебный год» a school year."""
    assert _read(shared_plans, name).to_json()["period"] == {"start": start, "end": end}


def test_a_plan_without_a_title_is_refused_with_its_likely_year(shared_plans: Path) -> None:
    """The text of 2023 has no title: the error names both options and offers 2023."""
    with pytest.raises(PlanPeriodUnknownError, match="--from 2023-01-01 --to 2023-12-31"):
        read_here(shared_plans / "moc-2023.txt")


def test_a_plan_without_executors_says_so(shared_plans: Path) -> None:
    """The plan of 2021-2022 has no column of parties: no one is responsible yet, and it is told."""
    reading = _read(shared_plans, "moc-2021-2022.docx")

    assert DefectCode.NO_EXECUTOR_COLUMN in {defect.code for defect in reading.defects}
    assert all(activity.responsible == () for activity in reading.activities)
