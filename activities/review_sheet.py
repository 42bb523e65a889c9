"""A plan's questions as an .xlsx sheet that is answered at leisure, and carried out all together or not at all.

A row's digest is that of its question: a sheet that was made before the plan changed is refused row by row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from activities.acting import Actor
from activities.deed import Deed
from activities.importing.confinement import read_table
from activities.importing.folding import fold
from activities.importing.source import Row
from activities.office import Office
from activities.plan_activities import Activity
from activities.plan_review import Queue, answer_within, list_questions
from activities.plans import Plan, get_plan
from activities.review_question import Question, Topic
from activities.review_words import read_answer, say_answer
from activities.voice import Voice
from activities.working_calendar import WorkingCalendar
from engine.errors import N_, OporaError

TOPICS = {
    Topic.DEADLINE: N_("deadline"),
    Topic.KIND: N_("kind"),
    Topic.PARTY: N_("name of a party"),
    Topic.STANDING: N_("who does what"),
    Topic.FINDING: N_("remark"),
}
_HEADINGS = (
    *(N_("Row"), N_("Question"), N_("What the plan says"), N_("How it was read"), N_("Why you are asked")),
    *(N_("Proposed"), N_("Answered so before"), N_("Answer")),
)
_WIDTHS = (12, 14, 44, 44, 44, 24, 28, 28)
_ANSWER, _SUBJECT, _DIGEST = len(_HEADINGS), len(_HEADINGS) + 1, len(_HEADINGS) + 2
_DIGEST_HEADING = "digest"
_LISTS = "lists"


class SheetExistsError(OporaError):
    """The file is there and may hold answers."""

    message = N_("{file} exists already and may hold answers. Choose another name, or apply it first: --apply {file}.")


class NotReviewSheetError(OporaError):
    """The file is no sheet of questions."""

    message = N_("{file} holds no questions of a plan. Make a sheet with: opora plan review PLAN --export review.xlsx.")


class SheetRowsAreTwiceError(OporaError):
    """A question stands in two rows with two answers."""

    message = N_("The same question stands in an earlier row with another answer. Leave one of the two.")


class Outcome(StrEnum):
    """What became of a row: `held` where it could be applied, but another one was refused."""

    APPLIED = "applied"
    LEFT = "left"
    REFUSED = "refused"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of the sheet, by the number that the spreadsheet shows, and what became of it."""

    number: int | None
    place: str
    answer: str
    outcome: Outcome
    reason: OporaError | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """What a row says; `answer` as typed."""

    number: int | None
    place: str
    topic: str
    answer: str
    digest: bytes


class _RowsRefusedError(Exception):
    """Takes the transaction back, and the report out of it."""

    def __init__(self, rows: list[SheetRow]) -> None:
        super().__init__()
        self.rows = rows


def write_sheet(
    path: Path, questions: Sequence[Question], rows: Sequence[Activity], voice: Voice, calendar: WorkingCalendar
) -> None:
    """Write questions, a row each, with lists to choose answers from.

    Raises:
        SheetExistsError: the file is there already.
    """
    if path.exists():
        raise SheetExistsError(file=path.name)
    book = Workbook()
    sheet = book.worksheets[0]
    lists = book.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    _write_row(sheet, 1, [*map(voice.translate, _HEADINGS), "id", _DIGEST_HEADING])
    for number, question in enumerate(questions, 2):
        _write_row(sheet, number, list(_texts(question, rows, voice, calendar)))
    _offer_choices(sheet, lists, questions, rows, voice)
    _lay_out(sheet)
    book.save(path)


def _texts(question: Question, rows: Sequence[Activity], voice: Voice, calendar: WorkingCalendar) -> Iterator[str]:
    yield question.place
    yield voice.translate(TOPICS[question.topic])
    yield "\n".join(dict.fromkeys(filter(None, (question.title, question.text))))
    yield voice.say(question.reading)
    yield voice.say(question.why)
    yield say_answer(question.topic, question.proposed, rows, voice) if question.proposed else ""
    earlier = question.earlier
    said = say_answer(question.topic, earlier.answer, rows, voice) if earlier else ""
    yield f"{said} ({earlier.made_by}, {calendar.day_of(earlier.made_at)}, {earlier.plan_slug})" if earlier else ""
    yield ""
    yield f"{question.topic.value} {question.subject}"
    yield question.digest.hex()


