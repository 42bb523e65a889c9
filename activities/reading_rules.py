"""Answers as rules: how a phrase was answered before, offered when it comes again and never applied by itself.

A rule belongs to the plan in which it was made; it is offered in a re-import, a rollover and other plans alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from activities.deed import Deed
from activities.importing.folding import fold
from activities.spelling import spelling_key
from activities.tables import person, plan, reading_rule
from engine.canonical import sha256


@dataclass(frozen=True, slots=True)
class Rule:
    """How a phrase was answered: where, when and by whom."""

    topic: str
    phrase: str
    answer: str
    plan_slug: str
    made_at: datetime
    made_by: str


def phrase_digest(phrase: str) -> bytes:
    """SHA-256 of a phrase with case, white space, quotes and ё folded: what makes two phrases the same."""
    return sha256(spelling_key(fold(phrase)).encode())


def store_rule(deed: Deed, plan_id: int, topic: str, phrase: str, answer: str) -> None:
    """Keep an answer for the next time the phrase comes; the newest of a plan stands."""
    same = (
        (reading_rule.c.plan_id == plan_id)
        & (reading_rule.c.topic == topic)
        & (reading_rule.c.phrase_digest == phrase_digest(phrase))
    )
    deed.connection.execute(delete(reading_rule).where(same))
    row = {
        "plan_id": plan_id,
        "topic": topic,
        "phrase_digest": phrase_digest(phrase),
        "phrase": phrase,
        "answer": answer,
        "made_at": deed.work.now,
        "made_by": deed.actor.person.short_id,
    }
    deed.connection.execute(insert(reading_rule).values(row))


def find_rules(
    connection: Connection, plan_id: int, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, bytes], Rule]:
    """The rules for (topic, phrase) pairs, by topic and phrase digest: this plan's own, else the newest."""
    digests = {phrase_digest(phrase) for _, phrase in wanted}
    statement = (
        select(reading_rule, plan.c.slug, person.c.name)
        .join(plan, plan.c.id == reading_rule.c.plan_id)
        .outerjoin(person, person.c.short_id == reading_rule.c.made_by)
        .order_by((reading_rule.c.plan_id == plan_id), reading_rule.c.made_at, reading_rule.c.id)
    )
    # Later ones take the place of earlier ones, so this plan's stand last.
    return {
        (row.topic, row.phrase_digest): Rule(
            row.topic, row.phrase, row.answer, row.slug, row.made_at, row.name or row.made_by
        )
        for row in connection.execute(statement)
        if row.phrase_digest in digests
    }
