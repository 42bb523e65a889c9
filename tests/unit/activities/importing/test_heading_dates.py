from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.deadlines import Confidence, read_deadline
from activities.deadlines.schedule import Schedule
from activities.importing.heading_dates import TimeHeadings, read_row_deadline
from activities.importing.phrase import Phrase
from activities.importing.rows import ActivityRow
from activities.importing.source import Place
from activities.importing.time_headings import find_month, names_time
from activities.importing.title import school_year

_PERIOD = school_year(2026)
_MONTHS = {"СЕНТЯБРЬ": (9, 2026, 30), "Декабрь": (12, 2026, 31), "Февраль 2027": (2, 2027, 28), "май": (5, 2027, 31)}


def _row(deadline: str, *section: str) -> ActivityRow:
    return ActivityRow("1", section, "Совет", "", "", deadline, Place(Phrase("here"), 1))


def _read(deadline: str, *section: str, beside: tuple[tuple[str, ...], ...] = ()) -> tuple[str, Schedule]:
    """The deadline of a row below those headings, in a plan that has rows below others too."""
    rows = [_row("", *path) for path in (section, *beside)]
    return read_row_deadline(_row(deadline, *section), _PERIOD, TimeHeadings.of(rows))


def _windows(schedule: Schedule) -> list[tuple[str | None, str]]:
    return [(w.start.isoformat() if w.start else None, w.due.isoformat()) for w in schedule.occurrences]


@pytest.mark.parametrize(
    ("deadline", "windows"),
    [
        ("до 10", [(None, "2026-09-10")]),
        ("до 10 числа", [(None, "2026-09-10")]),
        ("10", [("2026-09-10", "2026-09-10")]),
        ("15-20", [("2026-09-15", "2026-09-20")]),
        ("с 21 по 25", [("2026-09-21", "2026-09-25")]),
        ("3, 10, 17", [("2026-09-03",) * 2, ("2026-09-10",) * 2, ("2026-09-17",) * 2]),
        ("вторая неделя", [("2026-09-08", "2026-09-14")]),
        ("последняя пятница", [("2026-09-25", "2026-09-25")]),
        ("в течение месяца", [("2026-09-01", "2026-09-30")]),
        ("25 (пт) в 15:00", [("2026-09-25", "2026-09-25")]),
        ("5 в 14.00", [("2026-09-05", "2026-09-05")]),
        ("8, 15 (вт)", [("2026-09-08",) * 2, ("2026-09-15",) * 2]),
    ],
)
def test_days_take_the_month_of_the_heading(deadline: str, windows: list[tuple[str | None, str]]) -> None:
    """Days without a month are of the heading's month; the cell stays as written, a person has to check."""
    text, schedule = _read(deadline, "СЕНТЯБРЬ")

    assert (text, schedule.text) == (deadline, deadline)
    assert _windows(schedule) == windows
    assert schedule.confidence is Confidence.CHECK
    assert "month_from_heading" in schedule.flags
    assert "«СЕНТЯБРЬ»" in schedule.explanation.ru
    assert "“СЕНТЯБРЬ”" in schedule.explanation.en


@given(st.sampled_from(sorted(_MONTHS)), st.integers(1, 28), st.sampled_from(["{}", "до {}", "{:02}", "{} числа"]))
def test_any_day_below_any_month(heading: str, day: int, wording: str) -> None:
    """Whichever day and month: the reading is that day of that month in the plan's year."""
    month, year, _ = _MONTHS[heading]

    _, schedule = _read(wording.format(day), heading)

    assert [window.due for window in schedule.occurrences] == [date(year, month, day)]
    assert schedule.confidence is Confidence.CHECK


@given(st.text(alphabet="0123456789 -–,.доспкласмнедиюячрут№:", max_size=12), st.sampled_from(sorted(_MONTHS)))
def test_a_heading_never_makes_a_date_sure(deadline: str, heading: str) -> None:
    """Whatever the cell says, a reading that changed below a heading is to be checked, and covers the cell alone."""
    own = read_deadline(deadline, _PERIOD.starts_on, _PERIOD.ends_on)

    _, schedule = _read(deadline, heading)

    assert schedule == own or schedule.confidence is not Confidence.SURE
    if deadline:
        assert schedule.text == deadline
        assert all(span.end <= len(deadline) for span in schedule.spans)


@pytest.mark.parametrize("deadline", ["31", "с 10", "5 кл.", "Протокол № 3", "по графику", "2 в актовом зале"])
def test_what_does_not_fit_the_month_is_asked_about(deadline: str) -> None:
    """No such day, no end, or words unread: no date is made of it."""
    _, schedule = _read(deadline, "СЕНТЯБРЬ")

    assert schedule == read_deadline(deadline, _PERIOD.starts_on, _PERIOD.ends_on)
    assert schedule.confidence is Confidence.ASK


