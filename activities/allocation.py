"""Giving rows the short ids that people type."""

import os
from functools import cache

from sqlalchemy import Connection, Select, Table, bindparam, select

from activities.short_ids import new_short_id


def allocate_short_ids(connection: Connection, table: Table, prefix: str, count: int) -> list[str]:
    """`count` short ids that no row of `table` has yet, such as `o-7k3f9q`."""
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        fresh = [new_short_id(prefix, os.urandom) for _ in range(count - len(chosen))]
        taken = set(connection.execute(_select_taken(table), {"fresh": fresh}).scalars())
        chosen.update(dict.fromkeys(each for each in fresh if each not in taken))
    return list(chosen)


@cache
def _select_taken(table: Table) -> Select[str]:
    return select(table.c.short_id).where(table.c.short_id.in_(bindparam("fresh", expanding=True)))


def allocate_short_id(connection: Connection, table: Table, prefix: str) -> str:
    """One short id; see `allocate_short_ids`."""
    return allocate_short_ids(connection, table, prefix, 1)[0]
