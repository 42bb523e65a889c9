"""Who is written to. Every letter's and notice's recipients come from here."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, or_, select

from activities.deadlines.schedule import Confidence
from activities.occurrences import Occurrence
from activities.parties import PartyKind, Standing
from activities.people import Person, find_person
from activities.roles import Role, list_all_holders, list_holders, list_member_contacts
from activities.tables import activity_party, contact, party
from engine.prepared import Among, Prepared

_EXECUTORS = (Standing.EXECUTOR.value, Standing.CO_EXECUTOR.value)


def is_unconfirmed(target: Occurrence) -> bool:
    """Whether its deadline was read with an assumption that no person has confirmed: only coordinators hear of it."""
    return target.confidence == Confidence.CHECK.value and target.confirmed_at is None


def list_coordinators(connection: Connection, target: Occurrence) -> list[Person]:
    """The coordinators of an occurrence's activity."""
    return list_holders(connection, Role.COORDINATOR, target.activity_id)


def list_all_coordinators(connection: Connection, targets: Collection[Occurrence]) -> dict[int, list[Person]]:
    """Which coordinators may be written to about each occurrence, by its id."""
    found = list_all_holders(connection, Role.COORDINATOR, {each.activity_id for each in targets})
    return {each.id: _audience(each, found[each.activity_id], found[each.activity_id]) for each in targets}


def list_responsible(connection: Connection, target: Occurrence) -> list[Person]:
    """Who is written to about what is owed; see `list_all_responsible`."""
    return list_all_responsible(connection, [target])[target.id]


def list_all_responsible(connection: Connection, targets: Collection[Occurrence]) -> dict[int, list[Person]]:
    """Who is written to about what is owed, by occurrence id; the coordinators where nobody else may be.

    People who speak only for superior bodies get nothing automatic.
    """
    ids = {each.activity_id for each in targets}
    responsible = list_all_holders(connection, Role.RESPONSIBLE, ids)
    superior = _speak_only_for_superiors(connection, ids)
    rows = {key: [each for each in responsible[key] if (key, each.id) not in superior] for key in ids}
    members = list_member_contacts(connection, {each.member_id for each in targets if each.member_id})
    left = {each.id: members.get(each.member_id, []) if each.member_id else rows[each.activity_id] for each in targets}
    asked = {each.activity_id for each in targets if is_unconfirmed(each) or not left[each.id]}
    coordinators = list_all_holders(connection, Role.COORDINATOR, asked) if asked else {}
    return {
        each.id: _audience(each, coordinators.get(key, ()), left[each.id] or coordinators[key])
        for each in targets
        for key in (each.activity_id,)
    }


def spare_superiors(connection: Connection, target: Occurrence, people: Collection[Person]) -> list[Person]:
    """The people, but the coordinators for whoever speaks only for superior bodies: these get nothing automatic."""
    superior = {person_id for _, person_id in _speak_only_for_superiors(connection, [target.activity_id])}
    spared = [each for each in people if each.id not in superior]
    return spared if len(spared) == len(people) else [*spared, *list_coordinators(connection, target)]


def list_named(connection: Connection, short_ids: Iterable[str | None]) -> list[Person]:
    """The people with these short ids, as history and submissions name them; what is no person's is left out."""
    found = (find_person(connection, short_id) for short_id in short_ids if short_id)
    return [each for each in found if each]


def audience(connection: Connection, target: Occurrence, people: Iterable[Person]) -> list[Person]:
    """Those of the people who may be written to about an occurrence, each once.

    Nobody about what was due before the record began; coordinators only, about an unconfirmed reading.
    """
    return _audience(target, list_coordinators(connection, target) if is_unconfirmed(target) else (), people)


def _audience(target: Occurrence, coordinators: Iterable[Person], people: Iterable[Person]) -> list[Person]:
    if target.before_record:
        return []
    chosen = coordinators if is_unconfirmed(target) else people
    return [each for each in dict.fromkeys(chosen) if each.active]


def _speak_only_for_superiors(connection: Connection, activity_ids: Collection[int]) -> frozenset[tuple[int, int]]:
    """Activity and person, where the person is the contact of superior bodies only."""
    rows = _SPEAKING.fetch(connection, {"activity_ids": activity_ids})
    others = {(activity_id, person_id) for activity_id, person_id, kind in rows if kind != PartyKind.SUPERIOR.value}
    return frozenset((activity_id, person_id) for activity_id, person_id, _ in rows) - others


_SPEAKING = Prepared(
    select(activity_party.c.activity_id, contact.c.person_id, party.c.kind)
    .join(party, party.c.id == contact.c.party_id)
    .join(activity_party, activity_party.c.party_id == party.c.id)
    .where(
        Among(activity_party.c.activity_id, "activity_ids"),
        or_(*(activity_party.c.standing == each for each in _EXECUTORS)),
    )
)
