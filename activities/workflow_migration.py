"""Moving occurrences that run to another workflow or a newer version of theirs, in batches; and back again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select, update

from activities.acting import Actor
from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.plan_activities import resolve_activity
from activities.roles import RUNNING, check_holds_anywhere
from activities.tables import activity, occurrence
from activities.vocabulary import VOCABULARY
from activities.workflow_choice import ShippedNameError, get_chosen_workflow
from engine.definition import WorkflowDefinition
from engine.errors import N_, OporaError
from engine.migration import Migration, Mover, Prospect, find_definition_id, foresee_migration, list_candidates, migrate
from engine.store import Instance, load_definition
from engine.tables import definition
from engine.undoing import foresee_undo, undo
from engine.unit_of_work import UnitOfWork
from workflows.catalogue import list_workflows, load_workflow

AWAITING = "evidence_submitted"
BATCH = 100
_SHORTEST_DIGEST = 6

Deed = Callable[[UnitOfWork, Sequence[int], Mover], list[Prospect]]
"""What is done to a batch, by the row ids of its instances."""


class UnknownTargetError(OporaError):
    """Neither a file, nor a name, nor the digest of a stored workflow."""

    message = N_(
        "“{target}” is no workflow: give a file, a name or the first signs of a digest that "
        "opora workflow list --all shows."
    )


class DecisionAwaitedError(OporaError):
    """Only a decision, or whoever handed it in, may move what waits for one."""

    message = N_(
        "“{name}” cannot become “{ending}”: evidence waits for a decision, or would seem to. "
        "Have it decided on or withdrawn first, or keep the state."
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open occurrences go where.

    Args:
        name: of the workflow that they go through now, whatever version.
        references: only what comes of these rows; of all, where there are none.
    """

    name: str
    migration: Migration
    references: Sequence[str] = ()

    def __post_init__(self) -> None:
        for old, new in self.migration.states.items():
            if old != new and AWAITING in {old, new}:
                raise DecisionAwaitedError(name=old, ending=new)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes, or became, of one occurrence."""

    occurrence: Occurrence
    prospect: Prospect


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a migration back does; `moved_on` are occurrences that stay, since something happened since."""

    changes: Sequence[Change]
    moved_on: Sequence[Occurrence]


def find_target(connection: Connection, text: str) -> WorkflowDefinition:
    """The workflow that a person names: a file, a name, or the beginning of a stored one's digest.

    Raises:
        UnknownTargetError: none of these.
        WorkflowFileError: the file cannot be used.
        ShippedNameError: the file bears the name of a shipped workflow and says something else.
    """
    path = Path(text)
    if path.is_file():
        workflow = load_workflow(path, VOCABULARY)
        shipped = workflow.name in list_workflows()
        if shipped and get_chosen_workflow(connection, workflow.name) != workflow:
            raise ShippedNameError(name=workflow.name)
        return workflow
    names = {*list_workflows(), *connection.execute(select(definition.c.name)).scalars()}
    return get_chosen_workflow(connection, text) if text in names else _stored(connection, text)


def _stored(connection: Connection, text: str) -> WorkflowDefinition:
    definition_id = find_definition_id(connection, find_stored_digest(connection, text))
    if definition_id is None:  # pragma: no cover  (the digest is of a stored one)
        raise UnknownTargetError(target=text)
    return load_definition(connection, definition_id)


def find_stored_digest(connection: Connection, text: str) -> bytes:
    """The digest of the one stored workflow that begins with these signs.

    Raises:
        UnknownTargetError: none does, or several do.
    """
    stored: list[bytes] = list(connection.execute(select(definition.c.digest)).scalars())
    found = [each for each in stored if len(text) >= _SHORTEST_DIGEST and each.hex().startswith(text.lower())]
    if len(found) != 1:
        raise UnknownTargetError(target=text)
    return found[0]


def foresee(office: Office, wanted: Wanted) -> list[Change]:
    """What would become of each open occurrence that is to go over; changes nothing.

    Raises:
        UnmappedStateError: some stand in a state that the target does not have.
    """
    with office.store.read() as connection:
        ids = _candidates(connection, wanted)
        registry, now = office.execution.registry, office.store.clock.now()
        return _changes(connection, foresee_migration(connection, registry, ids, wanted.migration, now))


