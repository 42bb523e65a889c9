"""From normal text to the terminals of the grammar.

Numbers written as dates are one token each (their look settles it); what only looks like a date
(phone, law, order number, paragraph) becomes `OTHER`, which no rule reads.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from activities.deadlines.lexicon import WORDS, find_mended, is_abbreviation, is_mended_kind
from activities.deadlines.normal import NormalText


@dataclass(frozen=True, slots=True)
class Piece:
    """One token: its terminal, its value, its place in the normal text, whether a slip was mended, a line broken."""

    kind: str
    value: Any
    start: int
    end: int
    mended: bool = False
    after_break: bool = False  # the first of a line


@dataclass(frozen=True, slots=True)
class DayMonth:
    """A day written in numbers; `year` is None where only day and month stand."""

    day: int
    month: int
    year: int | None = None
    is_short: bool = False  # `1.2` may as well be a number of something


_SHAPES = re.compile(
    r"""
    (?P<space>[\s"']+|_+(?=\d)|(?<=\d)_+)
  | (?P<other>(?:№|\bn[°o]?\ )\s*\w[\w/.-]*       # № 45, № 273-ФЗ
      | \+\s?\d[\d\s()-]{6,} | \b8\s?[(-]\s?\d{3}[\d\s()-]{5,}       # telephone
      | \b\d{1,3}-\d\d-\d\d\b(?!\d) | \b\d+-(?:фз|рп|пп|од|р|п|о)\b  # telephone, law, order
      | https?://\S+ | \b[\w.]+@[\w.]+ | \d+\s?% | \d+(?:[.,]\d+)?\s?(?:руб|км)\b)
  | (?P<item>(?<![\w(])\d{1,2}\)(?=\s*[а-я]))                        # 1) 2) before entries
  | (?P<iso>(?:19|20)\d\d(?P<mark>[-.])[01]\d(?P=mark)[0-3]\d(?!\d))
  | (?P<years>(?:19|20)\d\d(?:\s*[-/]\s*(?:19|20)\d\d|[-/]\d\d)(?!\d|[.:]\d)
      (?!\s*(?:янв|фев|мар|апр|ма[йя]|ию|авг|сен|окт|ноя|дек)))
  | (?P<date>\d{1,2}\s?\.\s?(?:\d{1,2}|[ivx]{1,4})\s?\.\s?(?:19|20)\d\d(?!\d)
      | \d{1,2}\.(?:\d{1,2}|[ivx]{1,4})\.\d\d(?!\d|\.\d)
      | \d{1,2}(?P<bar>[/-])\d{1,2}(?P=bar)(?:19|20)\d\d(?!\d))
  | (?P<monthyear>(?<![\w.,/])(?<!\b\d-)(?<!\b\d\d-)           # 05.2023, but not 15-05.2023
      (?:0?[1-9]|1[0-2]|[ivx]{1,4}\b)\s?[./]\s?(?:19|20)\d\d(?![\d/]|\.\d))
  | (?P<section>\d+(?:\.\d+){2,}\.?)
  | (?P<time>(?:[01]?\d|2[0-3])(?::[0-5]\d|-00)(?::\d\d)?(?!:?\d))
  | (?P<daymonth>\d{1,2}\.(?:\d{1,2}|[ivx]{1,4}\b)(?!\d)\.?)
  | (?P<year>(?:19|20)\d\d(?!\d)(?:-?(?:го|й|м)\b)?)
  | (?P<number>\d{1,2}(?!\d)
      (?:-?(?:ый|[оo]й|[аa]я|[оo][еe]|[оo]г[оo]|[еe]г[оo]|г[оo]|[оo]м[уy]|м[уy]|[оo]м|ым|ы[хx]|[уy]ю|[еe]й|ий|й|я|[еe]|м|[хx]|ю)(?![а-яa-z])|\s-\s?(?:г[оo]|[еe])\b)?)
  | (?P<digits>\d+)
  | (?P<word>п/г|г\.г(?![а-я])|[а-яa-z]+)
  | (?P<sign>.)
    """,
    re.VERBOSE,
)
_SIGNS = {
    **dict.fromkeys("-", "DASH"),
    **dict.fromkeys(",", "COMMA"),
    **dict.fromkeys("/\\|", "SLASH"),
    **dict.fromkeys("([", "OPEN"),
    **dict.fromkeys(")]", "CLOSE"),
    **dict.fromkeys("&", "AND"),
    **dict.fromkeys(".:;…!•", "MARK"),
}
_LATIN_TWINS = str.maketrans("aceopxykmthb", "асеорхукмтнв")
_ROMAN_TWINS = str.maketrans("хіуl|", "xivii")
_ROMANS = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
    "iiii": 4,
}
_ROMAN_TYPED_RUSSIAN = {"П": 2, "Ш": 3}
_ORDINAL_ENDINGS = {"ый", "ой", "ая", "ое", "ого", "го", "му", "ом", "й", "я", "е", "м", "х", "ю", "ей"}
_GLUED_ROMAN = re.compile(r"([ivx]+)([а-я]+)")
_GLUED = {"V", "S", "K", "PO", "DO", "NA"}
_UP_TO = {"DASH", "DO", "PO"}
_AFTER_ROMAN = {"QUARTER", "HALFYEAR", "TERM", "DECADE", "WEEK"}


def lex(normal: NormalText) -> list[Piece]:
    """The tokens of a cell, in order; white space and quotation marks give none."""
    pieces: list[Piece] = []
    for match in _SHAPES.finditer(normal.text):
        if match.lastgroup != "space":
            pieces.extend(_tokens(match, normal, pieces))
    settled = _settle(normal, _joined(normal.text, pieces))
    return list(_with_breaks(normal.text, settled)) if "\n" in normal.text else settled


def _with_breaks(text: str, pieces: list[Piece]) -> Iterator[Piece]:
    end = 0
    for piece in pieces:
        yield replace(piece, after_break=True) if "\n" in text[end : piece.start] else piece
        end = piece.end


def _tokens(match: re.Match[str], normal: NormalText, before: list[Piece]) -> list[Piece]:
    shape, text = match.lastgroup, match.group()
    start, end = match.span()
    if shape == "word":
        return _word(normal, start, end)
    if shape == "monthyear":
        return _month_and_year(text, start, end)
    kind, value = _number_kind(shape or "sign", text, before)
    return [Piece(kind, value, start, end)]


def _month_and_year(text: str, start: int, end: int) -> list[Piece]:
    """`05.2023` is a month and its year."""
    month = _roman_month(text) or int(re.match(r"\d+", text).group())  # type: ignore[union-attr]
    return [Piece("MONTH", month, start, end - 4), Piece("YEAR", int(text[-4:]), end - 4, end)]


def _number_kind(shape: str, text: str, before: list[Piece]) -> tuple[str, Any]:
    """Terminal and value of a token that is not a word."""
    digits = [int(part) for part in re.findall(r"\d+", text)]
    if shape == "daymonth":
        return _day_and_month(text, digits, before)
    if (read := _BY_SHAPE.get(shape)) is not None:
        return read(text, digits)
    return "OTHER", text


def _years(_text: str, digits: list[int]) -> tuple[str, Any]:
    first, last = digits
    last = last if last > 99 else first // 100 * 100 + last
    return ("YEARS", (first, last)) if first < last < first + 30 else ("OTHER", digits)


def _written_date(text: str, digits: list[int]) -> tuple[str, Any]:
    day, month, year = (digits[0], _roman_month(text), digits[-1]) if len(digits) == 2 else digits
    return _day(day, month, year if year > 99 else 2000 + year)


def _roman_month(text: str) -> int:
    found = re.search(r"[ivx]+", text)
    return _ROMANS.get(found.group(), 0) if found else 0


def _day(day: int, month: int, year: int) -> tuple[str, Any]:
    try:
        date(year, month, day)
    except ValueError:
        return "NODAY", (day, month, year)
    return "DATE", DayMonth(day, month, year)


_BY_SHAPE: dict[str, Callable[[str, list[int]], tuple[str, Any]]] = {
    "sign": lambda text, _digits: (_SIGNS.get(text, "SIGN"), text),
    "iso": lambda _text, digits: _day(digits[2], digits[1], digits[0]),
    "years": _years,
    "date": _written_date,
    "bar": _written_date,
    "mark": lambda _text, digits: _day(digits[2], digits[1], digits[0]),
    "year": lambda _text, digits: ("YEAR", digits[0]),
    "number": lambda text, digits: ("NUM", digits[0]) if digits[0] else ("OTHER", text),
    "time": lambda text, _digits: ("TIME", text),
    "section": lambda text, _digits: ("DIGITS", text),
    "digits": lambda text, _digits: ("DIGITS", text),
}


def _day_and_month(text: str, digits: list[int], before: list[Piece]) -> tuple[str, Any]:
    """`15.05` is a day, `14.30` and (after a date and «в») `12.10` a time."""
    day, month = (digits[0], digits[1]) if len(digits) == 2 else (digits[0], _roman_month(text))
    dated = any(piece.kind in {"DATE", "DAYMONTH", "MONTH"} for piece in before)
    last = before[-1].kind if before else ""
    timed = [piece.kind for piece in before[-2:-1]] == ["TIME"] and last in _UP_TO
    ended = [piece.kind in _UP_TO for piece in before[-3:-2]] == [True]  # «с 8.00 до 18.00 – 24.05»
    after_at = last == "V" or (timed and not ended)
    two_digits = re.fullmatch(r"\d{1,2}\.\d\d\.?", text) is not None
    looks_like_time = two_digits and day < 24 and month < 60
    is_day = 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]
    if looks_like_time and (not is_day or (dated and after_at)):
        return "TIME", text
    return (
        ("DAYMONTH", DayMonth(day, month, is_short=not two_digits and len(digits) == 2)) if is_day else ("NODAY", text)
    )


def _word(normal: NormalText, start: int, end: int) -> list[Piece]:
    form = normal.text[start:end]
    form = _russian(form)
    known = WORDS.get(form)
    if known is not None and not _is_roman(form):
        return [Piece(known.kind, known.value, start, end)]
    if (number := _roman(normal, start, end)) is not None:
        return [Piece("NUM", number, start, end)]
    if (glued := _GLUED_ROMAN.fullmatch(normal.text, start, end)) is not None and glued[2] in WORDS:
        word, number = WORDS[glued[2]], _ROMANS.get(glued[1])
        if word.kind in _AFTER_ROMAN and number is not None:  # «IVкв.»
            middle = glued.end(1)
            return [Piece("NUM", number, start, middle, mended=True), Piece(word.kind, word.value, middle, end)]
    return [Piece("WORD", form, start, end)]


def _russian(form: str) -> str:
    """A word typed with Latin twins of Russian letters, in Russian letters where that is a word or it is mixed."""
    if form.isascii():
        turned = form.translate(_LATIN_TWINS)
        return turned if turned in WORDS and not _is_roman(form) else form
    return form.translate(_LATIN_TWINS) if any(letter.isascii() for letter in form) and not _is_roman(form) else form


def _is_roman(form: str) -> bool:
    return form.translate(_ROMAN_TWINS) in _ROMANS and form != "у"


def _roman(normal: NormalText, start: int, end: int) -> int | None:
    return _ROMANS.get(normal.text[start:end].translate(_ROMAN_TWINS))


def _joined(text: str, pieces: list[Piece]) -> list[Piece]:
    """Words put together again: hyphenated by a PDF, broken by a space, compounds like «мастер-класс»."""
    out: list[Piece] = []
    for piece in pieces:
        out.append(piece)
        if len(out) > 2 and out[-2].kind == "DASH":
            out[-3:] = _through_dash(text, *out[-3:])
        if len(out) > 1:
            out[-2:] = _through_space(text, *out[-2:])
    return out


def _through_dash(text: str, first: Piece, dash: Piece, last: Piece) -> list[Piece]:
    """One word, if the two sides of the dash are one; else the three pieces as they were."""
    left, right = text[first.start : first.end], text[last.start : last.end]
    if left.isalpha() and right.isalpha() and first.end == dash.start:
        whole = _hyphenated(left, right, first, last, closed=dash.end == last.start)
        if whole is not None:
            return [Piece(*whole, first.start, last.end)]
    return [first, dash, last]


def _hyphenated(left: str, right: str, first: Piece, last: Piece, *, closed: bool) -> tuple[str, Any] | None:
    """Terminal and value of a word with a hyphen in it: «I-ое», «план-график», «сен-» + «тябрь», «мастер-класс»."""
    if (first.kind == "NUM" and right in _ORDINAL_ENDINGS) or first.kind == last.kind == "SCHEDULE":
        return first.kind, first.value
    if "WORD" not in {first.kind, last.kind}:
        return None
    if (known := WORDS.get(left + right)) is not None:
        return known
    if not closed or any(find_mended(form) for form in (left, right) if form not in WORDS):
        return None
    return WORDS.get(f"{left}-{right}") or ("WORD", f"{left}-{right}")


def _through_space(text: str, first: Piece, last: Piece) -> list[Piece]:
    """One word, if a space fell into it; else the two pieces as they were."""
    whole = text[first.start : first.end] + text[last.start : last.end]
    broken = "WORD" in {first.kind, last.kind} and text[first.end : last.start].isspace()
    if broken and whole.isalpha() and len(whole) > 4 and (known := WORDS.get(whole)) is not None:
        return [Piece(known.kind, known.value, first.start, last.end, mended=True)]
    return [first, last]


def _settle(normal: NormalText, pieces: list[Piece]) -> list[Piece]:
    """What only the neighbours settle: full stops of abbreviations, «двадцать пятое», П for II, slips, lost spaces."""
    out: list[Piece] = []
    for place, piece in enumerate(pieces):
        following = next((later.kind for later in pieces[place + 1 :] if later.value != "."), "")
        if piece.value == "." and out and _ends_abbreviation(normal.text, out[-1], piece, following):
            out[-1] = replace(out[-1], end=piece.end)
        elif piece.value in (".", "-") and out and _stands_in_a_date(normal.text, out[-1], piece, following):
            out[-1] = replace(out[-1], end=piece.end, mended=True)
        elif out and following == "GOD" and _is_short_year(normal.text, out[-1], piece):
            out.append(replace(piece, kind="YEAR", value=2000 + piece.value))
        elif out and out[-1].kind == "TENS":
            out[-1] = _worded_number(out[-1], piece, out)
        elif normal.written(piece.start, piece.end) in _ROMAN_TYPED_RUSSIAN and following in _AFTER_ROMAN:
            number = _ROMAN_TYPED_RUSSIAN[normal.written(piece.start, piece.end)]
            out.append(Piece("NUM", number, piece.start, piece.end, mended=True))
        elif piece.kind == following == "MONTH" and normal.text[piece.start : piece.end] == "дек":
            out.append(replace(piece, kind="DECADE"))  # «3 дек. марта»
        elif piece.kind == "NUMBERWORD" and out and _is_plural(normal.text, out[-1], piece):
            out.append(replace(piece, kind="AROUND"))
        elif piece.kind == "WORD":
            out.extend(_mended(piece))
        else:
            out.append(piece)
    return out


def _is_plural(text: str, number: Piece, word: Piece) -> bool:
    """«первые числа», «20-е числа» are several days around that one."""
    plural = text[number.start : number.end].endswith(("ые", "ых", "-е", "-х", "ие", "их"))
    return plural and text[word.start : word.end] in {"числа", "чисел", "числам"}


def _stands_in_a_date(text: str, last: Piece, sign: Piece, following: str) -> bool:
    """`24.апреля.2024`, `24-апреля`: a sign for the space. «5. Апрель» counts the entries of a list."""
    if last.end != sign.start or text[sign.end : sign.end + 1].isspace():
        return False
    if last.kind == "NUM" and following == "MONTH":
        return re.match(r"[а-я]+[ая]\b", text[sign.end :]) is not None
    return last.kind == "MONTH" and following == "YEAR" and sign.value == "."


def _is_short_year(text: str, last: Piece, number: Piece) -> bool:
    """«май 22 г.»: two digits between a month and «год»."""
    return (
        last.kind == "MONTH"
        and number.kind == "NUM"
        and re.fullmatch(r"\d\d", text[number.start : number.end]) is not None
    )


def _ends_abbreviation(text: str, last: Piece, stop: Piece, following: str) -> bool:
    if last.end != stop.start:
        return False
    return is_abbreviation(text[last.start : last.end]) or (last.kind == "NUM" and following in {"DASH", "COMMA"})


def _worded_number(tens: Piece, unit: Piece, out: list[Piece]) -> Piece:
    """«двадцать» + «пятого» as 25; «двадцать» alone as 20."""
    if unit.kind == "NUM" and unit.value < 10:
        return Piece("NUM", tens.value + unit.value, tens.start, unit.end)
    out.insert(len(out) - 1, replace(tens, kind="NUM"))
    return unit


def _mended(piece: Piece) -> list[Piece]:
    """An unknown word: its parts if spaces were lost, the known word it is a slip of, or itself."""
    if (parts := _split(piece.value)) is not None:
        return list(_placed(parts, piece.start))
    if (form := find_mended(piece.value)) is not None:
        word = WORDS[form]
        return [replace(piece, kind=word.kind, value=word.value, mended=True)]
    return [piece]


@lru_cache(maxsize=4096)
def _split(form: str) -> tuple[str, ...] | None:
    """The known words that an unknown one is made of without spaces, if one of them is about time."""
    if len(form) < 5:
        return None
    for parts in _splits(form):
        if any(is_mended_kind(WORDS[part].kind) for part in parts):
            return parts
    return None


def _splits(form: str) -> Iterator[tuple[str, ...]]:
    if form in WORDS and len(form) > 2:
        yield (form,)
    for place in range(1, len(form) - 2):
        head = form[:place]
        if head in WORDS and (place > 2 or WORDS[head].kind in _GLUED):
            yield from ((head, *rest) for rest in _splits(form[place:]))


def _placed(parts: tuple[str, ...], start: int) -> Iterator[Piece]:
    for part in parts:
        word = WORDS[part]
        yield Piece(word.kind, word.value, start, start + len(part), mended=True)
        start += len(part)
