"""Signs of life that ticks leave, so that people see when nobody does what is due, and which machine fell silent."""

import socket
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from activities.tables import setting
from engine.clock import format_instant, parse_instant
from engine.unit_of_work import Store, UnitOfWork

TICKED_AT = "ticked_at"
INTERVAL = timedelta(seconds=30)
"""Ticks rung by the bell follow one another closely; one sign in a while is enough."""
MISSED_AFTER = timedelta(minutes=5)
"""A worker ticks each minute; after this long, nobody does."""
FORGOTTEN_AFTER = timedelta(days=1)
"""A machine that was silent for so long is taken to be gone for good: containers have a new name at each start."""

_MACHINE = TICKED_AT + "@"
_LONGEST = 64 - len(_MACHINE)


def this_machine() -> str:
    """What this machine is called among those that work on one database."""
    return socket.gethostname()[:_LONGEST]


def beat(store: Store, machine: str | None = None) -> None:
    """Note that a tick has run on this machine, unless one has a moment ago."""
    name = machine or this_machine()
    with store.read() as connection:
        last = list_machines(connection).get(name)
    if last is not None and abs(store.clock.now() - last) < INTERVAL:
        return
    with store.write() as work:
        for key in (TICKED_AT, _MACHINE + name):
            _note(work, key)
        _forget(work)


def _note(work: UnitOfWork, key: str) -> None:
    insert = postgresql.insert if work.connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(setting).values(key=key, value=format_instant(work.now))
    work.connection.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": row.excluded.value}))


def _forget(work: UnitOfWork) -> None:
    machines = list_machines(work.connection)
    gone = [_MACHINE + name for name, last in machines.items() if work.now - last > FORGOTTEN_AFTER]
    work.connection.execute(delete(setting).where(setting.c.key.in_(gone)))


def find_last_tick(connection: Connection) -> datetime | None:
    """When a tick last ran on any machine, by the installation's clock; None where none has."""
    value = connection.execute(select(setting.c.value).where(setting.c.key == TICKED_AT)).scalar()
    return parse_instant(value) if value else None


def list_machines(connection: Connection) -> dict[str, datetime]:
    """The machines that worked within the last day or so, each with its last tick."""
    rows = connection.execute(select(setting).where(setting.c.key.startswith(_MACHINE, autoescape=True)))
    return {row.key.removeprefix(_MACHINE): parse_instant(row.value) for row in rows}
