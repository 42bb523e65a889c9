"""Plans without a table: numbered items with lines such as «Срок:» and «Отв.:»."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest

from activities.importing.columns import ColumnRole, tell_role
from activities.importing.folding import fold
from activities.importing.numbering import Number, NumberStyle, split_number
from activities.importing.source import Block, Cell, Paragraph, Place, Row, Source, Table

_LABEL = re.compile(
    r"(?:^|(?<=[\s.,;(]))(?P<label>(?:срок|дата|период|время|ответственн|исполнител|организатор|результат|итог|"
    r"место|форма|участник|отметка)\w*(?:\s+\w+){0,2}|отв\.?|исп\.?)\s*:\s*",
    re.IGNORECASE,
)
# «Заседание 1. …», «Тема № 2: …»: a word that several lines begin with, and a number.
_WORD_AND_NUMBER = re.compile(r"(?P<word>[А-ЯЁ][а-яё]+)\s+(?:№\s*)?(?P<value>\d{1,3})\s*[.:)]\s*(?=\S)")
_IN_FULL = {"отв": "Ответственные", "исп": "Исполнители"}
_LEAST_ITEMS = 2
_LONGEST_HEADING = 120


@dataclass(slots=True)
class _Item:
    """An item: its number as written, its parts as (label, text), headings have none but the title."""

    number: str
    parsed: Number
    place: Place
    parts: list[tuple[str, str]] = field(default_factory=list)
    heading_behind: Paragraph | None = None

    @property
    def is_labelled(self) -> bool:
        """Whether a field of a plan stands in it."""
        return any(label for label, _ in self.parts)


def find_list(source: Source) -> Source | None:
    """The source with its list as a table, or None where it has no such list.

    Each item becomes a row, what stands behind a label its cell under that label; an item without any label is a
    heading if deeper numbers follow, else an activity without a deadline.
    """
    source = replace(source, blocks=tuple(_open_columns(source.blocks)))
    lines = [block for block in source.blocks if isinstance(block, Paragraph) and fold(block.text)]
    above, items, left_over = _read_items(lines, _find_item_words(lines))
    labels = _find_labels(items)
    if sum(item.is_labelled for item in items) < _LEAST_ITEMS or ColumnRole.DEADLINE not in labels:
        return None
    tables = [block for block in source.blocks if isinstance(block, Table)]
    blocks: list[Block] = [*above, *tables, _build(items, labels), *left_over]
    return Source(tuple(blocks), source.notes, source.oddities)


def _open_columns(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, a table of one text a row as lines: so a list looks in a workbook."""
    for block in blocks:
        if isinstance(block, Table) and all(len(row.filled()) < 2 for row in block.rows):
            yield from (Paragraph(cell.text, cell.place) for row in block.rows for cell in row.filled())
        else:
            yield block


def _find_item_words(lines: Sequence[Paragraph]) -> frozenset[str]:
    """The words that, with a number behind them, begin several lines."""
    counts = Counter(match["word"] for line in lines if (match := _WORD_AND_NUMBER.match(fold(line.text))))
    return frozenset(word for word, count in counts.items() if count >= _LEAST_ITEMS)


def _split_item(text: str, words: frozenset[str]) -> tuple[Number | None, str]:
    """The number that begins an item, with its word if the plan counts by one, and the rest."""
    match = _WORD_AND_NUMBER.match(text)
    if match is not None and match["word"] in words:
        said = text[: match.end()].strip(" .:)")
        return Number(said, NumberStyle.ARABIC, (int(match["value"]),), match["word"]), text[match.end() :]
    return split_number(text)


