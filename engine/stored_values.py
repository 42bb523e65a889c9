"""What SQLite gives back is of the kind that was stored, or it is said to be damaged.

SQLite keeps any value in any column. SQLAlchemy's types take it as it comes: a text where bytes belong ends in an
AttributeError far away, and the number 7 becomes seven zero bytes.
"""

import json
import reprlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import Date, Dialect, Engine, Integer, LargeBinary, String, Text
from sqlalchemy.dialects.sqlite import DATE

from engine.errors import N_, OporaError, Sentence

INSTANT = N_("an instant")
VALUE = N_("a value")
_BYTES = N_("bytes")
_DAY = N_("a day")
_NUMBER = N_("a number")
_TEXT = N_("text")
_JSON = N_("JSON")


class DamagedValueError(OporaError, ValueError):
    """The database holds something where something else belongs."""

    message = N_(
        "The database holds {value} where {wanted} belongs: its file was damaged or altered. "
        "Run opora audit verify, and bring back a backup: opora restore"
    )

    def __init__(self, value: object, wanted: str) -> None:
        super().__init__(value=reprlib.repr(value), wanted=Sentence(wanted))


def check_kinds(engine: Engine) -> None:
    """Let an engine on SQLite raise `DamagedValueError` for values of another kind than their column's."""
    own = {Integer: _Integer, LargeBinary: _Bytes, Date: _Day, String: _String, Text: _Text}
    engine.dialect.colspecs = {**engine.dialect.colspecs, **own}


def read_json(content: bytes) -> Any:
    """What was stored as JSON.

    Raises:
        DamagedValueError: it is none.
    """
    try:
        return json.loads(content)
    except ValueError as error:
        raise DamagedValueError(content, _JSON) from error


def _number(value: Any) -> int | None:
    if value is None or type(value) is int:
        return value
    raise DamagedValueError(value, _NUMBER)


def _text(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    raise DamagedValueError(value, _TEXT)


def _bytes(value: Any) -> bytes | None:
    if value is None or type(value) is bytes:
        return value
    raise DamagedValueError(value, _BYTES)


class _Bytes(LargeBinary):
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        return _bytes


class _Integer(Integer):
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        return _number


class _String(String):
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        return _text


class _Text(Text):
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        return _text


class _Day(DATE):
    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        read: Callable[[Any], Any] = super().result_processor(dialect, coltype)  # type: ignore[assignment]

        def process(value: Any) -> Any:
            try:
                return read(value)
            except (TypeError, ValueError) as error:
                raise DamagedValueError(value, _DAY) from error

        return process
