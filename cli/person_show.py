"""`opora person list, show`: who belongs to the office, and what each may do."""

from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from cli.options import as_json
from cli.output import print_facts, print_json, print_table
from cli.person_away import AWAY_LINE, STANDS_IN_LINE, absence_json, absence_text
from cli.person_roles import describe_roles
from cli.wording import names_text, text, word
from engine.errors import N_
from notifications.labels import ROLES

if TYPE_CHECKING:
    from activities.people import Person


@click.command("list", help=N_("List the people with their roles."))
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


@click.command("show", help=N_("Show a person: address, roles, for whom they speak, when they are away."))
@click.argument("person", metavar=N_("PERSON"))
@as_json
def show(*, person: str, as_json: bool) -> None:
    from activities.absences import list_absences, list_substitutions
    from activities.parties import list_parties
    from activities.people import get_person
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        found = get_person(connection, person)
        roles = describe_roles(connection, found)
        speaks_for = [each.name for each in list_parties(connection) if found in each.contacts]
        today = application.office.today()
        absences = list_absences(connection, found.id, today)
        substitutions = list_substitutions(connection, found.id, today)
    if as_json:
        told = {"away": [*map(absence_json, absences)], "stands_in": [*map(absence_json, substitutions)]}
        print_json({**person_json(found), "roles": roles, "speaks_for": speaks_for, **told})
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
            (N_("Away"), "\n".join(absence_text(each, AWAY_LINE, each.substitute.name) for each in absences)),
            (
                N_("Stands in"),
                "\n".join(absence_text(each, STANDS_IN_LINE, each.person.name) for each in substitutions),
            ),
        ]
    )


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
