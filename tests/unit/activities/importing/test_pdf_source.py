"""Ruled tables on pages, drawn here line by line."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.importing.errors import DamagedDocumentError, EmptyDocumentError, EncryptedDocumentError
from activities.importing.folding import ink
from activities.importing.pdf_source import read_pdf
from activities.importing.reader import read_here
from activities.importing.source import OddityKind, Paragraph, Source, Table

_EDGES = (50, 100, 200, 300)  # points; a letter of this font is 6 wide at size 10
_HEIGHT = 40
Write = Callable[[str, bytes | str], Path]
Row = tuple[str | None, ...]


def _text(x: float, y: float, lines: str) -> str:
    return "".join(
        f"BT /F1 10 Tf {x + 2} {y - 12 - 12 * index} Td ({line}) Tj ET\n"
        for index, line in enumerate(lines.split("\n"))
    )


def _box(left: float, right: float, top: float, height: float = _HEIGHT) -> str:
    return f"{left} {top - height} {right - left} {height} re S\n"


def _draw(rows: Sequence[Row], top: float) -> str:
    """Rows of cells; None is covered by the cell to its left."""
    drawn = ""
    for number, row in enumerate(rows):
        y = top - number * _HEIGHT
        for column, text in enumerate(row):
            if text is not None:
                end = next((at for at in range(column + 1, len(row)) if row[at] is not None), len(row))
                drawn += _box(_EDGES[column], _EDGES[end], y) + _text(_EDGES[column], y, text)
    return drawn


def _pdf(*pages: str, encrypted: bool = False) -> bytes:
    """A PDF of pages with these contents, in a font of one width."""
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    for index, page in enumerate(pages):
        resources = "/Resources << /Font << /F1 3 0 R >> >>"
        content = f"/Contents {5 + 2 * index} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 500] {resources} {content} >>")
        objects.append(f"<< /Length {len(page)} >>\nstream\n{page}\nendstream")
    key = "00" * 32
    lock = (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >> /ID [<00> <00>]" if encrypted else ""
    )
    out, offsets = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    tail = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer << /Root 1 0 R /Size {count} {lock} >>\n"
    return out + f"{tail}startxref\n{len(out)}\n%%EOF".encode("latin-1")


def _cells(source: Source) -> list[list[tuple[str, int, int]]]:
    return [[(one.text, one.column, one.span) for one in row.cells] for table in source.tables() for row in table.rows]


def test_a_ruled_table_keeps_its_grid(write_file: Write) -> None:
    """Cells stand in the columns that the rules make; a wide one spans them."""
    page = _draw([("No", "Title", "Due"), ("I. Part", None, None), ("1", "Meet", "May")], 400)

    assert _cells(read_pdf(write_file("plan.pdf", _pdf(page)))) == [
        [("No", 0, 1), ("Title", 1, 1), ("Due", 2, 1)],
        [("I. Part", 0, 3)],
        [("1", 0, 1), ("Meet", 1, 1), ("May", 2, 1)],
    ]


def test_lines_around_the_table_keep_their_order(write_file: Write) -> None:
    """What stands above and below a table is read as lines, in reading order."""
    page = _text(50, 480, "Plan of\nwork") + _draw([("No", "Title", "Due")], 400) + _text(50, 200, "Signed")
    blocks = read_pdf(write_file("plan.pdf", _pdf(page))).blocks

    assert [block.text if isinstance(block, Paragraph) else "table" for block in blocks] == [
        *("Plan of", "work", "table", "Signed"),
    ]


def test_a_row_over_two_pages_is_one(write_file: Write) -> None:
    """A page that begins with a row without its number goes on with the last row; then the same table goes on."""
    first = _draw([("No", "Title", "Due"), ("1", "Meet all", "May")], 400)
    second = _draw([("", "the people", ""), ("2", "Part", "June")], 480)
    (table,) = read_pdf(write_file("plan.pdf", _pdf(first, second))).tables()

    assert [[one.text for one in row.cells] for row in table.rows] == [
        *(["No", "Title", "Due"], ["1", "Meet all the people", "May"], ["2", "Part", "June"]),
    ]
    assert table.rows[2].place.phrase.say() == "page 2, row 3"


def test_a_heading_over_two_pages_is_one(write_file: Write) -> None:
    """A wide cell that begins in small letters goes on with a wide cell at the end of the page before."""
    first = _draw([("No", "Title", "Due"), ("I. Part of", None, None)], 400)
    second = _draw([("the work", None, None), ("II. Other", None, None)], 480)
    (table,) = read_pdf(write_file("plan.pdf", _pdf(first, second))).tables()

    assert [row.cells[0].text for row in table.rows] == ["No", "I. Part of the work", "II. Other"]


def test_tables_of_other_widths_stay_apart(write_file: Write) -> None:
    """A table on the next page with other edges is another one."""
    second = _box(60, 250, 400) + _box(250, 350, 400) + _text(60, 400, "a") + _text(250, 400, "b")
    source = read_pdf(write_file("plan.pdf", _pdf(_draw([("No", "Title", "Due")], 400), second)))

    assert sum(isinstance(block, Table) for block in source.blocks) == 2


def test_a_cell_merged_downwards_is_continued(write_file: Write) -> None:
    """A cell as tall as two rows is repeated in the second, marked."""
    page = (
        _box(50, 100, 400) + _box(50, 100, 360) + _box(100, 200, 400, 80)
        + _text(50, 400, "1") + _text(50, 360, "2") + _text(100, 400, "Both")
    )  # fmt: skip
    (table,) = read_pdf(write_file("plan.pdf", _pdf(page))).tables()

    assert [[(one.text, one.continued) for one in row.cells] for row in table.rows] == [
        [("1", False), ("Both", False)],
        [("2", False), ("Both", True)],
    ]


def test_a_word_cut_by_the_column_is_mended(write_file: Write) -> None:
    """A word that fills the line and has no blank behind it goes on in the next line."""
    page = _draw([("No", "abcdefghijklmnop\nqr stu", "Due")], 400)

    assert _cells(read_pdf(write_file("plan.pdf", _pdf(page))))[0][1] == ("abcdefghijklmnopqr stu", 1, 1)


def test_a_doubtful_break_is_told(write_file: Write) -> None:
    """Where nothing in the document tells whether a word was cut, the row is named with what was made of it."""
    page = _draw([("No", "abcdefghijklmnop\nqr stu", "Due"), ("1", "abc def", "xyz")], 400)
    known = _draw([("No", "abcdefghijklmnop\nqr stu", "Due"), ("1", "x abcdefghijklmnopqr", "xyz")], 400)
    oddities = read_pdf(write_file("plan.pdf", _pdf(page))).oddities

    assert [(one.kind, one.detail, one.place and one.place.row) for one in oddities] == [
        (OddityKind.WORDS_MENDED, "«abcdefghijklmnopqr»", 1)
    ]
    assert read_pdf(write_file("known.pdf", _pdf(known))).oddities == ()


def test_a_password_is_recognised(write_file: Write) -> None:
    """A PDF that asks for a password is refused as such."""
    with pytest.raises(EncryptedDocumentError):
        read_here(write_file("plan.pdf", _pdf("", encrypted=True)))


@pytest.mark.parametrize("content", [b"%PDF-1.4\n", b"%PDF-1.4\n1 0 obj << /Type /Catalog", b"%PDF-1.7\n" + bytes(300)])
def test_a_broken_pdf_is_damaged(write_file: Write, content: bytes) -> None:
    """A PDF without its end is refused as damaged."""
    with pytest.raises(DamagedDocumentError):
        read_here(write_file("plan.pdf", content))


def test_a_scan_is_empty(write_file: Write) -> None:
    """A PDF without letters is told as empty, with the likely cause."""
    with pytest.raises(EmptyDocumentError, match="scanned picture"):
        read_here(write_file("plan.pdf", _pdf(_box(50, 100, 400))))


_PRINTED = st.text(st.sampled_from("abC1. \n"), max_size=12).map(lambda text: "\n".join(text.split("\n")[:3]))


@settings(max_examples=40)
@given(
    above=_PRINTED,
    pages=st.lists(st.lists(st.tuples(_PRINTED, _PRINTED, _PRINTED), min_size=1, max_size=4), min_size=1, max_size=2),
    ruled=st.booleans(),
)
def test_a_printed_document_loses_nothing(above: str, pages: list[list[Row]], ruled: bool) -> None:
    """Every letter on every page is in a line or a cell, once, with rules around it or without."""
    printed = [_draw(rows, 400) if ruled else _print(rows, 400) for rows in pages]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.pdf"
        path.write_bytes(_pdf(_text(50, 480, above) + printed[0], *printed[1:]))
        shown = "".join(text for text, _ in read_pdf(path).iter_texts())

    assert sorted(ink(shown)) == sorted(
        ink(above + "".join(cell or "" for rows in pages for row in rows for cell in row))
    )


def _print(rows: Sequence[Row], top: float) -> str:
    """Rows of cells without rules."""
    return "".join(
        _text(_EDGES[column], top - number * _HEIGHT, text or "")
        for number, row in enumerate(rows)
        for column, text in enumerate(row)
    )
