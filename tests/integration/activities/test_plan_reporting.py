"""What the report says became of each occurrence."""

import io
from datetime import date

import pytest
from docx import Document

from activities.manifest import OutcomeReason
from activities.period import Period
from activities.plan_report import Mark, MarkOutcome, PlanField
from activities.plan_reporting import gather_report
from activities.plans import get_plan
from activities.report_document import write_report
from activities.steps import NewDates, cancel, postpone
from activities.submissions import report_outcome


def report(desk, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), today=date(2026, 3, 2)):
    """The report for some days."""
    with desk.office.store.read() as connection:
        plan = get_plan(connection, None)
        return gather_report(connection, plan, Period(starts_on, ends_on), today, desk.office.calendar)


def marks(desk, number, **more):
    """The marks of one row."""
    rows = [row for section in report(desk, **more).sections for row in section.rows]
    return next(row.marks for row in rows if row.number == number)


def test_the_report_is_the_plan(desk):
    """Title, headings, columns and cells are the plan's own, word for word and in its order."""
    told = report(desk)
    assert told.title == "План работы опорного центра на 2026 год"
    assert told.period == "2026 год"
    assert [(section.heading, len(section.rows)) for section in told.sections] == [
        ("I. Документы", 3),
        ("II. Работа в течение года", 6),
    ]
    assert [(column.field, column.heading) for column in told.columns] == [
        (PlanField.NUMBER, "№"),
        (PlanField.TITLE, "Мероприятие"),
        (PlanField.RESPONSIBLE, "Ответственный"),
        (PlanField.RESULT, "Результат"),
        (PlanField.DEADLINE, "Срок"),
    ]
    row = told.sections[1].rows[3]
    assert (row.responsible, row.deadline) == ("Управление образование", "по отдельному графику")


def test_every_row_stands_in_the_report(desk):
    """Also one of which nothing falls into the time reported on."""
    told = report(desk, date(2026, 6, 1), date(2026, 6, 30))
    rows = {row.number: row.marks for section in told.sections for row in section.rows}
    assert len(rows) == 9
    assert rows["1.1"] == ()
    assert [mark.outcome for mark in rows["2.5"]] == [MarkOutcome.NOT_YET_DUE]
    assert [mark.outcome for mark in rows["2.4"]] == [MarkOutcome.AWAITING_DATE]
    assert told.period == "июнь 2026"


def test_accepted_work_is_done_on_the_documents_day(desk):
    """With the titles of its evidence and the approver's remark; without a document's date on the day handed in."""
    sealed = desk.hand_in("1.1", desk.paul, document_on=date(2026, 2, 27), document_place="папка 3")
    desk.decide(sealed, desk.head, remark="спасибо")
    assert marks(desk, "1.1") == (
        Mark(MarkOutcome.DONE, date(2026, 2, 27), "", ("протокол.txt", "папка 3"), "спасибо"),
    )
    desk.decide(desk.hand_in("1.2", desk.ann), desk.head)
    assert marks(desk, "1.2")[0].on == date(2026, 3, 2)


def test_accepted_in_part_says_so(desk):
    """The remark tells what was missing."""
    desk.decide(desk.hand_in("1.1", desk.paul), desk.head, partial=True, remark="без приложения")
    (mark,) = marks(desk, "1.1")
    assert (mark.outcome, mark.reason) == (MarkOutcome.PARTLY_DONE, "без приложения")


@pytest.mark.parametrize(
    ("reason", "outcome", "on"),
    [
        (OutcomeReason.NOT_HELD, MarkOutcome.NOT_HELD, date(2026, 3, 2)),
        (OutcomeReason.NOT_DONE, MarkOutcome.NOT_DONE, date(2026, 3, 2)),
        (OutcomeReason.NOT_NEEDED, MarkOutcome.NOT_NEEDED, date(2026, 3, 2)),
        (OutcomeReason.CARRIED_OVER, MarkOutcome.POSTPONED, None),
        (OutcomeReason.REMOVED, MarkOutcome.CANCELLED, date(2026, 3, 2)),
    ],
)
def test_an_accepted_outcome_is_told_by_its_reason(desk, reason, outcome, on):
    """Each reason has its set words, and the note stands beside it."""
    target = desk.occurrence("1.1").id
    sealed = report_outcome(desk.office, desk.actor(desk.paul), target, reason, "карантин")
    assert marks(desk, "1.1")[0].outcome is MarkOutcome.AWAITING_ACCEPTANCE
    desk.decide(sealed, desk.head)
    assert marks(desk, "1.1") == (Mark(outcome, on, "", (), "карантин"),)


