"""Finding occurrences, and whose move it is."""

from datetime import date

import pytest

from activities.next_step import find_next_step, list_events, refuse_unless_possible
from activities.parties import get_party
from activities.plan_overview import gather_overview
from activities.plans import NoPlanError, PlanNotNamedError, UnknownPlanError, get_plan
from activities.references import AmbiguousReferenceError, MalformedReferenceError, UnknownReferenceError
from activities.roles import Role
from activities.sections import UnknownSectionError, resolve_section
from activities.steps import cancel
from engine.machine import EventNotAllowedError


def next_step(desk, reference):
    """Event, names and day of what is awaited."""
    with desk.office.store.read() as connection:
        step = find_next_step(connection, desk.occurrence(reference))
    return (step.event, [each.name for each in step.people], step.due_on) if step else None


def overview(desk, today=date(2026, 3, 2)):
    """The plan at a glance."""
    with desk.office.store.read() as connection:
        return gather_overview(connection, get_plan(connection, None), today)


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("1.1", "1.1@2026-03-20"),
        ("1.1.", "1.1@2026-03-20"),
        ("moc-2026:1.1", "1.1@2026-03-20"),
        ("II/2.5@2026-09", "2.5@2026-09"),
        ("2.1@2026-q2", "2.1@2026-Q2"),
        ("2.2@no2", "2.2@no2"),
    ],
)
def test_an_occurrence_is_named_as_people_name_it(desk, typed, reference):
    """By number and what makes it unique; what is found is whole, its parties included."""
    found = desk.occurrence(typed)
    assert found.reference == reference
    assert found.parties
    assert desk.occurrence(found.short_id.upper()) == found


@pytest.mark.parametrize("typed", ["9.9", "1.1@2026-05", "II/1.1", "III/1.1", "moc-2027:1.1", "o-000000"])
def test_what_names_nothing_is_unknown(desk, typed):
    """Each part of a reference counts."""
    with pytest.raises(UnknownReferenceError):
        desk.occurrence(typed)


def test_what_names_several_lists_them(desk):
    """The candidates come with the short ids that name each alone."""
    with pytest.raises(AmbiguousReferenceError) as refused:
        desk.occurrence("2.1")
    for each in desk.occurrences():
        assert (each.short_id in refused.value.details["candidates"]) == (each.number == "2.1")


def test_what_is_no_reference_is_said_so(desk):
    """A text that cannot be one is told how to write one."""
    with pytest.raises(MalformedReferenceError):
        desk.occurrence("1 / 2 / 3 @")


def test_filters_narrow_the_list(desk):
    """By section, party, person, state and day, each alone and together."""
    with desk.office.store.read() as connection:
        house = get_party(connection, "Дом творчества")
        section = resolve_section(connection, get_plan(connection, None), "раздел I")
    assert {each.number for each in desk.occurrences(section_id=section.id)} == {"1.1", "1.2", "1.3"}
    assert {each.number for each in desk.occurrences(party_id=house.id)} == {"1.2", "2.5"}
    assert {each.number for each in desk.occurrences(person_id=desk.paul.id)} == {"1.1", "2.2", "2.6"}
    assert {each.number for each in desk.occurrences(states={"awaiting_date"})} == {"2.2", "2.3", "2.4"}
    assert [each.reference for each in desk.occurrences(party_id=house.id, due_before=date(2026, 2, 28))] == [
        "2.5@2026-01",
        "2.5@2026-02",
    ]


def test_sections_are_named_by_number_or_title(desk):
    """A Roman number, with or without the word, or how the title begins."""
    with desk.office.store.read() as connection:
        plan = get_plan(connection, None)
        named = {resolve_section(connection, plan, text).number for text in ("II", "раздел ii.", "Работа в теч")}
        assert named == {"II"}
        for unknown in ("V", "", "раздел"):
            with pytest.raises(UnknownSectionError):
                resolve_section(connection, plan, unknown)


def test_nested_sections_are_named_by_their_path(empty_desk):
    """Where numbering begins anew, III/1 is another section than II/1."""
    rows = (
        *("I. Дела", "1. Первые", "1 | Отчёт | МОЦ | отчёт | до 1 июня"),
        *("II. Ещё", "1. Вторые", "1 | Сводка | МОЦ | сводка | до 2 июня"),
    )
    text = "\n".join(("План на 2026 год", "", *rows, ""))
    plan = empty_desk.bring(text).plan
    empty_desk.launch(plan)
    assert empty_desk.occurrence("II/1/1").title == "Сводка"
    assert empty_desk.occurrence("I/1").title == "Отчёт"
    with empty_desk.office.store.read() as connection:
        assert resolve_section(connection, plan, "II/1").title == "Вторые"
        with pytest.raises(AmbiguousReferenceError):
            resolve_section(connection, plan, "1")


