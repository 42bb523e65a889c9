"""The one visitor: from what the grammar read to the parts of a deadline."""

# ruff: noqa: D102  (each method reads the rule of its name, which stands in grammar.lark)
from dataclasses import replace
from typing import Any

from lark import Transformer, v_args

from activities.deadlines.lexer import DayMonth
from activities.deadlines.parts import (
    Aside,
    BareDays,
    BarePortion,
    Edge,
    Except,
    Grain,
    Lag,
    Mode,
    Nth,
    Ongoing,
    Portion,
    PortionKind,
    Quota,
    Remark,
    Rhythm,
    Stretch,
    Thereafter,
    Unit,
    Windows,
    Year,
)

Nums = list[tuple[int, int]]
Stretches = tuple[Stretch, ...]

_SEASONS = {"winter": (12, 2), "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11)}
_TERMS = {
    "term": ((9, 10), (11, 12), (1, 3), (4, 5)),
    "trimester": ((9, 11), (12, 2), (3, 5)),
    "semester": ((9, 12), (1, 5)),
}
_SCHOOL_HALVES = [(9, 12), (1, 5)]
_WORKING_DAYS = (0, 1, 2, 3, 4)


@v_args(inline=True)
class Reading(Transformer[Any, Any]):
    """One method a rule of `grammar.lark`, under the rule's name."""

    # ---- numbers and years

    def num_item(self, first: Any, last: Any = None) -> tuple[int, int]:
        return first.value, last.value if last is not None else first.value

    @v_args(inline=False)
    def nums(self, items: Nums) -> Nums:
        return items

    def one_year(self, year: Any) -> Year:
        return Year(year.value)

    def two_years(self, years: Any) -> Year:
        return Year(*years.value)

    def school_years(self, years: Any) -> Year:
        return Year(years.value[0], years.value[1], school=True)

    def this_year(self) -> Year:
        return Year()

    def this_school_year(self) -> Year:
        return Year(school=True)

    def next_year(self) -> Year:
        return Year(shift=1)

    def next_school_year(self) -> Year:
        return Year(school=True, shift=1)

    def year_stretch(self, year: Year) -> Stretches:
        if year.is_school:
            return (_months(9, 8, Grain.YEAR).in_year(year),)
        whole = _months(1, 12, Grain.YEAR)
        if year == Year():
            whole = replace(whole, in_school_year=replace(whole, doubts=("year_of_school_plan",)))
        return (replace(whole, year=year, last_year=Year(year.last or year.first, shift=year.shift)),)

    # ---- days

    def full_date(self, day: Any) -> Stretch:
        return _day(day.value)

    def short_date(self, day: Any, year: Year | None) -> Stretch:
        short = day.value.is_short and year is None
        return replace(_day(day.value).in_year(year), doubts=("short_date",) if short else ())

    def one_day(self, day: Stretch) -> Stretches:
        return (day,)

    def days_then_day(self, nums: Nums, day: Stretch) -> Stretches:
        return (*_days(nums, day.first.month, day.year), day)

    def day_range(self, first: Any, day: Stretch) -> Stretches:
        return (_days([(first.value, first.value)], day.first.month, day.year)[0].run_to(day),)

    def days_then_range(self, nums: Nums, first: Any, day: Stretch) -> Stretches:
        return (*_days(nums, day.first.month, day.year), *self.day_range(first, day))

    def days_of_month(self, nums: Nums, month: Any, year: Year | None) -> Stretches:
        return _days(nums, month.value, year)

    numbers_of_month = days_of_month

    # ---- longer stretches

    def months(self, month: Any, year: Year | None) -> Stretches:
        return (_months(month.value, month.value, Grain.MONTH).in_year(year),)

    def quarters(self, nums: Nums, year: Year | None) -> Stretches:
        return _numbered(nums, [(1, 3), (4, 6), (7, 9), (10, 12)], Grain.QUARTER, year)

    def last_quarter(self, year: Year | None) -> Stretches:
        return self.quarters([(4, 4)], year)

    def halves(self, nums: Nums, year: Year | None) -> Stretches:
        taught = _numbered(nums, _SCHOOL_HALVES, Grain.HALF, year)
        taught = tuple(replace(stretch, doubts=(*stretch.doubts, "school_calendar")) for stretch in taught)
        if year is not None and year.is_school:
            return taught
        halves = _numbered(nums, [(1, 6), (7, 12)], Grain.HALF, year)
        return tuple(replace(half, in_school_year=other) for half, other in zip(halves, taught, strict=True))

    def terms(self, nums: Nums, kind: Any, year: Year | None) -> Stretches:
        found = _numbered(nums, _TERMS[kind.value], Grain.TERM, year)
        return tuple(replace(stretch, doubts=("school_calendar",)) for stretch in found)

    def season(self, season: Any, year: Year | None) -> Stretches:
        first, last = _SEASONS[season.value]
        found = _months(first, last, Grain.SEASON).in_year(year)
        return (replace(found, doubts=("season",)) if first > last else found,)

    def summer_holidays(self, _summer: Any, year: Year | None) -> Stretches:
        return (replace(_months(6, 8, Grain.SEASON).in_year(year), doubts=("school_calendar",)),)

    # ---- portions

    def decades(self, nums: Nums) -> tuple[Portion, ...]:
        return tuple(Portion(PortionKind.DECADE, first, last) for first, last in nums)

    def last_decade(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.DECADE, -1, -1),)

    def weeks(self, nums: Nums) -> tuple[Portion, ...]:
        return tuple(Portion(PortionKind.WEEK, first, last) for first, last in nums)

    def last_week(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.WEEK, -1, -1),)

    def halves_of(self, nums: Nums) -> tuple[Portion, ...]:
        return tuple(Portion(PortionKind.HALF, first, last) for first, last in nums)

    def begin_of(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.BEGIN),)

    def middle_of(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.MIDDLE),)

    def end_of(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.END),)

    def begin_to_middle(self) -> tuple[Portion, ...]:
        return self.decades([(1, 2)])

    def middle_to_end(self) -> tuple[Portion, ...]:
        return self.decades([(2, 3)])

    def around(self, nums: Nums) -> tuple[Portion, ...]:
        kinds = {1: PortionKind.BEGIN, 20: PortionKind.LATE}
        return (Portion(kinds.get(nums[0][0], PortionKind.MIDDLE)),)

    def late(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.LATE),)

    def nth_weekdays(self, nums: Nums, weekday: Any) -> tuple[Portion, ...]:
        return tuple(_nth(nth, (weekday.value,)) for first, last in nums for nth in range(first, last + 1))

    def last_weekday(self, weekday: Any) -> tuple[Portion, ...]:
        return (_nth(-1, (weekday.value,)),)

    def last_day(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.DAY, day=0),)

    def last_working_day(self) -> tuple[Portion, ...]:
        return (_nth(-1, _WORKING_DAYS),)

    def nth_working_day(self, nums: Nums) -> tuple[Portion, ...]:
        return tuple(_nth(nth, _WORKING_DAYS) for nth, _last in nums)

    def portion(self, portions: tuple[Portion, ...]) -> tuple[Portion, ...]:
        return portions

    def portioned(self, portions: tuple[Portion, ...], base: Stretches) -> Stretches:
        return tuple(take_portion(portion, stretch) for stretch in base for portion in portions)

    # ---- windows

    @v_args(inline=False)
    def windows(self, children: list[Stretches]) -> Windows:
        return Windows(children[-1])

    def one_window(self, stretches: Stretches) -> Stretches:
        return stretches

    def range_window(self, first: Stretches, last: Stretches) -> Stretches:
        return (*first[:-1], first[-1].run_to(last[0]), *last[1:])

    range_window_worded = range_window

    def days_to_window(self, nums: Nums, last: Stretches) -> Stretches:
        head = _days(nums, last[0].first.month, last[0].year)
        doubts = () if len(head) == 1 and nums[0][0] == nums[0][1] else ("odd_range",)
        return (replace(head[0].run_to(last[0]), doubts=doubts), *last[1:])

    def until_window(self, stretches: Stretches, including: Any) -> Windows:
        if _is_end(stretches):
            return _until_end(stretches)
        return Windows(stretches, Mode.UNTIL, () if including or _is_day(stretches) else ("until_period",))

    def by_window(self, stretches: Stretches, _including: Any) -> Windows:
        return Windows(stretches, Mode.UNTIL)

    def before_window(self, stretches: Stretches, including: Any) -> Windows:
        if _is_end(stretches):
            return _until_end(stretches)
        if including or _is_day(stretches):
            return Windows(stretches, Mode.UNTIL)
        return Windows(stretches, Mode.BEFORE, ("before_period",))

    def since(self, stretches: Stretches) -> Windows:
        if stretches[0].grain is Grain.RANGE:
            return Windows(stretches)
        return Windows(stretches, Mode.SINCE)

    def not_before(self, stretches: Stretches) -> Windows:
        return Windows(stretches, Mode.SINCE, ("not_before",))

    def since_until(self, first: Any, last: Stretches) -> Windows:
        return Windows(self.days_to_window([(first.value, first.value)], last))

    def after_window(self, stretches: Stretches) -> Windows | Remark:
        return Windows(stretches, Mode.AFTER, ("not_before",)) if _is_day(stretches) else Remark("depends_on_event")

    def until_month_days(self, rhythm: Rhythm, _including: Any) -> Rhythm:
        return replace(rhythm, upto=True)

    def until_bare_days(self, nums: Nums) -> BareDays:
        return BareDays(tuple(nums))

    def until_portion_each(self, portions: tuple[Portion, ...], unit: Unit) -> Rhythm:
        ends = tuple(Portion(PortionKind.DAY) if portion.kind is PortionKind.END else portion for portion in portions)
        doubt = "which_period" if portions[0].kind is PortionKind.END else "each_period"
        return Rhythm(unit, portions=ends, upto=True, doubts=(doubt,))

    # ---- rhythms

    @v_args(inline=False)
    def rhythm(self, children: list[Any]) -> Any:
        return children[0]

    weekly_times = rhythm
    quota = rhythm

    def every_adverb(self, unit: Any) -> Rhythm:
        return Rhythm(Unit(unit.value))

    @v_args(inline=False)
    def each_long(self, children: list[Unit]) -> Unit:
        return children[-1]

    def unit_day(self) -> Unit:
        return Unit.DAY

    def unit_week(self) -> Unit:
        return Unit.WEEK

    def unit_month(self) -> Unit:
        return Unit.MONTH

    def unit_quarter(self) -> Unit:
        return Unit.QUARTER

    def unit_half(self) -> Unit:
        return Unit.HALF

    def unit_term(self, _term: Any) -> Unit:
        return Unit.TERM

    def unit_year(self) -> Unit:
        return Unit.YEAR

    def every_unit(self, unit: Unit) -> Rhythm:
        return Rhythm(unit)

    def every_n_units(self, nums: Nums, unit: Unit) -> Rhythm:
        return Rhythm(unit, interval=nums[0][0], doubts=_loose(nums))

    def every_year(self) -> Rhythm:
        return Rhythm(Unit.YEAR)

    def every_n_years(self, nums: Nums) -> Rhythm:
        return Rhythm(Unit.YEAR, interval=nums[0][0])

    def one_weekday(self, weekday: Any) -> tuple[int, ...]:
        return (weekday.value,)

    def more_weekdays(self, weekdays: tuple[int, ...], weekday: Any) -> tuple[int, ...]:
        return (*weekdays, weekday.value)

    def weekday_range(self, weekdays: tuple[int, ...], weekday: Any) -> tuple[int, ...]:
        return (*weekdays, *range(weekdays[-1] + 1, weekday.value + 1))

    def from_weekday_to(self, first: Any, last: Any) -> Rhythm:
        return self.on_weekdays(self.weekday_range((first.value,), last))

    def on_weekdays(self, weekdays: tuple[int, ...]) -> Rhythm:
        return Rhythm(Unit.WEEK, weekdays=tuple(sorted(set(weekdays))))

    def on_working_days(self) -> Rhythm:
        return Rhythm(Unit.WEEK, weekdays=_WORKING_DAYS)

    def every_week_of_month(self, nums: Nums) -> Rhythm:
        return Rhythm(Unit.MONTH, portions=self.weeks(nums))

    def every_portion(self, portions: tuple[Portion, ...], unit: Unit = Unit.MONTH) -> Rhythm:
        return Rhythm(unit, portions=portions)

    def once_per(self, unit: Unit) -> Rhythm:
        return Rhythm(unit)

    @v_args(inline=False)
    def times_per(self, children: list[Any]) -> Rhythm:
        number, unit = _count(children[0]), children[-1]
        return Rhythm(unit, count=number if number > 1 else None, doubts=_loose(children[0]))

    counted_per = times_per

    def once_per_n(self, nums: Nums, unit: Unit) -> Rhythm:
        return Rhythm(unit, interval=nums[0][0], doubts=_loose(nums))

    def times_per_n(self, count: Nums, nums: Nums, unit: Unit) -> Rhythm:
        number = _count(count)
        return replace(self.once_per_n(nums, unit), count=number if number > 1 else None)

    def once_per_n_years(self, nums: Nums) -> Rhythm:
        return Rhythm(Unit.YEAR, interval=nums[0][0])

    def times_per_n_years(self, count: Nums, nums: Nums) -> Rhythm:
        number = _count(count)
        return Rhythm(Unit.YEAR, interval=nums[0][0], count=number if number > 1 else None)

    def month_days(self, nums: Nums, of_month: Rhythm | None) -> Rhythm:
        rhythm = of_month or Rhythm(Unit.MONTH, doubts=("which_month",))
        return replace(rhythm, days=tuple(nums))

    def month_days_every(self, nums: Nums) -> Rhythm:
        return Rhythm(Unit.MONTH, days=tuple(nums))

    def month_days_span(self, first: Nums, last: Nums, of_month: Rhythm | None) -> Rhythm:
        return self.month_days([(first[0][0], last[0][1])], of_month)

    @v_args(inline=False)
    def of_month(self, children: list[Any]) -> Rhythm:
        return Rhythm(Unit.MONTH, lag=children[0]) if children else Rhythm(Unit.MONTH)

    of_each_month = of_month

    def of_next_month(self) -> Unit:
        return Unit.MONTH

    def of_following(self, unit: Unit | None) -> Unit:
        return unit or Unit.MONTH

    def of_month_in_quarter(self, nums: Nums) -> Rhythm:
        return Rhythm(Unit.QUARTER, month_of_quarter=min(nums[0][0], 3))

    def of_last_month_in_quarter(self) -> Rhythm:
        return Rhythm(Unit.QUARTER, month_of_quarter=3)

    # ---- quotas

    def times_a_year(self, count: Any, year: Year) -> Quota:
        return Quota(_count(count), year, _loose(count))

    counted_a_year = times_a_year

    def once_a_year(self, year: Year) -> Quota:
        return Quota(1, year)

    def bare_times(self, count: Any) -> Quota:
        return Quota(_count(count), None, _loose(count))

    bare_counted = bare_times

    # ---- going on

    @v_args(inline=False)
    def always(self, _children: list[Any]) -> Ongoing:
        return Ongoing()

    whole_period = always

    def during_unit(self, unit: Unit) -> Ongoing:
        return Ongoing(unit=unit)

    def whole_year(self, year: Year) -> Ongoing:
        return Ongoing(year)

    def whole_school(self) -> Ongoing:
        return Ongoing(Year(school=True))

    # ---- remarks and asides

    @v_args(inline=False)
    def request(self, children: list[Any]) -> Remark:
        named = [child.value for child in children if getattr(child, "type", "") == "REQUEST"]
        return Remark(named[0] if named else "as_needed")

    @v_args(inline=False)
    def apart(self, _children: list[Any]) -> Remark:
        return Remark("separate_schedule")

    @v_args(inline=False)
    def agreed_later(self, _children: list[Any]) -> Remark:
        return Remark("date_to_be_agreed")

    @v_args(inline=False)
    def relative(self, _children: list[Any]) -> Remark:
        return Remark("depends_on_event")

    @v_args(inline=False)
    def holidays(self, _children: list[Any]) -> Remark:
        return Remark("school_holidays")

    @v_args(inline=False)
    def excepted(self, _children: list[Any]) -> Remark:
        return Remark("exception")

    @v_args(inline=False)
    def except_windows(self, children: list[Any]) -> Except:
        return Except(tuple(stretch for found in children if isinstance(found, tuple) for stretch in found))

    @v_args(inline=False)
    def thereafter(self, children: list[Any]) -> Thereafter:
        return Thereafter(children[0])

    def thereafter_year(self, year: Year) -> Thereafter:
        return Thereafter(Ongoing(year))

    @v_args(inline=False)
    def clock(self, _children: list[Any]) -> Aside:
        return Aside("time")

    def weekday_note(self, weekdays: tuple[int, ...]) -> Aside:
        return Aside("weekday", weekdays)

    @v_args(inline=False)
    def measure(self, _children: list[Any]) -> Aside:
        return Aside("number")

    def about(self) -> Aside:
        return Aside("about")

    def cancelled(self) -> Aside:
        return Aside("cancelled")

    def bare_portion(self, portions: tuple[Portion, ...]) -> BarePortion:
        return BarePortion(portions)

    def bare_following(self, unit: Unit) -> Lag:
        return Lag(unit)


