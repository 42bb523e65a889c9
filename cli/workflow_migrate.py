"""`opora workflow migrate` and `undo`: occurrences that run go over to another workflow, and back."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from cli.options import NO_ACTOR, acting, as_json
from cli.output import language, print_json, print_table, say
from cli.wording import counted, instant_text, text, word
from engine.errors import N_
from notifications.labels import STATES
from notifications.translation import translate

if TYPE_CHECKING:
    from activities.acting import Actor
    from activities.workflow_migration import Change, Undone
    from engine.timers import Armed
    from runtime.bootstrap import Application

BAD_MAPPING = N_("“{mapping}” says nothing: write --map OLD=NEW, two names of states.")
NOTHING_TO_DO = N_("Nothing goes over: no open occurrence goes through another version of it.")
ONLY_LOOKED = N_("Nothing was changed. To do it, add --apply.")
TO_TAKE_BACK = N_("To take it back as long as nothing else has happened to them: opora workflow undo {digest}")
STAYS = N_("{reference}: something has happened to it since, so it stays; migrate it instead.")
AT_ONCE = N_("{rung}, at once")
ON = N_("{rung} on {at}")
NO_RUNG = N_("nothing")

apply_option = click.option(
    "--apply", "is_applied", is_flag=True, help=N_("Do it; without it you only see what would be.")
)
batch_option = click.option(
    "--batch",
    type=click.IntRange(1, 1000),
    default=100,
    show_default=True,
    metavar=N_("NUMBER"),
    help=N_("How many go over in one transaction."),
)


@click.command("migrate", help=N_("Let open occurrences go over to another workflow, or to a newer version of theirs."))
@click.argument("name", metavar=N_("NAME"))
@click.option(
    "--to", "target", required=True, metavar=N_("TARGET"), help=N_("A file, a name, or the first signs of a digest.")
)
@click.option(
    "--map",
    "mappings",
    multiple=True,
    metavar=N_("OLD=NEW"),
    help=N_("Where a state goes that the target does not have."),
)
@click.option("--only", multiple=True, metavar="REF", help=N_("Only what comes of this row; may stand several times."))
@apply_option
@batch_option
@acting(required=False)
@as_json
def migrate_command(
    *,
    name: str,
    target: str,
    mappings: tuple[str, ...],
    only: tuple[str, ...],
    is_applied: bool,
    batch: int,
    actor: str | None,
    on_behalf_of: str | None,
    as_json: bool,
) -> None:
    from activities.workflow_migration import Wanted, carry_out, find_target, foresee
    from cli.context import open_application
    from engine.migration import Migration

    with closing(open_application()) as application:
        with application.store.read() as connection:
            migration = Migration(find_target(connection, target), dict(map(_read_mapping, mappings)))
        wanted = Wanted(name, migration, only)
        found = foresee(application.office, wanted)
        _show(found, application, as_json=as_json)
        if not found:
            say(NOTHING_TO_DO)
        elif not is_applied:
            say(ONLY_LOOKED)
        else:
            who = _who(application, actor, on_behalf_of)
            _tell(carry_out(application.office, who, wanted, batch))
            say(TO_TAKE_BACK, digest=migration.target.digest().hex()[:16])


@click.command("undo", help=N_("Take a migration back: occurrences go back to the workflow that they came from."))
@click.argument("digest", metavar=N_("DIGEST"))
@apply_option
@batch_option
@acting(required=False)
@as_json
def undo_command(
    *, digest: str, is_applied: bool, batch: int, actor: str | None, on_behalf_of: str | None, as_json: bool
) -> None:
    from activities.workflow_migration import carry_back, find_stored_digest, foresee_back
    from cli.context import open_application

    with closing(open_application()) as application:
        with application.store.read() as connection:
            left = find_stored_digest(connection, digest)
        found = foresee_back(application.office, left)
        _show(found.changes, application, as_json=as_json)
        _say_what_stays(found)
        if not found.changes:
            say(NOTHING_TO_DO)
        elif not is_applied:
            say(ONLY_LOOKED)
        else:
            _tell(carry_back(application.office, _who(application, actor, on_behalf_of), left, batch))


def _say_what_stays(found: "Undone") -> None:
    for each in found.moved_on:
        say(STAYS, reference=f"{each.plan_slug}:{each.reference}")


def _read_mapping(mapping: str) -> tuple[str, str]:
    old, sign, new = mapping.partition("=")
    if not (old and sign and new):
        raise click.UsageError(translate(BAD_MAPPING, language(), mapping=mapping))
    return old, new


def _who(application: "Application", actor: str | None, on_behalf_of: str | None) -> "Actor":
    from cli.context import acting

    if actor is None:
        raise click.UsageError(translate(NO_ACTOR, language()))
    return acting(application, actor, on_behalf_of)


def _tell(batches: "Iterable[Sequence[Change]]") -> None:
    moved = 0
    for batch in batches:
        moved += len(batch)
        click.echo(counted("{count} occurrence has gone over.", "{count} occurrences have gone over.", moved), err=True)


def _show(found: "Sequence[Change]", application: "Application", *, as_json: bool) -> None:
    zone, now = application.office.calendar.zone, application.store.clock.now()
    if as_json:
        print_json([_json(each) for each in found])
    elif found:
        columns = (N_("Occurrence"), N_("State"), N_("Next reminders now"), N_("Next reminders then"))
        print_table(
            columns,
            [
                (
                    f"{each.occurrence.plan_slug}:{each.occurrence.reference}",
                    _states(each),
                    _rungs(each.prospect.before, zone, now),
                    _rungs(each.prospect.after, zone, now),
                )
                for each in found
            ],
        )


def _states(each: "Change") -> str:
    before, after = word(STATES, each.prospect.instance.state), word(STATES, each.prospect.to_state)
    return before if before == after else f"{before} → {after}"


def _rungs(armed: "Mapping[str, Armed]", zone: ZoneInfo, now: datetime) -> str:
    told = (
        text(AT_ONCE, rung=f"{each.ladder}.{each.rung}")
        if each.due_at <= now
        else text(ON, rung=f"{each.ladder}.{each.rung}", at=instant_text(each.due_at, zone))
        for _, each in sorted(armed.items())
    )
    return "; ".join(told) or text(NO_RUNG)


def _json(each: "Change") -> dict[str, Any]:
    prospect = each.prospect
    return {
        "occurrence": each.occurrence.short_id,
        "reference": f"{each.occurrence.plan_slug}:{each.occurrence.reference}",
        "from": {
            "workflow": prospect.from_digest.hex(),
            "state": prospect.instance.state,
            "next": _next(prospect.before),
        },
        "to": {
            "workflow": prospect.target.digest().hex(),
            "state": prospect.to_state,
            "next": _next(prospect.after),
        },
    }


def _next(armed: "Mapping[str, Armed]") -> dict[str, dict[str, Any]]:
    return {name: {"rung": each.rung, "at": each.due_at} for name, each in sorted(armed.items())}
