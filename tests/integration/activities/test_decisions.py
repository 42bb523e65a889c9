"""The one choke point: who decides on what, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from activities.absences import NewAbsence, record_absence
from activities.decisions import (
    AlreadyDecidedError,
    DecisionRequest,
    PartWithoutRemarkError,
    Verdict,
    decide,
    find_decision,
    list_deciders,
)
from activities.enrolment import give_role
from activities.grants import TIME_TO_LIVE, GrantVoidError, issue_grant, obtain_grant
from activities.guards import OwnEvidenceError, ReasonMissingError, SupersededError
from activities.manifest import OutcomeReason
from activities.parties import get_party
from activities.roles import Role, Scope
from activities.steps import cancel, reopen
from activities.submissions import SubmissionDetails, report_outcome, submit, withdraw
from activities.tables import decision, grant
from engine.errors import OporaError
from engine.machine import EventNotAllowedError, RoleNotAllowedError
from engine.tables import history


def deciders(desk, sealed):
    """Names of those who may decide."""
    with desk.office.store.read() as connection:
        return [each.name for each in list_deciders(connection, sealed)]


def test_an_approver_accepts(desk):
    """The decision is recorded with who, how and when; the history names the digest that was accepted."""
    sealed = desk.hand_in("1.1", desk.paul)
    decided = desk.decide(sealed, desk.head, remark="спасибо")
    assert (decided.verdict, decided.partial, decided.remark) == (Verdict.ACCEPT, False, "спасибо")
    assert (decided.person, decided.channel, decided.decided_at) == (desk.head, "cli", desk.clock.now())
    assert desk.occurrence("1.1").state == "accepted"
    with desk.office.store.read() as connection:
        wanted = select(history.c.subject_digest, history.c.actor).where(history.c.event == "accept")
        assert connection.execute(wanted).one() == (sealed.manifest_digest, desk.head.short_id)


def test_a_return_says_why(desk):
    """Without a reason nothing is returned; with one the work goes on and a new version can be handed in."""
    sealed = desk.hand_in("1.1", desk.paul)
    with pytest.raises(ReasonMissingError):
        desk.decide(sealed, desk.head, Verdict.RETURN, remark="  ")
    desk.decide(sealed, desk.head, Verdict.RETURN, remark="нет подписи")
    assert desk.occurrence("1.1").state == "returned"
    again = submit(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id, SubmissionDetails())
    assert again.version == 2
    desk.decide(again, desk.head)
    assert desk.occurrence("1.1").state == "accepted"


def test_an_accepted_outcome_is_not_performed(desk):
    """Accepting that nothing was held ends the occurrence as not performed."""
    target = desk.occurrence("1.1").id
    sealed = report_outcome(desk.office, desk.actor(desk.paul), target, OutcomeReason.NOT_HELD, "карантин")
    desk.decide(sealed, desk.head)
    assert desk.occurrence("1.1").state == "not_performed"


def test_accepted_in_part_says_what_is_missing(desk):
    """Part of the work is accepted with a remark only."""
    sealed = desk.hand_in("1.1", desk.paul)
    with pytest.raises(PartWithoutRemarkError):
        desk.decide(sealed, desk.head, partial=True)
    assert desk.decide(sealed, desk.head, partial=True, remark="без приложения").partial


def test_only_an_approver_of_the_row_decides(desk):
    """Neither the coordinator nor a contact nor an observer decides."""
    sealed = desk.hand_in("1.1", desk.paul)
    for person in (desk.mary, desk.ann, desk.olga, desk.paul):
        with pytest.raises(RoleNotAllowedError):
            desk.decide(sealed, person)
    assert desk.rows(decision) == []


def test_nobody_decides_on_their_own(desk):
    """Who submitted it, for whom it was submitted and who speaks for its provider are refused, approver or not."""
    for person in (desk.mary, desk.paul):
        give_role(desk.office, desk.actor(desk.mary), person, Role.APPROVER, Scope())
    entered = desk.hand_in("1.1", desk.mary, on_behalf_of=desk.paul)
    with desk.office.store.read() as connection:
        house = get_party(connection, "Дом творчества")
    give_role(desk.office, desk.actor(desk.mary), desk.ann, Role.APPROVER, Scope())
    provided = desk.hand_in("1.2", desk.mary, provided_by=house.short_id)
    for sealed, person in ((entered, desk.mary), (entered, desk.paul), (provided, desk.ann), (provided, desk.mary)):
        with pytest.raises(OwnEvidenceError):
            desk.decide(sealed, person)
    leave = NewAbsence(desk.paul, desk.head, date(2026, 3, 2), date(2026, 3, 2))
    record_absence(desk.office, desk.actor(desk.mary), leave)
    with pytest.raises(OwnEvidenceError):
        desk.decide(entered, desk.head, on_behalf_of=desk.paul)
    assert deciders(desk, entered) == [desk.head.name, desk.ann.name, desk.deputy.name]
    assert desk.ann.name not in deciders(desk, provided)
    assert desk.rows(decision) == []


def test_an_approver_of_the_section_takes_the_place_of_the_general_one(desk):
    """The narrowest scope with a holder wins."""
    give_role(
        desk.office,
        desk.actor(desk.mary),
        desk.olga,
        Role.APPROVER,
        Scope(section_id=desk.occurrence("1.1").section_id),
    )
    sealed = desk.hand_in("1.1", desk.paul)
    with pytest.raises(RoleNotAllowedError):
        desk.decide(sealed, desk.head)
    assert desk.decide(sealed, desk.olga).person == desk.olga


def test_the_second_decision_shows_the_first(desk):
    """A submission is decided on once; who comes later is told by whom, and nothing changes."""
    sealed = desk.hand_in("1.1", desk.paul)
    first = desk.decide(sealed, desk.head)
    with pytest.raises(AlreadyDecidedError) as refused:
        desk.decide(sealed, desk.deputy, Verdict.RETURN, remark="нет")
    assert refused.value.decision == first
    assert len(desk.rows(decision)) == 1
    assert desk.occurrence("1.1").state == "accepted"


def test_a_decision_is_about_what_was_seen(desk):
    """Another digest, a version taken back, a version overtaken: each is refused as superseded."""
    first = desk.hand_in("1.1", desk.paul)
    with pytest.raises(SupersededError):
        decide(desk.office, desk.actor(desk.head), DecisionRequest(first.id, bytes(32), Verdict.ACCEPT))
    withdraw(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id)
    with pytest.raises(EventNotAllowedError):
        desk.decide(first, desk.head)
    second = desk.hand_in("1.1", desk.paul)
    with pytest.raises(SupersededError):
        desk.decide(first, desk.head)
    desk.decide(second, desk.head)


def test_what_was_cancelled_undecided_is_not_accepted_later(desk):
    """A submission that its occurrence's cancelling left open gives way to the one handed in after reopening."""
    first = desk.hand_in("1.1", desk.paul)
    target = desk.occurrence("1.1").id
    cancel(desk.office, desk.actor(desk.head), target, reason="ошибка", basis="письмо")
    reopen(desk.office, desk.actor(desk.mary), target, reason="нужно")
    second = desk.hand_in("1.1", desk.paul)
    with pytest.raises(SupersededError):
        desk.decide(first, desk.head)
    assert desk.waiting("1.1") == second


