"""Writing a row unless it is there: what is repeated after a crash changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite


def insert_missing(connection: Connection, table: Table, row: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Insert a row whose unique key is not taken; whether it was inserted.

    Race-free on both databases (`ON CONFLICT DO NOTHING`): of two writers one inserts, the other waits and gives way.

    Args:
        connection: of the transaction that the row belongs to.
        table: where it goes.
        row: all its values.
        key: the columns of the unique constraint.
    """
    statement = _insert(connection, table, key).values(**row)
    # Asked by RETURNING: psycopg's row count says nothing where SQLAlchemy fetches a new row's id by itself.
    return connection.execute(statement.returning(literal_column("1"))).first() is not None


def insert_all_missing(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Sequence[str]
) -> None:
    """The same for any number of rows at once."""
    if rows:
        connection.execute(_insert(connection, table, key), list(rows))


def _insert(connection: Connection, table: Table, key: Sequence[str]) -> sqlite.Insert | postgresql.Insert:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing(index_elements=list(key))
