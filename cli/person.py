"""`opora person`: the people, what they may do, and bringing them in from a table."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.options import acting, as_json
from cli.output import language, print_facts, print_json, print_table, say
from cli.wording import names_text, text, word
from engine.errors import N_, OporaError
from notifications.labels import ROLES
from notifications.translation import translate

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.acting import Actor
    from activities.people import Person
    from activities.people_import import Enrolled, PeopleImport
    from activities.roles import Scope
    from runtime.bootstrap import Application

GRANTABLE = [name for name in ROLES if name != "submitter"]
ADDED = N_("Added {name} <{email}>, {id}.")
GRANTED = N_("{name} is now {role}: {place}.")
REVOKED = N_("{name} is no longer {role}: {place}.")
NOT_HELD = N_("{name} was not {role} there: {place}. Nothing was changed.")
DEACTIVATED = N_("{name} acts no more and gets no more mail; what they did stays theirs.")
ONE_PLACE = N_("Say one place: --plan, or --section, or --activity; without any of them the role holds everywhere.")
PLACE_WITHOUT_ROLE = N_("A place belongs to a role: add --role.")
WRONG_ROW = N_("Row {row}: {problem}")
IMPORTED = N_("{added} added, {known} known already, {roles} roles given, {contacts} speak for a party.")

Command = TypeVar("Command", bound=Callable[..., Any])


class PeopleRefusedError(OporaError):
    """Rows that cannot be stored."""

    message = N_("Nothing was stored: put these rows right ({rows}) and import the file again.")


@click.group("person", help=N_("The people, what they may do, and how to reach them."))
def group() -> None:
    """The noun."""


def place_options(command: Command) -> Command:
    """Give a command `--plan`, `--section`, `--activity`: where a role holds."""
    for option in (
        click.option("--activity", metavar="REF", help=N_("For this activity.")),
        click.option("--section", metavar=N_("SECTION"), help=N_("For this section and those below it.")),
        click.option("--plan", metavar=N_("PLAN"), help=N_("For this plan; beside --section, the plan it lies in.")),
    ):
        command = option(command)
    return command


role_option = click.option("--role", type=click.Choice(GRANTABLE), required=True, help=N_("What the person may do."))


@group.command("add", help=N_("Add a person, with a role if you like; the first needs no --as."))
@click.argument("email", metavar=N_("EMAIL"))
@click.option("--name", required=True, metavar=N_("NAME"), help=N_("Family name, given name, patronymic."))
@click.option("--position", default="", metavar=N_("TEXT"), help=N_("What they are."))
@click.option("--language", "tongue", type=click.Choice(["ru", "en"]), default="ru", help=N_("Of the mail they get."))
@click.option("--role", type=click.Choice(GRANTABLE), help=N_("What the person may do."))
@place_options
@acting(required=False)
def add(
    *,
    email: str,
    name: str,
    position: str,
    tongue: str,
    role: str | None,
    actor: str | None,
    on_behalf_of: str | None,
    **place: str | None,
) -> None:
    from activities.enrolment import NewPerson, enrol
    from activities.roles import Role
    from cli.context import open_application

    if any(place.values()) and not role:
        raise click.UsageError(translate(PLACE_WITHOUT_ROLE, language()))
    with closing(open_application()) as application:
        who = _actor(application, actor, on_behalf_of)
        scope = _scope(application, **place)
        new = NewPerson(email, name, position, tongue)
        added = enrol(application.office, who, new, Role(role) if role else None, scope)
    say(ADDED, name=added.name, email=added.email, id=added.short_id)


def _actor(application: "Application", actor: str | None, on_behalf_of: str | None) -> "Actor | None":
    """Who acts; nobody is enough for the first person of an office."""
    from cli.context import acting

    return acting(application, actor, on_behalf_of) if actor else None


def _scope(application: "Application", plan: str | None, section: str | None, activity: str | None) -> "Scope":
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


@group.command("import", help=N_("Bring people in from a table (.xlsx, .csv): all rows, or none."))
@click.argument("file", type=click.Path(path_type=Path), metavar=N_("FILE"))
@click.option("--plan", metavar=N_("PLAN"), help=N_("The plan whose sections the table names."))
@acting(required=False)
@as_json
def import_(*, file: Path, plan: str | None, actor: str | None, on_behalf_of: str | None, as_json: bool) -> None:
    from activities.people_import import import_people
    from activities.plans import get_plan, list_plans
    from cli.context import open_application

    with closing(open_application()) as application:
        who = _actor(application, actor, on_behalf_of)
        with application.store.read() as connection:
            plans = list_plans(connection)
            lies_in = get_plan(connection, plan) if plan or len(plans) == 1 else None
        done = import_people(application.office, who, file, lies_in)
    _refuse_problems(done)
    if as_json:
        print_json([_enrolled_json(each) for each in done.enrolled])
    else:
        columns = (N_("Name"), N_("Mail"), N_("Id"), N_("Role"), N_("Speaks for"))
        print_table(columns, [_enrolled_row(each) for each in done.enrolled])
    _say_imported(done)


def _refuse_problems(done: "PeopleImport") -> None:
    for problem in done.problems:
        say(WRONG_ROW, row=problem.row, problem=problem.phrase.say(text))
    if done.problems:
        rows = dict.fromkeys(str(problem.row) for problem in done.problems)
        raise PeopleRefusedError(rows=", ".join(rows))


def _say_imported(done: "PeopleImport") -> None:
    say(
        IMPORTED,
        added=len({each.person.id for each in done.enrolled if each.is_new}),
        known=len({each.person.id for each in done.enrolled if not each.is_new}),
        roles=sum(each.role is not None for each in done.enrolled),
        contacts=sum(bool(each.party) for each in done.enrolled),
    )


def _enrolled_row(each: "Enrolled") -> tuple[str, ...]:
    role = word(ROLES, each.role.value) if each.role else ""
    return (each.person.name, each.person.email, each.person.short_id, role, each.party)


def _enrolled_json(each: "Enrolled") -> dict[str, Any]:
    role = each.role.value if each.role else None
    return {**person_json(each.person), "is_new": each.is_new, "role": role, "party": each.party or None}


@group.command("list", help=N_("List the people with their roles."))
@as_json
def list_(*, as_json: bool) -> None:
    from activities.people import list_people
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        people = [(each, describe_roles(connection, each)) for each in list_people(connection)]
    if as_json:
        print_json([{**person_json(each), "roles": roles} for each, roles in people])
        return
    columns = (N_("Name"), N_("Mail"), N_("Id"), N_("Position"), N_("Roles"))
    print_table(
        columns,
        [(each.name, each.email, each.short_id, each.position, _roles_text(each, roles)) for each, roles in people],
    )


def _roles_text(each: "Person", roles: list[dict[str, str]]) -> str:
    if not each.active:
        return text(N_("acts no more"))
    return names_text(f"{word(ROLES, role['role'])}: {role['place']}" for role in roles)


@group.command("show", help=N_("Show a person: address, roles, and for whom they speak."))
@click.argument("person", metavar=N_("PERSON"))
@as_json
def show(*, person: str, as_json: bool) -> None:
    from activities.parties import list_parties
    from activities.people import get_person
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        found = get_person(connection, person)
        roles = describe_roles(connection, found)
        speaks_for = [each.name for each in list_parties(connection) if found in each.contacts]
    if as_json:
        print_json({**person_json(found), "roles": roles, "speaks_for": speaks_for})
        return
    print_facts(
        [
            (N_("Name"), found.name),
            (N_("Id"), found.short_id),
            (N_("Mail"), found.email),
            (N_("Position"), found.position),
            (N_("Language"), found.language),
            (N_("Roles"), _roles_text(found, roles)),
            (N_("Speaks for"), names_text(speaks_for)),
        ]
    )


@group.command("grant", help=N_("Give a person a role."))
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
        who = _actor(application, actor, on_behalf_of)
        scope = _scope(application, **place)
        with application.store.read() as connection:
            holder, where = get_person(connection, person), describe_scope(connection, scope)
        give_role(application.office, who, holder, Role(role), scope)
    say(GRANTED, name=holder.name, role=word(ROLES, role), place=where)


@group.command("revoke", help=N_("Take a role away, on exactly the place named."))
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
        who = _actor(application, actor, on_behalf_of)
        scope = _scope(application, **place)
        with application.store.read() as connection:
            holder, where = get_person(connection, person), describe_scope(connection, scope)
        taken = withdraw_role(application.office, who, holder, Role(role), scope)
    say(REVOKED if taken else NOT_HELD, name=holder.name, role=word(ROLES, role), place=where)


@group.command("deactivate", help=N_("Let a person act no more and get no more mail."))
@click.argument("person", metavar=N_("PERSON"))
@acting(required=False)
def deactivate_(*, person: str, actor: str | None, on_behalf_of: str | None) -> None:
    from activities.enrolment import deactivate
    from activities.people import get_person
    from cli.context import open_application

    with closing(open_application()) as application:
        who = _actor(application, actor, on_behalf_of)
        with application.store.read() as connection:
            leaver = get_person(connection, person)
        deactivate(application.office, who, leaver)
    say(DEACTIVATED, name=leaver.name)


def person_json(each: "Person") -> dict[str, Any]:
    """A person as data for programs."""
    return {
        "id": each.short_id,
        "email": each.email,
        "name": each.name,
        "position": each.position,
        "language": each.language,
        "active": each.active,
    }


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
