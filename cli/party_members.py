"""`opora party member`: who belongs to a group."""

from contextlib import closing
from typing import TYPE_CHECKING

import click

from cli.options import acting, as_json
from cli.output import print_json, print_table, say
from cli.wording import counted
from engine.errors import N_

if TYPE_CHECKING:
    from activities.parties import Party

ADDED = N_("{member} belongs to {group} now.")
REMOVED = N_("{member} belongs to {group} no longer. Its open parts stay until somebody cancels them.")
WAS_NO_MEMBER = N_("{member} did not belong to {group}. Nothing was changed.")


@click.command("member", help=N_("List who belongs to a group, add to it and take out of it."))
@click.argument("group", metavar=N_("GROUP"))
@click.option("--add", "added", multiple=True, metavar=N_("NAME"), help=N_("Belongs to it from now on; made if new."))
@click.option("--remove", "removed", multiple=True, metavar=N_("PARTY"), help=N_("Belongs to it no longer."))
@as_json
@acting(required=False)
def member(
    *,
    group: str,
    added: tuple[str, ...],
    removed: tuple[str, ...],
    as_json: bool,
    actor: str | None,
    on_behalf_of: str | None,
) -> None:
    from activities.enrolment import check_enrolling
    from activities.parties import get_party, list_parties
    from activities.parts import fan_out_to_newcomers
    from activities.party_members import add_member, list_members, remove_member
    from cli.context import open_application
    from cli.person_roles import find_actor

    with closing(open_application()) as application:
        office = application.office
        with application.store.read() as connection:
            named = get_party(connection, group)
            leaving = [get_party(connection, name) for name in removed]
            if added or removed:
                check_enrolling(connection, find_actor(application, actor, on_behalf_of))
        for name in added:
            say(ADDED, member=add_member(office, named, name).name, group=named.name)
        for each in leaving:
            said = REMOVED if remove_member(office, named, each) else WAS_NO_MEMBER
            say(said, member=each.name, group=named.name)
        who = find_actor(application, actor, on_behalf_of)
        made = fan_out_to_newcomers(office, who, named.id) if added and who else 0
        if made:
            click.echo(counted("{count} part was made.", "{count} parts were made.", made), err=True)
        with application.store.read() as connection:
            members = {key for key, _ in list_members(connection, named.id)}
            found = [each for each in list_parties(connection) if each.id in members]
    found.sort(key=lambda each: each.name)
    if as_json:
        print_json([{"id": each.short_id, "name": each.name, "contacts": _addresses(each)} for each in found])
        return
    columns = (N_("Member"), N_("Id"), N_("Written to"))
    print_table(columns, [(each.name, each.short_id, ", ".join(_addresses(each))) for each in found])


def _addresses(each: "Party") -> list[str]:
    return [person.email for person in each.contacts]
