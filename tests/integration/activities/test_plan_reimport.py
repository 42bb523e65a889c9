"""A changed document amends a stored plan, and never what people have done."""

from datetime import date

import pytest
from sqlalchemy import select, update

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
    propose_reimport,
)
from activities.plans import get_plan, list_findings, list_sections
from activities.rescheduling import Action, LeftReason
from activities.roles import Role, Scope, grant_role
from activities.steps import NewDates, postpone, set_date
from activities.tables import activity, occurrence, plan, plan_amendment, section
from engine.audit import list_entries
from engine.machine import RoleNotAllowedError
from engine.store import StaleRevisionError
from engine.tables import history

BASIS = "приказ № 14 от 02.03.2026"
PLAN = """План работы центра на 2026 год

I. Документы
1.1 | Подготовить справку об охвате кружками | Школа № 12 | справка | до 20 марта
1.2 | Провести семинар для наставников | Дом творчества | программа | апрель
1.3 | Направить отчёт | МОЦ | отчёт | до 15 января
II. Работа в течение года
2.1 | Вести страницу центра | МОЦ | страница | в течение года
2.2 | Организовать открытые занятия | МОЦ, Школа № 12 | программа | не менее 3 раз в течение года
2.3 | Собрать координационный совет | МОЦ | протокол | по отдельному графику
2.4 | Публиковать обзор | Дом творчества | публикация | март, октябрь
"""
TO_MAY = ("до 20 марта", "до 20 мая")


@pytest.fixture
def draft(empty_desk):
    """The plan as a draft; its head coordinates too."""
    grant_role(empty_desk.office, empty_desk.head, Role.COORDINATOR, Scope())
    return empty_desk.bring(PLAN).plan


@pytest.fixture
def live(empty_desk, draft):
    """The plan, live since 2 March 2026."""
    empty_desk.launch(draft)
    return draft


@pytest.fixture
def compare(empty_desk):
    """Compare the plan with a document that differs from it by some texts, as a person, by default the head."""

    def run(*changes, by=None, told=(), period=None):
        text = PLAN
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        with empty_desk.office.store.read() as connection:
            target = get_plan(connection, "moc-2026")
        path = empty_desk.document(text)
        actor = empty_desk.actor(by or empty_desk.head)
        return propose_reimport(empty_desk.office, target, path, period=period, told=told, actor=actor)

    return run


@pytest.fixture
def amend(empty_desk, compare):
    """Compare and apply."""

    def run(*changes, by=None, basis=BASIS, **more):
        proposal = compare(*changes, by=by, **more)
        return apply_reimport(empty_desk.office, empty_desk.actor(by or empty_desk.head), proposal, basis)

    return run


def rows(desk):
    """Number, title and deadline of the rows that are in the plan, in its order."""
    with desk.office.store.read() as connection:
        found = list_activities(connection, get_plan(connection, None).id)
    return [(each.number, each.title, each.deadline_text) for each in found if each.removed_at is None]


def last_entry(desk, target):
    """The newest history entry of an occurrence."""
    with desk.office.store.read() as connection:
        return list_entries(connection, target.instance_id)[-1]


def effects_of(proposal):
    """Action, number and key, reason of all effects."""
    return [
        (each.action, each.occurrence.reference if each.occurrence else each.planned.key, each.reason)
        for group in proposal.effects
        for each in group.effects
    ]


def test_comparing_changes_nothing(empty_desk, live, compare):
    """However much differs, every table stays as it was."""
    tables = (plan, activity, occurrence, history, plan_amendment)
    before = [empty_desk.rows(table) for table in tables]
    proposal = compare(TO_MAY, ("1.3 | Направить отчёт | МОЦ | отчёт | до 15 января\n", ""))
    assert not proposal.diff.is_empty
    assert [empty_desk.rows(table) for table in tables] == before


