"""The words of `lexicon.txt`: each form of a word, its kind (a terminal of the grammar) and its value."""

from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

_ENDINGS = {
    "ADJ": "ый,ой,ая,ое,ого,ому,ую,ым,ом,ые,ых,ыми",
    "SOFT": "ий,яя,ее,его,ей,ему,юю,им,ем,ие,их,ими,ая,ое,ого,ой,ому,ую,ом",
    "NEUT": "е,я,ю,ем,и,й,ям,ями,ях",
    "FEM": "а,ы,е,у,ой,ам,ами,ах,",
    "MASC": ",а,у,ом,е,ы,ов,ам,ами,ах",
}
_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"


class Word(NamedTuple):
    """What a form stands for: the terminal of the grammar and its value."""

    kind: str
    value: int | str | None


def _lines(text: str) -> Iterator[str]:
    """The table's lines, with those that go on joined to the one they belong to."""
    whole = ""
    for line in text.splitlines():
        if line.startswith(" "):
            whole += line
        elif not line.startswith("#"):
            yield whole
            whole = line
    yield whole


def _forms(entry: str) -> Iterator[str]:
    stem, bar, endings = entry.partition("|")
    if not bar:
        yield stem
        return
    for ending in endings.split(","):
        for spelled in _ENDINGS.get(ending, ending).split(","):
            yield stem + spelled


def _value(written: str) -> int | str | None:
    if written == "-":
        return None
    return int(written) if written.isdigit() else written


def _read() -> dict[str, Word]:
    words: dict[str, Word] = {}
    text = resources.files("activities.deadlines").joinpath("lexicon.txt").read_text(encoding="utf-8")
    for line in filter(None, _lines(text)):
        head, _, forms = line.partition(":")
        kind, written = head.split()
        for form in (form for entry in forms.split() for form in _forms(entry)):
            words.setdefault(form, Word(kind, _value(written)))
    return words


WORDS: dict[str, Word] = _read()

_MENDED_KINDS = {
    "ALWAYS",
    "DALEE",
    "DECADE",
    "DURING",
    "EVERYADV",
    "HALFYEAR",
    "MONTH",
    "MONTHWORD",
    "QUARTER",
    "SCHOOL",
    "STANDING",
    "WEEK",
    "WEEKDAY",
}
_ABBREVIATIONS = (
    "ежем ежемес ежекв еженед полуг п/г четв авг апр ауд вкл вс вт г гг г.г гл дек июл июн каб кв квар "
    "кл мар мес мин нач нед ноя нояб окт отч п пн полугод посл пп прил пт р руб сб сен сент след ср ст "
    "стр т тек тел теч уч учеб фев февр ч чел чт шт янв "
)
_ABBREVIATED = frozenset(_ABBREVIATIONS.split())
# Ordinary words one letter away from a known one: never taken for a slip.
_ORDINARY = (
    "годен декана дети итого карта карте кварта кружки лист маре марка марки марку марш места месте неделим очень "
    "парта парте посла после пости среди части часть числе "
)
_NEVER_MENDED = frozenset(_ORDINARY.split())


def is_mended_kind(kind: str) -> bool:
    """Whether slips and lost spaces are mended in words of the kind."""
    return kind in _MENDED_KINDS


def is_abbreviation(form: str) -> bool:
    """Whether a full stop after the form belongs to it."""
    return form in _ABBREVIATED


@lru_cache(maxsize=4096)
def find_mended(form: str) -> str | None:
    """The known form that an unknown one is a slip of one letter from, if there is exactly one such word.

    Words of four letters are mended only where a letter is missing, doubled or swapped; июнь and июль are
    equally near to what could be either, and so are never chosen between.
    """
    if len(form) < 4 or form in _NEVER_MENDED:
        return None
    near = {other for other in _edits(form) if _is_mendable(form, other)}
    meanings = {WORDS[other] for other in near}
    return min(near) if len(meanings) == 1 else None


def _is_mendable(form: str, other: str) -> bool:
    word = WORDS.get(other)
    if word is None or word.kind not in _MENDED_KINDS or len(other) < 4:
        return False
    swapped = sorted(form) == sorted(other)
    return len(other) > 5 or len(form) != len(other) or swapped


def _edits(form: str) -> Iterator[str]:
    for place in range(len(form) + 1):
        head, tail = form[:place], form[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
