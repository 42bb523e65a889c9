"""Statements compiled once and run on the driver's own cursor, inside the transaction that SQLAlchemy holds.

For each execution Core looks a statement up, binds its values and wraps its result anew: more work than SQLite has in
carrying it out. What that rests on is known beforehand: the text, the order of the parameters, and what each type
does to a value on its way in and out. A `Prepared` asks SQLAlchemy for it once for each kind of database and keeps
it. The types stay in force, so rows are the same as if Core had written them; connections, transactions and errors
stay SQLAlchemy's. Its events of execution are passed by.

Only for statements of one text: a list of any length is one parameter (`Among`).
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from sqlalchemy import ARRAY, Boolean, ColumnElement, Connection, Dialect, Integer, Text, TypeDecorator, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import Select
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
_Convert = Callable[[Any], Any] | None
_Found = TypeVar("_Found")


class Prepared:
    """A statement ready to run.

    Args:
        statement: with a named parameter for each value.
        columns: of an INSERT or UPDATE without values, those that are given.
    """

    def __init__(self, statement: Executable, columns: Collection[str] = ()) -> None:
        self.statement = statement
        self._columns = list(columns) or None
        self._forms: dict[str, _Form] = {}

    def fetch(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Run a query and take all its rows, as the types of its columns give them.

        Raises:
            DBAPIError: as `Connection.execute`; so do the others.
        """
        form = self._form(connection)
        bound = form.bind(values)

        def take(cursor: Any) -> list[tuple[Any, ...]]:
            cursor.execute(form.text, bound)
            return [form.unbind(row) for row in cursor.fetchall()]

        return on_driver(connection, form.text, take)

    def run_each(self, connection: Connection, rows: Sequence[Values]) -> int:
        """Run it for each row of values, if there are any; how many rows it touched in all."""
        if not rows:
            return 0
        form = self._form(connection)
        bound = [form.bind(row) for row in rows]

        def run(cursor: Any) -> int:
            cursor.executemany(form.text, bound)
            return int(cursor.rowcount)

        return on_driver(connection, form.text, run)

    def _form(self, connection: Connection) -> "_Form":
        if not connection.in_transaction():  # as `Connection.execute` does
            connection.begin()
        dialect = connection.dialect
        # What we open differs by the kind of database only (`database.open_database`).
        form = self._forms.get(dialect.name)
        return form or self._forms.setdefault(dialect.name, _compile(self.statement, self._columns, dialect))


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one kind of database takes it.

    Args:
        given: the parameters in the order of the text, each with what its type does to a value.
        fixed: values that stand in the statement itself, such as a LIMIT.
        is_positional: whether the driver counts parameters or names them.
        taken: what the type of each column of the result does to a value.
    """

    text: str
    given: tuple[tuple[str, _Convert], ...]
    fixed: Values
    is_positional: bool
    taken: tuple[_Convert, ...]

    def bind(self, values: Values) -> Any:
        if self.fixed:
            values = {**self.fixed, **values}
        if self.is_positional:
            return [convert(values[name]) if convert else values[name] for name, convert in self.given]
        return {name: convert(values[name]) if convert else values[name] for name, convert in self.given}

    def unbind(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(convert(value) if convert else value for convert, value in zip(self.taken, row, strict=True))


def _compile(statement: Executable, columns: list[str] | None, dialect: Dialect) -> _Form:
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    names = compiled.positiontup if compiled.positiontup is not None else list(binds)
    given = ((name, _impl(binds[name].type, dialect).bind_processor(dialect)) for name in names)
    fixed = {name: binds[name].effective_value for name in names if not binds[name].required}
    found = statement.selected_columns if isinstance(statement, Select) else ()
    taken = (_impl(column.type, dialect).result_processor(dialect, None) for column in found)
    return _Form(str(compiled), tuple(given), fixed, bool(compiled.positional), tuple(taken))


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


def on_driver(connection: Connection, text: str, act: Callable[[Any], _Found]) -> _Found:
    """Let `act` use a cursor of the driver for this text.

    Raises:
        DBAPIError: what the driver raised, as SQLAlchemy wraps it.
    """
    cursor = connection.connection.cursor()
    try:
        return act(cursor)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _wrapped(connection, text, error) from error
    finally:
        cursor.close()


def _wrapped(connection: Connection, text: str, error: Exception) -> BaseException:
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection.driver_connection, None)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    # What people wrote does not belong into an error's text: the values are left out.
    return DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=dialect,
    )


class _Numbers(TypeDecorator[Collection[int]]):
    """Whole numbers as one parameter: an array on PostgreSQL, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Integer) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        numbers = list(value or ())
        return numbers if dialect.name == "postgresql" else json.dumps(numbers)


class Among(ColumnElement[bool]):
    """Whether a column's whole number is among those of one parameter, however many they are.

    Args:
        column: such as an id.
        name: the parameter's; its value is a collection of int.
    """

    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012  (so SQLAlchemy types it: what tells two of them apart, for Core's cache)
        ("column", InternalTraversal.dp_clauseelement),
        ("numbers", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[int], name: str) -> None:
        self.column = column
        self.numbers = bindparam(name, type_=_Numbers())

    def self_group(self, against: Any = None) -> Self:  # noqa: ARG002  (the interface)
        """Itself: a condition already. SQLAlchemy would compare it with 1 on SQLite, which then uses no index."""
        return self


@compiles(Among, "sqlite")
def _in_json(element: Among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = (compiler.process(each, **more) for each in (element.column, element.numbers))
    return f"{column} IN (SELECT value FROM json_each({numbers}))"


@compiles(Among, "postgresql")
def _in_array(element: Among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = (compiler.process(each, **more) for each in (element.column, element.numbers))
    return f"{column} = ANY ({numbers})"
