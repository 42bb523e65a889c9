"""Puts the parts of a cell together: what belongs to what, and what is doubtful about it."""

from dataclasses import replace
from itertools import pairwise

from activities.deadlines.cell import Cell, Item, dated_windows, is_year, items_of, windows_of
from activities.deadlines.islands import Island
from activities.deadlines.joining import join_windows, take_listed_days
from activities.deadlines.lexer import Piece
from activities.deadlines.parts import Aside, BarePortion, Grain, Remark, Rhythm, Thereafter, Unit, Windows, Year
from activities.deadlines.stretches import take_portion

_DATED = {"MONTH", "DATE", "DAYMONTH", "YEARS", "WEEKDAY"}
_SPANS = {"QUARTER", "HALFYEAR", "TERM", "SEASONAL", "SUMMERY"}
_ODD_MINUTES = {5, 10}  # `16.05, 15.10`: ten past three looks like a day of October


def gather(islands: list[Island], text: str) -> Cell:
    """The items of a cell with their surroundings; what no rule read becomes a doubt."""
    cell = Cell(items_of(islands, text))
    take_listed_days(cell)
    for item in cell.items:
        if any(piece.mended for piece in item.island.pieces):
            cell.flag("spelling_mended")
            cell.doubt("spelling_mended")
        if item.role == "unread":
            cell.doubt(_doubt_of(item.kind))
        elif item.kind == "SLASH":
            cell.doubt("alternatives")
    _doubt_numbers(cell)
    _doubt_remarks(cell)
    _doubt_times(cell)
    _doubt_months_beside_days(cell, text)
    join_windows(cell)
    _attach_portions(cell)
    _attach_years(cell)
    return cell


def _doubt_of(kind: str) -> str:
    return {"NODAY": "no_such_day", "OR": "alternatives"}.get(kind, "unread_words")


def _doubt_numbers(cell: Cell) -> None:
    """A date beside «№ 5» may be a document's; a month right after a number of something may belong to it."""
    kinds = [piece.kind for item in cell.items for piece in item.island.pieces]
    numbered = any(isinstance(part, Aside) and part.kind == "number" for part in cell.all(Aside)) and "OTHER" in kinds
    if numbered and any(one.grain is Grain.DAY for part in cell.all(Windows) for one in part.stretches):
        cell.doubt("document_date")
    parts = [item for item in cell.items if item.part is not None]
    for before, item in pairwise(parts):
        if isinstance(before.part, Aside) and before.part.kind == "number" and item.glued:
            cell.doubt("nothing_between")
    if not dated_windows(cell) and any(item.role == "unread" and item.kind == "NUM" for item in cell.items):
        cell.doubt("numbers_unread")


def _doubt_remarks(cell: Cell) -> None:
    """A remark that holds a date, and a day that is still to be agreed."""
    for item in cell.items:
        part = item.part.then if isinstance(item.part, Thereafter) else item.part
        if not isinstance(part, Remark):
            continue
        kinds = [piece.kind for piece in item.island.pieces]
        spans = _SPANS if part.flag != "depends_on_event" else set()
        if set(kinds) & (_DATED | spans) or (kinds[-1] == "NUM" and dated_windows(cell)):
            cell.doubt("date_in_remark")
    days = any(one.grain is Grain.DAY for part in cell.all(Windows) for one in part.stretches)
    if days and any(remark.flag == "date_to_be_agreed" for remark in cell.all(Remark)):
        cell.doubt("day_to_be_agreed")


