"""`opora workflow diagram`: a workflow as a picture, with where an occurrence stands in it."""

from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.output import language
from cli.wording import counted, instant_text, text, word
from engine.errors import N_
from notifications.labels import COMMANDS, ROLES, STATES, label
from notifications.translation import translate

if TYPE_CHECKING:
    from engine.definition import WorkflowDefinition
    from workflows.svg import Live, Words

RUNG_AT = N_("{rung} on {at}")
TIMER = N_("timer")
NAME_OR_INSTANCE = N_("Name a workflow or, with --instance, an occurrence.")


@click.command("diagram", help=N_("Print a workflow as a diagram; with --instance where an occurrence stands in it."))
@click.argument("name", required=False, metavar=N_("[NAME_OR_FILE]"))
@click.option(
    "--instance", "reference", metavar="REF", help=N_("The workflow of this occurrence, with its state marked.")
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["mermaid", "svg"]),
    default="mermaid",
    show_default=True,
    help=N_("How the diagram is written."),
)
def diagram(*, name: str | None, reference: str | None, style: str) -> None:
    from workflows.diagram import render_mermaid
    from workflows.svg import render_svg

    if (name is None) == (reference is None):
        raise click.UsageError(translate(NAME_OR_INSTANCE, language()))
    definition, live = _of_occurrence(reference) if reference else (_find(name or ""), None)
    drawn = render_svg(definition, _words(), live) if style == "svg" else render_mermaid(definition, live)
    click.echo(drawn, nl=False)


def _find(name: str) -> "WorkflowDefinition":
    """A file, a shipped workflow, or what an installation keeps."""
    from activities.vocabulary import VOCABULARY
    from activities.workflow_migration import find_target
    from cli.context import open_application
    from runtime.migrations import DatabaseNotInitialisedError
    from workflows.catalogue import get_workflow, load_workflow

    if Path(name).is_file():
        return load_workflow(Path(name), VOCABULARY)
    with (
        suppress(DatabaseNotInitialisedError),
        closing(open_application()) as application,
        application.store.read() as connection,
    ):
        return find_target(connection, name)
    return get_workflow(name, VOCABULARY)


def _of_occurrence(reference: str) -> "tuple[WorkflowDefinition, Live]":
    from activities.occurrences import resolve_occurrence
    from activities.running_workflow import get_running_workflow
    from cli.context import open_application
    from engine.migration import read_ladders
    from workflows.svg import Live

    with closing(open_application()) as application, application.store.read() as connection:
        target = resolve_occurrence(connection, reference)
        definition = get_running_workflow(connection, target.instance_id)
        armed = read_ladders(connection, [target.instance_id]).get(target.instance_id, {})
        now, zone = application.store.clock.now(), application.office.calendar.zone
    rungs = [
        text(RUNG_AT, rung=f"{row.armed.ladder}.{row.armed.rung}", at=instant_text(row.armed.due_at, zone))
        for row in sorted(armed.values(), key=lambda row: row.armed.due_at)
    ]
    return definition, Live(target.state, _duration(now - target.entered_at), rungs)


def _duration(time: timedelta) -> str:
    if time < timedelta(days=1):
        return counted("{count} hour", "{count} hours", int(time / timedelta(hours=1)))
    return counted("{count} day", "{count} days", time.days)


def _words() -> "Words":
    from workflows.svg import Words

    return Words(
        state=lambda name: word(STATES, name),
        event=lambda name: label(COMMANDS, name, language()),
        role=lambda name: text(TIMER) if name == "timer" else word(ROLES, name),
        say=lambda told, **details: translate(told, language(), **details),
    )
