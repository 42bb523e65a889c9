"""What holds for every date, however it is written."""

import unicodedata
from datetime import date, timedelta

from hypothesis import example, given
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
WEEKDAYS = ["понедельник", "вт", "среда", "чт.", "пятница", "сб", "воскресенье"]
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
DASHES = st.sampled_from(["-", " - ", "–", " – ", "—", " — ", "‑", "‐", "‒", "−", "－", "- ", " –", "-\n", "\n– "])
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
    lambda d: f"{d:%d.%m.%Y} г",
    lambda d: f"{d:%d.%m.%Y} г.г.",
    lambda d: f"{d:%d.%m.%y}г",
    lambda d: f"{d:%d.%m.%y} года",
    lambda d: f"{d:%d.%m.%Y}.",
    lambda d: f"{d:%d .%m. %Y}",
    lambda d: f"{d:%d}.{ROMAN[d.month - 1]}.{d:%y}",
    lambda d: f"{d.day}.{ROMAN[d.month - 1]}.",
    lambda d: f"{d:%d-%m-%Y}",
    lambda d: f"{d:%Y-%m-%d} 00:00:00",
    lambda d: f"{d.day}-е {of(d)} {d.year}",
    lambda d: f"{d.day}ого {of(d)}",
    lambda d: f"{d.day} {of(d)} {d:%y} г.",
    lambda d: f"{d.day} {of(d)} {d:%y}года",
    lambda d: f"“{d.day}” {of(d)}",
    lambda d: f"_{d.day}_ {of(d)} {d.year}",
    lambda d: f"{d.day} {of(d)} ({WEEKDAYS[d.weekday()]})",
    lambda d: f"{WEEKDAYS[d.weekday()]}, {d:%d.%m}",
    lambda d: f"{d:%d.%m.%Y} в 14.00",
    lambda d: f"{d.day} {of(d)}, 10:00-11:30",
    lambda d: f"{d.day} {of(d)} текущего года",
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
    st.sampled_from([" ", "  ", "\u00a0", "\u202f", "\u2009", "\n", "\r\n", " \t "]),
    st.sampled_from(["{}", "({})", " {} ", "{}*", "{}."]),
)
def test_case_space_and_brackets_never_change_a_sure_date(
    written: tuple[date, str], upper: bool, spaces: str, frame: str
) -> None:
    """Capitals, white space, brackets and footnote marks leave the date as it was."""
    day, text = written
    schedule = read_deadline(frame.format(stirred(text, upper, spaces)), *PLAN)
    assert schedule.occurrences == (Window(day, day),)


TWINS = str.maketrans("асеорхАСЕОРХКМТНВ", "aceopxACEOPXKMTHB")


@given(spelled, st.data())
def test_look_alike_letters_soft_hyphens_and_split_accents_never_change_a_date(
    written: tuple[date, str], data: st.DataObject
) -> None:
    """Latin twins of Russian letters, invisible marks and decomposed letters leave the date as it was."""
    day, text = written
    places = data.draw(st.sets(st.integers(0, len(text) - 1), max_size=3))
    twinned = "".join(letter.translate(TWINS) if place in places else letter for place, letter in enumerate(text))
    split = unicodedata.normalize("NFD", twinned)
    place = data.draw(st.integers(0, len(split)))
    marked = f"{split[:place]}{data.draw(st.sampled_from(['', chr(0xAD), chr(0x200B), chr(0xFEFF)]))}{split[place:]}"
    assert read_deadline(marked, *PLAN).occurrences == (Window(day, day),)


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


NOTES = ["{d}", "{d} {t}", "{d}, {t}", "{d} в {t}", "{d} ({w})", "{d}, {w}", "{d} ({w}, {t})", "{w} {d}", "{t} {d}"]


@given(
    st.lists(days, min_size=2, max_size=2, unique=True).map(sorted),
    st.sampled_from(NOTES),
    st.sampled_from(NOTES),
    DASHES,
    st.sampled_from(["10:00", "14.30", "9-00", "18 ч."]),
)
@example([date(2026, 1, 1), date(2026, 1, 2)], "{d}, {t}", "{t} {d}", "-", "10:00")
def test_a_note_beside_the_dash_never_parts_a_range(ends: list[date], one: str, two: str, dash: str, time: str) -> None:
    """«17 мая 10:00 – 19 мая 18:00» is a range, or a person is asked; never surely two days."""
    first, last = ends
    noted = [
        note.format(d=f"{day.day} {of(day)}", t=time, w=WEEKDAYS[day.weekday()])
        for note, day in ((one, first), (two, last))
    ]
    schedule = read_deadline(dash.join(noted), *PLAN)
    assert schedule.confidence is not Confidence.SURE or schedule.occurrences == (Window(first, last),)


@given(spelled, st.sampled_from("?→≈~<>+=^@#$§°½"), st.booleans())
def test_a_sign_of_unknown_meaning_is_never_sure(written: tuple[date, str], sign: str, before: bool) -> None:
    """A question mark, an arrow or «about» beside a date means that a person must look."""
    day, text = written
    schedule = read_deadline(f"{sign} {text}" if before else f"{text} {sign}", *PLAN)
    assert schedule.confidence is not Confidence.SURE
    assert schedule.occurrences in {(Window(day, day),), ()}


@given(
    st.integers(7, 21), st.sampled_from(["00", "15", "30", "45"]), st.sampled_from(["в {}", "с {0} до {0}", "{}-{}"])
)
def test_a_part_of_the_day_is_no_date(hour: int, minutes: str, form: str) -> None:
    """Hours alone give no date and are asked about."""
    time = f"{hour:02}.{minutes}"
    schedule = read_deadline(form.format(time, time), *PLAN)
    assert (schedule.occurrences, schedule.confidence) == ((), Confidence.ASK)


@given(st.integers(2, 24), st.sampled_from(["{} раз в год", "не менее {} раз в год", "{} раз в течение года"]))
def test_a_number_of_times_a_year_is_a_quota_and_never_sure(count: int, form: str) -> None:
    """So many times a year is that number; the split over the year is only a suggestion."""
    schedule = read_deadline(form.format(count), *PLAN)
    assert (schedule.kind, schedule.count, schedule.confidence) == (ScheduleKind.QUOTA, count, Confidence.CHECK)


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
    "ул. Мира, {n}",
    "{n} лет",
    "{n}-{m} лет",
    "{n} баллов",
    "ФЗ от {d:%d.%m.%Y} № {n}-ФЗ",
    "{n} ч.",
    "{n} минут",
    "{n}+",
    "{n} дней",
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


looks_like_a_date = st.builds(
    lambda form, n, m, d: form.format(n=n, m=m, d=d),
    st.sampled_from(NOT_DATES),
    st.integers(1, 31),
    st.integers(10, 12),
    days,
)


@given(looks_like_a_date)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    """Grades, protocols, laws, telephones, rooms and paragraphs give no date and are asked about."""
    schedule = read_deadline(text, *PLAN)
    assert (schedule.occurrences, schedule.confidence) == ((), Confidence.ASK)


@given(spelled, looks_like_a_date, st.booleans())
def test_what_only_looks_like_a_date_never_surely_moves_a_date(
    written: tuple[date, str], other: str, before: bool
) -> None:
    """Beside a real date grades, protocols and telephones change nothing, or a person must look."""
    day, text = written
    schedule = read_deadline(f"{other}, {text}" if before else f"{text}, {other}", *PLAN)
    assert schedule.confidence is not Confidence.SURE or schedule.occurrences == (Window(day, day),)


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
