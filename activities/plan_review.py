"""Reviewing what import made of a plan: what it asks, and who answered what.

`list_questions` is what is still open; `answer_question` carries an answer out and keeps it, in one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from activities.acting import Actor
from activities.deed import Deed
from activities.importing.folding import fold
from activities.office import Office
from activities.plans import Finding, Plan, get_plan
from activities.reading_rules import find_rules, phrase_digest, store_rule
from activities.review_answers import SKIPPED, Answer, list_answers, record_answer
from activities.review_carrying_out import Review, carry_out
from activities.review_question import Question, Topic
from activities.review_topics import Reviewed, gather, group_findings, iter_questions
from engine.errors import N_, OporaError


class QuestionGoneError(OporaError):
    """The row has changed since the question was put, or the question was never put."""

    message = N_(
        "The plan no longer asks this: the row has changed meanwhile. Look at it again: opora plan review {slug}."
    )


class AnsweredAlreadyError(OporaError):
    """Somebody was quicker."""

    message = N_(
        "{name} answered this on {on} already: {answer}. To change it, correct the row itself: opora activity edit."
    )


@dataclass(frozen=True, slots=True)
class Queue:
    """What a plan asks now.

    Attributes:
        open: not answered yet, those that were skipped last.
        settled: the newest answer to each question that has one, by digest.
    """

    reviewed: Reviewed
    open: Sequence[Question]
    settled: dict[bytes, Answer]


def list_questions(connection: Connection, target: Plan, *, thorough: bool = False) -> Queue:
    """What a person has yet to decide, each with how the same phrase was answered before.

    Args:
        connection: where.
        target: the plan.
        thorough: also ask about kinds that a word of the title tells.
    """
    reviewed = gather(connection, target, thorough=thorough)
    answers = list_answers(connection, target.id)
    settled = {each.digest: each for each in answers if each.value != SKIPPED}
    skipped = {each.digest for each in answers if each.value == SKIPPED}
    waiting = [each for each in iter_questions(reviewed) if each.digest not in settled]
    rules = find_rules(connection, target.id, [(each.topic.value, each.phrase) for each in waiting])
    offered = [replace(each, earlier=rules.get((each.topic.value, phrase_digest(each.phrase)))) for each in waiting]
    return Queue(reviewed, sorted(offered, key=lambda each: each.digest in skipped), settled)


def list_open_findings(queue: Queue) -> list[Finding]:
    """The remarks on a plan that nobody has noted yet."""
    noted = {
        id(each)
        for question, findings in group_findings(queue.reviewed)
        if question.digest in queue.settled
        for each in findings
    }
    return [each for each in queue.reviewed.findings if id(each) not in noted]


def answer_question(
    office: Office, actor: Actor, target: Plan, digest: bytes, value: str, *, seen: bool = True
) -> Question:
    """Carry an answer out and keep it, with who and when; a rule is made of it for the next time.

    Args:
        office: where.
        actor: who answers.
        target: the plan.
        digest: which question, as it was put.
        value: the answer as `review_words` writes it.
        seen: whether the person was shown how a typed deadline is read.

    Raises:
        QuestionGoneError, AnsweredAlreadyError: it is not asked any more.
        RoleNotAllowedError: the actor does not coordinate what it is about.
        OporaError: what the answer itself does is refused; nothing was changed.
    """
    with office.store.write() as work:
        deed = Deed(office, work, actor)
        current = get_plan(work.connection, target.short_id)
        queue = list_questions(work.connection, current, thorough=True)
        return answer_within(deed, queue, digest, value, seen=seen)


def answer_within(deed: Deed, queue: Queue, digest: bytes, value: str, *, seen: bool) -> Question:
    """As `answer_question`, in the caller's transaction, of questions that were listed in it."""
    target = queue.reviewed.plan
    question = find_question(deed.office, queue, digest)
    carry_out(Review(deed, queue.reviewed, question), fold(value), seen=seen)
    keep_answer(deed, target.id, question, value)
    return question


def keep_answer(deed: Deed, plan_id: int, question: Question, value: str) -> None:
    """Keep an answer that was carried out, and the rule that it makes, in the caller's transaction."""
    record_answer(deed, plan_id, question, fold(value))
    if question.phrase and _is_rule(question, value):
        store_rule(deed, plan_id, question.topic.value, question.phrase, fold(value))


def skip_question(office: Office, actor: Actor, target: Plan, digest: bytes) -> None:
    """Leave a question for later: it comes again, after those that were not seen yet.

    Raises:
        QuestionGoneError, AnsweredAlreadyError: it is not asked any more.
    """
    with office.store.write() as work:
        queue = list_questions(work.connection, get_plan(work.connection, target.short_id), thorough=True)
        record_answer(Deed(office, work, actor), target.id, find_question(office, queue, digest), SKIPPED)


def find_question(office: Office, queue: Queue, digest: bytes) -> Question:
    """The open question with that digest.

    Raises:
        AnsweredAlreadyError: it was answered.
        QuestionGoneError: it is not asked.
    """
    question = next((each for each in queue.open if each.digest == digest), None)
    if question is not None:
        return question
    answer = queue.settled.get(digest)
    if answer is not None:
        raise AnsweredAlreadyError(
            name=answer.answered_by, on=office.calendar.day_of(answer.answered_at), answer=answer.value
        )
    raise QuestionGoneError(slug=queue.reviewed.plan.slug)


def _is_rule(question: Question, value: str) -> bool:
    """Which answers say something of the phrase wherever it stands; what names a row of this plan does not."""
    return question.topic is not Topic.DEADLINE or not value.startswith(("within row ", "after row "))
