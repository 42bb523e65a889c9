"""Who is written to. Every letter's and notice's recipients come from here."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from activities.deadlines.schedule import Confidence
from activities.occurrences import Occurrence
from activities.parties import PartyKind, Standing
from activities.people import Person, find_person
from activities.roles import Role, list_holders
from activities.tables import activity_party, contact, party

_EXECUTORS = (Standing.EXECUTOR.value, Standing.CO_EXECUTOR.value)


def is_unconfirmed(target: Occurrence) -> bool:
    """Whether its deadline was read with an assumption that no person has confirmed: only coordinators hear of it."""
    return target.confidence == Confidence.CHECK.value and target.confirmed_at is None


def list_coordinators(connection: Connection, target: Occurrence) -> list[Person]:
    """The coordinators of an occurrence's activity."""
    return list_holders(connection, Role.COORDINATOR, target.activity_id)


def list_responsible(connection: Connection, target: Occurrence) -> list[Person]:
    """Who is written to about what is owed; the coordinators where nobody else may be.

    People who speak only for superior bodies get nothing automatic.
    """
    people = list_holders(connection, Role.RESPONSIBLE, target.activity_id)
    superior = _speak_only_for_superiors(connection, target.activity_id)
    left = [each for each in people if each.id not in superior]
    return audience(connection, target, left or list_coordinators(connection, target))


def list_named(connection: Connection, short_ids: Iterable[str | None]) -> list[Person]:
    """The people with these short ids, as history and submissions name them; what is no person's is left out."""
    found = (find_person(connection, short_id) for short_id in short_ids if short_id)
    return [each for each in found if each]


def audience(connection: Connection, target: Occurrence, people: Iterable[Person]) -> list[Person]:
    """Those of the people who may be written to about an occurrence, each once.

    Nobody about what was due before the record began; coordinators only, about an unconfirmed reading.
    """
    if target.before_record:
        return []
    chosen = list_coordinators(connection, target) if is_unconfirmed(target) else people
    return [each for each in dict.fromkeys(chosen) if each.active]


def _speak_only_for_superiors(connection: Connection, activity_id: int) -> frozenset[int]:
    rows = connection.execute(
        select(contact.c.person_id, party.c.kind)
        .join(party, party.c.id == contact.c.party_id)
        .join(activity_party, activity_party.c.party_id == party.c.id)
        .where(activity_party.c.activity_id == activity_id, activity_party.c.standing.in_(_EXECUTORS))
    ).all()
    others = {row.person_id for row in rows if row.kind != PartyKind.SUPERIOR.value}
    return frozenset(row.person_id for row in rows) - others
