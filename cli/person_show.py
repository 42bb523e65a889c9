"""`opora person list, show`: who belongs to the office, and what each may do."""

from contextlib import closing
from dataclasses import dataclass
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
    from datetime import date

    from sqlalchemy import Connection

    from activities.absences import Absence
    from activities.people import Person

UNREACHED = N_("the last letter did not arrive: {reason}. Check the address, then: opora mail list --state dead")
AWAY_NOTE = N_("away {days}")


@click.command("list", help=N_("List the people with their roles."))
@as_json
def list_(*, as_json: bool) -> None:
    from activities.people import list_people
    from cli.context import open_application
    from notifications.mail.letters import list_unreached

    with closing(open_application()) as application, application.store.read() as connection:
        today = application.office.today()
        found = _Found(list_unreached(connection), _list_away(connection, today))
        people = [(each, describe_roles(connection, each)) for each in list_people(connection)]
    if as_json:
        print_json([{**person_json(each), "roles": roles, **found.to_json(each)} for each, roles in people])
        return
    columns = (N_("Name"), N_("Mail"), N_("Id"), N_("Position"), N_("Roles"), N_("To be seen to"))
    print_table(
        columns,
        [
            (each.name, each.email, each.short_id, each.position, _roles_text(each, roles), found.words(each))
            for each, roles in people
        ],
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What stands out of the people: letters that came back, by person id, and who is away."""

    unreached: dict[int, str]
    away: "dict[int, Absence]"

    def words(self, each: "Person") -> str:
        """In words, empty for most people."""
        absence, reason = self.away.get(each.id), self.unreached.get(each.id)
        told = [text(UNREACHED, reason=reason)] if reason is not None and each.active else []
        if absence:
            told.append(text(AWAY_NOTE, days=absence_text(absence, AWAY_LINE, absence.substitute.name)))
        return "; ".join(told)

    def to_json(self, each: "Person") -> dict[str, Any]:
        """For programs."""
        absence = self.away.get(each.id)
        return {"unreached": self.unreached.get(each.id), "away": absence_json(absence) if absence else None}


def _list_away(connection: "Connection", today: "date") -> "dict[int, Absence]":
    """Person id → the absence that lasts today."""
    from activities.absences import list_absences, list_stand_ins

    return {key: list_absences(connection, key, today)[0] for key in list_stand_ins(connection, today)}


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
    from notifications.mail.letters import list_unreached

    with closing(open_application()) as application, application.store.read() as connection:
        found = get_person(connection, person)
        roles = describe_roles(connection, found)
        speaks_for = [each.name for each in list_parties(connection) if found in each.contacts]
        today = application.office.today()
        absences = list_absences(connection, found.id, today)
        substitutions = list_substitutions(connection, found.id, today)
        unreached = list_unreached(connection).get(found.id)
    if as_json:
        told = {
            "away": [*map(absence_json, absences)],
            "stands_in": [*map(absence_json, substitutions)],
            "unreached": unreached,
        }
        print_json({**person_json(found), "roles": roles, "speaks_for": speaks_for, **told})
        return
    print_facts(
        [
            (N_("Name"), found.name),
            (N_("Id"), found.short_id),
            (N_("Mail"), found.email),
            (N_("Position"), found.position),
            (N_("Letters"), text(UNREACHED, reason=unreached) if unreached is not None else None),
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
