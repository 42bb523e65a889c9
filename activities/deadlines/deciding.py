"""From a cell's parts to its schedule: kind, windows, rule, flags, doubts."""

from dataclasses import dataclass, replace
from datetime import timedelta

from activities.deadlines.cell import Cell, dated_windows, years_alone
from activities.deadlines.dating import decide_dates
from activities.deadlines.decision import ASKING, Decision
from activities.deadlines.limits import in_order, limits_of
from activities.deadlines.parts import (
    Aside,
    BareDays,
    Except,
    Grain,
    Lag,
    Mode,
    Nth,
    Ongoing,
    PortionKind,
    Quota,
    Remark,
    Rhythm,
    Thereafter,
    Unit,
    Windows,
)
from activities.deadlines.placing import Placed, PlanPeriod, place_windows
from activities.deadlines.recurrence import merge_rhythms, nth_days, periods_of, rule_of, split_evenly, times_within
from activities.deadlines.schedule import ScheduleKind, Window

_REQUESTS = {"on_request", "as_needed"}
_NO_FLAG_ALONE = {"on_request"}
_EVERY_YEAR = Rhythm(Unit.YEAR)


def decide(cell: Cell, plan: PlanPeriod) -> Decision:
    """The reading of a cell; adds flags and doubts to the cell."""
    _note_asides(cell)
    placed = _placed(cell, plan)
    then = [part.then for part in cell.all(Thereafter)]
    decision = _main(cell, plan, placed)
    if decision is None and then:
        decision = _alone_thereafter(cell, plan, then)
        then = []
    decision = decision or _without_dates(cell)
    for following in then:
        _go_on(cell, plan, decision, following)
    _check_outside(cell, plan, decision)
    if "ends_before_start" in cell.doubts:
        cell.flag("end_before_start")
    if ASKING & set(cell.doubts):
        return Decision(ScheduleKind.UNDETERMINED)
    return decision


def _note_asides(cell: Cell) -> None:
    for aside in cell.all(Aside):
        if aside.kind == "time":
            cell.flag("time_given")
        elif aside.kind == "about":
            cell.flag("approximate")
            cell.doubt("approximate")
        elif aside.kind == "cancelled":
            cell.doubt("cancelled")
    if any(remark.flag == "exception" for remark in cell.all(Remark)):
        cell.doubt("exception")


def _placed(cell: Cell, plan: PlanPeriod) -> list[Placed]:
    placed = place_windows([windows for _item, windows in dated_windows(cell)], plan)
    for one in placed:
        cell.doubt(*one.doubts)
        if "year_assumed" in one.doubts:
            cell.flag("year_assumed")
    if placed and any(remark.flag == "depends_on_event" for remark in cell.all(Remark)):
        cell.doubt("depends_on_event")
    dues = [one.window.due for one in placed if one.stretch.year is None]
    staged = plan.is_school_year or any(item.role in {"caption", "unread"} for item in cell.items)
    if dues != sorted(dues) and staged:
        cell.doubt("stages_out_of_order")
    return placed


@dataclass(frozen=True, slots=True)
class _Claims:
    """What in a cell may be its deadline."""

    placed: list[Placed]
    rhythms: list[Rhythm]
    quotas: list[Quota]
    ongoing: list[Ongoing]


def _main(cell: Cell, plan: PlanPeriod, placed: list[Placed]) -> Decision | None:
    rhythms = cell.all(Rhythm)
    others = [rhythm for rhythm in rhythms if rhythm != _EVERY_YEAR]
    claims = _Claims(placed, others, cell.all(Quota), years_alone(cell))
    return _decided(cell, plan, claims) if others == rhythms else _yearly(cell, plan, claims)


def _decided(cell: Cell, plan: PlanPeriod, claims: _Claims) -> Decision | None:
    """The strongest claim decides: a rhythm, then a quota, windows, days of the week, going on."""
    if claims.rhythms:
        return _recurring(cell, plan, claims)
    if claims.quotas:
        return _quota(cell, plan, claims)
    if claims.placed:
        return decide_dates(cell, plan, claims.placed, claims.ongoing)
    if weekdays := tuple(day for aside in cell.all(Aside) for day in aside.weekdays):
        cell.doubt("weekday_alone")
        return _recurring(cell, plan, replace(claims, rhythms=[Rhythm(Unit.WEEK, weekdays=weekdays)]))
    return _continuous(cell, plan, claims.ongoing) if claims.ongoing else None


def _continuous(cell: Cell, plan: PlanPeriod, ongoing: list[Ongoing]) -> Decision:
    windows = limits_of(cell, plan, ongoing)
    if not windows:
        return Decision(ScheduleKind.UNDETERMINED)
    if "numbers_unread" in cell.doubts:
        return Decision(ScheduleKind.UNDETERMINED)
    if cell.all(Except):
        cell.doubt("exception")
    inside = any(plan.meets(window) for window in windows)
    return Decision(ScheduleKind.CONTINUOUS if inside else ScheduleKind.DATES, windows)


