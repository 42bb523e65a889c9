"""A letter of each kind about an invented plan, for `opora mail preview` and for looking at the design."""

from dataclasses import replace
from datetime import UTC, date, datetime

from activities.invitations import Purpose
from notifications.links import INVITATION_PATHS
from notifications.mail.contexts import (
    Context,
    DateDeclined,
    DateMoved,
    Decided,
    Escalation,
    EvidenceAwaits,
    FileName,
    Move,
    Returned,
    Row,
    SignIn,
    Trial,
    Turn,
    Turned,
    Waiting,
)
from notifications.mail.digest_context import BodyRows, Chore, MorningDigest
from notifications.mail.kinds import Kind
from notifications.mail.summary_contexts import MonthlyReport, PlanMonth, WeeklySummary

SAMPLE_URL = "https://opora.example.org/d/1.AZkPbnwacACAAAAAAAAAAQ.Mz3rJ0dW5v1o7xq9Yc2kEwPn8uTbHsLgFiQaRjXeVtA"
SAMPLE_GRANT = "sample"
_SAMPLE_TOKEN = SAMPLE_URL.rpartition("/")[2]

_NAME = "Анна Сергеевна"
_HEAD = "Орлова Н. П."
_TEACHER = "Павлов П. И."
_MOMENT = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
_SHEET = Row(
    public_id="01990f6e-7c1a-7000-8000-000000000001",
    reference="1.2@2026-03-20",
    number="1.2",
    title="Справка об охвате детей дополнительным образованием",
    result="Справка с цифрами по школам",
    deadline_text="до 20 марта",
    starts_on=date(2026, 1, 1),
    ends_on=date(2026, 3, 20),
    due_on=date(2026, 3, 20),
    parties=("Школа № 12",),
    invitation=SAMPLE_GRANT,
)
_SEMINAR = Row(
    public_id="01990f6e-7c1a-7000-8000-000000000002",
    reference="2.4@2026-03-11",
    number="2.4",
    title="Семинар «Как увлечь подростка»: обмен опытом наставников, разбор трёх занятий, круглый стол",
    result="Программа, список участников",
    deadline_text="11.03.2026",
    starts_on=date(2026, 3, 11),
    ends_on=date(2026, 3, 11),
    due_on=date(2026, 3, 18),
    parties=("Дом творчества",),
)
_CONTEST = Row(
    public_id="01990f6e-7c1a-7000-8000-000000000003",
    reference="3.1@2026-02",
    number="3.1",
    title="Конкурс рисунков «Мой район»",
    result="Положение, протокол жюри",
    deadline_text="февраль",
    starts_on=date(2026, 2, 1),
    ends_on=date(2026, 2, 28),
    due_on=date(2026, 2, 20),
    parties=("Школа искусств",),
    days_over=10,
    invitation=SAMPLE_GRANT,
)
_REMARK = "В протоколе нет подписи председателя жюри.\nПриложите, пожалуйста, подписанный скан."
_SUBMITTED = Waiting(
    row=_SHEET,
    submission_id=1,
    version=2,
    outcome="",
    note="Цифры по школе № 3 уточнены по телефону.",
    files=(FileName("Справка об охвате, март.docx", 48_300), FileName("Сводная таблица.xlsx", 1_730_000)),
    links=1,
    submitted_at=_MOMENT,
    submitted_by=_TEACHER,
    grant=SAMPLE_GRANT,
)
_NOT_HELD = Waiting(
    row=_SEMINAR,
    submission_id=2,
    version=1,
    outcome="not_held",
    note="Карантин, приказ управления от 27 февраля.",
    files=(),
    links=0,
    submitted_at=_MOMENT,
    submitted_by=_TEACHER,
    grant=SAMPLE_GRANT,
)

