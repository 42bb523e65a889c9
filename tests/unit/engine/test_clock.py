"""Clocks give aware UTC instants, and a clock file is whole or refused."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import ClockFileError, FileClock, SystemClock, VirtualClock, format_instant, parse_instant

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NAIVE = datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001  (what is to be refused)


def test_the_system_clock_is_aware() -> None:
    """Its instants are in UTC and go forward."""
    first, second = SystemClock().now(), SystemClock().now()
    assert first.tzinfo is UTC
    assert first <= second


def test_a_virtual_clock_moves_only_when_told() -> None:
    """It stands, advances by a duration, and is set, to UTC whatever zone it is told in."""
    clock = VirtualClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)
    clock.set(NOON.astimezone(timezone(timedelta(hours=3))))
    assert (clock.now(), clock.now().tzinfo) == (NOON, UTC)


@pytest.mark.parametrize("make", [VirtualClock, VirtualClock(NOON).set, format_instant])
def test_an_instant_without_a_zone_is_refused(make: object) -> None:
    """Nobody knows which instant a naive time means."""
    with pytest.raises(ValueError, match="zone"):
        make(NAIVE)  # type: ignore[operator]


def test_text_without_a_zone_is_refused() -> None:
    """The same for text."""
    with pytest.raises(ValueError, match="zone"):
        parse_instant("2026-03-01T12:00:00")


@given(st.datetimes(datetime(1000, 1, 1), timezones=st.timezones()))  # noqa: DTZ001  (hypothesis adds the zone)
def test_an_instant_comes_back_from_its_text(instant: datetime) -> None:
    """Written and read it is the same instant to the microsecond, and its text has 27 characters."""
    try:
        utc = instant.astimezone(UTC)
    except OverflowError:
        return
    text = format_instant(instant)
    assert len(text) == 27
    assert parse_instant(text) == utc


@given(st.datetimes(datetime(1000, 1, 1)), st.datetimes(datetime(1000, 1, 1)))  # noqa: DTZ001
def test_texts_sort_as_their_instants(one: datetime, other: datetime) -> None:
    """The database compares texts."""
    one, other = one.replace(tzinfo=UTC), other.replace(tzinfo=UTC)
    assert (format_instant(one) < format_instant(other)) == (one < other)


def test_a_clock_file_is_read_at_each_call(tmp_path: Path) -> None:
    """Two clocks on one file show the same moved time."""
    mine, theirs = FileClock(tmp_path / "clock"), FileClock(tmp_path / "clock")
    mine.set(NOON)
    assert theirs.now() == NOON
    theirs.set(NOON + timedelta(days=1))
    assert mine.now() == NOON + timedelta(days=1)
    assert [each.name for each in tmp_path.iterdir()] == ["clock"]


@pytest.mark.parametrize("content", [None, "", "noon", "2026-03-01T12:00:00"])
def test_a_clock_file_without_an_instant_is_refused(tmp_path: Path, content: str | None) -> None:
    """Missing, empty or unreadable, the error names the file and what to write into it."""
    path = tmp_path / "clock"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ClockFileError, match=r"clock holds no instant\. Write one such as"):
        FileClock(path).now()
