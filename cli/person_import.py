"""`opora person import`: people from a table, all rows or none."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.options import acting, as_json
from cli.output import print_json, print_table, say
from cli.person_roles import find_actor
from cli.person_show import person_json
from cli.wording import counted, text, word
from engine.errors import N_, OporaError
from notifications.labels import ROLES

if TYPE_CHECKING:
    from activities.people_import import Enrolled, PeopleImport

WRONG_ROW = N_("Row {row}: {problem}")
JOINED = N_("{member} belongs to {group} now.")
IMPORTED = N_("{added} added, {known} known already, {roles} roles given, {contacts} speak for a party.")


class PeopleRefusedError(OporaError):
    """Rows that cannot be stored."""

    message = N_("Nothing was stored: put these rows right ({rows}) and import the file again.")


@click.command("import", help=N_("Bring people in from a table (.xlsx, .csv): all rows, or none."))
@click.argument("file", type=click.Path(path_type=Path), metavar=N_("FILE"))
@click.option("--plan", metavar=N_("PLAN"), help=N_("The plan whose sections the table names."))
@click.option(
    "--new",
    multiple=True,
    metavar=N_("NAME"),
    help=N_("This organisation is another one than the one that is spelled nearly like it; may stand several times."),
)
@acting(required=False)
@as_json
def import_(
    *,
    file: Path,
    plan: str | None,
    new: tuple[str, ...],
    actor: str | None,
    on_behalf_of: str | None,
    as_json: bool,
) -> None:
    from activities.parts import fan_out_to_newcomers
    from activities.people_import import import_people
    from activities.plans import get_plan, list_plans
    from cli.context import open_application

    with closing(open_application()) as application:
        who = find_actor(application, actor, on_behalf_of)
        with application.store.read() as connection:
            plans = list_plans(connection)
            lies_in = get_plan(connection, plan) if plan or len(plans) == 1 else None
        done = import_people(application.office, who, file, lies_in, new)
        groups = {each.group_id for each in done.joined}
        made = sum(fan_out_to_newcomers(application.office, who, each) for each in groups) if who else 0
    _refuse_problems(done)
    if as_json:
        print_json([_enrolled_json(each) for each in done.enrolled])
    else:
        columns = (N_("Name"), N_("Mail"), N_("Id"), N_("Role"), N_("Speaks for"))
        print_table(columns, [_enrolled_row(each) for each in done.enrolled])
    _say_imported(done)
    for each in done.joined:
        say(JOINED, member=each.member, group=each.group)
    if made:
        click.echo(counted("{count} part was made.", "{count} parts were made.", made), err=True)


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
