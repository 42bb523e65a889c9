"""Questions as a sheet: written, answered, carried out all together or not at all."""

import pytest
from openpyxl import load_workbook

from activities.plan_review import list_questions
from activities.plans import get_plan
from activities.review_answers import list_answers
from activities.review_sheet import NotReviewSheetError, Outcome, SheetExistsError, apply_sheet, write_sheet
from activities.voice import Voice
from engine.tables import metadata
from notifications.translation import translate

PLAN = """План опорного центра на 2026 год

1.1 | Провести инвентаризацию программ | МОЦ, Школа № 12 | справка | апрель, октябрь
1.2 | Проверить содержание программ | МОЦ | справка | в период проведения инвентаризации программ
1.3 | =Направить заявку | МОЦ | заявка | 17 апереля 2026 г.
1.4 | Собрать совет | МОЦ | протокол | по отдельному графику
"""
ANSWER, DIGEST = 8, 10
RUSSIAN = Voice("ru", lambda template, **details: translate(template, "ru", **details))
VOICES = (Voice(), RUSSIAN)


class Sheet:
    """A draft's questions in a file, and what is done with it."""

    def __init__(self, desk):
        self.desk = desk
        self.plan = desk.bring(PLAN).plan
        self.path = desk.folder / "review.xlsx"

    def export(self, voice=VOICES[0]):
        """Write the open questions."""
        with self.desk.office.store.read() as connection:
            queue = list_questions(connection, get_plan(connection, self.plan.slug))
        write_sheet(self.path, queue.open, queue.reviewed.rows, voice, self.desk.office.calendar)

    def fill(self, answers):
        """Write answers, by topic and place as the id column and the first one have them."""
        book = load_workbook(self.path)
        sheet = book.worksheets[0]
        for (topic, place), answer in answers.items():
            for row in sheet.iter_rows(min_row=2):
                if row[8].value.startswith(f"{topic} ") and row[0].value == place:
                    row[ANSWER - 1].value = answer
        book.save(self.path)

    def apply(self, person=None):
        """Carry out what is in the file, as the coordinator unless another person is named."""
        actor = self.desk.actor(person or self.desk.mary)
        return apply_sheet(self.desk.office, actor, self.plan, self.path, VOICES)

    def outcomes(self, person=None):
        """What became of the rows that have an answer."""
        return [each.outcome for each in self.apply(person) if each.answer]

    def answers(self):
        """Topic and answer of all that is kept."""
        with self.desk.office.store.read() as connection:
            return [(each.topic, each.value) for each in list_answers(connection, self.plan.id)]


@pytest.fixture
def sheet(empty_desk):
    """The sheet of a draft, not written yet."""
    return Sheet(empty_desk)


def dump(desk):
    """Every row of every table."""
    return {table.name: sorted(map(tuple, desk.rows(table)), key=repr) for table in metadata.sorted_tables}


def test_a_row_a_question(sheet):
    """What is asked, read and proposed stands beside an empty answer; what the plan says is text, never a formula."""
    sheet.export()
    rows = list(load_workbook(sheet.path).worksheets[0].iter_rows(values_only=True))
    assert rows[0][:8] == (
        *("Row", "Question", "What the plan says", "How it was read", "Why you are asked"),
        *("Proposed", "Answered so before", "Answer"),
    )
    relation = rows[1]
    assert (relation[0], relation[1], relation[5], relation[7]) == ("1.2", "deadline", "within row 1.1", None)
    assert "в период проведения инвентаризации" in relation[2]
    formula = next(each for each in load_workbook(sheet.path).worksheets[0]["C"] if "=Направить" in str(each.value))
    assert formula.data_type == "s"


def test_answers_are_chosen_from_lists(sheet):
    """Each answer cell has the list of its question; where a text may be typed, the list does not stop it."""
    sheet.export()
    book = load_workbook(sheet.path)
    lists = {}
    for validation in book.worksheets[0].data_validations.dataValidation:
        row = validation.formula1.split("$")[2].rstrip(":")
        offered = [cell.value for cell in book["lists"][int(row)] if cell.value]
        lists |= {each.coord: (offered, bool(validation.showErrorMessage)) for each in validation.sqref.ranges}
    assert lists["H2"] == (["within row 1.1", "no date for now"], False)
    assert (["deliverable", "event", "ongoing work"], True) in lists.values()
    assert book["lists"].sheet_state == "hidden"
    assert all(book.worksheets[0].column_dimensions[each].hidden for each in "IJ")


def test_a_sheet_never_takes_the_place_of_another(sheet):
    """It may hold answers."""
    sheet.export()
    with pytest.raises(SheetExistsError):
        sheet.export()


