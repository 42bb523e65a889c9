"""A plan as a Word document in its own table: what goes to be approved, and comes back by import as it went out.

It holds nothing but the plan, not even page numbers: whatever else a document has, import would tell as unplaced.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from docx.shared import Pt
from docx.table import Table
from sqlalchemy import Connection

from activities.plan_content import PlanContent, PlanRow, content_of_stored, list_present
from activities.plan_report import PlanField, ReportColumn
from activities.plan_reporting import own_columns
from activities.plan_table import (
    SHARES,
    add_heading,
    add_line,
    add_row,
    add_table,
    fill_header,
    new_document,
    save_document,
    write,
)
from activities.plans import Plan


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """What the document shows: the plan's title, headings and rows under the headings of its own columns."""

    content: PlanContent
    columns: tuple[ReportColumn, ...]
    made_on: date


def gather_document(connection: Connection, target: Plan, made_on: date) -> PlanDocument:
    """The plan as it stands, without what amendments took out of it."""
    content = content_of_stored(target.title, *list_present(connection, target.id))
    return PlanDocument(content, own_columns(target), made_on)


def write_document(document: PlanDocument, destination: Path | BinaryIO) -> None:
    """Write the plan as .docx; a file that is already there is replaced whole or left as it was.

    Raises:
        DocumentNotWrittenError: the path cannot be written.
    """
    content = document.content
    drawn = new_document(content.title, document.made_on)
    title = add_line(drawn, content.title, bold=True, size=Pt(14), centred=True)
    title.paragraph_format.space_after = Pt(10)
    table = add_table(drawn, [SHARES[column.field] for column in document.columns])
    fill_header(add_row(table), [column.heading for column in document.columns])
    rows: dict[int | None, list[PlanRow]] = defaultdict(list)
    for row in content.rows:
        rows[row.heading].append(row)
    _add_activities(table, rows[None], document)
    for place, heading in enumerate(content.headings):
        add_heading(table, heading.text, heading.level)
        _add_activities(table, rows[place], document)
    save_document(drawn, destination)


def _add_activities(table: Table, rows: list[PlanRow], document: PlanDocument) -> None:
    for row in rows:
        for cell, column in zip(add_row(table).cells, document.columns, strict=True):
            write(cell.paragraphs[0], _text_of(row, column.field))


def _text_of(row: PlanRow, field: PlanField) -> str:
    """A cell; parties stand one under the other."""
    if field is PlanField.RESPONSIBLE:
        return ",\n".join(row.responsible)
    text: str = getattr(row, field.value)
    return text
