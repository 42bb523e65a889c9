"""Identifiers that leave the house: UUIDs of version 7, whose order in an index is roughly that of time."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62


def new_uuid7(now: Callable[[], datetime], random_bytes: Callable[[int], bytes] = os.urandom) -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Two of one millisecond have no order between them: nothing may rest on one.

    Args:
        now: gives the present instant, aware (`clock.now`).
        random_bytes: gives that many unpredictable bytes.
    """
    milliseconds = (now() - _EPOCH) // timedelta(milliseconds=1)
    random = int.from_bytes(random_bytes(10), "big")
    high = (random >> 62) & 0xFFF
    low = random & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | _VERSION | high << 64 | _VARIANT | low)
