"""One machine answers for all instances of a definition where an event leads, and who may fire it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from engine.definition import Transition
from engine.machine import EventNotAllowedError, RoleNotAllowedError, UnknownGuardError, WorkflowMachine
from engine.registry import Facts
from tests.fixtures.engine import ERRAND, GUARDS, NotBadError, NoteWantedError, NotGoodError

MACHINE = WorkflowMachine(ERRAND, GUARDS)


def facts(*roles: str, **values: Any) -> Facts:
    """An actor with these roles and values."""
    return Facts(frozenset(roles), values)


def test_an_event_leads_to_its_target() -> None:
    """Where it leads, from where, and by which transition."""
    move = MACHINE.move("planned", "start", facts("worker"))
    assert (move.source, move.target, move.transition.event) == ("planned", "doing", "start")


def test_an_event_may_stay_where_it_is() -> None:
    """The target `=` is the state it came from."""
    assert MACHINE.move("doing", "touch", facts("worker")).target == "doing"


def test_the_guards_choose_between_transitions_of_one_event() -> None:
    """The first transition whose guards hold is taken."""
    assert MACHINE.move("handed_in", "approve", facts("boss", good=True)).target == "done"
    assert MACHINE.move("handed_in", "approve", facts("boss", good=False)).target == "dropped"


def test_an_event_that_the_state_does_not_know_is_refused_with_those_it_knows() -> None:
    """The error says what is possible instead."""
    with pytest.raises(EventNotAllowedError, match=r"“hand_in”.*“planned”.*start, move, touch"):
        MACHINE.move("planned", "hand_in", facts("worker"))


def test_an_unknown_event_is_refused_alike() -> None:
    """A name that no state knows is no different."""
    with pytest.raises(EventNotAllowedError, match="fly"):
        MACHINE.move("planned", "fly", facts("worker"))


def test_a_state_without_a_way_out_says_so() -> None:
    """Nothing is possible in a closed state."""
    with pytest.raises(EventNotAllowedError, match="Possible now: —"):
        MACHINE.move("done", "start", facts("worker"))


def test_a_missing_role_is_refused_with_those_that_would_do() -> None:
    """The roles of people are named; the timer is none."""
    with pytest.raises(RoleNotAllowedError, match=r"roles: worker\."):
        MACHINE.move("planned", "start", facts("boss"))


def test_an_event_of_the_timer_alone_says_so() -> None:
    """Where nobody may fire an event, the timer is named."""
    lapse = replace(ERRAND, transitions=(*ERRAND.transitions, Transition("lapse", ("doing",), "dropped", ("timer",))))
    with pytest.raises(RoleNotAllowedError, match=r"roles: timer\."):
        WorkflowMachine(lapse, GUARDS).move("doing", "lapse", facts("boss"))


def test_a_guard_that_does_not_hold_gives_its_refusal() -> None:
    """People read the guard's own error."""
    with pytest.raises(NoteWantedError):
        MACHINE.move("doing", "hand_in", facts("worker"))


def test_the_first_guard_that_fails_is_told() -> None:
    """Of two ways that are both barred the first one's reason is told."""
    with pytest.raises(NotGoodError):
        MACHINE.move("handed_in", "approve", facts("boss"))


def test_a_guards_refusal_counts_more_than_a_role_of_another_way() -> None:
    """Who may take the first way but is stopped by its guard is not told to look for another role."""
    ways = (
        Transition("leave", ("doing",), "done", ("worker",), ("is_bad",)),
        Transition("leave", ("doing",), "dropped", ("boss",)),
    )
    machine = WorkflowMachine(replace(ERRAND, transitions=(*ERRAND.transitions, *ways)), GUARDS)
    with pytest.raises(NotBadError):
        machine.move("doing", "leave", facts("worker"))
    assert machine.move("doing", "leave", facts("boss")).target == "dropped"


def test_roles_are_checked_before_guards() -> None:
    """Who lacks the role learns nothing of what the guards look at."""
    with pytest.raises(RoleNotAllowedError):
        MACHINE.move("doing", "hand_in", facts("boss"))


def test_a_guard_that_is_not_registered_is_named() -> None:
    """The error names the workflow and the guard."""
    with pytest.raises(UnknownGuardError, match=r"“errand”.*“has_note”"):
        WorkflowMachine(ERRAND, {})


def test_no_instance_is_ever_registered() -> None:
    """Whatever passes through, the machine keeps no model: nothing leaks from one instance to the next."""
    machine = WorkflowMachine(ERRAND, GUARDS)
    for _ in range(100):
        machine.move("planned", "start", facts("worker"))
    assert machine._machine.models == []


def test_a_refusal_leaves_nothing_behind() -> None:
    """After a refusal the next actor is answered as if it had not been."""
    with pytest.raises(NoteWantedError):
        MACHINE.move("doing", "hand_in", facts("worker"))
    assert MACHINE.move("doing", "hand_in", facts("worker", note="x")).target == "handed_in"


def test_several_threads_share_one_machine() -> None:
    """Eight threads with different states, roles and values each get the answer that is theirs."""
    questions = [
        ("planned", "start", facts("worker"), "doing"),
        ("handed_in", "approve", facts("boss", good=True), "done"),
        ("handed_in", "approve", facts("boss", good=False), "dropped"),
        ("handed_in", "return", facts("timer"), "doing"),
    ] * 500
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda asked: MACHINE.move(*asked[:3]).target, questions))
    assert answers == [expected for *_, expected in questions]
