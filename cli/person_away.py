"""`opora person away`: who is away, and who acts in their place."""

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cli.days import DAY, DAY_METAVAR
from cli.options import acting
from cli.output import language, say
from cli.wording import day_text, text
from engine.errors import N_
from notifications.translation import translate

if TYPE_CHECKING:
    from activities.absences import Absence

AWAY = N_("{name} is away from {first} to {last}. {substitute} may act in their place and gets their letters.")
BACK = N_("{name} is back. What still waits is theirs again, and {substitute} acts in their place no more.")
SAY_WHEN = N_("Say from when to when and who stands in: --from DATE --to DATE --substitute PERSON; or --back.")
AWAY_LINE = N_("from {first} to {last}; in their place: {name}")
STANDS_IN_LINE = N_("from {first} to {last}; for {name}")


@click.command("away", help=N_("Say that a person is away and who acts in their place; or that they are back."))
@click.argument("person", metavar=N_("PERSON"))
@click.option("--from", "starts_on", type=DAY, metavar=DAY_METAVAR, help=N_("The first day; today if it is left out."))
@click.option("--to", "ends_on", type=DAY, metavar=DAY_METAVAR, help=N_("The last day."))
@click.option("--substitute", metavar=N_("PERSON"), help=N_("Who gets their letters and may act for them."))
@click.option("--back", is_flag=True, help=N_("They are back, or do not go at all."))
@acting()
def away(
    *,
    person: str,
    starts_on: date | None,
    ends_on: date | None,
    substitute: str | None,
    back: bool,
    actor: str,
    on_behalf_of: str | None,
) -> None:
    from activities.absences import NewAbsence, end_absence, record_absence
    from activities.people import get_person
    from cli.context import acting, open_application

    if back == bool(starts_on or ends_on or substitute) or (not back and not (ends_on and substitute)):
        raise click.UsageError(translate(SAY_WHEN, language()))
    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            leaver = get_person(connection, person)
            other = get_person(connection, substitute) if substitute else None
        if other is None or ends_on is None:
            for ended in end_absence(application.office, who, leaver):
                say(BACK, name=leaver.name, substitute=ended.substitute.name)
            return
        new = NewAbsence(leaver, other, starts_on or application.office.today(), ends_on)
        told = record_absence(application.office, who, new)
    first, last = day_text(told.starts_on), day_text(told.ends_on)
    say(AWAY, name=told.person.name, first=first, last=last, substitute=told.substitute.name)


def absence_text(each: "Absence", template: str, name: str) -> str:
    """An absence in a line."""
    return text(template, first=day_text(each.starts_on), last=day_text(each.ends_on), name=name)


def absence_json(each: "Absence") -> dict[str, Any]:
    """An absence as data for programs."""
    return {
        "person": each.person.email,
        "substitute": each.substitute.email,
        "from": each.starts_on.isoformat(),
        "to": each.ends_on.isoformat(),
    }
