"""What a command prints: data on stdout, talk on stderr."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from textwrap import indent
from typing import Any

import click

from cli.environment import LANGUAGE, find_setting
from notifications.translation import LANGUAGES, translate


def language() -> str:
    """The language of the person at the terminal: `OPORA_LANG`, else Russian in a Russian locale, else English."""
    chosen = (find_setting(LANGUAGE) or "").lower()
    if chosen in LANGUAGES:
        return chosen
    # POSIX: the first of the three that is set and not empty.
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "ru" if locale.lower().startswith("ru") else "en"


def say(text: str, /, **details: Any) -> None:
    """Talk to the person: a marked text, in their language, on stderr."""
    click.echo(translate(text, language(), **details), err=True)


def print_json(value: Any) -> None:
    """Print data for programs: JSON with dates as ISO 8601 and Russian letters as they are."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_to_json))


def _to_json(value: Any) -> Any:
    if hasattr(value, "to_json"):
        return value.to_json()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under translated column names; no cell is ever cut.

    On a terminal a table whose cells wrap; elsewhere one line a row, cells separated by a tab.

    Args:
        columns: marked texts.
        rows: as many cells as columns; None is an empty cell.
    """
    head = [translate(column, language()) for column in columns]
    body = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _print_for_people(head, body)
        return
    for row in [head, *body]:
        click.echo("\t".join(" ".join(cell.split()) for cell in row))


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print what is known of one thing, a line a fact: `Label: value`; what is empty or None is left out.

    Args:
        facts: marked labels and their values; a value of several lines is set in below its label.
    """
    for name, value in facts:
        lines = "" if value is None else str(value)
        if lines:
            label = translate(name, language())
            click.echo(f"{label}: {lines}" if "\n" not in lines else f"{label}:\n{indent(lines, '  ')}")


def _print_for_people(head: list[str], body: list[list[str]]) -> None:
    # Imported here: it is slow to load, and only a terminal needs it.
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in head:
        table.add_column(Text(name), overflow="fold")
    for row in body:
        table.add_row(*map(Text, row))  # as Text, so that a square bracket is no markup
    Console().print(table)
