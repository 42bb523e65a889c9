"""Files that are no plan: each is refused with what to do."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from activities.importing import errors
from activities.importing.formats import read_source, tell_format
from activities.importing.reader import read_here
from activities.importing.title import calendar_year

Write = Callable[[str, bytes | str], Path]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in members.items():
            container.writestr(name, content)
    return path


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A wrong name is told as such."""
    with pytest.raises(errors.PlanFileMissingError, match="Check the name"):
        read_here(tmp_path / "нет.docx")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in place of a file is told as such."""
    with pytest.raises(errors.PlanFileIsFolderError, match="is a folder"):
        read_here(tmp_path)


def test_no_bytes_are_no_file(write_file: Write) -> None:
    """A file of 0 bytes was not copied to the end."""
    with pytest.raises(errors.PlanFileEmptyError, match="0 bytes"):
        read_here(write_file("plan.docx", b""))


@pytest.mark.parametrize(
    "content", [b"\x7fELF\x02\x01\x01\x00" + bytes(64), b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(256))]
)
def test_other_bytes_are_no_document(write_file: Write, content: bytes) -> None:
    """A program or a picture is refused whatever its name says."""
    with pytest.raises(errors.NotADocumentError, match=r"\.docx"):
        read_here(write_file("plan.docx", content))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (_OLE + "PowerPoint Document".encode("utf-16-le"), ".ppt"),
        (b"<!DOCTYPE html><p>Plan", ".html"),
    ],
)
def test_formats_that_are_not_read_are_named(write_file: Write, content: bytes, kind: str) -> None:
    """Older and other formats are told by their content, with the way out: save as .docx."""
    with pytest.raises(errors.OtherFormatError, match=rf"{kind}\. Open it and save it as \.docx"):
        read_here(write_file("plan.docx", content))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (_OLE + "WordDocument".encode("utf-16-le"), "doc"),
        (_OLE + "Workbook".encode("utf-16-le"), "xls"),
        (b"{\\rtf1\\ansi Plan}", "rtf"),
    ],
)
def test_older_formats_are_told_by_their_content(write_file: Write, content: bytes, kind: str) -> None:
    """What LibreOffice converts is known by its bytes, whatever its name."""
    assert tell_format(write_file("plan.docx", content)) == kind


@pytest.mark.parametrize(("kind", "told"), [("text", "odt"), ("spreadsheet", "ods")])
def test_an_open_document_is_told_from_a_word_document(tmp_path: Path, kind: str, told: str) -> None:
    """A zip container that names another type is that type, not a damaged .docx."""
    mimetype = f"application/vnd.oasis.opendocument.{kind}".encode()

    assert tell_format(_zip(tmp_path / "plan.docx", {"mimetype": mimetype, "content.xml": b"<a/>"})) == told


def test_an_open_document_of_another_kind_is_refused(tmp_path: Path) -> None:
    """A presentation is no plan."""
    members = {"mimetype": b"application/vnd.oasis.opendocument.presentation", "content.xml": b"<a/>"}

    with pytest.raises(errors.OtherFormatError, match="presentation"):
        read_here(_zip(tmp_path / "plan.odp", members))


def test_a_zip_of_anything_is_no_document(tmp_path: Path) -> None:
    """An archive of files is not a plan."""
    with pytest.raises(errors.NotADocumentError):
        read_here(_zip(tmp_path / "plan.zip", {"plan.txt": b"text"}))


def test_a_password_is_recognised(write_file: Write) -> None:
    """A .docx behind a password is an OLE container with an encrypted package."""
    with pytest.raises(errors.EncryptedDocumentError, match="take the password off"):
        read_here(write_file("plan.docx", _OLE + "EncryptedPackage".encode("utf-16-le")))


def test_a_truncated_document_is_damaged(write_docx: Callable[..., Path], markup) -> None:
    """A .docx cut off anywhere is refused as damaged, never read in part."""
    path = write_docx(markup.table(("1", "Совет", "МОЦ", "май", "протокол")))
    content = path.read_bytes()
    for length in (len(content) // 3, len(content) // 2, len(content) - 10):
        path.write_bytes(content[:length])
        with pytest.raises(errors.DamagedDocumentError, match="is damaged"):
            read_here(path)


def test_a_flipped_bit_is_damage(write_docx: Callable[..., Path], markup) -> None:
    """A container whose checksum fails is refused: a wrong letter may be a wrong date."""
    path = write_docx(markup.paragraph("План на 2026 год " * 50))
    content = bytearray(path.read_bytes())
    content[content.rindex(b"word/document.xml", 0, content.rindex(b"PK\x01\x02")) + 60] ^= 0x10
    path.write_bytes(content)

    with pytest.raises(errors.DamagedDocumentError):
        read_here(path)


@pytest.mark.parametrize("xml", [b"<w:document", b"", b"<a>" * 400 + b"</a>" * 400])
def test_broken_markup_is_damage(tmp_path: Path, xml: bytes) -> None:
    """A part that is no XML, or nests beyond what any document does, is refused."""
    relations = (
        b'<Relationships xmlns="r"><Relationship Type="x/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    path = _zip(tmp_path / "plan.docx", {"_rels/.rels": relations, "word/document.xml": xml})

    with pytest.raises(errors.DamagedDocumentError):
        read_here(path)


def test_a_document_without_its_main_part_is_damaged(tmp_path: Path) -> None:
    """Relations that lead nowhere are damage."""
    with pytest.raises(errors.DamagedDocumentError):
        read_here(_zip(tmp_path / "plan.docx", {"word/styles.xml": b"<a/>"}))


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    """A document type, by which a few bytes become gigabytes, is refused before anything expands."""
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    relations = (
        b'<Relationships xmlns="r"><Relationship Type="x/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    path = _zip(tmp_path / "plan.docx", {"_rels/.rels": relations, "word/document.xml": bomb})

    with pytest.raises(errors.DamagedDocumentError, match="DOCTYPE"):
        read_here(path)


def test_a_dense_container_is_a_bomb(tmp_path: Path) -> None:
    """16 MB of zeros in a few KB are not unpacked."""
    path = _zip(tmp_path / "plan.docx", {"word/document.xml": bytes(16 * 1024 * 1024)})

    with pytest.raises(errors.DecompressionBombError, match="was not opened"):
        read_here(path)


def test_a_container_that_understates_its_size_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes in the directory are not trusted: bytes are counted while they come."""
    path = _zip(tmp_path / "plan.docx", {"_rels/.rels": b" " * 2_000_000, "word/document.xml": b"<a/>"})
    monkeypatch.setattr("activities.importing.container._check_directory", lambda *_: None)
    monkeypatch.setattr("activities.importing.container.LIMIT_MB", 1)

    with pytest.raises(errors.DecompressionBombError):
        read_here(path)


