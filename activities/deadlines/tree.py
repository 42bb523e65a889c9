"""The one visitor: from what the grammar read to the parts of a deadline."""

# ruff: noqa: D102  (each method reads the rule of its name, which stands in grammar.lark)
from dataclasses import replace
from typing import Any

from lark import v_args

from activities.deadlines.calendar_rules import CalendarRules
from activities.deadlines.parts import (
    Aside,
    BareDays,
    BarePortion,
    Except,
    Lag,
    Nth,
    Ongoing,
    Portion,
    PortionKind,
    Quota,
    Remark,
    Rhythm,
    Thereafter,
    Unit,
    Year,
)
from activities.deadlines.stretches import Nums

_WORKING_DAYS = (0, 1, 2, 3, 4)


@v_args(inline=True)
class Reading(CalendarRules):
    """One method a rule of `grammar.lark`, under the rule's name; those of the calendar are inherited."""

    # ---- rhythms

    def until_month_days(self, rhythm: Rhythm, _including: Any) -> Rhythm:
        return replace(rhythm, upto=True)

    def until_bare_days(self, nums: Nums) -> BareDays:
        return BareDays(tuple(nums))

    def until_portion_each(self, portions: tuple[Portion, ...], unit: Unit) -> Rhythm:
        ends = tuple(Portion(PortionKind.DAY) if portion.kind is PortionKind.END else portion for portion in portions)
        doubt = "which_period" if portions[0].kind is PortionKind.END else "each_period"
        return Rhythm(unit, portions=ends, upto=True, doubts=(doubt,))

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

    def every_nth(self, portions: tuple[Portion, ...]) -> Rhythm:
        """«каждый второй вторник» may be every other Tuesday; «каждый первый» and «1-й и 3-й» are of the month."""
        nth = portions[0].day.nth if isinstance(portions[0].day, Nth) else 0
        doubts = ("every_nth",) if len(portions) == 1 and nth > 1 else ()
        return Rhythm(Unit.MONTH, portions=portions, doubts=doubts)

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


def _count(count: Any) -> int:
    return int(count.value) if hasattr(count, "type") else int(count[0][0])


def _loose(count: Any) -> tuple[str, ...]:
    """«2-3 раза»: the lower number is taken."""
    if isinstance(count, list) and (len(count) > 1 or count[0][0] != count[0][1]):
        return ("lower_number",)
    return ()
