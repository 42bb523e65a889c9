"""What a file really is, told by its content: its name and what its sender's browser calls it prove nothing.

A table of signatures, as the formats' own documents give them; what is in a zip or an OLE container is told by
`evidence_containers`. What a browser would take for a page is told as WHATWG's MIME Sniffing says (section 7.1).
"""

import re
from pathlib import PurePosixPath
from typing import BinaryIO

from activities.deadlines.schedule import Explanation
from activities.evidence_containers import OLE, ZIP, tell_ole, tell_zip
from activities.media_types import (
    ARCHIVES,
    ENDINGS,
    EXECUTABLE,
    HEIC,
    LOCKED_OFFICE,
    MARKUP,
    PLAIN,
    TNEF,
    UNKNOWN,
    name_type,
)

HEAD_BYTES = 4096

# (where it stands, what stands there, media type); the first that fits counts.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"MZ", EXECUTABLE),  # Windows programs and libraries
    (0, b"\x7fELF", EXECUTABLE),
    (0, b"\xcf\xfa\xed\xfe", EXECUTABLE),  # macOS programs
    (0, b"\xce\xfa\xed\xfe", EXECUTABLE),
    (0, b"\xca\xfe\xba\xbe", EXECUTABLE),  # universal programs of macOS, classes of Java
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", EXECUTABLE),  # Windows shortcuts
    (0, b"ITSF", EXECUTABLE),  # compiled help, which runs scripts
    (0, b"#!", EXECUTABLE),  # scripts of Unix
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"AT&TFORM", "image/vnd.djvu"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"BZh", "application/x-bzip2"),
    (257, b"ustar", "application/x-tar"),
    (0, b"\x78\x9f\x3e\x22", TNEF),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
)
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}
_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg|meta|link|object"
    rb"|embed|img|form|base)[\s/>]|<!--",
    re.IGNORECASE,
)
_XML_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:svg|html|script)[\s/>]", re.IGNORECASE)
_WEB_ARCHIVE = re.compile(rb"\A(?:[\w-]+:[^\n]*\n)*?Content-Type:\s*multipart/related", re.IGNORECASE)
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b\x1a\x08")


def tell_type(stream: BinaryIO) -> str:
    """The media type of a stream that can be read anywhere; `UNKNOWN` where nothing is recognised.

    Raises:
        DangerousFileError: an office file with macros, an archive with programs, a container that is a bomb.
    """
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if head.startswith(ZIP):
        return tell_zip(stream)
    if head.startswith(OLE):
        return tell_ole(stream)
    return _by_signature(head) or _by_words(head)


def _by_signature(head: bytes) -> str | None:
    for offset, signature, media_type in _SIGNATURES:
        if head.startswith(signature, offset):
            return media_type
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12])
    return None


def _by_words(head: bytes) -> str:
    """What consists of words: a page, a PDF (whose mark may stand within the first 1024 bytes), text."""
    text = _plainly(head).lstrip()
    if _PAGE.match(text) or _WEB_ARCHIVE.match(text):
        return MARKUP
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if text.startswith(b"<?xml"):
        return MARKUP if _XML_ROOT.search(text) else "application/xml"
    return PLAIN if head and not _CONTROLS & frozenset(text) else UNKNOWN


def _plainly(head: bytes) -> bytes:
    """The words without a byte order mark, in one byte a letter where they are of the first alphabet."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return head.decode(encoding, "ignore").encode()
    return head


def find_remarks(name: str, media_type: str) -> list[Explanation]:
    """What whoever opens the file should know: a name that says something else, a format that few programs open."""
    remarks = []
    ending = PurePosixPath(name).suffix.lower()
    fitting = ENDINGS.get(media_type, frozenset())
    if ending and fitting and ending not in fitting and not _is_text_of_some_kind(ending, media_type):
        ru, en = name_type(media_type)
        remarks.append(
            Explanation(
                ru=f"По имени это «{ending}», а по содержанию — {ru}.",
                en=f"By its name it is “{ending}”, by its content {en}.",
            )
        )
    if media_type in _HINTS:
        remarks.append(_HINTS[media_type])
    elif media_type in ARCHIVES:
        remarks.append(_ARCHIVE_HINT)
    return remarks


def _is_text_of_some_kind(ending: str, media_type: str) -> bool:
    """Tables, letters and calendars are text; no content tells them apart."""
    known = any(ending in endings for endings in ENDINGS.values())
    return media_type == PLAIN and not known


_ARCHIVE_HINT = Explanation(
    ru="Архив: чтобы посмотреть, его нужно распаковать; что внутри, не проверялось.",
    en="An archive: to be looked at, it has to be unpacked; what is within was not looked at.",
)
_HINTS = {
    HEIC: Explanation(
        ru="Фото iPhone (HEIC): не все программы его откроют.",
        en="A photograph of an iPhone (HEIC): not every program opens it.",
    ),
    TNEF: Explanation(
        ru="Вложение Outlook (winmail.dat): другие почтовые программы его не откроют.",
        en="An attachment of Outlook (winmail.dat): other mail programs do not open it.",
    ),
    LOCKED_OFFICE: Explanation(
        ru="Документ закрыт паролем: без пароля его не открыть.",
        en="The document is locked: it cannot be opened without its password.",
    ),
    UNKNOWN: Explanation(
        ru="Что это за файл, по содержанию не узнать: открывайте, только если ждали его.",
        en="What it is cannot be told by its content: open it only if you expected it.",
    ),
}
