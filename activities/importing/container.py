"""Opening the zip container of .docx and .xlsx without trusting what it says of itself."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from activities.importing.errors import DamagedDocumentError, DecompressionBombError, EncryptedDocumentError

_MEGABYTE = 1024 * 1024
LIMIT_MB = 128
"""How much a plan may unpack to. Word keeps 0.8 MB of styles beside 90 KB of text; pictures are never unpacked."""
LIMIT_RATIO = 200
"""How many times its own size a container beyond 8 MB may unpack to. Tables of words reach some 30."""
_RATIO_COUNTS_FROM = 8 * _MEGABYTE
_LIMIT_MEMBERS = 10_000
_ENCRYPTED_FLAG = 0x1


# What the standard library raises over damaged containers: each of these was seen (`test_damage.py`).
TROUBLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError)


@contextmanager
def open_container(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip file, once its directory was found harmless.

    Raises:
        DamagedDocumentError: cut off or broken.
        EncryptedDocumentError: a member is encrypted.
        DecompressionBombError: beyond `LIMIT_MB` or `LIMIT_RATIO`.
    """
    try:
        container = zipfile.ZipFile(path)
    except TROUBLE as error:
        raise DamagedDocumentError(file=path.name, reason=error) from error
    with container:
        _check_directory(path, container)
        yield container


def _check_directory(path: Path, container: zipfile.ZipFile) -> None:
    members = container.infolist()
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        raise EncryptedDocumentError(file=path.name)
    unpacked = sum(member.file_size for member in members)
    dense = unpacked > _RATIO_COUNTS_FROM and unpacked > LIMIT_RATIO * path.stat().st_size
    if len(members) > _LIMIT_MEMBERS or unpacked > LIMIT_MB * _MEGABYTE or dense:
        raise _bomb(path.name)


def read_member(container: zipfile.ZipFile, name: str) -> bytes:
    """A member's bytes. Counted while unpacking, since the directory may state a smaller size than there is.

    Raises:
        DamagedDocumentError: the member is broken.
        DecompressionBombError: it unpacks to more than `LIMIT_MB`.
    """
    file = Path(str(container.filename)).name
    try:
        with container.open(name) as member:
            content = member.read(LIMIT_MB * _MEGABYTE + 1)
    except TROUBLE as error:
        raise DamagedDocumentError(file=file, reason=error) from error
    if len(content) > LIMIT_MB * _MEGABYTE:
        raise _bomb(file)
    return content


def parse_xml(content: bytes, file: str) -> etree._Element:
    """The root of an XML part: no entities, no document type, no network, libxml2's own limits on depth and size.

    Raises:
        DamagedDocumentError: not well-formed, or beyond those limits.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DamagedDocumentError(file=file, reason=error) from error
    if root.getroottree().docinfo.doctype:
        raise DamagedDocumentError(file=file, reason="DOCTYPE")
    return root


def _bomb(file: str) -> DecompressionBombError:
    return DecompressionBombError(file=file, limit_mb=LIMIT_MB, ratio=LIMIT_RATIO)
