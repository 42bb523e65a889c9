"""Says in one sentence, in Russian and English, what was read and what was assumed."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from activities.deadlines.cell import Cell
from activities.deadlines.decision import Decision
from activities.deadlines.schedule import Explanation, ScheduleKind, Window

_MOST_SHOWN = 4

DOUBTS: dict[str, tuple[str, str]] = {
    "unread_words": ("часть слов не прочитана", "some words were not read"),
    "no_such_day": ("такого дня или периода нет в календаре", "the calendar has no such day or period"),
    "ends_before_start": ("конец стоит раньше начала", "the end comes before the start"),
    "cancelled": ("сказано об отмене или переносе", "it speaks of a cancellation or a move"),
    "which_period": ("не сказано, какого именно периода", "it does not say which period"),
    "which_month": ("не сказано, какого месяца", "it does not say of which month"),
    "each_period": ("понято как каждый такой период", "every such period was taken"),
    "depends_on_event": ("срок связан с событием", "the date depends on an event"),
    "stages_out_of_order": ("даты идут не по порядку", "the dates are not in order"),
    "short_date": ("краткая запись похожа и на номер", "so short a date looks like a number too"),
    "document_date": ("дата может быть датой документа", "the date may be that of a document"),
    "numbers_unread": ("числа не прочитаны", "numbers were not read"),
    "date_in_remark": ("в примечании названа дата", "the remark names a date"),
    "day_to_be_agreed": ("день ещё должны согласовать", "the day is still to be agreed"),
    "other_count": ("названо не столько дат, сколько следует из слов", "other than so many dates are named"),
    "rhythm_and_day": ("названы и периодичность, и день", "both a rhythm and a day are named"),
    "which_year": ("не сказано, в каком году", "it does not say in which year"),
    "alternatives": ("названо «или»: взяты все варианты", "it says “or”: all choices were taken"),
    "spelling_mended": ("исправлена описка или пробел", "a slip or a space was mended"),
    "year_assumed": ("год взят по плану", "the year was taken from the plan"),
    "outside_plan": ("дата вне периода плана", "a date lies outside the plan"),
    "loose_portion": (
        "начало, середина и конец приняты условно (в месяце: 1–10, 11–20 и с 21 числа)",
        "beginning, middle and end are conventional (of a month: 1–10, 11–20 and from the 21st)",
    ),
    "every_nth": ("понято как день месяца, а не «через раз»", "taken as that day of the month, not every other one"),
    "working_days": ("рабочие дни взяты без праздников", "working days were taken without public holidays"),
    "week_of_month": ("недели месяца считаны по семь дней с 1 числа", "weeks were counted as seven days from the 1st"),
    "school_calendar": (
        "границы учебного периода приняты приблизительно",
        "the bounds of the school period are approximate",
    ),
    "season": ("зима принята как декабрь–февраль", "winter was taken as December to February"),
    "before_period": ("«до» названного периода понято как до дня перед ним", "“before” a period is the day before it"),
    "until_period": ("взят последний день названного периода", "the last day of the named period was taken"),
    "not_before": ("названо только начало, конец взят по плану", "only a start is named; the plan's end was taken"),
    "year_of_school_plan": (
        "в плане учебного года «год» понят как календарный",
        "in the plan of a school year “the year” was taken as the calendar year",
    ),
    "due_at_start": ("срок приходится на первый день плана", "the deadline is the plan's first day"),
    "odd_range": ("необычная запись промежутка", "an unusual way to write a range"),
    "lower_number": ("из двух чисел взято меньшее", "the lower of two numbers was taken"),
    "listed_deadlines": ("«до» отнесено ко всем дням списка", "“by” was taken for all days of the list"),
    "days_after_month": ("числа после месяца поняты как его дни", "numbers after a month were taken as its days"),
    "day_or_month": ("у месяца не назван день", "a month stands without its day"),
    "time_or_date": ("запись похожа и на дату, и на время", "it looks like a date and like a time"),
    "dash_between": ("тире между сроками можно понять по-разному", "the dash may join or part the dates"),
    "open_end_beside": ("рядом со сроком без конца названы другие", "others stand beside a date without an end"),
    "loose_dash": ("после срока стоит тире: конец мог потеряться", "a dash ends the text: the end may be lost"),
    "paired_bounds": ("начало и конец стоят порознь", "the start and the end stand apart"),
    "same_day_of_months": ("тот же день отнесён к следующим месяцам", "the same day was taken for the next months"),
    "portion_of_what": ("не сказано, какого месяца часть", "it does not say of which month the part is"),
    "nothing_between": ("между датами нет ни запятой, ни тире", "neither a comma nor a dash stands between the dates"),
    "lost_dash": ("соседние месяцы поняты как промежуток", "neighbouring months were taken as a range"),
    "approximate": ("срок назван ориентировочно", "the date is said to be approximate"),
    "exception": ("есть исключение, оно не учтено", "there is an exception, which was not applied"),
    "rhythm_within": (
        "так бывает не весь год, а в названное время; дни задаст человек",
        "it is so not all year but in the time named; a person sets the days",
    ),
    "weekday_alone": ("день недели понят как еженедельный", "the day of the week was taken as weekly"),
    "weekday_differs": ("день недели не совпадает с датой", "the day of the week is not that of the date"),
    "then_yearly_in": ("ежегодная часть относится к следующим планам", "the yearly part is for the plans that follow"),
    "several_each": ("несколько раз за период без дат", "several times a period without dates"),
    "cut_periods": ("периоды обрезаны по плану", "periods were cut to the plan"),
    "no_period_fits": ("ни один период не попал в план", "no period falls into the plan"),
    "after_period": ("срок следует за отчётным периодом", "the date follows the reported period"),
    "day_of_months": ("день отнесён к названным месяцам", "the day was taken in the named months"),
    "teaching_months": (
        "учебный год внутри календарного принят как январь–май и сентябрь–декабрь",
        "the school year inside a calendar year was taken as January–May and September–December",
    ),
    "cut_to_plan": ("названные годы обрезаны по плану", "the named years were cut to the plan"),
    "two_quotas": ("названо несколько количеств", "several numbers are named"),
    "count_differs": ("число раз не совпадает с числом дат", "the number of times is not the number of dates"),
    "count_alone": ("не сказано, за какое время", "it does not say within what time"),
    "suggested_split": ("разбивка по времени лишь предложена", "the split over time is only a suggestion"),
    "dates_and_deadlines": ("названы и даты, и крайние сроки", "both dates and deadlines are named"),
    "narrowed": ("из двух сроков взят более узкий", "of two periods the narrower one was taken"),
    "beside_ongoing": ("рядом назван более долгий период", "a longer period is named beside it"),
    "thereafter_alone": ("сказано только, что будет далее", "it only says what comes after"),
    "then_recurring": ("после первой даты повторяется", "it recurs after the first date"),
    "two_rhythms": ("названы две периодичности", "two rhythms are named"),
    "too_long": ("текст слишком длинный для срока", "the text is too long for a deadline"),
}

_MONTHS_OF = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_MONTHS_RU = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# What was read, by kind; `{dates}` are the windows, `{rule}` and `{count}` as in the schedule.
_READ: dict[ScheduleKind, tuple[str, str]] = {
    ScheduleKind.DATES: ("Сроки: {dates}", "Dates: {dates}"),
    ScheduleKind.DEADLINE: ("Крайний срок: {dates}", "Deadline: {dates}"),
    ScheduleKind.RECURRING: ("Повторяется {rule}: {dates}", "Recurs {rule}: {dates}"),
    ScheduleKind.CONTINUOUS: ("Идёт всё время: {dates}", "Goes on all the time: {dates}"),
    ScheduleKind.QUOTA: ("Число раз: {count}, даты не названы", "Number of times: {count}; no dates are named"),
    ScheduleKind.ON_REQUEST: ("Выполняется по запросу, без даты", "Done on request, without a date"),
    ScheduleKind.UNDETERMINED: ("Дату из текста определить нельзя", "No date can be had from the text"),
}
_EMPTY = ("Срок не указан", "No deadline is given")
_EACH = {
    "DAILY": (("ежедневно", "daily"), ("дн.", "days")),
    "WEEKLY": (("еженедельно", "weekly"), ("нед.", "weeks")),
    "MONTHLY": (("ежемесячно", "monthly"), ("мес.", "months")),
    "YEARLY": (("ежегодно", "yearly"), ("г.", "years")),
}
_IN_MONTHS = ("в названные месяцы", "in the named months")
_NAMED_INTERVALS = {
    ("MONTHLY", "3"): ("ежеквартально", "quarterly"),
    ("MONTHLY", "6"): ("раз в полугодие", "every half-year"),
}
_WEEKDAYS = {"MO": "пн", "TU": "вт", "WE": "ср", "TH": "чт", "FR": "пт", "SA": "сб", "SU": "вс"}


def explain(cell: Cell, decision: Decision, text: str) -> Explanation:
    """One sentence in each language: what was read; what a person should check."""
    russian, english = _EMPTY if not any(map(str.isalnum, text)) else _READ[decision.kind]
    shown = {"count": decision.count}
    rule = _rule(decision.rule or "")
    russian = russian.format(
        **shown, rule=rule[0], dates=_listed(decision.windows, _day_russian, _MONTHS_RU, ("до", "и ещё"))
    )
    english = english.format(
        **shown, rule=rule[1], dates=_listed(decision.windows, _day_english, _MONTHS_EN, ("by", "and more:"))
    )
    russian, english = russian.removesuffix(": "), english.removesuffix(": ")
    doubts = [DOUBTS[code] for code in cell.doubts]
    if doubts:
        russian += "; проверьте: " + ", ".join(doubt[0] for doubt in doubts)
        english += "; please check: " + ", ".join(doubt[1] for doubt in doubts)
    return Explanation(ru=f"{russian}.", en=f"{english}.")


def _rule(rule: str) -> tuple[str, str]:
    """How often, in words; the days themselves stand in the list of dates or in the rule."""
    parts = dict(part.split("=") for part in rule.split(";") if part)
    if not parts:
        return "", ""
    frequency, interval = parts["FREQ"], parts.get("INTERVAL", "1")
    simple, counted = _EACH[frequency]
    russian, english = _NAMED_INTERVALS.get((frequency, interval), simple)
    if "," in parts.get("BYMONTH", ""):
        russian, english = _IN_MONTHS
    elif interval != "1" and (frequency, interval) not in _NAMED_INTERVALS:
        russian, english = f"раз в {interval} {counted[0]}", f"every {interval} {counted[1]}"
    if "BYDAY" in parts and frequency == "WEEKLY":
        days = parts["BYDAY"].split(",")
        return f"{russian} ({', '.join(_WEEKDAYS[day] for day in days)})", f"{english} ({', '.join(days)})"
    return russian, english


def _listed(windows: list[Window], day: Callable[[date], str], months: Sequence[str], words: tuple[str, str]) -> str:
    shown = [_window(window, day, months, words[0]) for window in windows[:_MOST_SHOWN]]
    more = len(windows) - len(shown)
    return ", ".join([*shown, f"{words[1]} {more}"] if more else shown)


def _window(window: Window, day: Callable[[date], str], months: Sequence[str], by: str) -> str:
    """«до 1 июня 2026», «15 мая 2026», «май 2026», «1 мая 2026 – 3 июня 2026»."""
    if window.start is None:
        return f"{by} {day(window.due)}"
    if window.start == window.due:
        return day(window.due)
    first, last = window.start, window.due
    if first.day > 1 or (last + timedelta(days=1)).day > 1:
        return f"{day(first)} – {day(last)}"
    ends = [f"{months[end.month - 1]} {end.year}" for end in (first, last)]
    return ends[0] if ends[0] == ends[1] else " – ".join(ends)


def _day_russian(day: date) -> str:
    return f"{day.day} {_MONTHS_OF[day.month - 1]} {day.year}"


def _day_english(day: date) -> str:
    return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
