"""Parts: where a row names a group, each member's own run beside the row's, which sums them up.

A part goes through the workflow `simple`: the member's contact hands in, a coordinator takes in. The row's own run goes
through the row's workflow; nothing makes it wait for the parts, but whoever hands it in sees which are open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from activities.acting import Actor
from activities.expansion import PlannedOccurrence
from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences, lock_occurrences
from activities.office import Office
from activities.party_members import list_members_of_rows
from activities.plan_activities import Activity
from activities.plan_launch import NewOccurrence, create_occurrences
from activities.plans import PlanStatus
from activities.roles import Role, check_roles
from activities.tables import activity, activity_party, occurrence, plan
from engine.errors import N_, OporaError
from engine.store import lock_instances
from engine.unit_of_work import UnitOfWork

HANDED_IN = frozenset({"evidence_submitted", "accepted", "not_performed"})
"""States of a part from which nothing more is awaited of its member."""


class NoMembersError(OporaError):
    """There is nobody to make parts for."""

    message = N_("No group with members carries out {activity}. Name them: opora party member GROUP --add NAME")


class PlanNotLiveError(OporaError):
    """Parts run, so their plan has to."""

    message = N_("{activity} is not in a live plan, so nothing of it runs yet. Parts are made at launch.")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a run's parts are handed in, of how many; cancelled ones do not count."""

    handed_in: int
    parts: int


def fan_out(office: Office, actor: Actor, row: Activity) -> int:
    """Make a part for each member of a row's group, for each of its dated open runs; how many were made.

    What there is stays as it is: to say it again makes only what is missing. A run without a date gets its parts when
    this is said once it has one.

    Raises:
        RoleNotAllowedError: the actor does not coordinate the row.
        PlanNotLiveError: its plan is not live.
        NoMembersError: no group with members carries it out.
    """
    with office.store.write() as work:
        check_roles(work.connection, actor.person.id, row.id, (Role.COORDINATOR,), "fan_out")
        if row.plan_status is not PlanStatus.LIVE:
            raise PlanNotLiveError(activity=row.reference)
        if not list_members_of_rows(work.connection, [row.id]):
            raise NoMembersError(activity=row.reference)
        return make_parts(office, work, actor, [row.id])


def fan_out_to_newcomers(office: Office, actor: Actor, group_id: int) -> int:
    """Make what is missing where a group has parts already, as when somebody joins it; how many."""
    with office.store.write() as work:
        named = (
            select(activity_party.c.activity_id)
            .join(activity, activity.c.id == activity_party.c.activity_id)
            .join(plan, plan.c.id == activity.c.plan_id)
            .where(activity_party.c.party_id == group_id, plan.c.status == PlanStatus.LIVE.value)
        )
        rows = set(work.connection.execute(named).scalars())
        begun = {each.activity_id for key in rows for each in list_parts(work.connection, key)}
        return make_parts(office, work, actor, sorted(begun))


def make_parts(office: Office, work: UnitOfWork, actor: Actor, activity_ids: Sequence[int]) -> int:
    """Make the parts that are missing, within the caller's transaction."""
    members = list_members_of_rows(work.connection, activity_ids)
    # Two who say it at the same moment: the second one waits here, and then finds what the first has made.
    # No key of the row changes: whoever moves one of its runs refers to it, and must not wait for this lock.
    named = select(activity.c.id).where(activity.c.id.in_(members)).order_by(activity.c.id)
    locked = named.with_for_update(key_share=True)
    fresh: list[NewOccurrence] = []
    summaries: list[Occurrence] = []
    for activity_id in work.connection.execute(locked).scalars().all():
        # A row that is moved meanwhile would leave its new parts behind on the days it had.
        lock_occurrences(work.connection, OccurrenceFilter(activity_id=activity_id, parts=False))
        taken = {(each.key, each.member_id) for each in list_parts(work.connection, activity_id)}
        own = list_occurrences(work.connection, OccurrenceFilter(activity_id=activity_id, parts=False))
        running = [each for each in own if each.is_open and not each.before_record and each.due_on is not None]
        summaries += running
        fresh += [
            NewOccurrence(activity_id, _planned(each), before_record=False, member_id=member_id)
            for each in running
            for member_id in members[activity_id]
            if (each.key, member_id) not in taken
        ]
    create_occurrences(office, work, actor, fresh)
    for each in summaries:
        _plan_like(work, each)
    return len(fresh)


