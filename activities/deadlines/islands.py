"""Finds in a cell what the grammar reads: the longest run of tokens that is one part, again and again.

A cell holds what no grammar foresees (captions, names of events). So the grammar reads parts, and what stands
between them is kept, token by token, for `cell.py` to judge.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lark import Lark, Token, UnexpectedInput
from lark.lexer import Lexer

from activities.deadlines.lexer import Piece
from activities.deadlines.parts import Grain, Part, Remark, Thereafter, Windows
from activities.deadlines.tree import Reading

_LONGEST = 60  # tokens in one part; a longer run is prose


@dataclass(frozen=True, slots=True)
class Island:
    """A part and the tokens it was read from; `part` is None for one token that no rule read."""

    part: Part | None
    pieces: tuple[Piece, ...]


class _Tokens(Lexer):
    """Hands tokens that were made before to the parser, which is what Lark wants of a custom lexer."""

    __future_interface__ = 1

    def __init__(self, _conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, _parser_state: Any) -> Iterator[Token]:
        yield from lexer_state.text


@cache
def _grammar() -> tuple[Lark, frozenset[str], frozenset[str]]:
    """The parser, its terminals and those that a part can begin with; built once, at the first reading."""
    text = resources.files("activities.deadlines").joinpath("grammar.lark").read_text(encoding="utf-8")
    parser = Lark(text, parser="lalr", lexer=_Tokens, transformer=Reading(), maybe_placeholders=True)
    terminals = frozenset(symbol.name for rule in parser.rules for symbol in rule.expansion if symbol.is_term)
    return parser, terminals, frozenset(parser.parse_interactive([]).accepts())  # type: ignore[no-untyped-call]


def find_islands(pieces: list[Piece]) -> list[Island]:
    """Parts and unread tokens, in order; every token stands in exactly one of them."""
    parser, terminals, openers = _grammar()
    tokens = [Token(_terminal(piece.kind, terminals), piece.value, start_pos=n) for n, piece in enumerate(pieces)]
    islands: list[Island] = []
    place = 0
    while place < len(tokens):
        part, length = _read_longest(parser, tokens[place : place + _LONGEST], openers)
        if isinstance(part, Remark | Thereafter) or _takes_next_line(part, islands):
            part, length = _read_longest(parser, tokens[place : place + _before_break(pieces[place:], length)], openers)
        islands.append(Island(part, tuple(pieces[place : place + length])))
        place += length
    return islands


def _takes_next_line(part: Part | None, islands: list[Island]) -> bool:
    """«октябрь, 2 декада» and in the next line «ноябрь, 1 декада»: the second decade is that of October."""
    if not (isinstance(part, Windows) and part.stretches[0].portion is not None):
        return False
    before = [island.part for island in islands if island.part is not None][-1:]
    return any(isinstance(month, Windows) and month.stretches[-1].grain is Grain.MONTH for month in before)


def _before_break(pieces: list[Piece], length: int) -> int:
    """How much of a part stands in its own line."""
    return next((place for place in range(1, length) if pieces[place].after_break), length)


def _terminal(kind: str, terminals: frozenset[str]) -> str:
    silent = f"_{kind}"
    return kind if kind in terminals else silent if silent in terminals else "UNREAD"


def _read_longest(parser: Lark, tokens: list[Token], openers: frozenset[str]) -> tuple[Part | None, int]:
    """The longest part that begins here and how many tokens it takes; (None, 1) where none does."""
    if tokens[0].type not in openers:
        return None, 1
    length = len(tokens)
    while length:
        try:
            return parser.parse(tokens[:length]), length  # type: ignore[return-value]
        except UnexpectedInput as error:
            failed = getattr(error, "token", None)
            reached = length if failed is None or failed.type == "$END" else failed.start_pos - tokens[0].start_pos
            length = min(reached, length - 1)
    return None, 1
