"""`opora outbox`: the program's messages to itself: what waits, what was given up, and what is to become of it."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from cli.options import acting, as_json
from cli.output import print_json, print_table, say
from cli.wording import instant_text, word
from engine.errors import N_
from notifications.labels import EVENTS

if TYPE_CHECKING:
    from activities.occurrences import Occurrence
    from engine.outbox import Posted
    from runtime.bootstrap import Application

STATES = {"waiting": N_("waits"), "dead": N_("given up"), "done": N_("done")}
TOPICS = EVENTS | {
    "beginning": N_("reminder of the beginning"),
    "evidence": N_("reminder of evidence"),
    "decision": N_("reminder of a decision"),
    "date_wanted": N_("a date is wanted"),
}
NOTHING = N_("No message waits and none was given up.")
RETRIED = N_("Message {message} will be tried again at the next tick.")
DROPPED = N_("Message {message} is dropped; whom it concerned is not told. It stays listed with --state done.")


@click.group("outbox", help=N_("Messages of the program: what waits, what was given up."))
def group() -> None: ...


@group.command("list", help=N_("List the messages that wait or were given up, the newest first."))
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(list(STATES)),
    default=("waiting", "dead"),
    help=N_("In this state only; repeatable."),
)
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help=N_("At most so many."))
@as_json
def list_(*, states: Sequence[str], limit: int, as_json: bool) -> None:
    from cli.context import open_application
    from engine.outbox import MessageState, list_messages

    with closing(open_application()) as application:
        with application.store.read() as connection:
            found = list_messages(connection, [MessageState(state) for state in states], limit)
        concerned = _concerned(application, found)
        if as_json:
            print_json([_plain(each, concerned.get(each.message.instance_id)) for each in found])
        elif found:
            _print(application, found, concerned)
        else:
            say(NOTHING)


@group.command("retry", help=N_("Try a message again that was given up, once its trouble is over."))
@click.argument("message", type=int, metavar=N_("MESSAGE"))
def retry(*, message: int) -> None:
    from cli.context import open_application
    from engine.outbox import retry_message

    with closing(open_application()) as application, application.store.write() as work:
        retry_message(work, message)
    say(RETRIED, message=message)


@group.command("drop", help=N_("Drop a message that was given up: whom it concerns is not told."))
@click.argument("message", type=int, metavar=N_("MESSAGE"))
@click.option("--reason", required=True, metavar=N_("TEXT"), help=N_("Why; it stays beside the message."))
@acting()
def drop(*, message: int, reason: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.roles import RUNNING, check_holds_anywhere
    from cli.context import acting, open_application
    from engine.outbox import drop_message

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of).person
        with application.store.write() as work:
            check_holds_anywhere(work.connection, who.id, RUNNING, "drop")
            drop_message(work, message, who.short_id, reason.strip())
    say(DROPPED, message=message)


def _concerned(application: "Application", found: "Iterable[Posted]") -> "dict[int, Occurrence]":
    from activities.occurrences import OccurrenceFilter, list_occurrences

    wanted = OccurrenceFilter(instance_ids=sorted({each.message.instance_id for each in found}))
    with application.store.read() as connection:
        return {each.instance_id: each for each in list_occurrences(connection, wanted)}


def _print(application: "Application", found: "Sequence[Posted]", concerned: "dict[int, Occurrence]") -> None:
    zone = application.settings.zone
    columns = (N_("Message"), N_("About"), N_("Occurrence"), N_("State"), N_("Written"), N_("Tries"), N_("Trouble"))
    print_table(
        columns,
        [
            (
                each.message.id,
                word(TOPICS, each.message.topic),
                _reference(concerned.get(each.message.instance_id)),
                word(STATES, each.state.value),
                instant_text(each.message.created_at, zone),
                each.message.attempts,
                each.error,
            )
            for each in found
        ],
    )


def _reference(target: "Occurrence | None") -> str | None:
    return f"{target.reference} ({target.short_id})" if target else None


def _plain(each: "Posted", target: "Occurrence | None") -> dict[str, Any]:
    names = ("available_at", "done_at", "dead_at", "error")
    return {
        "id": each.message.id,
        "topic": each.message.topic,
        "detail": each.message.detail,
        "instance": each.instance,
        "occurrence": target.short_id if target else None,
        "revision": each.message.revision,
        "state": each.state.value,
        "created_at": each.message.created_at,
        "attempts": each.message.attempts,
        **{name: getattr(each, name) for name in names},
    }
