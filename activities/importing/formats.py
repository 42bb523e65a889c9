"""Telling a file's format by its content, never by its name, and opening it by that."""

from enum import StrEnum
from pathlib import Path

from activities.importing.container import open_container, read_member
from activities.importing.conversion import convert
from activities.importing.csv_source import find_delimiter, read_csv
from activities.importing.errors import (
    EncryptedDocumentError,
    NotADocumentError,
    OtherFormatError,
    PlanFileEmptyError,
    PlanFileForbiddenError,
    PlanFileIsFolderError,
    PlanFileMissingError,
    PlanFileTooLargeError,
)
from activities.importing.progress import Report, stay_silent
from activities.importing.source import Source
from activities.importing.text_encoding import FORMATS, decode
from activities.importing.txt_source import is_marked, read_txt


class Format(StrEnum):
    """The formats that plans come in; from ODT on, by way of LibreOffice."""

    DOCX = "docx"
    XLSX = "xlsx"
    PDF = "pdf"
    CSV = "csv"
    TXT = "txt"
    ODT = "odt"
    ODS = "ods"
    DOC = "doc"
    XLS = "xls"
    RTF = "rtf"


_LIMIT_MB = 64
_HEAD_BYTES = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIPPED = {"word/": Format.DOCX, "xl/": Format.XLSX}
_OPEN_DOCUMENTS = {
    "application/vnd.oasis.opendocument.text": Format.ODT,
    "application/vnd.oasis.opendocument.spreadsheet": Format.ODS,
}
_PDF = b"%PDF-"
_PDF_WITHIN = 1024  # bytes; readers accept what mail programs put before it
# Streams that an OLE container names in UTF-16 tell what it is.
_OLE_FORMATS = {"WordDocument": Format.DOC, "Workbook": Format.XLS}
_OTHER_OLE_KINDS = {"PowerPoint Document": ".ppt"}
_RTF = b"{\\rtf"
_OTHER_KINDS = {b"<!doctype html": ".html", b"<html": ".html", b"<?xml": ".xml"}


def read_source(path: Path, report: Report = stay_silent) -> Source:
    """The file taken apart. Parsers load only for a file of their format: some take a third of a second.

    Raises:
        PlanFileError: it cannot be; the class says why and the message what to do.
    """
    match tell_format(path):
        case Format.DOCX:
            from activities.importing.docx_source import read_docx

            return read_docx(path)
        case Format.XLSX:
            from activities.importing.xlsx_source import read_xlsx

            return read_xlsx(path)
        case Format.PDF:
            from activities.importing.pdf_source import read_pdf

            return read_pdf(path, report)
        case Format.CSV:
            return read_csv(path)
        case Format.TXT:
            return read_txt(path)
        case (Format.ODT | Format.ODS | Format.DOC | Format.XLS | Format.RTF) as old:
            return convert(path, old.value, read_source)


def tell_format(path: Path) -> Format:
    """What the file is.

    Raises:
        PlanFileError: it is nothing that a plan comes in, or cannot be opened.
    """
    head = _read_head(path)
    if head.startswith(b"PK\x03\x04"):
        return _tell_zipped(path)
    if head.startswith(_OLE):
        return _tell_ole(path)
    if _PDF in head[:_PDF_WITHIN]:
        return Format.PDF
    if head.lstrip().startswith(_RTF):
        return Format.RTF
    for mark, kind in _OTHER_KINDS.items():
        if head.lstrip()[:20].lower().startswith(mark):
            raise OtherFormatError(file=path.name, kind=kind)
    text = decode(path.read_bytes(), path)
    return Format.CSV if not is_marked(text) and find_delimiter(text) else Format.TXT


def _read_head(path: Path) -> bytes:
    if path.is_dir():
        raise PlanFileIsFolderError(file=path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise PlanFileMissingError(file=path) from error
    except OSError as error:
        raise PlanFileForbiddenError(file=path, reason=error.strerror) from error
    if not head:
        raise PlanFileEmptyError(file=path)
    if size > _LIMIT_MB * 1024 * 1024:
        raise PlanFileTooLargeError(file=path, size_mb=size // (1024 * 1024), limit_mb=_LIMIT_MB)
    return head


def _tell_zipped(path: Path) -> Format:
    with open_container(path) as container:
        names = set(container.namelist())
        kind = read_member(container, "mimetype").decode("ascii", "replace").strip() if "mimetype" in names else ""
    for folder, known in _ZIPPED.items():
        if any(name.startswith(folder) for name in names):
            return known
    if kind in _OPEN_DOCUMENTS:
        return _OPEN_DOCUMENTS[kind]
    if kind:
        raise OtherFormatError(file=path.name, kind=kind)
    raise NotADocumentError(file=path.name, formats=FORMATS)


def _tell_ole(path: Path) -> Format:
    """An OLE container is an encrypted .docx ([MS-OFFCRYPTO] 2.3.4.4) or a document of before 2007."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise EncryptedDocumentError(file=path.name)
    for stream, known in _OLE_FORMATS.items():
        if stream.encode("utf-16-le") in content:
            return known
    kinds = (kind for stream, kind in _OTHER_OLE_KINDS.items() if stream.encode("utf-16-le") in content)
    raise OtherFormatError(file=path.name, kind=next(kinds, "OLE"))
