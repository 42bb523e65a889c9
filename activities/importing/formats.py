"""Telling a file's format by its content, never by its name, and opening it by that."""

from collections.abc import Callable
from pathlib import Path

from activities.importing.container import open_container, read_member
from activities.importing.csv_source import find_delimiter, read_csv
from activities.importing.docx_source import read_docx
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
from activities.importing.pdf_source import read_pdf
from activities.importing.source import Source
from activities.importing.text_encoding import FORMATS, decode
from activities.importing.txt_source import is_marked, read_txt
from activities.importing.xlsx_source import read_xlsx

Reader = Callable[[Path], Source]

_LIMIT_MB = 64
_HEAD_BYTES = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIPPED = {"word/": read_docx, "xl/": read_xlsx}
_PDF = b"%PDF-"
_PDF_WITHIN = 1024  # bytes; readers accept what mail programs put before it
# Streams that an OLE container names in UTF-16 tell what it is.
_OLE_KINDS = {"WordDocument": ".doc", "Workbook": ".xls", "PowerPoint Document": ".ppt"}
_OTHER_KINDS = {b"{\\rtf": ".rtf", b"<!doctype html": ".html", b"<html": ".html", b"<?xml": ".xml"}


def read_source(path: Path) -> Source:
    """The file taken apart.

    Raises:
        PlanFileError: it cannot be; the class says why and the message what to do.
    """
    head = _read_head(path)
    return _find_reader(path, head)(path)


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


def _find_reader(path: Path, head: bytes) -> Reader:
    if head.startswith(b"PK\x03\x04"):
        return _find_zipped(path)
    if head.startswith(_OLE):
        raise _ole_error(path)
    if _PDF in head[:_PDF_WITHIN]:
        return read_pdf
    for mark, kind in _OTHER_KINDS.items():
        if head.lstrip()[:20].lower().startswith(mark):
            raise OtherFormatError(file=path.name, kind=kind)
    text = decode(path.read_bytes(), path)
    return read_csv if not is_marked(text) and find_delimiter(text) else read_txt


def _find_zipped(path: Path) -> Reader:
    with open_container(path) as container:
        names = set(container.namelist())
        kind = read_member(container, "mimetype").decode("ascii", "replace") if "mimetype" in names else ""
    for folder, reader in _ZIPPED.items():
        if any(name.startswith(folder) for name in names):
            return reader
    if kind:
        raise OtherFormatError(file=path.name, kind=kind)
    raise NotADocumentError(file=path.name, formats=FORMATS)


def _ole_error(path: Path) -> Exception:
    """An OLE container is an encrypted .docx ([MS-OFFCRYPTO] 2.3.4.4) or a document of before 2007."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return EncryptedDocumentError(file=path.name)
    kinds = (kind for stream, kind in _OLE_KINDS.items() if stream.encode("utf-16-le") in content)
    return OtherFormatError(file=path.name, kind=next(kinds, "OLE"))
