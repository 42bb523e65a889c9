"""Whatever bytes come: a reading, or an error that says what to do; never a fault of the program."""

import json
import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from activities.importing import PlanFileError, PlanReading
from activities.importing.reader import read_here
from activities.importing.title import calendar_year

_ROWS = [("№", "Мероприятие", "Срок"), ("1", "Совет", "май 2026"), ("2", "Слёт", "до 05.06.2026")]


def _docx() -> bytes:
    document = Document()
    table = document.add_table(len(_ROWS), 3)
    for row, texts in zip(table.rows, _ROWS, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _xlsx() -> bytes:
    book = Workbook()
    for row in _ROWS:
        book.worksheets[0].append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


_PDF = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [4 0 R] /Count 1 >> endobj
3 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Courier >> endobj
4 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 400 500] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>
endobj
5 0 obj << /Length 60 >>
stream
50 50 90 90 re S 140 50 90 90 re S BT /F1 9 Tf 60 60 Td (a) Tj ET
endstream endobj
trailer << /Root 1 0 R /Size 6 >>
%%EOF"""
_TXT = "\n".join(f"{a} | {b} | {c} |" for a, b, c in _ROWS).encode()
_SOUND = {"docx": _docx(), "xlsx": _xlsx(), "pdf": _PDF, "txt": _TXT}


def _read(content: bytes) -> PlanReading | PlanFileError:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan"
        path.write_bytes(content)
        try:
            return read_here(path, calendar_year(2026))
        except PlanFileError as error:
            return error


def _is_told(outcome: PlanReading | PlanFileError) -> bool:
    """Whether a person gets something: rows with words in them, to be written as JSON, or an error with a message."""
    if isinstance(outcome, PlanFileError):
        return bool(str(outcome).strip()) and "Traceback" not in str(outcome)
    told = json.loads(json.dumps(outcome.to_json(), ensure_ascii=False))
    rows = [(one.number, one.title, one.responsible, one.result, one.deadline) for one in outcome.activities]
    return len(told["activities"]) == len(rows) and all(map(any, rows))


@pytest.mark.parametrize("name", ["docx", "xlsx", "txt"])
def test_the_sound_files_are_read(name: str) -> None:
    """What is damaged below is a plan before."""
    reading = _read(_SOUND[name])

    assert isinstance(reading, PlanReading)
    assert [one.title for one in reading.activities] == ["Совет", "Слёт"]


@settings(max_examples=150)
@given(
    name=st.sampled_from(sorted(_SOUND)),
    damage=st.lists(st.tuples(st.floats(0, 0.999), st.binary(max_size=4)), max_size=6),
)
def test_damaged_files_never_break_the_reader(name: str, damage: list[tuple[float, bytes]]) -> None:
    """Bytes overwritten anywhere end in a reading or in one of our errors."""
    content = bytearray(_SOUND[name])
    for where, written in damage:
        at = int(where * len(content))
        content[at : at + len(written)] = written

    assert _is_told(_read(bytes(content)))


@given(
    head=st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"\xff\xfe", b"\xd0\xcf\x11\xe0"]),
    rest=st.binary(max_size=300),
)
def test_any_bytes_never_break_the_reader(head: bytes, rest: bytes) -> None:
    """Arbitrary bytes behind any format's first ones end the same way."""
    assert _is_told(_read(head + rest))


@given(st.text(st.sampled_from('№Срок Мероприятие\t\n|;,"1.I-май2026«»()*'), max_size=200))
def test_any_text_never_breaks_the_reader(text: str) -> None:
    """Tabs, bars, quotes and numbers in any order end the same way."""
    assert _is_told(_read(text.encode()))


_PIECES = st.sampled_from(
    [
        *("№", "п/п", "Мероприятие", "Срок", "Срок:", "Отв.:", "Ответственный", "Результат", "Раздел 1", "II. Двор"),
        *("1.", "2.", "1.1", "I.", "²", "٣", "Ⅳ", "май", "2026", "до 15 мая", "МОЦ", "Сентябрь", "(в ред. приказа"),
        *("|", "\t", "\n", "\n\n\n\n", ";", ",", '"', " ", "---", "\f", "\x85", "\u2028", "\u00ad"),
    ]
)


@given(st.lists(_PIECES, max_size=40))
def test_plans_in_any_disorder_never_break_the_reader(pieces: list[str]) -> None:
    """Headings, labels, numbers and marks of every layout, in any order, end the same way."""
    assert _is_told(_read("".join(pieces).encode()))