def _write_row(sheet: Worksheet, number: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, 1):
        cell = sheet.cell(number, column, ILLEGAL_CHARACTERS_RE.sub("", text))
        # What a plan says is text, also where it begins like a formula.
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _offer_choices(
    sheet: Worksheet, lists: Worksheet, questions: Sequence[Question], rows: Sequence[Activity], voice: Voice
) -> None:
    """A list for each set of choices, kept on a hidden sheet since the choices may hold commas."""
    known: dict[tuple[str, ...], DataValidation] = {}
    for number, question in enumerate(questions, 2):
        labels = tuple(say_answer(question.topic, each, rows, voice) for each in question.choices)
        if labels not in known:
            at = len(known) + 1
            _write_row(lists, at, labels)
            source = f"{_LISTS}!$A${at}:${get_column_letter(len(labels))}${at}"
            known[labels] = DataValidation(type="list", formula1=source, allow_blank=True)
            known[labels].showErrorMessage = not question.takes_text
            sheet.add_data_validation(known[labels])
        known[labels].add(sheet.cell(number, _ANSWER))


def _lay_out(sheet: Worksheet) -> None:
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for column in (_SUBJECT, _DIGEST):
        sheet.column_dimensions[get_column_letter(column)].hidden = True
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"


def apply_sheet(office: Office, actor: Actor, target: Plan, path: Path, voices: Sequence[Voice]) -> list[SheetRow]:
    """Carry out the answers of a sheet, in one transaction: all rows, or none where one is refused.

    Applying a sheet twice changes nothing the second time.

    Args:
        office: where.
        actor: who answers.
        target: the plan.
        path: the sheet.
        voices: the languages in which answers may be written.

    Raises:
        NotReviewSheetError: the file holds no questions.
        PlanFileError: it cannot be read at all.
    """
    lines = list(_read_lines(path))
    try:
        with office.store.write() as work:
            queue = list_questions(work.connection, get_plan(work.connection, target.short_id), thorough=True)
            applied = _apply(Deed(office, work, actor), queue, lines, voices)
            _take_back_if_refused(applied)
            return applied
    except _RowsRefusedError as refused:
        return [
            replace(each, outcome=Outcome.HELD) if each.outcome is Outcome.APPLIED else each for each in refused.rows
        ]


def _take_back_if_refused(rows: list[SheetRow]) -> None:
    if any(each.outcome is Outcome.REFUSED for each in rows):
        raise _RowsRefusedError(rows)


def _read_lines(path: Path) -> Iterator[_Line]:
    for table in read_table(path).tables():
        head, *body = table.rows or (None,)
        if head is None or _text(head, _DIGEST) != _DIGEST_HEADING:
            continue
        yield from (_read_line(row) for row in body if _text(row, _DIGEST))
        return
    raise NotReviewSheetError(file=path.name)


def _read_line(row: Row) -> _Line:
    try:
        digest = bytes.fromhex(_text(row, _DIGEST))
    except ValueError:
        digest = b""
    topic = _text(row, _SUBJECT).partition(" ")[0]
    return _Line(row.place.row, _text(row, 1), topic, _text(row, _ANSWER), digest)


def _text(row: Row, column: int) -> str:
    """The text of a column, counted from 1."""
    return next((fold(cell.text) for cell in row.cells if cell.column == column - 1), "")


def _apply(deed: Deed, queue: Queue, lines: Sequence[_Line], voices: Sequence[Voice]) -> list[SheetRow]:
    done: dict[bytes, str] = {}
    rows = []
    for line in lines:
        row = SheetRow(line.number, line.place, line.answer, Outcome.LEFT)
        try:
            if line.answer and _apply_line(deed, queue, line, voices, done):
                row = replace(row, outcome=Outcome.APPLIED)
        except OporaError as error:
            row = replace(row, outcome=Outcome.REFUSED, reason=error)
        rows.append(row)
    return rows


def _apply_line(deed: Deed, queue: Queue, line: _Line, voices: Sequence[Voice], done: dict[bytes, str]) -> bool:
    """Carry out a row's answer; False where the very same was answered already."""
    topic = Topic(line.topic) if line.topic in set(Topic) else Topic.FINDING
    value = read_answer(topic, line.answer, queue.reviewed.rows, voices)
    settled = queue.settled.get(line.digest)
    if (settled is not None and settled.value == value) or done.get(line.digest) == value:
        return False
    if line.digest in done:
        raise SheetRowsAreTwiceError
    # Nobody was shown how a deadline that was typed into the sheet is read.
    answer_within(deed, queue, line.digest, value, seen=False)
    done[line.digest] = value
    return True
