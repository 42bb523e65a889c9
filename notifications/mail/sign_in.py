"""The letter that takes the place of signing in: a person's own links, sent to the address that is known.

Whoever asks for it learns nothing: the answer is the same for every address, and the links go to its owner alone.
"""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from activities.date_questions import list_date_questions
from activities.grants import list_open_grants
from activities.invitations import invite_to_send
from activities.occurrences import OWED_STATES, Occurrence, OccurrenceFilter, list_occurrences
from activities.people import Person
from activities.plans import PlanStatus
from activities.tables import plan
from engine.unit_of_work import UnitOfWork
from notifications.mail.compose import Clerk, row_of
from notifications.mail.contexts import SignIn
from notifications.mail.kinds import Kind
from notifications.mail.policy import is_unconfirmed
from notifications.tables import letter

MOST_ROWS = 20
"""In one letter, the first due first."""
MOST_LETTERS = 3
PERIOD = timedelta(hours=1)
"""So many letters a person gets within this time, however often somebody asks."""


def write_links(clerk: Clerk, work: UnitOfWork, person: Person) -> bool:
    """Queue a letter with all links of a person; False where they have had enough of them for now."""
    if _count_lately(work, person) >= MOST_LETTERS:
        return False
    today = clerk.office.today()
    owed = _owed(work.connection, person)[:MOST_ROWS]
    invitations = invite_to_send(work, person.id, [each.id for each in owed])
    rows = tuple(replace(row_of(each, today), invitation=invitations[each.id].public_id) for each in owed)
    awaited = len(list_open_grants(work.connection, person.id, work.now))
    dates = len(list_date_questions(work.connection, clerk.office, person))
    links = SignIn(person.name, rows, awaited, dates)
    return clerk.write(work, Kind.SIGN_IN, person, links, f"sign_in:{work.now.isoformat()}")


def _owed(connection: Connection, person: Person) -> list[Occurrence]:
    """What a person speaks for that is owed in live plans, but for unconfirmed readings."""
    live = set(connection.execute(select(plan.c.id).where(plan.c.status == PlanStatus.LIVE.value)).scalars())
    wanted = OccurrenceFilter(person_id=person.id, states=OWED_STATES)
    found = [
        each
        for each in list_occurrences(connection, wanted)
        if each.plan_id in live and not each.before_record and not is_unconfirmed(each)
    ]
    return sorted(found, key=lambda each: (each.due_on or date.max, each.plan_id, each.position, each.id))


def _count_lately(work: UnitOfWork, person: Person) -> int:
    lately = select(func.count()).where(
        letter.c.person_id == person.id,
        letter.c.kind == Kind.SIGN_IN.value,
        letter.c.created_at > work.now - PERIOD,
    )
    return int(work.connection.execute(lately).scalar_one())
