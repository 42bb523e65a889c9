"""`opora party text`: what is asked of a party, in words that the coordinator sends as they please."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import acting
from cli.output import say
from cli.wording import counted
from engine.errors import N_

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.occurrences import Occurrence
    from activities.office import Office
    from activities.people import Person
    from activities.ready_texts import Sheet
    from runtime.bootstrap import Application

NOBODY = N_("Nobody is the contact of {party}, so there is no link. Name one: opora party contact {id} PERSON")
INSIDE = N_("There is no link in it, since OPORA_PUBLIC_URL is not set to where people reach the server.")
NOTHING_SOON = N_("{party} owes nothing within two weeks. For what is due later add --row REF: opora occurrence list")
GIVEN_OUT = N_(
    "Nothing was mailed: send the text yourself. A link lets its holder send evidence in the name of {name}; that you "
    "gave it out stands in the history. To call it back: opora party text {id} --call-back"
)


@click.command("text", help=N_("Put into words what is asked of a party, with links, for you to send as you please."))
@click.argument("party", metavar=N_("PARTY"))
@click.option("--to", "to", metavar=N_("PERSON"), help=N_("To which contact of the party, where it has several."))
@click.option(
    "--row", "rows", multiple=True, metavar=N_("REF"), help=N_("Ask for this; else what is due in two weeks.")
)
@click.option(
    "--codes",
    type=click.Path(file_okay=False, path_type=Path),
    help=N_("Write a code for a camera for each link here."),
)
@click.option("--code/--no-code", default=None, help=N_("Print the codes too; by itself on a terminal."))
@click.option("--call-back", is_flag=True, help=N_("Let the links that were given out count no more."))
@acting()
def text(
    *,
    party: str,
    to: str | None,
    rows: tuple[str, ...],
    codes: Path | None,
    code: bool | None,
    call_back: bool,
    actor: str,
    on_behalf_of: str | None,
) -> None:
    from activities.ready_texts import call_back_links, give_out_links
    from cli.context import acting as find_actor
    from cli.context import open_application

    with closing(open_application()) as application:
        office = application.office
        who = find_actor(application, actor, on_behalf_of)
        with application.store.read() as connection:
            sheet = _find_sheet(connection, office, party, to)
            chosen = _choose(connection, office, sheet, rows)
        if call_back:
            ended = call_back_links(office, who, sheet)
            click.echo(counted("{count} link counts no more.", "{count} links count no more.", ended), err=True)
            return
        if not chosen:
            say(NOTHING_SOON, party=sheet.body.name)
            return
        if sheet.contact and application.links.leave_the_house:
            give_out_links(office, who, sheet, chosen)
        with application.store.read() as connection:
            urls = _print_text(connection, application, _find_sheet(connection, office, party, to), chosen, who.person)
    _print_codes(urls, codes, shown=sys.stderr.isatty() if code is None else code)
    _say_what_to_know(sheet, has_links=bool(urls))


def _find_sheet(connection: "Connection", office: "Office", party: str, to: str | None) -> "Sheet":
    """The sheet of the contact who is named, else of the first one."""
    from activities.parties import get_party
    from activities.people import get_person
    from activities.ready_texts import NoContactError, list_sheets

    body = get_party(connection, party)
    sheets = list_sheets(connection, office, body)
    if to is None:
        return sheets[0]
    wanted = get_person(connection, to)
    for each in sheets:
        if each.contact and each.contact.id == wanted.id:
            return each
    raise NoContactError(person=wanted.name, party=body.name, id=body.short_id)


def _choose(connection: "Connection", office: "Office", sheet: "Sheet", rows: tuple[str, ...]) -> "list[Occurrence]":
    from activities.occurrences import resolve_occurrence
    from activities.ready_texts import NotOwedError, is_soon

    if not rows:
        return [each for each in sheet.wanted if is_soon(each, office.today())]
    named = [resolve_occurrence(connection, row) for row in rows]
    for each in named:
        if each.id not in {one.id for one in sheet.wanted}:
            raise NotOwedError(row=each.reference, party=sheet.body.name)
    return named


def _print_text(
    connection: "Connection", application: "Application", sheet: "Sheet", chosen: "list[Occurrence]", sender: "Person"
) -> dict[str, str]:
    """The text on stdout; the short id of each occurrence with its link, for the codes."""
    from notifications.ready_text import Letterhead, find_link_urls, put_into_words

    letterhead = Letterhead(sender, application.links)
    click.echo(put_into_words(connection, application.office, sheet, chosen, letterhead), nl=False)
    urls = find_link_urls(sheet, application.links)
    return {each.short_id: urls[each.id] for each in chosen if each.id in urls}


def _print_codes(urls: dict[str, str], folder: Path | None, *, shown: bool) -> None:
    from notifications.camera_code import render_blocks, render_png

    for name, url in urls.items():
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.png").write_bytes(render_png(url))
        if shown:
            click.echo(f"{name}\n{render_blocks(url)}", err=True)


def _say_what_to_know(sheet: "Sheet", *, has_links: bool) -> None:
    if sheet.contact is None:
        say(NOBODY, party=sheet.body.name, id=sheet.body.short_id)
    elif has_links:
        say(GIVEN_OUT, name=sheet.contact.name, id=sheet.body.short_id)
    else:
        say(INSIDE)
