"""What a workflow may name so that plans, pages, letters and reports can speak of it."""

from activities.guards import GUARDS
from activities.roles import Role
from workflows.lint import Vocabulary

VOCABULARY = Vocabulary(
    guards=frozenset(GUARDS),
    roles=frozenset(role.value for role in Role),
    states=frozenset(
        {
            *("planned", "awaiting_date", "in_progress", "evidence_submitted", "returned"),
            *("accepted", "not_performed", "cancelled"),
        }
    ),
    events=frozenset(
        {
            *(
                "start",
                "set_date",
                "postpone",
                "ask_date",
                "decline_date",
                "invite",
                "add_evidence",
                "submit",
                "report_outcome",
                "withdraw",
            ),
            *("accept", "return", "cancel", "reopen"),
        }
    ),
    # Launching a plan starts each occurrence in one of the two.
    initial=frozenset({"planned", "awaiting_date"}),
    # A rung's name decides what is written in the letter only where names are listed.
    ladders={
        "beginning": None,
        "evidence": None,
        "decision": frozenset({"waiting_2", "waiting_5", "waiting_10"}),
        "date_wanted": None,
    },
)
"""The domain's own words: a definition that uses others is refused with the likely one."""
