"""Organisations and posts named in a plan: one party however it is spelled, and whom to write to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from activities.allocation import allocate_short_id
from activities.office import Office
from activities.people import PERSON_COLUMNS, Person, check_active
from activities.people_tables import party_member
from activities.short_ids import find_short_id
from activities.spelling import likely_name, spelling_key
from activities.tables import (
    activity,
    activity_party,
    contact,
    decision,
    occurrence,
    party,
    party_spelling,
    person,
    submission,
)
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork


class UnknownPartyError(OporaError):
    """No party has this name or short id."""

    message = N_("No party is called “{party}”. The known ones are listed by: opora party list.")


class OnlySpellingError(OporaError):
    """A spelling that is all its party is called."""

    message = N_("“{spelling}” is the party's own name. Split one of its other spellings: opora party show {party}.")


class SamePartyError(OporaError):
    """A party cannot be merged into itself."""

    message = N_("“{party}” is that very party already. Nothing was changed.")


class EvidenceWaitsError(OporaError):
    """Merging now would let a contact of the merged party decide on its evidence."""

    message = N_("Evidence of “{party}” waits for a decision. Have it decided on first, then merge.")


class PartsStandError(OporaError):
    """Two parts of one run cannot become one: each has its own evidence and history."""

    message = N_(
        "“{source}” and “{target}” each have a part of the same work: {part}. Their histories cannot be made one, so "
        "they stay two. Leave one out of the group from now on: opora party member GROUP --remove “{source}”."
    )


class PartyKind(StrEnum):
    """A `superior` body gets no automatic mail; a `group` stands for many members."""

    SINGLE = "single"
    GROUP = "group"
    SUPERIOR = "superior"


class Standing(StrEnum):
    """How a party stands in a row of the plan."""

    EXECUTOR = "executor"
    CO_EXECUTOR = "co_executor"
    ORGANISER = "organiser"
    INFORMED = "informed"


_REGIONAL_CENTRE = frozenset({"рмц", "региональный модельный центр"})
_SUPERIOR_STEMS = ("управлени", "министерств", "департамент", "комитет", "отдел образования", "администраци")
_GROUP_STEMS = ("организации", "учреждения", "школы", "сады", "педагоги", "руководители", "оо", "удо", "муниципалитеты")


@dataclass(frozen=True, slots=True)
class Party:
    """A party with the spellings that mean it and the people to write to."""

    id: int
    short_id: str
    name: str
    kind: PartyKind
    spellings: tuple[str, ...]
    contacts: tuple[Person, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class NamedParty:
    """What a name in the plan was taken for; `mapped_from` is set when another spelling was known."""

    party_id: int
    name: str
    kind: PartyKind
    mapped_from: str | None = None


def propose_kind(name: str) -> PartyKind:
    """Superior, group or single, from the name; shown in the list of parties and changed there."""
    folded = spelling_key(name)
    if folded in _REGIONAL_CENTRE or folded.startswith(_SUPERIOR_STEMS):
        return PartyKind.SUPERIOR
    if any(word in _GROUP_STEMS for word in folded.split()):
        return PartyKind.GROUP
    return PartyKind.SINGLE


def is_regional_centre(name: str) -> bool:
    """Whether a name is that of РМЦ, which organises what others carry out."""
    return spelling_key(name) in _REGIONAL_CENTRE


def ensure_party(work: UnitOfWork, name: str) -> NamedParty:
    """The party that a name in a plan means, made if it is new; a near spelling is mapped and said so."""
    known = work.connection.execute(
        select(party.c.id, party.c.name, party.c.kind, party_spelling.c.spelling_key)
        .join(party_spelling, party_spelling.c.party_id == party.c.id)
        .order_by(party.c.id)
    ).all()
    by_key = {row.spelling_key: row for row in known}
    key = spelling_key(name)
    if key in by_key:
        return _named(by_key[key].id, by_key[key].name, by_key[key].kind)
    likely = likely_name(name, [row.name for row in known])
    if likely is not None:
        row = next(row for row in known if row.name == likely)
        _add_spelling(work, row.id, name)
        return _named(row.id, row.name, row.kind, mapped_from=name)
    return _new_party(work, name)


def ensure_exact_party(work: UnitOfWork, name: str) -> NamedParty:
    """The party with exactly this spelling, made if there is none; members of a group differ by a digit only."""
    spelled = party_spelling.c.spelling_key == spelling_key(name)
    row = work.connection.execute(select(party).join(party_spelling).where(spelled)).first()
    return _named(row.id, row.name, row.kind) if row else _new_party(work, " ".join(name.split()))


def _named(party_id: int, name: str, kind: str, mapped_from: str | None = None) -> NamedParty:
    return NamedParty(party_id, name, PartyKind(kind), mapped_from)


def _new_party(work: UnitOfWork, name: str) -> NamedParty:
    kind = propose_kind(name)
    row = {
        "short_id": allocate_short_id(work.connection, party, "g"),
        "name": name,
        "kind": kind.value,
        "created_at": work.now,
    }
    party_id = int(work.connection.execute(insert(party).values(row).returning(party.c.id)).scalar_one())
    _add_spelling(work, party_id, name)
    return _named(party_id, name, kind)


def _add_spelling(work: UnitOfWork, party_id: int, name: str) -> None:
    row = {"spelling_key": spelling_key(name), "spelling": name, "party_id": party_id}
    work.connection.execute(insert(party_spelling).values(row))


def propose_standings(names: Sequence[str]) -> list[Standing]:
    """How the parties of one row stand: РМЦ organises, the first other one executes, the rest help."""
    standings: list[Standing] = []
    for name in names:
        if is_regional_centre(name):
            standings.append(Standing.ORGANISER)
        elif Standing.EXECUTOR in standings:
            standings.append(Standing.CO_EXECUTOR)
        else:
            standings.append(Standing.EXECUTOR)
    return standings


def get_party(connection: Connection, text: str) -> Party:
    """A party by short id or any of its spellings.

    Raises:
        UnknownPartyError: no such party.
    """
    short_id = find_short_id(text)
    for each in list_parties(connection):
        if each.short_id == short_id or spelling_key(text) in {spelling_key(name) for name in each.spellings}:
            return each
    raise UnknownPartyError(party=text)


def list_parties(connection: Connection) -> list[Party]:
    """All parties, the most named first, with spellings, contacts and the number of rows that name them."""
    spellings: dict[int, list[str]] = {}
    for row in connection.execute(select(party_spelling).order_by(party_spelling.c.spelling)):
        spellings.setdefault(row.party_id, []).append(row.spelling)
    contacts: dict[int, list[Person]] = {}
    people = select(contact.c.party_id, *PERSON_COLUMNS).join(person).order_by(person.c.name)
    for party_id, *columns in connection.execute(people):
        contacts.setdefault(party_id, []).append(Person(*columns))
    named = select(activity_party.c.party_id, func.count().label("rows")).group_by(activity_party.c.party_id)
    rows = {row.party_id: row.rows for row in connection.execute(named)}
    found = [
        Party(
            id=row.id,
            short_id=row.short_id,
            name=row.name,
            kind=PartyKind(row.kind),
            spellings=tuple(spellings.get(row.id, ())),
            contacts=tuple(contacts.get(row.id, ())),
            rows=rows.get(row.id, 0),
        )
        for row in connection.execute(select(party))
    ]
    return sorted(found, key=lambda each: (-each.rows, each.name))


def set_contact(office: Office, party_id: int, person_id: int) -> None:
    """Name a person to write to for a party; naming them twice changes nothing.

    Raises:
        PersonInactiveError: they have left.
    """
    with office.store.write() as work:
        check_active(work.connection, person_id)
        insert_contact(work, party_id, person_id)


def insert_contact(work: UnitOfWork, party_id: int, person_id: int) -> None:
    """Store a contact within the caller's transaction unless it stands there already."""
    same = (contact.c.party_id == party_id) & (contact.c.person_id == person_id)
    if not work.connection.execute(select(contact).where(same)).first():
        work.connection.execute(insert(contact).values(party_id=party_id, person_id=person_id))


