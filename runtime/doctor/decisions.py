"""Whether what runs can come to an end: its workflow is there, and enough people may accept it."""

from collections.abc import Sequence

from sqlalchemy import func, select

from activities.undecidable import Undecidable, list_undecidable
from engine.errors import N_
from engine.pinned import DefinitionLostError, read_definition
from engine.tables import definition, instance
from runtime.bootstrap import Application
from runtime.doctor.finding import Findings, failure, good, notice

NAMED = 3

WORKFLOWS = N_("The workflow of everything that runs is there.")
WORKFLOWS_LOST = N_(
    "For {count} occurrences the workflow is missing or cannot be read, so nothing can be done with them. "
    "Run opora audit verify, and bring back a backup: opora restore"
)
DECIDABLE = N_("Whatever is open can be accepted by somebody.")
WAITS_FOR_NOBODY = N_(
    "{count} occurrences are handed in and cannot be accepted, since nobody may, or only who handed them in, or fewer "
    "than their workflow asks for: {references}. Make more people approvers: opora person grant PERSON --role approver"
)
WILL_WAIT = N_(
    "For {count} occurrences fewer people may accept than their workflow asks for: {references}. "
    "Before they are handed in: opora person grant PERSON --role approver"
)


def check_workflows(application: Application) -> Findings:
    """Each instance's pinned definition can be read."""
    pinned = (
        select(definition.c.body, func.count(instance.c.id))
        .select_from(instance)
        .outerjoin(definition, definition.c.id == instance.c.definition_id)
        .group_by(instance.c.definition_id, definition.c.body)
    )
    with application.store.read() as connection:
        lost = sum(count for body, count in connection.execute(pinned) if not _is_readable(body))
    if lost:
        yield failure("workflows", WORKFLOWS_LOST, count=lost)
    else:
        yield good("workflows", WORKFLOWS)


def _is_readable(body: str | None) -> bool:
    try:
        read_definition(body)
    except DefinitionLostError:
        return False
    return True


def check_decisions(application: Application) -> Findings:
    """Enough people may accept each open occurrence."""
    with application.store.read() as connection:
        found = list_undecidable(connection)
    now, later = ([each for each in found if each.is_handed_in is handed_in] for handed_in in (True, False))
    if now:
        yield failure("decisions", WAITS_FOR_NOBODY, count=len(now), references=_name(now))
    if later:
        yield notice("decisions_later", WILL_WAIT, count=len(later), references=_name(later))
    if not found:
        yield good("decisions", DECIDABLE)


def _name(found: Sequence[Undecidable]) -> str:
    named = [f"{each.occurrence.plan_slug}:{each.occurrence.reference}" for each in found[:NAMED]]
    return ", ".join([*named, *(["…"] if len(found) > NAMED else [])])
