"""What a file is by its content, and what is refused, whatever its name says."""

import io
import zipfile
from tempfile import TemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities import evidence_containers
from activities.evidence import fold_file_name
from activities.evidence_refusals import (
    ArchiveBombError,
    DamagedArchiveError,
    DangerousFileError,
    MacrosError,
    PageError,
    ProgramError,
    ProgramInArchiveError,
    refuse_name,
    refuse_type,
)
from activities.evidence_types import find_remarks, tell_type
from activities.media_types import EXECUTABLE, HEIC, LOCKED_OFFICE, MARKUP, PLAIN, TNEF, UNKNOWN

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def zipped(*names, content=b"x", declared=""):
    """A zip file of members with these names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as container:
        if declared:
            container.writestr(zipfile.ZipInfo("mimetype"), declared)
        for name in names:
            container.writestr(name, content)
    return stream.getvalue()


def ole(*names):
    return OLE + bytes(504) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)


def tell(content):
    with TemporaryFile() as stream:
        stream.write(content)
        return tell_type(stream)


WORD = ("[Content_Types].xml", "word/document.xml")
KNOWN = {
    "%PDF-1.7\n": ("application/pdf", b"%PDF-1.7\n"),
    "pdf behind words": ("application/pdf", b"junk\n" * 5 + b"%PDF-1.4"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff\xe0rest"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "webp": ("image/webp", b"RIFF\0\0\0\0WEBPVP8 "),
    "heic": (HEIC, b"\0\0\0\x18ftypheic\0\0\0\0"),
    "mp4": ("video/mp4", b"\0\0\0\x18ftypisom\0\0\0\0"),
    "rar": ("application/vnd.rar", b"Rar!\x1a\x07\x01\0"),
    "7z": ("application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c\0\4"),
    "tnef": (TNEF, b"\x78\x9f\x3e\x22\1\0"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", zipped(*WORD)),
    "odt": (
        "application/vnd.oasis.opendocument.text",
        zipped("content.xml", declared="application/vnd.oasis.opendocument.text"),
    ),
    "zip": ("application/zip", zipped("отчёт.pdf", "фото.jpg")),
    "doc": ("application/msword", ole("Root Entry", "WordDocument")),
    "locked": (LOCKED_OFFICE, ole("Root Entry", "EncryptedPackage")),
    "words": (PLAIN, "Справка: участвовало 12.".encode()),
    "words of Windows": (PLAIN, "Справка".encode("cp1251")),
    "xml": ("application/xml", b"<?xml version='1.0'?><report/>"),
    "bytes": (UNKNOWN, bytes(range(256))),
    "program": (EXECUTABLE, b"MZ\x90\0"),
    "script": (EXECUTABLE, b"#!/bin/sh\n"),
    "shortcut": (EXECUTABLE, b"L\0\0\0\1\x14\2\0rest"),
    "page": (MARKUP, b"  \n<!DOCTYPE html><p>"),
    "page with a mark": (MARKUP, b"\xef\xbb\xbf<html>"),
    "page in UTF-16": (MARKUP, "\ufeff<script>alert(1)</script>".encode("utf-16-le")),
    "page before a pdf": (MARKUP, b"<html><script>x</script>%PDF-1.4"),
    "drawing": (MARKUP, b"<svg xmlns='http://www.w3.org/2000/svg'>"),
    "drawing in xml": (MARKUP, b"<?xml version='1.0'?>\n<!-- a --><svg:svg >"),
    "web archive": (MARKUP, b"From: <Saved>\nMIME-Version: 1.0\nContent-Type: multipart/related;"),
}


@pytest.mark.parametrize(("media_type", "content"), KNOWN.values(), ids=list(KNOWN))
def test_content_tells_what_a_file_is(media_type, content):
    """The type follows from the first bytes or the directory within, never from a name."""
    assert tell(content) == media_type


@pytest.mark.parametrize(
    ("error", "content"),
    [
        (MacrosError, zipped(*WORD, "word/vbaProject.bin")),
        (
            MacrosError,
            zipped("content.xml", "Basic/Standard/Module1.xml", declared="application/vnd.oasis.opendocument.text"),
        ),
        (MacrosError, ole("Root Entry", "WordDocument", "_VBA_PROJECT")),
        (ProgramError, OLE + bytes(504) + bytes.fromhex("84100c0000000000c000000000000046")),
        (ProgramError, zipped("AndroidManifest.xml", "classes.dex")),
        (ProgramError, zipped("META-INF/MANIFEST.MF", "a/Main.class")),
        (ProgramInArchiveError, zipped("папка/отчёт.pdf", "папка/счёт.PDF.EXE")),
        (ProgramInArchiveError, zipped("page.html")),
        (ArchiveBombError, zipped("zeros", content=bytes(80 << 20))),
        (DamagedArchiveError, b"PK\3\4" + bytes(100)),
        (DamagedArchiveError, zipped("a")[:-10]),
    ],
    # Named by the error: archives carry the time at which they were made, and test processes must agree on names.
    ids=lambda given: given.__name__ if isinstance(given, type) else "bytes",
)
def test_what_would_run_is_refused(error, content):
    """Macros, programs within archives, bombs and damaged containers each have an error that says what to do."""
    with pytest.raises(error):
        tell(content)


def test_a_directory_of_very_many_files_is_not_even_read(monkeypatch):
    """An archive whose directory is beyond the limit is refused before it is read."""
    monkeypatch.setattr(evidence_containers, "_LISTED_LIMIT", 100)
    with pytest.raises(ArchiveBombError):
        tell(zipped("a" * 40, "b" * 40))


def test_a_document_that_lists_its_empty_macros_is_taken():
    """LibreOffice writes the lists of modules into documents without any."""
    declared = "application/vnd.oasis.opendocument.text"
    assert tell(zipped("Basic/script-lc.xml", "Basic/Standard/script-lb.xml", declared=declared)) == declared


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("отчёт.exe", ProgramError),
        ("отчёт.pdf.EXE", ProgramError),
        ("отчёт.js. .", ProgramError),
        ("отчёт.lnk", ProgramError),
        ("страница.html", PageError),
        ("рисунок.SVG", PageError),
        ("таблица.xlsm", MacrosError),
    ],
)
def test_names_that_run_are_refused(name, error):
    """The ending that a double click obeys counts, also behind another one and before dots."""
    with pytest.raises(error):
        refuse_name(name)


@pytest.mark.parametrize("name", ["отчёт.pdf", "отчёт.exe.pdf", "exe", ".exe", "справка"])
def test_other_names_are_not(name):
    """A program's ending in the middle of a name, or as the whole of it, runs nothing."""
    assert refuse_name(name) is None


