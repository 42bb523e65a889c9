"""A plan's year at a glance, on screen: a line a month, with a bar."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from cli.output import print_facts, print_table
from cli.wording import text
from engine.errors import N_

if TYPE_CHECKING:
    from activities.importing import PlanReading
    from activities.year_view import YearView

MONTHS = (
    *(N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June")),
    *(N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December")),
)
_WIDEST = 30


def print_year_of(reading: "PlanReading") -> None:
    """Print the year of a document that is not stored."""
    from activities.working_calendar import WorkingCalendar
    from activities.year_view import view_reading

    # Only days are counted, so the zone says nothing.
    print_year(view_reading(reading, WorkingCalendar(ZoneInfo("UTC"))))


def print_year(view: "YearView") -> None:
    """Print what falls due in each month, the busiest as the longest bar, and what has no date."""
    most = max((each.due for each in view.months), default=0)
    if not most + view.undated + view.outside:
        return
    click.echo("\n" + text(N_("The year at a glance")))
    rows = [
        (f"{text(MONTHS[each.month.month - 1])} {each.month.year}", each.due, bar(each.due, most))
        for each in view.months
    ]
    print_table((N_("Month"), N_("Due"), ""), rows)
    print_facts([(N_("Outside the plan's period"), view.outside or None), (N_("No date yet"), view.undated or None)])


def bar(count: int, most: int) -> str:
    """A bar in proportion to the busiest month; what is there at all is seen."""
    return "█" * max(round(_WIDEST * count / most), 1) if count else ""
