"""Headings and their levels: how a plan's sections nest."""

from dataclasses import dataclass, field

from activities.importing.folding import fold
from activities.importing.numbering import Number, NumberStyle, split_number, starts_with_section_word
from activities.importing.source import Place
from activities.importing.time_headings import names_time

Rank = tuple[int, int]

_SHEET = (-2, 0)
_OUTER_TIME = (-1, 0)
_OUTER = (0, 0)  # an unnumbered heading right above numbered ones
_WORD, _ROMAN, _ARABIC, _BARE, _TIME = range(1, 6)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading: `text` as written, `number` empty where it has none, `level` from 1, `path` down to itself."""

    number: str
    title: str
    level: int
    text: str
    path: tuple[str, ...]
    place: Place


@dataclass(slots=True)
class _Open:
    """A section that rows still fall into."""

    text: str
    number: Number | None
    rank: Rank
    has_children: bool = False


@dataclass(slots=True)
class Outline:
    """Takes headings in reading order and tells each one's level.

    Higher stand words (Раздел, Модуль), then Roman, then Arabic numbers by their length, then bare headings, then
    months and other times, unless the plan begins with one: then times stand above all. Under Roman «I» the numbers
    «1.», «1.2» and «1.3» are of one level: the «1» in «1.2» is the «I».
    """

    _open: list[_Open] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _time_rank: Rank | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The headings above the next row, outermost first."""
        return tuple(section.text for section in self._open)

    def enter(self, text: str, place: Place, *, leads: bool = False) -> Section:
        """The section that a heading opens.

        Args:
            text: the heading, its number included.
            place: where it stands.
            leads: whether the next row is a numbered heading, so that this one, if bare, stands above it.
        """
        folded = fold(text)
        number, title = split_number(folded)
        rank = self._rank(folded, number, leads=leads)
        while self._open and self._open[-1].rank >= rank:
            self._open.pop()
        if self._open:
            self._open[-1].has_children = True
        self._open.append(_Open(folded, number, rank))
        return Section(number.text if number else "", title, len(self._open), folded, self.path, place)

    def enter_sheet(self, name: str, place: Place) -> Section:
        """The section that a workbook's sheet is: above all others, each of which ends with the sheet before."""
        self._open, self._time_rank = [_Open(fold(name), None, _SHEET)], None
        return Section("", fold(name), 1, fold(name), self.path, place)

    def _rank(self, text: str, number: Number | None, *, leads: bool) -> Rank:
        if number is None:
            return self._rank_unnumbered(text, leads=leads)
        if number.style is NumberStyle.WORD:
            return _WORD, self._order_of(number.word)
        if number.style is NumberStyle.ROMAN:
            return _ROMAN, 0
        return _ARABIC, self._depth(number)

    def _rank_unnumbered(self, text: str, *, leads: bool) -> Rank:
        if names_time(text):
            if self._time_rank is None:
                self._time_rank = (_TIME, 0) if any(each.rank != _SHEET for each in self._open) else _OUTER_TIME
            return self._time_rank
        if starts_with_section_word(text):
            return _WORD, self._order_of(text.split(maxsplit=1)[0].lower())
        if leads:
            return _OUTER
        return _BARE, 0 if text.isupper() else 1

    def _order_of(self, word: str) -> int:
        """Words rank in the order in which the plan uses them first."""
        if word not in self._words:
            self._words.append(word)
        return self._words.index(word)

    def _depth(self, number: Number) -> int:
        """How deep an Arabic number stands among its like."""
        parent = self._find_parent(number)
        if parent is not None:
            return parent.rank[1] + 1
        if len(number.parts) > 1 and self._is_counted_by_roman(number):
            return len(number.parts) - 1
        return len(number.parts)

    def _find_parent(self, number: Number) -> _Open | None:
        """The open «1.» above «1.1»; not above a first «1.2», which is its sibling under «I»."""
        for section in self._open:
            above = section.number
            if above is None or above.style is not NumberStyle.ARABIC or above.parts != number.parts[:-1]:
                continue
            if number.parts[-1] == 1 or section.has_children:
                return section
        return None

    def _is_counted_by_roman(self, number: Number) -> bool:
        """Whether the first part of the number is that of the open Roman (or worded) section."""
        higher = [s.number for s in self._open if s.number is not None and s.number.style is not NumberStyle.ARABIC]
        return bool(higher) and higher[-1].parts[0] == number.parts[0]