@pytest.mark.parametrize(("media_type", "error"), [(EXECUTABLE, ProgramError), (MARKUP, PageError)])
def test_types_that_run_are_refused(media_type, error):
    """Programs and pages are refused by content, whatever they are called."""
    with pytest.raises(error):
        refuse_type(media_type)


@pytest.mark.parametrize(
    ("name", "media_type", "said"),
    [
        ("IMG_1.HEIC", HEIC, ["Фото iPhone (HEIC): не все программы его откроют."]),
        ("отчёт.pdf", "image/png", ["По имени это «.pdf», а по содержанию — изображение (PNG)."]),
        ("отчёт.pdf", "application/pdf", []),
        ("отчёт.docx", "application/pdf", ["По имени это «.docx», а по содержанию — документ PDF."]),
        ("данные.yaml", PLAIN, []),
        ("отчёт.pdf", PLAIN, ["По имени это «.pdf», а по содержанию — простой текст."]),
        (
            "архив.rar",
            "application/vnd.rar",
            ["Архив: чтобы посмотреть, его нужно распаковать; что внутри, не проверялось."],
        ),
        ("winmail.dat", TNEF, ["Вложение Outlook (winmail.dat): другие почтовые программы его не откроют."]),
    ],
)
def test_whoever_opens_it_is_told(name, media_type, said):
    """A name that contradicts the content, and formats that few programs open, are named in words."""
    assert [remark.ru for remark in find_remarks(name, media_type)] == said


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"PK\3\4", OLE, b"RIFF", b"\0\0\0\0ftyp", b"\xff\xfe<", b"<?xml"])
)
def test_no_content_breaks_the_look(content, start):
    """Whatever bytes come, the answer is a type or one of our refusals."""
    try:
        told = tell(start + content)
    except (DangerousFileError, DamagedArchiveError) as refusal:
        told = f"refused/{refusal.message}"
    assert "/" in told


@given(st.text(max_size=400))
def test_a_folded_name_can_be_saved_anywhere(name):
    """No name is empty, longer than file systems take, leads elsewhere or changes the direction of writing."""
    folded = fold_file_name(name)
    assert 0 < len(folded.encode()) <= 240
    assert folded.isprintable()
    assert not {"/", "\\", "\0"} & set(folded)


def test_a_long_name_keeps_its_ending():
    """What is cut is the name's end, not the ending that tells programs what it is."""
    assert fold_file_name("ы" * 300 + ".pdf") == "ы" * 118 + ".pdf"