SAMPLES: dict[Kind, Context] = {
    Kind.EVIDENCE_AWAITS: EvidenceAwaits(_NAME, (_SUBMITTED, _NOT_HELD)),
    Kind.ESCALATION: Escalation(_NAME, _SUBMITTED, 2, ()),
    Kind.RETURNED: Returned(_NAME, _CONTEST, _REMARK, _HEAD, _MOMENT, 1),
    Kind.DECIDED: Decided(
        name=_NAME,
        row=_SHEET,
        verdict="accept",
        partial=True,
        outcome="",
        remark="Школа № 7 досылает данные до конца месяца.",
        by=_HEAD,
        channel="link",
        decided_at=_MOMENT,
        version=2,
        digest="6c1f0a9be2d34785",
        own=True,
    ),
    Kind.DATE_MOVED: DateMoved(
        _NAME,
        (
            Move(
                row=_SEMINAR,
                first=False,
                starts_on_before=date(2026, 2, 18),
                due_on_before=date(2026, 2, 26),
                by=_HEAD,
                reason="Карантин в школах района.",
                basis="Приказ № 41 от 16 февраля 2026 года",
            ),
        ),
    ),
    Kind.DATE_DECLINED: DateDeclined(
        name=_TEACHER,
        row=replace(_SHEET, wanted_on=date(2026, 4, 3)),
        by=_NAME,
        reason="Сводку по району ждут к 25 марта.",
    ),
    Kind.MORNING_DIGEST: MorningDigest(
        name=_NAME,
        day=date(2026, 3, 2),
        overdue=(_CONTEST,),
        due_soon=(_SHEET,),
        starting=(_SEMINAR,),
        items=(_SUBMITTED,),
        date_asked=(replace(_SEMINAR, wanted_on=date(2026, 3, 25), asked_by=_TEACHER, remark="Ведущая болеет."),),
        infected=(replace(_SHEET, remark="сводка.docx (Win.Trojan.Agent)"),),
        answered=(replace(_SHEET, asked_by="teacher@school12.example", remark="сводка.pdf, фото.jpg"),),
        bodies=(
            BodyRows("Управление образования", "g-7k3f9q", (replace(_SHEET, number="1.3", title="Сводка по району"),)),
        ),
        chores=(
            Chore("amendment", "moc-2026", 3),
            Chore("review", "moc-2027", 12),
            Chore("closing", "moc-2025", 1),
            Chore("migration", "activity", 1),
        ),
        undelivered=1,
        unreachable=("Станция юннатов",),
    ),
    Kind.CALLED_OFF: Turned(
        _NAME, (Turn(_SEMINAR, _HEAD, "Площадка закрыта.", "Приказ № 44 от 25 февраля 2026 года"),)
    ),
    Kind.REOPENED: Turned(_NAME, (Turn(_SHEET, _HEAD, "Цифры по двум школам не сошлись.", ""),)),
    Kind.WEEKLY_SUMMARY: WeeklySummary(
        name=_NAME,
        day=date(2026, 3, 2),
        finished=3,
        awaited=2,
        accepted=14,
        planned=86,
        overdue=(_CONTEST,),
        overdue_more=0,
        coming=(_SEMINAR, _SHEET),
        coming_more=2,
    ),
    Kind.MONTHLY_REPORT: MonthlyReport(
        _NAME,
        date(2026, 2, 1),
        (PlanMonth("План работы МОЦ на 2026 год", 9, 6, 1, 0, 1, 1, (_CONTEST,), 0),),
    ),
    Kind.SIGN_IN: SignIn(_NAME, (_CONTEST, _SHEET), 2, 3),
    Kind.TRIAL: Trial(_NAME, _MOMENT),
}


def sample_pages(kind: Kind) -> dict[Purpose, str]:
    """Addresses of the pages that the sample of a kind leads to, and of the preferences, as every letter has them."""
    led = (Purpose.PREFERENCES, *SAMPLES[kind].leads_to)
    return {each: f"https://opora.example.org{INVITATION_PATHS[each]}{_SAMPLE_TOKEN}" for each in led}
