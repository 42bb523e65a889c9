from collections.abc import Callable
from pathlib import Path

import pytest

from activities.importing.docx_source import read_docx
from activities.importing.folding import fold_lines
from activities.importing.source import NoteKind, Paragraph, Source, Table

Write = Callable[..., Path]


def _run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def _first_cell(source: Source) -> str:
    """The text of the cell under the first heading."""
    return fold_lines(next(source.tables()).rows[1].cells[0].text)


def _read_cell(write_docx: Write, markup, content: str, **parts: str) -> str:
    body = markup.table((content, "второе"), headings=("Мероприятие", "Срок"))
    return _first_cell(read_docx(write_docx(body, **parts)))


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("<w:p><w:ins>" + _run("вставка") + "</w:ins></w:p>", "вставка"),
        ("<w:p><w:moveTo>" + _run("сюда") + "</w:moveTo></w:p>", "сюда"),
        ("<w:p><w:sdt><w:sdtPr/><w:sdtContent>" + _run("поле") + "</w:sdtContent></w:sdt></w:p>", "поле"),
        ("<w:sdt><w:sdtContent><w:p>" + _run("блок") + "</w:p></w:sdtContent></w:sdt>", "блок"),
        ("<w:p><w:hyperlink>" + _run("ссылка") + "</w:hyperlink></w:p>", "ссылка"),
        ("<w:p><w:smartTag><w:smartTag>" + _run("метка") + "</w:smartTag></w:smartTag></w:p>", "метка"),
        ("<w:p><w:fldSimple>" + _run("итог") + "</w:fldSimple></w:p>", "итог"),
    ],
)
def test_wrapped_text_is_shown(write_docx: Write, markup, content: str, shown: str) -> None:
    """Text inside insertions, moves to here, content controls, links, tags and fields is the cell's text."""
    assert _read_cell(write_docx, markup, f"<w:tc>{content}</w:tc>") == shown


@pytest.mark.parametrize(
    "silent",
    [
        "<w:del><w:r><w:delText>нет</w:delText></w:r></w:del>",
        "<w:moveFrom>" + _run("нет") + "</w:moveFrom>",
        "<w:r><w:instrText>HYPERLINK нет</w:instrText></w:r>",
    ],
)
def test_deleted_text_is_not_shown(write_docx: Write, markup, silent: str) -> None:
    """Deletions, moves from here and field codes are no text of the plan."""
    assert _read_cell(write_docx, markup, f"<w:tc><w:p>{_run('да')}{silent}</w:p></w:tc>") == "да"


def test_controls_around_rows_and_cells_are_seen_through(write_docx: Write, markup) -> None:
    """A repeating section puts content controls around rows and cells; they are rows and cells all the same."""

    def controlled(content: str) -> str:
        return f"<w:sdt><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    row = f"<w:tr>{markup.cell('а')}{controlled(markup.cell('б'))}</w:tr>"
    (table,) = read_docx(write_docx(f"<w:tbl>{controlled(row)}</w:tbl>")).tables()

    assert [[fold_lines(one.text) for one in row.cells] for row in table.rows] == [["а", "б"]]


def test_signs_become_characters(write_docx: Write, markup) -> None:
    """Breaks part lines, tabs part words, a hyphen that must not break is a hyphen, a soft one is nothing."""
    date = "<w:t>14</w:t><w:noBreakHyphen/><w:t>17</w:t><w:tab/><w:t>ма</w:t><w:softHyphen/><w:t>я</w:t>"
    signs = f"<w:r><w:t>до</w:t><w:br/>{date}</w:r>"

    assert _read_cell(write_docx, markup, f"<w:tc><w:p>{signs}</w:p></w:tc>") == "до\n14-17 мая"


def test_a_nested_table_is_text_of_its_cell(write_docx: Write, markup) -> None:
    """Each row of a table inside a cell is a line of the cell."""
    inner = f"<w:tbl>{markup.row('a', 'b')}{markup.row('c', 'd')}</w:tbl>"

    assert _read_cell(write_docx, markup, f"<w:tc>{inner}<w:p/></w:tc>") == "a b\nc d"