def take_portion(portion: Portion, base: Stretch) -> Stretch:
    """A portion of a month, or the first, middle or last months of something longer."""
    if base.first.month == base.last.month:
        start, end = portion.days()
        edges = Edge(base.first.month, start), Edge(base.last.month, end)
    else:
        edges = _portion_of_months(portion, base)
    doubts = (*base.doubts, *portion.doubts, *_doubts_of_year(base))
    return replace(
        base,
        first=edges[0],
        last=edges[1],
        grain=Grain.DAY if portion.kind is PortionKind.DAY else Grain.PORTION,
        doubts=tuple(dict.fromkeys(doubts)),
        is_end=portion.kind is PortionKind.END,
        in_school_year=take_portion(portion, base.in_school_year) if base.in_school_year is not None else None,
    )


def _doubts_of_year(base: Stretch) -> tuple[str, ...]:
    return ("school_calendar",) if base.grain is Grain.YEAR and base.year is not None and base.year.is_school else ()


def _portion_of_months(portion: Portion, base: Stretch) -> tuple[Edge, Edge]:
    """Months of a quarter, half-year, season or year; of a school year those from September to May."""
    last = 5 if _doubts_of_year(base) else base.last.month
    length = (last - base.first.month) % 12 + 1
    months = [(base.first.month + step - 1) % 12 + 1 for step in range(length)]
    half = 4 if length == 9 else length // 2
    at_end = portion.kind in {PortionKind.END, PortionKind.LATE} or portion.first < 0 or _from_end(portion)
    match portion.kind:
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


