"""How long to wait after trouble. Spread by chance, so that letters refused together do not come back together."""

from collections.abc import Callable
from datetime import timedelta

from notifications.mail.transport import Pause

Chance = Callable[[], float]
"""Gives a number from 0 up to 1 (`random.random`)."""

LAST_ATTEMPT = 25
"""About five days of attempts: RFC 5321 §4.5.4.1 asks for four or five before giving up."""

_SPREAD = 0.25
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)
_PAUSES = {
    Pause.CONNECTION: (timedelta(minutes=1), timedelta(hours=1)),
    Pause.LOGIN: (timedelta(minutes=15), timedelta(hours=6)),
    # Yandex blocks a mailbox for 24 hours once it is over its limit, and each attempt begins them anew.
    Pause.ACCOUNT: (timedelta(hours=24), timedelta(hours=24)),
}


def wait_after(attempts: int, chance: Chance) -> timedelta:
    """The wait of a letter refused for now: five minutes, doubling, at most six hours."""
    return _grown(_FIRST_WAIT, _LONGEST_WAIT, attempts, chance)


def pause_after(pause: Pause, failures: int, chance: Chance) -> timedelta:
    """The rest of a mailbox after so many pauses in a row."""
    return _grown(*_PAUSES[pause], failures, chance)


def _grown(first: timedelta, longest: timedelta, times: int, chance: Chance) -> timedelta:
    # The exponent is bounded too: 2 to the power of a year's attempts is no timedelta.
    return min(first * (1 << min(times - 1, 16)), longest) * (1 + _SPREAD * chance())
