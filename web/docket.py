"""All that awaits one person's decision, each matter by a grant of its own, and what they decided lately."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from activities.decisions import Decision, list_decisions_of
from activities.grants import list_open_grants
from activities.invitations import Invitation
from activities.occurrences import Occurrence, get_occurrence
from activities.office import Office
from activities.people import Person, get_person_by_id
from activities.submissions import Submission, get_submission
from web.matter import Matter, Standing, get_matter

MOST_MATTERS = 40
"""On one page; the rest come when these are decided."""
LATELY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision of this person, and what it was about."""

    occurrence: Occurrence
    submission: Submission
    decision: Decision


@dataclass(frozen=True, slots=True)
class Docket:
    """An invitation to decide with all that its page shows.

    Attributes:
        waiting: what can be decided, the first due first.
        left_out: how many more there are.
        recorded: what this person decided within the last hours, the newest first.
    """

    invitation: Invitation
    person: Person
    waiting: tuple[Matter, ...]
    left_out: int
    recorded: tuple[Recorded, ...]


def get_docket(connection: Connection, invited: Invitation, office: Office) -> Docket:
    """What awaits the decision of the person who was invited, as it stands now."""
    now = office.store.clock.now()
    matters = [get_matter(connection, each, office) for each in list_open_grants(connection, invited.person_id, now)]
    open_ = [each for each in matters if each.standing is Standing.OPEN]
    waiting = sorted(open_, key=lambda each: (each.occurrence.due_on or date.max, each.grant.id))
    return Docket(
        invitation=invited,
        person=get_person_by_id(connection, invited.person_id),
        waiting=tuple(waiting[:MOST_MATTERS]),
        left_out=max(len(waiting) - MOST_MATTERS, 0),
        recorded=tuple(_recorded(connection, invited, now)),
    )


def _recorded(connection: Connection, invited: Invitation, now: datetime) -> list[Recorded]:
    found: list[Recorded] = []
    for each in list_decisions_of(connection, invited.person_id, since=now - LATELY):
        submission = get_submission(connection, each.submission_id)
        found.append(Recorded(get_occurrence(connection, submission.occurrence_id), submission, each))
    return found