def _from_end(portion: Portion) -> bool:
    if portion.kind is not PortionKind.DAY:
        return False
    return portion.day == 0 or (isinstance(portion.day, Nth) and portion.day.nth < 0)


def _day(day: DayMonth) -> Stretch:
    edge = Edge(day.month, day.day)
    return Stretch(edge, edge, Grain.DAY).in_year(Year(day.year) if day.year is not None else None)


def _days(nums: Nums, month: int, year: Year | None) -> Stretches:
    return tuple(
        Stretch(Edge(month, first), Edge(month, last), Grain.DAY if first == last else Grain.RANGE).in_year(year)
        for first, last in nums
    )


def _months(first: int, last: int, grain: Grain) -> Stretch:
    return Stretch(Edge(first, 1), Edge(last, 0), grain)


def _numbered(nums: Nums, months: Any, grain: Grain, year: Year | None) -> Stretches:
    """Quarters and the like by number; a number that does not exist gives a doubt that asks."""
    found = []
    for first, last in nums:
        fits = 1 <= first <= last <= len(months)
        start, end = (months[first - 1][0], months[last - 1][1]) if fits else (1, 12)
        stretch = _months(start, end, grain if first == last else Grain.RANGE).in_year(year)
        found.append(stretch if fits else replace(stretch, doubts=("no_such_day",)))
    return tuple(found)


def _nth(nth: int, weekdays: tuple[int, ...]) -> Portion:
    return Portion(PortionKind.DAY, day=Nth(nth, weekdays))


def _is_day(stretches: Stretches) -> bool:
    return stretches[-1].grain in {Grain.DAY, Grain.RANGE}


def _is_end(stretches: Stretches) -> bool:
    """«до конца мая» includes the end of May."""
    return stretches[-1].is_end


def _until_end(stretches: Stretches) -> Windows:
    """When the end begins does not matter then."""
    return Windows(tuple(_without_loose(one) for one in stretches), Mode.UNTIL)


def _without_loose(stretch: Stretch) -> Stretch:
    known = tuple(doubt for doubt in stretch.doubts if doubt != "loose_portion")
    other = stretch.in_school_year
    return replace(stretch, doubts=known, in_school_year=_without_loose(other) if other is not None else None)


def _count(count: Any) -> int:
    return int(count.value) if hasattr(count, "type") else int(count[0][0])


def _loose(count: Any) -> tuple[str, ...]:
    """«2-3 раза»: the lower number is taken."""
    if isinstance(count, list) and (len(count) > 1 or count[0][0] != count[0][1]):
        return ("lower_number",)
    return ()
