"""Where two have to accept: both must, each of them once, and nobody in the place of two."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from activities import decisions
from activities.acting import Actor
from activities.decisions import (
    AlreadyDecidedError,
    DecisionRequest,
    Verdict,
    decide,
    find_decision,
    list_acceptances,
    list_deciders,
)
from activities.enrolment import NewPerson, enrol, give_role
from activities.erasure import OnlyApproverError, erase_person
from activities.grants import GrantVoidError, issue_grant
from activities.guards import AlreadyAcceptedError, OwnEvidenceError
from activities.next_step import find_next_step
from activities.occurrences import resolve_occurrence
from activities.plan_activities import resolve_activity
from activities.plan_report import MarkOutcome
from activities.plan_reporting import gather_report
from activities.plans import get_plan
from activities.roles import Role, Scope
from activities.steps import reopen
from activities.submissions import OutcomeReason, SubmissionDetails, report_outcome, submit, withdraw
from activities.tables import decision, grant
from activities.vocabulary import VOCABULARY
from activities.workflow_choice import choose_workflow
from engine.audit import verify_history
from engine.errors import OporaError
from engine.migration import Migration, Mover, migrate
from tests.fixtures.databases import on_sqlite
from workflows.catalogue import get_workflow

PAIR = "activity-two-approvers"


@pytest.fixture
def pair(empty_desk, draft):
    """The office, where row 1.1 has to be accepted by two; its plan is live."""
    with empty_desk.office.store.read() as connection:
        row = resolve_activity(connection, "1.1")
    choose_workflow(empty_desk.office, empty_desk.actor(empty_desk.mary), row, PAIR)
    empty_desk.launch(draft)
    return empty_desk


def deciders(desk, sealed):
    """Names of those whose decision is awaited."""
    with desk.office.store.read() as connection:
        return {each.name for each in list_deciders(connection, sealed)}


def acceptances(desk, sealed):
    """Who has accepted, and whether that settled it."""
    with desk.office.store.read() as connection:
        return [(each.person, each.settles) for each in list_acceptances(connection, sealed.id)]


def test_the_first_acceptance_counts_and_settles_nothing(pair):
    """The state stays, history has the entry, the other approver is awaited, the ladder goes on."""
    sealed = pair.hand_in("1.1", pair.paul)
    ladders = pair.ladders("1.1")
    first = pair.decide(sealed, pair.head)
    assert (first.settles, first.verdict) == (False, Verdict.ACCEPT)
    target = pair.occurrence("1.1")
    assert target.state == "evidence_submitted"
    assert pair.events("1.1") == ["create", "add_evidence", "submit", "accept"]
    assert pair.ladders("1.1") == ladders
    assert deciders(pair, sealed) == {pair.deputy.name}
    with pair.office.store.read() as connection:
        assert find_decision(connection, sealed.id) is None
        step = find_next_step(connection, target)
    assert [each.id for each in step.people] == [pair.deputy.id]


def test_the_second_one_settles_it(pair):
    """Two different people: it is accepted, by the one who came last."""
    sealed = pair.hand_in("1.1", pair.paul)
    pair.decide(sealed, pair.head)
    second = pair.decide(sealed, pair.deputy)
    assert second.settles
    assert pair.occurrence("1.1").state == "accepted"
    assert acceptances(pair, sealed) == [(pair.head, False), (pair.deputy, True)]
    with pair.office.store.read() as connection:
        assert find_decision(connection, sealed.id) == second
    assert verify_history(pair.office.store).findings == ()


def test_one_return_gives_it_back(pair):
    """By the other one, or by the one who had accepted; an acceptance of the old version does not count for the new."""
    sealed = pair.hand_in("1.1", pair.paul)
    pair.decide(sealed, pair.head)
    pair.decide(sealed, pair.deputy, Verdict.RETURN, remark="нет подписи")
    assert pair.occurrence("1.1").state == "returned"
    again = pair.hand_in("1.1", pair.paul)
    assert deciders(pair, again) == {pair.head.name, pair.deputy.name}
    assert not pair.decide(again, pair.deputy).settles
    pair.decide(again, pair.deputy, Verdict.RETURN, remark="ошибка в дате")
    assert pair.occurrence("1.1").state == "returned"


def test_the_same_person_counts_once(pair):
    """Who has accepted is refused the second time, and nothing is recorded."""
    sealed = pair.hand_in("1.1", pair.paul)
    pair.decide(sealed, pair.head)
    with pytest.raises(AlreadyAcceptedError):
        pair.decide(sealed, pair.head)
    assert acceptances(pair, sealed) == [(pair.head, False)]
    assert pair.events("1.1").count("accept") == 1


@on_sqlite
def test_who_stands_in_for_another_spends_both_voices(pair, monkeypatch):
    """A for B is the word of A and of B: neither may speak again, nor somebody for them."""
    monkeypatch.setattr(decisions, "stands_in", lambda *_: True)
    head, deputy, olga = pair.head, pair.deputy, pair.olga
    chief = pair.actor(pair.mary)
    third = enrol(pair.office, chief, NewPerson("third@moc.example", "Третьяк Иван"), Role.APPROVER, Scope())
    for first, second in (
        ((head, deputy), (deputy, None)),
        ((head, deputy), (head, None)),
        ((head, None), (deputy, head)),
        ((head, None), (head, deputy)),
        ((head, deputy), (third, head)),
        ((head, deputy), (third, deputy)),
        ((head, olga), (deputy, olga)),
    ):
        sealed = pair.hand_in("1.1", pair.paul)
        pair.decide(sealed, first[0], on_behalf_of=first[1])
        assert not deciders(pair, sealed) & {each.name for each in first if each}
        with pytest.raises(AlreadyAcceptedError):
            pair.decide(sealed, second[0], on_behalf_of=second[1])
        assert pair.occurrence("1.1").state == "evidence_submitted"
        pair.decide(sealed, third, Verdict.RETURN, remark="ещё раз")


@on_sqlite
def test_one_who_handed_it_in_is_no_second(pair, monkeypatch):
    """An approver whose own it is, or in whose place somebody decides, never counts."""
    monkeypatch.setattr(decisions, "stands_in", lambda *_: True)
    give_role(pair.office, pair.actor(pair.mary), pair.paul, Role.APPROVER, Scope())
    sealed = pair.hand_in("1.1", pair.paul)
    pair.decide(sealed, pair.head)
    for who, other in ((pair.paul, None), (pair.deputy, pair.paul)):
        with pytest.raises(OwnEvidenceError):
            pair.decide(sealed, who, on_behalf_of=other)
    assert deciders(pair, sealed) == {pair.deputy.name}


def test_the_other_ones_link_still_counts(pair):
    """The first acceptance spends its own link and voids what else its person has; the other's decides."""
    sealed = pair.hand_in("1.1", pair.paul)
    with pair.office.store.write() as work:
        mine, spare = (issue_grant(work, pair.head.id, sealed.id) for _ in range(2))
        others = issue_grant(work, pair.deputy.id, sealed.id)
    pair.decide(sealed, pair.head, grant_id=mine.id)
    for dead in (mine, spare):
        with pytest.raises(GrantVoidError):
            pair.decide(sealed, pair.head, grant_id=dead.id)
    assert pair.decide(sealed, pair.deputy, grant_id=others.id).settles
    assert [row.spent_at is not None for row in pair.rows(grant)] == [True, False, True]


