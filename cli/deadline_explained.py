"""A reading explained on screen: the text with its parts marked, what was assumed, the dates, how sure it is."""

import click
from rich.console import Console
from rich.text import Text

from activities.deadlines import Confidence, Schedule, Span
from cli.output import language, print_facts
from cli.wording import CONFIDENCES, day_text, word
from engine.errors import N_
from notifications.translation import translate

PARTS = {
    "window": N_("date"),
    "bound": N_("deadline or start"),
    "period": N_("period"),
    "ongoing": N_("period"),
    "rhythm": N_("how often"),
    "quota": N_("how many times"),
    "thereafter": N_("what follows"),
    "caption": N_("caption"),
    "unread": N_("not read"),
    "time": N_("time of day"),
    "weekday": N_("day of the week"),
    "number": N_("a number, not a date"),
}
REMARK = N_("remark")
_STYLES = {"unread": "bold red", "caption": "dim", "number": "dim", "time": "dim"}
_SILENT = {"space", "separator", "preposition"}
_CONFIDENCE_STYLES = {Confidence.SURE: "bold green", Confidence.CHECK: "bold yellow", Confidence.ASK: "bold red"}


def show_reading(schedule: Schedule) -> None:
    """Print the reading for a person, in their language."""
    # As wide as the text: where it is piped, no line may be broken inside a word.
    console = Console(highlight=False, soft_wrap=True)
    console.print(_marked(schedule))
    for span in schedule.spans:
        if span.part not in _SILENT:
            name = translate(PARTS.get(span.part, REMARK), language())
            click.echo(f"  {' '.join(schedule.text[span.start : span.end].split())} — {name}")
    click.echo()
    explanation = schedule.explanation
    click.echo(explanation.ru if language() == "ru" else explanation.en)
    for window in schedule.occurrences:
        click.echo(f"  {day_text(window.start) or '…'} – {day_text(window.due)}")
    print_facts([(N_("Rule"), schedule.rrule), (N_("Times"), schedule.count)])
    console.print(Text(word(CONFIDENCES, schedule.confidence), style=_CONFIDENCE_STYLES[schedule.confidence]))


def _marked(schedule: Schedule) -> Text:
    """The cell's text, each part in the style of what it gave."""
    marked = Text()
    for span in schedule.spans:
        marked.append(schedule.text[span.start : span.end], style=_style(span))
    return marked


def _style(span: Span) -> str:
    return "" if span.part in _SILENT else _STYLES.get(span.part, "bold cyan")
