"""From a file to a stored draft."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from activities.enrolment import give_role
from activities.importing import PlanFileError, PlanPeriodUnknownError
from activities.parties import list_parties
from activities.period import Period
from activities.plan_activities import list_activities
from activities.plan_import import (
    FileAmendedPlanError,
    PlanImportedAlreadyError,
    SamePlanChangedError,
    SlugTakenError,
    import_plan,
)
from activities.plan_reimport import apply_reimport, propose_reimport
from activities.plans import PlanStatus, get_plan, list_findings, list_sections
from activities.roles import Role, Scope
from activities.tables import activity, finding, occurrence, party, plan, section
from engine.machine import RoleNotAllowedError
from engine.tables import instance, message


def test_a_draft_holds_what_the_document_says(empty_desk, draft):
    """Title, period, sections, rows in order with their cells, and which column holds what."""
    with empty_desk.office.store.read() as connection:
        stored = get_plan(connection, None)
        sections = list_sections(connection, stored.id)
        activities = list_activities(connection, stored.id)
    assert (stored.title, stored.period) == (
        "План работы опорного центра на 2026 год",
        Period(date(2026, 1, 1), date(2026, 12, 31)),
    )
    assert (stored.slug, stored.status) == ("moc-2026", PlanStatus.DRAFT)
    assert [role for role, _ in stored.columns] == ["number", "title", "responsible", "result", "deadline"]
    assert [(each.number, each.title) for each in sections] == [("I", "Документы"), ("II", "Работа в течение года")]
    assert [each.number for each in activities] == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"]
    assert activities[1].responsible == ("РМЦ", "Дом творчества")
    assert [(each.name, each.standing.value) for each in activities[1].parties] == [
        ("РМЦ", "organiser"),
        ("Дом творчества", "executor"),
    ]
    assert activities[0].section_title == "Документы"
    assert (activities[0].deadline_text, activities[0].kind.value) == ("до 20 марта", "deliverable")


def test_a_draft_starts_nothing(empty_desk, draft):
    """Import makes neither occurrences nor instances nor messages."""
    for table in (occurrence, instance, message):
        assert empty_desk.rows(table) == []


def test_a_slip_in_a_name_is_mapped_and_told(empty_desk, draft):
    """«Управление образование» is one party with «Управления образования», and a finding says so."""
    with empty_desk.office.store.read() as connection:
        parties = {each.name: each for each in list_parties(connection)}
        findings = [(each.code, each.place) for each in list_findings(connection, draft.id)]
        fourth = next(each for each in list_activities(connection, draft.id) if each.number == "2.4")
    assert parties["Управление образования"].spellings == ("Управление образование", "Управление образования")
    assert parties["Управление образования"].rows == 2
    assert ("spelling_mapped", "2.4") in findings
    assert fourth.responsible == ("Управление образование",)


def test_the_same_file_twice_changes_nothing(empty_desk, draft):
    """A file known byte for byte is refused with the plan's name, and every table stays as it was."""
    tables = (plan, section, activity, party, finding)
    before = [empty_desk.rows(table) for table in tables]
    with pytest.raises(PlanImportedAlreadyError) as refused:
        empty_desk.bring()
    assert refused.value.details["slug"] == "moc-2026"
    assert [empty_desk.rows(table) for table in tables] == before


def test_a_file_that_amended_a_plan_is_no_new_plan(empty_desk, draft):
    """Its work would run twice: refused with the plan that it amended, and every table stays as it was."""
    give_role(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.head, Role.COORDINATOR, Scope())
    head, path = empty_desk.actor(empty_desk.head), empty_desk.write("amended.txt")
    path.write_text(path.read_text("utf-8").replace("до 20 марта", "до 20 мая"), "utf-8")
    proposal = propose_reimport(empty_desk.office, draft, path, actor=head)
    apply_reimport(empty_desk.office, head, proposal, "приказ № 3")
    tables = (plan, section, activity, party, finding)
    before = [empty_desk.rows(table) for table in tables]
    with pytest.raises(FileAmendedPlanError) as refused:
        import_plan(empty_desk.office, empty_desk.actor(empty_desk.mary), path)
    assert refused.value.details == {"slug": "moc-2026", "on": date(2026, 3, 2)}
    assert [empty_desk.rows(table) for table in tables] == before


