"""The last step of escalation: once a decision has waited too long, the approver's deputy may make it."""

from datetime import datetime

from sqlalchemy import Connection

from activities.occurrences import Occurrence
from activities.office import Office
from activities.running_workflow import get_running_workflow
from engine.timers import rung_due_at

LADDER = "decision"
DEPUTY_RUNG = "waiting_10"
"""From this rung of the workflow's ladder on; a workflow without it asks no deputy."""


def is_for_deputies(office: Office, connection: Connection, target: Occurrence, now: datetime) -> bool:
    """Whether a submission has waited for so long that deputies may decide on it; derived, whatever workers did."""
    workflow = get_running_workflow(connection, target.instance_id)
    ladder = next((each for each in workflow.ladders_in(target.state) if each.name == LADDER), None)
    rung = next((each for each in ladder.rungs if each.name == DEPUTY_RUNG), None) if ladder else None
    if rung is None:
        return False
    anchors = {
        "starts_on": target.starts_on,
        "due_on": target.due_on,
        "submitted_at": target.submitted_at,
        "entered_at": target.entered_at,
    }
    due_at = rung_due_at(rung, anchors, office.calendar)
    return due_at is not None and due_at <= now
