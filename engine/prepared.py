"""Statements compiled once and run on the driver's own cursor, inside the transaction that SQLAlchemy holds.

For each execution Core looks a statement up, binds its values and wraps its result anew: more work than SQLite has in
carrying it out. What that rests on is known beforehand: the text, the order of the parameters, and what each type
does to a value on its way in and out. A `Prepared` asks SQLAlchemy for it once for each kind of database and keeps
it. The types stay in force, so rows are the same as if Core had written them; connections, transactions and errors
stay SQLAlchemy's. Its events of execution are passed by.

Only for statements of one text: a list of any length is one parameter (`Among`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any, Self

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Integer,
    LargeBinary,
    Text,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import Select
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
_Change = tuple[int, Callable[[Any], Any]]


class Prepared:
    """A statement ready to run.

    Args:
        statement: with a named parameter for each value.
        columns: of an INSERT or UPDATE without values, those that are given.
    """

    def __init__(self, statement: Executable, columns: Collection[str] = ()) -> None:
        self.statement = statement
        self._columns = list(columns) or None
        self._forms: dict[str, Form] = {}

    def fetch(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Run a query and take all its rows, as the types of its columns give them.

        Raises:
            DBAPIError: as `Connection.execute`; so do the others.
        """
        with Driver(connection) as driver:
            return driver.fetch(self, values)

    def run_each(self, connection: Connection, rows: Sequence[Values]) -> int:
        """Run it for each row of values, if there are any; how many rows it touched in all."""
        if not rows:
            return 0
        with Driver(connection) as driver:
            return driver.run_each(self, rows)

    def form_for(self, dialect: Dialect) -> "Form":
        """What it is for a kind of database."""
        # What we open differs by the kind of database only (`database.open_database`).
        form = self._forms.get(dialect.name)
        return form or self._forms.setdefault(dialect.name, _compile(self.statement, self._columns, dialect))


class Driver:
    """The driver's own cursor, inside the transaction that SQLAlchemy holds: for several statements, one after another.

    Raises:
        DBAPIError: what the driver raises within, as SQLAlchemy wraps it.
    """

    __slots__ = ("_connection", "_cursor", "_text")

    def __init__(self, connection: Connection) -> None:
        if not connection.in_transaction():  # as `Connection.execute` does
            connection.begin()
        self._connection = connection
        self._cursor: Any = connection.connection.cursor()
        self._text = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cursor.close()
        if isinstance(error, self._connection.dialect.loaded_dbapi.Error):
            raise _wrapped(self._connection, self._text, error) from error

    def fetch(self, prepared: Prepared, values: Values) -> list[tuple[Any, ...]]:
        """See `Prepared.fetch`."""
        form = prepared.form_for(self._connection.dialect)
        self._text = form.text
        self._cursor.execute(form.text, form.bind(values))
        return form.unbind(self._cursor.fetchall())

    def run_each(self, prepared: Prepared, rows: Sequence[Values]) -> int:
        """See `Prepared.run_each`."""
        if not rows:
            return 0
        form = prepared.form_for(self._connection.dialect)
        self._text = form.text
        self._cursor.executemany(form.text, [form.bind(row) for row in rows])
        return int(self._cursor.rowcount)


@dataclass(frozen=True, slots=True)
class Form:
    """A statement as one kind of database takes it.

    Args:
        given: the parameters in the order of the text.
        fixed: values that stand in the statement itself, such as a LIMIT.
        is_positional: whether the driver counts parameters or names them.
        changed: of parameters, at which places the type changes the value, and how.
        found: the same of the columns of the result.
    """

    text: str
    given: tuple[str, ...]
    fixed: Values
    is_positional: bool
    changed: tuple[_Change, ...]
    found: tuple[_Change, ...]

    def bind(self, values: Values) -> Any:
        """Values as the driver takes them."""
        if self.fixed:
            values = {**self.fixed, **values}
        bound = [values[name] for name in self.given]
        for place, convert in self.changed:
            bound[place] = convert(bound[place])
        return bound if self.is_positional else dict(zip(self.given, bound, strict=True))

    def unbind(self, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Rows as the types of their columns give them."""
        return [self._unbound(row) for row in rows] if self.found else list(rows)

    def _unbound(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in self.found:
            values[place] = convert(values[place])
        return tuple(values)


def _compile(statement: Executable, columns: list[str] | None, dialect: Dialect) -> Form:
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    names = compiled.positiontup if compiled.positiontup is not None else list(binds)
    given = (_given_as(_impl(binds[name].type, dialect), dialect) for name in names)
    fixed = {name: binds[name].effective_value for name in names if not binds[name].required}
    columns_found = statement.selected_columns if isinstance(statement, Select) else ()
    found = (_impl(column.type, dialect).result_processor(dialect, None) for column in columns_found)
    return Form(str(compiled), tuple(names), fixed, bool(compiled.positional), _changes(given), _changes(found))


def _given_as(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    # SQLAlchemy wraps bytes for drivers that cannot take them, and fills a day into a format that could be another.
    if dialect.name == "sqlite" and isinstance(kind, LargeBinary):
        return None
    if dialect.name == "sqlite" and isinstance(kind, Date):
        return _iso_day
    return kind.bind_processor(dialect)


def _iso_day(day: date | None) -> str | None:
    return None if day is None else date.isoformat(day)


def _changes(processors: Iterable[Callable[[Any], Any] | None]) -> tuple[_Change, ...]:
    return tuple((place, convert) for place, convert in enumerate(processors) if convert is not None)


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


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
        return numbers if dialect.name == "postgresql" else str(numbers)  # which is JSON, and sooner there


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