def test_a_grant_is_spent_by_its_decision_and_voids_the_others(desk):
    """The link that was used is spent, those of other approvers count no more."""
    sealed = desk.hand_in("1.1", desk.paul)
    with desk.office.store.write() as work:
        mine = issue_grant(work, desk.head.id, sealed.id)
        issue_grant(work, desk.deputy.id, sealed.id)
    desk.decide(sealed, desk.head, grant_id=mine.id)
    assert [(row.spent_at is not None, row.voided_at is not None) for row in desk.rows(grant)] == [
        (True, False),
        (False, True),
    ]


def test_a_grant_is_for_one_person_and_one_submission(desk):
    """A link used by another person, or for another submission, decides nothing."""
    sealed, other = desk.hand_in("1.1", desk.paul), desk.hand_in("1.2", desk.ann)
    with desk.office.store.write() as work:
        mine = issue_grant(work, desk.head.id, sealed.id)
    for target, person in ((sealed, desk.deputy), (other, desk.head)):
        with pytest.raises(GrantVoidError):
            desk.decide(target, person, grant_id=mine.id)
    assert desk.rows(decision) == []


def test_of_two_at_the_same_moment_one_decides(desk):
    """Two approvers at once: one decision stands, the other person is refused, history has one more entry."""
    sealed = desk.hand_in("1.1", desk.paul)
    gate = Barrier(2)

    def attempt(person, verdict):
        gate.wait()
        try:
            return desk.decide(sealed, person, verdict, remark="по делу")
        except OporaError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        tries = [
            pool.submit(attempt, desk.head, Verdict.ACCEPT),
            pool.submit(attempt, desk.deputy, Verdict.RETURN),
        ]
        results = [each.result(timeout=60) for each in tries]
    with desk.office.store.read() as connection:
        standing = find_decision(connection, sealed.id)
    assert standing in results
    assert sum(isinstance(each, OporaError) for each in results) == 1
    assert len(desk.events("1.1")) == 4


def test_what_was_called_off_waits_for_nobody(desk):
    """Neither cancelled nor opened again, nor once a newer version is decided on."""
    target = desk.occurrence("1.1").id
    sealed = desk.hand_in("1.1", desk.paul)
    cancel(desk.office, desk.actor(desk.head), target, reason="Отпало", basis="приказ № 5")
    assert desk.waiting("1.1") is None
    with pytest.raises(EventNotAllowedError):
        desk.decide(sealed, desk.head)
    reopen(desk.office, desk.actor(desk.head), target, reason="Ошибка")
    assert desk.waiting("1.1") is None
    newer = submit(desk.office, desk.actor(desk.paul), target, SubmissionDetails())
    assert desk.waiting("1.1") == newer
    desk.decide(newer, desk.head)
    assert desk.waiting("1.1") is None


def test_no_letter_carries_a_link_that_is_about_to_end(desk):
    """The same link is sent again for three weeks; in its last days a new one takes its place, and both count."""
    sealed = desk.hand_in("1.1", desk.paul)

    def obtain():
        with desk.office.store.write() as work:
            return obtain_grant(work, desk.head.id, sealed.id)

    first = obtain()
    desk.clock.advance(timedelta(days=22))
    assert obtain() == first
    desk.clock.advance(timedelta(days=2))
    second = obtain()
    assert second != first
    assert second.expires_at - desk.clock.now() == TIME_TO_LIVE
    desk.decide(sealed, desk.head, grant_id=first.id)
    with pytest.raises(AlreadyDecidedError):
        desk.decide(sealed, desk.head, grant_id=second.id)
