"""Who belongs to the office: adding people, giving and taking roles, each by someone who may.

As long as nobody coordinates or administers, anyone at the machine may: somebody has to be the first.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from activities.acting import Actor
from activities.grants import void_grants_of
from activities.invitations import void_invitations_of
from activities.office import Office
from activities.people import (
    Person,
    PersonExistsError,
    check_active,
    find_person,
    fold_address,
    get_person_by_id,
    insert_person,
    list_people,
)
from activities.roles import RUNNING, Role, Scope, insert_role, take_role
from activities.spelling import spelling_key
from activities.tables import erasure, person, role_grant
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork


class EnrolmentRefusedError(OporaError):
    """Someone without a say in it, or nobody, wants to change people or roles."""

    message = N_(
        "Only a coordinator or an administrator changes people, parties and roles. "
        "Say who you are with --as PERSON, or ask one of them."
    )


class ErasedPersonError(OporaError):
    """Nothing is left of them that could act."""

    message = N_("{short_id} was erased. If it is the same person again, add them anew: opora person add")


class LastOfRoleError(OporaError):
    """Without this one nobody could change anything any more."""

    message = N_("{name} is the last coordinator or administrator. Give another person the role first.")


_DECIDING = frozenset({Role.APPROVER, Role.DEPUTY, Role.COORDINATOR})
"""The roles that workflows give decisions to."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who is to be added; `language` is `ru` or `en`."""

    email: str
    name: str
    position: str = ""
    language: str = "ru"


def check_enrolling(connection: Connection, actor: Actor | None) -> None:
    """Whether someone may change people, parties and roles.

    Raises:
        EnrolmentRefusedError: there are coordinators or administrators, and the actor is none.
    """
    allowed = _list_enrolling(connection)
    if allowed and (actor is None or actor.person.id not in allowed):
        raise EnrolmentRefusedError


def enrol(
    office: Office, actor: Actor | None, new: NewPerson, role: Role | None = None, scope: Scope | None = None
) -> Person:
    """Add a person, with a role where one is given, in one step.

    Raises:
        BadAddressError, PersonExistsError: nothing was changed.
        EnrolmentRefusedError: the actor may not.
    """
    with office.store.write() as work:
        check_enrolling(work.connection, actor)
        taken = find_person(work.connection, fold_address(new.email))
        if taken:
            raise PersonExistsError(email=taken.email, name=taken.name, short_id=taken.short_id)
        added = insert_person(work, new.email, new.name, new.position, new.language)
        if role is not None:
            insert_role(work, added.id, role, scope or Scope())
        return added


def list_namesakes(connection: Connection, newcomer: Person) -> list[Person]:
    """Other active people of the same name, however it is spelled.

    One person under two addresses could hand evidence in as the one and accept it as the other, unseen.
    """
    key = spelling_key(newcomer.name)
    others = (each for each in list_people(connection) if each.active and each.id != newcomer.id)
    return [each for each in others if spelling_key(each.name) == key]


def give_role(office: Office, actor: Actor | None, holder: Person, role: Role, scope: Scope) -> None:
    """Give a role on a scope; giving it twice changes nothing.

    Raises:
        EnrolmentRefusedError: the actor may not.
        PersonInactiveError: the holder has left.
    """
    with office.store.write() as work:
        check_enrolling(work.connection, actor)
        check_active(work.connection, holder.id)
        insert_role(work, holder.id, role, scope)


def withdraw_role(office: Office, actor: Actor | None, holder: Person, role: Role, scope: Scope) -> bool:
    """Take a role on exactly this scope away; whether there was one. Links sent to its holder no longer count.

    Raises:
        EnrolmentRefusedError: the actor may not.
        LastOfRoleError: nobody could change anything any more.
    """
    with office.store.write() as work:
        _lock_enrolling(work.connection)
        check_enrolling(work.connection, actor)
        taken = take_role(work, holder.id, role, scope)
        _refuse_nobody_left(work, holder)
        if taken:
            _void_links(work, holder, decides=role in _DECIDING)
        return taken


def deactivate(office: Office, actor: Actor | None, leaver: Person) -> Person:
    """Let a person act no more and get no more mail; what they did stays theirs.

    Raises:
        EnrolmentRefusedError: the actor may not.
        LastOfRoleError: nobody could change anything any more.
    """
    with office.store.write() as work:
        _lock_enrolling(work.connection)
        check_enrolling(work.connection, actor)
        work.connection.execute(update(person).where(person.c.id == leaver.id).values(active=False))
        _refuse_nobody_left(work, leaver)
        _void_links(work, leaver, decides=True)
        return get_person_by_id(work.connection, leaver.id)


def activate(office: Office, actor: Actor | None, returner: Person) -> Person:
    """Let a person who had left act again, with the roles and contacts that they had.

    Raises:
        EnrolmentRefusedError: the actor may not.
        ErasedPersonError: they were erased.
    """
    with office.store.write() as work:
        check_enrolling(work.connection, actor)
        if work.connection.execute(select(erasure).where(erasure.c.person_id == returner.id)).first():
            raise ErasedPersonError(short_id=returner.short_id)
        work.connection.execute(update(person).where(person.c.id == returner.id).values(active=True))
        return get_person_by_id(work.connection, returner.id)


def _refuse_nobody_left(work: UnitOfWork, loser: Person) -> None:
    if not _list_enrolling(work.connection):
        raise LastOfRoleError(name=loser.name)


def _void_links(work: UnitOfWork, loser: Person, *, decides: bool) -> None:
    # A letter that waits to be sent is dropped with its grant, so only who loses a decision loses the question.
    if decides:
        void_grants_of(work, loser.id)
    void_invitations_of(work, loser.id)


def _lock_enrolling(connection: Connection) -> None:
    """Two who take each other's role away do so one after the other, so that one of them is left."""
    held = role_grant.c.role.in_([role.value for role in RUNNING]) & role_grant.c.revoked_at.is_(None)
    connection.execute(select(role_grant.c.id).where(held).order_by(role_grant.c.id).with_for_update())


def _list_enrolling(connection: Connection) -> list[int]:
    """Row ids of the active people who may change people and roles."""
    held = role_grant.c.role.in_([role.value for role in RUNNING]) & role_grant.c.revoked_at.is_(None)
    return list(connection.execute(select(person.c.id).join(role_grant).where(held, person.c.active)).scalars())
