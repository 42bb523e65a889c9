"""`opora plan amendments`: which documents amended a plan, and what of them still waits for somebody who may do it."""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from cli.options import NO_ACTOR, acting, as_json
from cli.output import language, print_json, print_table, say
from cli.plan_reimport import ACTIONS, REASONS, dates_text, say_what_waits
from cli.wording import counted, instant_text, text, word
from engine.errors import N_
from notifications.translation import translate

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.pending_steps import PendingStep, SettledStep
    from activities.plan_amendments import Amendment
    from activities.plans import Plan
    from runtime.bootstrap import Application

ONE_OF_TWO = N_("Give --apply or --drop, not both.")
ONLY_APPLIED = N_("--only goes with --apply: it says what of all that waits is carried out.")
OUTCOMES = {
    "done": N_("carried out"),
    "left": N_("left as it is: {reason}"),
    "dropped": N_("stays as it is; the step is dropped"),
    "waits": N_("waits on: you may not do it"),
}
WAITING = N_("Waits for somebody who may do it")
NOTHING_WAITS = N_("Nothing waits: what the amendments of “{slug}” do to occurrences is done.")


@click.command("amendments", help=N_("List the documents that amended a plan, and carry out what of them still waits."))
@click.argument("plan", required=False, metavar=N_("[PLAN]"))
@click.option("--apply", "is_applied", is_flag=True, help=N_("Carry out what waits, on the basis of its amendment."))
@click.option("--only", multiple=True, metavar="REF", help=N_("Of this occurrence only; may stand several times."))
@click.option(
    "--drop",
    multiple=True,
    metavar="REF",
    help=N_("Leave this occurrence as it is, with --reason; may stand several times."),
)
@click.option("--reason", default="", metavar=N_("TEXT"), help=N_("Why."))
@acting(required=False)
@as_json
def command(
    *,
    plan: str | None,
    is_applied: bool,
    only: tuple[str, ...],
    drop: tuple[str, ...],
    reason: str,
    actor: str | None,
    on_behalf_of: str | None,
    as_json: bool,
) -> None:
    from activities.plans import get_plan
    from cli.context import open_application

    _refuse(is_applied=is_applied, only=only, drop=drop, actor=actor)
    with closing(open_application()) as application:
        with application.store.read() as connection:
            target = get_plan(connection, plan)
        if actor and (is_applied or drop):
            settled = _settle(application, target, actor, on_behalf_of, only=only, drop=drop, reason=reason)
            _show_settled(settled, target, as_json=as_json)
        else:
            _show(application, target, as_json=as_json)


def _refuse(*, is_applied: bool, only: Sequence[str], drop: Sequence[str], actor: str | None) -> None:
    if is_applied and drop:
        raise click.UsageError(translate(ONE_OF_TWO, language()))
    if only and not is_applied:
        raise click.UsageError(translate(ONLY_APPLIED, language()))
    if (is_applied or drop) and not actor:
        raise click.UsageError(translate(NO_ACTOR, language()))


def _settle(
    application: "Application",
    target: "Plan",
    actor: str,
    on_behalf_of: str | None,
    *,
    only: Sequence[str],
    drop: Sequence[str],
    reason: str,
) -> "list[SettledStep]":
    from activities.pending_steps import carry_out_pending, drop_pending
    from cli.context import acting

    who = acting(application, actor, on_behalf_of)
    with application.store.read() as connection:
        named = _ids(connection, drop or only)
    if drop:
        return drop_pending(application.office, who, target, named, reason)
    return carry_out_pending(application.office, who, target, named or None)


def _ids(connection: "Connection", references: Sequence[str]) -> list[int]:
    from activities.occurrences import resolve_occurrence

    return [resolve_occurrence(connection, each).id for each in references]


def _show_settled(settled: "list[SettledStep]", target: "Plan", *, as_json: bool) -> None:
    if as_json:
        print_json([_step_json(each.step) | {"outcome": each.outcome} for each in settled])
    elif not settled:
        say(NOTHING_WAITS, slug=target.slug)
    else:
        columns = (N_("Occurrence"), N_("Before"), N_("After"), N_("What happens"))
        print_table(columns, [(*_days(each.step), _outcome_text(each)) for each in settled])


def _days(step: "PendingStep") -> tuple[str, str, str]:
    target, planned = step.occurrence, step.effect.planned
    before = dates_text(target.starts_on, target.ends_on)
    return target.reference, before, dates_text(planned.starts_on, planned.ends_on) if planned else ""


def _outcome_text(each: "SettledStep") -> str:
    reason = word(REASONS, each.step.left.value) if each.step.left else ""
    return text(OUTCOMES[each.outcome.value if each.outcome else "waits"], reason=reason)


def _show(application: "Application", target: "Plan", *, as_json: bool) -> None:
    from activities.pending_steps import list_pending
    from activities.plan_amendments import list_amendments

    with application.store.read() as connection:
        found, waiting = list_amendments(connection, target.id), list_pending(connection, target.id)
    if as_json:
        print_json([_amendment_json(each, waiting) for each in found])
        return
    _print_amendments(found, application)
    _print_waiting(waiting)
    say_what_waits(len(waiting), target.slug)


def _print_amendments(found: "list[Amendment]", application: "Application") -> None:
    columns = (N_("When"), N_("File"), N_("SHA-256"), N_("Basis"), N_("Who"), N_("Changes"))
    print_table(
        columns,
        [
            (
                instant_text(each.applied_at, application.office.calendar.zone),
                each.document.file_name,
                each.document.digest.hex()[:12],
                each.document.basis,
                each.applied_by,
                _count_changes(each),
            )
            for each in found
        ],
    )


def _print_waiting(waiting: "list[PendingStep]") -> None:
    if waiting:
        click.echo(f"\n{text(WAITING)}")
        columns = (N_("Occurrence"), N_("Before"), N_("After"), N_("What happens"), N_("Basis"))
        print_table(columns, [(*_days(each), _step_text(each), each.amendment.document.basis) for each in waiting])


def _step_text(step: "PendingStep") -> str:
    reason = word(REASONS, step.left.value) if step.left else ""
    return text(ACTIONS["leave" if step.left else step.effect.action.value], reason=reason)


def _count_changes(each: "Amendment") -> str:
    count = sum(len(each.changes[part]) for part in ("sections", "added", "removed", "changed"))
    return counted("{count} change", "{count} changes", count)


def _amendment_json(each: "Amendment", waiting: "list[PendingStep]") -> dict[str, Any]:
    return {
        "file": each.document.file_name,
        "digest": each.document.digest.hex(),
        "basis": each.document.basis,
        "applied_at": each.applied_at,
        "applied_by": each.applied_by,
        "changes": each.changes,
        "pending": [_step_json(step) for step in waiting if step.amendment.id == each.id],
    }


def _step_json(step: "PendingStep") -> dict[str, Any]:
    planned = step.effect.planned
    return {
        "action": step.effect.action.value,
        "id": step.occurrence.short_id,
        "starts_on": planned.starts_on if planned else None,
        "ends_on": planned.ends_on if planned else None,
        "due_on": planned.due_on if planned else None,
        "reason": step.left.value if step.left else None,
    }
