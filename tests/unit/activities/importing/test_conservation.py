"""Every piece of text of the source is placed or listed as unplaced."""

import csv
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from activities.importing import PlanReading
from activities.importing.columns import Columns
from activities.importing.csv_source import read_csv
from activities.importing.errors import NoPlanTableError
from activities.importing.folding import ink
from activities.importing.layout import Layout, sort_blocks
from activities.importing.phrase import Phrase
from activities.importing.reader import read_here
from activities.importing.rows import ActivityRow, EmptyRow
from activities.importing.source import Block, Cell, Paragraph, Place, Row, Source, Table
from activities.importing.title import calendar_year
from activities.importing.txt_source import read_txt
from activities.importing.xlsx_source import read_xlsx

_HERE = Place(Phrase("here"), 1)
_WORDS = st.sampled_from(
    [
        *(
            "",
            " ",
            "1",
            "1.",
            "2",
            "1.1",
            "I.",
            "IV. Кадры",
            "1.2 Сайт",
            "Раздел 1. Двор",
            "январь",
            "Январь",
            "*сноска",
        ),
        *(
            "Семинар",
            "совет",
            "МОЦ, РМЦ",
            "до 15 мая",
            "в течение года",
            "протокол",
            "Примечание",
            "итого",
            "15.03.2026",
        ),
        *(
            "№",
            "Мероприятие",
            "Срок",
            "Ответственный",
            "Результат",
            "Место",
            "Направление",
            "I квартал",
            "План на 2026 год",
        ),
        *("СЕНТЯБРЬ", "до 10", "3 неделя", "начало", "окончание", "Кто", "Продолжение таблицы"),
    ]
)
_HEADINGS = ("№", "Направление", "Мероприятие", "Срок", "Ответственный", "Место")
_OTHER_HEADINGS = (
    ("Срок", "Мероприятие", "", "Ответственный", "Результат", "№"),
    ("№", "Мероприятие", "Срок", "", "", "Ответственный"),
    ("Позиция", "Затея", "Когда", "Кто", "Место", "Ориентир"),
    ("№", "Мероприятие", "Сентябрь", "Октябрь", "I квартал", "Ответственный"),
)


@st.composite
def _rows(draw: st.DrawFn) -> tuple[Row, ...]:
    """Rows over six grid columns, some of whose cells are wide or continued from above."""
    headings = draw(st.just(_HEADINGS) | st.sampled_from(_OTHER_HEADINGS))
    rows = [Row(tuple(Cell(text, at, 1, _HERE) for at, text in enumerate(headings)), _HERE)]
    for _ in range(draw(st.integers(1, 8))):
        cells: list[Cell] = []
        while (column := cells[-1].end if cells else 0) < len(_HEADINGS):
            span = draw(st.sampled_from([1, 1, 1, 1, 2, 6]))
            upper = next((cell for cell in rows[-1].cells if cell.column == column), None)
            if upper is not None and draw(st.integers(0, 5)) == 0:
                cells.append(Cell(upper.text, column, upper.span, _HERE, continued=True))
            else:
                cells.append(Cell(draw(_WORDS), column, span, _HERE))
        rows.append(Row(tuple(cells), _HERE))
    return tuple(rows)


_BLOCKS = st.lists(
    st.one_of(_WORDS.map(lambda text: Paragraph(text, _HERE)), _rows().map(Table)), min_size=1, max_size=5
)


def _placed(layout: Layout) -> Iterator[str]:
    """Every text that a layout holds."""
    yield from (line.text for line in layout.title)
    yield from (piece.text for piece in layout.unplaced)
    yield from _of_columns(layout.columns)
    for item in layout.items:
        if isinstance(item, ActivityRow):
            yield from (item.number, item.title, item.responsible, item.result, item.deadline)
            yield from (extra.text for extra in item.extras)
        elif isinstance(item, EmptyRow):
            yield item.number
        else:
            yield item.text


def _of_columns(columns: Columns | None) -> Iterator[str]:
    yield from (column.heading for column in columns.columns if columns)


def _without_marks(text: str) -> str:
    return ink(text).replace(".", "").replace(")", "")