def carry_out(office: Office, actor: Actor, wanted: Wanted, batch: int = BATCH) -> Iterator[list[Change]]:
    """Move them, a transaction a batch; what comes of each batch. Cut off, it goes on when it is repeated.

    New occurrences of these rows go through the target's name from then on.

    Raises:
        RoleNotAllowedError: the actor coordinates and administers nothing.
        UnmappedStateError: as `foresee`; batches before it stay moved.
    """
    with office.store.read() as connection:
        check_holds_anywhere(connection, actor.person.id, RUNNING, "migrate")
        ids = _candidates(connection, wanted)
        rows = _rows(connection, wanted.references)

    def move(work: UnitOfWork, some: Sequence[int], mover: Mover) -> list[Prospect]:
        return migrate(work, office.execution.registry, some, wanted.migration, mover)

    yield from _in_batches(office, actor, ids, move, batch)
    with office.store.write() as work:
        own = update(activity).where(activity.c.workflow == wanted.name).values(workflow=wanted.migration.target.name)
        work.connection.execute(own if rows is None else own.where(activity.c.id.in_(rows)))


def foresee_back(office: Office, digest: bytes) -> Undone:
    """What taking the migration to the workflow of this digest back would do; changes nothing."""
    with office.store.read() as connection:
        foreseen = foresee_undo(connection, office.execution.registry, digest, office.store.clock.now())
        return Undone(_changes(connection, foreseen.prospects), _of(connection, foreseen.moved_on))


def carry_back(office: Office, actor: Actor, digest: bytes, batch: int = BATCH) -> Iterator[list[Change]]:
    """Take it back, a transaction a batch; what comes of each batch.

    Raises:
        RoleNotAllowedError: the actor coordinates and administers nothing.
    """
    with office.store.read() as connection:
        check_holds_anywhere(connection, actor.person.id, RUNNING, "migrate")
    found = foresee_back(office, digest).changes
    ids = [each.prospect.instance.id for each in found]

    def take_back(work: UnitOfWork, some: Sequence[int], mover: Mover) -> list[Prospect]:
        return undo(work, office.execution.registry, some, digest, mover)

    for done in _in_batches(office, actor, ids, take_back, batch):
        _name_rows_after(office, done)
        yield done


def _name_rows_after(office: Office, done: Sequence[Change]) -> None:
    """New occurrences of these rows go through the workflow that the old ones went back to."""
    with office.store.write() as work:
        for each in done:
            own = update(activity).where(activity.c.id == each.occurrence.activity_id)
            work.connection.execute(own.values(workflow=each.prospect.target.name))


def _in_batches(office: Office, actor: Actor, ids: Sequence[int], deed: Deed, batch: int) -> Iterator[list[Change]]:
    mover = Mover(actor.person.short_id, actor.channel, actor.payload())
    for first in range(0, len(ids), batch):
        with office.store.write() as work:
            done = deed(work, ids[first : first + batch], mover)
            changes = _changes(work.connection, done)
        yield changes


def _rows(connection: Connection, references: Sequence[str]) -> frozenset[int] | None:
    """Row ids of the activities that are named; None where none is."""
    return frozenset(resolve_activity(connection, each).id for each in references) if references else None


def _candidates(connection: Connection, wanted: Wanted) -> list[int]:
    ids = list_candidates(connection, wanted.name, wanted.migration.target)
    rows = _rows(connection, wanted.references)
    own = select(occurrence.c.instance_id).where(occurrence.c.instance_id.in_(ids))
    chosen = own if rows is None else own.where(occurrence.c.activity_id.in_(rows))
    return sorted(connection.execute(chosen).scalars())


def _changes(connection: Connection, prospects: Sequence[Prospect]) -> list[Change]:
    by_instance = {each.instance.id: each for each in prospects}
    found = _of(connection, [each.instance for each in prospects])
    return [Change(each, by_instance[each.instance_id]) for each in found]


def _of(connection: Connection, instances: Sequence[Instance]) -> list[Occurrence]:
    """Their occurrences, in the order of the plan."""
    return list_occurrences(connection, OccurrenceFilter(instance_ids=[each.id for each in instances]))