@on_sqlite
def test_what_one_of_two_found_missing_is_missing(pair):
    """In the report it is done in part, with what either of them remarked."""
    sealed = pair.hand_in("1.1", pair.paul)
    pair.decide(sealed, pair.head, partial=True, remark="нет приложения 2")
    pair.decide(sealed, pair.deputy, remark="спасибо")
    with pair.office.store.read() as connection:
        plan = get_plan(connection, None)
        told = gather_report(connection, plan, plan.period, date(2026, 12, 31), pair.office.calendar)
    [mark] = told.sections[0].rows[0].marks
    assert (mark.outcome, mark.reason) == (MarkOutcome.PARTLY_DONE, "нет приложения 2; спасибо")


@on_sqlite
def test_an_outcome_needs_two_as_well(pair):
    """That it was not held is accepted by both, or not at all."""
    target = pair.occurrence("1.1").id
    sealed = report_outcome(pair.office, pair.actor(pair.paul), target, OutcomeReason.NOT_HELD, "карантин")
    pair.decide(sealed, pair.head)
    assert pair.occurrence("1.1").state == "evidence_submitted"
    pair.decide(sealed, pair.deputy)
    assert pair.occurrence("1.1").state == "not_performed"


@on_sqlite
def test_after_going_over_to_one_approver_another_one_settles_it(pair):
    """Half decided, then gone over to `activity`: who has accepted is not asked again, one other is enough."""
    sealed = pair.hand_in("1.1", pair.paul)
    pair.decide(sealed, pair.head)
    one = Migration(get_workflow("activity", VOCABULARY))
    with pair.office.store.write() as work:
        ids = [pair.occurrence("1.1").instance_id]
        migrate(work, pair.office.execution.registry, ids, one, Mover("p-admin", "cli"))
    with pytest.raises(AlreadyAcceptedError):
        pair.decide(sealed, pair.head)
    assert deciders(pair, sealed) == {pair.deputy.name}
    assert pair.decide(sealed, pair.deputy).settles
    assert verify_history(pair.office.store).findings == ()


