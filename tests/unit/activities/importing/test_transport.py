"""Readings as bytes between two processes."""

import pickle
import pickletools
from datetime import date

import pytest

from activities.deadlines import read_deadline
from activities.importing.transport import UnknownValueError, pack, unpack


def test_a_reading_comes_back_equal() -> None:
    """Dates, windows and members of enumerations are what they were."""
    read = read_deadline("до 25.06.2026, далее – ежегодно", date(2026, 1, 1), date(2026, 12, 31))
    assert unpack(pack(read)) == read


def test_only_listed_classes_are_named() -> None:
    """On every Python: some name `getattr` for an enumeration's member, which the reader of the bytes refuses."""
    read = read_deadline("май", date(2026, 1, 1), date(2026, 12, 31))
    named = [str(argument) for opcode, argument, _ in pickletools.genops(pack(read)) if opcode.name == "GLOBAL"]
    strings = {argument for _, argument, _ in pickletools.genops(pack(read)) if isinstance(argument, str)}
    assert named == []
    assert "getattr" not in strings


def test_a_function_is_refused() -> None:
    """Bytes that would run something when read are no reading."""
    with pytest.raises(UnknownValueError):
        unpack(pickle.dumps(print))
