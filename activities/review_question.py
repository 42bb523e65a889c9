"""What a plan asks a person at review. A question is known by the digest of what it asks about.

When the row changes, so does the digest: an answer never settles what was not asked.
"""

from dataclasses import dataclass
from enum import StrEnum

from activities.deadlines.schedule import Schedule
from activities.importing.folding import fold
from activities.reading_rules import Rule
from activities.voice import Sentence
from engine.canonical import canonical_json, sha256

ACCEPT = "accept"
"""A deadline was read rightly."""
WAIT = "wait"
"""A row has no date for now; it is asked for once the plan is live."""
NOTED = "noted"
"""A remark was seen."""
APART = "apart"
"""A spelling means a party of its own."""


class Topic(StrEnum):
    """What a question is about."""

    DEADLINE = "deadline"
    KIND = "kind"
    PARTY = "party"
    STANDING = "standing"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a person decides.

    Attributes:
        plan_short_id: of which plan.
        subject: what it is about: a row's short id, a spelling, party ids, a finding's code.
        place: where it stands in the plan, as people name it.
        title: the row's title, empty where it is about no single row.
        text: what the plan says.
        reading: how that was read.
        why: why a person is asked.
        choices: answers to choose from, as `review_words` writes them.
        proposed: the choice that is proposed, empty where none is.
        takes_text: whether another answer may be typed.
        phrase: what a rule made of the answer is about, empty where none is made.
        seen: all else that the question rests on.
        schedule: how the deadline was read, where it is about one.
        earlier: how the same phrase was answered before.
    """

    plan_short_id: str
    topic: Topic
    subject: str
    place: str
    title: str
    text: str
    reading: Sentence
    why: Sentence
    choices: tuple[str, ...]
    proposed: str = ""
    takes_text: bool = False
    phrase: str = ""
    seen: tuple[str, ...] = ()
    schedule: Schedule | None = None
    earlier: Rule | None = None

    @property
    def digest(self) -> bytes:
        """SHA-256 of what is asked."""
        return sha256(canonical_json([self.plan_short_id, self.topic.value, self.subject, fold(self.text), *self.seen]))
