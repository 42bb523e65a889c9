"""Where the rows and headings of a flattened table begin: at the next expected number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from activities.importing.folding import fold
from activities.importing.numbering import NumberStyle, split_number


@dataclass(frozen=True, slots=True)
class FlatLine:
    """A line with its blanks, its number in the file, and how many empty lines stand before it."""

    text: str
    number: int
    gap: int

    def piece(self, start: int, end: int) -> "FlatLine | None":
        """The line's words from `start` to `end - 1`, None if there are none; its last blank stays with its end."""
        words = self.text.split()
        inside = words[max(start, 0) : max(end, 0)]
        if not inside:
            return None
        last = end >= len(words)
        return replace(self, text=" ".join(inside) + (self.text[len(self.text.rstrip()) :] if last else " "))


@dataclass(frozen=True, slots=True)
class FlatRow:
    """A row: its number as written, empty for a heading; its lines without the number, and as they stand (`whole`)."""

    number: str
    lines: tuple[FlatLine, ...]
    whole: tuple[FlatLine, ...]


_BARE = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)[.)]?\s*$")
_MARKED = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)(?:[.)]+\s*|(?<=\.\d)\s+)(?=[^\W\d]|[«\"(])")


def find_rows(lines: Sequence[FlatLine]) -> list[FlatRow]:
    """The rows from the first number or heading on; each holds all lines up to the next one."""
    found: list[tuple[str, list[FlatLine]]] = []
    expecting = _Expecting()
    for line in lines:
        number = expecting.take(fold(line.text))
        if number is not None:
            found.append((number, [line]))
        elif found:
            found[-1][1].append(line)
    return [_build(number, own) for number, own in found]


def _build(number: str, lines: Sequence[FlatLine]) -> FlatRow:
    first = lines[0]
    if not number:
        return FlatRow("", tuple(lines), tuple(lines))
    rest = replace(first, text=first.text.lstrip()[len(number) :].lstrip())
    return FlatRow(number, tuple(line for line in (rest, *lines[1:]) if fold(line.text)), tuple(lines))


@dataclass(slots=True)
class _Expecting:
    """Which number comes next: of rows within a section, of sections (Roman or worded) within the plan."""

    section: int = 0
    row: tuple[int, ...] = ()

    def take(self, text: str) -> str | None:
        """The row's number as written, an empty text for a heading, None for any other line."""
        found, rest = split_number(text)
        if found is not None and found.style is not NumberStyle.ARABIC:
            if not rest or found.parts != (self.section + 1,) or text[len(found.text) :][:1] not in {".", ")", " "}:
                return None
            self.section, self.row = self.section + 1, ()
            return ""
        match = _BARE.match(text) or _MARKED.match(text)
        if match is None:
            return None
        parts = tuple(map(int, match[1].split(".")))
        if not self._is_next(parts):
            return None
        self.row = parts
        return match[0].strip()

    def _is_next(self, parts: tuple[int, ...]) -> bool:
        """The first in a section ends in 1; later ones count on at their depth, one deeper, or at a shallower one."""
        if not self.row:
            return parts[-1] == 1
        steps = {(*self.row, 1)}
        for depth in range(len(self.row)):
            higher = (*self.row[:depth], self.row[depth] + 1)
            steps |= {higher, (*higher, 1)}
        return parts in steps
