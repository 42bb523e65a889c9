"""A sign of life that a tick leaves, so that people see when nobody does what is due."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from activities.tables import setting
from engine.clock import format_instant, parse_instant
from engine.unit_of_work import Store

TICKED_AT = "ticked_at"
INTERVAL = timedelta(seconds=30)
"""Ticks rung by the bell follow one another closely; one sign in a while is enough."""
MISSED_AFTER = timedelta(minutes=5)
"""A worker ticks each minute; after this long, nobody does."""


def beat(store: Store) -> None:
    """Note that a tick has run, unless one has a moment ago."""
    with store.read() as connection:
        last = find_last_tick(connection)
    if last is not None and abs(store.clock.now() - last) < INTERVAL:
        return
    with store.write() as work:
        insert = postgresql.insert if store.engine.dialect.name == "postgresql" else sqlite.insert
        row = insert(setting).values(key=TICKED_AT, value=format_instant(work.now))
        work.connection.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": row.excluded.value}))


def find_last_tick(connection: Connection) -> datetime | None:
    """When a tick last ran, by the installation's clock; None where none has."""
    value = connection.execute(select(setting.c.value).where(setting.c.key == TICKED_AT)).scalar()
    return parse_instant(value) if value else None