@pytest.mark.parametrize("change", [(), (TO_MAY,), (("II. Работа", "III. Дела"),), (("2.1 |", "2.9 |"),)])
def test_the_same_document_twice_changes_nothing(empty_desk, live, amend, change):
    """What was applied is there, so that a second time there is nothing to change and nothing is written."""
    amend(*change)
    tables = (plan, activity, occurrence, history, plan_amendment)
    before = [empty_desk.rows(table) for table in tables]
    assert amend(*change) is None
    assert [empty_desk.rows(table) for table in tables] == before


def test_a_draft_takes_every_change(empty_desk, draft, amend):
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


def test_an_activity_stays_itself(empty_desk, draft, amend):
    """Its short id stays whatever changes, so that links and roles on it hold."""
    before = {row.title: row.short_id for row in empty_desk.rows(activity)}
    amend(("1.1 | Подготовить справку", "4 | Подготовить справки"), ("до 20 марта", "июнь"))
    after = {row.title: row.short_id for row in empty_desk.rows(activity)}
    assert after["Подготовить справки об охвате кружками"] == before["Подготовить справку об охвате кружками"]


def test_a_moved_deadline_postpones(empty_desk, live, amend):
    """The occurrence keeps its key and its planned date; history names the file and the basis."""
    amendment = amend(TO_MAY)
    moved = empty_desk.occurrence("1.1")
    assert (moved.key, moved.planned_due_on) == ("2026-03-20", date(2026, 3, 20))
    assert (moved.due_on, moved.ends_on, moved.postponed) == (date(2026, 5, 20), date(2026, 5, 20), 1)
    entry = last_entry(empty_desk, moved)
    assert (entry.entry.event, entry.entry.subject_digest) == ("postpone", amendment.document.digest)
    assert entry.payload["basis"] == BASIS
    assert entry.payload["file_digest"] == amendment.document.digest.hex()
    assert moved.deadline_text == "до 20 мая"


def test_a_second_amendment_moves_what_the_first_one_moved(empty_desk, live, amend):
    """Dates that an amendment set are not a person's."""
    amend(TO_MAY)
    amend(("до 20 марта", "до 10 июня"))
    assert empty_desk.occurrence("1.1").due_on == date(2026, 6, 10)
    amend(("до 20 марта", "до 20 марта 2026"))
    back = empty_desk.occurrence("1.1")
    assert (back.due_on, back.postponed) == (date(2026, 3, 20), 2)


def test_windows_meet_occurrences_by_key(empty_desk, live, amend):
    """March stays untouched, October goes, May and June come."""
    amend(("март, октябрь", "март, май, июнь"))
    states = {each.key: each.state for each in empty_desk.occurrences() if each.number == "2.4"}
    assert states == {"2026-03": "planned", "2026-10": "cancelled", "2026-05": "planned", "2026-06": "planned"}
    assert empty_desk.events("2.4@2026-03") == ["create"]
    assert last_entry(empty_desk, empty_desk.occurrence("2.4@2026-05")).payload["basis"] == BASIS


def test_a_quota_that_got_dates_is_dated(empty_desk, live, amend):
    """The counted occurrences keep their keys and get the days; what is planned is what they got."""
    amend(("не менее 3 раз в течение года", "апрель, июнь, октябрь"))
    found = [each for each in empty_desk.occurrences() if each.number == "2.2"]
    assert [(each.key, each.state, each.planned_starts_on) for each in found] == [
        ("no1", "planned", date(2026, 4, 1)),
        ("no2", "planned", date(2026, 6, 1)),
        ("no3", "planned", date(2026, 10, 1)),
    ]


def test_a_date_that_was_taken_away_is_awaited_anew(empty_desk, live, amend):
    """The dated occurrence is cancelled, an undated one waits."""
    amend(("апрель", "по отдельному графику"))
    found = [(each.key, each.state) for each in empty_desk.occurrences() if each.number == "1.2"]
    assert found == [("2026-04", "cancelled"), ("no1", "awaiting_date")]


