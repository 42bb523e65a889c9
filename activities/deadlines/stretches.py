"""Makes stretches of the calendar: days, months, numbered periods, portions of them."""

from dataclasses import replace
from typing import Any

from activities.deadlines.lexer import DayMonth
from activities.deadlines.parts import Edge, Grain, Mode, Nth, Portion, PortionKind, Stretch, Windows, Year

Nums = list[tuple[int, int]]
Stretches = tuple[Stretch, ...]

_QUARTER = 3  # months


def take_portion(portion: Portion, base: Stretch) -> Stretch:
    """A portion of a month, or the first, middle or last months of something longer."""
    if base.first.month == base.last.month:
        start, end = portion.days()
        edges = Edge(base.first.month, start), Edge(base.last.month, end)
    else:
        edges = _portion_of_months(portion, base)
    halved = portion.kind is PortionKind.HALF and _months_in(base) == _QUARTER
    doubts = (*base.doubts, *portion.doubts, *_doubts_of_year(base), *(("loose_portion",) if halved else ()))
    return replace(
        base,
        first=edges[0],
        last=edges[1],
        grain=Grain.DAY if portion.kind is PortionKind.DAY else Grain.PORTION,
        doubts=tuple(dict.fromkeys(doubts)),
        portion=portion,
        is_end=portion.kind is PortionKind.END,
        in_school_year=take_portion(portion, base.in_school_year) if base.in_school_year is not None else None,
    )


def _doubts_of_year(base: Stretch) -> tuple[str, ...]:
    return ("school_calendar",) if base.grain is Grain.YEAR and base.year is not None and base.year.is_school else ()


def _portion_of_months(portion: Portion, base: Stretch) -> tuple[Edge, Edge]:
    """Months of a quarter, half-year, season or year; of a school year those from September to May."""
    last = 5 if _doubts_of_year(base) else base.last.month
    length = _months_in(replace(base, last=Edge(last, 0)))
    months = [(base.first.month + step - 1) % 12 + 1 for step in range(length)]
    half = 4 if length == 9 else length // 2
    at_end = portion.kind in {PortionKind.END, PortionKind.LATE} or portion.first < 0 or _from_end(portion)
    match portion.kind:
        case PortionKind.HALF if length == _QUARTER:  # a month and a half
            first = portion.first == 1
            return (Edge(months[0], 1), Edge(months[1], 15)) if first else (Edge(months[1], 16), Edge(months[2], 0))
        case PortionKind.HALF:
            chosen = months[:half] if portion.first == 1 else months[half:]
        case PortionKind.MIDDLE:
            chosen = [months[(length - 1) // 2], months[length // 2]]
        case _:
            chosen = months[-1:] if at_end else months[:1]
    if portion.kind in {PortionKind.DAY, PortionKind.WEEK, PortionKind.DECADE}:
        start, end = portion.days()
        return Edge(chosen[0], start), Edge(chosen[0], end)
    return Edge(chosen[0], 1), Edge(chosen[-1], 0)


def _months_in(base: Stretch) -> int:
    return (base.last.month - base.first.month) % 12 + 1


def _from_end(portion: Portion) -> bool:
    if portion.kind is not PortionKind.DAY:
        return False
    return portion.day == 0 or (isinstance(portion.day, Nth) and portion.day.nth < 0)


def day_stretch(day: DayMonth) -> Stretch:
    """One day as written in numbers."""
    edge = Edge(day.month, day.day)
    return Stretch(edge, edge, Grain.DAY).in_year(Year(day.year) if day.year is not None else None)


def day_stretches(nums: Nums, month: int, year: Year | None) -> Stretches:
    """Days of a month, or runs of them."""
    return tuple(
        Stretch(Edge(month, first), Edge(month, last), Grain.DAY if first == last else Grain.RANGE).in_year(year)
        for first, last in nums
    )


def months_between(first: int, last: int, grain: Grain) -> Stretch:
    """From the first day of a month to the last day of another."""
    return Stretch(Edge(first, 1), Edge(last, 0), grain)


def numbered_stretches(nums: Nums, months: Any, grain: Grain, year: Year | None) -> Stretches:
    """Quarters and the like by number; a number that does not exist gives a doubt that asks."""
    found = []
    for first, last in nums:
        fits = 1 <= first <= last <= len(months)
        start, end = (months[first - 1][0], months[last - 1][1]) if fits else (1, 12)
        stretch = months_between(start, end, grain if first == last else Grain.RANGE).in_year(year)
        found.append(stretch if fits else replace(stretch, doubts=("no_such_day",)))
    return tuple(found)


def nth_day(nth: int, weekdays: tuple[int, ...]) -> Portion:
    """The n-th of some days of the week."""
    return Portion(PortionKind.DAY, day=Nth(nth, weekdays))


def is_day(stretches: Stretches) -> bool:
    """Whether the last of them is named by its day."""
    return stretches[-1].grain in {Grain.DAY, Grain.RANGE}


def is_end(stretches: Stretches) -> bool:
    """«до конца мая» includes the end of May."""
    return stretches[-1].is_end


def until_end(stretches: Stretches) -> Windows:
    """When the end begins does not matter then."""
    return Windows(tuple(_without_loose(one) for one in stretches), Mode.UNTIL)


def _without_loose(stretch: Stretch) -> Stretch:
    known = tuple(doubt for doubt in stretch.doubts if doubt != "loose_portion")
    other = stretch.in_school_year
    return replace(stretch, doubts=known, in_school_year=_without_loose(other) if other is not None else None)
