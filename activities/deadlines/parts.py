"""What one rule of the grammar read: a part of the cell, before the plan gives it years."""

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Nth:
    """The n-th day of a month among some days of the week (0 is Monday); negative counts from the end."""

    nth: int
    weekdays: tuple[int, ...]

    @property
    def is_possible(self) -> bool:
        """Whether a month can have such a day: no thirteenth Friday, no thirtieth working day."""
        return 1 <= abs(self.nth) <= (5 if len(self.weekdays) == 1 else 23)

    def on(self, year: int, month: int) -> date:
        """The day itself.

        Raises:
            ValueError: the month has no such day.
        """
        last = monthrange(year, month)[1]
        days = [day for day in (date(year, month, 1 + n) for n in range(last)) if day.weekday() in self.weekdays]
        place = self.nth - 1 if self.nth > 0 else self.nth
        if not -len(days) <= place < len(days):
            raise ValueError("no such day in the month")
        return days[place]


@dataclass(frozen=True, slots=True)
class Edge:
    """A day of some year: month and day; day 0 is the month's last, -1 the one before it."""

    month: int
    day: int | Nth

    def on(self, year: int) -> date:
        """The day in a given year.

        Raises:
            ValueError: that year has no such day (30 February).
        """
        if isinstance(self.day, Nth):
            return self.day.on(year, self.month)
        last = monthrange(year, self.month)[1]
        return date(year, self.month, self.day if self.day > 0 else last + self.day)


@dataclass(frozen=True, slots=True)
class Year:
    """A year as written: `2023`, `2021-2022`, «текущий» (no number), «учебный», «следующий» (shift 1)."""

    first: int | None = None
    last: int | None = None
    school: bool = False
    shift: int = 0

    def of_month(self, month: int) -> int | None:
        """The calendar year that a month of this year lies in; None where the plan must tell."""
        if self.first is None:
            return None
        if not self.is_school:
            return self.first
        return self.first if month >= 9 else self.first + 1

    @property
    def is_school(self) -> bool:
        """Whether it runs from September."""
        return self.school or (self.first is not None and self.last == self.first + 1)


class PortionKind(StrEnum):
    """Which portion of a month (or of something longer)."""

    DECADE = "decade"
    WEEK = "week"
    HALF = "half"
    BEGIN = "begin"
    MIDDLE = "middle"
    END = "end"
    LATE = "late"
    DAY = "day"
    TAIL = "tail"


_MOST_PORTIONS = {PortionKind.DECADE: 3, PortionKind.WEEK: 5, PortionKind.HALF: 2, PortionKind.TAIL: 28}


@dataclass(frozen=True, slots=True)
class Portion:
    """Portions `first` to `last` of a kind; `day` where it is one day (the third Wednesday); the last `first` days."""

    kind: PortionKind
    first: int = 1
    last: int = 1
    day: int | Nth = 0

    def days(self) -> tuple[int | Nth, int | Nth]:
        """First and last day within a month, as `Edge` counts them."""
        first, last = self.first, self.last
        fixed: dict[PortionKind, tuple[int | Nth, int | Nth]] = {
            PortionKind.DECADE: (10 * first - 9, 10 * last if last < 3 else 0) if first > 0 else (21, 0),
            PortionKind.WEEK: (7 * first - 6, 7 * last if last < 5 else 0) if first > 0 else (-6, 0),
            PortionKind.HALF: (15 * first - 14, 15 * last if last < 2 else 0),
            PortionKind.BEGIN: (1, 10),
            PortionKind.MIDDLE: (11, 20),
            PortionKind.END: (21, 0),
            PortionKind.LATE: (20, 0),
            PortionKind.DAY: (self.day, self.day),
            PortionKind.TAIL: (1 - first, 0),
        }
        return fixed[self.kind]

    @property
    def doubts(self) -> tuple[str, ...]:
        """What a person should see about it."""
        most = _MOST_PORTIONS.get(self.kind, self.last)
        impossible = isinstance(self.day, Nth) and not self.day.is_possible
        if impossible or not 0 != self.first <= self.last <= most:
            return ("no_such_day",)
        if isinstance(self.day, Nth) and len(self.day.weekdays) > 1:
            return ("working_days",)
        if self.kind is PortionKind.WEEK:
            return ("week_of_month",)
        loose = {PortionKind.BEGIN, PortionKind.MIDDLE, PortionKind.END, PortionKind.LATE}
        return ("loose_portion",) if self.kind in loose else ()


