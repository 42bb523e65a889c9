"""Time is injected: every module that asks for the time takes a `Clock`."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from engine.errors import N_, OporaError


class ClockFileError(OporaError):
    """The file that holds the demo clock is missing or holds no instant."""

    message = N_(
        "The clock file {path} holds no instant. Write one such as 2026-03-01T06:00:00Z into it, or unset OPORA_CLOCK."
    )


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The machine's time in UTC."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that only moves when told: for tests and simulations."""

    def __init__(self, now: datetime) -> None:
        self._now = parse_instant(now.isoformat())

    def now(self) -> datetime:
        """The instant last set."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move by a duration."""
        self._now += by

    def set(self, now: datetime) -> None:
        """Move to an aware instant."""
        self._now = parse_instant(now.isoformat())


class FileClock:
    """A clock read from a file at each call, so that several processes share a moved time.

    A database accepts it only when flagged as demo, simulation or test (`runtime.bootstrap`).
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        """The instant that the file holds at this moment.

        Raises:
            ClockFileError: the file is missing or unreadable as an instant.
        """
        try:
            return parse_instant(self.path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise ClockFileError(path=self.path) from error

    def set(self, now: datetime) -> None:
        """Write an instant; readers see the old one or the new one, never half of it."""
        staged = self.path.with_name(self.path.name + ".new")
        staged.write_text(format_instant(now), encoding="ascii")
        staged.replace(self.path)


def parse_instant(text: str) -> datetime:
    """An aware UTC instant from ISO 8601 text.

    Raises:
        ValueError: no instant, or one without a zone.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """The fixed-width text of an aware instant, `2026-03-01T06:00:00.000000Z`, sortable as text."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return _format_utc(instant if instant.tzinfo is UTC else instant.astimezone(UTC))


# A step writes its one instant several times. Only of UTC: elsewhere two instants of a repeated hour are equal.
@lru_cache(maxsize=1024)
def _format_utc(instant: datetime) -> str:
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
