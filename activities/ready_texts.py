"""What is asked of superior bodies: never mailed, but put into words that the coordinator sends as they please.

A *ready text* lists what a body owes, each row with a link by which its contact sends evidence without an account. The
links are ordinary invitations of the contact. Giving one out is a step of the occurrence's history: it says who did.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, or_, select

from activities.absences import list_principals
from activities.acting import Actor
from activities.firing import Attempt, fire, roles_of_actor
from activities.invitations import Invitation, invite_to_send, list_sending, void_sending
from activities.occurrences import OWED_STATES, Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.parties import Party, PartyKind, Standing, list_parties
from activities.people import Person
from activities.plans import PlanStatus
from activities.roles import Role, list_all_holders
from activities.tables import activity_party, party, plan
from engine.errors import N_, OporaError
from engine.machine import RoleNotAllowedError
from engine.prepared import Among, Prepared

SOON = timedelta(days=14)
_EXECUTING = (Standing.EXECUTOR.value, Standing.CO_EXECUTOR.value)


class NoContactError(OporaError):
    """A link would be nobody's."""

    message = N_("{person} is no contact of {party}. Name a contact first: opora party contact {id} PERSON")


class NotOwedError(OporaError):
    """The party has nothing to do with it, or nothing is awaited."""

    message = N_("{row}: no evidence of {party} is awaited for it now. What is: opora occurrence list")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one contact of a body is asked for.

    Attributes:
        contact: None where the body has none: then there is nobody whom a link could be for.
        wanted: what the body owes, the first due first.
        invitations: occurrence id → the contact's link for it that counts, where one was given out.
    """

    body: Party
    contact: Person | None
    wanted: tuple[Occurrence, ...]
    invitations: dict[int, Invitation]

    @property
    def name(self) -> str:
        """Tells the sheets of a page apart."""
        return f"{self.body.short_id}.{self.contact.short_id}" if self.contact else self.body.short_id

    def linked(self) -> list[Occurrence]:
        """Those for which a link was given out."""
        return [each for each in self.wanted if each.id in self.invitations]


def list_sheets(connection: Connection, office: Office, body: Party) -> list[Sheet]:
    """What a party owes, once for each of its active contacts, or once for nobody."""
    wanted = tuple(list_wanted(connection, body.id))
    now = office.store.clock.now()
    ids = [each.id for each in wanted]
    contacts = [each for each in body.contacts if each.active]
    if not contacts:
        return [Sheet(body, None, wanted, {})]
    return [Sheet(body, each, wanted, list_sending(connection, each.id, ids, now)) for each in contacts]


def list_superior_sheets(connection: Connection, office: Office, person: Person) -> list[Sheet]:
    """The sheets of all superior bodies that owe something which a person, or who they stand in for, coordinates."""
    names = {person.id, *(each.id for each in list_principals(connection, person.id, office.today()))}
    found: list[Sheet] = []
    for body in list_parties(connection):
        if body.kind is PartyKind.SUPERIOR:
            for sheet in list_sheets(connection, office, body):
                mine = _coordinated(connection, names, sheet.wanted)
                found += [Sheet(sheet.body, sheet.contact, mine, sheet.invitations)] if mine else []
    return found


def _coordinated(connection: Connection, names: set[int], wanted: Collection[Occurrence]) -> tuple[Occurrence, ...]:
    holders = list_all_holders(connection, Role.COORDINATOR, {each.activity_id for each in wanted})
    return tuple(each for each in wanted if names & {one.id for one in holders[each.activity_id]})


def list_wanted(connection: Connection, party_id: int) -> list[Occurrence]:
    """What a party is to carry out in live plans and evidence is owed for, but for readings to be confirmed."""
    live = set(connection.execute(select(plan.c.id).where(plan.c.status == PlanStatus.LIVE.value)).scalars())
    executed = select(activity_party.c.activity_id).where(
        activity_party.c.party_id == party_id, activity_party.c.standing.in_(_EXECUTING)
    )
    mine = set(connection.execute(executed).scalars())
    found = [
        each
        for each in list_occurrences(connection, OccurrenceFilter(party_id=party_id, states=OWED_STATES))
        if each.plan_id in live and not each.before_record and each.is_confirmed
        if each.member_id == party_id or (each.activity_id in mine and each.member_id is None)
    ]
    return sorted(found, key=lambda each: (each.due_on or date.max, each.plan_id, each.position, each.id))


def is_soon(target: Occurrence, today: date) -> bool:
    """Whether it is time to ask: returned, overdue, or due within two weeks."""
    return target.state == "returned" or (target.due_on is not None and target.due_on - today <= SOON)


@dataclass(frozen=True, slots=True)
class Superiors:
    """The superior bodies that carry an activity out.

    Attributes:
        named: short id and name of each.
        alone: nobody else carries it out.
    """

    named: tuple[tuple[str, str], ...]
    alone: bool


def list_superiors(connection: Connection, activity_ids: Collection[int]) -> dict[int, Superiors]:
    """Activity id → the superior bodies that carry it out; activities without any are left out."""
    named: dict[int, list[tuple[str, str]]] = {}
    helped: set[int] = set()
    for activity_id, kind, short_id, name in _CARRYING_OUT.fetch(connection, {"activity_ids": activity_ids}):
        if kind == PartyKind.SUPERIOR.value:
            named.setdefault(activity_id, []).append((short_id, name))
        else:
            helped.add(activity_id)
    return {key: Superiors(tuple(found), key not in helped) for key, found in named.items()}


_CARRYING_OUT = Prepared(
    select(activity_party.c.activity_id, party.c.kind, party.c.short_id, party.c.name)
    .join(party, party.c.id == activity_party.c.party_id)
    .where(
        Among(activity_party.c.activity_id, "activity_ids"),
        or_(*(activity_party.c.standing == each for each in _EXECUTING)),
    )
    .order_by(activity_party.c.activity_id, activity_party.c.position)
)


def give_out_links(office: Office, actor: Actor, sheet: Sheet, chosen: Collection[Occurrence]) -> None:
    """Give out the contact's links for some of what is wanted; one that counts already stays, and is no new step.

    Raises:
        NoContactError: there is nobody whom a link could be for.
        NotOwedError: one of them is not awaited of the party.
        RoleNotAllowedError, EventNotAllowedError: the actor does not coordinate it, or its workflow knows no links.
    """
    contact = sheet.contact
    if contact is None:
        raise NoContactError(person="—", party=sheet.body.name, id=sheet.body.short_id)
    with office.store.write() as work:
        wanted = {each.id: each for each in list_wanted(work.connection, sheet.body.id)}
        known = list_sending(work.connection, contact.id, wanted.keys(), work.now)
        for each in chosen:
            if each.id not in wanted:
                raise NotOwedError(row=each.reference, party=sheet.body.name)
        fresh = [wanted[each.id] for each in chosen if each.id not in known]
        for each in fresh:
            fire(office, work, actor, each, Attempt("invite", payload={"invited": contact.short_id}))
        invite_to_send(work, contact.id, [each.id for each in fresh])


def call_back_links(office: Office, actor: Actor, sheet: Sheet) -> int:
    """Let the links of a sheet count no more; how many there were.

    Raises:
        RoleNotAllowedError: the actor does not coordinate one of them.
    """
    if sheet.contact is None:
        return 0
    with office.store.write() as work:
        for each in sheet.linked():
            if Role.COORDINATOR not in roles_of_actor(office, work, actor, each):
                raise RoleNotAllowedError(event="invite", roles=Role.COORDINATOR.value)
        return void_sending(work, sheet.contact.id, [each.id for each in sheet.linked()])
