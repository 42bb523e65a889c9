"""The organisation's own table of days: regional days off, transfers decreed late, working Saturdays.

What stands in it wins over the federal calendar (`working_calendar`).
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, insert, select

from activities.acting import Actor
from activities.enrolment import check_enrolling
from activities.office import Office
from activities.tables import day_override


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
        work.connection.execute(delete(day_override).where(day_override.c.day == wanted.day))
        row = {"day": wanted.day, "is_working": wanted.is_working, "reason": wanted.reason.strip()}
        work.connection.execute(insert(day_override).values(row))


def forget_day(office: Office, actor: Actor, day: date) -> bool:
    """Let the federal calendar decide a day again; whether it stood in the table.

    Raises:
        EnrolmentRefusedError: the actor neither coordinates nor administers.
    """
    with office.store.write() as work:
        check_enrolling(work.connection, actor)
        return work.connection.execute(delete(day_override).where(day_override.c.day == day)).rowcount > 0


def list_own_days(connection: Connection) -> list[OwnDay]:
    """The table, the first day first."""
    rows = connection.execute(select(day_override).order_by(day_override.c.day))
    return [OwnDay(row.day, row.is_working, row.reason) for row in rows]
