"""`opora person grant, revoke, deactivate, activate`: what people may do, and where."""

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.options import acting
from cli.output import language, say
from cli.wording import text, word
from engine.errors import N_
from notifications.labels import ROLES
from notifications.translation import translate

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.acting import Actor
    from activities.people import Person
    from activities.roles import Scope
    from runtime.bootstrap import Application

GRANTABLE = [name for name in ROLES if name != "submitter"]
GRANTED = N_("{name} is now {role}: {place}.")
REVOKED = N_("{name} is no longer {role}: {place}.")
NOT_HELD = N_("{name} was not {role} there: {place}. Nothing was changed.")
DEACTIVATED = N_("{name} acts no more and gets no more mail; what they did stays theirs.")
ACTIVATED = N_("{name} acts again, with the roles and contacts from before. See: opora person show {id}")
ONE_PLACE = N_("Say one place: --plan, or --section, or --activity; without any of them the role holds everywhere.")

Command = TypeVar("Command", bound=Callable[..., Any])


def place_options(command: Command) -> Command:
    """Give a command `--plan`, `--section`, `--activity`: where a role holds."""
    for option in (
        click.option("--activity", metavar=N_("REF"), help=N_("For this activity.")),
        click.option("--section", metavar=N_("SECTION"), help=N_("For this section and those below it.")),
        click.option("--plan", metavar=N_("PLAN"), help=N_("For this plan; beside --section, the plan it lies in.")),
    ):
        command = option(command)
    return command


role_option = click.option("--role", type=click.Choice(GRANTABLE), required=True, help=N_("What the person may do."))


@click.command("grant", help=N_("Give a person a role."))
@click.argument("person", metavar=N_("PERSON"))
@role_option
@place_options
@acting(required=False)
def grant(*, person: str, role: str, actor: str | None, on_behalf_of: str | None, **place: str | None) -> None:
    from activities.enrolment import give_role
    from activities.people import get_person
    from activities.roles import Role
    from cli.context import open_application

    with closing(open_application()) as application:
        who = find_actor(application, actor, on_behalf_of)
        scope = find_scope(application, **place)
        with application.store.read() as connection:
            holder, where = get_person(connection, person), describe_scope(connection, scope)
        give_role(application.office, who, holder, Role(role), scope)
    say(GRANTED, name=holder.name, role=word(ROLES, role), place=where)


@click.command("revoke", help=N_("Take a role away, on exactly the place named."))
@click.argument("person", metavar=N_("PERSON"))
@role_option
@place_options
@acting(required=False)
def revoke(*, person: str, role: str, actor: str | None, on_behalf_of: str | None, **place: str | None) -> None:
    from activities.enrolment import withdraw_role
    from activities.people import get_person
    from activities.roles import Role
    from cli.context import open_application

    with closing(open_application()) as application:
        who = find_actor(application, actor, on_behalf_of)
        scope = find_scope(application, **place)
        with application.store.read() as connection:
            holder, where = get_person(connection, person), describe_scope(connection, scope)
        taken = withdraw_role(application.office, who, holder, Role(role), scope)
    say(REVOKED if taken else NOT_HELD, name=holder.name, role=word(ROLES, role), place=where)


@click.command("deactivate", help=N_("Let a person act no more and get no more mail."))
@click.argument("person", metavar=N_("PERSON"))
@acting(required=False)
def deactivate_(*, person: str, actor: str | None, on_behalf_of: str | None) -> None:
    from activities.enrolment import deactivate
    from activities.people import get_person
    from cli.context import open_application

    with closing(open_application()) as application:
        who = find_actor(application, actor, on_behalf_of)
        with application.store.read() as connection:
            leaver = get_person(connection, person)
        deactivate(application.office, who, leaver)
    say(DEACTIVATED, name=leaver.name)


@click.command("activate", help=N_("Let a person who had left act again, with the roles from before."))
@click.argument("person", metavar=N_("PERSON"))
@acting(required=False)
def activate_(*, person: str, actor: str | None, on_behalf_of: str | None) -> None:
    from activities.enrolment import activate
    from activities.people import get_person
    from cli.context import open_application

    with closing(open_application()) as application:
        who = find_actor(application, actor, on_behalf_of)
        with application.store.read() as connection:
            returner = get_person(connection, person)
        activate(application.office, who, returner)
    say(ACTIVATED, name=returner.name, id=returner.short_id)


def find_actor(application: "Application", actor: str | None, on_behalf_of: str | None) -> "Actor | None":
    """Who acts; nobody is enough for the first person of an office, whoever the environment names."""
    from activities.people import list_people
    from cli.context import acting

    with application.store.read() as connection:
        is_first = not list_people(connection)
    return acting(application, actor, on_behalf_of) if actor and not is_first else None


def find_scope(application: "Application", plan: str | None, section: str | None, activity: str | None) -> "Scope":
    """Where a role shall hold, as typed; without any place, everywhere."""
    from activities.plan_activities import resolve_activity
    from activities.plans import get_plan
    from activities.roles import Scope
    from activities.sections import resolve_section

    if activity and (plan or section):
        raise click.UsageError(translate(ONE_PLACE, language()))
    with application.store.read() as connection:
        if activity:
            return Scope(activity_id=resolve_activity(connection, activity).id)
        if section:
            return Scope(section_id=resolve_section(connection, get_plan(connection, plan), section).id)
        return Scope(plan_id=get_plan(connection, plan).id) if plan else Scope()


def describe_roles(connection: "Connection", each: "Person") -> list[dict[str, str]]:
    """The roles granted to a person, each with its place in words."""
    from activities.roles import list_roles

    return [
        {"role": role.value, "place": describe_scope(connection, scope)}
        for role, scope in list_roles(connection, each.id)
    ]


def describe_scope(connection: "Connection", scope: "Scope") -> str:
    """Where a role holds, in words."""
    from activities.plan_activities import get_activity
    from activities.plans import list_plans, list_sections

    if scope.activity_id is not None:
        named = get_activity(connection, scope.activity_id)
        return text(N_("activity {name}"), name=f"{named.plan_slug}:{named.reference}")
    for plan in list_plans(connection):
        if scope.plan_id == plan.id:
            return text(N_("plan {name}"), name=plan.slug)
        for section in list_sections(connection, plan.id):
            if scope.section_id == section.id:
                name = f"{plan.slug}: {section.number} {section.title}"
                return text(N_("section {name}"), name=name)
    return text(N_("everywhere"))
