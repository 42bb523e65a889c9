"""`opora occurrence show`: all that is known of one occurrence, and whose move it is."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cli.changing import NO_DAY_YET, people_text, reference_argument
from cli.history import Told, list_told, step_text
from cli.options import as_json
from cli.output import print_facts, print_json, print_table
from cli.wording import CONFIDENCES, day_text, instant_text, names_text, size_text, text, window_text, word
from engine.errors import N_
from notifications.labels import KINDS, OUTCOMES, STATES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.deciders import Decider
    from activities.decisions import Decision
    from activities.evidence import Evidence
    from activities.next_step import NextStep
    from activities.occurrences import Occurrence
    from activities.office import Office
    from activities.submissions import Submission

OVERDUE_SINCE = N_("{state}, overdue")
BEFORE_RECORD = N_("due before the start of record; nothing is sent for it")
POSTPONED = N_("{dates} (planned: {planned}; times postponed: {count})")
CLARIFIED = N_("{dates} (planned: {planned})")
LAST_STEPS = N_("Last steps (all of them: opora history)")
SHOWN_STEPS = 5
AWAITED = {
    "submit": N_("evidence by {due}: {people}"),
    "set_date": N_("a date: {people}"),
    "accept": N_("a decision: {people}"),
}
DECIDED = {
    ("accept", False): N_("accepted by {name} on {at}"),
    ("accept", True): N_("accepted in part by {name} on {at}"),
    ("return", False): N_("returned by {name} on {at}"),
}


@dataclass(frozen=True, slots=True)
class Handed:
    """A submission with what became of it; where several have to accept, all who have."""

    submission: "Submission"
    decision: "Decision | None"
    accepted: "list[Decision]"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of an occurrence."""

    occurrence: "Occurrence"
    evidence: "list[Evidence]"
    submissions: "list[Handed]"
    next_step: "NextStep | None"
    acting: "list[Decider]"
    events: tuple[str, ...]
    history: "list[Told]"


@click.command("show", help=N_("Show an occurrence: its dates, evidence, decisions, and whose move it is."))
@reference_argument
@as_json
def command(*, reference: str, as_json: bool) -> None:
    from activities.occurrences import resolve_occurrence
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        office = application.office
        shown = _gather(connection, office, resolve_occurrence(connection, reference))
    if as_json:
        print_json(_json(shown, office.working_day()))
        return
    _print_occurrence(shown, office.working_day())
    _print_submissions(shown, office)
    _print_evidence(shown, office)
    _print_history(shown, office)


def _gather(connection: "Connection", office: "Office", target: "Occurrence") -> Shown:
    from activities.decisions import find_decision, list_acceptances
    from activities.evidence import list_evidence
    from activities.next_step import find_next_step, list_acting, list_events
    from activities.submissions import list_submissions

    step = find_next_step(connection, target)
    return Shown(
        occurrence=target,
        evidence=list_evidence(connection, target.id),
        submissions=[
            Handed(each, find_decision(connection, each.id), list_acceptances(connection, each.id))
            for each in list_submissions(connection, target.id)
        ],
        next_step=step,
        acting=list_acting(office, connection, target, step) if step else [],
        events=list_events(connection, target),
        history=list_told(connection, [target]),
    )


def state_text(each: "Occurrence", today: date) -> str:
    """The state's word, and that it is overdue."""
    state = word(STATES, each.state)
    return text(OVERDUE_SINCE, state=state) if each.is_overdue(today) else state


def _print_occurrence(shown: Shown, today: date) -> None:
    each = shown.occurrence
    print_facts(
        [
            (N_("Occurrence"), f"{each.plan_slug}:{each.reference} ({each.short_id})"),
            (N_("Title"), each.title),
            (N_("Section"), each.section_title),
            (N_("Kind"), word(KINDS, each.kind)),
            (N_("Expected result"), each.result),
            (N_("Responsible"), names_text(each.parties)),
            (N_("Deadline in the plan"), each.deadline_text),
            (N_("Reading"), None if each.is_confirmed else word(CONFIDENCES, each.confidence)),
            (N_("When"), _when(each)),
            (N_("Evidence due"), _due(each)),
            (N_("State"), state_text(each, today)),
            (N_("Note"), text(BEFORE_RECORD) if each.before_record else None),
            (N_("Awaited"), _awaited(shown)),
            (N_("Possible now"), names_text(_verb(event) for event in shown.events)),
        ]
    )


def _when(each: "Occurrence") -> str:
    dates = window_text(each.starts_on, each.ends_on)
    planned = window_text(each.planned_starts_on, each.planned_ends_on)
    return _with_planned(dates, planned, each.postponed)


def _due(each: "Occurrence") -> str:
    return _with_planned(day_text(each.due_on), day_text(each.planned_due_on), each.postponed)


def _with_planned(dates: str, planned: str, postponed: int) -> str:
    if dates == planned:
        return dates
    return text(POSTPONED if postponed else CLARIFIED, dates=dates, planned=planned, count=postponed)


def _awaited(shown: Shown) -> str:
    step = shown.next_step
    if step is None:
        return ""
    people = people_text(shown.acting)
    return text(AWAITED[step.event], due=day_text(step.due_on) or text(NO_DAY_YET), people=people)


def _verb(event: str) -> str:
    """The command for an event."""
    return {"report_outcome": "outcome", "invite": "party text"}.get(event, event.replace("_", "-"))


def _print_heading(heading: str) -> None:
    click.echo(f"\n{text(heading)}")


