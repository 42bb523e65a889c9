"""Plans in the shapes of schools, culture departments, exams and clubs, each in several formats.

They were written, with what a person reads in them, before the reader was looked at: `samples/*.txt`.
"""

import re
from pathlib import Path

import pytest

from activities.importing import PlanReading, ReadActivity
from activities.importing.reader import read_here
from tests.fixtures.sample_plans import SamplePlan, read_sample

_SAMPLES = {path.stem: read_sample(path) for path in sorted((Path(__file__).parent / "samples").glob("*.txt"))}
_DRAWN = [
    (name, suffix) for name, plan in _SAMPLES.items() for suffix in dict.fromkeys((plan.suffix, ".docx", ".xlsx"))
]
# What only a workbook says, its sheets' names, is lost in other formats.
_SHEETS = {"sheets", "sheets_by_month", "vsoko"}
# Signs that stand for the heading of their column.
_MARKS = {"x", "х"}


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _read(plan: SamplePlan, suffix: str, folder: Path) -> PlanReading:
    return read_here(plan.write(folder, suffix))


def _fields(activity: ReadActivity) -> tuple[str, ...]:
    section = " / ".join(activity.section)
    return activity.number, section, activity.title, "".join(activity.responsible), activity.result


def _windows(activity: ReadActivity, wanted: str) -> str:
    """The dates as the sample writes them; an open start counts as the one that the sample leaves open."""
    if wanted == "*" or not re.search(r"\d", wanted):
        return wanted if wanted == "*" else activity.schedule.kind.value
    opened = [window.startswith("/") for window in wanted.split(";")]
    found = [(window.start, window.due) for window in activity.schedule.occurrences]
    starts = ["" if is_open or start is None else start for is_open, (start, _) in zip(opened, found, strict=True)]
    return ";".join(f"{start}/{due}" for start, (_, due) in zip(starts, found, strict=True))


@pytest.mark.parametrize(("name", "suffix"), [each for each in _DRAWN if each[1] == ".xlsx" or each[0] not in _SHEETS])
def test_every_row_is_read_as_a_person_reads_it(name: str, suffix: str, tmp_path: Path) -> None:
    """Numbers, sections, titles, parties, results and dates of every row; no row missed, none invented."""
    plan = _SAMPLES[name]
    reading = _read(plan, suffix, tmp_path)

    assert len(reading.activities) == len(plan.rows)
    for activity, (*fields, windows) in zip(reading.activities, plan.rows, strict=True):
        for found, wanted in zip(_fields(activity), fields, strict=True):
            assert wanted == "*" or _letters(found) == _letters(wanted)
        assert _windows(activity, windows) == windows


@pytest.mark.parametrize(("name", "suffix"), _DRAWN)
def test_no_text_of_a_sample_is_lost(name: str, suffix: str, tmp_path: Path) -> None:
    """Every cell and paragraph is a field, a heading, a column or an unplaced text."""
    plan = _SAMPLES[name]
    reading = _read(plan, suffix, tmp_path)
    placed = [reading.title, *(column.heading for column in reading.columns)]
    placed += [text for each in reading.sections for text in (each.text, each.number)]
    placed += [text for each in reading.unplaced for text in (each.text, each.heading)]
    for activity in reading.activities:
        placed += [*_fields(activity), activity.deadline, *(extra.text for extra in activity.extras)]
    known = _letters(" ".join(placed))

    for text in plan.iter_texts():
        for part in re.split(r"(?:^|(?<=\. ))(?:Срок|Сроки|Отв\.|Ответственный|Результат): ", text):
            assert text in _MARKS or _letters(part) in known
