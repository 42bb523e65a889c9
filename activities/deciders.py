"""Whose decision is asked for now, and in whose place: approvers, their substitutes, and deputies once it is late."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from activities.absences import list_stand_ins
from activities.decisions import is_own, list_acceptances, list_deciders, spoken_for
from activities.escalation import is_for_deputies
from activities.occurrences import get_occurrence
from activities.office import Office
from activities.people import Person
from activities.roles import Role, list_holders
from activities.submissions import Submission


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody whose decision is asked for.

    Attributes:
        on_behalf_of: who is away and in whose place they decide; None where the decision is theirs.
        is_deputy: asked only because it is late.
    """

    person: Person
    on_behalf_of: Person | None = None
    is_deputy: bool = False

    @property
    def absent_id(self) -> int | None:
        """Row id of who is away, or None."""
        return self.on_behalf_of.id if self.on_behalf_of else None


def list_asked(office: Office, connection: Connection, target: Submission) -> list[Decider]:
    """Who is asked to decide on a submission now, each person once: in their own name where they may be.

    Where the substitute may not decide, because it is their own or they have accepted already, the one who is away
    is asked after all.
    """
    about = get_occurrence(connection, target.occurrence_id)
    approvers = list_deciders(connection, target)
    asked = [(each, False) for each in approvers]
    if is_for_deputies(office, connection, about, office.store.clock.now()):
        spoken = spoken_for(list_acceptances(connection, target.id))
        deputies = list_holders(connection, Role.DEPUTY, about.activity_id)
        free = (each for each in deputies if each.id not in spoken and not is_own(connection, each, target))
        asked += [(each, True) for each in free if each not in approvers]
    return _with_substitutes(office, connection, target, asked)


def _with_substitutes(
    office: Office, connection: Connection, target: Submission, asked: Collection[tuple[Person, bool]]
) -> list[Decider]:
    stand_ins = list_stand_ins(connection, office.today())
    spoken = spoken_for(list_acceptances(connection, target.id))
    found: list[Decider] = []
    for each, is_deputy in asked:
        other = stand_ins.get(each.id)
        if other is None or other.id in spoken or is_own(connection, other, target):
            found.append(Decider(each, is_deputy=is_deputy))
        else:
            found.append(Decider(other, on_behalf_of=each, is_deputy=is_deputy))
    return _each_once(found)


def _each_once(found: Iterable[Decider]) -> list[Decider]:
    """A person is asked once, rather in their own name than in another's, rather as approver than as deputy."""
    ordered = sorted(found, key=lambda each: (each.on_behalf_of is not None, each.is_deputy))
    first = {each.person.id: each for each in reversed(ordered)}
    return sorted(first.values(), key=lambda each: (each.is_deputy, each.person.name, each.person.id))


def find_decider(asked: Iterable[Decider], person: Person) -> Decider | None:
    """The one of these that a person is, or None."""
    return next((each for each in asked if each.person.id == person.id), None)