def _plan_like(work: UnitOfWork, summary: Occurrence) -> None:
    """What was planned for the run was planned for its parts, be it moved since or not."""
    parts = (occurrence.c.activity_id == summary.activity_id) & (occurrence.c.key == summary.key)
    names = ("planned_starts_on", "planned_ends_on", "planned_due_on")
    planned = {name: getattr(summary, name) for name in names}
    work.connection.execute(update(occurrence).where(parts, occurrence.c.member_id.is_not(None)).values(planned))


def _planned(summary: Occurrence) -> PlannedOccurrence:
    """A part's days are those of the run it belongs to, as they are now."""
    return PlannedOccurrence(
        key=summary.key,
        starts_on=summary.starts_on,
        ends_on=summary.ends_on,
        due_on=summary.due_on,
        awaiting_date=False,
        rrule=summary.rrule,
        ordinal=None,
    )


def list_parts(connection: Connection, activity_id: int, key: str | None = None) -> list[Occurrence]:
    """The parts of a row, or of one run of it, in the order of their members' names within each run."""
    found = list_occurrences(connection, OccurrenceFilter(activity_id=activity_id, parts=True))
    chosen = [each for each in found if key is None or each.key == key]
    return sorted(chosen, key=lambda each: (each.due_on is None, each.due_on, each.key, each.member_name or ""))


def list_parts_of(connection: Connection, target: Occurrence) -> list[Occurrence]:
    """The parts that an occurrence sums up; none where it is a part itself."""
    return [] if target.member_id else list_parts(connection, target.activity_id, target.key)


def list_parts_alongside(connection: Connection, target: Occurrence) -> list[Occurrence]:
    """The parts that still have the run's own days and owe evidence: they move when it does."""
    days = (target.starts_on, target.ends_on, target.due_on)
    parts = list_parts_of(connection, target)
    return [each for each in parts if each.state == "planned" and (each.starts_on, each.ends_on, each.due_on) == days]


def list_open_parts(connection: Connection, target: Occurrence) -> list[Occurrence]:
    """The parts of a run of which something is still awaited: they are called off with it."""
    return [each for each in list_parts_of(connection, target) if each.is_open]


def list_parts_called_off_with(connection: Connection, target: Occurrence) -> list[Occurrence]:
    """The parts that were called off in the very step in which the run was: when it comes back, so do they."""
    if target.state != "cancelled":
        return []
    parts = list_parts_of(connection, target)
    return [each for each in parts if each.state == "cancelled" and each.entered_at == target.entered_at]


def lock_open_parts(connection: Connection, target: Occurrence) -> list[Occurrence]:
    """The same, locked: whoever takes one in at this moment has done so before, or is refused afterwards."""
    lock_instances(connection, [each.instance_id for each in list_parts_of(connection, target)])
    return list_open_parts(connection, target)


def tally(parts: Iterable[Occurrence]) -> dict[tuple[int, str], Tally]:
    """How far the parts of each run are, by activity id and key."""
    counted: dict[tuple[int, str], Tally] = {}
    for each in parts:
        if each.member_id is None or each.state == "cancelled":
            continue
        before = counted.get((each.activity_id, each.key), Tally(0, 0))
        done = before.handed_in + (each.state in HANDED_IN)
        counted[each.activity_id, each.key] = Tally(done, before.parts + 1)
    return counted
