"""Documents written piece by piece, so that a test shows the very markup it is about."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADINGS = ("№ п/п", "Наименование мероприятия", "Ответственные", "Срок", "Результат")


def paragraph(text: str) -> str:
    """A `w:p` with that text."""
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def cell(content: str, *, span: int = 1, merge: str = "") -> str:
    """A `w:tc`; content that is no markup becomes a paragraph. `merge` is `restart` or `continue`."""
    inner = content if content.startswith("<") else paragraph(content)
    merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{merged}</w:tcPr>{inner}</w:tc>'


def row(*cells: str) -> str:
    """A `w:tr`; plain texts become cells, one text alone a heading over the whole table."""
    if len(cells) == 1 and not cells[0].startswith("<w:tc"):
        return f"<w:tr>{cell(cells[0], span=len(HEADINGS))}</w:tr>"
    return f"<w:tr>{''.join(one if one.startswith('<w:tc') else cell(one) for one in cells)}</w:tr>"


def table(*rows: Sequence[str] | str, headings: Sequence[str] = HEADINGS) -> str:
    """A `w:tbl` under the usual headings; a row is a sequence of cells or one heading."""
    written = (row(one) if isinstance(one, str) else row(*one) for one in (tuple(headings), *rows))
    return f"<w:tbl>{''.join(written)}</w:tbl>"


class Markup:
    """What tests write documents with."""

    paragraph = staticmethod(paragraph)
    cell = staticmethod(cell)
    row = staticmethod(row)
    table = staticmethod(table)


@pytest.fixture(scope="session")
def markup() -> Markup:
    """Functions that write WordprocessingML."""
    return Markup()


def write_docx_at(path: Path, body: str, **parts: str) -> Path:
    """A .docx with that body; each further part (`footnotes`, `header`, `numbering` …) is the inside of its root."""
    document = f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    roots = {"header": "hdr", "footer": "ftr"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("_rels/.rels", _relations({"officeDocument": "word/document.xml"}))
        container.writestr("word/_rels/document.xml.rels", _relations({name: f"{name}.xml" for name in parts}))
        container.writestr("word/document.xml", document)
        for name, content in parts.items():
            root = roots.get(name, name)
            container.writestr(f"word/{name}.xml", f'<w:{root} xmlns:w="{_W}">{content}</w:{root}>')
    return path


def _relations(targets: dict[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="r{index}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for index, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'


@pytest.fixture
def write_docx(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a .docx from a body and further parts and gives its path."""

    def write(body: str, **parts: str) -> Path:
        return write_docx_at(tmp_path / "plan.docx", body, **parts)

    return write


@pytest.fixture
def write_file(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """A function that writes a file of that name and content and gives its path."""

    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
