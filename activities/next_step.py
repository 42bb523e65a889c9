"""Whose move it is: what an occurrence waits for, and the people who can do it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from activities.absences import list_stand_ins
from activities.deciders import Decider, list_asked
from activities.decisions import list_deciders
from activities.occurrences import OWED_STATES, Occurrence
from activities.office import Office
from activities.people import Person
from activities.roles import Role, list_holders
from activities.running_workflow import get_running_workflow
from activities.submissions import find_open_submission
from engine.machine import EventNotAllowedError


@dataclass(frozen=True, slots=True)
class NextStep:
    """The event that is awaited, from whom, and until when.

    Attributes:
        event: `submit`, `set_date` or `accept` (which stands for a decision, whatever it be).
        people: nobody where a role still has to be granted.
    """

    event: str
    people: tuple[Person, ...]
    due_on: date | None = None


def find_next_step(connection: Connection, target: Occurrence) -> NextStep | None:
    """What an occurrence waits for; None where it is finished."""
    if target.state in OWED_STATES:
        people = list_holders(connection, Role.RESPONSIBLE, target.activity_id, target.member_id)
        return NextStep("submit", tuple(people), target.due_on)
    if target.state == "awaiting_date":
        return NextStep("set_date", tuple(list_holders(connection, Role.COORDINATOR, target.activity_id)))
    current = find_open_submission(connection, target.id)
    if target.state == "evidence_submitted" and current is not None:
        return NextStep("accept", tuple(list_deciders(connection, current)))
    return None


def list_acting(office: Office, connection: Connection, target: Occurrence, step: NextStep) -> list[Decider]:
    """Who may take a step now: its people, substitutes for those who are away, deputies once it is late."""
    current = find_open_submission(connection, target.id) if step.event == "accept" else None
    if current is not None:
        return list_asked(office, connection, current)
    stand_ins = list_stand_ins(connection, office.today())
    found = [Decider(stand_ins.get(each.id, each), each if each.id in stand_ins else None) for each in step.people]
    in_own_name_first = sorted(found, key=lambda each: each.on_behalf_of is not None)
    return list({each.person.id: each for each in reversed(in_own_name_first)}.values())[::-1]


def list_events(connection: Connection, target: Occurrence) -> tuple[str, ...]:
    """The events that its workflow knows in its state, whoever may fire them."""
    return get_running_workflow(connection, target.instance_id).events_from(target.state)


def refuse_unless_possible(office: Office, target: Occurrence, event: str) -> None:
    """Refuse before anything is prepared what the state does not know; the step itself checks again.

    Raises:
        EventNotAllowedError: says which events are possible.
    """
    with office.store.read() as connection:
        allowed = list_events(connection, target)
    if event not in allowed:
        raise EventNotAllowedError(event=event, state=target.state, allowed=", ".join(allowed) or "—")
