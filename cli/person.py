"""`opora person`: the people, what they may do, and bringing them in from a table."""

from contextlib import closing

import click

from cli.options import acting
from cli.output import language, say
from cli.person_away import away
from cli.person_erase import erase_command
from cli.person_import import import_
from cli.person_preferences import preferences
from cli.person_roles import (
    GRANTABLE,
    activate_,
    deactivate_,
    find_actor,
    find_scope,
    grant,
    place_options,
    revoke,
)
from cli.person_show import list_, show
from engine.errors import N_
from notifications.translation import translate

ADDED = N_("Added {name} <{email}>, {id}.")
SAME_NAME = N_(
    "Note: {name} is also called so: {email} ({id}). If this is the same person, use one address: else they could "
    "accept their own evidence. To let the new one go: opora person deactivate {new_id}"
)
PLACE_WITHOUT_ROLE = N_("A place belongs to a role: add --role.")


@click.group("person", help=N_("The people, what they may do, and how to reach them."))
def group() -> None:
    """The noun."""


for command in (list_, show, preferences, import_, grant, revoke, away, deactivate_, activate_, erase_command):
    group.add_command(command)


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
    from activities.enrolment import NewPerson, enrol, list_namesakes
    from activities.roles import Role
    from cli.context import open_application

    if any(place.values()) and not role:
        raise click.UsageError(translate(PLACE_WITHOUT_ROLE, language()))
    with closing(open_application()) as application:
        who = find_actor(application, actor, on_behalf_of)
        scope = find_scope(application, **place)
        new = NewPerson(email, name, position, tongue)
        added = enrol(application.office, who, new, Role(role) if role else None, scope)
        with application.store.read() as connection:
            namesakes = list_namesakes(connection, added)
    say(ADDED, name=added.name, email=added.email, id=added.short_id)
    for each in namesakes:
        say(SAME_NAME, name=each.name, email=each.email, id=each.short_id, new_id=added.short_id)
