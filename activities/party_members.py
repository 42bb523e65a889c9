"""The members of a group: «образовательные организации» are these and these schools, each known by its name."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from activities.office import Office
from activities.parties import NamedParty, Party, PartyKind, ensure_exact_party, get_party
from activities.people_tables import party_member
from activities.tables import activity_party, party
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork

_EXECUTING = ("executor", "co_executor")


class NotAGroupError(OporaError):
    """Only a group has members."""

    message = N_("“{party}” is no group. Say that it is one first: opora party kind {id} group")


class GroupInGroupError(OporaError):
    """A group of groups would have parts of parts."""

    message = N_("“{party}” is a group itself, so it cannot be a member. Add those who belong to it one by one.")


def add_member(office: Office, group: Party, name: str) -> Party:
    """Let an organisation belong to a group; one that is not known by exactly this name is made. Twice is once.

    Raises:
        NotAGroupError: nobody belongs to a single organisation.
        GroupInGroupError: the member is a group, or the group itself.
    """
    if group.kind is not PartyKind.GROUP:
        raise NotAGroupError(party=group.name, id=group.short_id)
    with office.store.write() as work:
        member = ensure_exact_party(work, name)
        insert_member(work, group.id, member)
        return get_party(work.connection, member.name)


def insert_member(work: UnitOfWork, group_id: int, member: NamedParty) -> bool:
    """Store that a party belongs to a group, within the caller's transaction; whether it did not before.

    Raises:
        GroupInGroupError: the member is a group.
    """
    if member.kind is PartyKind.GROUP:
        raise GroupInGroupError(party=member.name)
    same = (party_member.c.group_id == group_id) & (party_member.c.member_id == member.party_id)
    if work.connection.execute(select(party_member).where(same)).first():
        return False
    work.connection.execute(insert(party_member).values(group_id=group_id, member_id=member.party_id))
    return True


def remove_member(office: Office, group: Party, member: Party) -> bool:
    """An organisation belongs to a group no longer; whether it did. Its parts stay as they are."""
    with office.store.write() as work:
        same = (party_member.c.group_id == group.id) & (party_member.c.member_id == member.id)
        return work.connection.execute(delete(party_member).where(same)).rowcount > 0


def list_members(connection: Connection, group_id: int) -> list[tuple[int, str]]:
    """Row id and name of those who belong to a group, by name."""
    wanted = select(party.c.id, party.c.name).join(party_member, party_member.c.member_id == party.c.id)
    rows = connection.execute(wanted.where(party_member.c.group_id == group_id).order_by(party.c.name, party.c.id))
    return [(row.id, row.name) for row in rows]


def list_members_of_rows(connection: Connection, activity_ids: Collection[int]) -> dict[int, list[int]]:
    """Activity id → row ids of the members of the groups that carry it out, by name."""
    member = party.alias()
    wanted = (
        select(activity_party.c.activity_id, party_member.c.member_id)
        .distinct()
        .add_columns(member.c.name)
        .join(party, party.c.id == activity_party.c.party_id)
        .join(party_member, party_member.c.group_id == party.c.id)
        .join(member, member.c.id == party_member.c.member_id)
        .where(
            activity_party.c.activity_id.in_(activity_ids),
            activity_party.c.standing.in_(_EXECUTING),
            party.c.kind == PartyKind.GROUP.value,
        )
        .order_by(member.c.name, party_member.c.member_id)
    )
    found: dict[int, list[int]] = {}
    for row in connection.execute(wanted):
        found.setdefault(row.activity_id, []).append(row.member_id)
    return found