class Grain(StrEnum):
    """What a stretch was named by."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    TERM = "term"
    SEASON = "season"
    PORTION = "portion"
    RANGE = "range"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the calendar, first to last day, whose years may be unknown."""

    first: Edge
    last: Edge
    grain: Grain
    year: Year | None = None
    last_year: Year | None = None
    doubts: tuple[str, ...] = ()
    portion: Portion | None = None  # which portion of the month it is
    is_end: bool = False  # named by its end («конец мая»): «до» includes it
    in_school_year: "Stretch | None" = None  # what the same words mean in the plan of a school year

    def in_year(self, year: Year | None) -> "Stretch":
        """The same stretch with a year written beside it."""
        return self if year is None else replace(self, year=year, last_year=year)

    def with_doubts(self, *codes: str) -> "Stretch":
        """The same stretch with more doubts about it."""
        other = self.in_school_year.with_doubts(*codes) if self.in_school_year is not None else None
        return replace(self, doubts=tuple(dict.fromkeys((*self.doubts, *codes))), in_school_year=other)

    def run_to(self, last: "Stretch") -> "Stretch":
        """From the first day of this stretch to the last day of another."""
        doubts = (*self.doubts, *last.doubts)
        run = Stretch(self.first, last.last, Grain.RANGE, self.year, last.last_year, doubts, is_end=last.is_end)
        if self.in_school_year is None and last.in_school_year is None:
            return run
        return replace(run, in_school_year=(self.in_school_year or self).run_to(last.in_school_year or last))


class Mode(StrEnum):
    """How a window bounds: the window itself, up to it, up to and including it, from it on."""

    WITHIN = "within"
    BEFORE = "before"
    UNTIL = "until"
    SINCE = "since"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Windows:
    """One or more stretches and how they bound."""

    stretches: tuple[Stretch, ...]
    mode: Mode = Mode.WITHIN
    doubts: tuple[str, ...] = ()


class Unit(StrEnum):
    """The period of a rhythm."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    TERM = "term"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Something that comes again. `days` are days of the month, pairs first to last; `upto` makes them the latest day.

    `lag` is the period that a report is about («месяца, следующего за отчетным»); `month_of_quarter` 1 to 3.
    """

    unit: Unit
    interval: int = 1
    count: int | None = None
    weekdays: tuple[int, ...] = ()
    portions: tuple[Portion, ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    upto: bool = False
    lag: Unit | None = None
    month_of_quarter: int | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ongoing:
    """Something that goes on all the time; `unit` where a period without a number is named («в течение квартала»)."""

    year: Year | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """So many times, in a year or in all."""

    count: int
    year: Year | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """No date of its own: on request, by another schedule, after something else."""

    flag: str


@dataclass(frozen=True, slots=True)
class Except:
    """Stretches that are left out («кроме июля и августа»)."""

    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Thereafter:
    """«далее …»"""

    then: "Rhythm | Ongoing | Remark | Quota"


@dataclass(frozen=True, slots=True)
class BareDays:
    """«до 25» beside a rhythm that says of what."""

    days: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class BarePortion:
    """«1-я декада» beside a month that stands elsewhere in the cell."""

    portions: tuple[Portion, ...]


@dataclass(frozen=True, slots=True)
class Lag:
    """«месяца, следующего за отчетным» beside a day that stands elsewhere."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Aside:
    """Known not to be a date: a time of day, a day of the week, a number of something, a doubt."""

    kind: str
    weekdays: tuple[int, ...] = field(default=())


Part = Windows | Rhythm | Ongoing | Quota | Remark | Except | Thereafter | BareDays | BarePortion | Lag | Aside
