"""What is done about a row that failed: it leaves its batch, is put off with growing pauses, and says why."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from zlib import crc32

from engine.database import is_database_trouble
from engine.errors import OporaError

LONGEST_PAUSE = timedelta(hours=6)
SPREAD = 0.25
LONGEST_REASON = 1000


class FailedBatchError(Exception):
    """One row of a batch failed and took the others with it; the cause is the row's."""

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__(ids)
        self.ids = ids


@contextmanager
def blaming(ids: Sequence[int]) -> Iterator[None]:
    """Around the work on a batch's rows: whatever goes wrong is one of theirs, unless it is the database's.

    Raises:
        FailedBatchError: something went wrong.
    """
    try:
        yield
    except Exception as error:
        if is_database_trouble(error):
            raise
        raise FailedBatchError(ids) from error


def work_off(
    is_any_left: Callable[[], bool], act: Callable[[int | None], int], put_off: Callable[[int, BaseException], None]
) -> int:
    """Act on one batch after another until nothing is left for this worker; how many rows were finished.

    It ends whatever fails: a batch that fails is gone through one by one, and a row that fails alone is put off.

    Args:
        is_any_left: a look that takes no lock.
        act: claims and finishes a batch, or only the row of this id, in a transaction of its own; how many.
        put_off: what becomes of a row that failed, with its error.
    """
    finished = 0
    while is_any_left():
        try:
            acted = act(None)
        except FailedBatchError as failed:
            finished += sum(_act_alone(act, put_off, each) for each in failed.ids)
            continue
        if not acted:  # what is left is in another worker's hands
            break
        finished += acted
    return finished


def _act_alone(act: Callable[[int | None], int], put_off: Callable[[int, BaseException], None], only: int) -> int:
    try:
        return act(only)
    except FailedBatchError as failed:
        put_off(only, failed.__cause__ or failed)
        return 0


def backoff(attempts: int, key: str) -> timedelta:
    """The pause after so many failed attempts: a minute, doubling, at most six hours, and up to a quarter more.

    The quarter spreads rows that failed together, lest they fail together again. It is drawn from the row's `key` and
    not by chance, so that the same story ends in the same rows.
    """
    share = crc32(f"{key}:{attempts}".encode()) / 2**32
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_PAUSE) * (1 + SPREAD * share)


def reason_of(error: BaseException) -> str:
    """What the row keeps for `opora doctor`: the message, and for a fault of the program its kind."""
    text = str(error) if isinstance(error, OporaError) else f"{type(error).__name__}: {error}"
    return text[:LONGEST_REASON]
