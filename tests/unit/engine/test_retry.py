"""What failed is put off with growing pauses and says why."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from engine.database import DatabaseUnavailableError
from engine.errors import OporaError
from engine.retry import SPREAD, FailedBatchError, backoff, blaming, reason_of, work_off


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (8, 128), (9, 256), (10, 360), (10_000, 360)])
def test_pauses_double_up_to_six_hours(attempts: int, minutes: int) -> None:
    """However often it failed, the pause is one that can be added to an instant, and a quarter longer at most."""
    pause = backoff(attempts, "key")
    assert timedelta(minutes=minutes) <= pause < timedelta(minutes=minutes) * (1 + SPREAD)


def test_rows_that_failed_together_come_back_apart() -> None:
    """A thousand rows are spread over the quarter evenly enough; a row is always put off by the same."""
    pauses = [backoff(3, str(number)) for number in range(1000)]
    tenths = Counter(int((pause / timedelta(minutes=4) - 1) / SPREAD * 10) for pause in pauses)
    assert sorted(tenths) == list(range(10))
    assert max(tenths.values()) < 200
    assert pauses == [backoff(3, str(number)) for number in range(1000)]
    assert backoff(1, "7") / timedelta(minutes=1) != backoff(2, "7") / timedelta(minutes=2)


def _work_off(*rows: str) -> tuple[int, list[str], list[str]]:
    """Rows by name, three to a batch: "good" ones are done, "bad" ones fail for ever, "ill" ones only in company."""
    left, done, put_off = list(rows), [], []

    def act(only: int | None) -> int:
        claimed = [each for each in left if only is None or rows.index(each) == only][:3]
        with blaming([rows.index(each) for each in claimed]):
            for each in claimed:
                if each.startswith("bad") or (each.startswith("ill") and only is None):
                    raise ValueError(each)
        for each in claimed:
            left.remove(each)
            done.append(each)
        return len(claimed)

    def move_on(only: int, error: BaseException) -> None:
        left.remove(rows[only])
        put_off.append(str(error))

    return work_off(lambda: bool(left), act, move_on), done, put_off


def test_one_that_fails_leaves_its_batch() -> None:
    """The others are done, before and behind it; it is put off with its own error, and the work ends."""
    assert _work_off("good 1", "bad 2", "good 3", "good 4") == (3, ["good 1", "good 3", "good 4"], ["bad 2"])
    assert _work_off("ill 1", "good 2") == (2, ["ill 1", "good 2"], [])
    assert _work_off(*(f"bad {number}" for number in range(10))) == (0, [], [f"bad {number}" for number in range(10)])


def test_nothing_claimed_ends_the_work() -> None:
    """What is left is in another worker's hands: no turning round and round."""
    assert work_off(lambda: True, lambda _only: 0, lambda _only, _error: None) == 0


@pytest.mark.parametrize(
    "trouble",
    [OperationalError("", {}, Exception()), DatabaseError("", {}, Exception()), DatabaseUnavailableError(reason="x")],
)
def test_trouble_with_the_database_blames_no_row(trouble: Exception) -> None:
    """It goes through as it is; a row's own fault names the whole batch."""
    with pytest.raises(type(trouble)), blaming([1]):
        raise trouble
    with pytest.raises(FailedBatchError) as failed, blaming([1, 2]):
        raise IntegrityError("", {}, Exception())
    assert failed.value.ids == [1, 2]


def test_a_fault_of_the_program_is_named_by_its_kind() -> None:
    """An error of ours speaks for itself, another needs its class; both are cut to what the column may hold."""
    assert reason_of(OporaError()).startswith("Something went wrong")
    assert reason_of(KeyError("x")) == "KeyError: 'x'"
    assert len(reason_of(ValueError("x" * 5000))) == 1000
