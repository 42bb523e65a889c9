"""What nobody can bring to its end: too few may accept it, or the only ones who may have handed it in themselves."""

from dataclasses import dataclass

from sqlalchemy import Connection

from activities.decisions import list_acceptances, list_deciders
from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences
from activities.roles import Role, list_holders
from activities.running_workflow import get_running_workflow
from activities.submissions import find_open_submission
from activities.workflow_choice import count_needed_approvers
from engine.definition import TIMER_ROLE, WorkflowDefinition

ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Undecidable:
    """An open occurrence for whose acceptance people are missing.

    Args:
        missing: how many more have to be given a role that may accept it.
        is_handed_in: it waits for them now.
    """

    occurrence: Occurrence
    missing: int
    is_handed_in: bool


def list_undecidable(connection: Connection) -> list[Undecidable]:
    """Open occurrences that cannot be accepted as roles are given now, in the order of their plans.

    Raises:
        DefinitionLostError: the workflow of one of them cannot be read.
    """
    found = []
    for each in list_occurrences(connection, OccurrenceFilter()):
        workflow = get_running_workflow(connection, each.instance_id)
        if each.state not in workflow.open_states:
            continue
        sealed = find_open_submission(connection, each.id)
        if sealed is None:
            able = _count_holders(connection, workflow, each)
        else:
            able = len(list_deciders(connection, sealed)) + len(list_acceptances(connection, sealed.id))
        missing = count_needed_approvers(workflow) - able
        if missing > 0:
            found.append(Undecidable(each, missing, is_handed_in=sealed is not None))
    return found


def _count_holders(connection: Connection, workflow: WorkflowDefinition, target: Occurrence) -> int:
    """How many people hold a role that may accept it."""
    roles = {role for each in workflow.transitions if each.event == ACCEPT for role in each.by} - {TIMER_ROLE}
    people = {person.id for role in roles for person in list_holders(connection, Role(role), target.activity_id)}
    return len(people)
