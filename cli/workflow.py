"""`opora workflow`: looks at the definitions that occurrences go through, and lets occurrences change over."""

from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.options import acting, as_json
from cli.output import print_json, print_table, say
from cli.wording import text
from cli.workflow_diagram import diagram
from cli.workflow_migrate import migrate_command, undo_command
from engine.errors import N_

if TYPE_CHECKING:
    from activities.workflow_list import Listed

CLEAN = N_("The workflow “{name}” can be used: {states} states, {events} events, {ladders} ladders.")
TAKEN_IN = N_("“{name}” is kept. A draft is given it by: opora plan workflow PLAN {name}")
YES = N_("yes")


@click.group("workflow", help=N_("The workflow that occurrences go through."))
def group() -> None: ...


for _command in (diagram, migrate_command, undo_command):
    group.add_command(_command)


@group.command("list", help=N_("List the workflows that ship with the program and those of one's own."))
@click.option("--all", "is_all", is_flag=True, help=N_("Every version that anything ever went through."))
@as_json
def list_command(*, is_all: bool, as_json: bool) -> None:
    found = [each for each in _list() if is_all or each.is_current or each.running]
    if as_json:
        print_json([_json(each) for each in found])
        return
    columns = (N_("Workflow"), N_("Digest"), N_("Ships with the program"), N_("Newest"), N_("Open occurrences"))
    print_table(
        columns,
        (
            (
                each.workflow.name,
                each.workflow.digest().hex()[:16],
                text(YES) if each.is_shipped else "",
                text(YES) if each.is_current else "",
                each.running,
            )
            for each in found
        ),
    )


def _list() -> "list[Listed]":
    """With what an installation keeps, where there is one."""
    from activities.workflow_list import list_shipped, list_versions
    from cli.context import open_application
    from runtime.migrations import DatabaseNotInitialisedError

    with (
        suppress(DatabaseNotInitialisedError),
        closing(open_application()) as application,
        application.store.read() as connection,
    ):
        return list_versions(connection)
    return list_shipped()


def _json(each: "Listed") -> dict[str, Any]:
    return {
        "name": each.workflow.name,
        "digest": each.workflow.digest().hex(),
        "shipped": each.is_shipped,
        "newest": each.is_current,
        "running": each.running,
    }


@group.command("check", help=N_("Check a workflow file; each fault is named with its line and what to do."))
@click.argument("file", metavar=N_("FILE"), type=click.Path(path_type=Path))
def check(file: Path) -> None:
    from activities.vocabulary import VOCABULARY
    from workflows.catalogue import load_workflow

    found = load_workflow(file, VOCABULARY)
    events = len({each.event for each in found.transitions})
    say(CLEAN, name=found.name, states=len(found.states), events=events, ladders=len(found.ladders))


@group.command("add", help=N_("Keep a workflow of one's own, so that rows can be given it."))
@click.argument("file", metavar=N_("FILE"), type=click.Path(path_type=Path))
@acting()
def add(*, file: Path, actor: str, on_behalf_of: str | None) -> None:
    from activities.vocabulary import VOCABULARY
    from activities.workflow_choice import take_in_workflow
    from cli.context import acting, open_application
    from workflows.catalogue import load_workflow

    found = load_workflow(file, VOCABULARY)
    with closing(open_application()) as application:
        take_in_workflow(application.office, acting(application, actor, on_behalf_of), found)
    say(TAKEN_IN, name=found.name)
