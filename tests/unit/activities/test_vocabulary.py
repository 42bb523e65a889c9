"""A workflow may name exactly what pages, letters and calendars have words for."""

import pytest

from activities.occurrences import OPEN_STATES
from activities.vocabulary import VOCABULARY
from notifications import handlers
from notifications.labels import EVENTS, STATES
from workflows.catalogue import get_workflow, list_workflows


def test_every_word_that_may_be_used_has_its_label() -> None:
    """States and events are those that people are shown; history's own steps are no workflow's."""
    assert set(VOCABULARY.states or ()) == set(STATES)
    assert set(VOCABULARY.events or ()) == set(EVENTS) - {"create", "migrate"}


def test_every_reminder_that_may_be_named_is_understood() -> None:
    """Letters know the ladders, and of waiting decisions for how long they have waited."""
    ladders = VOCABULARY.ladders or {}
    assert set(ladders) <= {*handlers._TELLERS, *handlers._NOTERS}
    assert ladders["decision"] == set(handlers._WORKING_DAYS)


@pytest.mark.parametrize("name", list_workflows())
def test_the_domain_knows_which_states_are_open(name: str) -> None:
    """Each shipped workflow closes in the states in which the domain takes an occurrence for finished."""
    workflow = get_workflow(name, VOCABULARY)
    assert set(workflow.open_states) <= OPEN_STATES
    assert {state.name for state in workflow.states} - set(workflow.open_states) == set(STATES) - OPEN_STATES
