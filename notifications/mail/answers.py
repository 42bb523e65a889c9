"""What the coordinator's morning digest tells of answers by mail that wait: with files or without, from whomever.

Nothing that a person wrote decides anything here, and nothing of it may vanish: an answer that says only «принято!»
waits to be looked at like one with files.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from activities.occurrences import OPEN_STATES, OccurrenceFilter, get_occurrence, list_occurrences
from activities.roles import Role, list_holders
from engine.unit_of_work import UnitOfWork
from notifications.mail.contexts import read_context
from notifications.mail.kinds import SORTS, Kind
from notifications.mail.notices import raise_notice
from notifications.tables import arrival, arrived_file, letter

ANSWERED = "answered"
"""The kind of notice that says so."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came about an occurrence and waits for the coordinator: who sent it, and the names of its files, if any."""

    sender: str
    names: tuple[str, ...]


def tell_coordinators(work: UnitOfWork, occurrence_ids: Iterable[int], reply: str) -> None:
    """Let the next morning digest of those who coordinate what an answer is about say that it came; once each."""
    for occurrence_id in occurrence_ids:
        activity_id = get_occurrence(work.connection, occurrence_id).activity_id
        for person in list_holders(work.connection, Role.COORDINATOR, activity_id):
            raise_notice(work, person.id, occurrence_id, ANSWERED, f"answer:{reply}")


def list_answers(connection: Connection) -> dict[int, Answer]:
    """Open occurrence id → what came about it last and still waits.

    What a file shows is known, or the letter says what it was about; of several rows the first that is still open.
    """
    found: dict[int, Answer] = {}
    rows = connection.execute(
        select(arrival.c.id, arrival.c.sender, letter.c.kind, letter.c.context)
        .join(letter, letter.c.id == arrival.c.letter_id)
        .where(arrival.c.settled_at.is_(None))
        .order_by(arrival.c.id)
    ).all()
    for row in rows:
        files = connection.execute(
            select(arrived_file.c.occurrence_id, arrived_file.c.name)
            .where(arrived_file.c.arrival_id == row.id)
            .order_by(arrived_file.c.id)
        ).all()
        shown = {each.occurrence_id for each in files if each.occurrence_id}
        about = shown or set(list_open(connection, row.kind, row.context)[:1])
        found |= dict.fromkeys(about, Answer(row.sender, tuple(each.name for each in files)))
    return found


def list_open(connection: Connection, kind: str, context: str) -> list[int]:
    """The ids of the occurrences that a letter was about, in its order, as far as they are still open."""
    told = read_context(SORTS[Kind(kind)].context, context)
    named = [row.public_id for row in (*told.rows(), *(each.row for each in told.waiting()))]
    if not named:
        return []
    open_ = {each.public_id: each.id for each in list_occurrences(connection, OccurrenceFilter(states=OPEN_STATES))}
    return list(dict.fromkeys(open_[each] for each in named if each in open_))