def test_a_plan_may_go_unnamed_where_there_is_one(empty_desk):
    """None and several ask for a name; one needs none; a wrong name is unknown."""
    with empty_desk.office.store.read() as connection, pytest.raises(NoPlanError):
        get_plan(connection, None)
    first = empty_desk.bring().plan
    with empty_desk.office.store.read() as connection:
        assert get_plan(connection, None) == get_plan(connection, first.short_id) == get_plan(connection, "moc-2026")
        with pytest.raises(UnknownPlanError):
            get_plan(connection, "moc-1999")
    empty_desk.bring("План центра на 2027 год\n\n1 | Отчёт | МОЦ | отчёт | до 1 июня\n")
    with empty_desk.office.store.read() as connection, pytest.raises(PlanNotNamedError):
        get_plan(connection, None)


def test_somebody_has_the_move(desk):
    """The responsible until evidence is in, the coordinator for a date, the approvers for a decision, then nobody."""
    assert next_step(desk, "1.1") == ("submit", [desk.paul.name], date(2026, 3, 20))
    assert next_step(desk, "2.4") == ("set_date", [desk.mary.name], None)
    sealed = desk.hand_in("1.1", desk.paul)
    assert next_step(desk, "1.1") == ("accept", [desk.head.name, desk.deputy.name], None)
    desk.decide(sealed, desk.head)
    assert next_step(desk, "1.1") is None


def test_who_handed_it_in_does_not_have_the_move(desk):
    """The one approver whose evidence it is cannot decide, so that nobody may be left."""
    sealed = desk.hand_in("1.1", desk.mary, on_behalf_of=desk.head)
    assert next_step(desk, "1.1")[1] == [desk.deputy.name]
    assert sealed.provided_by == desk.head.short_id


def test_the_state_tells_what_is_possible(desk):
    """The events are those of the workflow; another one is refused with their names."""
    with desk.office.store.read() as connection:
        assert list_events(connection, desk.occurrence("2.4")) == (
            "set_date",
            "invite",
            "add_evidence",
            "report_outcome",
            "cancel",
        )
    refuse_unless_possible(desk.office, desk.occurrence("1.1"), "submit")
    with pytest.raises(EventNotAllowedError) as refused:
        refuse_unless_possible(desk.office, desk.occurrence("2.4"), "submit")
    assert refused.value.details["allowed"] == "set_date, invite, add_evidence, report_outcome, cancel"


def test_the_overview_counts(desk):
    """Rows, kinds, states, sections, and what is overdue on a day."""
    seen = overview(desk)
    assert seen.activities == 9
    assert dict(seen.states) == {"planned": 20, "awaiting_date": 5}
    assert [(each.section.number, each.activities, each.occurrences) for each in seen.sections] == [
        ("I", 3, 3),
        ("II", 6, 22),
    ]
    # What was due before the record stands on its own list and is not overdue.
    assert seen.overdue == 0
    assert overview(desk, date(2026, 3, 23)).overdue == 1
    cancel(desk.office, desk.actor(desk.head), desk.occurrence("1.1").id, reason="нет", basis="нет")
    assert overview(desk).sections[0].finished == 1
    assert overview(desk, date(2026, 3, 23)).overdue == 0


def test_the_overview_lists_what_needs_a_person(desk):
    """Readings to look at, parties without a contact, roles that nobody holds, what came before the record."""
    seen = overview(desk)
    assert [each.number for each in seen.readings] == ["2.2", "2.4", "2.6"]
    assert {each.party.name: each.lacks_contact for each in seen.parties} == {
        "Дом творчества": False,
        "МОЦ": True,
        "РМЦ": False,
        "Управление образования": False,
        "Школа № 12": False,
    }
    assert seen.missing_roles == []
    assert [each.reference for each in seen.before_record] == ["1.3@2026-01-15", "2.5@2026-01", "2.5@2026-02"]


def test_the_overview_misses_an_approver(empty_desk, draft):
    """A role that only inactive people hold is missing."""
    from activities.enrolment import deactivate

    for person in (empty_desk.head, empty_desk.deputy):
        deactivate(empty_desk.office, empty_desk.actor(empty_desk.mary), person)
    assert overview(empty_desk).missing_roles == [Role.APPROVER]
