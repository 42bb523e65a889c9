"""A report on a plan as a Word document: the plan's own table plus a column «Отметка о выполнении».

`write_report` draws what `activities.plan_report` holds and decides nothing: landscape A4, the plan's headings as
merged rows, the header row repeated on each page, totals by section after the table, page numbers below.
"""

import contextlib
import io
import re
from collections.abc import Iterable
from datetime import datetime, time
from pathlib import Path
from typing import BinaryIO

from docx import Document
from docx.document import Document as DocumentFile
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
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
from engine.errors import N_, OporaError

# Who gathers a report needs one import: what it is made of comes with what draws it.
__all__ = [
    "CUSTOMARY_COLUMNS",
    "Mark",
    "MarkOutcome",
    "PlanField",
    "PlanReport",
    "ReportColumn",
    "ReportNotWrittenError",
    "ReportRow",
    "ReportSection",
    "write_report",
]

MARK_HEADING = "Отметка о выполнении"
TEXT_WIDTH = Mm(297 - 20 - 15)
# Shares of the text's width; a plan without one of the columns gives its share to the others.
SHARES = {
    PlanField.NUMBER: 6,
    PlanField.TITLE: 27,
    PlanField.RESPONSIBLE: 15,
    PlanField.RESULT: 17,
    PlanField.DEADLINE: 11,
}
MARK_SHARE = 24
HEADING_FILLS = ("E7E6E6", "F5F5F5")

# How a day stands after the outcome's words, where it does not just follow them.
DAY_PHRASES = {
    MarkOutcome.POSTPONED: " на {day}",
    MarkOutcome.AWAITING_ACCEPTANCE: " с {day}",
    MarkOutcome.IN_PROGRESS: ", срок {day}",
    MarkOutcome.OVERDUE: ", срок {day}",
    MarkOutcome.NOT_YET_DUE: " ({day})",
}

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# XML 1.0 (2.2) allows no other characters; the C1 controls and the overrides of writing direction it allows
# would let a file's name disguise itself in a printed report.
_UNPRINTABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class ReportNotWrittenError(OporaError):
    """The place where the report should go cannot be written."""

    message = N_(
        "The report cannot be written to {path} ({reason}). "
        "Close the file if it is open in Word, or name another file with --out."
    )


def write_report(report: PlanReport, destination: Path | BinaryIO) -> None:
    """Write the report as .docx; a file that is already there is replaced whole or left as it was.

    Raises:
        ReportNotWrittenError: the path cannot be written.
    """
    stream = io.BytesIO()
    _draw(report).save(stream)
    if not isinstance(destination, Path):
        destination.write(stream.getvalue())
        return
    staged = destination.with_name(destination.name + ".new")
    try:
        staged.write_bytes(stream.getvalue())
        staged.replace(destination)
    except OSError as error:
        with contextlib.suppress(OSError):
            staged.unlink()
        raise ReportNotWrittenError(path=destination, reason=error.strerror) from error


def _draw(report: PlanReport) -> DocumentFile:
    """The document, top to bottom."""
    document = Document()
    _set_up_page(document)
    _set_properties(document, report)
    _add_title(document, report)
    _add_plan_table(document, report)
    _add_line(document, "Итоги по разделам", bold=True, before=Pt(14))
    _add_totals_table(document, report)
    return document


def _set_up_page(document: DocumentFile) -> None:
    """Landscape A4 with a margin for binding, one quiet face, «Страница 1 из 9» below."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin, section.right_margin = Mm(20), Mm(15)
    section.top_margin = section.bottom_margin = Mm(15)
    style = document.styles["Normal"]
    style.font.name = "Times New Roman"
    style.font.size = Pt(10)
    style.paragraph_format.space_after = Pt(0)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "ru-RU")
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, code in (("Страница ", "PAGE"), (" из ", "NUMPAGES")):
        _write(footer, text)
        _add_page_field(footer, code)


def _set_properties(document: DocumentFile, report: PlanReport) -> None:
    """Properties that come from the report alone: the same report gives the same document."""
    properties = document.core_properties
    properties.author = properties.last_modified_by = "Opora"
    properties.title = _printable(report.title)[:255]  # the most that python-docx takes
    properties.comments = ""
    properties.language = "ru-RU"
    properties.created = properties.modified = datetime.combine(report.generated_on, time())


def _add_title(document: DocumentFile, report: PlanReport) -> None:
    """What is reported on, for which time, as of which day."""
    _add_line(document, "Отчёт о выполнении плана", bold=True, size=Pt(14), centred=True)
    _add_line(document, report.title, size=Pt(12), centred=True)
    if report.approval:
        _add_line(document, report.approval, centred=True)
    _add_line(document, f"Отчётный период: {report.period}", centred=True, before=Pt(6))
    as_of = _add_line(document, f"По состоянию на {report.generated_on:%d.%m.%Y}", centred=True)
    as_of.paragraph_format.space_after = Pt(10)


def _add_plan_table(document: DocumentFile, report: PlanReport) -> None:
    """The plan's table with its headings, and the marks in a column of their own."""
    shares = [*(SHARES[column.field] for column in report.columns), MARK_SHARE]
    table = _add_table(document, shares)
    _fill_header(_add_row(table), [*(column.heading for column in report.columns), MARK_HEADING])
    for section in report.sections:
        if section.heading:
            _add_heading(table, section)
        for row in section.rows:
            _add_activity(table, row, report.columns)


