"""From a draft to running occurrences."""

from datetime import date

import pytest

from activities.plan_launch import PlanNotDraftError, launch_plan
from activities.plans import PlanStatus, get_plan
from activities.tables import occurrence
from engine.machine import RoleNotAllowedError
from engine.tables import instance, message


def test_every_row_gets_its_occurrences(empty_desk, draft):
    """Windows, deadlines, reporting periods, months, counted runs: each by the table of the domain."""
    launched = empty_desk.launch(draft)
    keys = {}
    for each in empty_desk.occurrences():
        keys.setdefault(each.number, []).append(each.key)
    assert keys == {
        "1.1": ["2026-03-20"],
        "1.2": ["2026-04"],
        "1.3": ["2026-01-15"],
        "2.1": ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"],
        "2.2": ["no1", "no2", "no3"],
        "2.3": ["no1"],
        "2.4": ["no1"],
        "2.5": [f"2026-{month:02}" for month in range(1, 13)],
        "2.6": ["2026-04-17"],
    }
    assert launched.occurrences == 25
    assert launched.awaiting_date == 5
    assert {each.state for each in empty_desk.occurrences() if each.key.startswith("no")} == {"awaiting_date"}


def test_evidence_of_an_event_is_due_working_days_after_it(desk):
    """A seminar in April has its evidence due five working days after the month, across the May holidays."""
    seminar = desk.occurrence("1.2")
    assert (seminar.starts_on, seminar.ends_on) == (date(2026, 4, 1), date(2026, 4, 30))
    assert seminar.due_on == date(2026, 5, 8)
    assert (seminar.planned_due_on, seminar.postponed) == (seminar.due_on, 0)


def test_what_was_due_before_the_record_is_marked(desk):
    """What was due before the launch day is on the list of what came before the record, the rest is not."""
    before = {each.reference for each in desk.occurrences() if each.before_record}
    assert before == {"1.3@2026-01-15", "2.5@2026-01", "2.5@2026-02"}


def test_the_record_may_begin_on_another_day(empty_desk, draft):
    """Launched from the year's first day, nothing lies before the record."""
    launched = empty_desk.launch(draft, date(2026, 1, 1))
    assert launched.before_record == 0
    with empty_desk.office.store.read() as connection:
        assert get_plan(connection, None).launched_on == date(2026, 1, 1)


def test_a_plan_is_launched_once(desk, draft):
    """The second launch is refused and adds no row."""
    before = desk.rows(occurrence)
    with pytest.raises(PlanNotDraftError):
        desk.launch(draft)
    assert desk.rows(occurrence) == before


def test_only_who_coordinates_or_administers_launches(empty_desk, draft):
    """An approver or an observer does not launch; the draft stays a draft without instances."""
    for person in (empty_desk.head, empty_desk.olga, empty_desk.paul):
        with pytest.raises(RoleNotAllowedError):
            launch_plan(empty_desk.office, empty_desk.actor(person), draft)
    with empty_desk.office.store.read() as connection:
        assert get_plan(connection, None).status is PlanStatus.DRAFT
    assert empty_desk.rows(instance) == []


def test_every_occurrence_begins_its_history(desk):
    """Each has one entry, one message, and ladders that stand in the future."""
    assert len(desk.rows(message)) == len(desk.rows(instance)) == len(desk.rows(occurrence))
    assert desk.events("1.1") == ["create"]
    assert desk.ladders("1.1")["evidence"] == "due_14"
    assert desk.ladders("2.2@no1") == {"date_wanted": "monthly"}
