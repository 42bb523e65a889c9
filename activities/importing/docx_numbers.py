"""Numbers that Word counts itself and keeps nowhere as text (ECMA-376 part 1, 17.9)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from activities.importing.docx_package import DocxPackage
from activities.importing.docx_text import attribute, find, is_on, local_name

_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_PLACEHOLDER = re.compile(r"%(\d)")


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level of a list is counted and written: `pattern` as `%1.%2.`."""

    style: str
    pattern: str
    start: int


@dataclass(slots=True)
class AutomaticNumbers:
    """Counts the lists of one document; ask for each paragraph once, in reading order."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, package: DocxPackage) -> "AutomaticNumbers":
        """The lists and the numbered styles that a document defines."""
        numbers = cls()
        for part in package.iter_related("numbering"):
            for child in _named(part, "abstractNum"):
                numbers.levels[attribute(child, "abstractNumId") or ""] = dict(_read_levels(child))
            for child in _named(part, "num"):
                list_id = attribute(child, "numId") or ""
                numbers.lists[list_id] = attribute(find(child, "abstractNumId"), "val") or ""
                numbers.restarts[list_id] = dict(_read_restarts(child))
        for part in package.iter_related("styles"):
            numbers.styles = _read_styles(part)
        return numbers

    def next_label(self, paragraph: etree._Element) -> str:
        """The number that Word shows before the paragraph, with a blank after it; empty where it shows none.

        Bullets are no numbers. A deleted paragraph, or the mark of one, counts nothing.
        """
        list_id, depth = self._membership(paragraph)
        levels = self.levels.get(self.lists.get(list_id, ""), {})
        if depth not in levels or find(paragraph, "pPr", "rPr", "del") is not None:
            return ""
        counters = self.counters.setdefault(self.lists[list_id], {})
        # A list that restarts another does so once, at its first paragraph.
        counters.update({level: start - 1 for level, start in self.restarts.pop(list_id, {}).items()})
        counters[depth] = counters.get(depth, levels[depth].start - 1) + 1
        for deeper in [level for level in counters if level > depth]:
            del counters[deeper]
        return self._write(levels, counters, depth)

    def _membership(self, paragraph: etree._Element) -> tuple[str, int]:
        style = self.styles.get(attribute(find(paragraph, "pPr", "pStyle"), "val") or "", ("", 0))
        own = find(paragraph, "pPr", "numPr")
        if own is None:
            return style
        list_id = attribute(find(own, "numId"), "val")
        return list_id if list_id is not None else style[0], int(attribute(find(own, "ilvl"), "val") or style[1])

    def _write(self, levels: dict[int, _Level], counters: dict[int, int], depth: int) -> str:
        level = levels[depth]
        if level.style in {"bullet", "none"} or not level.pattern:
            return ""

        def value(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            shown = levels.get(other, level)
            return _write_number(counters.setdefault(other, shown.start), shown.style)

        return _PLACEHOLDER.sub(value, level.pattern) + " "


def _named(part: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in part if isinstance(child.tag, str) and local_name(child) == name)


def _read_levels(definition: etree._Element) -> Iterator[tuple[int, _Level]]:
    for level in _named(definition, "lvl"):
        style = attribute(find(level, "numFmt"), "val") or "decimal"
        pattern = attribute(find(level, "lvlText"), "val") or ""
        start = int(attribute(find(level, "start"), "val") or "1")
        legal = "decimal" if is_on(level, "isLgl") else style
        yield int(attribute(level, "ilvl") or "0"), _Level(legal, pattern, start)


def _read_restarts(instance: etree._Element) -> Iterator[tuple[int, int]]:
    for override in _named(instance, "lvlOverride"):
        start = attribute(find(override, "startOverride"), "val")
        if start is not None:
            yield int(attribute(override, "ilvl") or "0"), int(start)


def _read_styles(part: etree._Element) -> dict[str, tuple[str, int]]:
    """Numbered styles: style id to list id and depth, what a style is based on included."""
    parents: dict[str, str] = {}
    own: dict[str, tuple[str, int]] = {}
    for style in _named(part, "style"):
        name = attribute(style, "styleId") or ""
        parents[name] = attribute(find(style, "basedOn"), "val") or ""
        list_id = attribute(find(style, "pPr", "numPr", "numId"), "val")
        if list_id is not None:
            own[name] = (list_id, int(attribute(find(style, "pPr", "numPr", "ilvl"), "val") or "0"))
    return {name: own[numbered] for name in parents if (numbered := _first_numbered(name, parents, own)) is not None}


def _first_numbered(name: str, parents: dict[str, str], own: dict[str, tuple[str, int]]) -> str | None:
    seen: set[str] = set()
    while name and name not in seen:
        if name in own:
            return name
        seen.add(name)
        name = parents.get(name, "")
    return None


def _write_number(value: int, style: str) -> str:
    if style in {"upperRoman", "lowerRoman"}:
        roman = _roman(value)
        return roman if style == "upperRoman" else roman.lower()
    alphabet = {"russianLower": _RUSSIAN, "russianUpper": _RUSSIAN.upper()}.get(style) or {
        "lowerLetter": _LATIN,
        "upperLetter": _LATIN.upper(),
    }.get(style)
    if alphabet and 0 < value <= len(alphabet):
        return alphabet[value - 1]
    return f"{value:02}" if style == "decimalZero" else str(value)


def _roman(value: int) -> str:
    text = ""
    for worth, digits in _ROMAN:
        text += digits * (value // worth)
        value %= worth
    return text
