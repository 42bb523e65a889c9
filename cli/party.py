"""`opora party`: who plans name as responsible, how the name is spelled, and whom to write to."""

from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from cli.options import acting, as_json
from cli.output import print_facts, print_json, print_table, say
from cli.party_members import member
from cli.party_text import text
from cli.wording import PARTY_KINDS, names_text, word
from engine.errors import N_

if TYPE_CHECKING:
    from activities.parties import Party
    from runtime.bootstrap import Application

WRITTEN_TO = N_("For {party}, {name} is written to.")
NOT_WRITTEN_TO = N_("For {party}, {name} is no longer written to.")
WAS_NO_CONTACT = N_("{name} was no contact of {party}. Nothing was changed.")
KIND_SET = N_("{party} is now: {kind}.")
MERGED = N_("{source} is now a spelling of {target}.")
SPLIT = N_("{party} is a party of its own now ({id}); say whom to write to: opora party contact {id} PERSON.")

party_argument = click.argument("party", metavar=N_("PARTY"))


@click.group("party", help=N_("Who plans name as responsible, and how the name is spelled."))
def group() -> None:
    """The noun."""


group.add_command(member)
group.add_command(text)


@group.command("list", help=N_("List the parties, the most named first."))
@click.option("--without-contact", is_flag=True, help=N_("Only those for whom nobody is written to."))
@as_json
def list_(*, without_contact: bool, as_json: bool) -> None:
    from activities.parties import list_parties
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        parties = [each for each in list_parties(connection) if not (without_contact and each.contacts)]
    if as_json:
        print_json([_party_json(each) for each in parties])
        return
    columns = (N_("Party"), N_("Id"), N_("Kind"), N_("Rows"), N_("Written to"))
    rows = [
        (each.name, each.short_id, word(PARTY_KINDS, each.kind.value), each.rows, _contacts(each)) for each in parties
    ]
    print_table(columns, rows)


@group.command("show", help=N_("Show a party: its spellings and whom to write to."))
@party_argument
@as_json
def show(*, party: str, as_json: bool) -> None:
    from cli.context import open_application

    with closing(open_application()) as application:
        found = _get(application, party)
    if as_json:
        print_json(_party_json(found))
        return
    print_facts(
        [
            (N_("Party"), found.name),
            (N_("Id"), found.short_id),
            (N_("Kind"), word(PARTY_KINDS, found.kind.value)),
            (N_("Rows"), found.rows),
            (N_("Spelled"), "\n".join(found.spellings)),
            (N_("Written to"), _contacts(found)),
        ]
    )


@group.command("contact", help=N_("Name the person who is written to for a party."))
@party_argument
@click.argument("person", metavar=N_("PERSON"))
@click.option("--remove", is_flag=True, help=N_("No longer write to this person for the party."))
@acting()
def contact(*, party: str, person: str, remove: bool, actor: str, on_behalf_of: str | None) -> None:
    from activities.parties import remove_contact, set_contact
    from activities.people import get_person
    from cli.context import open_application

    with closing(open_application()) as application:
        _check_allowed(application, actor, on_behalf_of)
        found = _get(application, party)
        with application.store.read() as connection:
            named = get_person(connection, person)
        if not remove:
            set_contact(application.office, found.id, named.id)
            said = WRITTEN_TO
        else:
            said = NOT_WRITTEN_TO if remove_contact(application.office, found.id, named.id) else WAS_NO_CONTACT
    say(said, party=found.name, name=named.name)


@group.command("kind", help=N_("Say what a party is; a superior body gets no mail by itself."))
@party_argument
@click.argument("kind", type=click.Choice(list(PARTY_KINDS)))
@acting()
def kind(*, party: str, kind: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.parties import PartyKind, set_party_kind
    from cli.context import open_application

    with closing(open_application()) as application:
        _check_allowed(application, actor, on_behalf_of)
        found = _get(application, party)
        set_party_kind(application.office, found.id, PartyKind(kind))
    say(KIND_SET, party=found.name, kind=word(PARTY_KINDS, kind))


@group.command("merge", help=N_("Let one party be another: its spellings, rows and contacts go over."))
@party_argument
@click.option("--into", required=True, metavar=N_("PARTY"), help=N_("The party that stays."))
@acting()
def merge(*, party: str, into: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.parties import merge_parties
    from cli.context import open_application

    with closing(open_application()) as application:
        _check_allowed(application, actor, on_behalf_of)
        source, target = _get(application, party), _get(application, into)
        merge_parties(application.office, source, target)
    say(MERGED, source=source.name, target=target.name)


@group.command("split", help=N_("Let a spelling that was mapped to a party mean one of its own."))
@click.argument("spelling", metavar=N_("SPELLING"))
@acting()
def split(*, spelling: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.parties import split_spelling
    from cli.context import open_application

    with closing(open_application()) as application:
        _check_allowed(application, actor, on_behalf_of)
        fresh = split_spelling(application.office, spelling)
    say(SPLIT, party=fresh.name, id=fresh.short_id)


def _check_allowed(application: "Application", actor: str, on_behalf_of: str | None) -> None:
    from activities.enrolment import check_enrolling
    from cli.context import acting

    who = acting(application, actor, on_behalf_of)
    with application.store.read() as connection:
        check_enrolling(connection, who)


def _get(application: "Application", text: str) -> "Party":
    from activities.parties import get_party

    with application.store.read() as connection:
        return get_party(connection, text)


def _contacts(each: "Party") -> str:
    return names_text(f"{person.name} <{person.email}>" for person in each.contacts)


def _party_json(each: "Party") -> dict[str, Any]:
    return {
        "id": each.short_id,
        "name": each.name,
        "kind": each.kind.value,
        "rows": each.rows,
        "spellings": each.spellings,
        "contacts": [person.email for person in each.contacts],
    }
