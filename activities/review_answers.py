"""What was answered at review, by whom and when. Rows are only added: a later answer stands beside an earlier one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from activities.deed import Deed
from activities.review_question import Question
from activities.tables import person, review_answer

SKIPPED = "skip"
"""No answer: the question comes again, after those that were never seen."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as stored."""

    topic: str
    subject: str
    asked: str
    digest: bytes
    value: str
    answered_at: datetime
    answered_by: str


def record_answer(deed: Deed, plan_id: int, question: Question, value: str) -> None:
    """Keep an answer, in the transaction that carries it out."""
    row = {
        "plan_id": plan_id,
        "topic": question.topic.value,
        "subject": question.subject,
        "asked": question.text,
        "question_digest": question.digest,
        "answer": value,
        "answered_at": deed.work.now,
        "answered_by": deed.actor.person.short_id,
    }
    deed.connection.execute(insert(review_answer).values(row))


def list_answers(connection: Connection, plan_id: int) -> list[Answer]:
    """All answers of a plan, the oldest first, skipped questions among them."""
    wanted = (
        select(review_answer, person.c.name)
        .outerjoin(person, person.c.short_id == review_answer.c.answered_by)
        .where(review_answer.c.plan_id == plan_id)
        .order_by(review_answer.c.id)
    )
    return [
        Answer(
            topic=row.topic,
            subject=row.subject,
            asked=row.asked,
            digest=row.question_digest,
            value=row.answer,
            answered_at=row.answered_at,
            answered_by=row.name or row.answered_by,
        )
        for row in connection.execute(wanted)
    ]