@given(_BLOCKS)
def test_no_text_of_any_layout_is_lost(blocks: list[Block]) -> None:
    """Whatever a table looks like, each cell's and each line's text is found again; numbers may lose a closing mark."""
    source = Source(tuple(blocks))
    try:
        layout = sort_blocks(source, "plan")
    except NoPlanTableError:
        return
    placed = _without_marks(" ".join(_placed(layout)))

    for text, _ in source.iter_texts():
        assert _without_marks(text) in placed


@given(_BLOCKS)
def test_no_text_is_made_up(blocks: list[Block]) -> None:
    """A reading holds no word that the source does not, and no title more often than the source has rows."""
    source = Source(tuple(blocks))
    try:
        layout = sort_blocks(source, "plan")
    except NoPlanTableError:
        return
    known = {word.strip(".():,") for text, _ in source.iter_texts() for word in text.split()} | {"с", "по"}
    rows = sum(len(table.rows) for table in source.tables())

    assert {word.strip(".():,") for text in _placed(layout) for word in text.split()} <= known
    assert sum(isinstance(item, ActivityRow) for item in layout.items) <= rows


def _wrap(kind: str, word: str) -> str:
    """One word of a paragraph in one of the ways in which Word writes text."""
    run = f"<w:r><w:t>{word}</w:t></w:r>"
    return {
        "plain": run,
        "insertion": f"<w:ins>{run}</w:ins>",
        "control": f"<w:sdt><w:sdtContent>{run}</w:sdtContent></w:sdt>",
        "link": f"<w:hyperlink>{run}</w:hyperlink>",
        "box": f"<w:r><w:pict><w:txbxContent><w:p>{run}</w:p></w:txbxContent></w:pict></w:r>",
        "hidden": f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{word}</w:t></w:r>",
        "deleted": f"<w:del><w:r><w:delText>{word}</w:delText></w:r></w:del>",
    }[kind]


_KINDS = st.sampled_from(["plain", "insertion", "control", "link", "box", "hidden", "deleted"])


@st.composite
def _documents(draw: st.DrawFn) -> tuple[str, dict[str, str], list[str], list[str]]:
    """A body, its further parts, the words that must be found and the words that must not."""
    shown: list[str] = []
    gone: list[str] = []

    def words() -> str:
        """A paragraph of words that stand nowhere else, all of one length so that none holds another."""
        text = ""
        for kind in draw(st.lists(_KINDS, max_size=3)):
            word = f"слово{len(shown) + len(gone):03}ф"
            (gone if kind == "deleted" else shown).append(word)
            text += _wrap(kind, word)
        return f"<w:p>{text}</w:p>"

    def cell() -> str:
        nested = f"<w:tbl><w:tr><w:tc>{words()}</w:tc></w:tr></w:tbl>" if draw(st.booleans()) else ""
        span = draw(st.sampled_from([1, 1, 1, 5]))
        merge = draw(st.sampled_from(["", "", '<w:vMerge w:val="restart"/>', "<w:vMerge/>"]))
        return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{merge}</w:tcPr>{words()}{nested}{words()}</w:tc>'

    headings = "".join(
        f"<w:tc><w:p>{_wrap('plain', text)}</w:p></w:tc>" for text in ("№", "Дело", "Срок", "Кто", "Итог")
    )
    rows = [
        f"<w:tr>{''.join(cell() for _ in range(draw(st.integers(1, 5))))}</w:tr>"
        for _ in range(draw(st.integers(1, 4)))
    ]
    body = f"{words()}<w:tbl><w:tr>{headings}</w:tr>{''.join(rows)}</w:tbl>{words()}"
    parts = {"header": words(), "footnotes": f'<w:footnote w:id="1">{words()}</w:footnote>'}
    return body, parts, shown, gone


