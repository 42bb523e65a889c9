"""What two people do in the same moment: whoever comes second sees what the first has done, or is told."""

from collections.abc import Callable, Iterator
from datetime import date
from threading import Thread

import pytest

from activities import (
    absences,
    decisions,
    enrolment,
    evidence,
    parts,
    pending_steps,
    plan_launch,
    plan_reimport,
    steps,
    tables,
)
from activities.absences import NewAbsence, end_absence, record_absence
from activities.correcting import edit_activity
from activities.enrolment import EnrolmentRefusedError, check_enrolling, give_role
from activities.parties import PartyKind, get_party, set_party_kind
from activities.party_members import add_member
from activities.pending_steps import StepOutcome, carry_out_pending
from activities.plan_activities import resolve_activity
from activities.plan_reimport import apply_reimport
from activities.roles import Role, Scope
from activities.row_editing import PlanIsLiveError
from activities.steps import NewDates, cancel, postpone
from activities.tables import decision, occurrence, pending_step
from engine.audit import verify_history
from engine.errors import OporaError
from engine.machine import EventNotAllowedError
from tests.fixtures.amending import BASIS, TO_MAY

WITHOUT_REPORT = ("1.1 | Подготовить справку об охвате кружками | Школа № 12 | справка | до 20 марта\n", "")
HALF_A_SECOND = 0.5
"""Long enough to do it where nothing stands in the way; whoever is kept waiting goes on afterwards."""


