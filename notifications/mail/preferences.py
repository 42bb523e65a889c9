"""What a person wants to be written about, and when: per kind at once, with the morning digest, on chosen days, never.

What cannot be left out is offered no "never": somebody has to decide, somebody has to know that evidence is due.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, insert, select

from activities.working_calendar import WorkingCalendar
from engine.errors import N_, OporaError
from engine.prepared import Prepared
from engine.unit_of_work import UnitOfWork
from notifications.mail.kinds import Kind
from notifications.mail.quiet import MORNING
from notifications.tables import preference

MONDAY = 1
WEEKDAYS = (1, 2, 3, 4, 5)
"""ISO weekdays that may be chosen."""


class NoSuchChoiceError(OporaError):
    """A pace that this kind of letter does not have."""

    message = N_("Letters of the kind {kind} cannot come so: {pace}. Choose one of: {choices}.")


class Pace(StrEnum):
    """How soon a kind of letter comes."""

    IMMEDIATE = "immediate"
    DIGEST = "digest"
    WEEKLY = "weekly"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Preference:
    """What a person wants of one kind.

    Attributes:
        days: ISO weekdays, 1 is Monday, of a pace of chosen days; Monday where none was chosen.
    """

    pace: Pace
    days: tuple[int, ...] = ()

    def comes_on(self, weekday: int) -> bool:
        """Whether letters of this kind come on an ISO weekday."""
        return self.pace is not Pace.WEEKLY or weekday in (self.days or (MONDAY,))


CHOICES: Mapping[Kind, tuple[Pace, ...]] = {
    Kind.EVIDENCE_AWAITS: (Pace.IMMEDIATE, Pace.DIGEST, Pace.WEEKLY),
    Kind.RETURNED: (Pace.IMMEDIATE, Pace.DIGEST),
    Kind.DECIDED: (Pace.IMMEDIATE, Pace.NEVER),
    Kind.DATE_MOVED: (Pace.IMMEDIATE, Pace.NEVER),
    Kind.MORNING_DIGEST: (Pace.DIGEST, Pace.WEEKLY),
    Kind.WEEKLY_SUMMARY: (Pace.WEEKLY, Pace.NEVER),
    Kind.MONTHLY_REPORT: (Pace.IMMEDIATE, Pace.NEVER),
}
"""What may be chosen, the default first. A kind that is not here comes as it comes."""


def next_chosen_morning(now: datetime, wanted: Preference, calendar: WorkingCalendar) -> datetime:
    """The first morning from an instant on whose day was chosen; of a day off, the next working one."""
    day = calendar.day_of(now)
    while True:
        if wanted.comes_on(day.isoweekday()):
            morning = calendar.at(calendar.roll_forward(day), MORNING)
            if morning >= now:
                return morning
        day += timedelta(days=1)


def is_optional(kind: Kind) -> bool:
    """Whether a person may do without letters of a kind."""
    return Pace.NEVER in CHOICES.get(kind, ())


def find_unsubscribe_url(preferences_url: str, kind: Kind) -> str | None:
    """Where a mail program says by one POST that a kind is not wanted (RFC 8058 §3.1); None where it must come.

    Only over HTTPS, as the RFC demands.
    """
    if not preferences_url.startswith("https://") or not is_optional(kind):
        return None
    return f"{preferences_url}/without/{kind.value}"


def get_preference(connection: Connection, person_id: int, kind: Kind) -> Preference:
    """What a person wants of a kind; the default where nothing was chosen."""
    return list_preferences(connection, person_id).get(kind, Preference(Pace.IMMEDIATE))


def list_preferences(connection: Connection, person_id: int) -> dict[Kind, Preference]:
    """What a person wants, for every kind that has a choice."""
    rows = _OF_PERSON.fetch(connection, {"person_id": person_id})
    return _DEFAULTS | {Kind(kind): _read(pace, days) for kind, pace, days in rows if kind in _DEFAULTS}


def find_on_chosen_days(connection: Connection, kind: Kind) -> dict[int, Preference]:
    """Person id → preference, of those to whom a kind comes on chosen days."""
    rows = _ON_CHOSEN_DAYS.fetch(connection, {"kind": kind.value})
    return {person_id: _read(pace, days) for person_id, pace, days in rows}


def _read(pace: str, days: str) -> Preference:
    return Preference(Pace(pace), tuple(int(day) for day in days.split()))


_DEFAULTS = {kind: Preference(paces[0]) for kind, paces in CHOICES.items()}
_CHOSEN = (preference.c.pace, preference.c.days)
_OF_PERSON = Prepared(select(preference.c.kind, *_CHOSEN).where(preference.c.person_id == bindparam("person_id")))
_ON_CHOSEN_DAYS = Prepared(
    select(preference.c.person_id, *_CHOSEN).where(
        preference.c.kind == bindparam("kind"), preference.c.pace == Pace.WEEKLY.value
    )
)


def choose(work: UnitOfWork, person_id: int, kind: Kind, pace: Pace, days: Collection[int] = ()) -> None:
    """Write down what a person wants of a kind.

    Raises:
        NoSuchChoiceError: the kind has no such pace, or a day is none.
    """
    choices = CHOICES.get(kind, ())
    if pace not in choices or not set(days) <= set(WEEKDAYS):
        raise NoSuchChoiceError(kind=kind.value, pace=pace.value, choices=", ".join(choices) or "—")
    same = (preference.c.person_id == person_id) & (preference.c.kind == kind.value)
    work.connection.execute(delete(preference).where(same))
    row = {
        "person_id": person_id,
        "kind": kind.value,
        "pace": pace.value,
        "days": " ".join(str(day) for day in sorted(set(days))) if pace is Pace.WEEKLY else "",
        "chosen_at": work.now,
    }
    work.connection.execute(insert(preference).values(row))
