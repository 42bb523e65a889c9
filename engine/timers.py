"""When a ladder's rungs are due. An armed ladder is one row holding its next rung; this module computes that row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from engine.definition import Ladder, Rung
from engine.registry import Calendar

Anchors = Mapping[str, date | datetime | None]


@dataclass(frozen=True, slots=True)
class Armed:
    """A ladder's next rung and its instant."""

    ladder: str
    rung: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Arming:
    """What became of arming a ladder: its next rung, if any is left, and the reminders that were past already."""

    ladder: str
    armed: Armed | None
    skipped: tuple[str, ...]


def rung_due_at(rung: Rung, anchors: Anchors, calendar: Calendar, repeat: int = 0) -> datetime | None:
    """The instant of a rung's n-th repetition, None while its anchor is unknown."""
    anchor = anchors[rung.anchor]
    if anchor is None:
        return None
    day = calendar.day_of(anchor) if isinstance(anchor, datetime) else anchor
    if rung.working_days is not None:
        day = calendar.add_working_days(day, rung.working_days)
    elif rung.days is not None:
        day += timedelta(days=rung.days)
    if repeat and rung.every_days:
        day += timedelta(days=repeat * rung.every_days)
    return calendar.at(_rolled(day, rung, calendar), rung.at)


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


def _next_repetition(rung: Rung, anchors: Anchors, calendar: Calendar, now: datetime) -> datetime:
    """The first repetition after `now`; the anchor is known."""
    repetitions = (rung_due_at(rung, anchors, calendar, repeat) for repeat in count(1))
    return next(due_at for due_at in repetitions if due_at is not None and due_at > now)


def latest_due(ladder: Ladder, rung: str, anchors: Anchors, calendar: Calendar, now: datetime) -> Rung:
    """The rung to act on when a worker comes late: of several missed reminders only the last one.

    A rung that fires an event is never jumped over, but reminders of what it does are: "begins tomorrow" on the day
    itself would mislead.
    """
    index = ladder.index_of(rung)
    chosen = ladder.rungs[index]
    for candidate in ladder.rungs[index + 1 :]:
        if chosen.fires is not None:
            break
        due_at = rung_due_at(candidate, anchors, calendar)
        if due_at is not None and due_at > now:
            break
        chosen = chosen if due_at is None else candidate
    return chosen


def climb(ladder: Ladder, rung: Rung, anchors: Anchors, calendar: Calendar, now: datetime) -> Armed | None:
    """What follows once `rung` was acted on: its own repetition or the next rung."""
    if rung.every_days:
        return Armed(ladder.name, rung.name, _next_repetition(rung, anchors, calendar, now))
    return arm(ladder, anchors, calendar, now, ladder.index_of(rung.name) + 1).armed
