"""Who is away, who may act in their place, and from when to when."""

from datetime import date
from itertools import product

import pytest

from activities.absences import (
    AbsenceDaysError,
    NewAbsence,
    NotAwayError,
    OverlappingAbsenceError,
    OwnSubstituteError,
    StandsInError,
    SubstituteAwayError,
    SubstituteInactiveError,
    end_absence,
    list_absences,
    list_stand_ins,
    list_substitutions,
    record_absence,
)
from activities.deciders import list_asked
from activities.decisions import SubstitutionOverError, Verdict
from activities.enrolment import EnrolmentRefusedError, deactivate, give_role, withdraw_role
from activities.grants import GrantVoidError, issue_grant
from activities.guards import AlreadyAcceptedError, OwnEvidenceError
from activities.manifest import OutcomeReason
from activities.next_step import find_next_step, list_acting
from activities.plan_activities import resolve_activity
from activities.roles import Role, Scope
from activities.submissions import report_outcome
from activities.tables import decision
from activities.workflow_choice import choose_workflow
from engine.audit import verify_history
from engine.machine import RoleNotAllowedError
from engine.tables import history

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 6)


@pytest.fixture
def solo(desk):
    """The office with one approver, the head."""
    withdraw_role(desk.office, desk.actor(desk.mary), desk.deputy, Role.APPROVER, Scope())
    return desk


def leave(desk, absent, substitute, first=FIRST, last=LAST):
    """The coordinator records an absence."""
    return record_absence(desk.office, desk.actor(desk.mary), NewAbsence(absent, substitute, first, last))


def acting(desk, reference):
    """Who may take the next step of an occurrence, and for whom."""
    target = desk.occurrence(reference)
    with desk.office.store.read() as connection:
        step = find_next_step(connection, target)
        found = list_acting(desk.office, connection, target, step)
    return [(each.person, each.on_behalf_of, each.is_deputy) for each in found]


def asked(desk, sealed):
    """Who is asked to decide, and for whom."""
    with desk.office.store.read() as connection:
        found = list_asked(desk.office, connection, sealed)
    return [(each.person, each.on_behalf_of, each.is_deputy) for each in found]


def test_the_substitute_decides_in_the_place_of_who_is_away(solo, at):
    """The decision and the history name both; the day after, nothing of it is left but what was decided."""
    leave(solo, solo.head, solo.olga)
    sealed = solo.hand_in("1.1", solo.paul)
    assert asked(solo, sealed) == [(solo.olga, solo.head, False)]
    with solo.office.store.write() as work:
        given = issue_grant(work, solo.olga.id, sealed.id, solo.head.id)
    made = solo.decide(sealed, solo.olga, on_behalf_of=solo.head, grant_id=given.id)
    assert (made.person, made.on_behalf_of, made.settles) == (solo.olga, solo.head, True)
    last = max(solo.rows(history), key=lambda entry: entry.id)
    assert (last.event, last.actor, last.on_behalf_of) == ("accept", solo.olga.short_id, solo.head.short_id)
    assert verify_history(solo.office.store).findings == ()
    at(2026, 3, 7)
    other = solo.hand_in("2.1@2026-Q1", solo.mary)
    assert asked(solo, other) == [(solo.head, None, False)]


def test_a_link_ends_with_the_absence(solo, at):
    """On the last day it decides, on the day after it does not, and nothing is recorded."""
    leave(solo, solo.head, solo.olga)
    sealed = solo.hand_in("1.1", solo.paul)
    with solo.office.store.write() as work:
        given = issue_grant(work, solo.olga.id, sealed.id, solo.head.id)
    at(2026, 3, 7, 0)
    with pytest.raises(SubstitutionOverError):
        solo.decide(sealed, solo.olga, on_behalf_of=solo.head, grant_id=given.id)
    assert solo.rows(decision) == []
    at(2026, 3, 6, 23)
    assert solo.decide(sealed, solo.olga, on_behalf_of=solo.head, grant_id=given.id).settles


def test_a_substitutes_link_speaks_for_the_absent_only(solo):
    """The same grant without the name, or with another, is none."""
    leave(solo, solo.head, solo.olga)
    leave(solo, solo.ann, solo.olga)
    sealed = solo.hand_in("1.1", solo.paul)
    with solo.office.store.write() as work:
        given = issue_grant(work, solo.olga.id, sealed.id, solo.head.id)
    for other in (None, solo.ann):
        with pytest.raises(GrantVoidError):
            solo.decide(sealed, solo.olga, on_behalf_of=other, grant_id=given.id)


