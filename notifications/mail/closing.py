"""The closing of the year: from the first working morning of a plan's last month all that is owed is asked for early.

Most rows end on the plan's last days; who hands in then leaves no day for the decision.
"""

from collections.abc import Collection
from datetime import date, time

from sqlalchemy import Connection, bindparam, select

from activities.occurrences import OWED_STATES, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.plans import PlanStatus
from activities.tables import plan
from engine.prepared import Prepared
from notifications.mail.notices import CLOSING, NewNotice, raise_notices
from notifications.mail.policy import list_all_responsible
from notifications.tables import notice


def find_closing_plans(connection: Connection, today: date) -> dict[int, date]:
    """Row id → last day, of live plans that end within this month."""
    ends = _ENDS.fetch(connection, {"today": today})
    return {key: day for key, day in ends if (day.year, day.month) == (today.year, today.month)}


_ENDS = Prepared(
    select(plan.c.id, plan.c.ends_on).where(
        plan.c.status == PlanStatus.LIVE.value, plan.c.ends_on >= bindparam("today")
    )
)


def open_closing(office: Office, today: date) -> bool:
    """Leave a notice for everything that is owed in a plan that closes, once; whether it was done now.

    A plan that was launched within its last month is not asked about anew: its people have just been told.
    """
    with office.store.read() as connection:
        closing = find_closing_plans(connection, today)
        if not closing or _is_opened(connection, office, today):
            return False
        found = _found(connection, closing)
    with office.store.write() as work:
        raise_notices(work, found)
    return bool(found)


def _is_opened(connection: Connection, office: Office, today: date) -> bool:
    since = office.calendar.at(today.replace(day=1), time())
    opened = select(notice.c.id).where(notice.c.kind == CLOSING, notice.c.raised_at >= since).limit(1)
    return connection.execute(opened).first() is not None


def _found(connection: Connection, closing: Collection[int]) -> list[NewNotice]:
    owed = [
        each
        for plan_id in closing
        for each in list_occurrences(connection, OccurrenceFilter(plan_id=plan_id, states=OWED_STATES))
        if not each.before_record
    ]
    responsible = list_all_responsible(connection, owed)
    return [
        NewNotice(person.id, each.id, CLOSING, f"closing:{each.public_id}")
        for each in owed
        for person in responsible[each.id]
    ]
