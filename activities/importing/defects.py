"""What is wrong with a plan: told to a person, never repaired in silence."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from activities.importing.columns import ColumnRole, Columns
from activities.importing.folding import fold
from activities.importing.phrase import Phrase
from activities.importing.reading import Defect, DefectCode, ReadActivity
from activities.importing.rows import ActivityRow, EmptyRow
from activities.importing.sections import Section
from activities.importing.source import Note, NoteKind, Oddity, OddityKind, Place
from activities.importing.time_headings import names_time
from activities.period import Period
from activities.spelling import likely_name, spelling_key
from engine.errors import N_

_HELD = {
    ColumnRole.NUMBER: N_("numbers"),
    ColumnRole.TITLE: N_("titles"),
    ColumnRole.DEADLINE: N_("deadlines"),
}
_LONGEST_QUOTE = 60
_MOST_SHOWN = 3


def find_in_columns(columns: Columns, activities: Sequence[ReadActivity]) -> Iterator[Defect]:
    """What the table lacks as a whole."""
    if not any(column.heading for column in columns.columns):
        message = N_(
            "The table has no headings; what its columns hold was told from their content. Check the first rows."
        )
        yield Defect(DefectCode.NO_HEADINGS, None, Phrase(message))
    for column in columns.columns:
        if column.by_content:
            message = N_(
                "The heading “{heading}” says nothing of what stands below it; it was taken for a column of {held}. "
                "If that is wrong, say it with --columns."
            )
            details = {"heading": column.heading, "held": Phrase(_HELD[column.role])}
            yield Defect(DefectCode.COLUMN_BY_CONTENT, None, Phrase(message, details))
    if not columns.has(ColumnRole.RESPONSIBLE):
        message = N_("The plan has no column for who is responsible. Until someone is named, the coordinator is.")
        yield Defect(DefectCode.NO_EXECUTOR_COLUMN, None, Phrase(message))
    if not columns.has(ColumnRole.DEADLINE) and not all(activity.deadline for activity in activities):
        message = N_("The plan has no column for deadlines. Each date has to be set by hand.")
        yield Defect(DefectCode.NO_DEADLINE_COLUMN, None, Phrase(message))


def find_in_rows(items: Iterable[Section | ActivityRow | EmptyRow]) -> Iterator[Defect]:
    """Empty rows, hidden rows, numbers that stand twice."""
    seen: dict[tuple[str, ...], int | None] = {}
    for item in items:
        yield from _find_in_row(item)
        if not item.number:
            continue
        key = _number_key(item)
        if key in seen:
            message = N_("The number {number} stands twice, in row {first} and in row {row}; both are kept.")
            details = {"number": item.number, "first": seen[key], "row": item.place.row}
            yield Defect(DefectCode.DUPLICATE_NUMBER, item.place.row, Phrase(message, details))
        seen.setdefault(key, item.place.row)


def _find_in_row(item: Section | ActivityRow | EmptyRow) -> Iterator[Defect]:
    if isinstance(item, EmptyRow):
        message = N_("Row {number} has a number and nothing else; no activity was made of it.")
        yield Defect(DefectCode.EMPTY_ROW, item.place.row, Phrase(message, {"number": item.number}))
    elif isinstance(item, ActivityRow) and item.hidden:
        message = N_("Row {number} is hidden in the file; it was read like any other.")
        yield Defect(DefectCode.HIDDEN_ROW, item.place.row, Phrase(message, {"number": item.number}))


def _number_key(item: Section | ActivityRow | EmptyRow) -> tuple[str, ...]:
    """A number of one part counts within its section, a longer one within the outermost section."""
    above = item.path[:-1] if isinstance(item, Section) else item.section
    return (*(above[:1] if "." in item.number else above), item.number)


def find_in_activity(activity: ReadActivity, period: Period) -> Iterator[Defect]:
    """What is wrong with one activity's deadline."""
    details = {"number": activity.number or quote(activity.title), "deadline": fold(activity.deadline)}
    row = activity.place.row
    if not activity.deadline:
        message = N_("{number} has no deadline.")
        yield Defect(DefectCode.NO_DEADLINE, row, Phrase(message, details))
    if DefectCode.DEADLINE_FROM_HEADING.value in activity.schedule.flags:
        message = N_("{number} has no deadline of its own; that of the heading above it was taken: {deadline}.")
        yield Defect(DefectCode.DEADLINE_FROM_HEADING, row, Phrase(message, details))
    if DefectCode.DEADLINE_OUTSIDE_HEADING.value in activity.schedule.flags:
        message = N_("{number} stands under “{heading}”, but its deadline says “{deadline}”. Check which is meant.")
        heading = next(filter(names_time, reversed(activity.section)), "")
        yield Defect(DefectCode.DEADLINE_OUTSIDE_HEADING, row, Phrase(message, details | {"heading": heading}))
    if "outside_plan" in activity.schedule.flags:
        message = N_("{number}: the deadline “{deadline}” lies outside the plan's period, {starts_on} to {ends_on}.")
        outside = details | {"starts_on": period.starts_on, "ends_on": period.ends_on}
        yield Defect(DefectCode.OUTSIDE_PERIOD, row, Phrase(message, outside))
    if "end_before_start" in activity.schedule.flags:
        message = N_("{number}: the deadline “{deadline}” ends before it begins.")
        yield Defect(DefectCode.END_BEFORE_START, row, Phrase(message, details))
    yield from _find_date_in_title(activity, period)


