"""Says in one sentence, in Russian and English, what was read and what was assumed."""

from datetime import date

from activities.deadlines.cell import Cell
from activities.deadlines.deciding import Decision
from activities.deadlines.placing import PlanPeriod
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
    "stages_out_of_order": ("этапы идут не по порядку месяцев", "the stages are not in the order of the months"),
    "which_year": ("не сказано, в каком году", "it does not say in which year"),
    "alternatives": ("названо «или»: взяты все варианты", "it says “or”: all choices were taken"),
    "spelling_mended": ("исправлена описка или пробел", "a slip or a space was mended"),
    "year_assumed": ("год взят по плану", "the year was taken from the plan"),
    "outside_plan": ("дата вне периода плана", "a date lies outside the plan"),
    "loose_portion": (
        "начало, середина и конец приняты условно (в месяце: 1–10, 11–20 и с 21 числа)",
        "beginning, middle and end are conventional (of a month: 1–10, 11–20 and from the 21st)",
    ),
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
    "paired_bounds": ("начало и конец стоят порознь", "the start and the end stand apart"),
    "same_day_of_months": ("тот же день отнесён к следующим месяцам", "the same day was taken for the next months"),
    "portion_of_what": ("не сказано, какого месяца часть", "it does not say of which month the part is"),
    "nothing_between": ("между датами нет ни запятой, ни тире", "neither a comma nor a dash stands between the dates"),
    "lost_dash": ("соседние месяцы поняты как промежуток", "neighbouring months were taken as a range"),
    "approximate": ("срок назван ориентировочно", "the date is said to be approximate"),
    "exception": ("есть исключение, оно не учтено", "there is an exception, which was not applied"),
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
    "narrowed": ("дата в скобках уточняет период перед ней", "the date in brackets narrows the period before it"),
    "beside_ongoing": ("рядом назван более долгий период", "a longer period is named beside it"),
    "thereafter_alone": ("сказано только, что будет далее", "it only says what comes after"),
    "then_recurring": ("после первой даты повторяется", "it recurs after the first date"),
    "two_rhythms": ("названы две периодичности", "two rhythms are named"),
    "too_long": ("текст слишком длинный для срока", "the text is too long for a deadline"),
}

_MONTHS_RU = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
_MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def explain(cell: Cell, decision: Decision, plan: PlanPeriod, text: str) -> Explanation:
    """One sentence in each language."""
    russian, english = _read(decision, plan, text)
    assumed = [DOUBTS[code] for code in cell.doubts]
    if assumed:
        russian += "; проверьте: " + ", ".join(doubt[0] for doubt in assumed)
        english += "; please check: " + ", ".join(doubt[1] for doubt in assumed)
    return Explanation(ru=f"{russian}.", en=f"{english}.")


def _read(decision: Decision, plan: PlanPeriod, text: str) -> tuple[str, str]:
    listed = _listed(decision.windows, plan)
    match decision.kind:
        case ScheduleKind.DATES:
            return f"Сроки по тексту: {listed[0]}", f"Dates in the text: {listed[1]}"
        case ScheduleKind.DEADLINE:
            return f"Крайний срок: {listed[0]}", f"Deadline: {listed[1]}"
        case ScheduleKind.RECURRING if decision.windows:
            return f"Повторяется, сроки: {listed[0]}", f"Recurring, dates: {listed[1]}"
        case ScheduleKind.RECURRING:
            return f"Повторяется по правилу {decision.rule}", f"Recurring by the rule {decision.rule}"
        case ScheduleKind.CONTINUOUS:
            return f"Идёт всё время: {listed[0]}", f"Goes on all the time: {listed[1]}"
        case ScheduleKind.QUOTA:
            return f"Количество раз: {decision.count}, даты не названы", f"Times: {decision.count}, no dates named"
        case ScheduleKind.ON_REQUEST:
            return "По запросу, без даты", "On request, without a date"
        case _ if text.strip(" \n\t-–—."):
            return "Дату из текста определить нельзя", "No date can be had from the text"
        case _:
            return "Срок не указан", "No deadline is given"


def _listed(windows: list[Window], plan: PlanPeriod) -> tuple[str, str]:
    shown = windows[:_MOST_SHOWN]
    russian = [_window(window, plan, _MONTHS_RU, ("по ", "до ")) for window in shown]
    english = [_window(window, plan, _MONTHS_EN, ("to ", "by ")) for window in shown]
    more = len(windows) - len(shown)
    if more:
        russian.append(f"и ещё {more}")
        english.append(f"and {more} more")
    return ", ".join(russian), ", ".join(english)


def _window(window: Window, plan: PlanPeriod, months: list[str], words: tuple[str, str]) -> str:
    if window.start is None:
        return words[1] + _day(window.due, months)
    if window.start == window.due:
        return _day(window.due, months)
    return f"{_day(window.start, months)} {words[0].strip() and '–'} {_day(window.due, months)}"


def _day(day: date, months: list[str]) -> str:
    return f"{day.day} {months[day.month - 1]} {day.year}"
