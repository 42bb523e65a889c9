"""What waits for whoever runs the office, apart from rows: each is counted, named, and over when it is done."""

from dataclasses import replace
from datetime import date

import pytest

from activities.chores import Chore, ChoreKind, list_chores
from activities.pending_steps import carry_out_pending, drop_pending
from activities.plan_closing import close_plan
from activities.plan_review import answer_question, list_questions
from activities.plan_rollover import roll_over
from activities.plans import get_plan
from activities.vocabulary import VOCABULARY
from activities.workflow_migration import Wanted, carry_out
from engine.migration import Migration
from tests.fixtures.amending import TO_MAY
from workflows.catalogue import get_workflow


@pytest.fixture
def database_kind():
    """On SQLite alone: these are counts, and their steps are tried on both elsewhere."""
    return "sqlite"


@pytest.fixture
def chores(empty_desk, small_live):
    """What waits now."""

    def see(today=date(2026, 3, 2)):
        with empty_desk.office.store.read() as connection:
            return list_chores(connection, today)

    return see


def test_a_live_plan_at_work_leaves_no_chores(chores):
    """Its rows stand in lists of their own."""
    assert chores() == []


def test_steps_of_an_amendment_wait_until_they_are_taken(empty_desk, small_live, amend, chores):
    """One for the row that only an approver may move; none once it is moved."""
    amend(TO_MAY, by=empty_desk.mary)
    assert chores() == [Chore(ChoreKind.AMENDMENT, "moc-2026", 1)]
    carry_out_pending(empty_desk.office, empty_desk.actor(empty_desk.head), small_live, None)
    assert chores() == []


def test_a_draft_of_next_year_asks_until_it_is_answered(empty_desk, small_live, chores):
    """As many questions as its review shows."""
    roll_over(empty_desk.office, empty_desk.actor(empty_desk.mary), small_live, "2027")
    with empty_desk.office.store.read() as connection:
        draft = get_plan(connection, "moc-2027")
        asked = list_questions(connection, draft).open
    assert chores() == [Chore(ChoreKind.REVIEW, "moc-2027", len(asked))]
    noted = next(each for each in asked if each.choices == ("noted",))
    answer_question(empty_desk.office, empty_desk.actor(empty_desk.mary), draft, noted.digest, "noted")
    assert chores() == [Chore(ChoreKind.REVIEW, "moc-2027", len(asked) - 1)]


def test_runs_that_a_migration_left_behind_are_counted(empty_desk, chores):
    """One row goes over to a newer version, so the others are behind; none is once all have gone."""
    workflow = get_workflow("activity", VOCABULARY)
    ladders = tuple(replace(each, missed="all") if each.name == "evidence" else each for each in workflow.ladders)
    newer = Migration(replace(workflow, ladders=ladders))
    office, actor = empty_desk.office, empty_desk.actor(empty_desk.mary)
    moved = [each for some in carry_out(office, actor, Wanted("activity", newer, ["1.1"])) for each in some]
    (behind,) = chores()
    rest = [each for some in carry_out(office, actor, Wanted("activity", newer)) for each in some]
    assert (len(moved), behind) == (1, Chore(ChoreKind.MIGRATION, "activity", len(rest)))
    assert rest
    assert chores() == []


def test_a_year_that_is_over_waits_to_be_closed(empty_desk, small_live, amend, end, chores):
    """From the day after its last one, once nothing of it is open and no step of an amendment waits; until it is."""
    january = date(2027, 1, 1)
    end("1.1@2026-03-20")
    assert chores(january) == []
    amend(TO_MAY, by=empty_desk.mary)
    end()
    assert chores(january) == [Chore(ChoreKind.AMENDMENT, "moc-2026", 1)]
    drop_pending(empty_desk.office, empty_desk.actor(empty_desk.head), small_live, None, "год окончен")
    assert chores(date(2026, 12, 31)) == []
    assert chores(january) == [Chore(ChoreKind.CLOSING, "moc-2026", 1)]
    close_plan(empty_desk.office, empty_desk.actor(empty_desk.mary), small_live)
    assert chores(january) == []