@pytest.mark.parametrize(
    "deadline", ["15.09.2026", "до 20 сентября", "сентябрь-октябрь", "ежемесячно до 5", "в течение года"]
)
def test_a_deadline_that_says_all_stands(deadline: str) -> None:
    """What names its own time is read as anywhere else."""
    _, schedule = _read(deadline, "СЕНТЯБРЬ")

    assert schedule == read_deadline(deadline, _PERIOD.starts_on, _PERIOD.ends_on)


def test_parts_of_the_text_keep_their_places() -> None:
    """The month that was put in among the words leaves no trace in the spans: they cover the cell from end to end."""
    _, schedule = _read("25 (пт) в 15:00", "СЕНТЯБРЬ")

    assert [(schedule.text[span.start : span.end], span.part) for span in schedule.spans if span.part != "space"] == [
        *(("25", "window"), ("(", "separator"), ("пт", "weekday"), (")", "separator"), ("в 15:00", "time")),
    ]
    assert "".join(schedule.text[span.start : span.end] for span in schedule.spans) == schedule.text


def test_a_weekly_rhythm_is_of_that_month() -> None:
    """«по пятницам» under a month is not all year: the schedule says so and waits for a person."""
    _, schedule = _read("по пятницам", "СЕНТЯБРЬ")

    assert (schedule.confidence, schedule.occurrences) == (Confidence.CHECK, ())
    assert {"within_window", "month_from_heading"} <= set(schedule.flags)


def test_another_month_than_the_heading_is_doubted() -> None:
    """A date outside the heading's month is kept as written and told."""
    _, schedule = _read("15 октября", "СЕНТЯБРЬ")

    assert _windows(schedule) == [("2026-10-15", "2026-10-15")]
    assert schedule.confidence is Confidence.CHECK
    assert "deadline_outside_heading" in schedule.flags


def test_an_empty_cell_takes_the_whole_heading() -> None:
    """Without a deadline of its own a row is due as its heading says: a month, a quarter, all year."""
    read = {heading: _read("", heading) for heading in ("Май", "II четверть", "В течение года")}

    assert {heading: text for heading, (text, _) in read.items()} == {heading: heading for heading in read}
    assert _windows(read["Май"][1]) == [("2027-05-01", "2027-05-31")]
    assert all(schedule.confidence is Confidence.CHECK for _, schedule in read.values())
    assert all("deadline_from_heading" in schedule.flags for _, schedule in read.values())


def test_a_heading_below_one_month_alone_may_be_none_of_its() -> None:
    """What stands below «МАЙ» and nowhere else may follow the months; repeated below each month, it belongs to them."""
    _, alone = _read("до 10", "МАЙ", "Разное")
    _, repeated = _read("до 10", "МАЙ", "Разное", beside=(("АПРЕЛЬ", "Разное"),))

    assert alone.confidence is Confidence.ASK
    assert _windows(repeated) == [(None, "2027-05-10")]


@pytest.mark.parametrize(
    ("heading", "genitive", "year"),
    [
        ("Сентябрь", "сентября", None),
        ("СЕНТЯБРЬ 2026", "сентября", 2026),
        ("Октябрь 2026 года.", "октября", 2026),
        ("май 2027г.", "мая", 2027),
        ("Месяц: март", "марта", None),
        ("IX. Сентябрь", "сентября", None),
        ("2. Май 2027", "мая", 2027),
    ],
)
def test_months_are_found_in_headings(heading: str, genitive: str, year: int | None) -> None:
    """A month alone, with its year, or with the word beside it."""
    month = find_month(heading)

    assert month is not None
    assert (month.genitive, month.year) == (genitive, year)


@pytest.mark.parametrize("heading", ["Сентябрь-октябрь", "В сентябре", "8 марта", "Майский праздник", "Маяк", ""])
def test_no_month_is_seen_in_other_headings(heading: str) -> None:
    """Two months, a day, or a word that begins like a month name none."""
    assert find_month(heading) is None


@pytest.mark.parametrize(
    ("heading", "is_time"),
    [
        ("I квартал", True),
        ("В ТЕЧЕНИЕ ГОДА", True),
        ("Сентябрь – октябрь", True),
        ("Осенние каникулы", True),
        ("1 четверть", True),
        ("8 марта", False),
        ("Разное", False),
        ("Работа в сентябре с кадрами", False),
        ("I. Кадры", False),
        ("", False),
    ],
)
def test_headings_of_time(heading: str, is_time: bool) -> None:
    """Quarters, parts of a school year and the like are times; a day or a subject is not."""
    assert names_time(heading) is is_time
