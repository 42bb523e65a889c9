"""`opora plan read`: what Opora makes of a plan, shown calmly; writes nothing."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.days import DAY, DAY_METAVAR
from cli.options import as_json
from cli.output import language, print_facts, print_json, print_table, say
from cli.wording import CONFIDENCES, counted, names_text, text, window_text, word
from cli.year_view import print_year_of
from engine.errors import N_
from notifications.labels import KINDS
from notifications.translation import translate

if TYPE_CHECKING:
    from rich.progress import TaskID

    from activities.importing import PlanReading, ReadActivity
    from activities.importing.columns import ColumnRole
    from activities.importing.progress import Progress, Report
    from activities.period import Period

HALF_A_PERIOD = N_("Give both --from and --to, or neither.")
NOTHING_WRITTEN = N_("Nothing was stored. To make a draft of it: opora plan import {file}")

UNKNOWN_COLUMN = N_("There is no column “{name}”. Known: {known}.")
NO_TITLE_COLUMN = N_("One of the columns must be “title”.")
STAGES = {"file": N_("Opening the file"), "pages": N_("Pages"), "rows": N_("Rows")}

SCHEDULE_KINDS = {
    "dates": N_("windows and days"),
    "deadline": N_("by a day"),
    "recurring": N_("recurring"),
    "continuous": N_("all through the period"),
    "quota": N_("a number of times"),
    "on_request": N_("on request"),
    "undetermined": N_("no date yet"),
}


def _parse_columns(_context: click.Context, _parameter: click.Parameter, value: str) -> "tuple[ColumnRole, ...]":
    """The roles that --columns names, none without it."""
    from activities.importing.columns import ColumnRole

    names = [name.strip().lower() for name in value.split(",")] if value else []
    known = [role.value for role in ColumnRole]
    unknown = [name for name in names if name not in known]
    if unknown:
        said = translate(UNKNOWN_COLUMN, language(), name=unknown[0], known=", ".join(known))
        raise click.BadParameter(said)
    if names and ColumnRole.TITLE not in names:
        raise click.BadParameter(translate(NO_TITLE_COLUMN, language()))
    return tuple(map(ColumnRole, names))


told_columns = click.option(
    "--columns",
    default="",
    callback=_parse_columns,
    metavar=N_("NAMES"),
    help=N_("What the table's columns hold, from the left: number,title,responsible,result,deadline,section,other."),
)
"""The option by which a person says what columns hold where headings do not."""


@contextmanager
def reading_shown() -> "Iterator[Report]":
    """A bar on stderr while a long file is read, on a terminal only; gives what `read_plan` reports to.

    While the file is opened nobody knows how long it takes: the bar only moves, and makes way for one that counts.
    """
    from activities.importing.progress import stay_silent

    if not sys.stderr.isatty():
        yield stay_silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(progress: "Progress") -> None:
            stage = progress.stage.value
            if stage not in tasks:
                if "file" in tasks:
                    bar.remove_task(tasks.pop("file"))
                tasks[stage] = bar.add_task(text(STAGES[stage]), total=progress.total or None)
            bar.update(tasks[stage], completed=progress.done)

        yield show


@click.command("read", help=N_("Show how a plan is read from a document; stores nothing."))
@click.argument("file", type=click.Path(path_type=Path), metavar=N_("FILE"))
@click.option("--from", "starts_on", type=DAY, metavar=DAY_METAVAR, help=N_("The plan's first day."))
@click.option("--to", "ends_on", type=DAY, metavar=DAY_METAVAR, help=N_("The plan's last day."))
@told_columns
@as_json
def command(
    *, file: Path, starts_on: date | None, ends_on: date | None, columns: "tuple[ColumnRole, ...]", as_json: bool
) -> None:
    from activities.importing import read_plan

    with reading_shown() as report:
        reading = read_plan(file, given_period(starts_on, ends_on), columns=columns, report=report)
    if as_json:
        print_json(reading.to_json(text))
        return
    _print_counts(reading)
    print_year_of(reading)
    _print_sections(reading)
    _print_deadlines(reading.activities)
    _print_defects(reading)
    _print_unplaced(reading)
    say(NOTHING_WRITTEN, file=file)


def given_period(starts_on: date | None, ends_on: date | None) -> "Period | None":
    """The period that --from and --to give, None without them; one of them alone is a usage error."""
    from activities.period import Period

    if (starts_on is None) != (ends_on is None):
        raise click.UsageError(translate(HALF_A_PERIOD, language()))
    return Period(starts_on, ends_on) if starts_on and ends_on else None


def _print_counts(reading: "PlanReading") -> None:
    activities = reading.activities
    sure = sum(each.schedule.confidence.value == "sure" for each in activities)
    print_facts(
        [
            (N_("Title"), reading.title),
            (N_("Period"), window_text(reading.period.starts_on, reading.period.ends_on)),
            (N_("Activities"), counted("{count} activity", "{count} activities", len(activities))),
            (N_("By kind"), _tally(KINDS, (each.proposal.kind.value for each in activities))),
            (N_("By deadline"), _tally(SCHEDULE_KINDS, (each.schedule.kind.value for each in activities))),
            (
                N_("Deadlines"),
                counted("{count} deadline was read surely", "{count} deadlines were read surely", sure),
            ),
        ]
    )


def _tally(words: dict[str, str], names: Iterable[str]) -> str:
    counts = Counter(names)
    return names_text(f"{word(words, name)} {counts[name]}" for name in words if counts[name])


def _print_heading(heading: str) -> None:
    click.echo(f"\n{translate(heading, language())}")


def _print_sections(reading: "PlanReading") -> None:
    """Each heading, set in by its level, and how many activities stand right below it."""
    if not reading.sections:
        return
    _print_heading(N_("By section"))
    counts = Counter(activity.section for activity in reading.activities)
    rows = [("  " * (each.level - 1) + each.text, counts[each.path]) for each in reading.sections]
    if counts[()]:
        rows.append((text(N_("(outside the sections)")), counts[()]))
    print_table((N_("Section"), N_("Activities")), rows)


def _print_deadlines(activities: Iterable["ReadActivity"]) -> None:
    """The deadlines that need a person: those without a date first."""
    doubtful = [each for each in activities if each.schedule.confidence.value != "sure"]
    if not doubtful:
        return
    _print_heading(N_("Deadlines to look at"))
    columns = (N_("Activity"), N_("Deadline"), N_("What to do"), N_("How it was read"))
    ordered = sorted(doubtful, key=lambda each: each.schedule.confidence.value)  # «ask» before «check»
    print_table(columns, [_deadline_row(each) for each in ordered])


def _deadline_row(each: "ReadActivity") -> tuple[str, str, str, str]:
    from activities.importing.defects import quote

    explanation = each.schedule.explanation
    name = f"{each.number} {quote(each.title)}".strip()
    said = explanation.ru if language() == "ru" else explanation.en
    return name, each.deadline, word(CONFIDENCES, each.schedule.confidence.value), said


def _print_defects(reading: "PlanReading") -> None:
    if reading.defects:
        _print_heading(N_("Remarks on the document"))
        print_table((N_("Row"), N_("Remark")), [(each.row, each.phrase.say(text)) for each in reading.defects])


def _print_unplaced(reading: "PlanReading") -> None:
    """Texts that no field took; a column that has no field is told once, with how many cells it fills."""
    if not reading.unplaced:
        return
    _print_heading(N_("Texts without a place"))
    columns = Counter(each.heading for each in reading.unplaced if each.heading)
    rows = [(text(N_("column “{heading}”"), heading=heading), count) for heading, count in columns.items()]
    loose = [(each.place.phrase.say(text), each.text) for each in reading.unplaced if not each.heading]
    if rows:
        print_table((N_("Where"), N_("Cells")), rows)
    if loose:
        print_table((N_("Where"), N_("Text")), loose)
