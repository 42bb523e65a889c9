"""What an Office container carries beside text: macros, which never run, and links that programs would follow."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from activities.importing.container import parse_xml, read_member
from activities.importing.source import Oddity, OddityKind

_MACROS = "vbaProject.bin"
_NAMED_LINKS = 3


def iter_oddities(container: ZipFile) -> Iterator[Oddity]:
    """Macros (the part `vbaProject.bin`), and the first targets of external relationships (ECMA-376 part 2, 6.5).

    Hyperlinks are not told: no program follows one until a person clicks it.
    """
    names = container.namelist()
    if any(name.endswith(f"/{_MACROS}") for name in names):
        yield Oddity(OddityKind.MACROS)
    targets = sorted({target for name in names if name.endswith(".rels") for target in _iter_links(container, name)})
    if targets:
        more = ["…"] if len(targets) > _NAMED_LINKS else []
        yield Oddity(OddityKind.LINKS_OUT, ", ".join([*targets[:_NAMED_LINKS], *more]))


def _iter_links(container: ZipFile, name: str) -> Iterator[str]:
    for relation in parse_xml(read_member(container, name), Path(str(container.filename)).name):
        hyperlink = relation.get("Type", "").endswith("/hyperlink")
        if relation.get("TargetMode") == "External" and not hyperlink:
            yield relation.get("Target", "")
