"""The letters of a text file whose encoding nobody states."""

import re
from pathlib import Path

from activities.importing.errors import NotADocumentError

FORMATS = ".docx, .xlsx, .pdf, .csv, .txt"
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
# No text holds these; a file that does is something else.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(content: bytes, path: Path) -> str:
    """The text: by its byte order mark, else UTF-8, else Windows-1251, which Russian programs still write.

    Raises:
        NotADocumentError: these bytes are no text.
    """
    encoding = _BYTE_ORDER_MARKS.get(content[:2]) or _BYTE_ORDER_MARKS.get(content[:3])
    for candidate in (encoding,) if encoding else ("utf-8", "cp1251"):
        try:
            text = content.decode(candidate)
        except UnicodeError:
            continue
        if not _BINARY.search(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise NotADocumentError(file=path.name, formats=FORMATS)
