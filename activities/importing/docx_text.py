"""What a piece of WordprocessingML shows: our own walk (docs/decisions/0004-own-docx-walk.md).

Elements are told by their local name, so that the transitional and the strict namespaces read alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

# Stand around content and show what is inside: insertions, moves to here, content controls, tags.
_WRAPPERS = frozenset({"ins", "moveTo", "sdt", "sdtContent", "smartTag", "customXml", "Choice", "Fallback"})
# Show nothing: deletions, moves from here, properties, field codes.
_SILENT = frozenset(
    {
        *("del", "moveFrom", "delText", "instrText", "delInstrText"),
        *("pPr", "rPr", "tcPr", "trPr", "tblPr", "tblPrEx", "tblGrid", "sdtPr", "sdtEndPr", "sectPr", "rubyPr"),
    }
)
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_REFERENCES = frozenset({"footnoteReference", "endnoteReference"})


@dataclass(slots=True)
class Line:
    """A paragraph's text and what hangs on it: text boxes, footnote references as (kind, id), hidden text."""

    text: str = ""
    boxes: list[etree._Element] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    hidden: str = ""


def local_name(element: etree._Element) -> str:
    """The element's name without namespace."""
    return str(etree.QName(element).localname)


def attribute(element: etree._Element | None, name: str) -> str | None:
    """The value of the attribute with that local name."""
    if element is None:
        return None
    return next((str(value) for key, value in element.attrib.items() if etree.QName(key).localname == name), None)


def find(element: etree._Element, *path: str) -> etree._Element | None:
    """The first descendant along a path of local names."""
    for name in path:
        found = next((child for child in element if isinstance(child.tag, str) and local_name(child) == name), None)
        if found is None:
            return None
        element = found
    return element


def is_on(element: etree._Element, *path: str) -> bool:
    """Whether a switch such as `w:vanish` is there and not set off (ECMA-376 part 1, 17.17.4)."""
    found = find(element, *path)
    return found is not None and attribute(found, "val") not in {"0", "false", "off"}


def iter_shown(element: etree._Element) -> Iterator[etree._Element]:
    """The children that show, wrappers unpacked. Of alternatives one is taken: they say the same twice."""
    for child in element:
        if not isinstance(child.tag, str) or local_name(child) in _SILENT:
            continue
        if local_name(child) == "AlternateContent":
            yield from iter_shown(next(iter(child), child))
        elif local_name(child) in _WRAPPERS:
            yield from iter_shown(child)
        else:
            yield child


def read_line(paragraph: etree._Element) -> Line:
    """What a `w:p` shows."""
    line = Line()
    _read_inline(paragraph, line)
    return line


def _read_inline(element: etree._Element, line: Line) -> None:
    for child in iter_shown(element):
        name = local_name(child)
        if name == "t":
            line.text += child.text or ""
        elif name in _SIGNS:
            line.text += _SIGNS[name]
        elif name == "sym":
            line.text += chr(int(attribute(child, "char") or "20", 16))
        elif name in _REFERENCES:
            line.references.append((name.removesuffix("Reference"), attribute(child, "id") or ""))
        elif name == "txbxContent":
            line.boxes.append(child)
        elif name == "r" and is_on(child, "rPr", "vanish"):
            _read_hidden(child, line)
        else:
            _read_inline(child, line)


def _read_hidden(run: etree._Element, line: Line) -> None:
    shown = Line()
    _read_inline(run, shown)
    line.hidden += shown.text
    line.boxes += shown.boxes
    line.references += shown.references
