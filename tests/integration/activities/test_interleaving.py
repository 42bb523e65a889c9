"""What two people do in the same moment: whoever comes second sees what the first has done, or is told."""

from collections.abc import Callable, Iterator
from datetime import date
from threading import Thread

import pytest

from activities import parts, pending_steps, plan_launch, plan_reimport, steps
from activities.correcting import edit_activity
from activities.parties import PartyKind, get_party, set_party_kind
from activities.party_members import add_member
from activities.pending_steps import StepOutcome, carry_out_pending
from activities.plan_activities import resolve_activity
from activities.plan_reimport import apply_reimport
from activities.row_editing import PlanIsLiveError
from activities.steps import NewDates, postpone
from activities.tables import pending_step
from engine.errors import OporaError
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
