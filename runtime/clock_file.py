"""Moving the time of a demo, a simulation or a test."""

from datetime import datetime

from engine.clock import ClockFileError, FileClock
from engine.errors import N_, OporaError
from runtime.bootstrap import Application


class NoClockToMoveError(OporaError):
    """The installation goes by the machine's clock."""

    message = N_(
        "Time can be moved only where OPORA_CLOCK=file:PATH names a clock, on a database made for a demo or a test "
        "(opora init --purpose demo)."
    )


class ClockBackwardsError(OporaError):
    """An instant before the present."""

    message = N_("The clock shows {now} already, and history goes forwards only. Give a later instant.")


def move_clock(application: Application, instant: datetime) -> None:
    """Let the clock file show an aware instant; a file that is missing is made.

    Raises:
        NoClockToMoveError: there is no clock file.
        ClockBackwardsError: the file shows a later instant.
    """
    clock = application.store.clock
    if not isinstance(clock, FileClock):
        raise NoClockToMoveError
    now = _now(clock)
    if now is not None and instant < now:
        raise ClockBackwardsError(now=now.astimezone(application.settings.zone))
    clock.set(instant)


def _now(clock: FileClock) -> datetime | None:
    try:
        return clock.now()
    except ClockFileError:
        return None
