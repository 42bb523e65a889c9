"""What holds for every date, however it is written."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from activities.deadlines import Confidence, ScheduleKind, Window, read_deadline

PLAN = (date(2026, 1, 1), date(2026, 12, 31))
SCHOOL_YEAR = (date(2025, 9, 1), date(2026, 8, 31))
MONTHS = {
    1: ["январь", "января", "январю", "январем", "январе", "янв.", "янв"],
    2: ["февраль", "февраля", "февралю", "февралём", "феврале", "фев.", "февр."],
    3: ["март", "марта", "марту", "мартом", "марте", "мар."],
    4: ["апрель", "апреля", "апрелю", "апрелем", "апреле", "апр."],
    5: ["май", "мая", "маю", "маем", "мае"],
    6: ["июнь", "июня", "июню", "июнем", "июне", "июн."],
    7: ["июль", "июля", "июлю", "июлем", "июле", "июл."],
    8: ["август", "августа", "августу", "августом", "августе", "авг."],
    9: ["сентябрь", "сентября", "сентябрю", "сентябрем", "сентябре", "сен.", "сент."],
    10: ["октябрь", "октября", "октябрю", "октябрем", "октябре", "окт."],
    11: ["ноябрь", "ноября", "ноябрю", "ноябрем", "ноябре", "нояб.", "ноя"],
    12: ["декабрь", "декабря", "декабрю", "декабрем", "декабре", "дек."],
}
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
DASHES = st.sampled_from(["-", " - ", "–", " – ", "—", " — ", "‑", "−", "- ", " –"])
days = st.dates(*PLAN)


def of(day: date) -> str:
    return MONTHS[day.month][1]


USUAL = [
    lambda d: f"{d:%d.%m.%Y}",
    lambda d: f"{d:%d.%m.%y}",
    lambda d: f"{d:%d.%m.%Y}г.",
    lambda d: f"{d:%d.%m.%Y} года",
    lambda d: f"{d:%d.%m}",
    lambda d: f"{d:%d.%m}.",
    lambda d: f"{d:%d/%m/%Y}",
    lambda d: f"{d:%Y-%m-%d}",
    lambda d: f"{d.day}.{d:%m.%Y}",
    lambda d: f"{d:%d. %m. %Y}",
    lambda d: f"{d.day}.{ROMAN[d.month - 1]}.{d.year}",
    lambda d: f"{d.day} {of(d)}",
    lambda d: f"{d:%d} {of(d)} {d.year}",
    lambda d: f"{d.day} {of(d)} {d.year} г.",
    lambda d: f"{d.day} {of(d)} {d.year} года",
    lambda d: f"«{d:%d}» {of(d)} {d.year} г.",
    lambda d: f"{d.day}-го {of(d)}",
    lambda d: f"{d.day}{of(d)}{d.year}г.",
]
spelled = st.tuples(days, st.sampled_from(USUAL)).map(lambda pair: (pair[0], pair[1](pair[0])))


@given(spelled)
def test_a_date_reads_back_to_itself_in_every_usual_writing(written: tuple[date, str]) -> None:
    """A day of the plan in any usual writing is that day, surely."""
    day, text = written
    schedule = read_deadline(text, *PLAN)
    assert (schedule.kind, schedule.occurrences) == (ScheduleKind.DATES, (Window(day, day),))
    assert schedule.confidence is Confidence.SURE


@given(st.dates(*SCHOOL_YEAR))
def test_a_date_without_year_lies_in_the_plan_of_a_school_year(day: date) -> None:
    """September to December fall in the first year, January to August in the second."""
    schedule = read_deadline(f"{day.day} {of(day)}", *SCHOOL_YEAR)
    assert schedule.occurrences == (Window(day, day),)


@given(st.sampled_from([(month, form) for month, forms in MONTHS.items() for form in forms]), st.booleans())
def test_a_month_reads_in_every_form(written: tuple[int, str], dated: bool) -> None:
    """Each case form and abbreviation of a month is that month, first to last day."""
    month, form = written
    schedule = read_deadline(f"{form} 2026" if dated else form, *PLAN)
    start = date(2026, month, 1)
    end = date(2026 + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    assert schedule.occurrences == (Window(start, end),)
    assert schedule.confidence is Confidence.SURE


def stirred(text: str, upper: bool, spaces: str) -> str:
    return (text.upper() if upper else text).replace(" ", spaces)


@given(
    spelled,
    st.booleans(),
    st.sampled_from([" ", "  ", "\u00a0", "\n", " \t "]),
    st.sampled_from(["{}", "({})", " {} ", "{}*", "{}."]),
)
def test_case_space_and_brackets_never_change_a_sure_date(
    written: tuple[date, str], upper: bool, spaces: str, frame: str
) -> None:
    """Capitals, white space, brackets and footnote marks leave the date as it was."""
    day, text = written
    schedule = read_deadline(frame.format(stirred(text, upper, spaces)), *PLAN)
    assert schedule.occurrences == (Window(day, day),)


CAPTIONS = [
    "очный этап – {}",
    "Срок: {}",
    "Дата проведения: {}",
    "{} (муниципальный этап)",
    "школьный этап: {}",
    "{} – приём заявок",
]


@given(spelled, st.sampled_from(CAPTIONS))
def test_a_caption_never_changes_a_sure_date(written: tuple[date, str], caption: str) -> None:
    """A stage or a label beside a date leaves the date as it was."""
    day, text = written
    assert read_deadline(caption.format(text), *PLAN).occurrences == (Window(day, day),)


@given(
    days,
    days,
    DASHES,
    st.sampled_from(
        ["{a:%d.%m.%Y}{dash}{b:%d.%m.%Y}", "{a:%d.%m}{dash}{b:%d.%m.%Y}", "с {a:%d.%m.%Y} по {b:%d.%m.%Y}"]
    ),
)
def test_a_range_reads_first_to_last_day(one: date, two: date, dash: str, form: str) -> None:
    """Two days with any dash or «с … по» between them are one window."""
    first, last = sorted((one, two))
    schedule = read_deadline(form.format(a=first, b=last, dash=dash), *PLAN)
    assert schedule.occurrences == (Window(first, last),)


@given(st.lists(days, min_size=2, max_size=5, unique=True), st.sampled_from([", ", "; ", ",", " и ", "\n"]))
def test_a_list_of_days_reads_as_so_many_windows(listed: list[date], comma: str) -> None:
    """Days listed in any usual way are one window each, in order of time."""
    schedule = read_deadline(comma.join(f"{day:%d.%m.%Y}" for day in listed), *PLAN)
    assert schedule.occurrences == tuple(Window(day, day) for day in sorted(listed))


@given(days)
def test_up_to_a_day_is_a_deadline_on_that_day(day: date) -> None:
    """«до», «не позднее» and «к» before a day make it the last day, open at the start."""
    for word in ("до", "не позднее", "к", "в срок до"):
        schedule = read_deadline(f"{word} {day:%d.%m.%Y}", *PLAN)
        assert (schedule.kind, schedule.occurrences) == (ScheduleKind.DEADLINE, (Window(None, day),))


NOT_DATES = [
    "{n}-{m} классы",
    "протокол № {n} от {d:%d.%m.%Y}",
    "№ {n}-ФЗ от {d:%d.%m.%Y}",
    "тел. 8(81854) {n}-{m}-45",
    "каб. {n}",
    "п. {n}.{m}",
    "{n} человек",
    "{n},{m} классы",
    "приказ от {d:%d.%m.%Y} № {n}",
    "{n}%",
]


@given(st.integers(1, 31), st.integers(10, 12), days, st.sampled_from(NOT_DATES))
def test_what_only_looks_like_a_date_is_none(n: int, m: int, d: date, form: str) -> None:
    """Grades, protocols, laws, telephones, rooms and paragraphs give no date and are asked about."""
    schedule = read_deadline(form.format(n=n, m=m, d=d), *PLAN)
    assert (schedule.occurrences, schedule.confidence) == ((), Confidence.ASK)


VOCABULARY = """
до с по к не в на и или , - ( ) . ; 5 15 31 2026 2025-2026 05.06 31.02 май марта квартал I II года год учебного
полугодие неделя декада числа месяца каждый ежемесячно раз 2 в начале конец далее ежегодно постоянно пятница по
итогам графику 10:00 № классы кроме отменено зима каникулы после за дня течение первый последний рабочий следующего
отчетным
"""
WORDS = st.sampled_from(VOCABULARY.split())


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=60))
def test_any_text_is_read_without_an_error_and_wholly_accounted_for(text: str) -> None:
    """No text raises; the spans cover it from end to end; what is undetermined has no dates and is asked about."""
    schedule = read_deadline(text, *PLAN)
    assert "".join(text[span.start : span.end] for span in schedule.spans) == text
    if schedule.kind in {ScheduleKind.UNDETERMINED, ScheduleKind.ON_REQUEST}:
        assert schedule.occurrences == ()
    assert all(window.start is None or window.start <= window.due for window in schedule.occurrences)
    assert (schedule.confidence is Confidence.ASK) >= (schedule.kind is ScheduleKind.UNDETERMINED)


@given(spelled, st.sampled_from(["кабинет психолога", "ПМПК", "уточняется завучем", "актовый зал"]))
def test_words_that_no_rule_read_are_never_sure(written: tuple[date, str], words: str) -> None:
    """Unread words beside a date lower the confidence."""
    assert read_deadline(f"{written[1]}, {words}", *PLAN).confidence is not Confidence.SURE
