"""Text in one manner of writing, with a way back to the characters of the cell."""

import unicodedata
from dataclasses import dataclass

_DASHES = "‐‑‒–—―−﹘﹣－⁃"
_QUOTES = "«»„“”‟‘’‚‛′″`´"
_DROPPED = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0300\u0301*†‡"
_BREAKS = "\n\r\v\f\u0085\u2028\u2029"
_BULLETS = "•·●▪◦\uf0b7\uf02d"
_BREVE, _DIAERESIS = "\u0306", "\u0308"
_KNOWN = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_QUOTES, '"'),
    **dict.fromkeys(_DROPPED + _DIAERESIS, ""),
    **dict.fromkeys(_BREAKS, "\n"),
    **dict.fromkeys(_BULLETS, "•"),
    "№": "№",
    **dict.fromkeys("Іі", "i"),
}


@dataclass(frozen=True, slots=True)
class NormalText:
    """Lower case, one kind of dash and quote, no two spaces together.

    `origin[i]` is the place of `text[i]` in the cell.
    """

    text: str
    origin: tuple[int, ...]
    raw: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The cell's characters behind `text[start:end]`."""
        return self.origin[start], self.origin[end - 1] + 1

    def written(self, start: int, end: int) -> str:
        """What the cell itself says at `text[start:end]`, with its capitals."""
        first, last = self.span(start, end)
        return self.raw[first:last]


def normalise(raw: str) -> NormalText:
    """One manner of writing for a cell: white space, dashes, quotes, case, ё, footnote marks, split accents."""
    text: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(raw):
        if character == _BREVE and text and text[-1] == "и":
            text[-1] = "й"
            continue
        for plain in _plain(character):
            if plain.isspace() and text and text[-1].isspace():
                text[-1] = max(text[-1], plain, key="\n".__eq__)
                continue
            text.append(plain)
            origin.append(place)
    return NormalText("".join(text), tuple(origin), raw)


def _plain(character: str) -> str:
    """One character in the common manner; empty for what carries no meaning (footnote marks, accents)."""
    if "а" <= character <= "я" or "0" <= character <= "9":
        return character
    if (known := _KNOWN.get(character)) is not None:
        return known
    if character.isspace():
        return " "
    raised = unicodedata.decomposition(character).startswith("<super>")
    folded = unicodedata.normalize("NFKC", character).lower().replace("ё", "е")
    # Several letters only for the one sign Ⅱ; ¼ must not become 1 and 4.
    return "" if raised else folded if len(folded) == 1 or folded.isalpha() else character
