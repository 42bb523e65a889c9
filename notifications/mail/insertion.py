"""Writing a row unless it is there: what is repeated after a crash changes nothing."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from engine.prepared import Prepared


def insert_missing(connection: Connection, table: Table, row: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Insert a row whose unique key is not taken; whether it was inserted.

    Race-free on both databases (`ON CONFLICT DO NOTHING`): of two writers one inserts, the other waits and gives way.

    Args:
        connection: of the transaction that the row belongs to.
        table: where it goes.
        row: all its values.
        key: the columns of the unique constraint.
    """
    return _insert(connection.dialect.name, table, tuple(key), tuple(row)).run_each(connection, [row]) == 1


def insert_all_missing(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> None:
    """The same for any number of rows at once."""
    if rows:
        _insert(connection.dialect.name, table, tuple(key), tuple(rows[0])).run_each(connection, rows)


@cache
def _insert(dialect: str, table: Table, key: tuple[str, ...], columns: tuple[str, ...]) -> Prepared:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # Inline: no RETURNING of the new row's id, beside which psycopg's row count would say nothing.
    return Prepared(insert(table).on_conflict_do_nothing(index_elements=list(key)).inline(), columns)
