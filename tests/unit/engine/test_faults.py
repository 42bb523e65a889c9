"""The fault points that are listed are those in the code."""

import re
from pathlib import Path

from engine import faults

ENGINE = Path(faults.__file__).parent


def test_every_point_is_listed_once_and_reached_once() -> None:
    """A point that nobody reaches would be a kill test that tests nothing."""
    reached = [name for path in ENGINE.glob("*.py") for name in re.findall(r'reach\("([a-z_.]+)"\)', path.read_text())]
    assert sorted(reached) == sorted(faults.POINTS)


def test_a_point_does_nothing_by_itself() -> None:
    """In production nothing stands behind a point, and nothing happens, not even for a name that nobody listed."""
    assert faults.on_reach is faults._pass
    assert [faults.on_reach(point) for point in (*faults.POINTS, "elsewhere")] == [None] * (len(faults.POINTS) + 1)  # type: ignore[func-returns-value]
