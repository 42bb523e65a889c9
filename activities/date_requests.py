"""Asking for another date: moves nothing, stands in the history, and waits for whoever may move it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from activities.acting import Actor
from activities.firing import Attempt, fire
from activities.occurrences import get_occurrence
from activities.office import Office
from activities.people import Person, get_person_by_id
from activities.tables import date_request
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork


class PastDateError(OporaError):
    """A day that is over cannot be asked for."""

    message = N_("{day} is over already. Ask for a day to come.")


@dataclass(frozen=True, slots=True)
class DateRequest:
    """Another day that somebody wants, as stored."""

    id: int
    occurrence_id: int
    person: Person
    wanted_on: date
    reason: str
    asked_at: datetime


def ask_date(office: Office, actor: Actor, occurrence_id: int, wanted_on: date, reason: str) -> None:
    """Ask for another date; a newer request takes the place of an older one.

    Raises:
        PastDateError: the day is over.
        ReasonMissingError, RoleNotAllowedError, EventNotAllowedError: refused.
    """
    if wanted_on < office.today():
        raise PastDateError(day=wanted_on)
    values = {"date": True, "reason": reason.strip()}
    payload = {"wanted_on": wanted_on.isoformat(), "reason": reason.strip()}
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        fire(office, work, actor, target, Attempt("ask_date", values=values, payload=payload))
        settle_date_requests(work, occurrence_id)
        row = {
            "occurrence_id": occurrence_id,
            "person_id": actor.person.id,
            "wanted_on": wanted_on,
            "reason": reason.strip(),
            "asked_at": work.now,
        }
        work.connection.execute(insert(date_request).values(row))


def decline_date(office: Office, actor: Actor, occurrence_id: int, reason: str) -> DateRequest:
    """Let the date stand, and say why; the request that was declined.

    Raises:
        NothingAskedError: nobody has asked.
        ReasonMissingError, RoleNotAllowedError, EventNotAllowedError: refused.
    """
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        asked = find_date_request(work.connection, occurrence_id)
        values = {"date_asked_for": asked is not None, "reason": reason.strip()}
        attempt = Attempt("decline_date", values=values, payload={"reason": reason.strip()} | _named(asked))
        fire(office, work, actor, target, attempt)
        settle_date_requests(work, occurrence_id)
        if asked is None:  # pragma: no cover  (the guard has refused)
            raise LookupError(occurrence_id)
        return asked


def _named(asked: DateRequest | None) -> dict[str, str]:
    """Whose request it was, and for which day, for the letter that answers it."""
    return {"asked_by": asked.person.short_id, "wanted_on": asked.wanted_on.isoformat()} if asked else {}


def settle_date_requests(work: UnitOfWork, occurrence_id: int) -> None:
    """What was asked for an occurrence is answered, in the transaction of the answer."""
    waiting = (date_request.c.occurrence_id == occurrence_id) & date_request.c.settled_at.is_(None)
    work.connection.execute(update(date_request).where(waiting).values(settled_at=work.now))


def find_date_request(connection: Connection, occurrence_id: int) -> DateRequest | None:
    """The request that waits for an answer, or None."""
    row = connection.execute(_WAITING.where(date_request.c.occurrence_id == occurrence_id)).mappings().first()
    return _from_row(connection, row) if row else None


def list_date_requests(connection: Connection) -> dict[int, DateRequest]:
    """Occurrence id → the request that waits for an answer."""
    rows = connection.execute(_WAITING).mappings().all()
    return {row["occurrence_id"]: _from_row(connection, row) for row in rows}


_WAITING = select(date_request).where(date_request.c.settled_at.is_(None))


def _from_row(connection: Connection, row: RowMapping) -> DateRequest:
    names = ("id", "occurrence_id", "wanted_on", "reason", "asked_at")
    return DateRequest(**{name: row[name] for name in names}, person=get_person_by_id(connection, row["person_id"]))
