"""Windows that belong together: bounds that stand apart, days listed after a month, dashes lost or set aside."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise, takewhile

from activities.deadlines.cell import Cell, Item, dated_windows, is_year, windows_of
from activities.deadlines.parts import Aside, Edge, Grain, Mode, Stretch, Windows

_UNTIL = {Mode.UNTIL, Mode.BEFORE}
_NOTES = {"time", "weekday"}
_LONGEST_MONTH = 31


def join_windows(cell: Cell) -> None:
    """Joins what is one window or one list of deadlines, with a doubt wherever the text could mean something else."""
    _drop_reported(cell)
    _bound_by_clock(cell)
    _pair_since_with_until(cell)
    _extend_until(cell)
    _inherit_days(cell)
    _join_over_dash(cell)
    _doubt_loose_signs(cell)
    _mend_lost_dash(cell)


# ---- days after their month


def take_listed_days(cell: Cell) -> None:
    """«март: 7, 14, 21», «февраль (15-16)»: days of the month before them. One number may be a footnote."""
    for item, windows in dated_windows(cell):
        month = windows.stretches[0]
        if month.grain is not Grain.MONTH or windows.mode is not Mode.WITHIN or len(windows.stretches) > 1:
            continue
        place = cell.place_of(item) + 1
        run = list(takewhile(_is_number_or_sign, cell.items[place:]))
        days = _days_of(month, run)
        after = cell.items[place + len(run)] if place + len(run) < len(cell.items) else None
        if days and (after is None or after.role != "caption"):
            item.part = replace(windows, stretches=days)
            for number in (one for one in run if one.kind == "NUM"):
                number.role = "window"
            cell.doubt("days_after_month")


def _is_number_or_sign(item: Item) -> bool:
    return item.part is None and (item.kind in {"NUM", "COMMA", "AND", "DASH", "OPEN", "CLOSE"} or item.is_mark(":"))


def _days_of(month: Stretch, run: list[Item]) -> tuple[Stretch, ...]:
    """The days and ranges of days in a run of numbers and signs; none where it is no such list."""
    if not run or not (run[0].kind in {"OPEN", "DASH"} or run[0].is_mark(":")):
        return ()
    shape = [item.kind for item in run[1:] if item.kind not in {"OPEN", "CLOSE"}]
    numbers = [item.island.pieces[0].value for item in run if item.kind == "NUM"]
    while shape and shape[-1] in {"COMMA", "AND"}:
        shape.pop()
    signs = shape[1::2]
    if len(numbers) < 2 or shape[::2] != ["NUM"] * len(numbers) or len(signs) != len(numbers) - 1:
        return ()
    if max(numbers) > _LONGEST_MONTH or "DASH" in [sign for sign, other in pairwise(signs) if sign == other]:
        return ()
    return tuple(_day_runs(month, numbers, signs))


def _day_runs(month: Stretch, numbers: list[int], signs: list[str]) -> Iterable[Stretch]:
    ends = [*signs, "COMMA"]
    first = numbers[0]
    for number, sign in zip(numbers, ends, strict=True):
        if sign == "DASH":
            first = number
            continue
        opened = first if ends[max(0, numbers.index(number) - 1)] == "DASH" else number
        grain = Grain.DAY if opened == number else Grain.RANGE
        yield replace(month, first=Edge(month.first.month, opened), last=Edge(month.first.month, number), grain=grain)


# ---- bounds


def _drop_reported(cell: Cell) -> None:
    """«отчёт за 2023 год – 15 января»: what a report is about is no date of its own where another stands."""
    windows = windows_of(cell)
    reported = [item for item, _windows in windows if cell.items[max(0, cell.place_of(item) - 1)].kind == "ZA"]
    if len(reported) < len(windows):
        for item in reported:
            item.part = None


def _bound_by_clock(cell: Cell) -> None:
    """«до 18:00 19 мая» ends on that day; «с 10:00 17 мая» then begins the window."""
    found = [item for item in cell.items if item.part is not None]
    starts: Item | None = None
    for aside, item in pairwise(found):
        clock = isinstance(aside.part, Aside) and aside.part.kind == "time" and aside.says_one_time
        if not (clock and item.glued and not item.broken and isinstance(item.part, Windows)):
            continue
        if aside.kind == "DO" and not _is_plain_day(item.part):
            cell.doubt("dash_between")
        elif aside.kind == "S" and _is_plain_day(item.part):
            starts = item
        elif aside.kind == "DO":
            item.part = replace(item.part, mode=Mode.UNTIL)
            if starts is not None and isinstance(starts.part, Windows):
                starts.part = replace(starts.part, mode=Mode.SINCE)


def _pair_since_with_until(cell: Cell) -> None:
    """«с 1 марта (приём заявок) по 15 апреля» with words between, «1 марта по 5 марта» without «с»: one window."""
    for (first, one), (last, two) in pairwise(windows_of(cell)):
        plain = (
            one.mode is Mode.WITHIN and one.stretches[0].grain is Grain.DAY and last.glued and last.kind in {"PO", "DO"}
        )
        if (one.mode is Mode.SINCE or plain) and two.mode in _UNTIL and len(one.stretches) == 1:
            run = one.stretches[0].run_to(two.stretches[0])
            first.part = Windows((run, *two.stretches[1:]), doubts=("paired_bounds",))
            last.part = None


def _extend_until(cell: Cell) -> None:
    """«до 1 июня и 1 декабря»: the second day is a deadline too."""
    last: Windows | None = None
    for item, found in windows_of(cell):
        windows = found
        bound = last is not None and last.mode in _UNTIL and item.joined
        plain = windows.mode is Mode.WITHIN and not is_year(windows)
        if bound and plain and last is not None and windows.stretches[0].grain is last.stretches[-1].grain:
            windows = replace(windows, mode=last.mode, doubts=(*windows.doubts, "listed_deadlines"))
            item.part = windows
        last = windows


def _inherit_days(cell: Cell) -> None:
    """«до 15 апреля, июля, октября»: a month alone after a day in a list of deadlines may mean that day: asked."""
    last: Windows | None = None
    for item, found in windows_of(cell):
        windows = found
        month, day = windows.stretches[0], last.stretches[-1] if last is not None else None
        follows = last is not None and item.joined and last.mode is Mode.UNTIL and month.grain is Grain.MONTH
        alone = windows.mode is Mode.WITHIN and len(windows.stretches) == 1
        if follows and alone and day is not None and day.grain is Grain.DAY:
            edge = replace(day.first, month=month.first.month)
            same = Stretch(edge, edge, Grain.DAY, month.year, month.last_year)
            windows = Windows((same,), Mode.UNTIL, ("same_day_of_months",))
            item.part = windows
        last = windows


# ---- dashes


def _join_over_dash(cell: Cell) -> None:
    """«17 мая 10:00 – 19 мая 18:00», «пн 15.04 – пт 19.04»: a range with notes between its ends.

    A dash among other words may join or part; a comma, a stop or a new line beside it says that it parts.
    """
    joined: Item | None = None
    for (first, one), (last, two) in pairwise(dated_windows(cell)):
        between = cell.items[cell.place_of(first) + 1 : cell.place_of(last)]
        if between and _runs_over(between[-1], "time") and not (between[-1].broken or last.broken):
            cell.doubt("dash_between")  # «1 января, 10:00-12:00 2 января»: hours of the first day, or a range of days
        if not any(item.kind == "DASH" or _runs_over(item, "weekday") for item in between):
            continue
        noted = all(_is_note(item) for item in between)
        if noted and first is not joined and _is_plain_day(one) and _is_plain_day(two):
            run = one.stretches[0].run_to(two.stretches[0])
            first.part = Windows((run,), doubts=("paired_bounds",))
            last.part = None
            joined = last
        elif noted or not (_is_parted(between) or last.broken):
            cell.doubt("dash_between")


def _runs_over(item: Item, note: str) -> bool:
    """«1 января, чт – пт 9 января»: the dash stands between the days of the week, or the hours."""
    dashed = any(piece.kind == "DASH" for piece in item.island.pieces)
    return dashed and isinstance(item.part, Aside) and item.part.kind == note


def _is_parted(between: list[Item]) -> bool:
    """Whether something stands there that ends one entry and begins the next."""
    return any((item.kind in {"COMMA", "MARK", "AND"} and not item.bracketed) or item.broken for item in between)


def _doubt_loose_signs(cell: Cell) -> None:
    """«март…май» may be a range, «сентябрь –» may have lost its end."""
    dated = dated_windows(cell)
    for (first, one), (last, two) in pairwise(dated):
        marks = [item for item in cell.items[cell.place_of(first) : cell.place_of(last)] if item.kind == "MARK"]
        if any(item.is_mark("…") for item in marks) or [item.is_mark(".") for item in marks].count(True) > 1:
            cell.doubt("dash_between")
        opening = cell.items[cell.place_of(last) - 1].kind == "OPEN" and cell.place_of(last) == cell.place_of(first) + 2
        if opening and two.stretches[0].grain is one.stretches[-1].grain:
            cell.doubt("alternatives")  # «март (апрель)»
    if dated and cell.items[-1].kind == "DASH" and cell.items[-2] is dated[-1][0]:
        cell.doubt("loose_dash")


def _is_plain_day(windows: Windows) -> bool:
    return windows.mode is Mode.WITHIN and [stretch.grain for stretch in windows.stretches] == [Grain.DAY]


def _is_note(item: Item) -> bool:
    """A dash, a time, a day of the week or their brackets and comma."""
    noted = isinstance(item.part, Aside) and item.part.kind in _NOTES
    return noted or item.kind in {"DASH", "OPEN", "CLOSE", "COMMA", "V"}


def _mend_lost_dash(cell: Cell) -> None:
    """«Май июнь 2022»: two neighbouring months with nothing between them are a range whose dash was lost."""
    for (first, one), (last, two) in pairwise(dated_windows(cell)):
        between = cell.items[cell.place_of(first) + 1 : cell.place_of(last)]
        alone = all(isinstance(item.part, Aside) and not item.broken for item in between) and not last.broken
        if alone and (between or {one.mode, two.mode} != {Mode.WITHIN}):
            cell.doubt("nothing_between")
    for run in _glued_runs(cell):
        stretches = [item.part.stretches[0] for item in run if isinstance(item.part, Windows)]
        follows = len(run) == 2 and stretches[1].first.month == stretches[0].first.month % 12 + 1
        if not all(stretch.grain is Grain.MONTH for stretch in stretches):
            if all(item.broken for item in run[1:]):
                continue
            cell.doubt("nothing_between")
        elif follows and not run[1].broken:
            run[0].part = Windows((stretches[0].run_to(stretches[1]),))
            run[1].part = None
            cell.doubt("lost_dash")
        elif not run[1].broken and (len(run) == 2 or _are_neighbours(stretches)):
            cell.doubt("nothing_between")


def _are_neighbours(stretches: list[Stretch]) -> bool:
    """«май июнь июль» may be a list or a range."""
    return all(two.first.month == one.first.month % 12 + 1 for one, two in pairwise(stretches))


def _glued_runs(cell: Cell) -> Iterable[list[Item]]:
    """Runs of single windows with nothing between them."""
    run: list[Item] = []
    for item in [item for item in cell.items if item.part is not None]:
        windows = item.part
        single = isinstance(windows, Windows) and windows.mode is Mode.WITHIN and not is_year(windows)
        if single and isinstance(windows, Windows) and len(windows.stretches) == 1 and run and item.glued:
            run.append(item)
            continue
        if len(run) > 1:
            yield run
        run = [item] if single and isinstance(windows, Windows) and len(windows.stretches) == 1 else []
    if len(run) > 1:
        yield run
