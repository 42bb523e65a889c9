"""What commands share that change an occurrence: who acts on what; afterwards what happened and what comes next."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from cli.output import say
from cli.wording import day_text, names_text, text, word
from engine.errors import N_
from notifications.labels import STATES

if TYPE_CHECKING:
    from activities.acting import Actor
    from activities.deciders import Decider
    from activities.occurrences import Occurrence
    from activities.office import Office

MOVED_ON = N_("{name}: {before} → {after}.")
RECORDED = N_("{name}: recorded; it is {after}, as before.")
NEXT = {
    "submit": N_("Next: evidence is handed in by {due}. Who: {people}. opora occurrence submit {id} --file FILE"),
    "set_date": N_("Next: its date is set. Who: {people}. opora occurrence set-date {id} --on DATE"),
    "accept": N_("Next: it is decided on. Who: {people}. opora occurrence accept {id}, or return"),
}
NOTHING_NEXT = N_("Nothing more is to be done.")
NOBODY = N_("nobody yet; have the role granted (opora person grant)")
IN_PLACE = N_("{name}, in the place of {other} (--for {address})")
AS_DEPUTY = N_("{name}, as deputy since it is late")
NO_DAY_YET = N_("a day not set yet")

reference_argument = click.argument("reference", metavar=N_("REF"))


@dataclass(frozen=True, slots=True)
class Change:
    """One command's change: by whom, on which occurrence as it was before."""

    office: "Office"
    actor: "Actor"
    target: "Occurrence"


@contextmanager
def changing(reference: str, actor: str, on_behalf_of: str | None) -> Iterator[Change]:
    """Open the application for a change; once the block is through, say what happened and what comes next.

    Raises:
        UnknownReferenceError, AmbiguousReferenceError, UnknownPersonError: who or what is not clear.
    """
    from activities.occurrences import get_occurrence, resolve_occurrence
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            before = resolve_occurrence(connection, reference)
        yield Change(application.office, who, before)
        with application.store.read() as connection:
            _say_what_happened(before, get_occurrence(connection, before.id))
        say_next_step(application.office, before.id)


def _say_what_happened(before: "Occurrence", after: "Occurrence") -> None:
    name = f"{after.reference} {after.title}"
    template = RECORDED if before.state == after.state else MOVED_ON
    say(template, name=name, before=word(STATES, before.state), after=word(STATES, after.state))


def say_next_step(office: "Office", occurrence_id: int) -> None:
    """Say whose move it is now."""
    from activities.next_step import find_next_step, list_acting
    from activities.occurrences import get_occurrence

    with office.store.read() as connection:
        target = get_occurrence(connection, occurrence_id)
        step = find_next_step(connection, target)
        people = list_acting(office, connection, target, step) if step else []
    if step is None:
        say(NOTHING_NEXT)
        return
    say(NEXT[step.event], due=day_text(step.due_on) or _no_day(), people=people_text(people), id=target.short_id)


def people_text(people: "Iterable[Decider]") -> str:
    """Who can take a step, by name and address, and in whose place or why."""
    return names_text(map(_person_text, people)) or text(NOBODY)


def _person_text(each: "Decider") -> str:
    name = f"{each.person.name} <{each.person.email}>"
    if each.on_behalf_of:
        return text(IN_PLACE, name=name, other=each.on_behalf_of.name, address=each.on_behalf_of.email)
    return text(AS_DEPUTY, name=name) if each.is_deputy else name


def _no_day() -> str:
    return text(NO_DAY_YET)
