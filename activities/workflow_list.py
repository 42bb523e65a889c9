"""Which workflows there are: shipped, of the office's own, and old versions that something still goes through."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from activities.vocabulary import VOCABULARY
from engine.definition import WorkflowDefinition
from engine.pinned import read_definition
from engine.tables import definition, instance
from workflows.catalogue import get_workflow, list_workflows


@dataclass(frozen=True, slots=True)
class Listed:
    """A version of a workflow.

    Args:
        is_shipped: it is what the program brings under this name.
        is_current: new occurrences begin with it.
        running: how many open instances go through it.
    """

    workflow: WorkflowDefinition
    is_shipped: bool
    is_current: bool
    running: int


def list_shipped() -> list[Listed]:
    """What ships with the program, where nothing is stored yet."""
    return [Listed(get_workflow(name, VOCABULARY), True, True, 0) for name in list_workflows()]


def list_versions(connection: Connection) -> list[Listed]:
    """All versions by name, the newest of each first."""
    shipped = {each.workflow.digest(): each.workflow for each in list_shipped()}
    rows = connection.execute(select(definition).order_by(definition.c.id.desc())).all()
    stored = {row.digest: (row.id, read_definition(row.body)) for row in rows}
    versions = shipped | {digest: workflow for digest, (_, workflow) in stored.items()}
    taken = {each.name for each in shipped.values()}
    listed = []
    for digest, workflow in versions.items():
        is_current = digest in shipped or workflow.name not in taken
        taken.add(workflow.name)
        running = _count_open(connection, stored[digest][0], workflow) if digest in stored else 0
        listed.append(Listed(workflow, digest in shipped, is_current, running))
    return sorted(listed, key=lambda each: (each.workflow.name, not each.is_current))


def _count_open(connection: Connection, definition_id: int, workflow: WorkflowDefinition) -> int:
    still = select(func.count()).where(
        instance.c.definition_id == definition_id, instance.c.state.in_(workflow.open_states)
    )
    return int(connection.execute(still).scalar_one())
