"""`opora occurrence start, set-date, postpone, cancel, reopen`: what people do beside evidence and decisions."""

from datetime import date
from typing import TYPE_CHECKING

import click

from cli.changing import changing, reference_argument
from cli.days import DAY, DAY_METAVAR
from cli.followed import say_followed, say_left_behind
from cli.options import acting
from cli.output import language
from engine.errors import N_
from notifications.translation import translate

if TYPE_CHECKING:
    from activities.steps import NewDates

SAY_THE_DAY = N_("Say the day with --on, or the first and the last day with --from and --to.")

on_option = click.option("--on", "on", type=DAY, metavar=DAY_METAVAR, help=N_("The day."))
from_option = click.option("--from", "starts_on", type=DAY, metavar=DAY_METAVAR, help=N_("The first day of several."))
to_option = click.option("--to", "ends_on", type=DAY, metavar=DAY_METAVAR, help=N_("The last day of several."))
basis_option = click.option(
    "--basis", default="", metavar=N_("TEXT"), help=N_("The document it rests on: an order, a letter.")
)
reason_option = click.option("--reason", default="", metavar=N_("TEXT"), help=N_("Why."))


@click.command("start", help=N_("Begin before the first day comes."))
@reference_argument
@acting()
def start(*, reference: str, actor: str, on_behalf_of: str | None) -> None:
    from activities import steps

    with changing(reference, actor, on_behalf_of) as change:
        steps.start(change.office, change.actor, change.target.id)


@click.command("set-date", help=N_("Say when it is, within what was planned or where no date was planned."))
@reference_argument
@on_option
@from_option
@to_option
@acting()
def set_date(
    *,
    reference: str,
    on: date | None,
    starts_on: date | None,
    ends_on: date | None,
    actor: str,
    on_behalf_of: str | None,
) -> None:
    from activities import steps

    dates = _dates(on, starts_on, ends_on)
    with changing(reference, actor, on_behalf_of) as change:
        followed = steps.set_date(change.office, change.actor, change.target.id, dates)
    say_followed(followed)


@click.command("postpone", help=N_("Move it; beyond what was planned an approver does, with reason and basis."))
@reference_argument
@on_option
@from_option
@to_option
@reason_option
@basis_option
@acting()
def postpone(
    *,
    reference: str,
    on: date | None,
    starts_on: date | None,
    ends_on: date | None,
    reason: str,
    basis: str,
    actor: str,
    on_behalf_of: str | None,
) -> None:
    from activities import steps

    dates = _dates(on, starts_on, ends_on)
    with changing(reference, actor, on_behalf_of) as change:
        target = change.target.id
        followed = steps.postpone(change.office, change.actor, target, dates, reason=reason, basis=basis)
    say_followed(followed)


@click.command("ask-date", help=N_("Ask for another date; a coordinator moves it, or declines."))
@reference_argument
@click.option("--on", "on", type=DAY, required=True, metavar=DAY_METAVAR, help=N_("The day that is asked for."))
@reason_option
@acting()
def ask_date(*, reference: str, on: date, reason: str, actor: str, on_behalf_of: str | None) -> None:
    from activities import date_requests

    with changing(reference, actor, on_behalf_of) as change:
        date_requests.ask_date(change.office, change.actor, change.target.id, on, reason)


@click.command("decline-date", help=N_("Let the date stand although another was asked for, and say why."))
@reference_argument
@reason_option
@acting()
def decline_date(*, reference: str, reason: str, actor: str, on_behalf_of: str | None) -> None:
    from activities import date_requests

    with changing(reference, actor, on_behalf_of) as change:
        date_requests.decline_date(change.office, change.actor, change.target.id, reason)


def _dates(on: date | None, starts_on: date | None, ends_on: date | None) -> "NewDates":
    from activities.steps import NewDates

    if on and not starts_on and not ends_on:
        return NewDates(ends_on=on)
    if starts_on and ends_on and not on:
        return NewDates(ends_on=ends_on, starts_on=starts_on)
    raise click.UsageError(translate(SAY_THE_DAY, language()))


@click.command("cancel", help=N_("Take it out of the plan; an approver does, with reason and basis."))
@reference_argument
@reason_option
@basis_option
@acting()
def cancel(*, reference: str, reason: str, basis: str, actor: str, on_behalf_of: str | None) -> None:
    from activities import steps

    with changing(reference, actor, on_behalf_of) as change:
        left = steps.cancel(change.office, change.actor, change.target.id, reason=reason, basis=basis)
    say_left_behind(left)


@click.command("reopen", help=N_("Take back that it is finished, and say why."))
@reference_argument
@reason_option
@acting()
def reopen(*, reference: str, reason: str, actor: str, on_behalf_of: str | None) -> None:
    from activities import steps

    with changing(reference, actor, on_behalf_of) as change:
        steps.reopen(change.office, change.actor, change.target.id, reason=reason)