# ---- every year


def _yearly(cell: Cell, plan: PlanPeriod, claims: _Claims) -> Decision | None:
    if (parted := _parted_by_yearly(cell, plan)) is not None:
        return parted
    cell.flag("yearly")
    if claims.placed and not claims.rhythms and not claims.quotas:
        dated = decide_dates(cell, plan, claims.placed, [])
        return replace(dated, kind=ScheduleKind.RECURRING, rule=_yearly_rule(claims.placed, dated.windows))
    decided = _decided(cell, plan, claims)
    if decided is not None or cell.all(Remark):
        return decided
    return Decision(ScheduleKind.RECURRING, [Window(plan.start, plan.end)], "FREQ=YEARLY")


def _parted_by_yearly(cell: Cell, plan: PlanPeriod) -> Decision | None:
    """«март 2021, ежегодно корректировка (ноябрь)»: before the word this plan's dates, after it each year's."""
    parts = [item.part for item in cell.items if isinstance(item.part, Windows | Rhythm)]
    place = next(n for n, part in enumerate(parts) if isinstance(part, Rhythm) and part.unit is Unit.YEAR)
    before = [part for part in parts[:place] if isinstance(part, Windows)]
    after = [part for part in parts[place:] if isinstance(part, Windows)]
    named = [stretch for part in before for stretch in part.stretches if stretch.last_year is not None]
    if not (named and after) or len(before) + len(after) + 1 != len(parts):
        return None
    cell.flag("then_yearly")
    cell.doubt("then_yearly_in")
    return decide_dates(cell, plan, place_windows(before, plan), [])


def _yearly_rule(placed: list[Placed], windows: list[Window]) -> str:
    """FREQ=YEARLY by the months that the windows end in, and by the day where all name one."""
    dues = sorted({(window.due.month, window.due.day) for window in windows})
    days = {day for _month, day in dues}
    by_day = all(one.stretch.grain is Grain.DAY for one in placed) and len(days) == 1
    months = sorted({month for window in windows for month in _months_in(window)})
    if by_day or (placed and placed[0].mode is not Mode.WITHIN):
        months = sorted({month for month, _day in dues})
    rule = f"FREQ=YEARLY;BYMONTH={','.join(map(str, months))}"
    nths = [one.stretch.last.day for one in placed if isinstance(one.stretch.last.day, Nth)]
    if nths and len(placed) == 1:
        return ";".join([rule, *nth_days(nths)])
    return f"{rule};BYMONTHDAY={days.pop()}" if by_day else rule


def _months_in(window: Window) -> list[int]:
    if window.start is None:
        return [window.due.month]
    first = window.start.year * 12 + window.start.month - 1
    last = window.due.year * 12 + window.due.month - 1
    return [place % 12 + 1 for place in range(first, last + 1)]


# ---- rhythms


def _recurring(cell: Cell, plan: PlanPeriod, claims: _Claims) -> Decision:
    placed = claims.placed
    rhythm = _counted(merge_rhythms(claims.rhythms), claims.quotas)
    rhythm = _detailed(cell, _with_weekdays(cell, rhythm))
    if (dates := _days_in_months(cell, rhythm, placed, plan)) is not None:
        return dates
    _doubt_rhythm(cell, rhythm)
    if ASKING & set(cell.doubts):
        return Decision(ScheduleKind.UNDETERMINED)
    if _are_the_periods(rhythm, placed):
        if len(placed) not in times_within(rhythm, plan):
            cell.doubt("other_count")  # «ежеквартально (март, июнь, сентябрь)»: is the fourth forgotten?
        windows = in_order([one.window for one in placed])
        return Decision(ScheduleKind.RECURRING, windows, _yearly_rule(placed, windows), rhythm.count)
    if any(one.stretch.grain is Grain.DAY and one.mode is not Mode.SINCE for one in placed):
        cell.doubt("rhythm_and_day")
    limits = limits_of(cell, plan, claims.ongoing, placed)
    if claims.ongoing and any(item.role == "caption" for item in cell.items):
        cell.doubt("beside_ongoing")  # «в течение года, отчёт – ежеквартально»
    if not plan.is_calendar_year and rhythm.unit in {Unit.QUARTER, Unit.HALF}:
        cell.doubt("cut_periods")
    windows = periods_of(rhythm, limits, plan)
    _note_narrowed(cell, rhythm, limits if placed else [], plan)
    left_out = _left_out(cell)
    months = tuple(month for month in range(1, 13) if month not in left_out) if left_out else ()
    if left_out and rhythm.unit is Unit.MONTH:
        windows = [window for window in windows if window.due.month in months]
        return Decision(ScheduleKind.RECURRING, windows, rule_of(rhythm, months), rhythm.count)
    if left_out:
        cell.doubt("exception")
    if not windows and rhythm.unit not in {Unit.DAY, Unit.WEEK}:
        cell.doubt("no_period_fits")
    return Decision(ScheduleKind.RECURRING, windows, rule_of(rhythm), rhythm.count)


