"""Handing over: on the first working morning of an absence, and after it, what waits comes up again with its new hands.

Nothing rests on when this runs: whose a decision is follows from the days. This only leaves the notices by which the
next morning digest shows it, and calls back the links that are over.
"""

from activities.absences import Absence, list_unhanded, mark_handed
from activities.decisions import list_deciders
from activities.grants import void_substitute_grants
from activities.occurrences import OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.submissions import find_open_submission
from engine.unit_of_work import UnitOfWork
from notifications.mail.notices import HANDED_OVER, raise_notice


def tell_absences(office: Office) -> int:
    """Let what waits for a decision be told anew where an absence has begun or is over; how many absences."""
    with office.store.read() as connection:
        found = list_unhanded(connection, office.today())
    return sum(_tell(office, each) for each in found)


def _tell(office: Office, told: Absence) -> bool:
    with office.store.write() as work:
        if not mark_handed(work, told, office.today()):
            return False
        is_over = told.is_over(office.today())
        if is_over:
            void_substitute_grants(work, told.substitute.id, told.person.id)
        _leave_notices(work, told, "back" if is_over else "over")
        return True


def _leave_notices(work: UnitOfWork, told: Absence, direction: str) -> None:
    """Notices for whose decision it is; the digest gives them to who stands in on the morning that it is written."""
    waiting = list_occurrences(work.connection, OccurrenceFilter(states={"evidence_submitted"}))
    for each in waiting:
        submitted = find_open_submission(work.connection, each.id)
        if submitted and told.person in list_deciders(work.connection, submitted):
            key = f"absence:{told.id}:{direction}:{submitted.short_id}"
            raise_notice(work, told.person.id, each.id, HANDED_OVER, key)