def test_what_waits_for_acceptance_is_told_with_its_day(desk):
    """The day is that of the submission, not the deadline."""
    desk.hand_in("1.1", desk.paul)
    assert marks(desk, "1.1", today=date(2026, 4, 1)) == (
        Mark(MarkOutcome.AWAITING_ACCEPTANCE, date(2026, 3, 2), "", ("протокол.txt",), ""),
    )


def test_a_cancelled_one_names_reason_and_basis(desk):
    """Both come from the history of the step."""
    cancel(
        desk.office, desk.actor(desk.head), desk.occurrence("1.1").id, reason="нет финансирования", basis="приказ № 8"
    )
    assert marks(desk, "1.1") == (
        Mark(MarkOutcome.CANCELLED, date(2026, 3, 2), "", (), "нет финансирования, приказ № 8"),
    )


def test_a_postponed_one_names_the_new_day_until_that_is_past(desk):
    """Then it is overdue like any other, and still says why it was moved."""
    postpone(
        desk.office,
        desk.actor(desk.head),
        desk.occurrence("1.1").id,
        NewDates(date(2026, 4, 10)),
        reason="ремонт",
        basis="письмо",
    )
    assert marks(desk, "1.1") == (Mark(MarkOutcome.POSTPONED, date(2026, 4, 10), "", (), "ремонт, письмо"),)
    assert marks(desk, "1.1", today=date(2026, 4, 11))[0].outcome is MarkOutcome.POSTPONED, "a day off"
    assert marks(desk, "1.1", today=date(2026, 4, 13))[0].outcome is MarkOutcome.OVERDUE


def test_a_postponed_one_is_told_where_it_was_planned_and_where_it_went(desk):
    """Reports on March and on April both know of it."""
    postpone(
        desk.office,
        desk.actor(desk.head),
        desk.occurrence("1.1").id,
        NewDates(date(2026, 4, 10)),
        reason="р",
        basis="п",
    )
    assert len(marks(desk, "1.1", starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31))) == 1
    assert len(marks(desk, "1.1", starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 30))) == 1
    assert len(marks(desk, "1.1", starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 31))) == 0


def test_open_work_is_told_by_today(desk):
    """Not yet due, overdue, a date awaited; several of one row are told apart by their periods."""
    assert marks(desk, "1.1") == (Mark(MarkOutcome.NOT_YET_DUE, date(2026, 3, 20)),)
    assert marks(desk, "1.1", today=date(2026, 3, 23)) == (Mark(MarkOutcome.OVERDUE, date(2026, 3, 20)),)
    assert [(mark.outcome, mark.label) for mark in marks(desk, "2.2")] == [
        (MarkOutcome.AWAITING_DATE, f"{ordinal}-й раз") for ordinal in (1, 2, 3)
    ]
    assert [mark.label for mark in marks(desk, "2.1")] == [
        f"{roman} квартал 2026" for roman in ("I", "II", "III", "IV")
    ]
    assert marks(desk, "2.4") == (Mark(MarkOutcome.AWAITING_DATE),)


def test_a_draft_has_rows_without_marks(empty_desk, draft):
    """A plan that was not launched is reported with its rows alone."""
    told = report(empty_desk)
    assert {row.marks for section in told.sections for row in section.rows} == {()}


def test_the_report_becomes_a_document(desk):
    """The document has the plan's table with the marks in words."""
    desk.decide(desk.hand_in("1.1", desk.paul), desk.head)
    stream = io.BytesIO()
    write_report(report(desk), stream)
    cells = [cell.text for row in Document(stream).tables[0].rows for cell in row.cells]
    assert "Отметка о выполнении" in cells
    assert "выполнено 02.03.2026. Подтверждение: протокол.txt" in cells
