"""`opora deadline`: how the text of a deadline is read, with no plan and no database."""

import json
from collections.abc import Iterator
from datetime import date
from typing import IO, Any

import click

from activities.deadlines import Schedule, read_deadline
from cli.days import DAY, DAY_METAVAR
from cli.deadline_explained import show_reading
from cli.options import as_json
from cli.output import print_json
from engine.errors import N_, OporaError


class DeadlinePeriodError(OporaError):
    """The plan's first or last day is missing, or they are the wrong way round."""

    message = N_("Say which period the plan covers: --from and --to, the first and the last day, in that order.")


class DeadlineTextMissingError(OporaError):
    """No text to read."""

    message = N_("Give the text of the deadline in quotation marks, or --jsonl and a file of lines.")


class DeadlineLineError(OporaError):
    """A line of `--jsonl` that is no phrase with its plan's period."""

    message = N_(
        "Line {number} cannot be read: {reason}. A line is a JSON object of the texts phrase, plan_start, plan_end, "
        'such as {{"phrase": "до 1 июня", "plan_start": "2026-01-01", "plan_end": "2026-12-31"}}.'
    )


@click.group("deadline", help=N_("Show how the text of a deadline is read."))
def group() -> None:
    pass


@group.command("read", help=N_("Read the text of a deadline and explain the reading; stores nothing."))
@click.argument("text", required=False, metavar=N_("[TEXT]"))
@click.option("--from", "starts_on", type=DAY, metavar=DAY_METAVAR, help=N_("The plan's first day."))
@click.option("--to", "ends_on", type=DAY, metavar=DAY_METAVAR, help=N_("The plan's last day."))
@click.option(
    "--jsonl",
    is_flag=True,
    help=N_("Read JSON lines from the file TEXT, or from standard input; print one schedule a line, in order."),
)
@as_json
def read(*, text: str | None, starts_on: date | None, ends_on: date | None, jsonl: bool, as_json: bool) -> None:
    if jsonl:
        with click.open_file(text or "-", encoding="utf-8") as lines:
            for schedule in _read_lines(lines):
                click.echo(json.dumps(schedule.to_json(), ensure_ascii=False))
        return
    if text is None:
        raise DeadlineTextMissingError
    if starts_on is None or ends_on is None or ends_on < starts_on:
        raise DeadlinePeriodError
    schedule = read_deadline(text, starts_on, ends_on)
    if as_json:
        print_json(schedule)
    else:
        show_reading(schedule)


def _read_lines(lines: IO[str]) -> Iterator[Schedule]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield read_deadline(*_parse_line(line, number))


def _parse_line(line: str, number: int) -> tuple[str, date, date]:
    """The phrase and its plan's period.

    Raises:
        DeadlineLineError: names the line.
    """
    try:
        found: Any = json.loads(line)
        phrase, starts_on, ends_on = found["phrase"], *(_day(found[name]) for name in ("plan_start", "plan_end"))
    except (ValueError, TypeError, KeyError) as error:
        raise DeadlineLineError(number=number, reason=_reason(error)) from error
    if not isinstance(phrase, str) or ends_on < starts_on:
        raise DeadlineLineError(number=number, reason=repr(found))
    return phrase, starts_on, ends_on


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
