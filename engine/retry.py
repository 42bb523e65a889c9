"""What is done about a row that failed: it is put off with growing pauses, and says why."""

from datetime import timedelta

from engine.errors import OporaError

LONGEST_PAUSE = timedelta(hours=6)
LONGEST_REASON = 1000


def backoff(attempts: int) -> timedelta:
    """The pause after so many failed attempts: a minute, doubling, at most six hours."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_PAUSE)


def reason_of(error: BaseException) -> str:
    """What the row keeps for `opora doctor`: the message, and for a fault of the program its kind."""
    text = str(error) if isinstance(error, OporaError) else f"{type(error).__name__}: {error}"
    return text[:LONGEST_REASON]