def test_answers_are_carried_out_together_and_once(sheet):
    """What is empty is left; the second time nothing changes."""
    sheet.export()
    sheet.fill(
        {("deadline", "1.2"): "within row 1.1", ("deadline", "1.3"): "read rightly", ("deadline", "1.4"): "20.05.2026"}
    )
    assert sheet.outcomes() == [Outcome.APPLIED] * 3
    assert [value for _, value in sheet.answers()][1:] == ["accept", "20.05.2026"]
    before = dump(sheet.desk)
    assert sheet.outcomes() == [Outcome.LEFT] * 3
    assert dump(sheet.desk) == before


@pytest.mark.parametrize("language", ["en", "ru"])
def test_answers_are_understood_in_either_language(sheet, language):
    """A sheet that is written in one language is carried out under the other."""
    voice = VOICES[0] if language == "en" else RUSSIAN
    sheet.export(voice)
    said = voice.translate("within row {row}", row="1.1")
    sheet.fill({("deadline", "1.2"): said, ("kind", "1.4"): voice.translate("event")})
    assert sheet.outcomes() == [Outcome.APPLIED] * 2
    assert ("kind", "event") in sheet.answers()


def test_one_refused_row_holds_all_back(sheet):
    """The report says which and why; the database is as it was."""
    sheet.export()
    sheet.fill({("deadline", "1.3"): "read rightly", ("deadline", "1.4"): "как получится"})
    before = dump(sheet.desk)
    report = [each for each in sheet.apply() if each.answer]
    assert [each.outcome for each in report] == [Outcome.HELD, Outcome.REFUSED]
    assert "как получится" in str(report[1].reason)
    assert report[1].number == 4
    assert dump(sheet.desk) == before


def test_a_reading_that_nobody_saw_is_not_taken(sheet):
    """A deadline that is typed into a sheet must be read surely."""
    sheet.export()
    sheet.fill({("deadline", "1.4"): "последняя неделя августа"})
    assert sheet.outcomes() == [Outcome.REFUSED]


def test_a_stale_row_is_refused(sheet):
    """The plan's row changed after the sheet was written, so its answer is no answer to what is asked now."""
    from sqlalchemy import update

    from activities.tables import activity

    sheet.export()
    with sheet.desk.office.store.write() as work:
        changed = update(activity).where(activity.c.number == "1.4")
        work.connection.execute(changed.values(deadline_text="по плану РМЦ"))
    sheet.fill({("deadline", "1.4"): "no date for now"})
    assert sheet.outcomes() == [Outcome.REFUSED]


def test_another_answer_to_an_answered_question_is_refused(sheet):
    """Who came second learns it; the first answer stands."""
    sheet.export()
    sheet.fill({("deadline", "1.4"): "no date for now"})
    sheet.apply()
    sheet.fill({("deadline", "1.4"): "20.05.2026"})
    assert sheet.outcomes() == [Outcome.REFUSED]
    assert sheet.answers() == [("deadline", "wait")]


def test_who_does_not_coordinate_applies_nothing(sheet):
    """The approver's sheet is refused row by row."""
    sheet.export()
    sheet.fill({("deadline", "1.4"): "no date for now", ("kind", "1.4"): "event"})
    assert sheet.outcomes(sheet.desk.head) == [Outcome.REFUSED] * 2
    assert sheet.answers() == []


def test_a_copied_row_says_the_same_or_is_refused(sheet):
    """Two rows of one question with two answers are no answer."""
    sheet.export()
    sheet.fill({("deadline", "1.4"): "no date for now"})
    book = load_workbook(sheet.path)
    found = next(row for row in book.worksheets[0].iter_rows(min_row=2, values_only=True) if row[7])
    book.worksheets[0].append(found)
    book.worksheets[0].append([*found[:7], "20.05.2026", *found[8:]])
    book.save(sheet.path)
    assert sheet.outcomes() == [Outcome.HELD, Outcome.LEFT, Outcome.REFUSED]


def test_a_digest_that_was_tampered_with_is_refused(sheet):
    """A row that names no question of the plan answers none."""
    sheet.export()
    sheet.fill({("deadline", "1.4"): "no date for now"})
    book = load_workbook(sheet.path)
    for row in book.worksheets[0].iter_rows(min_row=2):
        row[DIGEST - 1].value = "00" * 31 + "zz" if row[7].value else row[DIGEST - 1].value
    book.save(sheet.path)
    assert sheet.outcomes() == [Outcome.REFUSED]


def test_another_workbook_is_no_sheet(sheet):
    """It says what to do instead."""
    from openpyxl import Workbook

    Workbook().save(sheet.path)
    with pytest.raises(NotReviewSheetError):
        sheet.apply()
