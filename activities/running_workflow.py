"""The workflow that an occurrence runs by: the very version that its instance is pinned to."""

from functools import lru_cache

from sqlalchemy import Connection, bindparam, select

from engine.definition import WorkflowDefinition
from engine.pinned import read_definition
from engine.tables import definition, instance

_PINNED = (
    select(definition.c.body)
    .join(instance, instance.c.definition_id == definition.c.id)
    .where(instance.c.id == bindparam("instance"))
)


def get_running_workflow(connection: Connection, instance_id: int) -> WorkflowDefinition:
    """The workflow of an instance, which is known to exist.

    Raises:
        DefinitionLostError: the workflow does not.
    """
    return _parse(connection.execute(_PINNED, {"instance": instance_id}).scalar())


@lru_cache(maxsize=64)
def _parse(body: str | None) -> WorkflowDefinition:
    """Kept by its content, so that what is kept can never be another one's; a morning asks for it hundreds of times."""
    return read_definition(body)
