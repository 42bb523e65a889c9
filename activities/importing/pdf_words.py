"""The words of a PDF's page and where they stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_SAME_LINE = 3.0  # points
_GAP = 0.25  # of the letter size; a wider gap is a blank that the file leaves out


@dataclass(frozen=True, slots=True)
class Word:
    """A word: left and right edge and the size of its letters in points; whether a printed blank follows it."""

    text: str
    left: float
    right: float
    size: float
    blank_after: bool


@dataclass(frozen=True, slots=True)
class WordLine:
    """Words side by side; `top` in points from the page's upper edge."""

    page: int
    top: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The line as read."""
        return " ".join(word.text for word in self.words)

    @property
    def size(self) -> float:
        """The size of its largest letters in points."""
        return max(word.size for word in self.words)


def group_chars(chars: Sequence[Any]) -> list[list[Any]]:
    """Characters that stand side by side, from top to bottom, each line from left to right; no line of blanks."""
    rows: list[list[Any]] = []
    for char in sorted(chars, key=lambda char: char["top"]):
        if rows and char["top"] - rows[-1][0]["top"] < _SAME_LINE:
            rows[-1].append(char)
        else:
            rows.append([char])
    return [sorted(row, key=lambda char: char["x0"]) for row in rows if any(char["text"].strip() for char in row)]


def is_apart(before: Any, char: Any) -> bool:
    """Whether two characters are so far from each other that a blank stands between them."""
    return bool(char["x0"] - before["x1"] > _GAP * char["size"])


def read_word_lines(chars: Sequence[Any], page: int) -> Iterator[WordLine]:
    """The page's words, line by line."""
    for row in group_chars(chars):
        yield WordLine(page, row[0]["top"], tuple(_iter_words(row)))


def _iter_words(row: Sequence[Any]) -> Iterator[Word]:
    word: list[Any] = []
    for char in row:
        blank = not char["text"].strip()
        if word and (blank or is_apart(word[-1], char)):
            yield _word(word, blank_after=blank)
            word = []
        if not blank:
            word.append(char)
    if word:
        yield _word(word, blank_after=False)


def _word(chars: Sequence[Any], *, blank_after: bool) -> Word:
    text = "".join(char["text"] for char in chars)
    return Word(text, float(chars[0]["x0"]), float(chars[-1]["x1"]), float(chars[0]["size"]), blank_after)
