"""The workflows that ship with the program can be used as they are."""

import pytest

from activities.guards import GUARDS
from activities.vocabulary import VOCABULARY
from engine.machine import WorkflowMachine
from workflows.catalogue import UnknownWorkflowError, get_workflow, list_workflows


def test_the_shipped_ones_are_listed() -> None:
    """By the names of their files."""
    assert "activity" in list_workflows()


@pytest.mark.parametrize("name", list_workflows())
def test_a_shipped_one_is_clean_and_named_as_its_file(name: str) -> None:
    """The guards and roles that it names exist, and a machine can be made of it."""
    definition = get_workflow(name, VOCABULARY)
    assert definition.name == name
    assert WorkflowMachine(definition, GUARDS).definition is definition


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    """The error lists what there is."""
    with pytest.raises(UnknownWorkflowError, match=r"“activty”\. Known: .*activity"):
        get_workflow("activty", VOCABULARY)
