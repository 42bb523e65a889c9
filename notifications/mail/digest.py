"""The morning digest: at most one a person and working morning, and only where something new is to be told."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, select

from activities.absences import list_stand_ins
from activities.invitations import invite_to_send
from activities.office import Office
from activities.people import Person, list_people
from engine.prepared import Prepared
from engine.tables import ladder, message
from engine.unit_of_work import UnitOfWork
from notifications.mail.closing import open_closing
from notifications.mail.compose import Clerk, granted
from notifications.mail.contexts import Row, Waiting
from notifications.mail.digest_context import MorningDigest
from notifications.mail.handing_over import tell_absences
from notifications.mail.infections import tell_infections
from notifications.mail.kinds import Kind
from notifications.mail.letters import list_written
from notifications.mail.notices import Notice, list_open_notices, settle_notices
from notifications.mail.picture import Picture, take_picture
from notifications.mail.preferences import find_on_chosen_days
from notifications.mail.quiet import MORNING


def write_digests(office: Office, domain: str) -> int:
    """Write the digests of this morning that are not written yet; how many. Safe to repeat and to run twice at once.

    A person gets one when a reminder was left for them since their last; it lists all that stands open with them. A
    reminder that comes later in the day waits for the next working morning.

    Args:
        office: whose plans; its calendar says whether this is a working day, its clock whether it is 8:00 yet.
        domain: of the sender's address.
    """
    today = office.today()
    if not office.calendar.is_working(today) or office.store.clock.now() < office.calendar.at(today, MORNING):
        return 0
    open_closing(office, today)
    tell_absences(office)
    tell_infections(office)
    with office.store.read() as connection:
        # Reminders of this morning that are not handled yet would wait for the next one.
        calm = _is_calm(connection, office.store.clock.now())
        notices = _untold(connection, today, office.calendar.at(today, MORNING)) if calm else []
        if not notices:
            return 0
        picture = take_picture(connection, office)
    clerk = Clerk(office, domain)
    return sum(_write(clerk, picture, person, told) for person, told in notices)


def _is_calm(connection: Connection, now: datetime) -> bool:
    """Whether every timer has fired and every message is handled."""
    return not any(waiting.fetch(connection, {"now": now}) for waiting in _WAITING)


_WAITING = tuple(
    Prepared(select(column).where(column <= bindparam("now")).limit(1))
    for column in (ladder.c.due_at, message.c.available_at)
)


def _untold(connection: Connection, today: date, morning: datetime) -> list[tuple[Person, list[Notice]]]:
    """Active people with open notices and no digest of this morning, if it is a morning of theirs."""
    notices = list_open_notices(connection)
    if not notices:  # so it is most of the time, and each minute asks
        return []
    by_person: dict[int, list[Notice]] = defaultdict(list)
    stand_ins = list_stand_ins(connection, today)
    for notice in notices:
        # What was left for somebody is told this morning to who stands in for them this morning.
        receiver = stand_ins.get(notice.person_id)
        by_person[receiver.id if receiver else notice.person_id].append(notice)
    done = list_written(connection, f"digest:{today}")
    chosen = find_on_chosen_days(connection, Kind.MORNING_DIGEST)
    later = {key for key, wanted in chosen.items() if not wanted.comes_on(today.isoweekday())}
    due = {key for key, left in by_person.items() if any(each.is_due(morning) for each in left)} - done - later
    return [(each, by_person[each.id]) for each in list_people(connection) if each.active and each.id in due]


def _write(clerk: Clerk, picture: Picture, person: Person, told: list[Notice]) -> bool:
    """One person's digest in one transaction with the end of their notices."""
    digest = picture.digest_for(person, {notice.occurrence_id for notice in told})
    with clerk.office.store.write() as work:
        if digest.is_empty:  # what the reminders were about was done before the morning came
            settle_notices(work, [notice.id for notice in told])
            return False
        complete = replace(_invited(work, picture, person, digest), items=_granted_items(work, picture, person))
        # Another worker may have been first, with other notices: then ours stay open for the next morning.
        if not clerk.write(work, Kind.MORNING_DIGEST, person, complete, f"digest:{picture.today}"):
            return False
        settle_notices(work, [notice.id for notice in told])
        return True


def _invited(work: UnitOfWork, picture: Picture, person: Person, digest: MorningDigest) -> MorningDigest:
    """The same with a link beside each row that the person owes, or may enter for a superior body."""
    theirs = [row for body in digest.bodies for row in body.rows]
    rows = (*digest.overdue, *digest.returned, *digest.due_soon, *digest.starting, *theirs)
    mine = (*picture.owed.get(person.id, []), *picture.coordinated.get(person.id, []))
    ids = {each.public_id: each.id for each in mine}
    invitations = invite_to_send(work, person.id, [ids[row.public_id] for row in rows])

    def invite(some: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(replace(row, invitation=invitations[ids[row.public_id]].public_id) for row in some)

    return replace(
        digest,
        overdue=invite(digest.overdue),
        returned=invite(digest.returned),
        due_soon=invite(digest.due_soon),
        starting=invite(digest.starting),
        bodies=tuple(replace(body, rows=invite(body.rows)) for body in digest.bodies),
    )


def _granted_items(work: UnitOfWork, picture: Picture, person: Person) -> tuple[Waiting, ...]:
    return tuple(granted(work, each.item, person, each.deciders) for each in picture.asked.get(person.id, []))
