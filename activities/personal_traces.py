"""The texts by which a person is named: address, full name, name with initials, in Russian cases too. Pure."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

_ENDINGS = "аеёийоуыьэюя"
# Letters that the endings of Russian cases are made of; without н and с, which begin another name (Семёнов, Семёновна).
_CASES = f"[{_ENDINGS}вгмх]{{0,3}}"
# Names of files have other signs between words: «Громова_Ю_О.pdf», «Громова-Юлия.docx».
_GAP = r"[\s\u00a0_-]{0,3}"
_SPACE = r"[\s\u00a0_-]{1,3}"
_BEFORE, _BEHIND = r"(?<![^\W_])", r"(?![^\W_])"


@dataclass(frozen=True, slots=True)
class Traces:
    """What to look for in texts.

    Args:
        neutral: what stands in the place of what was found.
        named: matches what names the person beyond doubt.
        hinted: matches the family name alone, which may be another's; None where the name is one word.
    """

    neutral: str
    named: re.Pattern[str]
    hinted: re.Pattern[str] | None

    def redact(self, text: str) -> str:
        """The text without the person."""
        return self.named.sub(self.neutral, text)

    def name_the_person(self, text: str) -> bool:
        """Whether the text names the person beyond doubt."""
        return self.named.search(text) is not None

    def may_name_the_person(self, text: str) -> bool:
        """Whether the family name stands in it, by itself or of somebody else."""
        return self.hinted is not None and self.hinted.search(text) is not None


def find_traces(name: str, email: str, neutral: str) -> Traces:
    """The traces of a person.

    Args:
        name: family name, given name, patronymic, as in Russian papers; fewer words do too.
        email: the mail address.
        neutral: an opaque id.
    """
    words = name.split()
    forms = [rf"(?<![\w.+-])(?i:{each})(?![\w-])" for each in _addresses(email)]
    if len(words) == 1:
        # One word may also be a common one, so its letters must be the same.
        forms.append(rf"(?<!\w){re.escape(name)}(?!\w)")
    else:
        forms += [rf"{_BEFORE}(?i:{form})" for form in _forms(words)]
    # A name begins with a capital letter: there are families called like common words.
    family = rf"{_BEFORE}(?=[^\W\da-zа-яё])(?i:{_inflected(words[0], alone=True)}){_BEHIND}"
    hinted = re.compile(family) if len(words) > 1 else None
    return Traces(neutral, re.compile("|".join(forms)), hinted)


def _addresses(email: str) -> list[str]:
    """The address as written and with its domain in ASCII; as mail systems and links quote it, too."""
    local, _, domain = email.rpartition("@")
    spellings = {domain}
    with suppress(UnicodeError):
        spellings |= {domain.encode("idna").decode("ascii")}
    sign = "(?:@|=|%40)" if local else ""  # = in the returning addresses of lists and forwarders
    return [rf"{re.escape(local)}{sign}{re.escape(each)}" for each in sorted(spellings)]


def _forms(words: Sequence[str]) -> list[str]:
    """Full name in both orders, family name with given name, family name with initials in both orders."""
    family, *given = (_inflected(word, alone=False) for word in words)
    letters = [_letters(word[0]) for word in words[1:]]
    initials = _GAP.join(rf"{each}\." for each in letters)
    undotted = _SPACE.join(letters)
    first_initial = rf"{_letters(words[1][0])}\."
    return [
        rf"{_SPACE.join([family, *given])}{_BEHIND}",
        rf"{_SPACE.join([*given, family])}{_BEHIND}",
        rf"{family}{_SPACE}{given[0]}{_BEHIND}",
        rf"{given[0]}{_SPACE}{family}{_BEHIND}",
        rf"{family}{_GAP}{initials}",
        rf"{initials}{_GAP}{family}{_BEHIND}",
        rf"{family}{_GAP}{first_initial}",
        rf"{first_initial}{_GAP}{family}{_BEHIND}",
        # Without dots it takes two of them: one letter behind a name may be a word.
        *([rf"{family}{_SPACE}{undotted}{_BEHIND}", rf"{undotted}{_SPACE}{family}{_BEHIND}"] if letters[1:] else []),
    ]


def _inflected(word: str, *, alone: bool) -> str:
    """A word in any case: its stem and up to three letters of an ending.

    A short word loses its last letter at most (Зоя, Цой), and where it stands alone none: too many others begin so.
    """
    endings = _ENDINGS + _ENDINGS.upper()
    stem = word.rstrip(endings) if len(word) > 3 else word
    if len(word) == 3 and not alone and word[-1] in endings:
        stem = word[:-1]
    return _letters(stem) + _CASES if len(stem) >= 2 else _letters(word)


def _letters(text: str) -> str:
    """The text with ё and е as one letter."""
    return re.sub("[её]", "[её]", re.escape(text), flags=re.IGNORECASE)
