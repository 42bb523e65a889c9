"""The kinds of letters: what each says, and how soon."""

from dataclasses import dataclass
from enum import StrEnum

from notifications.mail.contexts import (
    Context,
    DateDeclined,
    DateMoved,
    Decided,
    Escalation,
    EvidenceAwaits,
    Returned,
    SignIn,
    Trial,
    Turned,
)
from notifications.mail.digest_context import MorningDigest
from notifications.mail.summary_contexts import MonthlyReport, WeeklySummary


class Kind(StrEnum):
    """A kind of letter; also the name of its folder of templates."""

    EVIDENCE_AWAITS = "evidence_awaits"
    RETURNED = "returned"
    DECIDED = "decided"
    DATE_MOVED = "date_moved"
    DATE_DECLINED = "date_declined"
    CALLED_OFF = "called_off"
    REOPENED = "reopened"
    ESCALATION = "escalation"
    MORNING_DIGEST = "morning_digest"
    WEEKLY_SUMMARY = "weekly_summary"
    MONTHLY_REPORT = "monthly_report"
    SIGN_IN = "sign_in"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class Sort:
    """What sets a kind apart: the context that its text is made of, and its turn (0 goes first)."""

    context: type[Context]
    urgency: int


SORTS = {
    Kind.EVIDENCE_AWAITS: Sort(EvidenceAwaits, 1),
    Kind.ESCALATION: Sort(Escalation, 1),
    Kind.RETURNED: Sort(Returned, 2),
    Kind.DECIDED: Sort(Decided, 3),
    Kind.DATE_MOVED: Sort(DateMoved, 3),
    Kind.DATE_DECLINED: Sort(DateDeclined, 3),
    Kind.CALLED_OFF: Sort(Turned, 3),
    Kind.REOPENED: Sort(Turned, 2),
    Kind.MORNING_DIGEST: Sort(MorningDigest, 4),
    Kind.WEEKLY_SUMMARY: Sort(WeeklySummary, 5),
    Kind.MONTHLY_REPORT: Sort(MonthlyReport, 5),
    Kind.SIGN_IN: Sort(SignIn, 0),
    Kind.TRIAL: Sort(Trial, 0),
}
