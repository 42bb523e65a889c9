"""A report on a plan as a Word document: the plan's own table plus a column «Отметка о выполнении».

`write_report` draws what `activities.plan_report` holds and decides nothing; totals by section follow the table.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from docx.document import Document as DocumentFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from activities.plan_report import (
    CUSTOMARY_COLUMNS,
    Mark,
    MarkOutcome,
    PlanField,
    PlanReport,
    ReportColumn,
    ReportRow,
    ReportSection,
    SectionTotals,
    count_totals,
    count_whole,
)
from activities.plan_table import (
    SHARES,
    DocumentNotWrittenError,
    add_heading,
    add_line,
    add_page_numbers,
    add_row,
    add_table,
    fill_header,
    new_document,
    save_document,
    write,
)

# Who gathers a report needs one import: what it is made of comes with what draws it.
__all__ = [
    "CUSTOMARY_COLUMNS",
    "DocumentNotWrittenError",
    "Mark",
    "MarkOutcome",
    "PlanField",
    "PlanReport",
    "ReportColumn",
    "ReportRow",
    "ReportSection",
    "write_report",
]

MARK_HEADING = "Отметка о выполнении"
MARK_SHARE = 24

# How a day stands after the outcome's words, where it does not just follow them.
DAY_PHRASES = {
    MarkOutcome.POSTPONED: " на {day}",
    MarkOutcome.AWAITING_ACCEPTANCE: " с {day}",
    MarkOutcome.IN_PROGRESS: ", срок {day}",
    MarkOutcome.OVERDUE: ", срок {day}",
    MarkOutcome.NOT_YET_DUE: " ({day})",
}


def write_report(report: PlanReport, destination: Path | BinaryIO) -> None:
    """Write the report as .docx; a file that is already there is replaced whole or left as it was.

    Raises:
        DocumentNotWrittenError: the path cannot be written.
    """
    document = new_document(report.title, report.generated_on)
    add_page_numbers(document)
    _add_title(document, report)
    _add_plan_table(document, report)
    add_line(document, "Итоги по разделам", bold=True, before=Pt(14))
    _add_totals_table(document, report)
    save_document(document, destination)


def _add_title(document: DocumentFile, report: PlanReport) -> None:
    """What is reported on, for which time, as of which day."""
    add_line(document, "Отчёт о выполнении плана", bold=True, size=Pt(14), centred=True)
    add_line(document, report.title, size=Pt(12), centred=True)
    if report.approval:
        add_line(document, report.approval, centred=True)
    add_line(document, f"Отчётный период: {report.period}", centred=True, before=Pt(6))
    as_of = add_line(document, f"По состоянию на {report.generated_on:%d.%m.%Y}", centred=True)
    as_of.paragraph_format.space_after = Pt(10)


def _add_plan_table(document: DocumentFile, report: PlanReport) -> None:
    """The plan's table with its headings, and the marks in a column of their own."""
    shares = [*(SHARES[column.field] for column in report.columns), MARK_SHARE]
    table = add_table(document, shares)
    fill_header(add_row(table), [*(column.heading for column in report.columns), MARK_HEADING])
    for section in report.sections:
        if section.heading:
            add_heading(table, section.heading, section.level)
        for row in section.rows:
            _add_activity(table, row, report.columns)


def _add_activity(table: Table, row: ReportRow, columns: Iterable[ReportColumn]) -> None:
    """The activity's cells in the plan's order, then its marks, one paragraph each."""
    *cells, mark_cell = add_row(table).cells
    for cell, column in zip(cells, columns, strict=True):
        write(cell.paragraphs[0], row.text_of(column.field))
    if not row.marks:
        write(mark_cell.paragraphs[0], "—")
    for place, mark in enumerate(row.marks):
        _write_mark(mark_cell.add_paragraph() if place else mark_cell.paragraphs[0], mark)


def _write_mark(paragraph: Paragraph, mark: Mark) -> None:
    """«март 2026: **выполнено** 25.03.2026. Подтверждение: …. Причина: …»."""
    if mark.label:
        write(paragraph, f"{mark.label}: ")
    write(paragraph, mark.outcome.value, bold=True)
    if mark.on:
        write(paragraph, DAY_PHRASES.get(mark.outcome, " {day}").format(day=f"{mark.on:%d.%m.%Y}"))
    if mark.evidence:
        write(paragraph, f". Подтверждение: {'; '.join(mark.evidence)}")
    if mark.reason:
        write(paragraph, f". {_word_for_reason(mark.outcome)}: {mark.reason}")


def _word_for_reason(outcome: MarkOutcome) -> str:
    """What the text beside an outcome is called: of work taken over it is the approver's remark."""
    return "Замечание" if outcome in (MarkOutcome.DONE, MarkOutcome.PARTLY_DONE) else "Причина"


def _add_totals_table(document: DocumentFile, report: PlanReport) -> None:
    """Activities and marks of each outcome that occurs, by section and for the whole plan."""
    whole = count_whole(report)
    outcomes = [outcome for outcome in MarkOutcome if whole.outcomes[outcome]]
    table = add_table(document, [40, 7, *(5 for _ in outcomes)])
    header = add_row(table)
    fill_header(header, ["Раздел", "Мероприятий", *(outcome.value for outcome in outcomes)])
    header.height = Mm(32)
    for cell in header.cells[1:]:
        _turn_upwards(cell)
    for totals in count_totals(report.sections):
        if totals.heading:
            _add_totals(add_row(table), totals, outcomes, bold=totals.level == 1)
    _add_totals(add_row(table), whole, outcomes, bold=True)


def _add_totals(row: _Row, totals: SectionTotals, outcomes: Iterable[MarkOutcome], *, bold: bool) -> None:
    """One line of totals, set in by its section's level; a nought is left blank to let the rest be seen."""
    name, *cells = row.cells
    write(name.paragraphs[0], totals.heading, bold=bold)
    name.paragraphs[0].paragraph_format.left_indent = Mm(5 * min(totals.level - 1, 5))
    counts = [totals.activities, *(totals.outcomes[outcome] for outcome in outcomes)]
    for cell, count in zip(cells, counts, strict=True):
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        write(cell.paragraphs[0], str(count or ""), bold=bold)


def _turn_upwards(cell: _Cell) -> None:
    """Text that reads from the bottom to the top."""
    direction = OxmlElement("w:textDirection", attrs={qn("w:val"): "btLr"})
    cell._tc.get_or_add_tcPr().append(direction)  # noqa: SLF001
