"""The visitor's rules for stretches of the calendar: days, months, portions, windows and what they bound."""

# ruff: noqa: D102  (each method reads the rule of its name, which stands in grammar.lark)
from dataclasses import replace
from typing import Any

from lark import Transformer, v_args

from activities.deadlines.parts import Grain, Mode, Portion, PortionKind, Remark, Stretch, Windows, Year
from activities.deadlines.stretches import (
    Nums,
    Stretches,
    day_stretch,
    day_stretches,
    is_day,
    is_end,
    months_between,
    nth_day,
    numbered_stretches,
    take_portion,
    until_end,
)

_SEASONS = {"winter": (12, 2), "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11)}
_TERMS = {
    "term": ((9, 10), (11, 12), (1, 3), (4, 5)),
    "trimester": ((9, 11), (12, 2), (3, 5)),
    "semester": ((9, 12), (1, 5)),
}
_MANY_MONTHS = {Grain.QUARTER, Grain.HALF, Grain.TERM, Grain.SEASON}
_SCHOOL_HALVES = [(9, 12), (1, 5)]
_WORKING_DAYS = (0, 1, 2, 3, 4)


@v_args(inline=True)
class CalendarRules(Transformer[Any, Any]):
    """One method a rule of `grammar.lark`, under the rule's name."""

    # ---- numbers and years

    def num_item(self, first: Any, last: Any = None) -> tuple[int, int]:
        return first.value, last.value if last is not None else first.value

    def noted_number(self, number: Any, _weekday: Any) -> tuple[int, int]:
        return number.value, number.value

    def noted_numbers(self, first: Any, _weekday: Any, last: Any, _other: Any) -> tuple[int, int]:
        return first.value, last.value

    def one_number(self, item: tuple[int, int]) -> Nums:
        return [item]

    def more_numbers(self, nums: Nums, item: tuple[int, int]) -> Nums:
        return [*nums, item]

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
            return (months_between(9, 8, Grain.YEAR).in_year(year),)
        whole = months_between(1, 12, Grain.YEAR)
        if year == Year():
            whole = replace(whole, in_school_year=replace(whole, doubts=("year_of_school_plan",)))
        return (replace(whole, year=year, last_year=Year(year.last or year.first, shift=year.shift)),)

    # ---- days

    def full_date(self, day: Any) -> Stretch:
        return day_stretch(day.value)

    def short_date(self, day: Any, year: Year | None) -> Stretch:
        short = day.value.is_short and year is None
        return replace(day_stretch(day.value).in_year(year), doubts=("short_date",) if short else ())

    def one_day(self, day: Stretch) -> Stretches:
        return (day,)

    def days_then_day(self, nums: Nums, day: Stretch) -> Stretches:
        return (*day_stretches(nums, day.first.month, day.year), day)

    def day_range(self, first: Any, day: Stretch) -> Stretches:
        return (day_stretches([(first.value, first.value)], day.first.month, day.year)[0].run_to(day),)

    def days_then_range(self, nums: Nums, first: Any, day: Stretch) -> Stretches:
        return (*day_stretches(nums, day.first.month, day.year), *self.day_range(first, day))

    def days_of_month(self, nums: Nums, month: Any, year: Year | None) -> Stretches:
        return day_stretches(nums, month.value, year)

    numbers_of_month = days_of_month

    # ---- longer stretches

    def months(self, month: Any, year: Year | None) -> Stretches:
        return (months_between(month.value, month.value, Grain.MONTH).in_year(year),)

    def quarters(self, nums: Nums, year: Year | None) -> Stretches:
        return numbered_stretches(nums, [(1, 3), (4, 6), (7, 9), (10, 12)], Grain.QUARTER, year)

    def last_quarter(self, year: Year | None) -> Stretches:
        return self.quarters([(4, 4)], year)

    def halves(self, nums: Nums, year: Year | None) -> Stretches:
        taught = numbered_stretches(nums, _SCHOOL_HALVES, Grain.HALF, year)
        taught = tuple(stretch.with_doubts("school_calendar") for stretch in taught)
        if year is not None and year.is_school:
            return taught
        halves = numbered_stretches(nums, [(1, 6), (7, 12)], Grain.HALF, year)
        return tuple(replace(half, in_school_year=other) for half, other in zip(halves, taught, strict=True))

    def terms(self, nums: Nums, kind: Any, year: Year | None) -> Stretches:
        found = numbered_stretches(nums, _TERMS[kind.value], Grain.TERM, year)
        return tuple(stretch.with_doubts("school_calendar") for stretch in found)

    def season(self, season: Any, year: Year | None) -> Stretches:
        first, last = _SEASONS[season.value]
        found = months_between(first, last, Grain.SEASON).in_year(year)
        return (replace(found, doubts=("season",)) if first > last else found,)

    def summer_holidays(self, _summer: Any, year: Year | None) -> Stretches:
        return (replace(months_between(6, 8, Grain.SEASON).in_year(year), doubts=("school_calendar",)),)

    # ---- portions

    def decades(self, nums: Nums) -> tuple[Portion, ...]:
        return tuple(Portion(PortionKind.DECADE, first, last) for first, last in nums)

    def last_decade(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.DECADE, -1, -1),)

    def weeks(self, nums: Nums) -> tuple[Portion, ...]:
        return tuple(Portion(PortionKind.WEEK, first, last) for first, last in nums)

    def last_week(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.WEEK, -1, -1),)

    def last_days(self, nums: Nums) -> tuple[Portion, ...]:
        return (Portion(PortionKind.TAIL, nums[0][0], nums[0][0]),)

    def last_weeks(self, nums: Nums) -> tuple[Portion, ...]:
        return (Portion(PortionKind.TAIL, 7 * nums[0][0], 7 * nums[0][0]),)

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
        return tuple(nth_day(nth, (weekday.value,)) for first, last in nums for nth in range(first, last + 1))

    def last_weekday(self, weekday: Any) -> tuple[Portion, ...]:
        return (nth_day(-1, (weekday.value,)),)

    def last_day(self) -> tuple[Portion, ...]:
        return (Portion(PortionKind.DAY, day=0),)

    def last_working_day(self) -> tuple[Portion, ...]:
        return (nth_day(-1, _WORKING_DAYS),)

    def nth_working_day(self, nums: Nums) -> tuple[Portion, ...]:
        return tuple(nth_day(nth, _WORKING_DAYS) for nth, _last in nums)

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
        if first[-1].grain is Grain.YEAR and last[0].grain is not Grain.YEAR:  # «2024 год – март»
            return (last[0].in_year(last[0].year or first[-1].year).with_doubts("odd_range"), *last[1:])
        run = first[-1].run_to(last[0])
        return (*first[:-1], run.with_doubts("odd_range") if _is_odd(first, last) else run, *last[1:])

    range_window_worded = range_window

    def overnight(self, first: Stretches, last: Stretches) -> Stretches:
        return self.range_window(first, (last[0].with_doubts("odd_range"), *last[1:]))

    def range_until(self, first: Stretches, last: Stretches) -> Stretches:
        if is_day(last) or is_end(last):
            return self.range_window(first, last)
        return self.range_window(first, (last[0].with_doubts("until_period"), *last[1:]))

    def days_to_window(self, nums: Nums, last: Stretches) -> Stretches:
        head = self._of_the_same_sort(nums, last[0])
        plain = len(nums) == 1 and nums[0][0] == nums[0][1]
        return (head.run_to(last[0]).with_doubts(*(() if plain else ("odd_range",))), *last[1:])

    def _of_the_same_sort(self, nums: Nums, last: Stretch) -> Stretch:
        """«со 2 по 3 квартал», «с 1 по 3 неделю октября»: the number before «по» counts what stands after it."""
        match last.grain:
            case Grain.DAY | Grain.RANGE:
                return day_stretches(nums, last.first.month, last.year)[0]
            case Grain.QUARTER:
                return self.quarters(nums[:1], last.year)[0]
            case Grain.HALF:
                return self.halves(nums[:1], last.year)[0]
            case Grain.PORTION if last.portion is not None and last.first.month == last.last.month:
                month = months_between(last.first.month, last.first.month, Grain.MONTH).in_year(last.year)
                return take_portion(replace(last.portion, first=nums[0][0], last=nums[0][1]), month)
            case _:
                return last.with_doubts("no_such_day")

    def until_window(self, stretches: Stretches, including: Any) -> Windows:
        stretches = _doubting_ranges(stretches)
        if is_end(stretches):
            return until_end(stretches)
        return Windows(stretches, Mode.UNTIL, () if including or is_day(stretches) else ("until_period",))

    def until_finish(self, base: Stretches, _including: Any) -> Windows:
        return until_end(tuple(take_portion(Portion(PortionKind.END), stretch) for stretch in base))

    def by_window(self, stretches: Stretches, _including: Any) -> Windows:
        return Windows(_doubting_ranges(stretches), Mode.UNTIL)

    def before_window(self, stretches: Stretches, including: Any) -> Windows:
        stretches = _doubting_ranges(stretches)
        if is_end(stretches):
            return until_end(stretches)
        if including or is_day(stretches):
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
        return Windows(stretches, Mode.AFTER, ("not_before",)) if is_day(stretches) else Remark("depends_on_event")


def _is_odd(first: Stretches, last: Stretches) -> bool:
    """«март – 12 марта» names a month and its day, «I квартал – май» and «15 и 16 мая – 20 мая» may be no range."""
    one, two = first[-1], last[0]
    ends = {one.grain, two.grain}
    unlike = len(ends) > 1 and (bool(ends & _MANY_MONTHS) or one.last.month == two.first.month)
    listed = len(first) > 1 or len(last) > 1
    return Grain.RANGE in ends or unlike or listed


def _doubting_ranges(stretches: Stretches) -> Stretches:
    """«до 1 марта – 15 мая» may be two dates, of which a deadline would keep only the second."""
    return tuple(one.with_doubts("odd_range") if one.grain is Grain.RANGE else one for one in stretches)
