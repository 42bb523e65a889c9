"""People: who acts, who is written to. Named by mail address or short id."""

import re
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select

from activities.allocation import allocate_short_id
from activities.short_ids import find_short_id
from activities.tables import person
from engine.errors import N_, OporaError
from engine.prepared import Prepared
from engine.unit_of_work import UnitOfWork

_ADDRESS = re.compile(r"[^@\s<>\"'()\[\],;:\\]+@[^@\s<>\"'()\[\],;:\\]+\.[^@\s<>\"'()\[\],;:\\.]+")


class UnknownPersonError(OporaError):
    """Nobody has this address or short id."""

    message = N_("Nobody here is called “{person}”. Give a mail address or a short id from: opora person list.")


class BadAddressError(OporaError):
    """Text that is no mail address."""

    message = N_("“{email}” is not a mail address. Write it like name@school.example.")


class PersonExistsError(OporaError):
    """The address belongs to someone already."""

    message = N_("{email} belongs to {name} ({short_id}) already. Use that person, or another address.")


class PersonInactiveError(OporaError):
    """Who has left is given nothing to do: nobody would write to them."""

    message = N_("{name} acts no more. If they are back, say so first: opora person activate {short_id}")


@dataclass(frozen=True, slots=True)
class Person:
    """A person as stored; `language` is `ru` or `en`."""

    id: int
    short_id: str
    email: str
    name: str
    position: str
    language: str
    active: bool


PERSON_COLUMNS = tuple(person.c[name] for name in Person.__slots__)
"""In this order they make a `Person`."""
_BY_ID = Prepared(select(*PERSON_COLUMNS).where(person.c.id == bindparam("person_id")))
_EVERYONE = Prepared(select(*PERSON_COLUMNS).order_by(person.c.name, person.c.id))


def fold_address(email: str) -> str:
    """The address as it is compared: trimmed, lower case.

    Raises:
        BadAddressError: no address, or one with characters that could break a mail header.
    """
    folded = email.strip().lower()
    if not _ADDRESS.fullmatch(folded) or not folded.isprintable() or len(folded) > 254:
        raise BadAddressError(email=email)
    return folded


def insert_person(work: UnitOfWork, email: str, name: str, position: str, language: str) -> Person:
    """Store a person whose address is known to be free, within the caller's transaction."""
    row = {
        "short_id": allocate_short_id(work.connection, person, "p"),
        "email": fold_address(email),
        "name": " ".join(name.split()) or fold_address(email),
        "position": " ".join(position.split()),
        "language": language,
        "active": True,
        "created_at": work.now,
    }
    return Person(*work.connection.execute(insert(person).values(row).returning(*PERSON_COLUMNS)).one())


def find_person(connection: Connection, text: str) -> Person | None:
    """The person with this mail address or short id, or None."""
    short_id = find_short_id(text)
    column, value = (person.c.short_id, short_id) if short_id else (person.c.email, text.strip().lower())
    row = connection.execute(select(*PERSON_COLUMNS).where(column == value)).first()
    return Person(*row) if row else None


def get_person(connection: Connection, text: str) -> Person:
    """The person with this mail address or short id.

    Raises:
        UnknownPersonError: nobody.
    """
    found = find_person(connection, text)
    if found is None:
        raise UnknownPersonError(person=text)
    return found


def get_person_by_id(connection: Connection, person_id: int) -> Person:
    """The person with this row id, which is known to exist."""
    (columns,) = _BY_ID.fetch(connection, {"person_id": person_id})
    return Person(*columns)


def check_active(connection: Connection, person_id: int) -> None:
    """Whether somebody may be given a role or be written to.

    Raises:
        PersonInactiveError: they have left.
    """
    found = get_person_by_id(connection, person_id)
    if not found.active:
        raise PersonInactiveError(name=found.name, short_id=found.short_id)


def list_people(connection: Connection) -> list[Person]:
    """Everyone, by name."""
    return [Person(*columns) for columns in _EVERYONE.fetch(connection, {})]
