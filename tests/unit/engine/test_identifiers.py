"""UUIDs of version 7 are those of RFC 9562."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from engine.clock import VirtualClock
from engine.identifiers import new_uuid7

INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
TEN_BYTES = st.binary(min_size=10, max_size=10)


def test_the_example_of_the_rfc() -> None:
    """The instant and random bits of RFC 9562 appendix A.6 give its UUID."""
    now = datetime(2022, 2, 22, 14, 22, 22, tzinfo=timezone(timedelta(hours=-5)))
    random = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert new_uuid7(lambda: now, lambda _: random) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")


@given(INSTANTS, TEN_BYTES)
def test_version_variant_and_time_can_be_read_back(now: datetime, random: bytes) -> None:
    """Whatever the random bits, the version is 7, the variant that of the RFC, the first 48 bits the milliseconds."""
    made = new_uuid7(VirtualClock(now).now, lambda _: random)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=made.int >> 80) == now - timedelta(
        microseconds=now.microsecond % 1000
    )


@given(INSTANTS, TEN_BYTES, TEN_BYTES)
def test_a_later_millisecond_sorts_later(now: datetime, random: bytes, other: bytes) -> None:
    """Whatever the random bits, an identifier made a millisecond later is greater."""
    earlier = new_uuid7(lambda: now, lambda _: random)
    later = new_uuid7(lambda: now + timedelta(milliseconds=1), lambda _: other)
    assert earlier < later


def test_every_random_bit_counts() -> None:
    """Within one millisecond, 74 different bits make a difference."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    made = {new_uuid7(lambda: now, lambda _, bit=bit: (1 << bit).to_bytes(10, "big")) for bit in range(74)}
    assert len(made) == 74
