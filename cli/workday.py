"""`opora workday`: the organisation's own table of days, which wins over the federal calendar."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from cli.days import DAY, DAY_METAVAR
from cli.options import acting, as_json
from cli.output import print_json, print_table, say
from cli.wording import counted, day_text, text, window_text
from engine.errors import N_

if TYPE_CHECKING:
    from activities.day_table import OwnDay
    from runtime.bootstrap import Application

WORKED, OFF = N_("worked"), N_("day off")
SET = N_("{day}: {what}.")
FORGOTTEN = N_("{day} is as the federal calendar has it: {what}.")
ALL_FORGOTTEN = N_("{days}: each day is as the federal calendar has it.")
WAS_NOT_THERE = N_("{day} does not stand in the table. Nothing was changed.")
DATES_STAY = N_("Dates by which evidence is due stay as they are; move one with opora occurrence set-date or postpone.")


@click.group("workday", help=N_("Days that are worked or off other than the federal calendar says."))
def group() -> None:
    """The noun."""


@group.command("list", help=N_("List the organisation's own days."))
@as_json
def list_(*, as_json: bool) -> None:
    from activities.day_table import list_own_days
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        found = list_own_days(connection)
    if as_json:
        print_json([{"day": each.day, "is_working": each.is_working, "reason": each.reason} for each in found])
        return
    runs = _runs(found)
    rows = [
        (window_text(run[0].day, run[-1].day), text(WORKED if run[0].is_working else OFF), run[0].reason)
        for run in runs
    ]
    print_table((N_("Day"), N_("What"), N_("Reason")), rows)


def _runs(days: "Sequence[OwnDay]") -> "list[list[OwnDay]]":
    """Days one after the other of which the same is said, in a list each: a quiet month is one line."""
    runs: list[list[OwnDay]] = []
    for each in days:
        last = runs[-1][-1] if runs else None
        if last and replace(last, day=each.day) == each and each.day - last.day == timedelta(days=1):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


@group.command("set", help=N_("Say that a day is off, or worked, and why."))
@click.argument("day", type=DAY, metavar=DAY_METAVAR)
@click.option("--off/--worked", "is_off", required=True, help=N_("A day off, or a day that is worked."))
@click.option("--reason", default="", metavar=N_("TEXT"), help=N_("The decree or order that it rests on."))
@acting()
def set_(*, day: date, is_off: bool, reason: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.day_table import OwnDay, set_day
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        set_day(application.office, acting(application, actor, on_behalf_of), OwnDay(day, not is_off, reason))
        say(SET, day=day_text(day), what=text(OFF if is_off else WORKED))
        _reckon(application)


@group.command(
    "quiet", help=N_("Say that from one day to another nobody is reminded of anything: days off, all of them.")
)
@click.argument("first", type=DAY, metavar=N_("FIRST"))
@click.argument("last", type=DAY, metavar=N_("LAST"))
@click.option("--reason", default="", metavar=N_("TEXT"), help=N_("Why: the holidays of a school, for example."))
@acting()
def quiet(*, first: date, last: date, reason: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.day_table import set_quiet
    from activities.period import Period
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        set_quiet(application.office, acting(application, actor, on_behalf_of), Period(first, last), reason)
        say(SET, day=window_text(first, last), what=text(OFF))
        _reckon(application)


@group.command("forget", help=N_("Let the federal calendar decide a day again, or all from one day to another."))
@click.argument("day", type=DAY, metavar=DAY_METAVAR)
@click.argument("last", type=DAY, required=False, metavar=N_("[LAST]"))
@acting()
def forget(*, day: date, last: date | None, actor: str, on_behalf_of: str | None) -> None:
    from activities.day_table import forget_days
    from activities.period import Period
    from cli.context import acting, open_application

    days = window_text(day, last or day)
    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        if not forget_days(application.office, who, Period(day, last or day)):
            say(WAS_NOT_THERE, day=days)
            return
        application.refresh()
        if last is None:
            is_working = application.office.calendar.is_working(day)
            say(FORGOTTEN, day=days, what=text(WORKED if is_working else OFF))
        else:
            say(ALL_FORGOTTEN, days=days)
        _reckon(application)


def _reckon(application: "Application") -> None:
    """Reminders follow the table; dates that people know do not move by themselves."""
    from engine.reckoning import reckon_anew

    application.refresh()
    moved = reckon_anew(application.store, application.office.execution)
    click.echo(counted("{count} reminder was moved.", "{count} reminders were moved.", moved), err=True)
    say(DATES_STAY)