def _add_activity(table: Table, row: ReportRow, columns: Iterable[ReportColumn]) -> None:
    """The activity's cells in the plan's order, then its marks, one paragraph each."""
    *cells, mark_cell = _add_row(table).cells
    for cell, column in zip(cells, columns, strict=True):
        _write(cell.paragraphs[0], row.text_of(column.field))
    if not row.marks:
        _write(mark_cell.paragraphs[0], "—")
    for place, mark in enumerate(row.marks):
        _write_mark(mark_cell.add_paragraph() if place else mark_cell.paragraphs[0], mark)


def _write_mark(paragraph: Paragraph, mark: Mark) -> None:
    """«март 2026: **выполнено** 25.03.2026. Подтверждение: …. Причина: …»."""
    if mark.label:
        _write(paragraph, f"{mark.label}: ")
    _write(paragraph, mark.outcome.value, bold=True)
    if mark.on:
        _write(paragraph, DAY_PHRASES.get(mark.outcome, " {day}").format(day=f"{mark.on:%d.%m.%Y}"))
    if mark.evidence:
        _write(paragraph, f". Подтверждение: {'; '.join(mark.evidence)}")
    if mark.reason:
        _write(paragraph, f". {_word_for_reason(mark.outcome)}: {mark.reason}")


def _word_for_reason(outcome: MarkOutcome) -> str:
    """What the text beside an outcome is called: of work taken over it is the approver's remark."""
    return "Замечание" if outcome in (MarkOutcome.DONE, MarkOutcome.PARTLY_DONE) else "Причина"


def _add_heading(table: Table, section: ReportSection) -> None:
    """A heading of the plan: one cell over all columns, never the last line of a page."""
    row = _add_row(table)
    _keep_whole(row)
    cell = row.cells[0].merge(row.cells[-1])
    _shade(cell, HEADING_FILLS[min(section.level, len(HEADING_FILLS)) - 1])
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.keep_with_next = True
    _write(paragraph, section.heading, bold=True)


def _add_totals_table(document: DocumentFile, report: PlanReport) -> None:
    """Activities and marks of each outcome that occurs, by section and for the whole plan."""
    whole = count_whole(report)
    outcomes = [outcome for outcome in MarkOutcome if whole.outcomes[outcome]]
    table = _add_table(document, [40, 7, *(5 for _ in outcomes)])
    header = _add_row(table)
    _fill_header(header, ["Раздел", "Мероприятий", *(outcome.value for outcome in outcomes)])
    header.height = Mm(32)
    for cell in header.cells[1:]:
        _turn_upwards(cell)
    for totals in count_totals(report.sections):
        if totals.heading:
            _add_totals(_add_row(table), totals, outcomes, bold=totals.level == 1)
    _add_totals(_add_row(table), whole, outcomes, bold=True)


def _add_totals(row: _Row, totals: SectionTotals, outcomes: Iterable[MarkOutcome], *, bold: bool) -> None:
    """One line of totals, set in by its section's level; a nought is left blank to let the rest be seen."""
    name, *cells = row.cells
    _write(name.paragraphs[0], totals.heading, bold=bold)
    name.paragraphs[0].paragraph_format.left_indent = Mm(5 * min(totals.level - 1, 5))
    counts = [totals.activities, *(totals.outcomes[outcome] for outcome in outcomes)]
    for cell, count in zip(cells, counts, strict=True):
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(cell.paragraphs[0], str(count or ""), bold=bold)


def _add_table(document: DocumentFile, shares: list[int]) -> Table:
    """A ruled table as wide as the text, its columns by share, without rows."""
    table: Table = document.add_table(rows=0, cols=len(shares))
    table.style = document.styles["Table Grid"]
    table.autofit = False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Length(TEXT_WIDTH * share // sum(shares))
    return table


def _add_row(table: Table) -> _Row:
    """A new last row."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    return row


def _fill_header(row: _Row, headings: list[str]) -> None:
    """The header row, repeated by Word on each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
    _keep_whole(row)
    for cell, heading in zip(row.cells, headings, strict=True):
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(cell.paragraphs[0], heading, bold=True)


def _keep_whole(row: _Row) -> None:
    """No page break inside the row."""
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))  # noqa: SLF001


def _shade(cell: _Cell, fill: str) -> None:
    """A plain background, RGB in hexadecimal."""
    shading = OxmlElement("w:shd", attrs={qn("w:val"): "clear", qn("w:color"): "auto", qn("w:fill"): fill})
    cell._tc.get_or_add_tcPr().append(shading)  # noqa: SLF001


def _turn_upwards(cell: _Cell) -> None:
    """Text that reads from the bottom to the top."""
    direction = OxmlElement("w:textDirection", attrs={qn("w:val"): "btLr"})
    cell._tc.get_or_add_tcPr().append(direction)  # noqa: SLF001


def _add_page_field(paragraph: Paragraph, code: str) -> None:
    """A number that Word fills in: `PAGE` or `NUMPAGES` (ECMA-376 part 1, 17.16.5)."""
    page_field = OxmlElement("w:fldSimple", attrs={qn("w:instr"): code})
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    page_field.append(run)
    paragraph._p.append(page_field)  # noqa: SLF001


def _add_line(
    document: DocumentFile,
    text: str,
    *,
    bold: bool = False,
    centred: bool = False,
    size: Length | None = None,
    before: Length | None = None,
) -> Paragraph:
    """A paragraph outside the tables."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = before
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, text, bold=bold, size=size)
    return paragraph


def _write(paragraph: Paragraph, text: str, *, bold: bool = False, size: Length | None = None) -> None:
    """Add a run: the only way by which text enters the document."""
    run = paragraph.add_run(_printable(text))
    run.bold = bold or None
    run.font.size = size


def _printable(text: str) -> str:
    """The text without what XML forbids or paper cannot show; every kind of line end becomes a line feed."""
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text))
