"""Splitting a cell of responsible parties into names."""

import re

from activities.importing.folding import fold, fold_lines

_SEPARATOR = re.compile(r"[,;]")
_CLOSING = {"(": ")", "«": "»", "“": "”", "[": "]"}
# «Иванова И. И.» or «И. И. Иванова», nothing behind it.
_PERSON = re.compile(r"(?:[А-ЯЁ][\w-]+ [А-ЯЁ]\. ?[А-ЯЁ]\.|[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][\w-]+)$")
# A post in the singular behind a person's name is that person's: «Иванова И. И., методист».
_POST = re.compile(
    r"(?:старш\w+ |главн\w+ |ведущ\w+ )?(?:заместитель|зам\.|директор|методист|специалист|руководитель|начальник|"
    r"педагог|учитель|заведующ\w+|инспектор|секретарь|координатор|психолог|библиотекарь|куратор)\b"
)


def split_parties(text: str) -> tuple[str, ...]:
    """The names in a cell, in order, each folded.

    Commas and semicolons part names, but not inside brackets or quotes, not before a number («учителя 5, 6 классов»)
    and not before a person's post. Where a cell has none, each line that begins with a capital is a name.
    """
    lines = fold_lines(text)
    parts = _split_outside_brackets(lines)
    if len(parts) == 1 and "\n" in lines:
        parts = _split_at_capitals(lines.split("\n"))
    return tuple(_join_belonging([name for part in parts if (name := fold(part).strip(" .") and fold(part))]))


def _split_outside_brackets(text: str) -> list[str]:
    parts = [""]
    closing: list[str] = []
    for character in text:
        if closing and character == closing[-1]:
            closing.pop()
        elif character in _CLOSING and _CLOSING[character] in text:
            closing.append(_CLOSING[character])
        if not closing and _SEPARATOR.match(character):
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _split_at_capitals(lines: list[str]) -> list[str]:
    names: list[str] = []
    for line in lines:
        if names and not line[0].isupper():
            names[-1] += f" {line}"
        else:
            names.append(line)
    return names


def _join_belonging(parts: list[str]) -> list[str]:
    """Put back what belongs to the name before it: a number of a list, a person's post."""
    names: list[str] = []
    for part in parts:
        if names and (part[0].isdigit() or (_PERSON.search(names[-1]) and _POST.match(part))):
            names[-1] += f", {part}"
        else:
            names.append(part)
    return names
