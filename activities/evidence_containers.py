"""What is in a zip or OLE container, told by its directory alone: nothing is unpacked, so no bomb can go off."""

import mmap
import struct
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import BinaryIO

from activities.evidence_refusals import (
    RUN_BY_DOUBLE_CLICK,
    ArchiveBombError,
    DamagedArchiveError,
    MacrosError,
    ProgramError,
    ProgramInArchiveError,
)
from activities.importing.container import TROUBLE
from activities.media_types import DOC, DOCX, LOCKED_OFFICE, ODP, ODS, ODT, OLE_STORAGE, PPT, PPTX, XLS, XLSX

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

UNPACKED_LIMIT = 2 << 30
RATIO_LIMIT = 200
_RATIO_COUNTS_FROM = 64 << 20
_LISTED_LIMIT = 4 << 20
"""How long a directory may be: some 40,000 files. Reading one costs memory before anything can be counted."""
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_LONGEST_END = _END_OF_DIRECTORY.size + 0xFFFF
_MIMETYPE_LIMIT = 100

_BY_FOLDER = {"word/": DOCX, "xl/": XLSX, "ppt/": PPTX}
_OPEN_DOCUMENTS = {ODT, ODS, ODP}
_BASIC_LISTS = ("script-lc.xml", "script-lb.xml", "dialog-lc.xml", "dialog-lb.xml")
# The class of the root storage of Windows Installer files ([MS-CFB] 2.6.1; OLE class 000C1084-…-C000-…46).
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")


def tell_zip(stream: BinaryIO) -> str:
    """The media type of a zip file: an office document, or an archive of others.

    Raises:
        MacrosError, ProgramError, ProgramInArchiveError: what is within would run.
        ArchiveBombError: it would unpack to very much, or holds very many files.
        DamagedArchiveError: its directory cannot be read.
    """
    _refuse_long_directory(stream)
    try:
        with zipfile.ZipFile(stream) as container:
            _refuse_bomb(stream, container.infolist())
            names = [member.filename for member in container.infolist()]
            declared = _declared_type(container)
    except TROUBLE as error:
        raise DamagedArchiveError from error
    return _tell_members(names, declared)


def _tell_members(names: list[str], declared: str) -> str:
    folded = [name.lower() for name in names]
    if any(name.endswith("vbaproject.bin") for name in folded) or any(map(_is_basic, names)):
        raise MacrosError
    if "androidmanifest.xml" in folded or any(name.endswith(".class") for name in folded):
        raise ProgramError
    if declared in _OPEN_DOCUMENTS:
        return declared
    if "[content_types].xml" in folded:
        return next(
            (kind for folder, kind in _BY_FOLDER.items() if any(n.startswith(folder) for n in folded)),
            "application/zip",
        )
    program = next((name for name in names if PurePosixPath(name.lower()).suffix in RUN_BY_DOUBLE_CLICK), None)
    if program is not None:
        raise ProgramInArchiveError(member=PurePosixPath(program).name[:100])
    return "application/zip"


def _is_basic(name: str) -> bool:
    """A module of macros in an OpenDocument file; the lists of modules stand in files without any as well."""
    return name.startswith(("Basic/", "Scripts/")) and not name.endswith(("/", *_BASIC_LISTS))


def _declared_type(container: zipfile.ZipFile) -> str:
    """What an OpenDocument file says of itself in its first member, which is short and not packed."""
    if "mimetype" not in container.namelist():
        return ""
    member = container.getinfo("mimetype")
    if member.file_size > _MIMETYPE_LIMIT or member.compress_type != zipfile.ZIP_STORED:
        return ""
    return container.read(member).decode("ascii", "replace").strip()


def _refuse_long_directory(stream: BinaryIO) -> None:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _LONGEST_END))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_OF_DIRECTORY.size:
        raise DamagedArchiveError
    _, _, _, _, count, length, _, _ = _END_OF_DIRECTORY.unpack_from(tail, at)
    if length > _LISTED_LIMIT or count == 0xFFFF:
        raise ArchiveBombError


def _refuse_bomb(stream: BinaryIO, members: Iterable[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    size = stream.seek(0, 2)
    dense = unpacked > _RATIO_COUNTS_FROM and unpacked > RATIO_LIMIT * size
    if unpacked > UNPACKED_LIMIT or dense:
        raise ArchiveBombError


def tell_ole(stream: BinaryIO) -> str:
    """The media type of an OLE container (the older office formats, [MS-CFB]), told by the names in its directory.

    Names stand there in UTF-16; they are sought in the whole file, which also finds a directory that was cut apart.

    Raises:
        MacrosError: it holds a Visual Basic project; ProgramError: it installs a program.
    """
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_INSTALLER) >= 0:
            raise ProgramError
        if _names(content, "_VBA_PROJECT"):
            raise MacrosError
        if _names(content, "EncryptedPackage"):
            return LOCKED_OFFICE
        kinds = {"WordDocument": DOC, "Workbook": XLS, "Book": XLS, "PowerPoint Document": PPT}
        return next((kind for name, kind in kinds.items() if _names(content, name)), OLE_STORAGE)


def _names(content: mmap.mmap, name: str) -> bool:
    return content.find(name.encode("utf-16-le")) >= 0
