"""What failed is put off with growing pauses and says why."""

from datetime import timedelta

import pytest

from engine.errors import OporaError
from engine.retry import backoff, reason_of


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (8, 128), (9, 256), (10, 360), (10_000, 360)])
def test_pauses_double_up_to_six_hours(attempts: int, minutes: int) -> None:
    """However often it failed, the pause stays a number that can be added to an instant."""
    assert backoff(attempts) == timedelta(minutes=minutes)


def test_a_fault_of_the_program_is_named_by_its_kind() -> None:
    """An error of ours speaks for itself, another needs its class; both are cut to what the column may hold."""
    assert reason_of(OporaError()).startswith("Something went wrong")
    assert reason_of(KeyError("x")) == "KeyError: 'x'"
    assert len(reason_of(ValueError("x" * 5000))) == 1000
