"""The organisation's own table of days: regional days off, transfers decreed late, working Saturdays, quiet weeks.

What stands in it wins over the federal calendar (`working_calendar`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, delete, insert, select

from activities.acting import Actor
from activities.enrolment import check_enrolling
from activities.office import Office
from activities.period import Period
from activities.tables import day_override
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork

LONGEST_QUIET_DAYS = 100
"""The summer holidays and a week; a year without a working day would be a slip."""


class QuietTooLongError(OporaError):
    """Days of a year or more: a slip."""

    message = N_("From {first} to {last} is too long to remind nobody: over {most} days. Look at the years.")


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day of the table; `reason` is the decree or order that it rests on."""

    day: date
    is_working: bool
    reason: str = ""


def set_day(office: Office, actor: Actor, wanted: OwnDay) -> None:
    """Say whether a day is worked, instead of what was said of it before.

    Raises:
        EnrolmentRefusedError: the actor neither coordinates nor administers.
    """
    with office.store.write() as work:
        check_enrolling(work.connection, actor)
        _store(work, [wanted])


def set_quiet(office: Office, actor: Actor, days: Period, reason: str) -> None:
    """Let nobody be reminded of anything on some days: each is a day off, instead of what was said of it before.

    Raises:
        QuietTooLongError: so many days that a slip is likelier.
        EnrolmentRefusedError: the actor neither coordinates nor administers.
    """
    count = (days.ends_on - days.starts_on).days + 1
    if count > LONGEST_QUIET_DAYS:
        raise QuietTooLongError(first=days.starts_on, last=days.ends_on, most=LONGEST_QUIET_DAYS)
    with office.store.write() as work:
        check_enrolling(work.connection, actor)
        all_of_them = (days.starts_on + timedelta(days=step) for step in range(count))
        _store(work, [OwnDay(day, is_working=False, reason=reason) for day in all_of_them])


def _store(work: UnitOfWork, wanted: Sequence[OwnDay]) -> None:
    named = day_override.c.day.in_([each.day for each in wanted])
    work.connection.execute(delete(day_override).where(named))
    rows = [{"day": each.day, "is_working": each.is_working, "reason": each.reason.strip()} for each in wanted]
    work.connection.execute(insert(day_override), rows)


def forget_days(office: Office, actor: Actor, days: Period) -> int:
    """Let the federal calendar decide some days again; how many of them stood in the table.

    Raises:
        EnrolmentRefusedError: the actor neither coordinates nor administers.
    """
    with office.store.write() as work:
        check_enrolling(work.connection, actor)
        named = day_override.c.day.between(days.starts_on, days.ends_on)
        return work.connection.execute(delete(day_override).where(named)).rowcount


def list_own_days(connection: Connection) -> list[OwnDay]:
    """The table, the first day first."""
    rows = connection.execute(select(day_override).order_by(day_override.c.day))
    return [OwnDay(row.day, row.is_working, row.reason) for row in rows]
