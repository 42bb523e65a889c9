"""`opora plan show`: a plan at a glance, and what in it needs a person."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import click

from cli.days import DAY, DAY_METAVAR
from cli.options import as_json
from cli.output import language, print_facts, print_json, print_table
from cli.plan_as_of import show_as_of
from cli.plan_asked import print_left_behind, print_relations, print_standings, review_json, say_what_is_asked
from cli.plan_reimport import say_what_waits
from cli.wording import CONFIDENCES, PARTY_KINDS, PLAN_STATUSES, day_text, names_text, text, window_text, word
from cli.year_view import print_year
from engine.errors import N_
from notifications.labels import KINDS, ROLES, STATES
from notifications.translation import translate

if TYPE_CHECKING:
    from activities.occurrences import Occurrence
    from activities.plan_activities import Activity
    from activities.plan_overview import NamedParty, PlanOverview, SectionCounts
    from activities.plans import Finding, Plan
    from activities.working_calendar import WorkingCalendar

LAUNCHED = N_("live since {day}")
CLOSED = N_("closed on {day} by {person}")
CHOSEN = N_("{workflow}, chosen by {person}")
NOBODY_HOLDS = N_("Nobody is {role}: opora person grant PERSON --role {name}")
NO_CONTACT = N_("nobody yet: opora party contact {party} PERSON")
NOTHING_AUTOMATIC = N_("nobody is written to by itself")


@click.command("show", help=N_("Show a plan: its counts, and what in it needs a person."))
@click.argument("plan", required=False, metavar=N_("[PLAN]"))
@click.option("--as-of", type=DAY, metavar=DAY_METAVAR, help=N_("As it stood at the end of this day."))
@as_json
def command(plan: str | None, *, as_of: date | None, as_json: bool) -> None:
    if as_of is not None:
        show_as_of(plan, as_of, as_json=as_json)
        return
    from activities.following import list_left_behind
    from activities.pending_steps import list_pending
    from activities.plan_overview import gather_overview
    from activities.plan_review import list_open_findings, list_questions
    from activities.plans import get_plan
    from activities.year_view import view_plan
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        wanted = get_plan(connection, plan)
        overview = gather_overview(connection, wanted, application.office.working_day())
        queue = list_questions(connection, wanted)
        waiting, behind = list_pending(connection, wanted.id), list_left_behind(connection, wanted.id)
        year = view_plan(connection, wanted, application.office.calendar)
    overview = replace(overview, findings=list_open_findings(queue))
    if as_json:
        shown = (
            _overview_json(overview)
            | review_json(queue, year)
            | {
                "pending_steps": len(waiting),
                "left_behind": [each.occurrence.short_id for each in behind],
            }
        )
        print_json(shown)
        return
    _print_counts(overview, application.office.calendar)
    print_year(year)
    _print_sections(overview.sections)
    _print_readings(overview.readings)
    print_relations(queue)
    print_left_behind(behind)
    print_standings(queue)
    _print_findings(overview.findings)
    _print_parties(overview.parties)
    _print_before_record(overview.before_record)
    say_what_waits(len(waiting), wanted.slug)
    say_what_is_asked(queue)


def _print_counts(overview: "PlanOverview", calendar: "WorkingCalendar") -> None:
    plan = overview.plan
    missing = [text(NOBODY_HOLDS, role=word(ROLES, role.value), name=role.value) for role in overview.missing_roles]
    print_facts(
        [
            (N_("Plan"), f"{plan.slug} ({plan.short_id})"),
            (N_("Title"), plan.title),
            (N_("Period"), window_text(plan.period.starts_on, plan.period.ends_on)),
            (N_("Status"), _status(overview, calendar)),
            (N_("From the file"), plan.source_name),
            (N_("Workflow"), _workflow(overview)),
            (N_("Activities"), f"{overview.activities} ({_counts(KINDS, overview.kinds)})"),
            (N_("Occurrences"), _counts(STATES, overview.states)),
            (N_("Overdue"), overview.overdue or None),
            (N_("Missing"), "\n".join(missing)),
        ]
    )


def _status(overview: "PlanOverview", calendar: "WorkingCalendar") -> str:
    plan = overview.plan
    if plan.closed_at and overview.closed_by:
        return text(CLOSED, day=day_text(calendar.day_of(plan.closed_at)), person=overview.closed_by.name)
    if plan.status.value == "live" and plan.launched_on:
        return text(LAUNCHED, day=day_text(plan.launched_on))
    return word(PLAN_STATUSES, plan.status.value)


def _workflow(overview: "PlanOverview") -> str:
    chosen = overview.workflow_chosen_by
    if chosen is None:
        return overview.plan.workflow
    return text(CHOSEN, workflow=overview.plan.workflow, person=chosen.name)


def _counts(words: dict[str, str], counts: Mapping[str, int]) -> str:
    return names_text(f"{word(words, name)} {counts[name]}" for name in words if counts.get(name))


def _print_heading(heading: str) -> None:
    click.echo(f"\n{translate(heading, language())}")


def _print_sections(sections: Sequence["SectionCounts"]) -> None:
    if not sections:
        return
    _print_heading(N_("By section"))
    columns = (N_("Section"), N_("Activities"), N_("Occurrences"), N_("Finished"))
    print_table(columns, [(_section(each), each.activities, each.occurrences, each.finished) for each in sections])


def _section(counts: "SectionCounts") -> str:
    if counts.section is None:
        return text(N_("(outside the sections)"))
    return f"{counts.section.number} {counts.section.title}".strip()


def _print_readings(readings: Sequence["Activity"]) -> None:
    if not readings:
        return
    _print_heading(N_("Deadlines to look at (opora activity confirm, or opora activity edit while it is a draft)"))
    columns = (N_("Activity"), N_("Deadline"), N_("What to do"), N_("How it was read"))
    print_table(
        columns,
        [
            (_name(each), each.deadline_text, word(CONFIDENCES, each.confidence.value), _explain(each))
            for each in readings
        ],
    )


def _name(each: "Activity") -> str:
    return f"{each.reference} ({each.short_id})"


def _explain(each: "Activity") -> str:
    explained: str = getattr(each.schedule.explanation, language())
    return explained


def _print_findings(findings: Sequence["Finding"]) -> None:
    if not findings:
        return
    _print_heading(N_("Remarks on the document"))
    print_table((N_("Where"), N_("Remark")), [(each.place, each.say(text)) for each in findings])


def _print_parties(parties: Sequence["NamedParty"]) -> None:
    if not parties:
        return
    _print_heading(N_("Who is named, and whom to write to"))
    columns = (N_("Party"), N_("Kind"), N_("Rows"), N_("Written to"))
    print_table(
        columns,
        [(each.party.name, word(PARTY_KINDS, each.party.kind.value), each.rows, _written_to(each)) for each in parties],
    )


def _written_to(each: "NamedParty") -> str:
    contacts = names_text(f"{person.name} <{person.email}>" for person in each.party.contacts)
    if each.lacks_contact:
        return text(NO_CONTACT, party=each.party.short_id)
    by_itself = each.executes and each.party.kind.value != "superior"
    return contacts if by_itself else names_text(filter(None, (contacts, text(NOTHING_AUTOMATIC))))


def _print_before_record(occurrences: Sequence["Occurrence"]) -> None:
    if not occurrences:
        return
    _print_heading(N_("Due before the start of record: say what became of them; nothing is sent"))
    columns = (N_("Occurrence"), N_("Id"), N_("Title"), N_("Due"), N_("State"))
    print_table(
        columns,
        [
            (each.reference, each.short_id, each.title, day_text(each.due_on), word(STATES, each.state))
            for each in occurrences
        ],
    )


def _overview_json(overview: "PlanOverview") -> dict[str, object]:
    return _plan_json(overview.plan) | {
        "activities": overview.activities,
        "kinds": overview.kinds,
        "states": overview.states,
        "overdue": overview.overdue,
        "missing_roles": [role.value for role in overview.missing_roles],
        "sections": [
            {
                "number": each.section.number if each.section else "",
                "title": each.section.title if each.section else "",
                "activities": each.activities,
                "occurrences": each.occurrences,
                "finished": each.finished,
            }
            for each in overview.sections
        ],
        "readings": [
            {
                "id": each.short_id,
                "number": each.number,
                "deadline": each.deadline_text,
                "confidence": each.confidence.value,
                "explanation": _explain(each),
            }
            for each in overview.readings
        ],
        "findings": [{"code": each.code, "place": each.place, "message": each.say(text)} for each in overview.findings],
        "parties": [
            {
                "id": each.party.short_id,
                "name": each.party.name,
                "kind": each.party.kind.value,
                "rows": each.rows,
                "contacts": [person.email for person in each.party.contacts],
                "lacks_contact": each.lacks_contact,
            }
            for each in overview.parties
        ],
        "before_record": [each.short_id for each in overview.before_record],
    }


def _plan_json(plan: "Plan") -> dict[str, object]:
    return {
        "slug": plan.slug,
        "id": plan.short_id,
        "title": plan.title,
        "status": plan.status.value,
        "period": {"start": plan.period.starts_on, "end": plan.period.ends_on},
        "launched_on": plan.launched_on,
        "closed_at": plan.closed_at,
        "closed_by": plan.closed_by,
        "workflow": plan.workflow,
        "workflow_chosen_at": plan.workflow_chosen_at,
        "workflow_chosen_by": plan.workflow_chosen_by,
    }
