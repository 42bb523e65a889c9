"""`opora person preferences`: what a person is written about, and when; for those who have no link, or ask by phone."""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

from cli.options import acting, as_json
from cli.output import print_json, print_table
from cli.person_roles import find_actor
from cli.wording import text, word
from engine.errors import N_
from notifications.labels import LETTERS, PACES

if TYPE_CHECKING:
    from notifications.mail.preferences import Preference

DAYS = ("mon", "tue", "wed", "thu", "fri")
_DAY_WORDS = {"mon": N_("Mo"), "tue": N_("Tu"), "wed": N_("We"), "thu": N_("Th"), "fri": N_("Fr")}


@click.command(
    "preferences", help=N_("Show what a person is written about, and when; with --kind and --pace change it.")
)
@click.argument("person", metavar=N_("PERSON"))
@click.option("--kind", type=click.Choice(tuple(LETTERS)), help=N_("The kind of letter."))
@click.option("--pace", type=click.Choice(tuple(PACES)), help=N_("How soon it comes."))
@click.option(
    "--day", "days", multiple=True, type=click.Choice(DAYS), help=N_("A chosen day; may stand several times.")
)
@acting(required=False)
@as_json
def preferences(
    *,
    person: str,
    kind: str | None,
    pace: str | None,
    days: Sequence[str],
    actor: str | None,
    on_behalf_of: str | None,
    as_json: bool,
) -> None:
    from activities.enrolment import check_enrolling
    from activities.people import get_person
    from cli.context import open_application
    from notifications.mail.kinds import Kind
    from notifications.mail.preferences import Pace, choose, list_preferences

    if (kind is None) != (pace is None):
        raise click.UsageError(text(N_("--kind and --pace go together.")))
    with closing(open_application()) as application:
        with application.store.read() as connection:
            found = get_person(connection, person)
        if kind and pace:
            who = find_actor(application, actor, on_behalf_of)
            with application.store.write() as work:
                if who is None or who.person.id != found.id:
                    check_enrolling(work.connection, who)
                choose(work, found.id, Kind(kind), Pace(pace), [DAYS.index(day) + 1 for day in days])
        with application.store.read() as connection:
            chosen = list_preferences(connection, found.id)
    if as_json:
        print_json([{"kind": each.value, "pace": said.pace.value, "days": said.days} for each, said in chosen.items()])
        return
    columns = (N_("Kind"), N_("Letters"), N_("When"))
    print_table(columns, [(each.value, word(LETTERS, each.value), _when(said)) for each, said in chosen.items()])


def _when(said: "Preference") -> str:
    days = ", ".join(word(_DAY_WORDS, DAYS[day - 1]) for day in said.days)
    return f"{word(PACES, said.pace.value)}{f': {days}' if days else ''}"
