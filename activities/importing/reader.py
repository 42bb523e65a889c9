"""From a file to a plan: take apart, find columns, read rows, read deadlines, say what is wrong."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from activities.importing import defects
from activities.importing.columns import ColumnRole
from activities.importing.errors import (
    EmptyDocumentError,
    PlanPeriodNowhereError,
    PlanPeriodUnknownError,
    TextTooLongError,
)
from activities.importing.folding import fold
from activities.importing.formats import read_source
from activities.importing.heading_dates import TimeHeadings, read_row_deadline
from activities.importing.layout import Layout, sort_blocks
from activities.importing.likely_period import find_likely_period
from activities.importing.parties import split_parties
from activities.importing.progress import Progress, Report, Stage, counted, stay_silent
from activities.importing.reading import Defect, PlanReading, ReadActivity
from activities.importing.rows import ActivityRow
from activities.importing.sections import Section
from activities.importing.source import Source
from activities.importing.title import read_period
from activities.kinds import propose_kind
from activities.period import Period

_LONGEST_TEXT = 32_767  # what a cell of Excel holds at most (its "Specifications and limits")


def read_here(
    path: Path, period: Period | None = None, *, columns: Sequence[ColumnRole] = (), report: Report = stay_silent
) -> PlanReading:
    """Read a plan in this process, which the file may harm; `confinement.read_plan` says the rest."""
    report(Progress(Stage.FILE, 0, 0))  # a workbook is opened as a whole, which takes half of the time
    source = read_source(path, report)
    _check_texts(source, path)
    layout = sort_blocks(source, path.name, columns)
    title = fold(" ".join(line.text for line in layout.title))
    rows = [item for item in layout.items if isinstance(item, ActivityRow)]
    period = period or read_period(title)
    if period is None:
        raise _period_unknown(path, rows)
    headings = TimeHeadings.of(rows)
    activities = tuple(_read_activity(row, period, headings) for row in counted(rows, len(rows), Stage.ROWS, report))
    return PlanReading(
        title=title,
        period=period,
        columns=layout.columns.columns if layout.columns is not None else (),
        sections=tuple(item for item in layout.items if isinstance(item, Section)),
        activities=activities,
        defects=tuple(sorted(_find_defects(source, layout, activities, period), key=lambda defect: defect.row or 0)),
        unplaced=tuple(layout.unplaced),
    )


def _check_texts(source: Source, path: Path) -> None:
    if not any(fold(text) for text, _ in source.iter_texts()):
        raise EmptyDocumentError(file=path.name)
    for text, place in source.iter_texts():
        if len(text) > _LONGEST_TEXT:
            details = {"length": len(text), "limit": _LONGEST_TEXT, "position": place.phrase.say()}
            raise TextTooLongError(file=path.name, **details)


def _read_activity(row: ActivityRow, period: Period, headings: TimeHeadings) -> ReadActivity:
    deadline, schedule = read_row_deadline(row, period, headings)
    return ReadActivity(
        number=row.number,
        section=row.section,
        title=row.title,
        responsible=split_parties(row.responsible),
        result=row.result,
        deadline=deadline,
        schedule=schedule,
        proposal=propose_kind(row.title, schedule),
        place=row.place,
        extras=row.extras,
    )


def _find_defects(
    source: Source, layout: Layout, activities: Sequence[ReadActivity], period: Period
) -> Iterator[Defect]:
    """What concerns the whole plan, then what concerns its rows."""
    if layout.columns is not None:
        yield from defects.find_in_columns(layout.columns, activities)
    yield from defects.find_in_rows(layout.items)
    for activity in activities:
        yield from defects.find_in_activity(activity, period)
    yield from defects.find_under_headings(activities)
    yield from defects.find_in_parties(activities)
    yield from defects.find_amendments(Source(source.blocks).iter_texts())  # notes are told anyway
    yield from defects.find_in_notes(source.notes)
    yield from defects.find_in_file(source.oddities)


def _period_unknown(path: Path, rows: Sequence[ActivityRow]) -> PlanPeriodUnknownError:
    """The refusal to guess, with the period that the deadlines speak for."""
    likely = find_likely_period(row.deadline for row in rows)
    if likely is None:
        return PlanPeriodNowhereError(file=path.name)
    years = sorted({likely.starts_on.year, likely.ends_on.year})
    return PlanPeriodUnknownError(
        file=path.name, likely="-".join(map(str, years)), starts_on=likely.starts_on, ends_on=likely.ends_on
    )