class Other:
    """Somebody else, who acts while the one under test is in the middle of something."""

    def __init__(self) -> None:
        self.told: list[OporaError] = []
        self._threads: list[Thread] = []

    def cut_in(self, patch: pytest.MonkeyPatch, where: object, name: str, act: Callable[[], object]) -> None:
        """Before `where.name` goes on for the first time, let the other one act."""
        real = getattr(where, name)

        def halt(*given: object, **more: object) -> object:
            if not self._threads:
                self._threads.append(Thread(target=self._act, args=(act,)))
                self._threads[0].start()
                self._threads[0].join(HALF_A_SECOND)
            return real(*given, **more)

        patch.setattr(where, name, halt)

    def _act(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OporaError as error:
            self.told.append(error)

    def wait(self) -> None:
        """Until the other one is done."""
        assert self._threads
        for each in self._threads:
            each.join(60)


@pytest.fixture
def other() -> Iterator[Other]:
    """Somebody else."""
    return Other()


def test_an_amendment_never_calls_off_what_is_handed_in_meanwhile(empty_desk, small_live, compare, other, monkeypatch):
    """Either the row goes first and the school is told, or its evidence stays and the amendment is told."""
    desk, proposal = empty_desk, compare(WITHOUT_REPORT)
    other.cut_in(monkeypatch, plan_reimport, "carry_out", lambda: desk.hand_in("1.1", desk.mary))
    try:
        apply_reimport(desk.office, desk.actor(desk.head), proposal, BASIS)
    except OporaError as error:
        other.told.append(error)
    other.wait()
    assert len(other.told) == 1
    assert not {"submit", "cancel"} <= set(desk.events("1.1"))


def test_a_step_that_waits_is_carried_out_once(empty_desk, small_live, amend, other, monkeypatch):
    """Of two approvers who carry it out together one does, and the row is moved and counted once."""
    desk = empty_desk
    amend(TO_MAY, by=desk.mary)
    outcomes = []

    def carry(person):
        outcomes.extend(each.outcome for each in carry_out_pending(desk.office, desk.actor(person), small_live))

    other.cut_in(monkeypatch, pending_steps, "carry_out", lambda: carry(desk.deputy))
    carry(desk.head)
    other.wait()
    assert outcomes == [StepOutcome.DONE]
    assert desk.occurrence("1.1").postponed == 1
    assert [row.settled_by for row in desk.rows(pending_step)] == [desk.head.short_id]


@pytest.mark.parametrize("means", ["withdraw_role", "deactivate"])
def test_of_two_who_put_each_other_out_one_is_left(empty_desk, other, monkeypatch, means):
    """An office in which nobody may change anything belongs to whoever comes to the machine first."""
    desk = empty_desk
    give_role(desk.office, desk.actor(desk.mary), desk.ann, Role.COORDINATOR, Scope())

    def put_out(who, whom):
        more = (Role.COORDINATOR, Scope()) if means == "withdraw_role" else ()
        getattr(enrolment, means)(desk.office, desk.actor(who), whom, *more)

    other.cut_in(monkeypatch, enrolment, "_void_links", lambda: put_out(desk.ann, desk.mary))
    put_out(desk.mary, desk.ann)
    other.wait()
    assert [type(each) for each in other.told] == [EnrolmentRefusedError]
    with desk.office.store.read() as connection:
        check_enrolling(connection, desk.actor(desk.mary))


def test_a_row_runs_by_the_deadline_that_it_has(empty_desk, small_draft, other, monkeypatch):
    """A deadline that is corrected while the plan is launched is either launched or refused, never only written."""
    desk = empty_desk

    def correct():
        with desk.office.store.read() as connection:
            row = resolve_activity(connection, "1.1")
        edit_activity(desk.office, desk.actor(desk.mary), row, deadline="до 20 мая")

    other.cut_in(monkeypatch, plan_launch, "create_occurrences", correct)
    desk.launch(small_draft)
    other.wait()
    assert [type(each) for each in other.told] == [PlanIsLiveError]
    run = desk.occurrence("1.1")
    assert (run.due_on, run.deadline_text) == (date(2026, 3, 20), "до 20 марта")


@pytest.fixture
def group_row(empty_desk, small_live):
    """A row whose executor has become a group with a member, after the launch."""
    with empty_desk.office.store.read() as connection:
        school = get_party(connection, "Школа № 12")
    set_party_kind(empty_desk.office, school.id, PartyKind.GROUP)
    with empty_desk.office.store.read() as connection:
        group = get_party(connection, "Школа № 12")
    add_member(empty_desk.office, group, "Лицей")
    return empty_desk


@pytest.mark.parametrize("first", ["fan_out", "postpone"])
def test_a_part_has_the_days_of_its_row(group_row, other, monkeypatch, first):
    """A part that is made while its row is moved stands on the row's new days, whoever was first."""
    desk = group_row
    target = desk.occurrence("1.1")

    def move():
        postpone(
            desk.office, desk.actor(desk.head), target.id, NewDates(date(2026, 5, 20)), reason="Ремонт", basis=BASIS
        )

    def fan_out():
        with desk.office.store.read() as connection:
            row = resolve_activity(connection, "1.1")
        parts.fan_out(desk.office, desk.actor(desk.mary), row)

    if first == "fan_out":
        other.cut_in(monkeypatch, parts, "create_occurrences", move)
        fan_out()
    else:
        other.cut_in(monkeypatch, steps, "move_date", fan_out)
        move()
    other.wait()
    assert other.told == []
    assert desk.occurrence("1.1~Лицей").due_on == desk.occurrence("1.1").due_on == date(2026, 5, 20)


def test_two_who_fan_out_together_make_each_part_once(group_row, other, monkeypatch):
    """Whoever comes second finds the parts of the first and adds none; each has a history of its own."""
    desk = group_row

    def fan_out():
        with desk.office.store.read() as connection:
            row = resolve_activity(connection, "1.1")
        made.append(parts.fan_out(desk.office, desk.actor(desk.mary), row))

    made = []
    other.cut_in(monkeypatch, parts, "create_occurrences", fan_out)
    fan_out()
    other.wait()
    assert (sorted(made), other.told) == ([0, 1], [])
    assert len([each for each in desk.rows(occurrence) if each.member_id]) == 1
    assert verify_history(desk.office.store).findings == ()


@pytest.mark.parametrize("first", ["cancel", "decide"])
def test_a_part_is_taken_in_or_called_off_with_its_row_and_never_both(group_row, other, monkeypatch, first):
    """Called off, it is not taken in any more; taken in, it stays so while its row is called off."""
    desk = group_row
    with desk.office.store.read() as connection:
        row = resolve_activity(connection, "1.1")
    parts.fan_out(desk.office, desk.actor(desk.mary), row)
    sealed = desk.hand_in("1.1~Лицей", desk.mary)
    target = desk.occurrence("1.1").id

    def call_off():
        cancel(desk.office, desk.actor(desk.head), target, reason="Отпало", basis=BASIS)

    def take_in():
        desk.decide(sealed, desk.olga)

    give_role(desk.office, desk.actor(desk.mary), desk.olga, Role.COORDINATOR, Scope())
    where, one, another = (steps, call_off, take_in) if first == "cancel" else (decisions, take_in, call_off)
    other.cut_in(monkeypatch, where, "fire", another)
    one()
    other.wait()
    assert [type(each) for each in other.told] == ([EventNotAllowedError] if first == "cancel" else [])
    taken_in = first == "decide"
    assert desk.occurrence("1.1").state == "cancelled"
    assert desk.occurrence("1.1~Лицей").state == ("accepted" if taken_in else "cancelled")
    assert len(desk.rows(decision)) == taken_in
    assert not {"accept", "cancel"} <= set(desk.events("1.1~Лицей"))
    assert verify_history(desk.office.store).findings == ()


@pytest.mark.parametrize("first", ["decide", "end", "give"])
def test_nobody_decides_in_the_place_of_who_is_back(empty_desk, small_live, other, monkeypatch, first):
    """Said to be back while the substitute decides: the decision was there first, or it is refused; so at the start."""
    desk = empty_desk
    sealed = desk.hand_in("1.1", desk.mary)
    away = NewAbsence(desk.deputy, desk.olga, date(2026, 3, 2), date(2026, 3, 6))
    if first != "give":
        record_absence(desk.office, desk.actor(desk.mary), away)

    def decide_in_their_place():
        desk.decide(sealed, desk.olga, on_behalf_of=desk.deputy)
        done.append("decided")

    def end():
        end_absence(desk.office, desk.actor(desk.mary), desk.deputy)
        done.append("ended behind the decision" if desk.rows(decision) else "ended")

    def give():
        record_absence(desk.office, desk.actor(desk.mary), away)
        done.append("given")

    done = []
    where, name, one, another = {
        "decide": (decisions, "fire", decide_in_their_place, end),
        "end": (absences, "_from_row", end, decide_in_their_place),
        "give": (absences, "_from_row", give, decide_in_their_place),
    }[first]
    other.cut_in(monkeypatch, where, name, another)
    one()
    other.wait()
    expected = {"decide": ["decided", "ended behind the decision"], "end": ["ended"], "give": ["given"]}[first]
    if first == "give" and not other.told:
        expected = ["given", "decided"]  # it waited until the absence was there
    # Which of two threads notes first that it is through says nothing.
    assert sorted(done) == sorted(expected)
    assert len(desk.rows(decision)) == ("decided" in done)
    assert verify_history(desk.office.store).findings == ()


def test_the_same_file_sent_twice_in_one_moment_is_one_piece(empty_desk, small_live, other, monkeypatch):
    """A press on the button while the first one is still on its way: one piece, and both are told it is there."""
    desk, pieces = empty_desk, []
    other.cut_in(monkeypatch, evidence, "keep_blob", lambda: pieces.append(desk.add("1.1", desk.mary)))
    pieces.append(desk.add("1.1", desk.mary))
    other.wait()
    assert other.told == []
    assert len({each.id for each in pieces}) == len(desk.rows(tables.evidence)) == 1