def test_a_document_without_text_is_empty(write_docx: Callable[..., Path]) -> None:
    """A sound file without a letter is told as such, a scan being the likely cause."""
    with pytest.raises(errors.EmptyDocumentError, match="holds no text"):
        read_here(write_docx("<w:p/>"))


def test_blank_text_is_empty(write_file: Write) -> None:
    """White space alone is no text."""
    with pytest.raises(errors.EmptyDocumentError):
        read_here(write_file("plan.txt", "\n \t\n"))


def test_a_document_without_known_columns_says_what_it_found(write_docx: Callable[..., Path], markup) -> None:
    """The error names both what is looked for and what the document holds."""
    body = markup.table(("Петров", "12-34"), headings=("Фамилия", "Телефон"))

    with pytest.raises(errors.NoPlanTableError, match=r"«Срок».*Found: Фамилия \| Телефон \| Петров"):
        read_here(write_docx(body), calendar_year(2026))


def test_the_name_of_a_file_does_not_matter(write_docx: Callable[..., Path], markup, tmp_path: Path) -> None:
    """A Word document called .txt is read as what it is."""
    path = write_docx(markup.paragraph("План"))
    renamed = path.rename(tmp_path / "plan.txt")

    assert [text for text, _ in read_source(renamed).iter_texts()] == ["План"]


def test_a_file_too_large_is_not_opened(write_file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit nothing is read."""
    monkeypatch.setattr("activities.importing.formats._LIMIT_MB", 0)

    with pytest.raises(errors.PlanFileTooLargeError):
        read_here(write_file("plan.txt", "x" * 2_000))
