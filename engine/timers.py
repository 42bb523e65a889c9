"""When a ladder's rungs are due. An armed ladder is one row holding its next rung; this module computes that row."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import count, takewhile
from typing import NamedTuple

from engine.definition import Ladder, Rung
from engine.registry import Calendar

Anchors = Mapping[str, date | datetime | None]


class Armed(NamedTuple):
    """A ladder's next rung and its instant."""

    ladder: str
    rung: str
    due_at: datetime


class Arming(NamedTuple):
    """What became of arming a ladder: its next rung, if any is left, and the reminders that were past already."""

    ladder: str
    armed: Armed | None
    skipped: tuple[str, ...]


class Turn(NamedTuple):
    """What a worker does with an armed ladder that is due.

    Args:
        rung: to be acted on.
        is_missed: a reminder of a past day that the ladder no longer gives: the ladder only moves on.
        following: the ladder's row from now on; None ends it.
    """

    rung: Rung
    is_missed: bool
    following: Armed | None


def rung_due_at(rung: Rung, anchors: Anchors, calendar: Calendar, repeat: int = 0) -> datetime | None:
    """The instant of a rung's n-th repetition, None while its anchor is unknown."""
    day = _counted_from(rung, anchors, calendar)
    if day is None:
        return None
    if rung.working_days is not None:
        day = calendar.add_working_days(day, rung.working_days)
    elif rung.days is not None:
        day += timedelta(days=rung.days)
    if repeat and rung.every_days:
        day += timedelta(days=repeat * rung.every_days)
    return calendar.at(_rolled(day, rung, calendar), rung.at)


def _counted_from(rung: Rung, anchors: Anchors, calendar: Calendar) -> date | None:
    day = _day_of(anchors[rung.anchor], calendar)
    entered_on = _day_of(anchors["entered_at"], calendar) if rung.resume == "restart" else None
    return max(day, entered_on) if day and entered_on else day


def _day_of(anchor: date | datetime | None, calendar: Calendar) -> date | None:
    return calendar.day_of(anchor) if isinstance(anchor, datetime) else anchor


def _rolled(day: date, rung: Rung, calendar: Calendar) -> date:
    if rung.roll == "back":
        return calendar.roll_back(day)
    return calendar.roll_forward(day) if rung.roll == "forward" else day


def arm(ladder: Ladder, anchors: Anchors, calendar: Calendar, now: datetime, first: int = 0) -> Arming:
    """The next rung from position `first` on.

    Rungs that only remind are passed over once their time is past; a rung that fires an event is never passed over.
    """
    skipped: list[str] = []
    for rung in ladder.rungs[first:]:
        due_at = rung_due_at(rung, anchors, calendar)
        if due_at is None:
            continue
        if rung.fires is None and due_at <= now and rung.every_days:
            due_at = _next_repetition(rung, anchors, calendar, now)
        if rung.fires is not None or due_at > now:
            return Arming(ladder.name, Armed(ladder.name, rung.name, due_at), tuple(skipped))
        skipped.append(rung.name)
    return Arming(ladder.name, None, tuple(skipped))


def _repetitions(rung: Rung, anchors: Anchors, calendar: Calendar) -> Iterator[datetime]:
    """The instants of a rung that repeats and whose anchor is known, without end."""
    return (due_at for repeat in count() if (due_at := rung_due_at(rung, anchors, calendar, repeat)))


def _next_repetition(rung: Rung, anchors: Anchors, calendar: Calendar, now: datetime) -> datetime:
    return next(due_at for due_at in _repetitions(rung, anchors, calendar) if due_at > now)


def take_turn(ladder: Ladder, armed: Armed, anchors: Anchors, calendar: Calendar, now: datetime) -> Turn:
    """What to do with an armed ladder that is due at `now`.

    A worker that comes late gives the reminders that `ladder.missed` says. A rung that was put off after a failure is
    due at another time than its own; what follows it is still reckoned from its own, but for the repetitions of a
    ladder that gives `all`: those that passed while it failed are one.
    """
    if ladder.missed == "all":
        own = ladder.rungs[ladder.index_of(armed.rung)]
        since = (None if own.every_days else rung_due_at(own, anchors, calendar)) or armed.due_at
    else:
        since = now
    rung = _latest_due(ladder, armed.rung, anchors, calendar, since)
    is_missed = ladder.missed == "skip" and rung.fires is None and _is_past_day(rung, anchors, calendar, now)
    return Turn(rung, is_missed, _following(ladder, rung, anchors, calendar, since))


def _latest_due(ladder: Ladder, name: str, anchors: Anchors, calendar: Calendar, now: datetime) -> Rung:
    """The last of several due reminders.

    A rung that fires an event is never jumped over, but reminders of what it does are: "begins tomorrow" on the day
    itself would mislead.
    """
    index = ladder.index_of(name)
    chosen = ladder.rungs[index]
    for candidate in ladder.rungs[index + 1 :]:
        if chosen.fires is not None:
            break
        due_at = rung_due_at(candidate, anchors, calendar)
        if due_at is not None and due_at > now:
            break
        chosen = chosen if due_at is None else candidate
    return chosen


def _is_past_day(rung: Rung, anchors: Anchors, calendar: Calendar, now: datetime) -> bool:
    """Whether a rung that is due was so on an earlier local day than today."""
    due_at = rung_due_at(rung, anchors, calendar)
    if rung.every_days:
        *_, due_at = [due_at, *takewhile(lambda each: each <= now, _repetitions(rung, anchors, calendar))]
    return due_at is not None and calendar.day_of(due_at) < calendar.day_of(now)


def _following(ladder: Ladder, rung: Rung, anchors: Anchors, calendar: Calendar, since: datetime) -> Armed | None:
    """What comes once `rung` was acted on: its own repetition or the next rung."""
    if rung.every_days:
        return Armed(ladder.name, rung.name, _next_repetition(rung, anchors, calendar, since))
    return arm(ladder, anchors, calendar, since, ladder.index_of(rung.name) + 1).armed
