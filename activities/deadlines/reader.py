"""A deadline's text and the plan's period in, a `Schedule` out."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from activities.deadlines.cell import Cell
from activities.deadlines.deciding import decide
from activities.deadlines.decision import ASKING, Decision
from activities.deadlines.explanation import explain
from activities.deadlines.gathering import gather
from activities.deadlines.islands import find_islands
from activities.deadlines.lexer import lex
from activities.deadlines.normal import NormalText, normalise
from activities.deadlines.placing import PlanPeriod
from activities.deadlines.schedule import Confidence, Schedule, ScheduleKind, Span

_LONGEST = 1000  # characters; a longer cell is prose, and prose is for a person


@lru_cache(maxsize=16384)
def read_deadline(text: str, plan_start: date, plan_end: date) -> Schedule:
    """What a deadline cell says, given the first and last day of its plan.

    Never raises: a text that holds no date gives `undetermined` and `ask`. The rule above all is that a wrong date
    is far worse than a question, so every word that no rule read lowers the confidence.
    """
    plan = PlanPeriod(plan_start, plan_end)
    normal = normalise(text)
    cell = gather(find_islands(lex(normal)) if len(text) <= _LONGEST else [], normal.text)
    if len(text) > _LONGEST:
        cell.doubt("too_long")
    decision = decide(cell, plan)
    confidence = _confidence(cell, decision)
    return Schedule(
        text=text,
        kind=decision.kind,
        occurrences=tuple(decision.windows),
        rrule=decision.rule,
        count=decision.count,
        flags=tuple(cell.flags),
        confidence=confidence,
        explanation=explain(cell, decision, text),
        spans=tuple(_spans(normal, cell)),
    )


def _confidence(cell: Cell, decision: Decision) -> Confidence:
    if decision.kind is ScheduleKind.UNDETERMINED or ASKING & set(cell.doubts):
        return Confidence.ASK
    return Confidence.CHECK if cell.doubts else Confidence.SURE


def _spans(normal: NormalText, cell: Cell) -> Iterator[Span]:
    """The whole text in spans: each part, and `space` for what carries no meaning."""
    end = 0
    for item in cell.items:
        pieces = item.island.pieces
        start, last = normal.span(pieces[0].start, pieces[-1].end)
        if start > end:
            yield Span(end, start, "space")
        if last > end:  # a sign that stands for several letters gives its span once
            yield Span(max(start, end), last, item.role)
        end = max(end, last)
    if end < len(normal.raw):
        yield Span(end, len(normal.raw), "space")