def test_a_removed_row_is_cancelled_and_kept(empty_desk, live, amend):
    """Its occurrences are cancelled with the basis; row and history stay, and the document no longer has it."""
    amend(("1.2 | Провести семинар для наставников | Дом творчества | программа | апрель\n", ""))
    gone = empty_desk.occurrence("1.2")
    assert gone.state == "cancelled"
    entry = last_entry(empty_desk, gone)
    assert (entry.payload["reason"], entry.payload["basis"]) == ("исключено из плана", BASIS)
    assert "1.2" not in [number for number, *_ in rows(empty_desk)]
    with empty_desk.office.store.read() as connection:
        stored = [each.number for each in list_activities(connection, live.id)]
    assert stored == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4"]


def test_rewording_reschedules_nothing(empty_desk, draft, amend):
    """Requests that were opened since stay open, though the plan's text counts only the first."""
    amend(("| по отдельному графику", "| по запросу"))
    with empty_desk.office.store.read() as connection:
        target = get_plan(connection, "moc-2026")
    empty_desk.launch(target)
    first = empty_desk.occurrence("2.3@no1").id
    set_date(empty_desk.office, empty_desk.actor(empty_desk.mary), first, NewDates(date(2026, 5, 5)))
    before = [(each.key, each.state) for each in empty_desk.occurrences() if each.number == "2.3"]
    assert len(before) == 2
    amend(("| по отдельному графику", "| по запросу"), ("2.3 | Собрать", "2.3 | Созвать"))
    assert [(each.key, each.state) for each in empty_desk.occurrences() if each.number == "2.3"] == before


def test_an_added_row_starts_today(empty_desk, live, amend):
    """What was due before today stands on the list before the start of record, the rest is planned."""
    amend(("II. Работа", "1.4 | Обновить банк программ | МОЦ | банк | февраль, август\nII. Работа"))
    found = [(each.key, each.state, each.before_record) for each in empty_desk.occurrences() if each.number == "1.4"]
    assert found == [("2026-02", "planned", True), ("2026-08", "planned", False)]


def test_what_people_did_is_left_and_told(empty_desk, live, compare, amend):
    """Evidence, a date that a person set and finished work stay; each is told with its reason."""
    desk = empty_desk
    coordinator = desk.actor(desk.mary)
    desk.decide(desk.hand_in("1.1", desk.mary), desk.head)
    add_note(desk.office, coordinator, desk.occurrence("1.2").id, "начали")
    set_date(desk.office, coordinator, desk.occurrence("2.2@no1").id, NewDates(date(2026, 5, 5)))
    changes = (
        ("до 20 марта", "до 20 мая"),
        ("1.2 | Провести семинар для наставников | Дом творчества | программа | апрель\n", ""),
        ("не менее 3 раз в течение года", "апрель, июнь, октябрь"),
    )
    before = {each.key: each for each in desk.occurrences() if each.number in {"1.1", "1.2"} or each.key == "no1"}
    told = effects_of(compare(*changes))
    assert (Action.LEAVE, "1.1@2026-03-20", LeftReason.FINISHED) in told
    assert (Action.LEAVE, "1.2@2026-04", LeftReason.EVIDENCE) in told
    assert (Action.LEAVE, "2.2@no1", LeftReason.DATE_SET) in told
    amend(*changes)
    for key, was in before.items():
        now = next(each for each in desk.occurrences(ids=[was.id]))
        assert (key, now.state, now.due_on, now.revision) == (key, was.state, was.due_on, was.revision)
    assert len([each for each in desk.occurrences() if each.number == "2.2"]) == 3