def test_nobody_speaks_for_who_is_there(desk):
    """An approver cannot spend another one's voice by saying that it is for them, whatever roles both hold."""
    sealed = desk.hand_in("1.1", desk.paul)
    with pytest.raises(SubstitutionOverError):
        desk.decide(sealed, desk.head, on_behalf_of=desk.deputy)
    assert desk.rows(decision) == []
    leave(desk, desk.deputy, desk.head)
    assert desk.decide(sealed, desk.head, on_behalf_of=desk.deputy).settles


def may(desk, sealed, person, absent):
    """Whether somebody may decide, and what stands against it."""
    try:
        desk.decide(sealed, person, Verdict.RETURN, on_behalf_of=absent, remark="проверка")
    except (RoleNotAllowedError, OwnEvidenceError, SubstitutionOverError) as error:
        return type(error)
    return True


def test_who_may_decide(solo, at):
    """Person × for whom × whose evidence × day: only the head, and for the head the substitute while it lasts."""
    leave(solo, solo.head, solo.olga)
    people = {"head": solo.head, "olga": solo.olga, "paul": solo.paul, "mary": solo.mary}
    give_role(solo.office, solo.actor(solo.mary), solo.head, Role.RESPONSIBLE, Scope())
    for day, (who, person), absent, owner in product(
        (2, 6, 7), people.items(), (None, "head"), ("paul", "head", "olga")
    ):
        if who == absent:
            continue
        at(2026, 3, day)
        by = solo.paul if owner == "paul" else solo.mary
        provider = {} if owner == "paul" else {"provided_by": people[owner].short_id}
        sealed = solo.hand_in("1.1", by, **provider)
        lasts = day <= 6
        involved = {who, absent}
        may_at_all = (who == "head" and absent is None) or (who == "olga" and absent == "head" and lasts)
        is_own = bool(involved & {owner, "paul" if owner == "paul" else "mary"})
        verdict = may(solo, sealed, person, people[absent] if absent else None)
        assert (verdict is True) == (may_at_all and not is_own), (day, who, absent, owner, verdict)
        if verdict is not True:
            again = may(solo, sealed, solo.head, None)
            if again is not True:  # the head's own: only an approver who has nothing to do with it may
                give_role(solo.office, solo.actor(solo.mary), solo.deputy, Role.APPROVER, Scope())
                assert may(solo, sealed, solo.deputy, None) is True
                withdraw_role(solo.office, solo.actor(solo.mary), solo.deputy, Role.APPROVER, Scope())


def test_where_the_substitute_may_not_the_absent_is_asked(solo):
    """Evidence of the substitute waits for whoever is away, who may decide all the same."""
    leave(solo, solo.head, solo.paul)
    sealed = solo.hand_in("1.1", solo.paul)
    assert asked(solo, sealed) == [(solo.head, None, False)]
    with pytest.raises(OwnEvidenceError):
        solo.decide(sealed, solo.paul, on_behalf_of=solo.head)
    assert solo.decide(sealed, solo.head).settles


def test_one_person_never_counts_twice(empty_desk, draft):
    """Where two have to accept, one approver in the other's place is one voice, and spends both."""
    desk = empty_desk
    with desk.office.store.read() as connection:
        row = resolve_activity(connection, "1.1")
    choose_workflow(desk.office, desk.actor(desk.mary), row, "activity-two-approvers")
    desk.launch(draft)
    leave(desk, desk.head, desk.deputy)
    sealed = desk.hand_in("1.1", desk.paul)
    assert asked(desk, sealed) == [(desk.deputy, None, False)]
    assert not desk.decide(sealed, desk.deputy).settles
    with pytest.raises(AlreadyAcceptedError):
        desk.decide(sealed, desk.deputy, on_behalf_of=desk.head)
    assert asked(desk, sealed) == [(desk.head, None, False)]
    assert desk.decide(sealed, desk.head).settles


def test_who_stands_in_for_the_responsible_sends_in_their_place(desk, at):
    """Evidence is the absent one's; without standing in, or after it, it is refused."""
    target = desk.occurrence("1.1").id
    with pytest.raises(RoleNotAllowedError):
        report_outcome(desk.office, desk.actor(desk.olga, desk.paul), target, OutcomeReason.NOT_HELD, "карантин")
    leave(desk, desk.paul, desk.olga)
    sealed = report_outcome(desk.office, desk.actor(desk.olga, desk.paul), target, OutcomeReason.NOT_HELD, "карантин")
    assert (sealed.submitted_by, sealed.provided_by) == (desk.olga.short_id, desk.paul.short_id)
    desk.decide(sealed, desk.head, Verdict.RETURN, remark="подробнее")
    at(2026, 3, 7)
    with pytest.raises(RoleNotAllowedError):
        report_outcome(desk.office, desk.actor(desk.olga, desk.paul), target, OutcomeReason.NOT_HELD, "карантин")


