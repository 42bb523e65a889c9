"""Gathering the report on a plan from the database: its rows with a mark for what became of each occurrence."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from activities.decisions import Decision, list_acceptances
from activities.manifest import Manifest, OutcomeReason
from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences
from activities.parts import Tally, tally
from activities.period import Period
from activities.period_words import say_key
from activities.plan_activities import Activity, list_activities
from activities.plan_report import (
    CUSTOMARY_COLUMNS,
    Mark,
    MarkOutcome,
    PlanField,
    PlanReport,
    ReportColumn,
    ReportRow,
    ReportSection,
)
from activities.plans import Plan, Section, list_sections
from activities.rhythm import period_key
from activities.submissions import Submission, list_submissions
from activities.working_calendar import WorkingCalendar
from engine.audit import list_entries

_OUTCOMES = {
    OutcomeReason.NOT_HELD: MarkOutcome.NOT_HELD,
    OutcomeReason.NOT_DONE: MarkOutcome.NOT_DONE,
    OutcomeReason.NOT_NEEDED: MarkOutcome.NOT_NEEDED,
    OutcomeReason.CARRIED_OVER: MarkOutcome.POSTPONED,
    OutcomeReason.REMOVED: MarkOutcome.CANCELLED,
}


BEFORE_RECORD = "срок до начала учёта"


@dataclass(frozen=True, slots=True)
class _Fate:
    """What is known of an occurrence beside its state.

    Attributes:
        newest: its newest submission that was not withdrawn.
        accepted: who has accepted that submission.
        reason: why it was moved or cancelled, with the basis; empty where neither, or erased.
        done_on: local day of the newest submission.
        entered_on: local day when it came into its state.
    """

    newest: Submission | None
    accepted: Sequence[Decision]
    reason: str
    done_on: date | None
    entered_on: date

    @property
    def manifest(self) -> Manifest | None:
        """What the newest submission holds."""
        return self.newest.manifest if self.newest else None


def gather_report(
    connection: Connection, plan: Plan, period: Period, today: date, calendar: WorkingCalendar
) -> PlanReport:
    """The report on a plan for a time within it, as of a local day.

    An occurrence belongs to the time in which it ends, is due, or was to be; one without a date to any time. A report
    on the plan's whole period has all of them.

    Args:
        connection: a read transaction.
        plan: what is reported on.
        period: for which time.
        today: the local day.
        calendar: gives instants their local day.
    """
    chosen = [
        each
        for each in list_occurrences(connection, OccurrenceFilter(plan_id=plan.id, parts=False))
        if _belongs(each, period, plan.period)
    ]
    marks: dict[int, list[Mark]] = defaultdict(list)
    several = _with_several(chosen)
    parts = tally(list_occurrences(connection, OccurrenceFilter(plan_id=plan.id, parts=True)))
    for each in chosen:
        fate = _find_fate(connection, each, calendar)
        label = _label(each, parts.get((each.activity_id, each.key)), several=each.activity_id in several)
        marks[each.activity_id].append(_mark(each, fate, label, calendar.roll_back(today)))
    return PlanReport(
        title=plan.title,
        period=say_key(period_key(period)),
        generated_on=today,
        sections=_sections(list_sections(connection, plan.id), list_activities(connection, plan.id), marks),
        columns=own_columns(plan),
        approval=plan.approval,
    )


def _belongs(each: Occurrence, period: Period, whole: Period) -> bool:
    if period.starts_on <= whole.starts_on and whole.ends_on <= period.ends_on:
        return True
    days = [day for day in (each.ends_on, each.due_on, each.planned_ends_on, each.planned_due_on) if day]
    return not days or any(period.contains(day) for day in days)


def _with_several(occurrences: Iterable[Occurrence]) -> set[int]:
    """Activities with more than one occurrence, whose marks must be told apart."""
    seen: set[int] = set()
    several: set[int] = set()
    for each in occurrences:
        (several if each.activity_id in seen else seen).add(each.activity_id)
    return several


def _label(each: Occurrence, parts: Tally | None, *, several: bool) -> str:
    """Which run it is, where there are several; and how far its members are, where it has parts."""
    told = f"сдали {parts.handed_in} из {parts.parts}" if parts else ""
    return ", ".join(filter(None, (say_key(each.key) if several else "", told)))


def _find_fate(connection: Connection, each: Occurrence, calendar: WorkingCalendar) -> _Fate:
    sealed = [one for one in list_submissions(connection, each.id) if one.withdrawn_at is None]
    newest = sealed[-1] if sealed else None
    return _Fate(
        newest=newest,
        accepted=list_acceptances(connection, newest.id) if newest else (),
        reason=_find_reason(connection, each),
        done_on=_done_on(newest, calendar),
        entered_on=calendar.day_of(each.entered_at),
    )


def _done_on(newest: Submission | None, calendar: WorkingCalendar) -> date | None:
    """The date that the document bears, else the day it was handed in: an approver's delay makes no work late."""
    if newest is None:
        return None
    at: datetime = newest.submitted_at
    return newest.manifest.document_on or calendar.day_of(at)


