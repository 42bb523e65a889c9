"""Definitions as the database keeps them: each instance names the row of the one that it was started with."""

import json

from engine.definition import WorkflowDefinition, definition_from_plain
from engine.errors import N_, OporaError


class DefinitionLostError(OporaError):
    """A workflow that something runs by cannot be read any more."""

    message = N_(
        "The workflow that this was started with is missing or cannot be read: the database was altered. "
        "Nothing was changed. Run opora audit verify and bring back a backup: opora restore"
    )


def read_definition(body: str | None) -> WorkflowDefinition:
    """The workflow out of its stored text, None where there is no such row.

    Raises:
        DefinitionLostError: there is none, or the text is not one.
    """
    try:
        return definition_from_plain(json.loads(body or ""))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DefinitionLostError from error
