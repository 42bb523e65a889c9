"""What people do with an occurrence beside evidence and decisions: start, set a date, postpone, cancel, reopen."""

from sqlalchemy import select

from activities.acting import Actor
from activities.date_requests import settle_date_requests
from activities.dating import Cause, NewDates, give_date, move_date
from activities.deed import Deed
from activities.firing import Attempt, fire, fire_for
from activities.following import Followed, date_followers, followers_payload, list_followers_of
from activities.grants import void_grants
from activities.occurrences import Occurrence, get_occurrence, lock_occurrence
from activities.office import Office
from activities.parts import list_parts_alongside, list_parts_called_off_with, lock_open_parts
from activities.plans import PlanStatus, lock_plan
from activities.tables import plan, submission
from engine.errors import N_, OporaError
from engine.store import StaleRevisionError
from engine.unit_of_work import UnitOfWork

__all__ = ["NewDates", "PlanOverError", "cancel", "postpone", "reopen", "set_date", "start"]


class PlanOverError(OporaError):
    """Somebody would open again what belongs to a closed plan."""

    message = N_(
        "The plan “{slug}” is closed: nothing of it is opened again. "
        "What is still to be done belongs into the plan that is at work now: opora plan list"
    )


def start(office: Office, actor: Actor, occurrence_id: int) -> None:
    """Begin before the first day comes."""
    with office.store.write() as work:
        fire_for(office, work, actor, occurrence_id, event="start")


def set_date(
    office: Office, actor: Actor, occurrence_id: int, dates: NewDates, *, seen: int | None = None
) -> list[Followed]:
    """Say when it is: a day inside the planned window is clarified, never counted as moved.

    Its parts that have its days move with it. What follows it is dated too; what that did is returned. Whoever answers
    what a page has shown says which revision they have `seen`.

    Raises:
        OutsideWindowError: beyond what was planned; that is a postponement.
        StaleRevisionError: it has moved on since it was seen.
    """
    with office.store.write() as work:
        deed = Deed(office, work, actor)
        target = _lock_as_seen(work, occurrence_id, seen)
        alongside = list_parts_alongside(work.connection, target)
        for each in (target, *alongside):
            give_date(deed, each, dates)
        return date_followers(deed, occurrence_id)


def postpone(
    office: Office,
    actor: Actor,
    occurrence_id: int,
    dates: NewDates,
    *,
    reason: str = "",
    basis: str = "",
    seen: int | None = None,
) -> list[Followed]:
    """Move it: beyond the planned window by an approver, with reason and basis; the planned date stays on record.

    Its parts that have its days move with it. What follows it moves too, on the same basis; what that did is returned.

    Raises:
        ReasonMissingError, BasisMissingError, ApproverNeededError: beyond the planned window.
        StaleRevisionError: it has moved on since the revision that was `seen`.
    """
    cause = Cause(reason.strip(), basis.strip())
    with office.store.write() as work:
        deed = Deed(office, work, actor)
        target = _lock_as_seen(work, occurrence_id, seen)
        alongside = list_parts_alongside(work.connection, target)
        for each in (target, *alongside):
            move_date(deed, each, dates, cause)
        return date_followers(deed, occurrence_id, cause.basis)


def _lock_as_seen(work: UnitOfWork, occurrence_id: int, seen: int | None) -> Occurrence:
    """The occurrence, locked; the second press of a button is told that the first one has done it."""
    target = lock_occurrence(work.connection, occurrence_id)
    if seen is not None and target.revision != seen:
        raise StaleRevisionError
    return target


def cancel(office: Office, actor: Actor, occurrence_id: int, *, reason: str, basis: str) -> list[Occurrence]:
    """Take it out of the plan, by an approver, on the basis of a document.

    Its open parts are taken out with it. What follows it stays as it is; it is returned, so that somebody says what
    becomes of it.
    """
    values = {"reason": reason.strip(), "basis": basis.strip()}
    with office.store.write() as work:
        target = lock_occurrence(work.connection, occurrence_id)
        left = list_followers_of(work.connection, target)
        payload = values | followers_payload(work.connection, target)
        parts = lock_open_parts(work.connection, target)
        fire(office, work, actor, target, Attempt("cancel", values=values, payload=payload))
        for each in parts:
            fire(office, work, actor, each, Attempt("cancel", values=values, payload=values))
        ended = [target.id, *(each.id for each in parts)]
        for each_id in ended:
            settle_date_requests(work, each_id)
        sealed = select(submission.c.id).where(submission.c.occurrence_id.in_(ended))
        void_grants(work, list(work.connection.execute(sealed).scalars()))
    return left


def reopen(office: Office, actor: Actor, occurrence_id: int, *, reason: str) -> None:
    """Take back that it is done, not performed or cancelled; the parts that were called off with it come back too.

    Raises:
        PlanOverError: its plan is closed.
    """
    values = {"reason": reason.strip()}
    with office.store.write() as work:
        _refuse_closed(work, get_occurrence(work.connection, occurrence_id))
        target = lock_occurrence(work.connection, occurrence_id)
        for each in (target, *list_parts_called_off_with(work.connection, target)):
            fire(office, work, actor, each, Attempt("reopen", values=values, payload=values))


def _refuse_closed(work: UnitOfWork, target: Occurrence) -> None:
    # Whoever closes the plan at this moment is waited for: they have found that nothing of it is open.
    lock_plan(work.connection, target.plan_id)
    status = work.connection.execute(select(plan.c.status).where(plan.c.id == target.plan_id)).scalar_one()
    if status == PlanStatus.CLOSED.value:
        raise PlanOverError(slug=target.plan_slug)
