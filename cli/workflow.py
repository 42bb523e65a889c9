"""`opora workflow`: looks at the definitions that occurrences go through."""

from pathlib import Path

import click

from cli.options import as_json
from cli.output import print_json, print_table, say
from engine.errors import N_

CLEAN = N_("The workflow “{name}” can be used: {states} states, {events} events, {ladders} ladders.")


@click.group("workflow", help=N_("The workflow that occurrences go through."))
def group() -> None: ...


@group.command("list", help=N_("List the workflows that ship with the program."))
@as_json
def list_command(*, as_json: bool) -> None:
    from activities.vocabulary import VOCABULARY
    from workflows.catalogue import get_workflow, list_workflows

    found = [get_workflow(name, VOCABULARY) for name in list_workflows()]
    if as_json:
        print_json([{"name": each.name, "digest": each.digest().hex()} for each in found])
    else:
        print_table((N_("Workflow"), N_("Digest")), ((each.name, each.digest().hex()[:16]) for each in found))


@group.command("check", help=N_("Check a workflow file; each fault is named with its line and what to do."))
@click.argument("file", metavar=N_("FILE"), type=click.Path(path_type=Path))
def check(file: Path) -> None:
    from activities.vocabulary import VOCABULARY
    from workflows.catalogue import load_workflow

    found = load_workflow(file, VOCABULARY)
    events = len({each.event for each in found.transitions})
    say(CLEAN, name=found.name, states=len(found.states), events=events, ladders=len(found.ladders))


@group.command("diagram", help=N_("Print a workflow as a diagram."))
@click.argument("name", metavar=N_("NAME"))
@click.option(
    "--format",
    "style",
    type=click.Choice(["mermaid"]),
    default="mermaid",
    show_default=True,
    help=N_("How the diagram is written."),
)
def diagram(name: str, style: str) -> None:  # noqa: ARG001  (one style so far, checked by Click)
    from activities.vocabulary import VOCABULARY
    from workflows.catalogue import get_workflow
    from workflows.diagram import render_mermaid

    click.echo(render_mermaid(get_workflow(name, VOCABULARY)), nl=False)
