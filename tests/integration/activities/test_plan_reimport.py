"""A changed document amends a stored plan: what is compared, refused and kept."""

from datetime import date

import pytest
from sqlalchemy import select, update

from activities.enrolment import give_role
from activities.evidence import add_note
from activities.guards import BasisMissingError
from activities.period import Period
from activities.plan_activities import list_activities
from activities.plan_amendments import list_amendments
from activities.plan_reimport import (
    OtherPeriodError,
    PlanIsClosedError,
    UncertainRowsError,
    UnknownPairError,
    apply_reimport,
)
from activities.plans import get_plan, list_findings, list_sections
from activities.roles import Role, Scope
from activities.tables import activity, occurrence, plan, plan_amendment, section
from engine.machine import RoleNotAllowedError
from engine.store import StaleRevisionError
from engine.tables import history
from tests.fixtures.amending import BASIS, PLAN, TO_MAY, rows


def test_comparing_changes_nothing(empty_desk, small_live, compare):
    """However much differs, every table stays as it was."""
    tables = (plan, activity, occurrence, history, plan_amendment)
    before = [empty_desk.rows(table) for table in tables]
    proposal = compare(TO_MAY, ("1.3 | Направить отчёт | МОЦ | отчёт | до 15 января\n", ""))
    assert not proposal.diff.is_empty
    assert [empty_desk.rows(table) for table in tables] == before


@pytest.mark.parametrize("change", [(), (TO_MAY,), (("II. Работа", "III. Дела"),), (("2.1 |", "2.9 |"),)])
def test_the_same_document_twice_changes_nothing(empty_desk, small_live, amend, change):
    """What was applied is there, so that a second time there is nothing to change and nothing is written."""
    amend(*change)
    tables = (plan, activity, occurrence, history, plan_amendment)
    before = [empty_desk.rows(table) for table in tables]
    assert amend(*change) is None
    assert [empty_desk.rows(table) for table in tables] == before


def test_a_draft_takes_every_change(empty_desk, small_draft, amend):
    """Rows come, go, move and are reworded; nothing starts."""
    amend(
        ("План работы центра", "План центра"),
        ("1.3 | Направить отчёт | МОЦ | отчёт | до 15 января\n", "1.3 | Открыть летний лагерь | МОЦ | приказ | июнь\n"),
        ("2.1 | Вести страницу центра | МОЦ", "2.7 | Вести страницу центра и канал | РМЦ"),
        ("II. Работа в течение года", "II. Дела"),
        TO_MAY,
    )
    assert [number for number, *_ in rows(empty_desk)] == ["1.1", "1.2", "1.3", "2.7", "2.2", "2.3", "2.4"]
    assert rows(empty_desk)[0][2] == "до 20 мая"
    assert rows(empty_desk)[2] == ("1.3", "Открыть летний лагерь", "июнь")
    assert len(empty_desk.rows(activity)) == 7
    with empty_desk.office.store.read() as connection:
        stored = get_plan(connection, "moc-2026")
        page = next(each for each in list_activities(connection, stored.id) if each.number == "2.7")
        assert [each.title for each in list_sections(connection, stored.id)] == ["Документы", "Дела"]
    assert stored.title == "План центра на 2026 год"
    assert [named.name for named in page.parties] == ["РМЦ"]
    assert empty_desk.rows(occurrence) == []


def test_an_activity_stays_itself(empty_desk, small_draft, amend):
    """Its short id stays whatever changes, so that links and roles on it hold."""
    before = {row.title: row.short_id for row in empty_desk.rows(activity)}
    amend(("1.1 | Подготовить справку", "4 | Подготовить справки"), ("до 20 марта", "июнь"))
    after = {row.title: row.short_id for row in empty_desk.rows(activity)}
    assert after["Подготовить справки об охвате кружками"] == before["Подготовить справку об охвате кружками"]


def test_an_observer_amends_nothing(empty_desk, small_live, amend):
    """Only who coordinates or approves does."""
    with pytest.raises(RoleNotAllowedError):
        amend(TO_MAY, by=empty_desk.olga)
    assert rows(empty_desk)[0][2] == "до 20 марта"


def test_without_a_basis_nothing_is_applied(empty_desk, small_live, amend):
    """The order or letter must be named."""
    with pytest.raises(BasisMissingError):
        amend(TO_MAY, basis="  ")
    assert rows(empty_desk)[0][2] == "до 20 марта"


def test_uncertain_rows_stop_everything_until_told(empty_desk, small_live, compare, amend):
    """Nothing is applied until a person has said of each pair whether it is one row."""
    change = ("2.3 | Собрать координационный совет", "2.3 | Собрать координационный совет за 2 полугодие")
    (pair,) = compare(change).diff.uncertain
    with pytest.raises(UncertainRowsError) as refused:
        amend(change, TO_MAY)
    example = refused.value.details["example"]
    assert example.endswith(f"={pair.new + 1}")
    assert rows(empty_desk)[0][2] == "до 20 марта"
    amend(change, TO_MAY, told=[(example, True)])
    assert empty_desk.occurrence("2.3").title == "Собрать координационный совет за 2 полугодие"


@pytest.mark.parametrize("pair", ["a-000000=1", "1", "a-000000=x"])
def test_a_pair_that_is_not_there_is_refused(small_live, compare, pair):
    """The error says how pairs are written."""
    with pytest.raises(UnknownPairError):
        compare(told=[(pair, True)])


