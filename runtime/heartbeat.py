"""Signs of life that ticks leave, so that people see when nobody does what is due, and which machine fell silent."""

import socket
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from activities.tables import setting
from engine.clock import format_instant, parse_instant
from engine.prepared import Prepared
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
        machines = list_machines(connection)
    last = machines.get(name)
    if last is not None and abs(store.clock.now() - last) < INTERVAL:
        return
    with store.write() as work:
        _note(work, (TICKED_AT, _MACHINE + name))
        _forget(work, machines)


def _note(work: UnitOfWork, keys: Iterable[str]) -> None:
    rows = [{"key": key, "value": format_instant(work.now)} for key in keys]
    _NOTE[work.connection.dialect.name].run_each(work.connection, rows)


def _forget(work: UnitOfWork, machines: Mapping[str, datetime]) -> None:
    gone = [_MACHINE + name for name, last in machines.items() if work.now - last > FORGOTTEN_AFTER]
    if gone:
        work.connection.execute(delete(setting).where(setting.c.key.in_(gone)))


def find_last_tick(connection: Connection) -> datetime | None:
    """When a tick last ran on any machine, by the installation's clock; None where none has."""
    value = connection.execute(select(setting.c.value).where(setting.c.key == TICKED_AT)).scalar()
    return parse_instant(value) if value else None


def list_machines(connection: Connection) -> dict[str, datetime]:
    """The machines that worked within the last day or so, each with its last tick."""
    return {key.removeprefix(_MACHINE): parse_instant(value) for key, value in _MACHINES.fetch(connection, {})}


def _noting(given: sqlite.Insert | postgresql.Insert) -> Prepared:
    again = given.on_conflict_do_update(index_elements=["key"], set_={"value": given.excluded.value})
    return Prepared(again, ("key", "value"))


_NOTE = {"sqlite": _noting(sqlite.insert(setting)), "postgresql": _noting(postgresql.insert(setting))}
_MACHINES = Prepared(select(setting.c.key, setting.c.value).where(setting.c.key.startswith(_MACHINE, autoescape=True)))