def test_a_day_inside_a_window_that_stays_is_kept_quietly(empty_desk, live, compare):
    """A clarified day is nothing to tell of while its window is in the plan."""
    target = empty_desk.occurrence("2.4@2026-03").id
    set_date(empty_desk.office, empty_desk.actor(empty_desk.mary), target, NewDates(date(2026, 3, 12)))
    assert effects_of(compare(("март, октябрь", "март, октябрь, ноябрь"))) == [(Action.ADD, "2026-11", None)]


def test_a_person_s_postponement_is_theirs(empty_desk, live, compare):
    """Unlike one that an amendment made."""
    target = empty_desk.occurrence("1.1").id
    dates = NewDates(date(2026, 4, 1))
    postpone(empty_desk.office, empty_desk.actor(empty_desk.head), target, dates, reason="ремонт", basis="письмо")
    assert effects_of(compare(TO_MAY)) == [(Action.LEAVE, "1.1@2026-03-20", LeftReason.DATE_SET)]


def test_who_does_not_approve_changes_texts_only(empty_desk, live, compare, amend):
    """What needs an approver is told and left; rows that were added start all the same."""
    changes = (
        TO_MAY,
        ("1.2 | Провести семинар для наставников | Дом творчества | программа | апрель\n", ""),
        ("II. Работа", "1.4 | Обновить банк программ | МОЦ | банк | август\nII. Работа"),
    )
    mary = empty_desk.mary
    assert effects_of(compare(*changes, by=mary)) == [
        (Action.LEAVE, "1.2@2026-04", LeftReason.NOT_ALLOWED),
        (Action.LEAVE, "1.1@2026-03-20", LeftReason.NOT_ALLOWED),
        (Action.ADD, "2026-08", None),
    ]
    amend(*changes, by=mary)
    assert empty_desk.occurrence("1.1").due_on == date(2026, 3, 20)
    assert empty_desk.occurrence("1.2").state == "planned"
    assert empty_desk.occurrence("1.4").state == "planned"
    assert rows(empty_desk)[0][2] == "до 20 мая"


def test_an_observer_amends_nothing(empty_desk, live, amend):
    """Only who coordinates or approves does."""
    with pytest.raises(RoleNotAllowedError):
        amend(TO_MAY, by=empty_desk.olga)
    assert rows(empty_desk)[0][2] == "до 20 марта"


def test_without_a_basis_nothing_is_applied(empty_desk, live, amend):
    """The order or letter must be named."""
    with pytest.raises(BasisMissingError):
        amend(TO_MAY, basis="  ")
    assert rows(empty_desk)[0][2] == "до 20 марта"


def test_uncertain_rows_stop_everything_until_told(empty_desk, live, compare, amend):
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
def test_a_pair_that_is_not_there_is_refused(live, compare, pair):
    """The error says how pairs are written."""
    with pytest.raises(UnknownPairError):
        compare(told=[(pair, True)])


def test_a_row_is_said_to_be_one_row_only(empty_desk, live, compare):
    """One row cannot be two others."""
    first = empty_desk.rows(activity)[0].short_id
    with pytest.raises(UnknownPairError):
        compare(told=[(f"{first}=1", True), (f"{first}=2", True)])
    with pytest.raises(UnknownPairError):
        compare(told=[(f"{first}=1", True), (f"{first}=1", False)])


def test_a_plan_for_another_year_is_no_amendment(live, compare):
    """Unless the period is said by hand."""
    with pytest.raises(OtherPeriodError):
        compare(("2026 год", "2027 год"))
    period = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert compare(("2026 год", "2027 год"), period=period).diff.changed == ()


def test_a_closed_plan_is_not_amended(empty_desk, live, compare):
    """It is archived."""
    with empty_desk.office.store.write() as work:
        work.connection.execute(update(plan).values(status="closed"))
    with pytest.raises(PlanIsClosedError):
        compare()


def test_what_changed_since_the_comparison_stops_it(empty_desk, live, compare):
    """Somebody was faster: nothing of the amendment is applied."""
    proposal = compare(TO_MAY)
    add_note(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.occurrence("1.1").id, "начали")
    with pytest.raises(StaleRevisionError):
        apply_reimport(empty_desk.office, empty_desk.actor(empty_desk.head), proposal, BASIS)
    assert rows(empty_desk)[0][2] == "до 20 марта"


