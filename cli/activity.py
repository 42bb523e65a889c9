"""`opora activity`: the rows of plans, each with what comes of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cli.activity_parts import fan_out_command, matrix
from cli.changing import reference_argument
from cli.days import DAY, DAY_METAVAR
from cli.missing_approvers import say_who_is_missing
from cli.occurrence_filter import OVERDUE, find_occurrences
from cli.occurrence_show import occurrence_json, state_text
from cli.options import acting, as_json
from cli.output import language, print_facts, print_json, print_table, say
from cli.wording import CONFIDENCES, day_text, instant_text, names_text, text, window_text, word
from engine.errors import N_
from notifications.labels import KINDS, STATES
from notifications.translation import translate

if TYPE_CHECKING:
    from activities.acting import Actor
    from activities.occurrences import Occurrence
    from activities.office import Office
    from activities.plan_activities import Activity

CONFIRMED = N_("{activity}: the reading of “{deadline}” is confirmed; its people are written to from now on.")
EDITED = N_("{activity}: “{deadline}” ({kind}). {explanation}")
CONFIRMED_AT = N_("confirmed on {at}")
NOTHING_TO_EDIT = N_("Say what changes: --deadline TEXT, --kind KIND or --workflow NAME.")
GOES_THROUGH = N_("{activity}: what comes of it goes through “{workflow}”.")


@click.group("activity", help=N_("List and show the activities of plans."))
def group() -> None:
    """The noun."""


for command in (fan_out_command, matrix):
    group.add_command(command)


@group.command("list", help=N_("List the activities of plans, a line each, with how far they are."))
@click.option("--plan", metavar=N_("PLAN"), help=N_("Of this plan only."))
@click.option("--section", metavar=N_("SECTION"), help=N_("Of this section and those below it only; needs one plan."))
@click.option("--party", metavar=N_("PARTY"), help=N_("Where this party is named only."))
@click.option(
    "--state", "states", multiple=True, type=click.Choice([*STATES, OVERDUE]), help=N_("With work in this state only.")
)
@click.option("--due-before", type=DAY, metavar=DAY_METAVAR, help=N_("With work due on or before this day only."))
@as_json
def list_(
    *,
    plan: str | None,
    section: str | None,
    party: str | None,
    states: Sequence[str],
    due_before: date | None,
    as_json: bool,
) -> None:
    from activities.plan_activities import list_activities
    from activities.plans import get_plan, list_plans
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        today = application.office.working_day()
        found = find_occurrences(
            connection, today, plan=plan, section=section, party=party, states=states, due_before=due_before
        )
        plans = [get_plan(connection, plan)] if plan else list_plans(connection)
        activities = [each for one in plans for each in list_activities(connection, one.id)]
    by_activity: dict[int, list[Occurrence]] = defaultdict(list)
    for occurrence in found:
        by_activity[occurrence.activity_id].append(occurrence)
    # Only a plain list shows rows of which nothing has come yet.
    narrowed = bool(section or party or states or due_before)
    chosen = [each for each in activities if not narrowed or each.id in by_activity]
    if as_json:
        print_json([_activity_json(each, by_activity[each.id], today) for each in chosen])
        return
    columns = (N_("Activity"), N_("Id"), N_("Title"), N_("Deadline"), N_("Next due"), N_("State"), N_("Responsible"))
    print_table(columns, [_row(each, by_activity[each.id], today) for each in chosen])


def _row(each: "Activity", occurrences: "Sequence[Occurrence]", today: date) -> tuple[str, ...]:
    due = min((one.due_on for one in occurrences if one.is_open and one.due_on), default=None)
    named = names_text(party.name for party in each.parties)
    states = _states(occurrences, today)
    return (each.number, each.short_id, each.title, each.deadline_text, day_text(due), states, named)


def _states(occurrences: "Sequence[Occurrence]", today: date) -> str:
    """“planned” for one occurrence, “planned × 3; accepted” for several."""
    counted = Counter(state_text(each, today) for each in occurrences)
    return "; ".join(state if count == 1 else f"{state} × {count}" for state, count in counted.items())


@group.command("show", help=N_("Show an activity: its row, how its deadline was read, and what comes of it."))
@reference_argument
@as_json
def show(*, reference: str, as_json: bool) -> None:
    from activities.occurrences import OccurrenceFilter, list_occurrences
    from activities.plan_activities import resolve_activity
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        found = resolve_activity(connection, reference)
        occurrences = list_occurrences(connection, OccurrenceFilter(activity_id=found.id))
        today, zone = application.office.working_day(), application.office.calendar.zone
    if as_json:
        print_json(_activity_json(found, occurrences, today))
        return
    reading = word(CONFIDENCES, found.confidence.value)
    if found.confirmed_at:
        reading = text(CONFIRMED_AT, at=instant_text(found.confirmed_at, zone))
    print_facts(
        [
            (N_("Activity"), f"{found.plan_slug}:{found.reference} ({found.short_id})"),
            (N_("Title"), found.title),
            (N_("Section"), found.section_title),
            (N_("Responsible"), names_text(each.name for each in found.parties)),
            (N_("Expected result"), found.result),
            (N_("Kind"), word(KINDS, found.kind.value)),
            (N_("Deadline"), found.deadline_text),
            (N_("Deadline in the document"), found.document_deadline),
            (N_("How it was read"), _explanation(found)),
            (N_("Reading"), reading),
            (N_("Workflow"), found.workflow),
        ]
    )
    if occurrences:
        click.echo()
        _print_occurrences(occurrences, today)


def _explanation(each: "Activity") -> str:
    explained: str = getattr(each.schedule.explanation, language())
    return explained


def _print_occurrences(occurrences: "Sequence[Occurrence]", today: date) -> None:
    columns = (N_("Occurrence"), N_("Id"), N_("When"), N_("Evidence due"), N_("State"))
    print_table(
        columns,
        [
            (
                each.reference,
                each.short_id,
                window_text(each.starts_on, each.ends_on),
                day_text(each.due_on),
                state_text(each, today),
            )
            for each in occurrences
        ],
    )


@group.command("confirm", help=N_("Confirm that a deadline marked to be checked was read rightly."))
@reference_argument
@acting()
def confirm(*, reference: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.correcting import confirm_reading
    from activities.plan_activities import resolve_activity
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            target = resolve_activity(connection, reference)
        confirmed = confirm_reading(application.office, who, target)
    say(CONFIRMED, activity=confirmed.reference, deadline=confirmed.deadline_text)


@group.command("edit", help=N_("Correct a row of a draft: its deadline, which is read anew, its kind, its workflow."))
@reference_argument
@click.option("--deadline", metavar=N_("TEXT"), help=N_("The deadline as the plan should say it."))
@click.option("--kind", type=click.Choice(list(KINDS)), help=N_("What the activity is."))
@click.option("--workflow", metavar=N_("NAME"), help=N_("How what comes of it is worked off: see opora workflow list."))
@acting()
def edit(
    *,
    reference: str,
    deadline: str | None,
    kind: str | None,
    workflow: str | None,
    actor: str,
    on_behalf_of: str | None,
) -> None:
    from activities.plan_activities import resolve_activity
    from cli.context import acting, open_application

    if deadline is None and kind is None and workflow is None:
        raise click.UsageError(translate(NOTHING_TO_EDIT, language()))
    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            target = resolve_activity(connection, reference)
        if workflow is not None:
            _choose_workflow(application.office, who, target, workflow)
        if deadline is not None or kind is not None:
            _correct(application.office, who, target, deadline, kind)


def _choose_workflow(office: "Office", who: "Actor", target: "Activity", name: str) -> None:
    from activities.workflow_choice import choose_workflow, count_missing_approvers

    chosen = choose_workflow(office, who, target, name)
    say(GOES_THROUGH, activity=target.reference, workflow=chosen.name)
    with office.store.read() as connection:
        say_who_is_missing(count_missing_approvers(connection, chosen, target.id))


def _correct(office: "Office", who: "Actor", target: "Activity", deadline: str | None, kind: str | None) -> None:
    from activities.correcting import edit_activity
    from activities.kinds import ActivityKind

    edited = edit_activity(office, who, target, deadline=deadline, kind=ActivityKind(kind) if kind else None)
    said = word(KINDS, edited.kind.value)
    say(EDITED, activity=edited.reference, deadline=edited.deadline_text, kind=said, explanation=_explanation(edited))


def _activity_json(each: "Activity", occurrences: "Sequence[Occurrence]", today: date) -> dict[str, Any]:
    return {
        "id": each.short_id,
        "plan": each.plan_slug,
        "number": each.number,
        "title": each.title,
        "section": each.section_title,
        "responsible": each.responsible,
        "parties": [{"name": party.name, "standing": party.standing.value} for party in each.parties],
        "result": each.result,
        "deadline": each.deadline_text,
        "document_deadline": each.document_deadline,
        "kind": each.kind.value,
        "confidence": each.confidence.value,
        "confirmed": not each.needs_a_look,
        "explanation": _explanation(each),
        "workflow": each.workflow,
        "occurrences": [occurrence_json(one, today) for one in occurrences],
    }
