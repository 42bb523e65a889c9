"""`opora plan review`: what in a plan needs a person, asked at the prompt or in a sheet."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.options import NO_ACTOR, acting, as_json
from cli.output import language, print_json, print_table, say
from cli.wording import counted
from engine.errors import N_
from notifications.error_text import translate_error
from notifications.translation import LANGUAGES, translate

if TYPE_CHECKING:
    from activities.plan_activities import Activity
    from activities.plans import Plan
    from activities.review_question import Question
    from activities.review_sheet import SheetRow
    from activities.voice import Voice
    from activities.working_calendar import WorkingCalendar
    from runtime.bootstrap import Application

WRITTEN = N_("{questions} in {file}. Fill in the column “Answer”, then: opora plan review {slug} --apply {file}")
ONE_OF_TWO = N_("Give --export or --apply, not both.")
OUTCOMES = {
    "applied": N_("applied"),
    "left": N_("left"),
    "refused": N_("refused"),
    "held": N_("not applied"),
}
ALL_OR_NOTHING = N_("Nothing was applied, since some rows were refused. Correct them and apply the sheet again.")
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("review", help=N_("Go through what in a plan needs a person; every answer is kept, and goes on later."))
@click.argument("plan", required=False, metavar=N_("[PLAN]"))
@click.option("--export", "export_to", type=FILE, metavar=N_("FILE"), help=N_("Write the questions to a sheet, .xlsx."))
@click.option("--apply", "apply_from", type=FILE, metavar=N_("FILE"), help=N_("Carry out the answers of such a sheet."))
@click.option("--all", "thorough", is_flag=True, help=N_("Ask also about kinds that a word of the title tells."))
@acting(required=False)
@as_json
def command(
    *,
    plan: str | None,
    export_to: Path | None,
    apply_from: Path | None,
    thorough: bool,
    actor: str | None,
    on_behalf_of: str | None,
    as_json: bool,
) -> None:
    from activities.plans import get_plan
    from cli.context import acting, open_application

    if export_to and apply_from:
        raise click.UsageError(translate(ONE_OF_TWO, language()))
    if not actor and not export_to and not (as_json and not apply_from):
        raise click.UsageError(translate(NO_ACTOR, language()))
    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of) if actor else None
        with application.store.read() as connection:
            target = get_plan(connection, plan)
        if apply_from and who:
            from activities.review_sheet import apply_sheet

            rows = apply_sheet(application.office, who, target, apply_from, [voice_of(each) for each in LANGUAGES])
            _show_outcome(rows, as_json=as_json)
        elif export_to:
            _export(application, target, export_to, thorough=thorough)
        elif as_json:
            _print_questions(application, target, thorough=thorough)
        elif who:
            from cli.plan_review_prompt import Walk

            Walk(application, who, target, thorough=thorough).go()


def voice_of(spoken: str) -> "Voice":
    """How sentences are said in a language."""
    from activities.voice import Voice

    return Voice(spoken, lambda template, **details: translate(template, spoken, **details))


def _export(application: "Application", target: "Plan", path: Path, *, thorough: bool) -> None:
    from activities.plan_review import list_questions
    from activities.review_sheet import write_sheet

    with application.store.read() as connection:
        queue = list_questions(connection, target, thorough=thorough)
    write_sheet(path, queue.open, queue.reviewed.rows, voice_of(language()), application.office.calendar)
    questions = counted("{count} question", "{count} questions", len(queue.open))
    say(WRITTEN, questions=questions, file=path, slug=target.slug)


def _show_outcome(rows: "list[SheetRow]", *, as_json: bool) -> None:
    spoken = language()
    shown = [
        {
            "row": each.number,
            "place": each.place,
            "answer": each.answer,
            "outcome": each.outcome.value,
            "reason": translate_error(each.reason, spoken) if each.reason else "",
        }
        for each in rows
    ]
    if as_json:
        print_json(shown)
    else:
        columns = (N_("Row of the sheet"), N_("Row"), N_("Answer"), N_("Outcome"), N_("Reason"))
        words = [
            tuple({**each, "outcome": translate(OUTCOMES[str(each["outcome"])], spoken)}.values()) for each in shown
        ]
        print_table(columns, [each for each in words if each[2]])
        tally = Counter(str(each["outcome"]) for each in shown)
        click.echo(", ".join(f"{translate(OUTCOMES[name], spoken)}: {tally[name]}" for name in OUTCOMES if tally[name]))
    if any(each["outcome"] == "refused" for each in shown):
        say(ALL_OR_NOTHING)
        click.get_current_context().exit(1)


def _print_questions(application: "Application", target: "Plan", *, thorough: bool) -> None:
    from activities.plan_review import list_questions

    with application.store.read() as connection:
        queue = list_questions(connection, target, thorough=thorough)
    calendar = application.office.calendar
    print_json([_question_json(each, queue.reviewed.rows, calendar) for each in queue.open])


def _question_json(question: "Question", rows: "Sequence[Activity]", calendar: "WorkingCalendar") -> dict[str, Any]:
    from activities.review_words import say_answer

    voice, earlier = voice_of(language()), question.earlier
    return {
        "topic": question.topic.value,
        "place": question.place,
        "title": question.title,
        "text": question.text,
        "reading": voice.say(question.reading),
        "why": voice.say(question.why),
        "choices": [say_answer(question.topic, each, rows, voice) for each in question.choices],
        "proposed": say_answer(question.topic, question.proposed, rows, voice) if question.proposed else None,
        "earlier": {
            "answer": say_answer(question.topic, earlier.answer, rows, voice),
            "by": earlier.made_by,
            "on": calendar.day_of(earlier.made_at),
            "plan": earlier.plan_slug,
        }
        if earlier
        else None,
        "digest": question.digest.hex(),
    }
