"""A workflow drawn as Mermaid text."""

from engine.definition import WorkflowDefinition
from tests.fixtures.engine import ERRAND
from workflows.diagram import render_mermaid


def test_every_state_event_and_ladder_is_in_the_picture() -> None:
    """Beginnings, ways with who may take them, ends, and the ladders of a state as its note."""
    drawn = render_mermaid(ERRAND).splitlines()
    assert drawn[:3] == ["stateDiagram-v2", "    [*] --> planned", "    [*] --> undated"]
    assert "    planned --> doing: start (timer, worker)" in drawn
    assert "    handed_in --> dropped: approve (boss)" in drawn
    assert [line for line in drawn if line.endswith("--> [*]")] == ["    done --> [*]", "    dropped --> [*]"]
    note = drawn.index("    note right of handed_in")
    assert drawn[note + 1 : note + 3] == ["        decision: waiting, lapse", "    end note"]


def test_an_event_that_stays_is_a_loop() -> None:
    """The target `=` is drawn to the state itself, for each state it may come from."""
    drawn = render_mermaid(ERRAND)
    assert "    planned --> planned: touch (worker)\n" in drawn
    assert "    doing --> doing: touch (worker)\n" in drawn


def test_a_workflow_without_ladders_has_no_notes() -> None:
    """Nothing is written where there is nothing to say."""
    bare = WorkflowDefinition("bare", ("planned",), ERRAND.states, ERRAND.transitions, ())
    assert "note" not in render_mermaid(bare)
