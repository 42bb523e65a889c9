"""Which workflow an activity goes through: one that ships with the program, or one that was taken in."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from activities.acting import Actor
from activities.office import Office
from activities.plan_activities import Activity, list_activities
from activities.plans import Plan, PlanStatus, get_plan, lock_plan
from activities.roles import RUNNING, Role, check_holds_anywhere, list_all_holders, list_holders, roles_of
from activities.tables import activity, plan
from activities.vocabulary import VOCABULARY
from engine.definition import WorkflowDefinition
from engine.errors import N_, OporaError
from engine.machine import RoleNotAllowedError
from engine.pinned import read_definition
from engine.store import pin_definition
from engine.tables import definition
from workflows.catalogue import UnknownWorkflowError, get_workflow, list_workflows


class ShippedNameError(OporaError):
    """A workflow of one's own under a name that the next version of the program will fill anew."""

    message = N_(
        "“{name}” is the name of a workflow that ships with the program. Give yours another one in its first line."
    )


class WorkIsRunningError(OporaError):
    """What runs goes on by the workflow it was started with."""

    message = N_(
        "“{slug}” is no draft any more, so its rows keep their workflow. "
        "To move what runs to another one: opora workflow migrate {name} --only {reference}."
    )


class PlanIsRunningError(OporaError):
    """The same of all of a plan's rows."""

    message = N_(
        "“{slug}” is no draft any more, so its rows keep their workflow. "
        "To move what runs to another one: opora workflow migrate {former} --to {name}"
    )


def get_chosen_workflow(connection: Connection, name: str) -> WorkflowDefinition:
    """A workflow by name: the shipped one, or the newest that was taken in.

    Raises:
        UnknownWorkflowError: there is none; lists those there are.
    """
    if name in list_workflows():
        return get_workflow(name, VOCABULARY)
    taken_in = {each.name: each for each in list_taken_in(connection)}
    if name not in taken_in:
        raise UnknownWorkflowError(name=name, known=", ".join(sorted({*list_workflows(), *taken_in})))
    return taken_in[name]


def list_taken_in(connection: Connection) -> list[WorkflowDefinition]:
    """The workflows of the office's own, the newest version of each, by name."""
    rows = connection.execute(select(definition.c.name, definition.c.body).order_by(definition.c.id)).all()
    newest = {row.name: row.body for row in rows if row.name not in list_workflows()}
    return [read_definition(body) for _, body in sorted(newest.items())]


def take_in_workflow(office: Office, actor: Actor, workflow: WorkflowDefinition) -> None:
    """Keep a workflow of the office's own, so that activities can be given it; taking it in again changes nothing.

    Raises:
        ShippedNameError: it bears the name of a shipped one.
        RoleNotAllowedError: the actor coordinates and administers nothing.
    """
    if workflow.name in list_workflows():
        raise ShippedNameError(name=workflow.name)
    with office.store.write() as work:
        check_holds_anywhere(work.connection, actor.person.id, RUNNING, "take_in")
        pin_definition(work.connection, workflow, work.now)


def choose_workflow(office: Office, actor: Actor, target: Activity, name: str) -> WorkflowDefinition:
    """Let what comes of a draft's row go through another workflow.

    Raises:
        UnknownWorkflowError: there is none of that name.
        WorkIsRunningError: the plan is live.
        RoleNotAllowedError: the actor does not coordinate the activity.
    """
    with office.store.write() as work:
        chosen = get_chosen_workflow(work.connection, name)
        if Role.COORDINATOR.value not in roles_of(work.connection, actor.person.id, target.id):
            raise RoleNotAllowedError(event="edit", roles=Role.COORDINATOR.value)
        is_draft = select(plan.c.id).where(plan.c.id == activity.c.plan_id, plan.c.status == PlanStatus.DRAFT.value)
        own = update(activity).where(activity.c.id == target.id, is_draft.exists())
        if work.connection.execute(own.values(workflow=name)).rowcount != 1:
            raise WorkIsRunningError(slug=target.plan_slug, name=name, reference=target.reference)
        return chosen


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """What choosing a workflow for a plan came to.

    Args:
        workflow: the chosen one.
        rows: how many rows go through it now.
        kept: references of rows that somebody had given another one; they keep it.
        missing: how many more approvers the row needs that has the fewest of them.
    """

    workflow: WorkflowDefinition
    rows: int
    kept: tuple[str, ...]
    missing: int


def choose_plan_workflow(office: Office, actor: Actor, draft: Plan, name: str) -> PlanChoice:
    """Let all rows of a draft, those that are added later too, go through another workflow; who chose it is kept.

    Raises:
        UnknownWorkflowError: there is none of that name.
        PlanIsRunningError: it is no draft any more.
        RoleNotAllowedError: the actor coordinates and administers nothing.
    """
    with office.store.write() as work:
        connection = work.connection
        chosen = get_chosen_workflow(connection, name)
        check_holds_anywhere(connection, actor.person.id, RUNNING, "edit")
        lock_plan(connection, draft.id)
        present = get_plan(connection, draft.slug)
        if present.status is not PlanStatus.DRAFT:
            raise PlanIsRunningError(slug=present.slug, former=present.workflow, name=name)
        same = (activity.c.plan_id == present.id) & (activity.c.workflow == present.workflow)
        connection.execute(update(activity).where(same).values(workflow=name))
        choice = {"workflow": name, "workflow_chosen_at": work.now, "workflow_chosen_by": actor.person.short_id}
        connection.execute(update(plan).where(plan.c.id == present.id).values(choice))
        rows = list_activities(connection, present.id)
        kept = tuple(each.reference for each in rows if each.workflow != name)
        approvers = list_all_holders(connection, Role.APPROVER, [each.id for each in rows if each.workflow == name])
        fewest = min(map(len, approvers.values()), default=0)
        return PlanChoice(chosen, len(rows) - len(kept), kept, max(0, count_needed_approvers(chosen) - fewest))


def count_needed_approvers(workflow: WorkflowDefinition) -> int:
    """How many different approvers have to accept before a workflow comes to an end."""
    return 2 if any("two_accept" in each.guards for each in workflow.transitions) else 1


def count_missing_approvers(connection: Connection, workflow: WorkflowDefinition, activity_id: int) -> int:
    """How many more people have to be approvers of an activity for this workflow to come to an end."""
    return max(0, count_needed_approvers(workflow) - len(list_holders(connection, Role.APPROVER, activity_id)))
