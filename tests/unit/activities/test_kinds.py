"""Proposing a kind from what a title says is done and from the schedule."""

import json
from datetime import date

import pytest

from activities.deadlines.schedule import Confidence, Explanation, Schedule, ScheduleKind, Window
from activities.kinds import ActivityKind, propose_kind
from tests.fixtures.tools import SHARED

MARCH = Window(date(2026, 3, 1), date(2026, 3, 31))
SIXTH = Window(date(2026, 3, 6), date(2026, 3, 6))


def schedule(kind: ScheduleKind = ScheduleKind.DATES, *windows: Window, rrule: str | None = None) -> Schedule:
    """A sure reading."""
    return Schedule(
        text="",
        kind=kind,
        occurrences=windows,
        rrule=rrule,
        count=None,
        flags=(),
        confidence=Confidence.SURE,
        explanation=Explanation("", ""),
        spans=(),
    )


@pytest.mark.parametrize(
    "title",
    [
        "Принять участие в областном слёте",
        "Участие педагогов в вебинаре о наставничестве",
        "Участвовать в работе жюри",
        "Организация участия команд в зональном турнире",
        "Проведение муниципального конкурса чтецов",
        "Провести мастер-класс по робототехнике",
        "Организация и проведение выездных семинаров с директорами школ",
        "Подготовка и проведение форума",
        "Семинар-практикум для вожатых",
        "Областной круглый стол «Анализ программ»",
        "Августовское совещание",
        "ВКС с районами",
        "День открытых дверей",
        "Неделя технического творчества",
        "CЕМИНАР кураторов",
    ],
)
def test_what_happens_is_an_event(title: str) -> None:
    """Taking part, and holding what people come to, is an event, in any case form and with a Latin look-alike."""
    assert propose_kind(title, schedule(ScheduleKind.DATES, MARCH)).kind is ActivityKind.EVENT


@pytest.mark.parametrize(
    "title",
    [
        "Подготовка положения о конкурсе",
        "Подготовка отчёта по итогам семинара",
        "Утверждение плана мероприятий на год",
        "Разработка программы форума",
        "Мониторинг участия школ в конкурсах",
        "Проведение анализа конкурсов прошлого года",
        "Проведение инвентаризации кружков",
        "Организация опроса родителей",
        "Информирование о проведении конкурсных мероприятий",
        "Размещение сведений о вебинарах на сайте",
        "Конкурсные материалы для школ",
        "Анализ организации конкурсов",
        "Журнал «Конкурс»",
        "Сертификация программ",
        "Принятие нормативных документов",
        "Информация для образовательных организаций и участников конкурса",
    ],
)
def test_work_with_a_result_is_a_deliverable(title: str) -> None:
    """Work about, for or after an event ends in a result, and so does whatever speaks of no event."""
    assert propose_kind(title, schedule(ScheduleKind.DATES, MARCH)).kind is ActivityKind.DELIVERABLE


@pytest.mark.parametrize("title", ["Участие в заседаниях совета", "Ведение реестра", "Консультации"])
@pytest.mark.parametrize(
    "endless",
    [
        schedule(ScheduleKind.CONTINUOUS, MARCH),
        schedule(ScheduleKind.RECURRING, rrule="FREQ=WEEKLY"),
        schedule(ScheduleKind.RECURRING, rrule="BYDAY=MO;FREQ=WEEKLY;INTERVAL=2"),
        schedule(ScheduleKind.RECURRING, rrule="FREQ=DAILY"),
    ],
)
def test_a_schedule_without_a_date_of_its_own_is_ongoing(title: str, endless: Schedule) -> None:
    """Continuous, weekly and daily work is ongoing, whatever the title says."""
    assert propose_kind(title, endless).kind is ActivityKind.ONGOING


def test_monthly_work_has_dates_of_its_own() -> None:
    """A monthly report is a deliverable each month, not ongoing."""
    monthly = schedule(ScheduleKind.RECURRING, MARCH, rrule="FREQ=MONTHLY")
    assert propose_kind("Оценка качества программ", monthly).kind is ActivityKind.DELIVERABLE


def test_a_single_day_decides_where_the_title_is_silent() -> None:
    """“On 6 March” means that something happens; “by 6 March” and a month mean a result."""
    title = "Консультация для вожатых"
    assert propose_kind(title, schedule(ScheduleKind.DATES, SIXTH)).kind is ActivityKind.EVENT
    assert propose_kind(title, schedule(ScheduleKind.DATES, SIXTH, MARCH)).kind is ActivityKind.DELIVERABLE
    assert propose_kind(title, schedule(ScheduleKind.DEADLINE, SIXTH)).kind is ActivityKind.DELIVERABLE
    assert propose_kind(title, schedule(ScheduleKind.DATES)).kind is ActivityKind.DELIVERABLE


def test_the_reason_names_the_word_that_decided() -> None:
    """Who confirms the kind reads, in both languages, which word it rests on."""
    reason = propose_kind("Проведение районного Турнира", schedule(ScheduleKind.DATES, MARCH)).reason
    assert "«турнира»" in reason.ru
    assert "“турнира”" in reason.en


@pytest.mark.needs("shared")
def test_real_plans_get_the_kinds_a_methodist_would_give() -> None:
    """In two real plans every «Принять участие» or «Участие» with dates is an event, every endless row is ongoing."""
    rows = [
        json.loads(line)
        for name in ("moc-2023", "moc-2021-2022")
        for line in (SHARED / "plans" / f"{name}.golden.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for row in rows:
        read = row["schedule"]
        windows = [
            Window(start and date.fromisoformat(start), date.fromisoformat(due))
            for start, due in ((window["start"], window["due"]) for window in read["occurrences"] or ())
        ]
        kind = propose_kind(row["title"], schedule(ScheduleKind(read["kind"]), *windows, rrule=read["rrule"])).kind
        endless = read["kind"] == "continuous" or "WEEKLY" in (read["rrule"] or "")
        taking_part = row["title"].startswith(("Принять участие", "Участие")) and not endless
        assert (kind is ActivityKind.ONGOING) == endless, row["title"]
        assert not taking_part or kind is ActivityKind.EVENT, row["title"]
    assert len(rows) == 98
