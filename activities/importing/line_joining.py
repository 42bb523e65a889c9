"""Putting lines together that a page's width broke: with a blank, within a word, or across a hyphen."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from activities.importing.folding import fold
from activities.spelling import same_but_ending

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*-?$")
_FIRST_WORD = re.compile(r"[^\W_]+")
_CLOSING_MARKS = frozenset(",.;:!?)»")
_LEAST_TELLING = 3  # letters; shorter words are endings as often as words
_LONG = 5
_LONE_CONSONANTS = frozenset({"с", "в", "к"})  # prepositions, and no ending of a word that ends already
_FULL_ENDINGS = ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие", "ых", "их", "ость", "ия", "ие", "ение", "ания")


class Room(StrEnum):
    """What would still have fitted behind a line's last character."""

    LETTER = "letter"
    BLANK = "blank"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as printed, a blank at its end kept."""

    text: str
    room: Room

    @property
    def is_open(self) -> bool:
        """Whether no blank follows its last character."""
        return self.text == self.text.rstrip()


def gather_vocabulary(cells: Iterable[Sequence[Line]]) -> frozenset[str]:
    """The words, in small letters, that no line break can have cut: inside lines, or parted by a printed blank."""
    words: set[str] = set()
    for lines in cells:
        for index, line in enumerate(lines):
            inside = line.text.strip().split(" ")
            first = 0 if index == 0 or not lines[index - 1].is_open else 1
            last = len(inside) - (1 if line.is_open and index + 1 < len(lines) else 0)
            words.update(word.lower() for part in inside[first:last] for word in _WORD.findall(part))
    return frozenset(words)


def join_lines(lines: Sequence[Line], vocabulary: frozenset[str]) -> str:
    """One text from a cell's lines.

    A word is broken only where it alone fills the line: nothing but it stands there, and no blank after it. Where a
    blank may just not have fitted, what the document says elsewhere decides.
    """
    return _join(lines, vocabulary)[0]


def find_doubtful_breaks(lines: Sequence[Line], vocabulary: frozenset[str]) -> tuple[str, ...]:
    """What `join_lines` made of breaks of which the document says nothing elsewhere: «советники», «совет отцов»."""
    return _join(lines, vocabulary)[1]


def list_words(words: Sequence[str]) -> str:
    """Doubtful words as a person reads them, each once: «советники», «о чём»."""
    return ", ".join(f"«{word}»" for word in dict.fromkeys(words))


def _join(lines: Sequence[Line], vocabulary: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    text, doubtful = "", []
    for line, following in zip_longest(lines, lines[1:]):
        text += line.text.strip()
        if following is None:
            continue
        below = following.text.strip()
        joined = _is_one_word(text, line, below, vocabulary)
        if _is_doubtful(text, line, below, vocabulary):
            last, first = _LAST_WORD.search(text), _FIRST_WORD.match(below)
            doubtful.append((last[0] if last else "") + ("" if joined else " ") + (first[0] if first else ""))
        if not joined:
            text = _drop_hyphen(text, below, vocabulary) if _ends_hyphenated(line) else f"{text} "
    return fold(text), tuple(doubtful)


def _ends_hyphenated(line: Line) -> bool:
    return line.is_open and line.text.endswith(("-", "/")) and not line.text.endswith((" -", " /"))


def _drop_hyphen(text: str, following: str, vocabulary: frozenset[str]) -> str:
    """Without the hyphen if the line break put it in: the word is known without it and not with it."""
    last, first = _LAST_WORD.search(text), _FIRST_WORD.match(following)
    if last is None or first is None or not first[0].islower() or not last[0].endswith("-"):
        return text
    whole, compound = (last[0][:-1] + first[0]).lower(), (last[0] + first[0]).lower()
    return text[:-1] if whole in vocabulary and compound not in vocabulary else text


def _is_one_word(text: str, line: Line, following: str, vocabulary: frozenset[str]) -> bool:
    """Whether a word, or a mark that never begins one, goes on in the next line."""
    if not line.is_open or line.room is Room.LETTER or " " in line.text.strip() or _ends_hyphenated(line):
        return False
    last, first = _LAST_WORD.search(text), _FIRST_WORD.match(following)
    if first is None or last is None:
        return following[:1] in _CLOSING_MARKS or "/" in line.text
    if line.room is Room.BLANK:
        return True
    if not first[0][0].islower():
        return "/" in line.text
    known = _find_known(last[0].lower(), first[0].lower(), vocabulary)
    return known if known is not None else _looks_cut(last[0].lower(), first[0].lower())


def _is_doubtful(text: str, line: Line, following: str, vocabulary: frozenset[str]) -> bool:
    """Whether a break may or may not have cut a word, and nothing in the document tells."""
    if not line.is_open or line.room is not Room.NOTHING or " " in line.text.strip() or _ends_hyphenated(line):
        return False
    last, first = _LAST_WORD.search(text), _FIRST_WORD.match(following)
    if first is None or last is None or not first[0][0].islower():
        return False
    return _find_known(last[0].lower(), first[0].lower(), vocabulary) is None


def _find_known(last: str, first: str, vocabulary: frozenset[str]) -> bool | None:
    """Whether two halves are one word by what the document says elsewhere, in this form, then in another; else None."""
    if last + first in vocabulary:
        return True
    if last in vocabulary or (len(first) >= _LEAST_TELLING and first in vocabulary):
        return False
    if _is_known_form(last + first, vocabulary):
        return True
    if _is_known_form(last, vocabulary) or (len(first) >= _LONG and _is_known_form(first, vocabulary)):
        return False
    return None


def _looks_cut(last: str, first: str) -> bool:
    """Whether two halves that the document knows nothing of look like one word.

    A first half with a full ending is a word before a long second half or a preposition.
    """
    return not (last.endswith(_FULL_ENDINGS) and (len(first) >= _LONG or first in _LONE_CONSONANTS))


def _is_known_form(word: str, vocabulary: frozenset[str]) -> bool:
    return any(same_but_ending(word, known) for known in vocabulary if known[:4] == word[:4])
