"""Roles on a scope: everything, a plan, a section or an activity; who holds which for an activity."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sqlalchemy import ColumnElement, Connection, and_, bindparam, insert, or_, select, update

from activities.people import PERSON_COLUMNS, Person
from activities.tables import activity, activity_party, contact, person, role_grant, section
from engine.machine import RoleNotAllowedError
from engine.prepared import Among, Prepared
from engine.unit_of_work import UnitOfWork


class Role(StrEnum):
    """What a person may be; `submitter` follows from having submitted and is never granted."""

    COORDINATOR = "coordinator"
    APPROVER = "approver"
    RESPONSIBLE = "responsible"
    ORGANISER = "organiser"
    OBSERVER = "observer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    DEPUTY = "deputy"
    SUBMITTER = "submitter"


GRANTABLE = tuple(role for role in Role if role is not Role.SUBMITTER)
RUNNING = (Role.COORDINATOR, Role.ADMINISTRATOR)
"""Who brings plans in, launches them and says who belongs to the office."""

_STANDINGS = {Role.RESPONSIBLE: ("executor", "co_executor"), Role.ORGANISER: ("organiser",)}


# Compiled once: they are asked for each reminder.
_GRANTED = Prepared(
    select(*PERSON_COLUMNS, role_grant.c.plan_id, role_grant.c.section_id, role_grant.c.activity_id)
    .join(role_grant, role_grant.c.person_id == person.c.id)
    .where(role_grant.c.role == bindparam("role"), role_grant.c.revoked_at.is_(None), person.c.active)
)
_PARENTS = Prepared(select(section.c.id, section.c.parent_id))
_PLACES = Prepared(
    select(activity.c.id, activity.c.plan_id, activity.c.section_id).where(Among(activity.c.id, "activity_ids"))
)
_MEMBER_CONTACTS = Prepared(
    select(contact.c.party_id, *PERSON_COLUMNS)
    .join(person, person.c.id == contact.c.person_id)
    .where(Among(contact.c.party_id, "party_ids"), person.c.active)
    .order_by(person.c.name, person.c.id)
)


def _select_contacts(standings: Iterable[str]) -> Prepared:
    """Contacts of the parties that stand so in some activities' rows."""
    return Prepared(
        select(activity_party.c.activity_id, *PERSON_COLUMNS)
        .join(contact, contact.c.person_id == person.c.id)
        .join(activity_party, activity_party.c.party_id == contact.c.party_id)
        .where(
            Among(activity_party.c.activity_id, "activity_ids"),
            or_(*(activity_party.c.standing == each for each in standings)),
            person.c.active,
        )
        .distinct()
    )


_CONTACTS = {role: _select_contacts(standings) for role, standings in _STANDINGS.items()}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a role holds; all None: everywhere."""

    plan_id: int | None = None
    section_id: int | None = None
    activity_id: int | None = None


def insert_role(work: UnitOfWork, person_id: int, role: Role, scope: Scope) -> None:
    """Store a role within the caller's transaction unless it is held already."""
    if work.connection.execute(select(role_grant.c.id).where(_same(person_id, role, scope))).first():
        return
    row = {
        "person_id": person_id,
        "role": role.value,
        "plan_id": scope.plan_id,
        "section_id": scope.section_id,
        "activity_id": scope.activity_id,
        "granted_at": work.now,
    }
    work.connection.execute(insert(role_grant).values(row))


def take_role(work: UnitOfWork, person_id: int, role: Role, scope: Scope) -> bool:
    """Take a role away within the caller's transaction; whether there was one."""
    done = update(role_grant).where(_same(person_id, role, scope)).values(revoked_at=work.now)
    return work.connection.execute(done).rowcount > 0


def _same(person_id: int, role: Role, scope: Scope) -> ColumnElement[bool]:
    return and_(
        role_grant.c.person_id == person_id,
        role_grant.c.role == role.value,
        role_grant.c.plan_id.is_not_distinct_from(scope.plan_id),
        role_grant.c.section_id.is_not_distinct_from(scope.section_id),
        role_grant.c.activity_id.is_not_distinct_from(scope.activity_id),
        role_grant.c.revoked_at.is_(None),
    )


def list_holders(connection: Connection, role: Role, activity_id: int, member_id: int | None = None) -> list[Person]:
    """Who holds a role for an activity; see `list_all_holders`. For a member's part its contacts are responsible."""
    if member_id is not None and role is Role.RESPONSIBLE:
        return list_member_contacts(connection, {member_id}).get(member_id) or list_holders(
            connection, Role.COORDINATOR, activity_id
        )
    return list_all_holders(connection, role, [activity_id])[activity_id]


def list_all_holders(connection: Connection, role: Role, activity_ids: Collection[int]) -> dict[int, list[Person]]:
    """Who holds a role for each of some activities, active people only, by name; three queries, however many they are.

    The narrowest scope with a holder wins: an approver named for an activity takes the place of the plan's. Without
    anyone responsible (no executor in the plan, no contact of the executor) the coordinators are.
    """
    places = _places(connection, activity_ids)
    found = _holders(connection, role, places)
    orphans = {each: place for each, place in places.items() if role is Role.RESPONSIBLE and not found[each]}
    return found | _holders(connection, Role.COORDINATOR, orphans) if orphans else found


