"""«Лист приёмки»: one submission on paper, with the digest that binds the paper to exactly these files.

In Russian, as the plan's report is: it goes into the organisation's own files. A decision that was made stands on it;
one that was not has a place to be written and signed by hand.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import segno
from docx.document import Document as DocumentFile
from docx.enum.section import WD_ORIENT
from docx.shared import Length, Mm, Pt
from docx.table import Table
from sqlalchemy import Connection, select

from activities.decisions import Decision, Verdict, find_decision, list_acceptances
from activities.manifest import Manifest, OutcomeReason
from activities.occurrences import Occurrence
from activities.plan_table import add_line, add_page_numbers, add_row, new_document, save_document, write
from activities.submissions import Submission
from activities.tables import party, person, plan

_NAME_WIDTH, _VALUE_WIDTH = Mm(50), Mm(125)
_CODE_WIDTH = Mm(30)
_OUTCOMES = {
    OutcomeReason.NOT_HELD: "не состоялось",
    OutcomeReason.NOT_DONE: "не выполнено",
    OutcomeReason.NOT_NEEDED: "не требовалось: запросов не было",
    OutcomeReason.CARRIED_OVER: "перенесено",
    OutcomeReason.REMOVED: "исключено из плана",
}
_BLANK = "_" * 34


@dataclass(frozen=True, slots=True)
class AcceptanceSheet:
    """What stands on the sheet; people are named.

    Attributes:
        decisions: in the order in which they were made; empty where the sheet has a place for one.
    """

    plan_title: str
    occurrence: Occurrence
    submission: Submission
    submitted_by: str
    provided_by: str
    decisions: tuple[Decision, ...]
    zone: ZoneInfo
    printed_on: date


def gather_sheet(
    connection: Connection, occurrence: Occurrence, submission: Submission, zone: ZoneInfo, printed_on: date
) -> AcceptanceSheet:
    """The sheet of one submission as it stands."""
    settled = find_decision(connection, submission.id)
    counted = [each for each in list_acceptances(connection, submission.id) if not each.settles]
    return AcceptanceSheet(
        plan_title=connection.execute(select(plan.c.title).where(plan.c.id == occurrence.plan_id)).scalar_one(),
        occurrence=occurrence,
        submission=submission,
        submitted_by=_name(connection, submission.submitted_by),
        provided_by=_name(connection, submission.provided_by or submission.submitted_by),
        decisions=(*counted, *([settled] if settled else ())),
        zone=zone,
        printed_on=printed_on,
    )


def _name(connection: Connection, short_id: str) -> str:
    """The name of a person or party; the id itself where the person was erased."""
    for table in (person, party):
        found = connection.execute(select(table.c.name).where(table.c.short_id == short_id)).scalar()
        if found:
            return str(found)
    return short_id


def write_sheet(sheet: AcceptanceSheet, destination: Path | BinaryIO) -> None:
    """Write the sheet as .docx.

    Raises:
        DocumentNotWrittenError: the path cannot be written.
    """
    document = new_document(f"Лист приёмки {sheet.occurrence.reference}", sheet.printed_on)
    _stand_upright(document)
    add_page_numbers(document)
    add_line(document, "Лист приёмки", bold=True, size=Pt(14), centred=True)
    add_line(document, sheet.plan_title, size=Pt(12), centred=True)
    _add_facts(document, sheet)
    _add_files(document, sheet.submission.manifest)
    _add_digest(document, sheet.submission)
    _add_decision(document, sheet)
    save_document(document, destination)


def _stand_upright(document: DocumentFile) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)


def _add_facts(document: DocumentFile, sheet: AcceptanceSheet) -> None:
    work, manifest = sheet.occurrence, sheet.submission.manifest
    facts = {
        "Пункт плана": f"{work.number} {work.title}".strip(),
        "Обозначение": f"{work.reference} ({work.short_id})",
        "Ожидаемый результат": work.result,
        "Срок по плану": work.deadline_text,
        "Подтверждение до": f"{work.due_on:%d.%m.%Y}" if work.due_on else "",
        "Ответственные": ", ".join(work.parties),
        "Сдано": f"версия {sheet.submission.version}, {_moment(sheet.submission.submitted_at, sheet.zone)}",
        "Кто сдал": sheet.submitted_by,
        "Чьё подтверждение": sheet.provided_by if sheet.provided_by != sheet.submitted_by else "",
        "Исход без подтверждения": _OUTCOMES[manifest.outcome_reason] if manifest.outcome_reason else "",
        "Дата документа": f"{manifest.document_on:%d.%m.%Y}" if manifest.document_on else "",
        "Где документ": manifest.document_place,
        **{name: str(number) for name, number in sorted(manifest.numbers.items())},
        "Пояснение": manifest.note,
        "Ссылки": "\n".join(manifest.links),
        "Персональные данные": "содержит ПДн" if manifest.contains_personal_data else "",
    }
    table = _two_columns(document)
    for name, value in facts.items():
        if value:
            _add_pair(table, name, value)


def _add_files(document: DocumentFile, manifest: Manifest) -> None:
    """Each file by its name as sealed, its size in bytes and its digest, to be compared with a copy at hand."""
    if not manifest.files:
        return
    add_line(document, "Файлы", bold=True, before=Pt(10))
    for number, file in enumerate(manifest.files, start=1):
        add_line(document, f"{number}. {file.name}, {file.size} байт", before=Pt(4))
        add_line(document, f"SHA-256: {group_digest(file.digest)}", size=Pt(8))


def _add_digest(document: DocumentFile, sealed: Submission) -> None:
    add_line(document, "Отпечаток всего сданного (SHA-256 описи)", bold=True, before=Pt(10))
    add_line(document, group_digest(sealed.manifest_digest), size=Pt(11))
    picture = io.BytesIO()
    segno.make(sealed.manifest_digest.hex(), error="m", micro=False).save(picture, kind="png", scale=4)
    picture.seek(0)
    document.add_picture(picture, width=_CODE_WIDTH)


def group_digest(digest: bytes) -> str:
    """A SHA-256 in groups of eight digits, as people compare it."""
    text = digest.hex()
    return " ".join(text[at : at + 8] for at in range(0, len(text), 8))


def _add_decision(document: DocumentFile, sheet: AcceptanceSheet) -> None:
    add_line(document, "Решение", bold=True, before=Pt(10))
    if not sheet.decisions:
        _add_blank(document, sheet)
    for decision in sheet.decisions:
        table = _two_columns(document)
        _add_pair(table, "Решение", _say(decision))
        _add_pair(table, "Кто решил", decision.person.name)
        _add_pair(table, "Когда", _moment(decision.decided_at, sheet.zone))
        if decision.remark:
            _add_pair(table, "Замечание", decision.remark)
    add_line(document, f"Подпись {_BLANK}    Дата «____» ______________ 20___ г.", before=Pt(16))


def _add_blank(document: DocumentFile, sheet: AcceptanceSheet) -> None:
    for choice in ("☐ принято", "☐ принято частично", "☐ возвращено"):
        add_line(document, choice, before=Pt(3))
    add_line(document, f"Замечание {_BLANK * 2}", before=Pt(6))
    add_line(document, f"Должность, фамилия {_BLANK}", before=Pt(10))
    begin = sheet.submission.manifest_digest.hex()[:12]
    command = f'opora occurrence accept {sheet.occurrence.short_id} --digest {begin} --remark "лист приёмки от …"'
    add_line(document, f"Решение с бумаги вносит тот, кто его принял: {command}", size=Pt(8), before=Pt(6))


def _say(decision: Decision) -> str:
    if decision.verdict is Verdict.RETURN:
        return "возвращено"
    return "принято частично" if decision.partial else "принято"


def _moment(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%d.%m.%Y %H:%M}"


def _two_columns(document: DocumentFile) -> Table:
    table: Table = document.add_table(rows=0, cols=2)
    table.style = document.styles["Table Grid"]
    table.autofit = False
    for column, width in zip(table.columns, (_NAME_WIDTH, _VALUE_WIDTH), strict=True):
        column.width = Length(width)
    return table


def _add_pair(table: Table, name: str, value: str) -> None:
    row = add_row(table)
    write(row.cells[0].paragraphs[0], name)
    write(row.cells[1].paragraphs[0], value)
