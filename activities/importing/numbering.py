"""Numbers as plans carry them: «1.2.3», «IV.», «Раздел 2», and what stands after them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from activities.importing.folding import fold


class NumberStyle(StrEnum):
    """How a number is written, which tells how high its heading stands."""

    WORD = "word"
    ROMAN = "roman"
    ARABIC = "arabic"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written without its closing mark; `parts` are its values, `word` the noun before it if any."""

    text: str
    style: NumberStyle
    parts: tuple[int, ...]
    word: str = ""


_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
# Cyrillic letters that people type for Roman digits.
_ROMAN_TWINS = str.maketrans("ІХ", "IX")
_ROMAN = r"[IVXLCІХ]{1,8}"
_ARABIC = r"\d{1,3}(?:\.\d{1,3})*"
_SECTION_WORDS = ("раздел", "подраздел", "модуль", "этап", "блок", "часть", "глава", "направление", "задача")
_WORD_NUMBER = re.compile(
    rf"(?P<word>{'|'.join(_SECTION_WORDS)})\s+(?:№\s*)?(?P<value>{_ROMAN}|{_ARABIC})(?P<mark>[.):]|(?=\s|$))",
    re.IGNORECASE,
)
_PLAIN_NUMBER = re.compile(rf"(?:№\s*)?(?P<value>{_ROMAN}|{_ARABIC})(?P<mark>[.):]*)(?P<gap>\s*)")


def split_number(text: str) -> tuple[Number | None, str]:
    """The number that a text begins with, and the rest; None and the whole text where there is none.

    A lone number without a mark is one only before a capital letter: «5 Работа с кадрами», not «5 класс», not
    «1 сентября». A number is never a date: «27.01.2023 …» has none.
    """
    folded = fold(text)
    if (match := _WORD_NUMBER.match(folded)) is not None:
        return _number(match["word"] + " ", match["value"], match["word"].lower()), folded[match.end() :].strip(" .–—-")
    match = _PLAIN_NUMBER.match(folded)
    if match is None or not _stands_alone(match, folded[match.end() :]):
        return None, folded
    return _number("", match["value"], ""), folded[match.end() :]


def find_bare_number(text: str) -> Number | None:
    """The number that a cell holds and nothing else, or None."""
    number, rest = split_number(text)
    return number if number is not None and not rest else None


def starts_with_section_word(text: str) -> bool:
    """Whether the text begins as a heading does: «Модуль «Школьный урок»», «Раздел …»."""
    return fold(text).lower().startswith(_SECTION_WORDS)


def _stands_alone(match: re.Match[str], rest: str) -> bool:
    if not rest:
        return True
    if match["value"][0].isdigit() and "." in match["value"]:
        return not rest[0].isdigit() and bool(match["gap"] or match["mark"] or not rest[0].islower())
    if match["mark"]:
        return not rest[0].isdigit() and (bool(match["gap"]) or rest[0].isupper())
    return bool(match["gap"]) and (rest[0].isupper() or rest[0] in '«"“„')


def _number(prefix: str, value: str, word: str) -> Number:
    digits = value.upper().translate(_ROMAN_TWINS)
    if digits[0].isdigit():
        style, parts = NumberStyle.ARABIC, tuple(map(int, digits.split(".")))
    else:
        style, parts = NumberStyle.ROMAN, (_roman_value(digits),)
    return Number(prefix + value, NumberStyle.WORD if word else style, parts, word)


def _roman_value(digits: str) -> int:
    values = [_ROMAN_DIGITS[digit] for digit in digits]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))
