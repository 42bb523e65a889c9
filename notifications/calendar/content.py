"""From an occurrence to the entries that subscribers see, in their language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from activities.kinds import ActivityKind
from activities.occurrences import OWED_STATES, Occurrence
from engine.errors import N_
from notifications.calendar.event import EventContent, EventStatus, TodoStatus, Variant
from notifications.calendar.wording import ENGLISH, StateMark, describe, summarize
from notifications.labels import STATES, label
from notifications.translation import translate

# A window of four weeks or more is a month in which the day is not known yet, not a day that happens.
LONGEST_EVENT = timedelta(days=27)

EVIDENCE_OF = N_("Evidence: {title}")

_MARKS = {
    "accepted": StateMark.DONE,
    "not_performed": StateMark.NOT_PERFORMED,
    "returned": StateMark.RETURNED,
}


# Returned says more, and then the day lies behind anyway.
_UNDATED = frozenset({"planned", "awaiting_date", "in_progress"})

_TASK_STATUSES = {
    "in_progress": TodoStatus.IN_PROCESS,
    "evidence_submitted": TodoStatus.IN_PROCESS,
    "accepted": TodoStatus.COMPLETED,
    # Nothing is left to do; that it did not take place is said by its mark.
    "not_performed": TodoStatus.COMPLETED,
}


@dataclass(frozen=True, slots=True)
class EntryDays:
    """Which days of an occurrence an entry shows, both inclusive."""

    variant: Variant
    starts_on: date
    ends_on: date


def occurrence_days(occurrence: Occurrence) -> Iterator[EntryDays]:
    """The entries an occurrence has, none without a date; which of them a calendar shows is its own choice.

    The day of its evidence, as event and as task; of an event that has its days, these; and its whole window.
    """
    due_on = occurrence.due_on
    if due_on is not None:
        yield EntryDays(Variant.DEADLINE, due_on, due_on)
        yield EntryDays(Variant.TODO, due_on, due_on)
    if _happens(occurrence) and occurrence.starts_on and occurrence.ends_on:
        yield EntryDays(Variant.EVENT_DAY, occurrence.starts_on, occurrence.ends_on)
    last = occurrence.ends_on if occurrence.kind == ActivityKind.EVENT else due_on
    last = last or due_on
    if last is not None:
        yield EntryDays(Variant.WINDOW, min(occurrence.starts_on or last, last), last)


def is_owed(occurrence: Occurrence) -> bool:
    """Whether somebody still has to hand in something for it, so that an alarm makes sense."""
    return occurrence.state in OWED_STATES


def occurrence_entry(
    occurrence: Occurrence, days: EntryDays, working_day: date, language: str, *, withdrawn: bool = False
) -> EventContent:
    """What subscribers see of an occurrence on some days.

    Args:
        occurrence: as it stands now.
        days: which of its days.
        working_day: as of which it is overdue or not (`Office.working_day`).
        language: `ru` or `en`.
        withdrawn: the occurrence has no such days any more; the entry is shown as cancelled.
    """
    state = label(STATES, occurrence.state, language)
    return EventContent(
        occurrence_id=occurrence.public_id,
        variant=days.variant,
        summary=summarize(
            _mark(occurrence, working_day), occurrence.number, _title(occurrence, days.variant, language)
        ),
        starts_on=days.starts_on,
        ends_on=days.ends_on,
        description=describe(
            ENGLISH.translated(lambda text: translate(text, language)),
            state=state,
            responsible=(occurrence.member_name,) if occurrence.member_name else occurrence.parties,
            expected_result=occurrence.result,
            original_date=_original_date(occurrence),
        ),
        status=_status(occurrence, days.variant, withdrawn=withdrawn),
        categories=tuple(filter(None, (occurrence.section_title, state))),
        busy=days.variant is Variant.EVENT_DAY or (days.variant is Variant.WINDOW and _happens(occurrence)),
    )


def _happens(occurrence: Occurrence) -> bool:
    """Whether it is an event whose days are known."""
    starts_on, ends_on = occurrence.starts_on, occurrence.ends_on
    if occurrence.kind != ActivityKind.EVENT or starts_on is None or ends_on is None:
        return False
    return ends_on - starts_on < LONGEST_EVENT


def _status(occurrence: Occurrence, variant: Variant, *, withdrawn: bool) -> EventStatus | TodoStatus:
    cancelled = withdrawn or occurrence.state == "cancelled"
    if variant is Variant.TODO:
        return TodoStatus.CANCELLED if cancelled else _TASK_STATUSES.get(occurrence.state, TodoStatus.NEEDS_ACTION)
    return EventStatus.CANCELLED if cancelled else EventStatus.CONFIRMED


def _title(occurrence: Occurrence, variant: Variant, language: str) -> str:
    if variant in {Variant.DEADLINE, Variant.TODO} and occurrence.kind == ActivityKind.EVENT:
        return translate(EVIDENCE_OF, language, title=occurrence.title)
    return occurrence.title


def _mark(occurrence: Occurrence, working_day: date) -> StateMark:
    if occurrence.is_overdue(working_day):
        return StateMark.OVERDUE
    if _awaits_its_day(occurrence):
        return StateMark.DATE_AWAITED
    return _MARKS.get(occurrence.state, StateMark.NONE)


def _awaits_its_day(occurrence: Occurrence) -> bool:
    """Whether nobody has said yet on which day of its window an event is, so that only the window's end is shown."""
    return occurrence.kind == ActivityKind.EVENT and occurrence.state in _UNDATED and not _happens(occurrence)


def _original_date(occurrence: Occurrence) -> str:
    planned = occurrence.planned_due_on
    if planned is None or planned == occurrence.due_on:
        return ""
    return f"{planned:%d.%m.%Y}"
