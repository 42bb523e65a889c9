"""Rhythms: their RRULE (RFC 5545, section 3.3.10) and their periods within a plan."""

from calendar import monthrange
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from dateutil.rrule import rrulestr

from activities.deadlines.parts import Edge, Nth, Portion, PortionKind, Rhythm, Unit
from activities.deadlines.placing import PlanPeriod
from activities.deadlines.schedule import Window

_AT_END = {PortionKind.END, PortionKind.LATE, PortionKind.DAY}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF: 6}
_TERM_MONTHS = ((9, 10), (11, 12), (1, 3), (4, 5))


def merge_rhythms(rhythms: list[Rhythm]) -> Rhythm:
    """One rhythm out of several: «ежеквартально» + «до 5 числа», «еженедельно» + «по пятницам»."""
    main = rhythms[0]
    for other in rhythms[1:]:
        main = _merged(main, other)
    return main


def _merged(main: Rhythm, other: Rhythm) -> Rhythm:
    detailed, plain = (other, main) if _is_detailed(other) else (main, other)
    named = len(detailed.portions) + len(detailed.days)
    if plain.unit is detailed.unit and plain.count == named > 1:  # «2 раза в месяц (1-я и 3-я среда)»
        plain = replace(plain, count=None)
    if _is_detailed(plain) or plain.unit is Unit.YEAR or detailed.unit is Unit.YEAR or plain.count or detailed.count:
        return main if main == other else replace(main, doubts=(*main.doubts, "two_rhythms"))
    if detailed.unit is plain.unit or not _is_detailed(detailed):
        doubts = () if detailed.unit is plain.unit else ("two_rhythms",)
        kept = tuple(doubt for doubt in detailed.doubts if doubt not in {"which_month", "which_period", "each_period"})
        return replace(detailed, interval=max(main.interval, other.interval), doubts=(*kept, *plain.doubts, *doubts))
    if detailed.unit is Unit.MONTH and plain.unit in {Unit.QUARTER, Unit.HALF}:
        lag = detailed.lag if detailed.lag not in {None, Unit.MONTH} else plain.unit
        doubts = (*detailed.doubts, *(() if detailed.lag else ("which_month",)))
        return replace(detailed, unit=plain.unit, lag=lag, doubts=tuple(dict.fromkeys(doubts)))
    if detailed.unit is Unit.WEEK and plain.unit is Unit.DAY:
        return detailed
    return replace(detailed, doubts=(*detailed.doubts, "two_rhythms"))


def _is_detailed(rhythm: Rhythm) -> bool:
    return bool(rhythm.weekdays or rhythm.portions or rhythm.days)


def rule_of(rhythm: Rhythm, months: tuple[int, ...] = ()) -> str:
    """The RRULE; `months` restrict it to these months of the year."""
    if months:
        return ";".join([f"FREQ={_frequency_in(rhythm)}", f"BYMONTH={_listed(months)}", *_days_of(rhythm)])
    if rhythm.unit in {Unit.DAY, Unit.WEEK, Unit.YEAR}:
        frequency = {Unit.DAY: "DAILY", Unit.WEEK: "WEEKLY", Unit.YEAR: "YEARLY"}[rhythm.unit]
        return ";".join([f"FREQ={frequency}", *_interval(rhythm.interval), *_days_of(rhythm)])
    if (fixed := _months_of(rhythm)) is not None:
        return ";".join([f"FREQ={_frequency_in(rhythm)}", f"BYMONTH={_listed(fixed)}", *_days_of(rhythm)])
    return ";".join(["FREQ=MONTHLY", *_interval(_MONTHS[rhythm.unit] * rhythm.interval), *_days_of(rhythm)])


def _frequency_in(rhythm: Rhythm) -> str:
    """BYSETPOS counts within a period of FREQ, so it needs months, not years."""
    return "MONTHLY" if any(part.startswith("BYSETPOS") for part in _days_of(rhythm)) else "YEARLY"


def _months_of(rhythm: Rhythm) -> tuple[int, ...] | None:
    """The months that a rhythm names by itself: those after each quarter, the last of each quarter, ends of terms."""
    if rhythm.unit is Unit.TERM:
        return (3, 5, 10, 12)
    step = {Unit.QUARTER: 3, Unit.HALF: 6, Unit.YEAR: 12}.get(rhythm.lag or rhythm.unit)
    if step is None or not (_is_detailed(rhythm) or rhythm.month_of_quarter):
        return None
    if rhythm.month_of_quarter is not None:
        offset = rhythm.month_of_quarter
    elif rhythm.portions and (rhythm.portions[0].first < 0 or rhythm.portions[0].kind in _AT_END):
        offset = step
    else:
        offset = 1
    return tuple(range(offset, 13, step))


def _listed(numbers: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in numbers)


def _interval(interval: int) -> list[str]:
    return [f"INTERVAL={interval}"] if interval > 1 else []


def _days_of(rhythm: Rhythm) -> list[str]:
    """BYDAY and BYMONTHDAY; the 29th to 31st of a short month is its last day."""
    if rhythm.weekdays:
        return [f"BYDAY={','.join(_WEEKDAYS[day] for day in rhythm.weekdays)}"]
    if rhythm.days:
        last = [days[1] for days in rhythm.days]
        if max(last) > 28 and len(last) == 1:
            return [f"BYMONTHDAY={_listed(tuple(range(28, last[0] + 1)))}", "BYSETPOS=-1"]
        return [f"BYMONTHDAY={_listed(tuple(last))}"]
    named = [portion.day for portion in rhythm.portions if portion.kind is PortionKind.DAY]
    if not named:
        return []
    if all(isinstance(day, Nth) for day in named):
        return nth_days([day for day in named if isinstance(day, Nth)])
    return ["BYMONTHDAY=-1"]


