"""`opora simulate`: a plan lived through beforehand, and what it will ask of people."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cli.days import DAY, DAY_METAVAR
from cli.options import as_json
from cli.output import language, print_facts, print_json, print_table, say
from cli.wording import day_text, names_text, window_text, word
from engine.errors import N_
from notifications.labels import ROLES
from notifications.translation import translate

if TYPE_CHECKING:
    from activities.occurrences import Occurrence
    from activities.people import Person
    from runtime.simulation import Load, Outlook, Simulation

MANY_ROWS = 10
UNTOUCHED = N_("Nobody acted in it, nothing was sent and nothing was changed: it ran in a copy that is gone.")


@click.command(
    "simulate", help=N_("Live a plan through in a copy: who is written to, what falls on days off, who decides.")
)
@click.argument("plan", required=False, metavar=N_("[PLAN]"))
@click.option(
    "--from",
    "from_on",
    type=DAY,
    metavar=DAY_METAVAR,
    help=N_("The day on which a draft is launched, today by default."),
)
@click.option("--until", type=DAY, metavar=DAY_METAVAR, help=N_("The last day, the plan's by default."))
@click.option(
    "--more-than",
    type=click.IntRange(min=0),
    default=MANY_ROWS,
    show_default=True,
    metavar=N_("NUMBER"),
    help=N_("Name the weeks in which one person has more rows than this to decide on."),
)
@as_json
def command(*, plan: str | None, from_on: date | None, until: date | None, more_than: int, as_json: bool) -> None:
    from activities.plans import get_plan
    from cli.context import open_application
    from engine.unit_of_work import SilentBell
    from runtime.simulation import simulate

    with closing(open_application(SilentBell())) as application:
        with application.store.read() as connection:
            chosen = get_plan(connection, plan)
        lived = simulate(application, chosen, from_on=from_on, until=until)
    if as_json:
        print_json(_to_json(lived, more_than))
        return
    _print_facts(lived)
    _print_letters(lived.outlook)
    _print_weeks(lived.outlook, more_than)
    _print_rows(N_("Due on a day off: overdue begins on the working day after"), lived.outlook.on_days_off)
    _print_rows(N_("Still without a date at the end: opora occurrence set-date"), lived.outlook.undated)
    _print_rows(N_("Due before the day of launch: nothing is sent for them"), lived.outlook.before_record)
    say(UNTOUCHED)


def _print_facts(lived: "Simulation") -> None:
    outlook = lived.outlook
    print_facts(
        [
            (N_("Plan"), lived.plan.slug),
            (N_("Lived through"), window_text(lived.starts_on, lived.until)),
            (N_("Occurrences"), outlook.occurrences),
            (N_("Letters"), lived.letters),
            (N_("Nobody would write to"), names_text(map(_person, outlook.unwritten))),
            (N_("Nobody is"), names_text(word(ROLES, role.value) for role in outlook.missing_roles)),
            (N_("Without a contact"), names_text(f"{each.name} ({each.short_id})" for each in outlook.without_contact)),
            (N_("Readings to confirm (opora plan review)"), len(outlook.unconfirmed) or None),
            (N_("Weeks in which nothing begins or falls due"), names_text(map(day_text, outlook.idle_weeks))),
        ]
    )


def _person(person: "Person") -> str:
    return f"{person.name} <{person.email}>"


def _print_letters(outlook: "Outlook") -> None:
    if not outlook.letters:
        return
    _print_heading(N_("Letters a person, and the fullest week"))
    columns = (N_("Person"), N_("Letters"), N_("Weeks with letters"), N_("Most in a week"), N_("Week of"))
    print_table(columns, map(_letters_row, _by_person(outlook.letters)))


def _by_person(loads: "Iterable[Load]") -> "list[list[Load]]":
    people: dict[int, list[Load]] = {}
    for each in loads:
        people.setdefault(each.person.id, []).append(each)
    return list(people.values())


def _letters_row(loads: "Sequence[Load]") -> tuple[object, ...]:
    fullest = max(loads, key=lambda each: each.count)
    total = sum(each.count for each in loads)
    return _person(fullest.person), total, len(loads), fullest.count, day_text(fullest.week_on)


def _print_weeks(outlook: "Outlook", more_than: int) -> None:
    overfull = [each for each in outlook.to_decide if each.count > more_than]
    if not overfull:
        return
    _print_heading(N_("Weeks with much to decide"))
    print_table(
        (N_("Person"), N_("Week of"), N_("Rows due")),
        [(_person(each.person), day_text(each.week_on), each.count) for each in overfull],
    )


def _print_rows(heading: str, rows: "Sequence[Occurrence]") -> None:
    if not rows:
        return
    _print_heading(heading)
    columns = (N_("Occurrence"), N_("Title"), N_("Deadline"), N_("Due"))
    print_table(columns, [(each.reference, each.title, each.deadline_text, day_text(each.due_on)) for each in rows])


def _print_heading(heading: str) -> None:
    click.echo(f"\n{translate(heading, language())}")


def _to_json(lived: "Simulation", more_than: int) -> dict[str, Any]:
    outlook = lived.outlook
    written = Counter({each.person.email: 0 for each in outlook.letters})
    for each in outlook.letters:
        written[each.person.email] += each.count
    return {
        "plan": lived.plan.slug,
        "from": lived.starts_on,
        "until": lived.until,
        "ticks": lived.ticks,
        "occurrences": outlook.occurrences,
        "letters": lived.letters,
        "people": dict(written),
        "letters_a_week": [_load(each) for each in outlook.letters],
        "unwritten": [each.email for each in outlook.unwritten],
        "to_decide": [_load(each) for each in outlook.to_decide if each.count > more_than],
        "on_days_off": [_row(each) for each in outlook.on_days_off],
        "idle_weeks": outlook.idle_weeks,
        "undated": [_row(each) for each in outlook.undated],
        "unconfirmed": [_row(each) for each in outlook.unconfirmed],
        "before_record": [_row(each) for each in outlook.before_record],
        "without_contact": [{"id": each.short_id, "name": each.name} for each in outlook.without_contact],
        "missing_roles": [role.value for role in outlook.missing_roles],
    }


def _load(each: "Load") -> dict[str, Any]:
    return {"person": each.person.email, "week": each.week_on, "count": each.count}


def _row(each: "Occurrence") -> dict[str, Any]:
    # Not its short id: that of a copy's occurrence means nothing in the real database.
    return {"reference": each.reference, "number": each.number, "title": each.title, "due_on": each.due_on}