def _doubt_rhythm(cell: Cell, rhythm: Rhythm) -> None:
    """What a person should see about a rhythm itself."""
    cell.doubt(*rhythm.doubts, *(doubt for portion in rhythm.portions for doubt in portion.doubts))
    if any(remark.flag == "depends_on_event" for remark in cell.all(Remark)):
        cell.doubt("depends_on_event")
    if rhythm.unit is not Unit.MONTH and any(portion.kind is not PortionKind.DAY for portion in rhythm.portions):
        cell.doubt("loose_portion")
    if rhythm.unit is Unit.TERM:
        cell.doubt("school_calendar")
    if rhythm.unit is Unit.YEAR and rhythm.interval > 1:
        cell.doubt("which_year")
    if rhythm.count:
        cell.doubt("several_each")


def _note_narrowed(cell: Cell, rhythm: Rhythm, limits: list[Window], plan: PlanPeriod) -> None:
    """«по пятницам в июле»: neither the rule nor the empty list of dates says so, and it would run all year."""
    if rhythm.unit in {Unit.DAY, Unit.WEEK} and limits not in ([], [Window(plan.start, plan.end)]):
        cell.doubt("rhythm_within")
        cell.flag("within_window")


def _counted(rhythm: Rhythm, quotas: list[Quota]) -> Rhythm:
    """«5 публикаций ежемесячно»"""
    counts = [quota.count for quota in quotas if quota.year is None and quota.count > 1]
    return replace(rhythm, count=counts[0]) if len(counts) == 1 and rhythm.count is None else rhythm


def _with_weekdays(cell: Cell, rhythm: Rhythm) -> Rhythm:
    """«еженедельно (понедельник)»"""
    named = tuple(sorted({day for aside in cell.all(Aside) for day in aside.weekdays}))
    if not named or named == rhythm.weekdays:
        return rhythm
    if rhythm.unit is Unit.WEEK and not rhythm.weekdays:
        return replace(rhythm, weekdays=named)
    cell.doubt("weekday_differs")
    return rhythm


def _detailed(cell: Cell, rhythm: Rhythm) -> Rhythm:
    """With «до 25» and «следующего за отчетным» that stand elsewhere in the cell."""
    for bare in cell.all(BareDays):
        if rhythm.unit in {Unit.MONTH, Unit.QUARTER, Unit.HALF} and not rhythm.days:
            rhythm = replace(rhythm, days=bare.days, upto=True)
            if rhythm.unit is not Unit.MONTH:
                rhythm = replace(rhythm, doubts=(*rhythm.doubts, "which_month"))
        else:
            cell.doubt("unread_words")
    for lag in cell.all(Lag):
        known = tuple(doubt for doubt in rhythm.doubts if doubt != "which_month")
        rhythm = replace(rhythm, lag=lag.unit if lag.unit is not Unit.MONTH else rhythm.lag, doubts=known)
    if rhythm.days and any(not 1 <= day <= 31 for days in rhythm.days for day in days):
        cell.doubt("no_such_day")
    if any(first > last for first, last in rhythm.days):
        cell.doubt("ends_before_start")
    if rhythm.lag is not None:
        cell.doubt("after_period")
    return rhythm


def _days_in_months(cell: Cell, rhythm: Rhythm, placed: list[Placed], plan: PlanPeriod) -> Decision | None:
    """«май, до 15 числа»: a day of the months that stand beside it."""
    months = [one for one in placed if one.stretch.grain is Grain.MONTH and one.mode is Mode.WITHIN]
    if "which_month" not in rhythm.doubts or rhythm.unit is not Unit.MONTH or not months or len(months) != len(placed):
        return None
    cell.doubt("day_of_months")
    limits = [one.window for one in months]
    return Decision(ScheduleKind.DATES, periods_of(replace(rhythm, doubts=()), limits, plan))


def _are_the_periods(rhythm: Rhythm, placed: list[Placed]) -> bool:
    """«ежеквартально (март, июнь, сентябрь, декабрь)»: the windows are the rhythm's dates, not its limits."""
    is_long = rhythm.unit in {Unit.QUARTER, Unit.HALF, Unit.TERM, Unit.YEAR, Unit.MONTH}
    short = [one for one in placed if one.stretch.grain in {Grain.DAY, Grain.MONTH, Grain.PORTION}]
    if not is_long or len(short) != len(placed) or rhythm.days:
        return False
    return len(short) > 1 and (rhythm.unit is not Unit.MONTH or short[0].stretch.grain is not Grain.MONTH)


