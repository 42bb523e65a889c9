"""Builds `plan-2026.docx` from `plan-2026.yaml`: `python -m examples.sample_plan`."""

import io
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocumentFile
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph
from ruamel.yaml import YAML

from examples.reproducible import MADE_AT, write_office_file

FOLDER = Path(__file__).parent
SOURCE = FOLDER / "plan-2026.yaml"
PLAN = FOLDER / "plan-2026.docx"
WIDTHS_MM = (16, 98, 52, 56, 45)


def main() -> None:
    """Write the sample plan beside this module."""
    write_plan(PLAN)
    print(PLAN)


def write_plan(path: Path) -> None:
    """Build the sample plan and write it as a .docx file whose members are the same at every build."""
    stream = io.BytesIO()
    build_plan(read_source()).save(stream)
    write_office_file(stream.getvalue(), path)


def read_source() -> dict[str, Any]:
    """The plan as plain data, in the shape that `plan-2026.yaml` shows."""
    source: dict[str, Any] = YAML(typ="safe").load(SOURCE)
    return source


def build_plan(source: dict[str, Any]) -> DocumentFile:
    """The plan as a Word document: approval block, title with a footnote, the table, closing paragraphs."""
    document = Document()
    _set_up_page(document)
    _add_lines(document, source["approval"], WD_ALIGN_PARAGRAPH.RIGHT)
    title = _add_lines(document, source["title"], WD_ALIGN_PARAGRAPH.CENTER, bold=True)
    _add_footnote(document, title, source["note"])
    _add_table(document, source["columns"], source["rows"])
    document.add_paragraph()
    _add_lines(document, source["closing"], WD_ALIGN_PARAGRAPH.LEFT)
    return document


def _set_up_page(document: DocumentFile) -> None:
    """Landscape A4, a serif face, properties that do not change from build to build."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    style = document.styles["Normal"]
    style.font.name = "Times New Roman"
    style.font.size = Pt(11)
    style.paragraph_format.space_after = Pt(0)
    properties = document.core_properties
    properties.author = properties.last_modified_by = "Opora"
    properties.title = "План работы (образец)"
    properties.comments = ""
    properties.created = properties.modified = MADE_AT


def _add_lines(
    document: DocumentFile, lines: list[str], alignment: WD_ALIGN_PARAGRAPH, *, bold: bool = False
) -> Paragraph:
    """One paragraph a line; the last one is given back, with space after it."""
    for line in lines:
        paragraph = document.add_paragraph()
        paragraph.alignment = alignment
        paragraph.add_run(line).bold = bold
    paragraph.paragraph_format.space_after = Pt(12)
    return paragraph


def _add_table(document: DocumentFile, columns: list[str], rows: list[dict[str, Any]]) -> None:
    """The plan's table; a heading is one cell merged over all columns."""
    table = document.add_table(rows=0, cols=len(columns))
    table.style = document.styles["Table Grid"]
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS_MM, strict=True):
        column.width = Mm(width)
    _fill_row(_add_row(table), columns, bold=True)
    for row in rows:
        if "heading" in row:
            _add_heading(table, row["heading"])
        else:
            _fill_row(_add_row(table), _cells_of(row))


def _add_row(table: Table) -> _Row:
    """A new last row."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    return row


def _cells_of(row: dict[str, Any]) -> list[str]:
    """The texts of an activity's cells; parties stand one under the other, as plans have them."""
    return [row["number"], row["title"], ",\n".join(row["responsible"]), row["result"], row["deadline"]]


def _fill_row(row: _Row, texts: list[str], *, bold: bool = False) -> None:
    """Write one text into each cell of a row."""
    for cell, text in zip(row.cells, texts, strict=True):
        cell.paragraphs[0].add_run(text).bold = bold


def _add_heading(table: Table, text: str) -> None:
    """A merged heading row."""
    cells = _add_row(table).cells
    heading = cells[0].merge(cells[-1]).paragraphs[0]
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.add_run(text).bold = True


def _add_footnote(document: DocumentFile, paragraph: Paragraph, text: str) -> None:
    """Hang a footnote on a paragraph: python-docx has no call for it, so the part is written out here.

    Ids -1 and 0 are the separators that Word expects (ECMA-376 part 1, 17.11.9 and 17.18.33).
    """
    content = (
        f"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<w:footnotes {nsdecls('w')}>"
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="0">'
        "<w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>"
        '<w:footnote w:id="1"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
        f'<w:r><w:t xml:space="preserve"> {escape(text)}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    partname, package = PackURI("/word/footnotes.xml"), document.part.package
    part = Part(partname, CONTENT_TYPE.WML_FOOTNOTES, content.encode(), package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    run = paragraph.add_run()
    run.font.superscript = True
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), "1")
    run._r.append(reference)  # noqa: SLF001  (the way that python-docx itself names for what it has no call for)


if __name__ == "__main__":
    main()
