"""Readings as bytes, between the process that reads and the one that asked.

A pickle that may name the classes below and nothing else is data: none of them does anything when it is made.
"""

import io
import pickle
from datetime import date
from enum import Enum
from typing import Any

from activities.deadlines import schedule
from activities.importing import columns, phrase, progress, reading, rows, sections, source
from activities.kinds import ActivityKind, KindProposal
from activities.period import Period

_CLASSES: tuple[type, ...] = (
    *(date, Period, ActivityKind, KindProposal, phrase.Phrase, progress.Progress, progress.Stage),
    *(source.Source, source.Paragraph, source.Table, source.Row, source.Cell, source.Place),
    *(source.Note, source.NoteKind, source.Oddity, source.OddityKind),
    *(columns.Column, columns.ColumnRole, sections.Section, rows.Extra),
    *(reading.PlanReading, reading.ReadActivity, reading.Defect, reading.DefectCode, reading.Unplaced),
    *(schedule.Schedule, schedule.ScheduleKind, schedule.Confidence, schedule.Window),
    *(schedule.Explanation, schedule.Span),
)
_BY_NAME = {(known.__module__, known.__qualname__): known for known in _CLASSES}


class UnknownValueError(TypeError):
    """A value of a class that no reading consists of."""


def pack(value: Any) -> bytes:
    """The value as bytes for `unpack`."""
    packed = io.BytesIO()
    _Pickler(packed, protocol=5).dump(value)
    return packed.getvalue()


def unpack(content: bytes) -> Any:
    """The value again.

    Raises:
        UnknownValueError: the bytes name a class or a function that is not listed here.
    """
    return _Unpickler(io.BytesIO(content)).load()


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """A member of an enumeration as its class and value: before Python 3.11.4 a pickle asks `getattr` for it."""
        return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _BY_NAME[module, name]
        except KeyError:
            raise UnknownValueError(f"{module}.{name}") from None
