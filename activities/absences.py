"""Absences: who is away, from which day to which, and who stands in.

Derived from the days whenever it is asked, so that nothing waits for a worker at midnight. Whoever is away keeps their
roles and may still act; the substitute may as well, in their place, and history names both. Nobody is away while they
stand in for somebody: so a substitute has no substitute, and nothing is passed on unseen.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, bindparam, insert, select, update

from activities.acting import Actor
from activities.enrolment import check_enrolling
from activities.office import Office
from activities.people import PERSON_COLUMNS, Person, get_person_by_id
from activities.people_tables import absence
from activities.tables import person
from engine.errors import N_, OporaError
from engine.prepared import Prepared
from engine.unit_of_work import UnitOfWork


class AbsenceDaysError(OporaError):
    """No days to be away on."""

    message = N_("From {first} to {last}: give a first and a last day in this order, the last one not over yet.")


class OwnSubstituteError(OporaError):
    """Nobody stands in for themselves."""

    message = N_("{name} cannot stand in for themselves. Name somebody else with --substitute.")


class SubstituteInactiveError(OporaError):
    """Who has left stands in for nobody."""

    message = N_("{name} acts no more. Name somebody else with --substitute.")


class OverlappingAbsenceError(OporaError):
    """These days are taken."""

    message = N_("{name} is away from {first} to {last} already. End that first: opora person away {id} --back")


class SubstituteAwayError(OporaError):
    """A substitute of a substitute would decide unseen."""

    message = N_("{name} is away from {first} to {last} as well. Name somebody else with --substitute.")


class StandsInError(OporaError):
    """Whoever stands in for another cannot be away at the same time."""

    message = N_(
        "{name} stands in for {other} from {first} to {last}. Let somebody else do so first: "
        "opora person away {id} --back, then the same with another --substitute."
    )


class NotAwayError(OporaError):
    """There is no absence to end."""

    message = N_("{name} is not away, and is not going to be. See: opora person show {id}")


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence as stored; both days inclusive.

    Attributes:
        ended_at: when it was ended before its last day, or called off.
        handed_over_at, handed_back_at: when letters about what waits went to the substitute, and back.
    """

    id: int
    person: Person
    substitute: Person
    starts_on: date
    ends_on: date
    recorded_by: str
    ended_at: datetime | None
    handed_over_at: datetime | None
    handed_back_at: datetime | None

    def is_over(self, day: date) -> bool:
        """Whether it counts no more on a day."""
        return self.ended_at is not None or self.ends_on < day


@dataclass(frozen=True, slots=True)
class NewAbsence:
    """An absence to record; both days inclusive."""

    person: Person
    substitute: Person
    starts_on: date
    ends_on: date


def record_absence(office: Office, actor: Actor, new: NewAbsence) -> Absence:
    """Record that somebody is away, told by themselves or by who may change people.

    Raises:
        AbsenceDaysError, OwnSubstituteError, SubstituteInactiveError: it makes no sense.
        OverlappingAbsenceError, SubstituteAwayError, StandsInError: another absence stands against it.
        EnrolmentRefusedError: the actor may not.
    """
    if not new.starts_on <= new.ends_on >= office.today():
        raise AbsenceDaysError(first=new.starts_on, last=new.ends_on)
    if new.person.id == new.substitute.id:
        raise OwnSubstituteError(name=new.person.name)
    with office.store.write() as work:
        _check_actor(work.connection, actor, new.person)
        _lock_people(work.connection, {new.person.id, new.substitute.id})
        if not get_person_by_id(work.connection, new.substitute.id).active:
            raise SubstituteInactiveError(name=new.substitute.name)
        _check_overlaps(work.connection, new)
        row = {
            "person_id": new.person.id,
            "substitute_id": new.substitute.id,
            "starts_on": new.starts_on,
            "ends_on": new.ends_on,
            "recorded_at": work.now,
            "recorded_by": actor.person.short_id,
        }
        stored = work.connection.execute(insert(absence).values(row).returning(*_COLUMNS)).one()
        return _from_row(work.connection, stored)


def end_absence(office: Office, actor: Actor, returned: Person) -> list[Absence]:
    """Somebody is back: whatever absence of theirs lasts or was to come ends; the ended ones.

    Raises:
        NotAwayError: there is none.
        EnrolmentRefusedError: the actor may not.
    """
    today = office.today()
    with office.store.write() as work:
        _check_actor(work.connection, actor, returned)
        ended = (absence.c.person_id == returned.id) & absence.c.ended_at.is_(None) & (absence.c.ends_on >= today)
        done = update(absence).where(ended).values(ended_at=work.now).returning(*_COLUMNS)
        rows = work.connection.execute(done).all()
        if not rows:
            raise NotAwayError(name=returned.name, id=returned.short_id)
        return [_from_row(work.connection, row) for row in rows]


def _check_actor(connection: Connection, actor: Actor, about: Person) -> None:
    if actor.person.id != about.id:
        check_enrolling(connection, actor)


def _lock_people(connection: Connection, ids: Collection[int]) -> None:
    """Let absences that touch one person be recorded one after the other."""
    connection.execute(select(person.c.id).where(person.c.id.in_(ids)).order_by(person.c.id).with_for_update())