def remove_contact(office: Office, party_id: int, person_id: int) -> bool:
    """No longer write to a person for a party; whether they were a contact."""
    with office.store.write() as work:
        same = (contact.c.party_id == party_id) & (contact.c.person_id == person_id)
        return work.connection.execute(delete(contact).where(same)).rowcount > 0


def set_party_kind(office: Office, party_id: int, kind: PartyKind) -> None:
    """Say whether a party is single, a group or superior."""
    with office.store.write() as work:
        work.connection.execute(update(party).where(party.c.id == party_id).values(kind=kind.value))


def split_spelling(office: Office, spelling: str) -> Party:
    """Let a spelling mean a party of its own again, as `split_within` does."""
    with office.store.write() as work:
        return split_within(work, spelling)


def split_within(work: UnitOfWork, spelling: str) -> Party:
    """Let a spelling mean a party of its own again, within the caller's transaction; rows that are written so go along.

    Raises:
        UnknownPartyError: no party is spelled so.
        OnlySpellingError: it is how the party itself is called.
    """
    mapped = party_spelling.c.spelling_key == spelling_key(spelling)
    row = work.connection.execute(
        select(party_spelling, party.c.name, party.c.short_id).join(party).where(mapped)
    ).first()
    if row is None:
        raise UnknownPartyError(party=spelling)
    if spelling_key(row.name) == row.spelling_key:
        raise OnlySpellingError(spelling=row.spelling, party=row.short_id)
    work.connection.execute(delete(party_spelling).where(mapped))
    fresh = _new_party(work, row.spelling)
    written = select(activity.c.id, activity.c.responsible)
    rows = [each.id for each in work.connection.execute(written) if _names(each.responsible, spelling)]
    moved = activity_party.c.activity_id.in_(rows) & (activity_party.c.party_id == row.party_id)
    work.connection.execute(update(activity_party).where(moved).values(party_id=fresh.party_id))
    return get_party(work.connection, row.spelling)


