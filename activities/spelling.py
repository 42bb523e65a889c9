"""Names of parties as people write them: when two writings mean one, and when one is likely a slip of another.

A wrong guess sends a school's letter to another school, so only case endings and slips in long common words are
forgiven. Abbreviations, initials, numbers and place names must be written the same: МОЦ is not РМЦ.
"""

import re
import unicodedata
from collections.abc import Iterable

# Endings of Russian nouns and adjectives in any case and number.
ENDINGS = frozenset(
    {
        *("", "а", "я", "у", "ю", "о", "е", "ы", "и", "й", "ь", "ью"),
        *("ов", "ев", "ей", "ой", "ий", "ый", "ая", "яя", "ое", "ее", "ые", "ие", "ия", "ии", "ию", "ую", "юю", "ою"),
        *("ам", "ям", "ом", "ем", "ах", "ях", "ым", "им", "ых", "их", "ого", "его", "ому", "ему", "ием"),
        *("ами", "ями", "ыми", "ими", "иям", "иях", "иями"),
    }
)

_LATIN_TWINS = str.maketrans("abcehkmoptxy", "авсенкмортху")
_QUOTES = re.compile(r"""[«»„“”‟‘’‚‛"'`<>]""")
_DASHES = re.compile(r"\s*[-‐‑‒–—―−]\s*")
_NUMBER_SIGN = re.compile(r"№\s*")
_INITIALS = re.compile(r"\b\w\.\s*\w\.")
_CYRILLIC = re.compile(r"[а-я]")
_SHORTEST_STEM = 4
_SHORTEST_MENDED_WORD = 8


def spelling_key(name: str) -> str:
    """The name with everything folded that never tells two parties apart.

    Folded: case, white space (also after №), quotes, ё/е, dashes, punctuation at the ends, and Latin letters that look
    Cyrillic inside a word that has Cyrillic ones («MOЦ» typed with a Latin keyboard).
    """
    joined = _NUMBER_SIGN.sub("№", name)
    plain = _QUOTES.sub(" ", unicodedata.normalize("NFKC", joined)).casefold().replace("ё", "е")
    words = _DASHES.sub("-", plain).strip(" \t\r\n.,;:").split()
    return " ".join(word.translate(_LATIN_TWINS) if _CYRILLIC.search(word) else word for word in words)


def likely_name(name: str, known: Iterable[str]) -> str | None:
    """The one known name that `name` spells, exactly or with a slip; None where there is none or more than one.

    «Управление образование» is likely «Управления образования». A proposal for a person to confirm, unless the
    spelling keys are equal.
    """
    key = spelling_key(name)
    by_key = {spelling_key(candidate): candidate for candidate in known}
    if key in by_key:
        return by_key[key]
    if _INITIALS.search(name):
        return None
    abbreviations = _abbreviations(name)
    near = [
        candidate
        for candidate_key, candidate in by_key.items()
        if _abbreviations(candidate) == abbreviations and _near(key, candidate_key)
    ]
    return near[0] if len(near) == 1 else None


def same_but_ending(word: str, other: str) -> bool:
    """Whether two folded words are forms of one: a common stem of at least 4 letters, then endings."""
    shared = _shared_prefix(word, other)
    return any(word[cut:] in ENDINGS and other[cut:] in ENDINGS for cut in range(_SHORTEST_STEM, shared + 1))


def _abbreviations(name: str) -> list[str]:
    """The words in capitals that are no whole word shouted: МБОУДО is not МБОУДОУ."""
    words = (word.strip(".,;:()") for word in _QUOTES.sub(" ", name).split())
    return [spelling_key(word) for word in words if word.isupper() and 1 < len(word) < _SHORTEST_MENDED_WORD]


def _near(key: str, other: str) -> bool:
    """Whether two keys agree word by word."""
    words, others = key.split(), other.split()
    return len(words) == len(others) and all(map(_near_words, words, others))


def _near_words(word: str, other: str) -> bool:
    if word == other:
        return True
    if not (word + other).replace("-", "").isalpha():
        return False
    return same_but_ending(word, other) or _one_slip(word, other)


def _one_slip(word: str, other: str) -> bool:
    """Whether one letter was missed, added, changed or swapped with its neighbour in a long common word.

    Not in adjectives in -ск-: Петровская and Перовская are two schools.
    """
    if min(len(word), len(other)) < _SHORTEST_MENDED_WORD or "ск" in word[-5:] or "ск" in other[-5:]:
        return False
    shared = _shared_prefix(word, other)
    rest, other_rest = word[shared:], other[shared:]
    swapped = rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:]
    return rest[1:] == other_rest[1:] or rest[1:] == other_rest or rest == other_rest[1:] or swapped


def _shared_prefix(word: str, other: str) -> int:
    return next(
        (index for index, (left, right) in enumerate(zip(word, other, strict=False)) if left != right),
        min(len(word), len(other)),
    )
