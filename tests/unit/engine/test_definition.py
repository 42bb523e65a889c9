"""A definition is data: its content has one digest and comes back as it was."""

import json
from dataclasses import replace

import pytest

from engine.definition import definition_from_plain
from tests.fixtures.engine import ERRAND


def test_a_definition_comes_back_from_its_body() -> None:
    """Reading the stored JSON gives an equal definition."""
    assert definition_from_plain(json.loads(ERRAND.body())) == ERRAND


def test_the_digest_names_the_content() -> None:
    """Equal content has the same digest, any change another."""
    assert replace(ERRAND).digest() == ERRAND.digest()
    changed = replace(ERRAND, transitions=ERRAND.transitions[1:])
    assert changed.digest() != ERRAND.digest()


def test_policies_that_are_not_said_are_not_in_the_body() -> None:
    """A definition that uses no newer key keeps its digest; one that does has another and comes back as it was."""
    assert "resume" not in ERRAND.body()
    assert "missed" not in ERRAND.body()
    work = ERRAND.ladder("work")
    said = replace(work, missed="all", rungs=(*work.rungs[:-1], replace(work.rungs[-1], resume="restart")))
    changed = replace(ERRAND, ladders=(said,))
    assert definition_from_plain(json.loads(changed.body())) == changed
    assert len({ERRAND.digest(), changed.digest(), replace(ERRAND, ladders=(work,)).digest()}) == 3


def test_a_ladder_knows_what_it_counts_from() -> None:
    """The anchors of its rungs, and the entry into a state where a rung restarts."""
    work = ERRAND.ladder("work")
    assert work.counts_from == {"due_on"}
    assert replace(work, rungs=(replace(work.rungs[-1], resume="restart"),)).counts_from == {"due_on", "entered_at"}


def test_open_states_are_those_that_are_not_final() -> None:
    """In the order of the definition."""
    assert ERRAND.open_states == ("planned", "undated", "doing", "handed_in")


def test_each_event_of_a_state_is_named_once() -> None:
    """Two transitions of one event are one event."""
    assert ERRAND.events_from("handed_in") == ("approve", "return")


def test_ladders_are_found_by_state_and_by_name() -> None:
    """The ladders climbed in a state, and one by its name."""
    assert [each.name for each in ERRAND.ladders_in("planned")] == ["beginning", "work"]
    assert ERRAND.ladder("work").index_of("due_7") == 1


def test_unknown_names_are_key_errors() -> None:
    """A ladder or rung that does not exist is a programming error."""
    with pytest.raises(KeyError):
        ERRAND.ladder("nothing")
    with pytest.raises(KeyError):
        ERRAND.ladder("work").index_of("nothing")