def test_a_text_box_is_read_once(write_docx: Write, markup) -> None:
    """Word writes a box twice, for new and for old readers; its text is a line of the cell, once."""
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = f"<w:txbxContent><w:p>{_run('рамка')}</w:p></w:txbxContent>"
    twice = (
        f"<mc:AlternateContent {mc}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )

    assert (
        _read_cell(write_docx, markup, f"<w:tc><w:p>{_run('текст')}<w:r>{twice}</w:r></w:p></w:tc>") == "текст\nрамка"
    )


def test_a_merged_column_repeats_its_text(write_docx: Write, markup) -> None:
    """A cell merged downwards is seen in each of its rows, marked as continued below the first."""
    body = markup.table(
        ("Совет", markup.cell("МОЦ", merge="restart")),
        ("Семинар", markup.cell("", merge="continue")),
        headings=("Дело", "Кто"),
    )
    lower = next(read_docx(write_docx(body)).tables()).rows[2].cells[1]

    assert (lower.text, lower.continued) == ("МОЦ", True)


def test_text_that_a_merge_covers_is_told_aside(write_docx: Write, markup) -> None:
    """What stands in the covered part of a merged cell does not show, so it is a hidden note."""
    body = markup.table(
        ("А", markup.cell("МОЦ", merge="restart")),
        ("Б", markup.cell("под ней", merge="continue")),
        headings=("Дело", "Кто"),
    )
    notes = read_docx(write_docx(body)).notes

    assert [(note.kind, note.text) for note in notes] == [(NoteKind.HIDDEN, "под ней")]


def test_cells_stand_on_the_grid(write_docx: Write, markup) -> None:
    """Spans and skipped grid columns are counted, so that cells below one another share columns."""
    skipped = f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{markup.cell("в", span=2)}{markup.cell("г")}</w:tr>'
    body = f"<w:tbl>{markup.row(markup.cell('а'), markup.cell('б', span=3))}{skipped}</w:tbl>"
    rows = next(read_docx(write_docx(body)).tables()).rows

    assert [[(one.text, one.column, one.end) for one in row.cells] for row in rows] == [
        [("а", 0, 1), ("б", 1, 4)],
        [("в", 1, 3), ("г", 3, 4)],
    ]


def test_a_deleted_row_is_gone(write_docx: Write, markup) -> None:
    """A row whose deletion is tracked is no row."""
    deleted = "<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr>"
    body = f"<w:tbl>{markup.row(markup.cell('а'), markup.cell('б'))}{deleted}</w:tbl>"

    assert len(next(read_docx(write_docx(body)).tables()).rows) == 1


def test_a_table_of_one_column_is_a_frame(write_docx: Write, markup) -> None:
    """Layout tables of one column give what they hold: lines and the plan's own table."""
    inner = markup.table(("1", "Совет", "МОЦ", "май", "протокол"))
    frame = f"<w:tbl><w:tr><w:tc>{markup.paragraph('План')}{inner}<w:p/></w:tc></w:tr></w:tbl>"
    blocks = read_docx(write_docx(frame)).blocks

    assert [type(block) for block in blocks] == [Paragraph, Table, Paragraph]


def test_footnotes_know_the_cell_that_refers_to_them(write_docx: Write, markup) -> None:
    """A footnote is a note anchored at its reference; separators are no footnotes."""
    footnotes = (
        '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{markup.paragraph("кроме июля")}</w:footnote>'
    )
    content = f'<w:tc><w:p>{_run("ежемесячно")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p></w:tc>'
    body = markup.table((content, "второе"), headings=("Срок", "Мероприятие"))
    (note,) = read_docx(write_docx(body, footnotes=footnotes)).notes

    assert (note.kind, fold_lines(note.text)) == (NoteKind.FOOTNOTE, "кроме июля")
    assert note.anchor is not None
    assert note.anchor.row == 2


def test_headers_comments_and_hidden_runs_are_notes(write_docx: Write, markup) -> None:
    """What is not in the flow of the page is kept beside it."""
    hidden = f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>скрыто</w:t></w:r>{_run('видно')}</w:p>"
    comments = f'<w:comment w:id="1">{markup.paragraph("уточнить")}</w:comment>'
    source = read_docx(write_docx(hidden, header=markup.paragraph("колонтитул"), comments=comments))

    assert {(note.kind, fold_lines(note.text)) for note in source.notes} == {
        (NoteKind.HIDDEN, "скрыто"),
        (NoteKind.COMMENT, "уточнить"),
        (NoteKind.HEADER, "колонтитул"),
    }
    assert [block.text for block in source.blocks if isinstance(block, Paragraph)] == ["видно"]


_NUMBERING = """
<w:abstractNum w:abstractNumId="7">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%2)"/></w:lvl>
  <w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>
</w:abstractNum>
<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="7"/>
  <w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
"""


def _listed(text: str, depth: int, list_id: int = 3) -> str:
    numbering = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return f"<w:p><w:pPr>{numbering}</w:pPr>{_run(text)}</w:p>"


def test_numbers_that_word_counts_are_read(write_docx: Write) -> None:
    """Automatic numbers are text to a reader: counted by level, begun anew below a higher one; bullets are none."""
    body = "".join(
        [
            _listed("а", 0),
            _listed("б", 1),
            _listed("в", 1),
            _listed("г", 2),
            _listed("д", 0),
            _listed("е", 1),
            _listed("ж", 0, 4),
        ]
    )
    blocks = read_docx(write_docx(body, numbering=_NUMBERING)).blocks

    assert [block.text for block in blocks if isinstance(block, Paragraph)] == [
        *("I. а", "1) б", "2) в", "г", "II. д", "1) е", "I. ж"),
    ]


def test_a_numbered_style_numbers_its_paragraphs(write_docx: Write) -> None:
    """A paragraph is numbered by its style too, and by what the style is based on."""
    styles = (
        '<w:style w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Mine"><w:basedOn w:val="Base"/></w:style>'
    )
    body = f'<w:p><w:pPr><w:pStyle w:val="Mine"/></w:pPr>{_run("а")}</w:p>'
    (block,) = read_docx(write_docx(body, numbering=_NUMBERING, styles=styles)).blocks

    assert isinstance(block, Paragraph)
    assert block.text == "I. а"


def test_the_strict_namespace_reads_alike(write_docx: Write, markup, tmp_path: Path) -> None:
    """Documents saved as «Strict Open XML» are read by the same walk."""
    import zipfile

    plain = write_docx(markup.paragraph("строго"))
    strict = tmp_path / "strict.docx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(strict, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            new.writestr(
                name,
                content.replace(
                    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                    "http://purl.oclc.org/ooxml/wordprocessingml/main",
                ),
            )

    assert [block.text for block in read_docx(strict).blocks if isinstance(block, Paragraph)] == ["строго"]