def _left_out(cell: Cell) -> set[int]:
    return {
        month
        for part in cell.all(Except)
        for stretch in part.stretches
        for month in _months_between(stretch.first.month, stretch.last.month)
    }


def _months_between(first: int, last: int) -> list[int]:
    return [(first + step - 1) % 12 + 1 for step in range((last - first) % 12 + 1)]


# ---- quotas


def _quota(cell: Cell, plan: PlanPeriod, claims: _Claims) -> Decision:
    placed, ongoing, quotas = claims.placed, claims.ongoing, claims.quotas
    quota = quotas[0]
    cell.doubt(*quota.doubts, *(["two_quotas"] if len(quotas) > 1 else []))
    if placed and (quota.count == len(placed) or quota.count == 1 or len(placed) > 1):
        if quota.count != len(placed):
            cell.doubt("count_differs")
        windows = in_order([one.window for one in placed])
        if quota.year is not None and quota.count == 1 and len(placed) == 1:
            cell.flag("yearly")
            return Decision(ScheduleKind.RECURRING, windows, _yearly_rule(placed, windows))
        return Decision(ScheduleKind.DATES, windows)
    scope = [Ongoing(quota.year), *ongoing] if quota.year is not None else ongoing
    if quota.year is None and not ongoing and not placed:
        cell.doubt("count_alone")
    limits = limits_of(cell, plan, scope, placed)
    cell.doubt("suggested_split")
    return Decision(ScheduleKind.QUOTA, _split(quota.count, limits, plan), count=quota.count)


def _split(count: int, limits: list[Window], plan: PlanPeriod) -> list[Window]:
    whole = Window(plan.start, plan.end)
    return [whole] if count == 1 and limits == [whole] else split_evenly(count, limits, plan)


# ---- no dates, and what follows


def _without_dates(cell: Cell) -> Decision:
    flags = {remark.flag for remark in cell.all(Remark)}
    return Decision(ScheduleKind.ON_REQUEST if flags & _REQUESTS else ScheduleKind.UNDETERMINED)


def _alone_thereafter(cell: Cell, plan: PlanPeriod, then: list[Rhythm | Ongoing | Remark | Quota]) -> Decision | None:
    cell.doubt("thereafter_alone")
    found = then[0]
    if isinstance(found, Rhythm):
        return _recurring(cell, plan, _Claims([], [found], [], []))
    if isinstance(found, Ongoing):
        return Decision(ScheduleKind.CONTINUOUS, limits_of(cell, plan, [found]))
    cell.flag(getattr(found, "flag", "separate_schedule"))
    return None


def _go_on(cell: Cell, plan: PlanPeriod, decision: Decision, then: Rhythm | Ongoing | Remark | Quota) -> None:
    """«далее …» after what was read."""
    match then:
        case Rhythm(unit=Unit.YEAR):
            cell.flag("then_yearly")
        case Ongoing():
            cell.flag("then_continuous")
            _continue(plan, decision)
        case Remark():
            cell.flag(then.flag)
        case Rhythm():
            cell.doubt("then_recurring")
            _recur_from(plan, decision, then)
        case _:
            cell.doubt("unread_words")


def _continue(plan: PlanPeriod, decision: Decision) -> None:
    if decision.windows and decision.windows[-1].due < plan.end:
        decision.windows.append(Window(decision.windows[-1].due + timedelta(days=1), plan.end))
        decision.kind = ScheduleKind.DATES if decision.kind is ScheduleKind.DEADLINE else decision.kind


def _recur_from(plan: PlanPeriod, decision: Decision, rhythm: Rhythm) -> None:
    if decision.windows:
        start = decision.windows[-1].due + timedelta(days=1)
        following = periods_of(rhythm, [Window(start, plan.end)], plan) if start <= plan.end else []
        decision.windows = [*decision.windows, *following]
        decision.kind, decision.rule = ScheduleKind.RECURRING, rule_of(rhythm)


def _check_outside(cell: Cell, plan: PlanPeriod, decision: Decision) -> None:
    """Dates outside the plan are kept and shown to a person; far outside they are more likely a slip."""
    outside = [window for window in decision.windows if not plan.holds(window)]
    if outside:
        cell.flag("outside_plan")
        cell.doubt("outside_plan")
    for remark in cell.all(Remark):
        alone = decision.kind is ScheduleKind.ON_REQUEST and remark.flag in _NO_FLAG_ALONE
        if remark.flag != "exception" and not alone:
            cell.flag(remark.flag)