def _find_reason(connection: Connection, each: Occurrence) -> str:
    """Why an occurrence was cancelled, or last postponed, and on what basis."""
    event = {"cancelled": "cancel"}.get(each.state, "postpone" if each.postponed else "")
    if not event:
        return ""
    told = [entry.payload for entry in list_entries(connection, each.instance_id) if entry.entry.event == event]
    payload = told[-1] if told else None
    return ", ".join(filter(None, (payload.get("reason", ""), payload.get("basis", "")))) if payload else ""


def _mark(each: Occurrence, fate: _Fate, label: str, working_day: date) -> Mark:
    match each.state:
        case "accepted":
            return _accepted(fate, label)
        case "not_performed":
            return _not_performed(fate, label)
        case "cancelled":
            return Mark(MarkOutcome.CANCELLED, fate.entered_on, label, reason=fate.reason)
        case "awaiting_date":
            return Mark(MarkOutcome.AWAITING_DATE, None, label)
        case "evidence_submitted":
            return _awaiting(fate, label)
        case _:
            return _open(each, fate, label, working_day)


def _accepted(fate: _Fate, label: str) -> Mark:
    """Where several have accepted, what one of them found missing is missing."""
    outcome = MarkOutcome.PARTLY_DONE if any(each.partial for each in fate.accepted) else MarkOutcome.DONE
    remarks = "; ".join(each.remark for each in fate.accepted if each.remark)
    return Mark(outcome, fate.done_on, label, _titles(fate.manifest), remarks)


def _not_performed(fate: _Fate, label: str) -> Mark:
    reason = fate.manifest.outcome_reason if fate.manifest else None
    outcome = _OUTCOMES[reason] if reason else MarkOutcome.NOT_DONE
    # Of work carried over only a later plan knows the new day.
    on = None if outcome is MarkOutcome.POSTPONED else fate.done_on
    return Mark(outcome, on, label, reason=fate.manifest.note if fate.manifest else "")


def _awaiting(fate: _Fate, label: str) -> Mark:
    reason = fate.manifest.note if fate.manifest and fate.manifest.outcome_reason else ""
    submitted_on = fate.entered_on
    return Mark(MarkOutcome.AWAITING_ACCEPTANCE, submitted_on, label, _titles(fate.manifest), reason)


def _open(each: Occurrence, fate: _Fate, label: str, working_day: date) -> Mark:
    if each.is_overdue(working_day):
        return Mark(MarkOutcome.OVERDUE, each.due_on, label, reason=fate.reason)
    if each.before_record:
        return Mark(MarkOutcome.OVERDUE, each.due_on, label, reason=fate.reason or BEFORE_RECORD)
    if each.postponed:
        return Mark(MarkOutcome.POSTPONED, each.ends_on, label, reason=fate.reason)
    outcome = MarkOutcome.NOT_YET_DUE if each.state == "planned" else MarkOutcome.IN_PROGRESS
    return Mark(outcome, each.due_on, label)


def _titles(manifest: Manifest | None) -> tuple[str, ...]:
    if manifest is None:
        return ()
    place = (manifest.document_place,) if manifest.document_place else ()
    return (*(file.name for file in manifest.files), *manifest.links, *place)


def _sections(
    sections: Sequence[Section], activities: Sequence[Activity], marks: dict[int, list[Mark]]
) -> tuple[ReportSection, ...]:
    rows: dict[int | None, list[ReportRow]] = defaultdict(list)
    for each in activities:
        rows[each.section_id].append(_row(each, marks[each.id]))
    outside = (ReportSection("", "", 1, tuple(rows[None])),) if rows[None] else ()
    return (*outside, *(ReportSection(each.number, each.title, each.level, tuple(rows[each.id])) for each in sections))


def _row(each: Activity, marks: Sequence[Mark]) -> ReportRow:
    return ReportRow(
        number=each.number,
        title=each.title,
        responsible=", ".join(each.responsible),
        result=each.result,
        deadline=each.deadline_text,
        marks=tuple(marks),
    )


def own_columns(plan: Plan) -> tuple[ReportColumn, ...]:
    """The plan's own columns in its order; those that the report has no text for are left out."""
    customary = {column.field: column for column in CUSTOMARY_COLUMNS}
    own: dict[PlanField, ReportColumn] = {}
    for role, heading in plan.columns:
        if role in {field.value for field in PlanField}:
            field = PlanField(role)
            own.setdefault(field, ReportColumn(field, heading) if heading else customary[field])
    return tuple(own.values()) or CUSTOMARY_COLUMNS