def _names(responsible: str, spelling: str) -> bool:
    """Whether a row's cell, a JSON list of names, has this spelling."""
    return spelling_key(spelling) in {spelling_key(name) for name in json.loads(responsible)}


def merge_parties(office: Office, source: Party, target: Party) -> None:
    """Let everything of `source` mean `target`, as `merge_within` does."""
    with office.store.write() as work:
        merge_within(work, source, target)


def merge_within(work: UnitOfWork, source: Party, target: Party) -> None:
    """Let every spelling, row, part and contact of `source` mean `target`, within the caller's transaction.

    `source` is gone.

    Raises:
        SamePartyError: both are one.
        EvidenceWaitsError: evidence of `source` is not decided on.
        PartsStandError: both have a part of one run.
    """
    if source.id == target.id:
        raise SamePartyError(party=target.name)
    waiting = (
        select(submission.c.id)
        .outerjoin(decision, (decision.c.submission_id == submission.c.id) & decision.c.settles)
        .where(
            submission.c.provided_by == source.short_id,
            submission.c.withdrawn_at.is_(None),
            decision.c.id.is_(None),
        )
    )
    if work.connection.execute(waiting).first():
        raise EvidenceWaitsError(party=source.name)
    _refuse_two_parts(work, source, target)
    _leave_rows_that_name_both(work, source, target)
    moved = (party_spelling.c.party_id, activity_party.c.party_id, occurrence.c.member_id)
    for column in moved:
        work.connection.execute(update(column.table).where(column == source.id).values({column: target.id}))
    _move_memberships(work, source.id, target.id)
    for each in source.contacts:
        insert_contact(work, target.id, each.id)
    work.connection.execute(delete(contact).where(contact.c.party_id == source.id))
    work.connection.execute(delete(party).where(party.c.id == source.id))


def _refuse_two_parts(work: UnitOfWork, source: Party, target: Party) -> None:
    other = occurrence.alias()
    same_run = (other.c.activity_id == occurrence.c.activity_id) & (other.c.key == occurrence.c.key)
    both = select(occurrence.c.short_id).join(other, same_run)
    found = both.where(occurrence.c.member_id == source.id, other.c.member_id == target.id)
    part = work.connection.execute(found.order_by(occurrence.c.id).limit(1)).scalar()
    if part is not None:
        raise PartsStandError(source=source.name, target=target.name, part=part)


def _leave_rows_that_name_both(work: UnitOfWork, source: Party, target: Party) -> None:
    """A row that names both names one of them once from now on."""
    named = select(activity_party.c.activity_id).where(activity_party.c.party_id == target.id)
    both = activity_party.c.activity_id.in_(named.scalar_subquery()) & (activity_party.c.party_id == source.id)
    work.connection.execute(delete(activity_party).where(both))


def _move_memberships(work: UnitOfWork, source_id: int, target_id: int) -> None:
    """Let what a party belongs to, and who belongs to it, be those of another."""
    wanted = or_(party_member.c.group_id == source_id, party_member.c.member_id == source_id)
    rows = work.connection.execute(select(party_member).where(wanted)).all()
    work.connection.execute(delete(party_member).where(wanted))
    known = {(row.group_id, row.member_id) for row in work.connection.execute(select(party_member))}
    named = {source_id: target_id}
    moved = {(named.get(row.group_id, row.group_id), named.get(row.member_id, row.member_id)) for row in rows}
    for group_id, member_id in moved - known:
        if group_id != member_id:
            work.connection.execute(insert(party_member).values(group_id=group_id, member_id=member_id))