def _texts(reading: PlanReading) -> str:
    def flatten(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                yield from flatten(item)
        else:
            yield str(value)

    data = json.loads(json.dumps(reading.to_json()))
    return ink("\n".join(flatten(data)))


@settings(max_examples=120)
@given(_documents())
def test_every_word_of_a_document_is_told_and_no_deleted_one(
    document: tuple[str, dict[str, str], list[str], list[str]],
) -> None:
    """Insertions, controls, boxes, nested tables, merged cells, headers, footnotes: each word is in the JSON."""
    body, parts, shown, gone = document
    with tempfile.TemporaryDirectory() as folder:
        reading = read_here(_write(Path(folder) / "plan.docx", body, parts), calendar_year(2026))
    texts = _texts(reading)

    assert [word for word in shown if word not in texts] == []
    assert [word for word in gone if word in texts] == []


def _write(path: Path, body: str, parts: dict[str, str]) -> Path:
    import zipfile

    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def relations(targets: dict[str, str]) -> str:
        inner = "".join(f'<Relationship Type="o/{kind}" Target="{target}"/>' for kind, target in targets.items())
        return f'<Relationships xmlns="r">{inner}</Relationships>'

    with zipfile.ZipFile(path, "w") as container:
        container.writestr("_rels/.rels", relations({"officeDocument": "word/document.xml"}))
        container.writestr("word/_rels/document.xml.rels", relations({name: f"{name}.xml" for name in parts}))
        container.writestr("word/document.xml", f"<w:document {namespace}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            container.writestr(f"word/{name}.xml", f"<w:{name} {namespace}>{content}</w:{name}>")
    return path


_TEXTS = st.text(st.sampled_from("абв12. «»()\n"), max_size=12)


def _shown(source: Source) -> str:
    return ink("".join(text for text, _ in source.iter_texts()))


def _read_bytes(reader: Callable[[Path], Source], content: bytes) -> Source:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan"
        path.write_bytes(content)
        return reader(path)


@given(before=_TEXTS, cells=st.lists(_TEXTS, min_size=3, max_size=20))
def test_a_tab_marked_text_loses_nothing(before: str, cells: list[str]) -> None:
    """All letters of the text are in its paragraphs and cells, in the same order."""
    text = before + "\n" + "".join(f"\t{cell}\n" for cell in cells)

    assert _shown(_read_bytes(read_txt, text.encode())) == ink(text)


@given(
    st.lists(st.lists(_TEXTS.map(lambda text: text.replace("\n", " ")), min_size=1, max_size=5), min_size=1, max_size=8)
)
def test_a_text_with_bars_loses_nothing(rows: list[list[str]]) -> None:
    """Whatever stands between bars, or on lines without any, is kept once; rules of a drawn table are none of it."""
    text = "\n".join(" | ".join(row) for row in rows)
    shown = _shown(_read_bytes(read_txt, text.encode()))

    assert sorted(shown.replace("|", "")) == sorted(ink(text).replace("|", ""))


@given(st.lists(st.lists(_TEXTS, min_size=1, max_size=5), min_size=1, max_size=8), st.sampled_from(";,\t"))
def test_a_delimited_text_loses_nothing(rows: list[list[str]], delimiter: str) -> None:
    """All cells of a delimited text are kept, whichever way the text is then read."""
    stream = StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    shown = _shown(_read_bytes(read_csv, stream.getvalue().encode()))

    assert shown.replace('"', "").replace(delimiter, "") == ink("".join(map("".join, rows)))


@settings(max_examples=40)
@given(st.lists(st.lists(_TEXTS, min_size=3, max_size=3), min_size=2, max_size=6), st.booleans(), st.booleans())
def test_a_workbook_loses_nothing(rows: list[list[str]], merges: bool, hides: bool) -> None:
    """All cells of a workbook are kept, merged, commented or on a hidden sheet."""
    book = Workbook()
    if merges:  # what a merged cell covers cannot be written
        rows[0][1] = rows[1][0] = rows[1][1] = ""
    for at, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            book.worksheets[0].cell(at, column).value = text or None
    if merges:
        book.worksheets[0].merge_cells("A1:B2")
    if hides:
        book.create_sheet()
        book.worksheets[0].sheet_state = "hidden"
        book.active = 1
    stream = BytesIO()
    book.save(stream)

    expected = Counter(ink("".join(map("".join, rows))))
    assert Counter(_shown(_read_bytes(read_xlsx, stream.getvalue()))) == expected