def test_a_comparison_with_an_older_draft_is_not_applied(empty_desk, draft, compare, amend):
    """Where nothing runs yet, the texts themselves show that somebody was faster."""
    proposal = compare(TO_MAY)
    amend(("| апрель", "| июнь"))
    with pytest.raises(StaleRevisionError):
        apply_reimport(empty_desk.office, empty_desk.actor(empty_desk.head), proposal, BASIS)
    assert rows(empty_desk)[:2] == [
        ("1.1", "Подготовить справку об охвате кружками", "до 20 марта"),
        ("1.2", "Провести семинар для наставников", "июнь"),
    ]


def test_the_plan_keeps_its_amendments(empty_desk, live, amend):
    """Which file, on what basis, when, by whom, and what stood before."""
    amend(TO_MAY)
    amend(TO_MAY, ("| апрель", "| июнь"), basis="письмо № 3")
    with empty_desk.office.store.read() as connection:
        first, second = list_amendments(connection, live.id)
    assert (first.document.basis, second.document.basis) == (BASIS, "письмо № 3")
    assert (first.applied_at, first.applied_by) == (empty_desk.clock.now(), empty_desk.head.short_id)
    assert first.changes["changed"][0]["fields"] == [
        {"field": "deadline", "before": "до 20 марта", "after": "до 20 мая"}
    ]
    assert first.document.digest != second.document.digest


def test_remarks_are_those_of_the_new_document(empty_desk, draft, amend):
    """A number that stood twice no longer does."""
    amend(("1.2 |", "1.1 |"))
    with empty_desk.office.store.read() as connection:
        assert "duplicate_number" in {each.code for each in list_findings(connection, draft.id)}
    amend(("1.2 |", "1.5 |"))
    with empty_desk.office.store.read() as connection:
        assert "duplicate_number" not in {each.code for each in list_findings(connection, draft.id)}


def test_a_confirmed_reading_holds_until_the_deadline_changes(empty_desk, draft, amend):
    """Rewording the title takes nothing back; another date does."""
    with empty_desk.office.store.write() as work:
        work.connection.execute(update(activity).values(confirmed_at=work.now))
    amend(("Провести семинар", "Провести семинары"), TO_MAY)
    with empty_desk.office.store.read() as connection:
        confirmed = dict(connection.execute(select(activity.c.number, activity.c.confirmed_at)).all())
    assert confirmed["1.1"] is None
    assert confirmed["1.2"] is not None


def test_a_heading_that_is_gone_stays_with_its_cancelled_rows(empty_desk, live, compare, amend):
    """A live plan's report still shows them below it; the next comparison no longer knows it."""
    text = PLAN[PLAN.index("II. Работа") :]
    amend((text, ""))
    assert {each.state for each in empty_desk.occurrences() if each.number.startswith("2.")} == {"cancelled"}
    with empty_desk.office.store.read() as connection:
        assert [each.number for each in list_sections(connection, live.id)] == ["I", "II"]
    assert compare((text, "")).diff.is_empty


def test_a_heading_of_a_draft_is_gone_with_its_rows(empty_desk, draft, amend):
    """Nothing rests on it, so nothing of it stays, nor of a role that was given on one of its rows."""
    with empty_desk.office.store.read() as connection:
        gone = next(each for each in list_activities(connection, draft.id) if each.number == "2.1")
    grant_role(empty_desk.office, empty_desk.deputy, Role.APPROVER, Scope(activity_id=gone.id))
    amend((PLAN[PLAN.index("II. Работа") :], ""))
    assert [row.number for row in empty_desk.rows(section)] == ["I"]
    assert len(empty_desk.rows(activity)) == 3