def nth_days(days: list[Nth]) -> list[str]:
    """The part of a rule for the n-th days of the week, or of several days of the week, in a month."""
    if all(len(day.weekdays) == 1 for day in days):
        return [f"BYDAY={','.join(f'{day.nth}{_WEEKDAYS[day.weekdays[0]]}' for day in days)}"]
    return [f"BYDAY={','.join(_WEEKDAYS[day] for day in days[0].weekdays)}", f"BYSETPOS={days[0].nth}"]


def times_within(rhythm: Rhythm, plan: PlanPeriod) -> range:
    """How often a rhythm may come round in a plan; a school year has three quarters or four."""
    times = {Unit.QUARTER: 4, Unit.HALF: 2}.get(rhythm.unit)
    if times is None:
        return range(1000)
    return range(times if plan.is_calendar_year else times - 1, times + 1)


def periods_of(rhythm: Rhythm, limits: list[Window], plan: PlanPeriod) -> list[Window]:
    """The periods within the limits, cut to them; none for daily and weekly rhythms."""
    if rhythm.unit in {Unit.DAY, Unit.WEEK}:
        return []
    found: list[Window] = []
    for limit in limits:
        found.extend(_within(rhythm, limit.start or plan.start, limit.due, plan))
    return sorted(set(found), key=lambda window: (window.due, window.start or plan.start))


def _within(rhythm: Rhythm, start: date, end: date, plan: PlanPeriod) -> Iterator[Window]:
    if rhythm.unit is Unit.YEAR:
        yield Window(start, end)
    elif rhythm.days or (rhythm.portions and rhythm.portions[0].kind is PortionKind.DAY):
        yield from _named_days(rhythm, start, end)
    elif rhythm.portions:
        yield from _portions(rhythm, start, end)
    else:
        yield from _cut(_blocks(rhythm, start, end, plan), start, end)


def _cut(windows: Iterator[tuple[date, date]], start: date, end: date) -> Iterator[Window]:
    for first, last in windows:
        if first <= end and last >= start:
            yield Window(max(first, start), min(last, end))


def _blocks(rhythm: Rhythm, start: date, end: date, plan: PlanPeriod) -> Iterator[tuple[date, date]]:
    """Months, quarters, half-years, school terms; several months counted from the first."""
    if rhythm.unit is Unit.TERM:
        for year in range(start.year - 1, end.year + 1):
            for first, last in _TERM_MONTHS:
                yield _months_block(year, first, last)
        return
    length = _MONTHS[rhythm.unit] * rhythm.interval
    if rhythm.unit is Unit.HALF and plan.is_school_year:
        yield date(plan.start.year, 9, 1), date(plan.start.year, 12, 31)
        yield date(plan.end.year, 1, 1), plan.end
        return
    aligned = rhythm.interval == 1 and 12 % length == 0
    month = (start.month - 1) // length * length if aligned else start.month - 1
    place = start.year * 12 + month
    while place <= end.year * 12 + end.month - 1:
        final = place + length - 1
        yield date(place // 12, place % 12 + 1, 1), _last_day(final // 12, final % 12 + 1)
        place += length


def _months_block(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), _last_day(year, last)


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _named_days(rhythm: Rhythm, start: date, end: date) -> Iterator[Window]:
    """One window a named day, by the RRULE itself; `upto` opens it at the month's first day."""
    first_of_month = start.replace(day=1)
    rule = rrulestr(rule_of(rhythm), dtstart=datetime(first_of_month.year, first_of_month.month, 1))  # noqa: DTZ001  (dates only)
    until = datetime(end.year, end.month, end.day)  # noqa: DTZ001  (dates only)
    for instant in rule.between(datetime(start.year, start.month, start.day), until, inc=True):  # noqa: DTZ001
        due = instant.date()
        yield Window(max(start, _opening(rhythm, due)), due)


def _opening(rhythm: Rhythm, due: date) -> date:
    if rhythm.upto:
        return due.replace(day=1)
    for first, last in rhythm.days:
        if min(last, monthrange(due.year, due.month)[1]) == due.day:
            return due.replace(day=min(first, due.day))
    return due


def _portions(rhythm: Rhythm, start: date, end: date) -> Iterator[Window]:
    """A decade, week or end of each month; of a quarter or half-year its first or last month."""
    months = _months_of(rhythm) if rhythm.unit is not Unit.MONTH else None
    for first, last in _blocks(Rhythm(Unit.MONTH), start, end, PlanPeriod(start, end)):
        if months is None:
            yield from _cut((days for portion in rhythm.portions for days in _portion(portion, first)), start, end)
        elif first.month in months:
            yield from _cut(iter([(first, last)]), start, end)


def _portion(portion: Portion, month: date) -> Iterator[tuple[date, date]]:
    """The portion of one month; none where the month has no such days (a fifth week in February)."""
    first, last = portion.days()
    with suppress(ValueError):
        yield Edge(month.month, first).on(month.year), Edge(month.month, last).on(month.year)


def split_evenly(count: int, limits: list[Window], plan: PlanPeriod) -> list[Window]:
    """A suggestion for a quota: the months of the limits in `count` runs of about the same length, whole months."""
    blocks = [
        block
        for limit in limits
        for block in _cut(
            _blocks(Rhythm(Unit.MONTH), limit.start or plan.start, limit.due, plan),
            limit.start or plan.start,
            limit.due,
        )
    ]
    if not blocks or count < 1:
        return []
    runs = []
    for place in range(count):
        first = place * len(blocks) // count
        last = max(first, (place + 1) * len(blocks) // count - 1)
        runs.append(Window(blocks[first].start, blocks[last].due))
    return runs
