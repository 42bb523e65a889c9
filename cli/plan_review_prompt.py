"""Going through a plan's questions at the prompt, one by one; whoever stops goes on there another time."""

import click

from activities.acting import Actor
from activities.deadlines import read_deadline
from activities.deadlines.schedule import Confidence
from activities.plan_review import Queue, answer_question, list_questions, skip_question
from activities.plans import Plan
from activities.reading_rules import Rule
from activities.review_question import ACCEPT, WAIT, Question, Topic
from activities.review_sheet import TOPICS
from activities.review_words import find_relation, read_answer, say_answer
from cli.deadline_explained import show_reading
from cli.output import language, say
from cli.plan_review import voice_of
from cli.wording import counted, day_text, text
from engine.errors import N_, OporaError
from notifications.error_text import translate_error
from notifications.translation import LANGUAGES
from runtime.bootstrap import Application

PLACE = N_("[{at} of {total}] {topic}: {place} {title}")
EARLIER = N_("Answered so before: “{answer}”, on {on} by {name} ({plan}). Type = to answer so again.")
PROPOSED = N_("proposed")
TYPE_A_NUMBER = N_("Type a number. Enter leaves it for later, q stops.")
TYPE_OTHER = {
    Topic.DEADLINE: N_("Type a number, another deadline, or “{relation}”. Enter leaves it for later, q stops."),
    Topic.PARTY: N_("Type a number, or the name of the party that is meant. Enter leaves it for later, q stops."),
    Topic.STANDING: N_("Type a number, or a word for each, with commas. Enter leaves it for later, q stops."),
}
EXAMPLE = "after row 1.2 + 5"
TAKE_IT = N_("Take this reading? y or n")
NOTHING_EARLIER = N_("This was not answered before, so = says nothing here.")
NO_SUCH_CHOICE = N_("There is no answer {number} here.")
NO_DATE = N_("No date was read from that. Write it otherwise, or leave it for later.")
NOTHING_ASKED = N_("The plan asks nothing: every reading is sure, or was answered.")
ENDED = N_("{answered}; {open}. To go on: opora plan review {slug}")
# й and н are the keys of q and y on a Russian keyboard.
_STOP = frozenset({"q", "й", "quit"})
_YES = frozenset({"y", "yes", "н", "д", "да"})
_EARLIER = "="


class Stopped(Exception):  # noqa: N818  (no error: the person stops)
    """The person, or the end of what was typed for them, ends the walk."""


class Walk:
    """One person's way through the questions of one plan."""

    def __init__(self, application: Application, actor: Actor, plan: Plan, *, thorough: bool) -> None:
        self._office = application.office
        self._actor = actor
        self._plan = plan
        self._thorough = thorough
        self._passed: set[bytes] = set()
        self._answered = 0
        self._queue = self._look()

    def go(self) -> None:
        """Ask one question after the other until there is none, or the person stops."""
        total = len(self._queue.open)
        if not total:
            say(NOTHING_ASKED)
            return
        try:
            while (question := self._next()) is not None:
                self._passed.add(question.digest)
                self._show(question, max(total, len(self._passed)))
                self._settle(question)
                self._queue = self._look()
        except Stopped:
            click.echo(err=True)
        self._say_how_far()

    def _look(self) -> Queue:
        with self._office.store.read() as connection:
            return list_questions(connection, self._plan, thorough=self._thorough)

    def _next(self) -> Question | None:
        return next((each for each in self._queue.open if each.digest not in self._passed), None)

    def _show(self, question: Question, total: int) -> None:
        details = {"at": len(self._passed), "total": total, "topic": text(TOPICS[question.topic])}
        click.echo(f"\n{text(PLACE, place=question.place, title=question.title, **details)}".rstrip())
        voice = voice_of(language())
        if question.schedule is not None and question.text:
            show_reading(question.schedule)
        else:
            click.echo("\n".join(filter(None, (question.text, voice.say(question.reading)))))
        click.echo(voice.say(question.why))
        if question.earlier:
            self._show_earlier(question.earlier, question.topic)
        for number, choice in enumerate(question.choices, 1):
            mark = f" ({text(PROPOSED)})" if choice == question.proposed else ""
            click.echo(f"  {number}  {self._say(question.topic, choice)}{mark}")
        click.echo(text(TYPE_OTHER.get(question.topic, TYPE_A_NUMBER), relation=self._say(Topic.DEADLINE, EXAMPLE)))

    def _show_earlier(self, earlier: Rule, topic: Topic) -> None:
        on = day_text(self._office.calendar.day_of(earlier.made_at))
        answer = self._say(topic, earlier.answer)
        click.echo(text(EARLIER, answer=answer, on=on, name=earlier.made_by, plan=earlier.plan_slug))

    def _say(self, topic: Topic, value: str) -> str:
        return say_answer(topic, value, self._queue.reviewed.rows, voice_of(language()))

    def _settle(self, question: Question) -> None:
        """Ask until there is an answer that holds, or the question is left for later."""
        while True:
            typed = _ask(">")
            if not typed:
                skip_question(self._office, self._actor, self._plan, question.digest)
                return
            try:
                if self._take(question, typed):
                    return
            except OporaError as error:
                say(N_("Error: {message}"), message=translate_error(error, language()))

    def _take(self, question: Question, typed: str) -> bool:
        """Carry out what was typed; False where it is no answer, or the person thinks better of it."""
        value = self._value(question, typed)
        if value is None or (self._is_deadline(question, value) and not self._is_taken(value)):
            return False
        answer_question(self._office, self._actor, self._plan, question.digest, value)
        self._answered += 1
        return True

    def _value(self, question: Question, typed: str) -> str | None:
        if typed == _EARLIER and question.earlier:
            return question.earlier.answer
        if typed == _EARLIER:
            say(NOTHING_EARLIER)
            return None
        if typed.isdecimal():
            if 0 < int(typed) <= len(question.choices):
                return question.choices[int(typed) - 1]
            say(NO_SUCH_CHOICE, number=typed)
            return None
        voices = [voice_of(each) for each in LANGUAGES]
        return read_answer(question.topic, typed, self._queue.reviewed.rows, voices)

    def _is_deadline(self, question: Question, value: str) -> bool:
        """Whether the answer is the text of another deadline."""
        if question.topic is not Topic.DEADLINE or value in {ACCEPT, WAIT}:
            return False
        rows = self._queue.reviewed.rows
        return find_relation(value, next(each for each in rows if each.short_id == question.subject), rows) is None

    def _is_taken(self, deadline: str) -> bool:
        """Show how a deadline is read, and ask whether it is meant so."""
        schedule = read_deadline(deadline, self._plan.period.starts_on, self._plan.period.ends_on)
        show_reading(schedule)
        if schedule.confidence is Confidence.ASK:
            say(NO_DATE)
            return False
        return _ask(text(TAKE_IT)).casefold() in _YES

    def _say_how_far(self) -> None:
        self._queue = self._look()
        answered = counted("{count} question answered", "{count} questions answered", self._answered)
        left = counted("{count} question open", "{count} questions open", len(self._queue.open))
        say(ENDED, answered=answered, open=left, slug=self._plan.slug)


def _ask(prompt: str) -> str:
    """What the person types, on one line.

    Raises:
        Stopped: they stop, or there is nothing more to read.
    """
    try:
        typed = str(click.prompt(prompt, default="", show_default=False, prompt_suffix=" ", err=True)).strip()
    except click.Abort as end:
        raise Stopped from end
    if typed.casefold() in _STOP:
        raise Stopped
    return typed