def _read_items(
    lines: Sequence[Paragraph], words: frozenset[str]
) -> tuple[list[Paragraph], list[_Item], list[Paragraph]]:
    """The lines above the list, its items, and lines that belong to none."""
    above: list[Paragraph] = []
    items: list[_Item] = []
    left_over: list[Paragraph] = []
    for line, following in zip_longest(lines, lines[1:]):
        text = fold(line.text)
        number, rest = _split_item(text, words)
        if number is not None and rest:
            counted_by_word = number.style is NumberStyle.ARABIC and number.word
            said = number.text if counted_by_word else text[: len(text) - len(rest)].strip()
            items.append(_Item(said, number, line.place))
            _take(items[-1], rest)
        elif not items:
            above.append(line)
        elif _goes_on(items[-1], text, following):
            _take(items[-1], text)
        elif items[-1].heading_behind is None and _is_heading(text, following):
            items[-1].heading_behind = line
        else:
            left_over.append(line)
    return above, items, left_over


def _take(item: _Item, text: str) -> None:
    """Take in a line: what stands before its first label belongs to the part above."""
    matches = list(_LABEL.finditer(text))
    lead = text[: matches[0].start()] if matches else text
    if fold(lead):
        label, above = item.parts.pop() if item.parts else ("", "")
        item.parts.append((label, f"{above} {fold(lead)}".strip()))
    for match, following in zip_longest(matches, matches[1:]):
        end = following.start() if following is not None else len(text)
        label = fold(match["label"])
        item.parts.append((_IN_FULL.get(label.lower().strip("."), label), fold(text[match.end() : end])))


def _goes_on(item: _Item, text: str, following: Paragraph | None) -> bool:
    """Whether an unnumbered line belongs to the item: a field, the rest of the line above, or one between fields."""
    if _LABEL.match(text) or not item.is_labelled or text[0].islower():
        return True
    above = item.parts[-1][1]
    return above.endswith((",", ";", "-")) or (following is not None and _LABEL.match(fold(following.text)) is not None)


def _is_heading(text: str, following: Paragraph | None) -> bool:
    """Whether a line behind an item's fields heads the items below."""
    return len(text) <= _LONGEST_HEADING and following is not None and split_number(fold(following.text))[0] is not None


def _find_labels(items: Sequence[_Item]) -> dict[ColumnRole, str]:
    """What the labels stand for, each with its wording as first written."""
    labels: dict[ColumnRole, str] = {}
    for label in (label for item in items for label, _ in item.parts if label):
        labels.setdefault(_role(label), label)
    return labels


def _role(label: str) -> ColumnRole:
    return tell_role(label) or ColumnRole.OTHER


def _build(items: Sequence[_Item], labels: dict[ColumnRole, str]) -> Table:
    roles = list(labels)
    place = items[0].place
    headings = ["№", "Мероприятие", *(labels[role] for role in roles)]
    rows = [Row(tuple(Cell(text, at, 1, place) for at, text in enumerate(headings)), place)]
    for item, below in pairwise([*items, None]):
        if item is not None:
            rows += _iter_rows(item, below, roles)
    return Table(tuple(rows))


def _iter_rows(item: _Item, below: _Item | None, roles: Sequence[ColumnRole]) -> Iterator[Row]:
    width = len(roles) + 2
    title = "\n".join(text for label, text in item.parts if not label)
    if _heads(item, below):
        yield Row((Cell(f"{item.number} {title}", 0, width, item.place),), item.place)
    else:
        fields = ["\n".join(text for label, text in item.parts if label and _role(label) is role) for role in roles]
        yield Row(
            tuple(Cell(text, at, 1, item.place) for at, text in enumerate((item.number, title, *fields))), item.place
        )
    if item.heading_behind is not None:
        yield Row((Cell(item.heading_behind.text, 0, width, item.heading_behind.place),), item.heading_behind.place)


def _heads(item: _Item, below: _Item | None) -> bool:
    """Whether an item is a heading: no field, and a number that is none of an item, or that the next one deepens."""
    if item.is_labelled:
        return False
    if item.parsed.style is not NumberStyle.ARABIC:
        return True
    own, next_ = item.parsed.parts, below.parsed.parts if below is not None else ()
    return len(next_) > len(own) and next_[: len(own)] == own