@on_sqlite
def test_one_of_two_approvers_cannot_be_erased(pair):
    """As long as work is open that only both together can bring to an end."""
    admin = enrol(
        pair.office, pair.actor(pair.mary), NewPerson("it@moc.example", "Админ Пётр"), Role.ADMINISTRATOR, Scope()
    )
    with pytest.raises(OnlyApproverError, match=r"Титов Олег Ильич is the only approver of: moc-2026:1\.1\."):
        erase_person(pair.office, pair.actor(admin), pair.deputy, "уволен", [])


@on_sqlite
def test_it_can_be_taken_back_half_way(pair):
    """Who handed it in may withdraw after the first acceptance; the next version begins from nothing."""
    sealed = pair.hand_in("1.1", pair.paul)
    pair.decide(sealed, pair.head)
    withdraw(pair.office, pair.actor(pair.paul), pair.occurrence("1.1").id)
    again = pair.hand_in("1.1", pair.paul)
    with pytest.raises(OporaError):
        pair.decide(sealed, pair.deputy)
    assert not pair.decide(again, pair.deputy).settles


@pytest.mark.parametrize("crowd", [50, 2])
def test_of_fifty_at_the_same_moment_two_count(pair, crowd):
    """Fifty decisions at once, by fifty people or by the same two: exactly two count, the others are told by whom."""
    chief = pair.actor(pair.mary)
    people = [
        enrol(pair.office, chief, NewPerson(f"a{n}@moc.example", f"Утверждающий {n}"), Role.APPROVER, Scope())
        for n in range(crowd)
    ]
    sealed = pair.hand_in("1.1", pair.paul)
    request = DecisionRequest(sealed.id, sealed.manifest_digest, Verdict.ACCEPT)
    gate = Barrier(50)

    def attempt(number):
        gate.wait()
        try:
            return decide(pair.office, Actor(people[number % crowd], "web"), request)
        except OporaError as error:
            return error

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(attempt, range(50)))
    told = Counter(type(each).__name__ for each in results)
    assert told["Decision"] == 2
    assert set(told) <= {"Decision", "AlreadyDecidedError", "AlreadyAcceptedError"}
    assert told["AlreadyDecidedError"] >= (48 if crowd == 50 else 1)
    rows = pair.rows(decision)
    assert Counter(row.settles for row in rows) == {True: 1, False: 1}
    assert len({row.person_id for row in rows}) == 2
    assert pair.events("1.1").count("accept") == 2
    assert {each.decision.person for each in results if isinstance(each, AlreadyDecidedError)} == {
        next(each.person for each in results if getattr(each, "settles", False))
    }
    assert pair.occurrence("1.1").state == "accepted"


@on_sqlite
def test_rows_that_nobody_approves_are_taken_in_by_a_coordinator(empty_desk, draft):
    """A simple row: a note suffices, the coordinator is asked; an approver only where it is the coordinator's own."""
    with empty_desk.office.store.read() as connection:
        row = resolve_activity(connection, "1.2")
    choose_workflow(empty_desk.office, empty_desk.actor(empty_desk.mary), row, "simple")
    empty_desk.launch(draft)
    desk = empty_desk
    with desk.office.store.read() as connection:
        target = resolve_occurrence(connection, "1.2")
    sealed = submit(desk.office, desk.actor(desk.ann), target.id, SubmissionDetails(note="Участвовали трое."))
    assert deciders(desk, sealed) == {desk.mary.name}
    assert desk.decide(sealed, desk.mary).settles
    assert desk.occurrence("1.2").state == "accepted"
    again = desk.occurrence("1.2")
    reopen(desk.office, desk.actor(desk.mary), again.id, reason="не та дата")
    own = submit(desk.office, desk.actor(desk.mary), again.id, SubmissionDetails(note="Были двое."))
    assert deciders(desk, own) == {desk.head.name, desk.deputy.name}
    with pytest.raises(OwnEvidenceError):
        desk.decide(own, desk.mary)