def _print_submissions(shown: Shown, office: "Office") -> None:
    if not shown.submissions:
        return
    zone = office.calendar.zone
    _print_heading(N_("Handed in"))
    columns = (N_("Version"), N_("When"), N_("What"), N_("Digest"), N_("What became of it"))
    print_table(
        columns,
        [
            (
                each.submission.version,
                instant_text(each.submission.submitted_at, zone),
                _contents(each.submission),
                each.submission.manifest_digest.hex()[:12],
                _fate(each, office),
            )
            for each in shown.submissions
        ],
    )


def _contents(sealed: "Submission") -> str:
    manifest = sealed.manifest
    reason = word(OUTCOMES, manifest.outcome_reason.value) if manifest.outcome_reason else ""
    files = (f"{file.name} ({size_text(file.size)})" for file in manifest.files)
    numbers = (f"{name}={number}" for name, number in manifest.numbers.items())
    return names_text(filter(None, (reason, *files, *manifest.links, *numbers, manifest.note)))


def _fate(each: Handed, office: "Office") -> str:
    before = [_decided(one, office) for one in each.accepted if not one.settles]
    if each.submission.withdrawn_at:
        last = text(N_("withdrawn"))
    elif each.decision is not None:
        last = _decided(each.decision, office)
    else:
        last = text(N_("another approver has to accept it too") if before else N_("waits for a decision"))
    return "; ".join((*before, last))


def _decided(decision: "Decision", office: "Office") -> str:
    at = instant_text(decision.decided_at, office.calendar.zone)
    decided = text(DECIDED[decision.verdict.value, decision.partial], name=decision.person.name, at=at)
    return f"{decided}: {decision.remark}" if decision.remark else decided


def _print_evidence(shown: Shown, office: "Office") -> None:
    if not shown.evidence:
        return
    _print_heading(N_("Evidence that the next submission holds"))
    columns = (N_("Number"), N_("What"), N_("Size"), N_("Digest"), N_("Added"))
    print_table(
        columns,
        [
            (
                piece.id,
                piece.name,
                size_text(piece.size) if piece.size is not None else "",
                piece.blob_digest.hex()[:12] if piece.blob_digest else "",
                instant_text(piece.added_at, office.calendar.zone),
            )
            for piece in shown.evidence
        ],
    )


def _print_history(shown: Shown, office: "Office") -> None:
    """The last steps; all of them, and what was said, by `opora history`."""
    _print_heading(LAST_STEPS)
    columns = (N_("When"), N_("Who"), N_("What"))
    print_table(
        columns,
        [
            (
                instant_text(told.entry.entry.at, office.calendar.zone),
                told.actor,
                step_text(told),
            )
            for told in shown.history[-SHOWN_STEPS:]
        ],
    )


def occurrence_json(each: "Occurrence", today: date) -> dict[str, Any]:
    """An occurrence as data for programs; names of states, kinds and events are the program's own."""
    return {
        "id": each.short_id,
        "uid": each.public_id,
        "plan": each.plan_slug,
        "reference": each.reference,
        "number": each.number,
        "key": each.key,
        "activity": each.activity_short_id,
        "title": each.title,
        "section": each.section_title,
        "kind": each.kind,
        "deadline": each.deadline_text,
        "parties": each.parties,
        "state": each.state,
        "overdue": each.is_overdue(today),
        "starts_on": each.starts_on,
        "ends_on": each.ends_on,
        "due_on": each.due_on,
        "planned": {
            "starts_on": each.planned_starts_on,
            "ends_on": each.planned_ends_on,
            "due_on": each.planned_due_on,
        },
        "postponed": each.postponed,
        "before_record": each.before_record,
        "confidence": each.confidence,
        "confirmed": each.is_confirmed,
    }


def _json(shown: Shown, today: date) -> dict[str, Any]:
    step = shown.next_step
    awaited = None
    if step is not None:
        awaited = {
            "event": step.event,
            "due_on": step.due_on,
            "people": [each.email for each in step.people],
            "may_act": [_acting_json(each) for each in shown.acting],
        }
    return {
        **occurrence_json(shown.occurrence, today),
        "revision": shown.occurrence.revision,
        "result": shown.occurrence.result,
        "awaited": awaited,
        "events": shown.events,
        "steps": len(shown.history),
        "submissions": [_submission_json(each) for each in shown.submissions],
        "evidence": [
            {
                "number": piece.id,
                "kind": piece.kind.value,
                "name": piece.name,
                "size": piece.size,
                "digest": piece.blob_digest.hex() if piece.blob_digest else None,
                "added_at": piece.added_at,
                "added_by": piece.added_by,
            }
            for piece in shown.evidence
        ],
    }


def _acting_json(each: "Decider") -> dict[str, Any]:
    other = each.on_behalf_of
    return {"person": each.person.email, "on_behalf_of": other.email if other else None, "deputy": each.is_deputy}


def _submission_json(each: Handed) -> dict[str, Any]:
    sealed = each.submission
    return {
        "id": sealed.short_id,
        "version": sealed.version,
        "kind": sealed.kind.value,
        "digest": sealed.manifest_digest.hex(),
        "submitted_at": sealed.submitted_at,
        "submitted_by": sealed.submitted_by,
        "provided_by": sealed.provided_by,
        "withdrawn": sealed.withdrawn_at is not None,
        "decision": None if each.decision is None else _decision_json(each.decision),
        "accepted_so_far": [_decision_json(one) for one in each.accepted if not one.settles],
    }


def _decision_json(decision: "Decision") -> dict[str, Any]:
    return {
        "verdict": decision.verdict.value,
        "partial": decision.partial,
        "remark": decision.remark,
        "by": decision.person.email,
        "on_behalf_of": decision.on_behalf_of.email if decision.on_behalf_of else None,
        "channel": decision.channel,
        "at": decision.decided_at,
    }