@pytest.mark.parametrize(
    ("names", "days", "refusal"),
    [
        (("head", "head"), (FIRST, LAST), OwnSubstituteError),
        (("head", "deputy"), (LAST, FIRST), AbsenceDaysError),
        (("head", "deputy"), (date(2026, 2, 2), date(2026, 3, 1)), AbsenceDaysError),
        (("paul", "mary"), (LAST, date(2026, 3, 20)), OverlappingAbsenceError),
        (("head", "paul"), (date(2026, 2, 25), FIRST), SubstituteAwayError),
        (("olga", "head"), (date(2026, 3, 4), date(2026, 3, 4)), StandsInError),
    ],
)
def test_what_makes_no_sense_is_refused(desk, names, days, refusal):
    """Overlaps, a substitute who is away, somebody away who stands in: told, and nothing is stored."""
    leave(desk, desk.paul, desk.olga)
    absent, substitute = (getattr(desk, name) for name in names)
    with pytest.raises(refusal):
        leave(desk, absent, substitute, *days)
    with desk.office.store.read() as connection:
        assert list_stand_ins(connection, date(2026, 3, 4)) == {desk.paul.id: desk.olga}


def test_back_before_the_last_day(solo):
    """From that moment the substitute may nothing; what waits is asked of the one who is back."""
    leave(solo, solo.head, solo.olga)
    sealed = solo.hand_in("1.1", solo.paul)
    [ended] = end_absence(solo.office, solo.actor(solo.head), solo.head)
    assert ended.ended_at is not None
    assert asked(solo, sealed) == [(solo.head, None, False)]
    with pytest.raises(SubstitutionOverError):
        solo.decide(sealed, solo.olga, on_behalf_of=solo.head)
    with pytest.raises(NotAwayError):
        end_absence(solo.office, solo.actor(solo.head), solo.head)
    leave(solo, solo.head, solo.paul)
    with solo.office.store.read() as connection:
        assert [each.substitute for each in list_absences(connection, solo.head.id, FIRST)] == [solo.paul]
        assert [each.person for each in list_substitutions(connection, solo.paul.id, FIRST)] == [solo.head]


def test_only_who_may_says_that_somebody_is_away(desk):
    """Oneself, a coordinator or an administrator; somebody who has left stands in for nobody."""
    with pytest.raises(EnrolmentRefusedError):
        record_absence(desk.office, desk.actor(desk.paul), NewAbsence(desk.head, desk.paul, FIRST, LAST))
    record_absence(desk.office, desk.actor(desk.head), NewAbsence(desk.head, desk.olga, FIRST, LAST))
    with pytest.raises(EnrolmentRefusedError):
        end_absence(desk.office, desk.actor(desk.paul), desk.head)
    gone = deactivate(desk.office, desk.actor(desk.mary), desk.olga)
    with pytest.raises(SubstituteInactiveError):
        leave(desk, desk.ann, gone)
    sealed = desk.hand_in("1.1", desk.paul)
    assert (desk.head, None, False) in asked(desk, sealed)


def test_a_deputy_decides_only_when_it_is_late(solo, at):
    """From the tenth working day on, and never before; as little as anybody on their own evidence."""
    give_role(solo.office, solo.actor(solo.mary), solo.olga, Role.DEPUTY, Scope())
    sealed = solo.hand_in("1.1", solo.paul)
    at(2026, 3, 17, 7)
    assert asked(solo, sealed) == [(solo.head, None, False)]
    with pytest.raises(RoleNotAllowedError):
        solo.decide(sealed, solo.olga)
    at(2026, 3, 17, 8)
    assert asked(solo, sealed) == [(solo.head, None, False), (solo.olga, None, True)]
    solo.decide(sealed, solo.olga, Verdict.RETURN, remark="нет подписи")
    again = solo.hand_in("1.1", solo.paul)
    assert asked(solo, again) == [(solo.head, None, False)]
    with pytest.raises(RoleNotAllowedError):
        solo.decide(again, solo.olga)


def test_whose_move_it_is_names_substitutes_and_deputies(solo, at):
    """Evidence and decisions alike; a deputy from the tenth working day on; whoever acts in their own name, so."""
    give_role(solo.office, solo.actor(solo.mary), solo.ann, Role.DEPUTY, Scope())
    leave(solo, solo.paul, solo.olga)
    assert acting(solo, "1.1") == [(solo.olga, solo.paul, False)]
    leave(solo, solo.head, solo.deputy)
    solo.hand_in("1.1", solo.paul)
    assert acting(solo, "1.1") == [(solo.deputy, solo.head, False)]
    at(2026, 3, 20)
    assert acting(solo, "1.1") == [(solo.head, None, False), (solo.ann, None, True)]