def find_under_headings(activities: Sequence[ReadActivity]) -> Iterator[Defect]:
    """Headings from which deadlines took their month: told once a heading, since each such row is to be checked."""
    below: dict[tuple[str, ...], list[ReadActivity]] = {}
    for activity in activities:
        if DefectCode.MONTH_FROM_HEADING.value in activity.schedule.flags:
            below.setdefault(activity.section, []).append(activity)
    for section, rows in below.items():
        message = N_("Deadlines below “{heading}” name no month ({deadlines}); the heading's was taken. Check one.")
        shown = [fold(row.deadline) for row in rows]
        deadlines = ", ".join(f"«{text}»" for text in shown[:_MOST_SHOWN]) + (" …" if len(shown) > _MOST_SHOWN else "")
        details = {"heading": next(filter(names_time, reversed(section)), ""), "deadlines": deadlines}
        yield Defect(DefectCode.MONTH_FROM_HEADING, rows[0].place.row, Phrase(message, details))


_DAY = re.compile(r"(?<!от )(?<![\d.])(\d{1,2})\.(\d{1,2})\.(20\d\d)(?![\d.]|\s*(?:г\.|года)?\s*№)")


def _find_date_in_title(activity: ReadActivity, period: Period) -> Iterator[Defect]:
    """A day in the title that no window of the deadline holds; dates of laws and orders are none of the plan's."""
    windows = activity.schedule.occurrences
    for match in _DAY.finditer(activity.title):
        day = _date_or_none(*map(int, match.groups()))
        if day is None or not windows or not period.contains(day):
            continue
        if not any((window.start or period.starts_on) <= day <= window.due for window in windows):
            message = N_("{number}: the title names {day}, the deadline says “{deadline}”.")
            details = {"number": activity.number, "day": match[0], "deadline": fold(activity.deadline)}
            yield Defect(DefectCode.DATE_IN_TITLE_DIFFERS, activity.place.row, Phrase(message, details))


