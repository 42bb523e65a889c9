"""Copying the rows of one table into another database, in pages by key, and counting them on both sides."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Engine, RowMapping, Table, bindparam, insert, select, tuple_, update
from sqlalchemy.exc import DatabaseError

from activities.tables import setting
from engine.database import reading, writing
from engine.errors import N_, OporaError
from runtime.database_marks import MARKS

FIRST_PAGE, LARGEST_PAGE = 50, 4000
PAGE_BYTES = 4 << 20
"""Pages grow until they weigh about this much: some rows hold a whole calendar, others a few numbers."""


class RowRefusedError(OporaError):
    """The other database does not take a row."""

    message = N_(
        "{target} does not take the row {key} of the table {table}: {reason}. "
        "Nothing was changed here. Send this line to the administrator."
    )


@dataclass(frozen=True, slots=True)
class TableContent:
    """What a table holds.

    Attributes:
        digest: the SHA-256 of each row's values, added up; of the same rows in whatever order it is the same, since
            databases sort text differently.
    """

    rows: int
    digest: bytes


@dataclass(slots=True)
class _Sum:
    rows: int = 0
    total: int = 0

    def add(self, page: Sequence[RowMapping]) -> int:
        """Count a page in; its weight, in bytes of its rows' text."""
        weight = 0
        for row in page:
            # Instants are UTC on both sides and booleans are booleans, so equal values have equal texts.
            content = repr(tuple(row.values())).encode("utf-8", "surrogatepass")
            self.total += int.from_bytes(hashlib.sha256(content).digest())
            weight += len(content)
        self.rows += len(page)
        return weight

    def content(self) -> TableContent:
        return TableContent(self.rows, (self.total % (1 << 256)).to_bytes(32))


def copy_rows(source: Connection, target: Engine, table: Table, tell: Callable[[int], None]) -> TableContent:
    """Copy all rows of a table, a page a transaction; what was read.

    Args:
        source: sees one moment until the last page is read.
        target: holds the empty table.
        table: its rows may refer to one another.
        tell: is given the number of rows of each page.

    Raises:
        RowRefusedError: names the first row that the target does not take.
    """
    read = _Sum()
    own = _references_to_itself(table)
    for page in _iter_pages(source, table, read):
        _write(target, table, [dict(row) | dict.fromkeys(own) for row in page])
        tell(len(page))
    for column in own:
        _refer(source, target, table, column)
    return read.content()


def read_content(engine: Engine, table: Table) -> TableContent:
    """What a table holds, read in pages, each in a transaction of its own."""
    read = _Sum()
    last: RowMapping | None = None
    size = FIRST_PAGE
    while True:
        with reading(engine) as connection:
            page = _read_page(connection, table, last, size)
        if not page:
            return read.content()
        last, size = page[-1], _next_size(size, read.add(page))


def _iter_pages(connection: Connection, table: Table, read: _Sum) -> Iterator[Sequence[RowMapping]]:
    last: RowMapping | None = None
    size = FIRST_PAGE
    while page := _read_page(connection, table, last, size):
        last, size = page[-1], _next_size(size, read.add(page))
        yield page


def _read_page(connection: Connection, table: Table, last: RowMapping | None, size: int) -> Sequence[RowMapping]:
    key = _key(table)
    query = select(table).order_by(*key).limit(size)
    if table is setting:
        query = query.where(setting.c.key.not_in(MARKS))
    if last is not None:
        query = query.where(tuple_(*key) > tuple_(*(_bound(column, last) for column in key)))
    return connection.execute(query).mappings().all()


def _bound(column: Column[Any], row: RowMapping) -> Any:
    return bindparam(f"after_{column.name}", row[column.name], type_=column.type)


def _next_size(size: int, weight: int) -> int:
    """Twice as many rows while they are light, half as many once they are heavy."""
    if weight > PAGE_BYTES:
        return max(size // 2, 1)
    return min(size * 2, LARGEST_PAGE) if weight * 2 <= PAGE_BYTES else size


def _key(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


def _references_to_itself(table: Table) -> list[str]:
    """Columns that name another row of the same table, which may come on a later page."""
    return [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]


def _write(target: Engine, table: Table, rows: list[dict[str, Any]]) -> None:
    try:
        with writing(target) as connection:
            connection.execute(insert(table), rows)
    except DatabaseError:
        _write_each(target, table, rows)


def _write_each(target: Engine, table: Table, rows: list[dict[str, Any]]) -> None:
    """One by one, to name the row that stands in the way."""
    for row in rows:
        try:
            with writing(target) as connection:
                connection.execute(insert(table), row)
        except DatabaseError as error:
            key = ", ".join(str(row[column.name]) for column in _key(table))
            reason = str(error.orig).strip().splitlines()[0]
            url = target.url.render_as_string(hide_password=True)
            raise RowRefusedError(target=url, table=table.name, key=key, reason=reason) from error


def _refer(source: Connection, target: Engine, table: Table, name: str) -> None:
    """Fill in which row each row names, now that all are there."""
    column, key = table.c[name], _key(table)
    found = source.execute(select(*key, column).where(column.is_not(None))).mappings().all()
    if not found:
        return
    matching = [each == bindparam(f"key_{each.name}") for each in key]
    rows = [{f"key_{each.name}": row[each.name] for each in key} | {"named": row[name]} for row in found]
    with writing(target) as connection:
        connection.execute(update(table).where(*matching).values({name: bindparam("named")}), rows)
