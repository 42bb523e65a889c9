"""What becomes of the occurrences of a row whose deadline was amended. Pure: it proposes, and touches nothing.

Planned windows meet existing occurrences by key, since a key never changes. Occurrences and windows that are left over
belong together in their order where there are as many of the one as of the other: the dates moved. Otherwise what is
no longer planned goes, and what is newly planned comes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from activities.expansion import PlannedOccurrence, ordinal_key
from activities.occurrences import Occurrence


class Action(StrEnum):
    """What an amendment does to an occurrence."""

    ADD = "add"
    MOVE = "move"
    CANCEL = "cancel"
    REOPEN = "reopen"
    LEAVE = "leave"


class LeftReason(StrEnum):
    """Why an occurrence is left as it is, for a person to look at."""

    FINISHED = "finished"
    EVIDENCE = "evidence"
    DATE_SET = "date_set"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Effect:
    """What an amendment does to one occurrence.

    Attributes:
        occurrence: the existing one; None where one is added.
        planned: the window it gets; None where it is cancelled or reopened.
        reason: why it is left, else None.
    """

    action: Action
    occurrence: Occurrence | None
    planned: PlannedOccurrence | None
    reason: LeftReason | None = None


def reschedule(
    existing: Sequence[Occurrence], planned: Sequence[PlannedOccurrence], done: Mapping[int, LeftReason]
) -> Iterator[Effect]:
    """What the new windows of a row do to its occurrences; those that stay as they are have no effect.

    Args:
        existing: the row's occurrences, in order.
        planned: the windows of its new deadline.
        done: by row id of an occurrence, what a person has done with it that no amendment may touch.
    """
    by_key = {each.key: each for each in planned}
    keys = {each.key for each in existing}
    for each in existing:
        if each.key in by_key:
            yield from _replan(each, by_key[each.key], done)
    gone = [each for each in existing if each.key not in by_key and each.state != "cancelled"]
    fresh = [each for each in planned if each.key not in keys]
    if len(gone) == len(fresh):
        for one, other in zip(gone, fresh, strict=True):
            yield from _replan(one, other, done)
        return
    yield from (withdraw(each, done) for each in gone)
    yield from (Effect(Action.ADD, None, each) for each in fresh)


def withdraw(occurrence: Occurrence, done: Mapping[int, LeftReason]) -> Effect:
    """Take an occurrence out of the plan, unless a person has done something with it."""
    reason = done.get(occurrence.id)
    return Effect(Action.LEAVE if reason else Action.CANCEL, occurrence, None, reason)


def put_back(
    existing: Sequence[Occurrence],
    planned: Sequence[PlannedOccurrence],
    done: Mapping[int, LeftReason],
    withdrawn: Collection[int],
) -> Iterator[Effect]:
    """What comes of a row's occurrences when a document has the row again.

    What an amendment cancelled is reopened, and moved where the row is planned otherwise now. An occurrence that had
    no date is not reopened, since work would begin without one: a new one awaits it.

    Args:
        existing: the row's occurrences, in order.
        planned: the windows of its deadline now.
        done: what people have done with them.
        withdrawn: row ids of those that an amendment cancelled.
    """
    dated = {each.id for each in existing if each.id in withdrawn and each.ends_on is not None}
    undated = {each.key for each in existing if each.id in withdrawn and each.ends_on is None}
    as_if_open = [
        replace(each, state="planned") if each.id in dated else each for each in existing if each.key not in undated
    ]
    taken = {each.key for each in existing}
    windows = [replace(each, key=_free_key(taken)) if each.key in undated else each for each in planned]
    effects = list(
        reschedule(as_if_open, windows, {each: reason for each, reason in done.items() if each not in dated})
    )
    gone = {each.occurrence.id for each in effects if each.action is Action.CANCEL and each.occurrence}
    for each in existing:
        if each.id in dated and each.id not in gone:
            yield Effect(Action.REOPEN, each, None)
    for effect in effects:
        # What stays cancelled is not cancelled once more.
        if effect.action is not Action.CANCEL or effect.occurrence is None or effect.occurrence.id not in dated:
            yield effect


def _free_key(taken: set[str]) -> str:
    """A counted key that no occurrence of the row has; taken from now on."""
    key = next(each for each in map(ordinal_key, range(1, len(taken) + 2)) if each not in taken)
    taken.add(key)
    return key


def _replan(occurrence: Occurrence, planned: PlannedOccurrence, done: Mapping[int, LeftReason]) -> Iterator[Effect]:
    """Move to another window, if it is another one than planned and than the present one."""
    reason = done.get(occurrence.id)
    same = _is_there(occurrence, planned, reason)
    if occurrence.state == "cancelled" or (reason and not same):
        yield Effect(Action.LEAVE, occurrence, planned, reason)
    elif planned.awaiting_date and not same:
        # No event takes a date away, so the dated run goes and an undated one comes.
        yield Effect(Action.CANCEL, occurrence, None)
        yield Effect(Action.ADD, None, planned)
    elif not same:
        yield Effect(Action.MOVE, occurrence, planned)


def _is_there(occurrence: Occurrence, planned: PlannedOccurrence, reason: LeftReason | None) -> bool:
    """Whether it has that window already. A day that a person set inside the planned window stays with the window."""
    wanted = (planned.starts_on, planned.ends_on, planned.due_on)
    as_planned = (occurrence.planned_starts_on, occurrence.planned_ends_on, occurrence.planned_due_on)
    present = (occurrence.starts_on, occurrence.ends_on, occurrence.due_on)
    if planned.awaiting_date:
        return occurrence.key == planned.key
    return wanted == present or (reason is not None and wanted == as_planned)
