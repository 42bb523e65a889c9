"""`opora plan show --as-of`: a plan as it stood at the end of a day."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from cli.output import print_facts, print_json, print_table, say
from cli.wording import day_text, names_text, text, word
from engine.errors import N_
from notifications.labels import STATES

if TYPE_CHECKING:
    from activities.plan_history import PastOccurrence

NOTHING_YET = N_("On {day} the plan “{slug}” had not been launched.")
ERASED = N_("date unknown: what was said is erased")


def show_as_of(plan: str | None, day: date, *, as_json: bool) -> None:
    """Print states, counts and dates as they were at the end of a local day.

    Raises:
        UnknownPlanError, PlanNotNamedError, NoPlanError: which plan is not clear.
    """
    from activities.plan_history import fold_plan
    from activities.plans import get_plan
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        calendar = application.office.calendar
        chosen = get_plan(connection, plan)
        past = fold_plan(connection, chosen.id, calendar.at(day + timedelta(days=1), time.min))
        working_day = calendar.roll_back(day)
    overdue = sum(each.is_overdue(working_day) for each in past.occurrences)
    if as_json:
        rows = [_plain(each) for each in past.occurrences]
        print_json({"slug": chosen.slug, "as_of": day, "states": past.states, "overdue": overdue, "occurrences": rows})
    elif not past.occurrences:
        say(NOTHING_YET, day=day_text(day), slug=chosen.slug)
    else:
        counts = names_text(f"{word(STATES, state)} {past.states[state]}" for state in STATES if past.states[state])
        facts = ((N_("Plan"), chosen.slug), (N_("At the end of"), day_text(day)), (N_("Occurrences"), counts))
        print_facts([*facts, (N_("Overdue"), overdue or None)])
        click.echo()
        _print(past.occurrences)


def _print(past: "Sequence[PastOccurrence]") -> None:
    columns = (N_("Occurrence"), N_("Id"), N_("Title"), N_("State"), N_("Begins"), N_("Evidence due"))
    print_table(
        columns,
        [
            (
                each.occurrence.reference,
                each.occurrence.short_id,
                each.occurrence.title,
                word(STATES, each.state),
                _day(each, each.starts_on),
                _day(each, each.due_on),
            )
            for each in past
        ],
    )


def _day(each: "PastOccurrence", day: date | None) -> str:
    return text(ERASED) if each.dates_erased else day_text(day)


def _plain(each: "PastOccurrence") -> dict[str, Any]:
    return {
        "id": each.occurrence.short_id,
        "reference": each.occurrence.reference,
        "state": each.state,
        "revision": each.revision,
        "starts_on": None if each.dates_erased else each.starts_on,
        "due_on": None if each.dates_erased else each.due_on,
        "dates_erased": each.dates_erased,
    }