def _holders(connection: Connection, role: Role, places: Mapping[int, Sequence[Scope]]) -> dict[int, list[Person]]:
    granted = _granted(connection, role)
    contacts = _contacts(connection, role, places)
    return {key: _order([*contacts.get(key, ()), *_narrowest(granted, place)]) for key, place in places.items()}


def _order(people: Iterable[Person]) -> list[Person]:
    return sorted(dict.fromkeys(people), key=lambda each: (each.name, each.id))


def _narrowest(granted: Mapping[Scope, Sequence[Person]], place: Sequence[Scope]) -> Sequence[Person]:
    """The holders on the narrowest scope that covers a place and has any."""
    return next((granted[scope] for scope in reversed(place) if scope in granted), ())


def roles_of(connection: Connection, person_id: int, activity_id: int, member_id: int | None = None) -> frozenset[str]:
    """Names of the roles that a person holds for an activity, or for a member's part of it."""
    return frozenset(
        role.value
        for role in GRANTABLE
        if any(holder.id == person_id for holder in list_holders(connection, role, activity_id, member_id))
    )


def list_roles(connection: Connection, person_id: int) -> list[tuple[Role, Scope]]:
    """The roles granted to a person with their scopes."""
    held = (role_grant.c.person_id == person_id) & role_grant.c.revoked_at.is_(None)
    rows = connection.execute(select(role_grant).where(held).order_by(role_grant.c.id)).all()
    return [(Role(row.role), Scope(row.plan_id, row.section_id, row.activity_id)) for row in rows]


def holds_anywhere(connection: Connection, person_id: int, roles: Collection[Role]) -> bool:
    """Whether a person, as long as they are active, holds one of these roles on any scope."""
    return bool(_select_held(frozenset(roles)).fetch(connection, {"person_id": person_id}))


@cache
def _select_held(roles: frozenset[Role]) -> Prepared:
    """One of a person's grants of these roles."""
    named = or_(*(role_grant.c.role == role.value for role in roles))
    mine = (role_grant.c.person_id == bindparam("person_id")) & role_grant.c.revoked_at.is_(None) & person.c.active
    return Prepared(select(role_grant.c.id).join(person).where(named, mine).limit(1))


def check_holds_anywhere(connection: Connection, person_id: int, roles: Collection[Role], event: str) -> None:
    """Refuse who holds none of these roles on any scope.

    Raises:
        RoleNotAllowedError: says which roles would do.
    """
    if not holds_anywhere(connection, person_id, roles):
        raise RoleNotAllowedError(event=event, roles=", ".join(role.value for role in roles))


def check_roles(connection: Connection, person_id: int, activity_id: int, roles: Collection[Role], event: str) -> None:
    """Refuse who holds none of these roles for an activity.

    Raises:
        RoleNotAllowedError: says which roles would do.
    """
    if not {role.value for role in roles} & roles_of(connection, person_id, activity_id):
        raise RoleNotAllowedError(event=event, roles=", ".join(role.value for role in roles))


def list_member_contacts(connection: Connection, member_ids: Collection[int]) -> dict[int, list[Person]]:
    """Whom to write to for each of some members, active people only, by name."""
    found: dict[int, list[Person]] = defaultdict(list)
    for party_id, *columns in _MEMBER_CONTACTS.fetch(connection, {"party_ids": member_ids}) if member_ids else ():
        found[party_id].append(Person(*columns))
    return found


def _granted(connection: Connection, role: Role) -> dict[Scope, list[Person]]:
    """Everybody active who holds a role, by where."""
    found: dict[Scope, list[Person]] = defaultdict(list)
    for *columns, plan_id, section_id, activity_id in _GRANTED.fetch(connection, {"role": role.value}):
        found[Scope(plan_id, section_id, activity_id)].append(Person(*columns))
    return found


def _places(connection: Connection, activity_ids: Collection[int]) -> dict[int, tuple[Scope, ...]]:
    """The scopes that cover each activity, the widest first: everything, its plan, its headings inwards, itself."""
    parents = dict(_PARENTS.fetch(connection, {}))
    rows = _PLACES.fetch(connection, {"activity_ids": activity_ids})
    above = {
        (plan_id, section_id): (
            Scope(),
            Scope(plan_id=plan_id),
            *(Scope(section_id=each) for each in reversed([*_section_chain(parents, section_id)])),
        )
        for plan_id, section_id in {(plan_id, section_id) for _, plan_id, section_id in rows}
    }
    return {key: (*above[plan_id, section_id], Scope(activity_id=key)) for key, plan_id, section_id in rows}


def _section_chain(parents: Mapping[int, int | None], section_id: int | None) -> Iterator[int]:
    """A section and those above it, outwards."""
    while section_id is not None:
        yield section_id
        section_id = parents[section_id]


def _contacts(connection: Connection, role: Role, activity_ids: Iterable[int]) -> dict[int, list[Person]]:
    """Contacts of the parties that stand in this role in the activities' rows."""
    found: dict[int, list[Person]] = defaultdict(list)
    if role in _CONTACTS:
        for activity_id, *columns in _CONTACTS[role].fetch(connection, {"activity_ids": list(activity_ids)}):
            found[activity_id].append(Person(*columns))
    return found