def test_a_plan_with_mostly_the_same_rows_is_the_same_plan_changed(empty_desk, draft):
    """Its work would run twice: refused with the plan that it is, unless it is given a name of its own."""
    path = empty_desk.write("again.txt")
    path.write_text(path.read_text("utf-8").replace("до 20 марта", "до 20 мая"), "utf-8")
    by_mary = empty_desk.actor(empty_desk.mary)
    with pytest.raises(SamePlanChangedError) as refused:
        import_plan(empty_desk.office, by_mary, path)
    assert refused.value.details == {"file": "again.txt", "same": 9, "rows": 9, "slug": "moc-2026"}
    assert len(empty_desk.rows(plan)) == 1
    assert import_plan(empty_desk.office, by_mary, path, slug="other").plan.slug == "other"


def test_the_same_rows_in_another_year_are_another_plan(empty_desk, draft):
    """Work that comes again each year is planned anew."""
    path = empty_desk.write("next.txt")
    path.write_text(path.read_text("utf-8").replace("2026", "2027"), "utf-8")
    assert import_plan(empty_desk.office, empty_desk.actor(empty_desk.mary), path).plan.slug == "moc-2027"


def test_two_plans_of_one_year_get_two_names(empty_desk, draft):
    """The second plan of a year is numbered; a name given twice is refused before anything is stored."""
    other = empty_desk.bring("План опорного центра на 2026 год\n\n1 | Отчёт | МОЦ | отчёт | до 1 июня\n")
    assert other.plan.slug == "moc-2026-2"
    with pytest.raises(SlugTakenError):
        empty_desk.bring("План центра на 2026 год\n\n1 | Отчёт | МОЦ | отчёт | до 2 июня\n", slug="moc-2026")
    assert len(empty_desk.rows(plan)) == 2


def test_a_plan_without_a_year_needs_a_period(empty_desk):
    """Without a period in the title the import is refused; given one, it is the plan's."""
    text = "План работы опорного центра\n\n1 | Отчёт | МОЦ | отчёт | до 1 июня 2026 г.\n"
    with pytest.raises(PlanPeriodUnknownError):
        empty_desk.bring(text)
    assert empty_desk.rows(plan) == []
    school_year = Period(date(2025, 9, 1), date(2026, 8, 31))
    assert empty_desk.bring(text, period=school_year).plan.slug == "moc-2025-2026"


def test_what_is_no_plan_leaves_nothing(empty_desk, tmp_path: Path):
    """A file that cannot be read as a plan stores no row."""
    path = tmp_path / "letter.txt"
    path.write_text("Уважаемые коллеги, план пришлём позже.\n", encoding="utf-8")
    with pytest.raises(PlanFileError):
        import_plan(empty_desk.office, empty_desk.actor(empty_desk.mary), path)
    assert empty_desk.rows(plan) == []


def test_only_who_coordinates_or_administers_imports(empty_desk):
    """Neither an approver nor an observer brings a plan in."""
    path = empty_desk.write("plan.txt")
    for person in (empty_desk.head, empty_desk.olga, empty_desk.paul):
        with pytest.raises(RoleNotAllowedError):
            import_plan(empty_desk.office, empty_desk.actor(person), path)
    assert empty_desk.rows(plan) == []


def test_the_reading_of_a_deadline_is_kept(empty_desk, draft):
    """The stored schedule is the one that was read, with its explanation."""
    with empty_desk.office.store.read() as connection:
        body = connection.execute(select(activity.c.schedule).where(activity.c.number == "2.6")).scalar_one()
    schedule = json.loads(body)
    assert schedule["occurrences"] == [{"start": "2026-04-17", "due": "2026-04-17"}]
    assert schedule["confidence"] == "check"
    assert schedule["explanation"]["ru"]