def test_a_row_is_said_to_be_one_row_only(empty_desk, small_live, compare):
    """One row cannot be two others."""
    first = empty_desk.rows(activity)[0].short_id
    with pytest.raises(UnknownPairError):
        compare(told=[(f"{first}=1", True), (f"{first}=2", True)])
    with pytest.raises(UnknownPairError):
        compare(told=[(f"{first}=1", True), (f"{first}=1", False)])


def test_a_plan_for_another_year_is_no_amendment(small_live, compare):
    """Unless the period is said by hand."""
    with pytest.raises(OtherPeriodError):
        compare(("2026 год", "2027 год"))
    period = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert compare(("2026 год", "2027 год"), period=period).diff.changed == ()


def test_a_closed_plan_is_not_amended(empty_desk, small_live, compare):
    """It is archived."""
    with empty_desk.office.store.write() as work:
        work.connection.execute(update(plan).values(status="closed"))
    with pytest.raises(PlanIsClosedError):
        compare()


def test_what_changed_since_the_comparison_stops_it(empty_desk, small_live, compare):
    """Somebody was faster: nothing of the amendment is applied."""
    proposal = compare(TO_MAY)
    add_note(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.occurrence("1.1").id, "начали")
    with pytest.raises(StaleRevisionError):
        apply_reimport(empty_desk.office, empty_desk.actor(empty_desk.head), proposal, BASIS)
    assert rows(empty_desk)[0][2] == "до 20 марта"


def test_a_comparison_with_an_older_draft_is_not_applied(empty_desk, small_draft, compare, amend):
    """Where nothing runs yet, the texts themselves show that somebody was faster."""
    proposal = compare(TO_MAY)
    amend(("| апрель", "| июнь"))
    with pytest.raises(StaleRevisionError):
        apply_reimport(empty_desk.office, empty_desk.actor(empty_desk.head), proposal, BASIS)
    assert rows(empty_desk)[:2] == [
        ("1.1", "Подготовить справку об охвате кружками", "до 20 марта"),
        ("1.2", "Провести семинар для наставников", "июнь"),
    ]


def test_the_plan_keeps_its_amendments(empty_desk, small_live, amend):
    """Which file, on what basis, when, by whom, and what stood before."""
    amend(TO_MAY)
    amend(TO_MAY, ("| апрель", "| июнь"), basis="письмо № 3")
    with empty_desk.office.store.read() as connection:
        first, second = list_amendments(connection, small_live.id)
    assert (first.document.basis, second.document.basis) == (BASIS, "письмо № 3")
    assert (first.applied_at, first.applied_by) == (empty_desk.clock.now(), empty_desk.head.short_id)
    assert first.changes["changed"][0]["fields"] == [
        {"field": "deadline", "before": "до 20 марта", "after": "до 20 мая"}
    ]
    assert first.document.digest != second.document.digest


def test_remarks_are_those_of_the_new_document(empty_desk, small_draft, amend):
    """A number that stood twice no longer does."""
    amend(("1.2 |", "1.1 |"))
    with empty_desk.office.store.read() as connection:
        assert "duplicate_number" in {each.code for each in list_findings(connection, small_draft.id)}
    amend(("1.2 |", "1.5 |"))
    with empty_desk.office.store.read() as connection:
        assert "duplicate_number" not in {each.code for each in list_findings(connection, small_draft.id)}


def test_a_confirmed_reading_holds_until_the_deadline_changes(empty_desk, small_draft, amend):
    """Rewording the title takes nothing back; another date does."""
    with empty_desk.office.store.write() as work:
        work.connection.execute(update(activity).values(confirmed_at=work.now))
    amend(("Провести семинар", "Провести семинары"), TO_MAY)
    with empty_desk.office.store.read() as connection:
        confirmed = dict(connection.execute(select(activity.c.number, activity.c.confirmed_at)).all())
    assert confirmed["1.1"] is None
    assert confirmed["1.2"] is not None


def test_a_heading_that_is_gone_stays_with_its_cancelled_rows(empty_desk, small_live, compare, amend):
    """A live plan's report still shows them below it; the next comparison no longer knows it."""
    text = PLAN[PLAN.index("II. Работа") :]
    amend((text, ""))
    assert {each.state for each in empty_desk.occurrences() if each.number.startswith("2.")} == {"cancelled"}
    with empty_desk.office.store.read() as connection:
        assert [each.number for each in list_sections(connection, small_live.id)] == ["I", "II"]
    assert compare((text, "")).diff.is_empty


def test_a_heading_of_a_draft_is_gone_with_its_rows(empty_desk, small_draft, amend):
    """Nothing rests on it, so nothing of it stays, nor of a role that was given on one of its rows."""
    with empty_desk.office.store.read() as connection:
        gone = next(each for each in list_activities(connection, small_draft.id) if each.number == "2.1")
    actor, own = empty_desk.actor(empty_desk.mary), Scope(activity_id=gone.id)
    give_role(empty_desk.office, actor, empty_desk.deputy, Role.APPROVER, own)
    amend((PLAN[PLAN.index("II. Работа") :], ""))
    assert [row.number for row in empty_desk.rows(section)] == ["I"]
    assert len(empty_desk.rows(activity)) == 3
