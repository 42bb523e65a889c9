"""Calendar days as people type them: `2026-05-20` or `20.05.2026`."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any

import click

from cli.output import language
from engine.errors import N_
from notifications.translation import translate

_FORMS = ("%Y-%m-%d", "%d.%m.%Y")
NO_DAY = N_("“{day}” is not a day. Write it like 2026-05-20 or 20.05.2026.")


class DayType(click.ParamType[date]):
    """A day, as an option's or argument's type; the command gets a `date`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day that was typed; anything else is a usage error that shows how to write it."""
        if isinstance(value, date):
            return value
        day = find_day(value)
        if day is None:
            self.fail(translate(NO_DAY, language(), day=value), param, ctx)
        return day


def find_day(text: str) -> date | None:
    """The day that a text names, or None."""
    for form in _FORMS:
        # Only the day is taken, so there is no zone to lose.
        with suppress(ValueError):
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007
    return None


DAY = DayType()
DAY_METAVAR = N_("DATE")
