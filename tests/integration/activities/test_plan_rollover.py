"""Next year's draft, and the document that goes to be approved."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import select

from activities.importing import read_plan
from activities.period import Period
from activities.plan_activities import list_activities
from activities.plan_content import content_of_stored, list_present
from activities.plan_document import gather_document, write_document
from activities.plan_import import import_plan
from activities.plan_reimport import propose_reimport
from activities.plan_review import list_questions
from activities.plan_rollover import RolledOverAlreadyError, RolloverYearError, find_shift, roll_over
from activities.plan_table import DocumentNotWrittenError
from activities.plans import PlanStatus, get_plan, list_findings, list_plans, list_sections
from activities.review_question import Topic
from activities.tables import activity, activity_party, finding, occurrence, plan, section
from engine.machine import RoleNotAllowedError

EXAMPLE = Path(__file__).parents[3] / "examples" / "plan-2026.docx"
PLAN = """План работы центра на 2026 год

I. Документы 2026 года
1.1 | Подготовить справку за 2026 год | Школа № 12 | справка | до 20 марта
1.2 | Провести семинар для наставников | РМЦ, Дом творчества | программа | апрель 2026
II. Работа в течение года
2.1 | Вести страницу центра | МОЦ | страница | в течение 2026 года
2.2 | Публиковать обзор | Дом творчества | публикация | ежемесячно
2.3 | Провести смотр | МОЦ | протокол | май 2026, далее – ежегодно
"""


@pytest.fixture
def source(empty_desk):
    """The plan of the old year."""
    return empty_desk.bring(PLAN).plan


def roll(desk, source, to="2027", by=None):
    """Roll over as the coordinator."""
    return roll_over(desk.office, desk.actor(by or desk.mary), source, to)


def test_the_draft_has_every_row_moved_or_asked_about(empty_desk, source):
    """Period, title, headings and rows are those of the new year; parties and kinds are those that were settled on."""
    rolled = roll(empty_desk, source)
    with empty_desk.office.store.read() as connection:
        draft = get_plan(connection, "moc-2027")
        rows = list_activities(connection, draft.id)
        headings = list_sections(connection, draft.id)
        old = list_activities(connection, source.id)
    assert (draft.title, draft.status, draft.columns) == (
        "План работы центра на 2027 год",
        PlanStatus.DRAFT,
        source.columns,
    )
    assert draft.period == Period(date(2027, 1, 1), date(2027, 12, 31))
    assert [each.title for each in headings] == ["Документы 2027 года", "Работа в течение года"]
    assert [(each.number, each.deadline_text) for each in rows] == [
        ("1.1", "март 2027"),
        ("1.2", "апрель 2027"),
        ("2.1", "в течение 2027 года"),
        ("2.2", "ежемесячно"),
        ("2.3", "май 2027, далее – ежегодно"),
    ]
    assert rows[0].title == "Подготовить справку за 2027 год"
    assert [each.mark.value for each in rolled.rows] == ["ask", "ask", "changed", "kept", "changed"]
    assert [(each.kind, each.parties) for each in rows] == [(each.kind, each.parties) for each in old]
    assert {each.short_id for each in rows}.isdisjoint(each.short_id for each in old)


def test_the_remarks_are_findings_of_the_draft(empty_desk, source):
    """What must be decided stands first; each names its row."""
    draft = roll(empty_desk, source).plan
    with empty_desk.office.store.read() as connection:
        found = [(each.code, each.place) for each in list_findings(connection, draft.id)]
        said = [each.say() for each in list_findings(connection, draft.id)]
    assert found == [
        ("rollover_ask", "1.1"),
        ("rollover_ask", "1.2"),
        ("rollover_changed", "План работы центра на 2027 год"),
        ("rollover_changed", "I"),
        ("rollover_changed", "1.1"),
        ("rollover_changed", "2.1"),
        ("rollover_changed", "2.3"),
        ("rollover_kept", "2.2"),
    ]
    assert said[0] == "Set the day: “до 20 марта” named days, and “март 2027” keeps only the month."


def test_what_goes_on_unchanged_asks_nothing(empty_desk, source):
    """The review asks about rows to decide and about changes; kept rows are only listed."""
    draft = roll(empty_desk, source).plan
    with empty_desk.office.store.read() as connection:
        asked = {each.subject for each in list_questions(connection, draft).open if each.topic is Topic.FINDING}
    assert asked == {"rollover_ask", "rollover_changed"}


def test_the_old_plan_is_not_touched(empty_desk, source):
    """Its rows in every table are what they were, also where it is live."""
    empty_desk.launch(source)
    of_plan = select(activity.c.id).where(activity.c.plan_id == source.id)
    reads = [
        select(plan).where(plan.c.id == source.id),
        select(section).where(section.c.plan_id == source.id).order_by(section.c.id),
        select(activity).where(activity.c.plan_id == source.id).order_by(activity.c.id),
        select(activity_party).where(activity_party.c.activity_id.in_(of_plan)).order_by(activity_party.c.activity_id),
        select(finding).where(finding.c.plan_id == source.id),
        select(occurrence).order_by(occurrence.c.id),
    ]

    def state():
        with empty_desk.office.store.read() as connection:
            return [connection.execute(each).all() for each in reads]

    before = state()
    roll(empty_desk, source)
    assert state() == before


def test_rolling_over_twice_says_so(empty_desk, source):
    """There is one draft of a plan for a year."""
    roll(empty_desk, source)
    with pytest.raises(RolledOverAlreadyError) as refused:
        roll(empty_desk, source)
    assert refused.value.details["slug"] == "moc-2027"
    with empty_desk.office.store.read() as connection:
        assert len(list_plans(connection)) == 2
    assert roll(empty_desk, source, "2028").plan.slug == "moc-2028"


def test_an_observer_makes_no_draft(empty_desk, source):
    """Who runs plans does."""
    with pytest.raises(RoleNotAllowedError):
        roll(empty_desk, source, by=empty_desk.olga)


@pytest.mark.parametrize("to", ["2026", "2025", "next", "", "2027-2028", "27"])
def test_only_a_later_year_written_like_the_plans_is_taken(source, to):
    """Anything else is refused with the year that follows."""
    with pytest.raises(RolloverYearError) as refused:
        find_shift(source, to)
    assert refused.value.details["example"] == "2027"


def test_a_school_years_plan_asks_for_both_years(source):
    """A single year could be the first or the last one."""
    school = replace(source, period=Period(date(2025, 9, 1), date(2026, 8, 31)))
    with pytest.raises(RolloverYearError) as refused:
        find_shift(school, "2026")
    assert refused.value.details["example"] == "2026-2027"
    shift = find_shift(school, "2026-2027")
    assert shift.moved_period() == Period(date(2026, 9, 1), date(2027, 8, 31))


def export(desk, target, path):
    """The plan as a document."""
    with desk.office.store.read() as connection:
        write_document(gather_document(connection, target, desk.office.today()), path)
    return path


def stored(desk, target):
    """The content of the plan."""
    with desk.office.store.read() as connection:
        return content_of_stored(target.title, *list_present(connection, target.id))


def assert_comes_back(desk, target, path):
    """The document reads as the plan does: nothing to change, nothing left over."""
    reading = read_plan(export(desk, target, path), target.period)
    assert reading.unplaced == ()
    proposal = propose_reimport(desk.office, target, path, period=target.period)
    assert proposal.diff.is_empty, proposal.diff
    assert [each.schedule for each in proposal.diff.new.rows] == [each.schedule for each in stored(desk, target).rows]


def test_the_document_for_approval_comes_back_as_the_same_plan(empty_desk, source, tmp_path):
    """What is approved can be brought in again: there is nothing to change."""
    draft = roll(empty_desk, source).plan
    assert_comes_back(empty_desk, draft, tmp_path / "draft.docx")
    table = Document(tmp_path / "draft.docx").tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["№", "Мероприятие", "Ответственный", "Результат", "Срок"]


def test_the_sample_plan_rolls_over_and_comes_back(empty_desk, tmp_path):
    """Forty rows with every sort of deadline; so does the old plan itself."""
    old = import_plan(empty_desk.office, empty_desk.actor(empty_desk.mary), EXAMPLE).plan
    assert_comes_back(empty_desk, old, tmp_path / "old.docx")
    assert_comes_back(empty_desk, roll(empty_desk, old).plan, tmp_path / "new.docx")


@pytest.mark.needs("shared")
@pytest.mark.parametrize(("name", "to"), [("moc-2023.docx", "2024"), ("moc-2021-2022.docx", "2022-2023")])
def test_real_plans_roll_over_and_come_back(empty_desk, shared_plans, tmp_path, name, to):
    """Two plans of real centres, in their own tables."""
    old = import_plan(empty_desk.office, empty_desk.actor(empty_desk.mary), shared_plans / name).plan
    assert_comes_back(empty_desk, old, tmp_path / "old.docx")
    assert_comes_back(empty_desk, roll(empty_desk, old, to).plan, tmp_path / "new.docx")


def test_a_place_that_cannot_be_written_is_told(empty_desk, source, tmp_path):
    """And nothing is left behind."""
    with pytest.raises(DocumentNotWrittenError):
        export(empty_desk, source, tmp_path / "nowhere" / "plan.docx")


def test_the_same_plan_gives_the_same_document(empty_desk, source):
    """Its bytes come from the plan and the day alone."""
    streams = [BytesIO(), BytesIO()]
    for stream in streams:
        export(empty_desk, source, stream)
    texts = [[cell.text for row in Document(stream).tables[0].rows for cell in row.cells] for stream in streams]
    assert texts[0] == texts[1]
