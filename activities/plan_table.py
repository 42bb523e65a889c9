"""A plan's table as a Word document draws it: what the report and the draft for approval have in common.

Landscape A4, the plan's headings as merged rows, the header row repeated on each page.
"""

import contextlib
import io
import re
from datetime import date, datetime, time
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

from activities.plan_report import PlanField
from engine.errors import N_, OporaError

TEXT_WIDTH = Mm(297 - 20 - 15)
# Shares of the text's width; a plan without one of the columns gives its share to the others.
SHARES = {
    PlanField.NUMBER: 6,
    PlanField.TITLE: 27,
    PlanField.RESPONSIBLE: 15,
    PlanField.RESULT: 17,
    PlanField.DEADLINE: 11,
}
HEADING_FILLS = ("E7E6E6", "F5F5F5")

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# XML 1.0 (2.2) allows no other characters; the C1 controls and the overrides of writing direction it allows
# would let a file's name disguise itself in a printed document.
_UNPRINTABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class DocumentNotWrittenError(OporaError):
    """The place where a document should go cannot be written."""

    message = N_(
        "The document cannot be written to {path} ({reason}). "
        "Close the file if it is open in Word, or name another file with --out."
    )


def new_document(title: str, made_on: date) -> DocumentFile:
    """An empty document, its properties from the arguments alone: the same content gives the same document."""
    document = Document()
    _set_up_page(document)
    properties = document.core_properties
    properties.author = properties.last_modified_by = "Opora"
    properties.title = _printable(title)[:255]  # the most that python-docx takes
    properties.comments = ""
    properties.language = "ru-RU"
    properties.created = properties.modified = datetime.combine(made_on, time())
    return document


def save_document(document: DocumentFile, destination: Path | BinaryIO) -> None:
    """Write a document; a file that is already there is replaced whole or left as it was.

    Raises:
        DocumentNotWrittenError: the path cannot be written.
    """
    stream = io.BytesIO()
    document.save(stream)
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
        raise DocumentNotWrittenError(path=destination, reason=error.strerror) from error


def add_page_numbers(document: DocumentFile) -> None:
    """«Страница 1 из 9» at the foot of each page."""
    footer = document.sections[0].footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, code in (("Страница ", "PAGE"), (" из ", "NUMPAGES")):
        write(footer, text)
        _add_page_field(footer, code)


def add_line(
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
    write(paragraph, text, bold=bold, size=size)
    return paragraph


def add_table(document: DocumentFile, shares: list[int]) -> Table:
    """A ruled table as wide as the text, its columns by share, without rows."""
    table: Table = document.add_table(rows=0, cols=len(shares))
    table.style = document.styles["Table Grid"]
    table.autofit = False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Length(TEXT_WIDTH * share // sum(shares))
    return table


def add_row(table: Table) -> _Row:
    """A new last row."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    return row


def fill_header(row: _Row, headings: list[str]) -> None:
    """The header row, repeated by Word on each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
    _keep_whole(row)
    for cell, heading in zip(row.cells, headings, strict=True):
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        write(cell.paragraphs[0], heading, bold=True)


def add_heading(table: Table, text: str, level: int) -> None:
    """A heading of the plan: one cell over all columns, never the last line of a page."""
    row = add_row(table)
    _keep_whole(row)
    cell = row.cells[0].merge(row.cells[-1])
    _shade(cell, HEADING_FILLS[min(level, len(HEADING_FILLS)) - 1])
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.keep_with_next = True
    write(paragraph, text, bold=True)


def write(paragraph: Paragraph, text: str, *, bold: bool = False, size: Length | None = None) -> None:
    """Add a run: the only way by which text enters the document."""
    run = paragraph.add_run(_printable(text))
    run.bold = bold or None
    run.font.size = size


def _set_up_page(document: DocumentFile) -> None:
    """Landscape A4 with a margin for binding, one quiet face."""
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


def _add_page_field(paragraph: Paragraph, code: str) -> None:
    """A number that Word fills in: `PAGE` or `NUMPAGES` (ECMA-376 part 1, 17.16.5)."""
    page_field = OxmlElement("w:fldSimple", attrs={qn("w:instr"): code})
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    page_field.append(run)
    paragraph._p.append(page_field)  # noqa: SLF001


def _keep_whole(row: _Row) -> None:
    """No page break inside the row."""
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))  # noqa: SLF001


def _shade(cell: _Cell, fill: str) -> None:
    """A plain background, RGB in hexadecimal."""
    shading = OxmlElement("w:shd", attrs={qn("w:val"): "clear", qn("w:color"): "auto", qn("w:fill"): fill})
    cell._tc.get_or_add_tcPr().append(shading)  # noqa: SLF001


def _printable(text: str) -> str:
    """The text without what XML forbids or paper cannot show; every kind of line end becomes a line feed."""
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text))
