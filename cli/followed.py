"""What the rows that follow another did when it was dated."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.output import say
from cli.wording import text, window_text
from engine.errors import N_

if TYPE_CHECKING:
    from activities.following import Followed
    from activities.occurrences import Occurrence

FOLLOWED = N_("{name} follows it: {days}.")
LEFT = N_("{name} follows it ({days}), but stays as it is: {reason}")
LEFT_BEHIND = N_(
    "{name} followed it and stays as it is ({days}). Say what becomes of it: "
    "opora occurrence set-date {id}, postpone {id}, or cancel {id}."
)
NO_DAYS = N_("waiting for a date")
REASONS = {
    "date_set": N_("somebody set its date by hand."),
    "handed_in": N_("its evidence is handed in."),
    "not_allowed": N_("you may not move it. Whoever may: opora occurrence set-date, or postpone."),
}


def say_followed(followed: "Sequence[Followed]") -> None:
    """Say of each run whether it was dated too, or why not."""
    for each in followed:
        name = f"{each.occurrence.reference} {each.occurrence.title}"
        days = window_text(each.dates.starts_on, each.dates.ends_on)
        if each.left is None:
            say(FOLLOWED, name=name, days=days)
        else:
            say(LEFT, name=name, days=days, reason=text(REASONS[each.left.value]))


def say_left_behind(occurrences: "Sequence[Occurrence]") -> None:
    """Say of each run that followed what was called off that it stays, and how somebody says what becomes of it."""
    for each in occurrences:
        days = window_text(each.starts_on, each.ends_on) if each.ends_on else text(NO_DAYS)
        say(LEFT_BEHIND, name=f"{each.reference} {each.title}", days=days, id=each.short_id)
