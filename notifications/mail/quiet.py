"""When letters may arrive: not at night, not on days off."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from activities.working_calendar import WorkingCalendar
from engine.errors import N_, OporaError

_DAY = timedelta(days=1)
_HOURS = re.compile(r"([0-2]?\d:[0-5]\d)\s*[-–—]\s*([0-2]?\d:[0-5]\d)")
MORNING = time(8, 0)
"""When digests and letters of chosen days are written."""


class BadQuietHoursError(OporaError):
    """Text that names no hours."""

    message = N_("“{hours}” are no quiet hours. Write them like 21:00-07:00, or none.")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours at night in which no letter arrives; equal ends mean that there are none.

    Args:
        begins: in the evening, on the office's wall.
        ends: in the morning.
    """

    begins: time = time(21, 0)
    ends: time = time(7, 0)

    def covers(self, hour: time) -> bool:
        """Whether it is quiet at a wall time."""
        if self.begins <= self.ends:
            return self.begins <= hour < self.ends
        return hour >= self.begins or hour < self.ends

    def next_loud(self, now: datetime, calendar: WorkingCalendar) -> datetime:
        """The instant itself, or else the first one after it that is on a working day and outside these hours.

        A day off ends like a night: the letter comes when the quiet of the next working day's morning is over.
        """
        wall = now.astimezone(calendar.zone)
        if calendar.is_working(wall.date()) and not self.covers(wall.time()):
            return now
        if calendar.is_working(wall.date()) and wall.time() < self.ends:
            return calendar.at(wall.date(), self.ends)
        following = calendar.roll_forward(wall.date() + _DAY)
        waits = self.covers(time()) or self.covers(MORNING)
        return calendar.at(following, self.ends if waits else MORNING)


QUIET = QuietHours()
"""Quiet hours where nothing else is set."""


def parse_quiet_hours(text: str) -> QuietHours:
    """Quiet hours as an administrator writes them: `21:00-07:00`, or `none`.

    Raises:
        BadQuietHoursError: neither.
    """
    if text.strip().lower() == "none":
        return QuietHours(time(), time())
    found = _HOURS.fullmatch(text.strip())
    try:
        if found:
            return QuietHours(*(time.fromisoformat(part.zfill(5)) for part in found.groups()))
    except ValueError:
        pass
    raise BadQuietHoursError(hours=text)