def _check_overlaps(connection: Connection, new: NewAbsence) -> None:
    same_days = (absence.c.starts_on <= new.ends_on) & (absence.c.ends_on >= new.starts_on)
    for each in _list(connection, same_days & absence.c.ended_at.is_(None)):
        days = {"first": each.starts_on, "last": each.ends_on}
        if each.person.id == new.person.id:
            raise OverlappingAbsenceError(name=new.person.name, id=new.person.short_id, **days)
        if each.person.id == new.substitute.id:
            raise SubstituteAwayError(name=new.substitute.name, **days)
        if each.substitute.id == new.person.id:
            raise StandsInError(name=new.person.name, other=each.person.name, id=each.person.short_id, **days)


def list_absences(connection: Connection, person_id: int, day: date) -> list[Absence]:
    """The absences of a person that last on a day or are to come, the first one first."""
    return _list(
        connection, (absence.c.person_id == person_id) & absence.c.ended_at.is_(None) & (absence.c.ends_on >= day)
    )


def list_substitutions(connection: Connection, person_id: int, day: date) -> list[Absence]:
    """The absences in which a person stands in on a day or is going to, the first one first."""
    mine = (absence.c.substitute_id == person_id) & absence.c.ended_at.is_(None) & (absence.c.ends_on >= day)
    return _list(connection, mine)


def list_stand_ins(connection: Connection, day: date) -> dict[int, Person]:
    """Row id of everybody who is away on a day → who stands in, as long as they are active."""
    return {absent_id: Person(*columns) for absent_id, *columns in _STAND_INS.fetch(connection, {"day": day})}


def stands_in(work: UnitOfWork, substitute: Person, absent: Person, day: date) -> bool:
    """Whether a person stands in for another on a day; if so, the absence does not end before the transaction does.

    So nothing is done in somebody's place after they were said to be back.
    """
    mine = (absence.c.person_id == absent.id) & (absence.c.substitute_id == substitute.id)
    held = select(absence.c.id).where(mine, _LASTS).with_for_update(read=True)
    if work.connection.execute(held, {"day": day}).first() is None:
        return False
    found = list_stand_ins(work.connection, day).get(absent.id)
    return found is not None and found.id == substitute.id


def list_principals(connection: Connection, person_id: int, day: date) -> list[Person]:
    """For whom a person stands in on a day, by name."""
    away = [key for key, substitute in list_stand_ins(connection, day).items() if substitute.id == person_id]
    return sorted((get_person_by_id(connection, key) for key in away), key=lambda each: (each.name, each.id))


def replace_absent(connection: Connection, people: Iterable[Person], day: date) -> list[Person]:
    """The people, but for those who are away who stands in for them; each once."""
    stand_ins = list_stand_ins(connection, day)
    return list(dict.fromkeys(stand_ins.get(each.id, each) for each in people))


def list_unhanded(connection: Connection, day: date) -> list[Absence]:
    """The absences whose beginning or end by a day has not been told to who has to act from then on."""
    return [_from_row(connection, row) for row in _UNHANDED.fetch(connection, {"day": day})]


def mark_handed(work: UnitOfWork, told: Absence, day: date) -> bool:
    """Say that its beginning, or its end, was told; False where another worker was first."""
    column = absence.c.handed_back_at if told.is_over(day) else absence.c.handed_over_at
    mine = update(absence).where(absence.c.id == told.id, column.is_(None)).values({column: work.now})
    return work.connection.execute(mine).rowcount == 1


def _list(connection: Connection, which: ColumnElement[bool]) -> list[Absence]:
    return [_from_row(connection, row) for row in connection.execute(_ABSENCES.where(which)).all()]


def _from_row(connection: Connection, row: Iterable[Any]) -> Absence:
    key, person_id, substitute_id, *rest = row
    return Absence(key, get_person_by_id(connection, person_id), get_person_by_id(connection, substitute_id), *rest)


_DAY = bindparam("day", type_=Date())
_LASTS = absence.c.ended_at.is_(None) & (absence.c.starts_on <= _DAY) & (absence.c.ends_on >= _DAY)
_IS_OVER = absence.c.ended_at.is_not(None) | (absence.c.ends_on < _DAY)
_HAS_BEGUN = absence.c.handed_over_at.is_(None) & _LASTS
_IS_BACK = absence.c.handed_back_at.is_(None) & absence.c.handed_over_at.is_not(None) & _IS_OVER
_KEYS = {"person": "person_id", "substitute": "substitute_id"}
_COLUMNS = tuple(absence.c[_KEYS.get(name, name)] for name in Absence.__slots__)
_ABSENCES = select(*_COLUMNS).order_by(absence.c.starts_on, absence.c.id)
_UNHANDED = Prepared(_ABSENCES.where(_HAS_BEGUN | _IS_BACK))
_STAND_INS = Prepared(
    select(absence.c.person_id, *PERSON_COLUMNS)
    .join(person, person.c.id == absence.c.substitute_id)
    .where(_LASTS, person.c.active)
)
