"""Counts what may come too often, over ten minutes, in the database: so all processes count together.

Links that lead nowhere, per client address: who comes with too many is answered "wait" instead of "no such page",
without further work. A good link opens all the same: its secret cannot be guessed at any speed, and behind one
address there may be a whole school, or, with a proxy in front that hides its clients, everybody.

Calendars that are handed out whole, per calendar: see `fetches`.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.unit_of_work import Store, UnitOfWork
from notifications.tables import throttle

WINDOW = timedelta(minutes=10)
LIMIT = 30


def fold_client(address: str | None) -> str:
    """The address as it is counted: of IPv6 the /64, since that is what one household has (RFC 6177)."""
    try:
        client = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(client, ipaddress.IPv6Address):
        mapped = client.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((client, 64), strict=False))
    return str(client)


def is_throttled(connection: Connection, client: str, now: datetime) -> bool:
    """Whether a client has come with too many bad links within the window."""
    recent = (throttle.c.address == client) & (throttle.c.window_at > now - WINDOW)
    attempts = connection.execute(select(throttle.c.attempts).where(recent)).scalar()
    return attempts is not None and attempts >= LIMIT


def count_bad_link(store: Store, client: str) -> None:
    """Count one more bad link of a client."""
    with store.write() as work:
        add_attempts(work, client)


@dataclass(frozen=True, slots=True)
class Count:
    """How often somebody has come since the window began, to all processes."""

    began_at: datetime
    attempts: int


def add_attempts(work: UnitOfWork, who: str, attempts: int = 1) -> Count:
    """Count somebody's attempts, and forget everyone whose window is over."""
    work.connection.execute(delete(throttle).where(throttle.c.window_at <= work.now - WINDOW))
    counted = _add(work.connection, who, attempts)
    if counted is not None:
        return counted
    row = {"address": who, "window_at": work.now, "attempts": attempts}
    try:
        with work.connection.begin_nested():
            work.connection.execute(insert(throttle).values(row))
    except IntegrityError:  # another process was first within these microseconds
        counted = _add(work.connection, who, attempts)
    return counted or Count(work.now, attempts)


def _add(connection: Connection, who: str, attempts: int) -> Count | None:
    known = update(throttle).where(throttle.c.address == who).values(attempts=throttle.c.attempts + attempts)
    row = connection.execute(known.returning(throttle.c.window_at, throttle.c.attempts)).first()
    return Count(*row) if row else None