def _date_or_none(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def find_in_parties(activities: Sequence[ReadActivity]) -> Iterator[Defect]:
    """Parties spelled in a way that the plan itself more often spells otherwise."""
    likely = _find_likely_spellings([name for activity in activities for name in activity.responsible])
    for activity in activities:
        for name in activity.responsible:
            if (spelling := likely.get(spelling_key(name))) is not None:
                message = N_("{number}: “{name}” is probably “{likely}”, as the plan spells it elsewhere.")
                details = {"number": activity.number, "name": name, "likely": spelling}
                yield Defect(DefectCode.UNKNOWN_PARTY_SPELLING, activity.place.row, Phrase(message, details))


def _find_likely_spellings(names: Sequence[str]) -> dict[str, str]:
    """For each spelling key that is probably a slip, the more frequent spelling that was meant."""
    counts = Counter(map(spelling_key, names))
    spellings = {spelling_key(name): name for name in names}
    found = {}
    for key, name in spellings.items():
        more_frequent = [spellings[other] for other, count in counts.items() if count > counts[key]]
        if (likely := likely_name(name, more_frequent)) is not None:
            found[key] = likely
    return found


_AMENDMENT = re.compile(
    r"в\s+ред(?:\.|акции)\s*(?:от|приказ|постановл|распоряж)|с\s+изм(?:\.|енени)|"
    r"(?:исключ[её]н|введ[её]н|дополнен|измен[её]н|призна\w+ утратившим)\w*[^.;]{0,30}\b(?:приказ|постановл|распоряж)",
    re.IGNORECASE,
)


def find_amendments(texts: Iterable[tuple[str, Place]]) -> Iterator[Defect]:
    """Remarks that a later order changed the plan: «(в ред. приказа от …)», «исключён приказом …»."""
    for text, place in texts:
        folded = fold(text)
        match = _AMENDMENT.search(folded)
        if match is not None:
            message = N_("“{text}” says that the plan was amended ({position}). Check that the row stands as amended.")
            details = {"text": quote(folded[match.start() :]), "position": place.phrase, "row": place.row}
            yield Defect(DefectCode.AMENDMENT, place.row, Phrase(message, details))


def find_in_notes(notes: Iterable[Note]) -> Iterator[Defect]:
    """Footnotes, which may change what a row says."""
    for note in notes:
        if note.kind is not NoteKind.FOOTNOTE:
            continue
        row = note.anchor.row if note.anchor is not None else None
        details = {"row": row, "text": fold(note.text)}
        if row is None:
            message = N_("The document has a footnote outside its table: “{text}”. Check whether it changes a row.")
        else:
            message = N_("Row {row} has a footnote: “{text}”. Check whether it changes the row.")
        yield Defect(DefectCode.FOOTNOTE, row, Phrase(message, details))


_TOLD_OF_FILE = {
    OddityKind.MACROS: N_("The file carries macros. They were not run and nothing in them was read."),
    OddityKind.LINKS_OUT: N_("The file links to the outside ({detail}). Nothing was fetched from there."),
    OddityKind.HIDDEN_SHEET: N_("The sheet “{detail}” is hidden. It was not read; its texts stand among the unplaced."),
    OddityKind.CELLS_SCRAMBLED: N_(
        "From “{detail}” on, the order of the cells cannot be told. The lines stand among the unplaced: "
        "enter that activity by hand, or give the plan as .docx."
    ),
    OddityKind.ROWS_RUN_TOGETHER: N_(
        "Where the row “{detail}” begins and ends cannot be told from the page. Compare it with the original."
    ),
    OddityKind.WORDS_MENDED: N_(
        "In row {row} a line's end may have cut a word; it was read as {detail}. Compare it with the original."
    ),
    OddityKind.HIDDEN_COLUMN: N_("The column {detail} is hidden in the file; it was read like any other."),
    OddityKind.CONVERTED: N_("The file is a {detail}; LibreOffice converted it. Compare a few rows with the original."),
}


def find_in_file(oddities: Iterable[Oddity]) -> Iterator[Defect]:
    """What is peculiar about the file itself."""
    for oddity in oddities:
        row = oddity.place.row if oddity.place is not None else None
        phrase = Phrase(_TOLD_OF_FILE[oddity.kind], {"detail": oddity.detail, "row": row})
        yield Defect(DefectCode(oddity.kind.value), row, phrase)


def quote(text: str) -> str:
    """The beginning of a text, for naming a row that has no number."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE].rstrip()}…"
