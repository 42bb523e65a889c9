"""What a plan asks, as `opora plan show` tells it: which row follows which, who does what, how much is open."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from cli.output import language, print_table, say
from cli.plan_review import voice_of
from cli.wording import counted, text, window_text
from engine.errors import N_

if TYPE_CHECKING:
    from activities.following import LeftBehind
    from activities.plan_review import Queue
    from activities.year_view import YearView

ASKED = N_("{questions}: opora plan review {slug}")
CONFIRMED = N_("confirmed")
LEFT_BEHIND = N_("What these follow was called off: set their dates, or cancel them too")
PROPOSED = N_("proposed")


def print_relations(queue: "Queue") -> None:
    """Print the rows that take their dates from another one, and those that may."""
    rows = list(_relations(queue))
    if rows:
        click.echo("\n" + text(N_("Rows that follow another row")))
        print_table((N_("Activity"), N_("How"), N_("Status"), N_("Reason")), rows)


def _relations(queue: "Queue") -> Iterator[tuple[str, str, str, str]]:
    from activities.review_question import Topic
    from activities.review_words import relation_value, say_answer

    voice, rows = voice_of(language()), queue.reviewed.rows
    names = {each.id: each.reference for each in rows}
    for relation in queue.reviewed.relations.values():
        how = say_answer(Topic.DEADLINE, relation_value(relation, rows), rows, voice)
        yield names[relation.activity_id], how, text(CONFIRMED), ""
    for question in queue.open:
        if question.topic is Topic.DEADLINE and question.proposed.startswith(("within row ", "after row ")):
            how = say_answer(question.topic, question.proposed, rows, voice)
            yield question.place, how, text(PROPOSED), voice.say(question.why)


def print_left_behind(behind: "Sequence[LeftBehind]") -> None:
    """Print the runs whose other row was called off, so that somebody says what becomes of them."""
    if not behind:
        return
    click.echo("\n" + text(LEFT_BEHIND))
    columns = (N_("Occurrence"), N_("Id"), N_("Title"), N_("When"), N_("Called off"))
    print_table(
        columns,
        [
            (
                each.occurrence.reference,
                each.occurrence.short_id,
                each.occurrence.title,
                window_text(each.occurrence.starts_on, each.occurrence.ends_on) if each.occurrence.ends_on else "",
                f"{each.leader.reference} {each.leader.title}",
            )
            for each in behind
        ],
    )


def print_standings(queue: "Queue") -> None:
    """Print how parties that stand in one row are taken to take part, where nobody has said so yet."""
    from activities.review_question import Topic
    from activities.review_words import say_answer

    voice = voice_of(language())
    asked = [each for each in queue.open if each.topic is Topic.STANDING]
    if not asked:
        return
    click.echo("\n" + text(N_("Who does what, as proposed")))
    rows = [
        (each.text, say_answer(each.topic, each.proposed, (), voice), each.place, voice.say(each.reading))
        for each in asked
    ]
    print_table((N_("Parties"), N_("Standing"), N_("Rows"), N_("Reason")), rows)


def say_what_is_asked(queue: "Queue") -> None:
    """Say how many questions wait, and where they are answered."""
    if queue.open:
        questions = counted(
            "{count} question waits for a person", "{count} questions wait for a person", len(queue.open)
        )
        say(ASKED, questions=questions, slug=queue.reviewed.plan.slug)


def review_json(queue: "Queue", year: "YearView") -> dict[str, Any]:
    """The same for programs."""
    return {
        "questions": len(queue.open),
        "relations": [
            {"activity": name, "how": how, "status": status, "reason": reason}
            for name, how, status, reason in _relations(queue)
        ],
        "year": [{"month": f"{each.month:%Y-%m}", "due": each.due} for each in year.months],
        "undated": year.undated,
        "outside_period": year.outside,
    }