def _doubt_times(cell: Cell) -> None:
    """`16.05 (15.10)`, `12.05.2024 с 9.10`: what stands after a day as day and month may be an hour and minutes."""
    dated = dated_windows(cell)
    pieces = [piece for item in cell.items for piece in item.island.pieces]
    if dated and any(one.kind == "DASH" and _may_be_day(two) for one, two in pairwise(pieces)):
        cell.doubt("time_or_date")
    for (first, days), (item, _windows) in pairwise(dated):
        numbers = [piece for piece in item.island.pieces if piece.kind == "DAYMONTH"]
        if days.stretches[-1].grain is not Grain.DAY or not numbers or item.island.pieces[-1].kind == "YEAR":
            continue
        apart = item.bracketed != first.bracketed or item.kind in {"S", "DO", "K"}
        alone = len(dated) == 2 and item.joined and numbers[0].value.month in _ODD_MINUTES
        clockwise = 7 <= numbers[0].value.day <= 21 and not numbers[0].value.is_short
        if clockwise and (apart or alone or any(piece.kind == "DATE" for piece in first.island.pieces)):
            cell.doubt("time_or_date")


def _may_be_day(time: Piece) -> bool:
    """`10.00 – 19.05` was taken for a time."""
    hour, _stop, minutes = str(time.value).strip(".").partition(".")
    return time.kind == "TIME" and minutes.isdigit() and 1 <= int(minutes) <= 12 and hour != "0"


def _doubt_months_beside_days(cell: Cell, text: str) -> None:
    """«25 декабря и мая»: a month in the genitive wants a day, perhaps the one before."""
    for (_first, days), (item, _windows) in pairwise(windows_of(cell)):
        by_day = days.stretches[-1].grain in {Grain.DAY, Grain.RANGE}
        month = item.island.pieces[0]
        if by_day and item.joined and month.kind == "MONTH" and text[month.start : month.end].endswith(("я", "а")):
            cell.doubt("day_or_month")


def _attach_portions(cell: Cell) -> None:
    """«май, 1-я декада»: the portion belongs to the one month beside it."""
    for item in cell.items:
        portion = item.part
        if not isinstance(portion, BarePortion):
            continue
        place = cell.place_of(item)
        nearest = [other for other in reversed(cell.items[:place]) if isinstance(other.part, Windows)]
        nearest += [other for other in cell.items[place:] if isinstance(other.part, Windows)]
        part = nearest[0].part if nearest else None
        if isinstance(part, Windows) and part.stretches[-1].grain is Grain.MONTH:
            month = part.stretches[-1]
            taken = tuple(take_portion(one, month) for one in portion.portions)
            nearest[0].part = replace(part, stretches=(*part.stretches[:-1], *taken))
            item.part = None
        elif cell.all(Rhythm) and not any(rhythm.portions for rhythm in cell.all(Rhythm)):
            item.part = Rhythm(Unit.MONTH, portions=portion.portions)
        else:
            item.part = None
            cell.doubt("portion_of_what")


def _attach_years(cell: Cell) -> None:
    """«май (2023)», «2023 год: май, сентябрь»: a year alone belongs to the windows that have none."""
    for item, part in windows_of(cell):
        year = part.stretches[0].year
        if not is_year(part) or len(part.stretches) > 1 or year is None or year.first is None:
            continue
        if year.last is not None and not year.is_school:
            continue
        place = cell.place_of(item)
        before = [other for other in cell.items[:place] if _lacks_year(other)]
        after = [other for other in cell.items[place:] if _lacks_year(other)]
        for other in before or after:
            _give_year(other, year)
        if before or after:
            item.part = None


def _lacks_year(item: Item) -> bool:
    part = item.part
    if not isinstance(part, Windows) or is_year(part):
        return False
    return all(stretch.last_year is None for stretch in part.stretches)


def _give_year(item: Item, year: Year) -> None:
    """The year goes to the last stretch; what stands before takes it from there."""
    part = item.part
    assert isinstance(part, Windows)  # noqa: S101  (narrowing for the type checker)
    last = part.stretches[-1]
    dated = replace(last, last_year=year) if last.grain is Grain.RANGE else last.in_year(year)
    if last.grain is Grain.RANGE and year.is_school:
        dated = last.in_year(year)
    item.part = replace(part, stretches=(*part.stretches[:-1], dated))
