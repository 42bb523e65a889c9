"""The parts of a .docx by the relations between them (ECMA-376 part 2), not by their customary names."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import ZipFile

from lxml import etree

from activities.importing.container import parse_xml, read_member
from activities.importing.errors import DamagedDocumentError


@dataclass(frozen=True, slots=True)
class DocxPackage:
    """An opened .docx; `file` is its name in errors."""

    container: ZipFile
    file: str

    def read_document(self) -> etree._Element:
        """The main part.

        Raises:
            DamagedDocumentError: there is none.
        """
        for name in self._targets("", "officeDocument"):
            return self._read(name)
        raise DamagedDocumentError(file=self.file, reason="word/document.xml")

    def iter_related(self, kind: str) -> Iterator[etree._Element]:
        """The parts that the main part relates to as `kind`: footnotes, header, styles …"""
        for name in self._targets("", "officeDocument"):
            yield from map(self._read, self._targets(name, kind))

    def _targets(self, source: str, kind: str) -> Iterator[str]:
        """The names of parts related to `source` whose relation type ends with `/kind`."""
        folder, name = posixpath.split(source)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self.container.namelist():
            return
        for relation in self._read(relations):
            if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
                yield posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")

    def _read(self, name: str) -> etree._Element:
        if name not in self.container.namelist():
            raise DamagedDocumentError(file=self.file, reason=name)
        return parse_xml(read_member(self.container, name), self.file)
