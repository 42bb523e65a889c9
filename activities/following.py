"""Once a row is dated, the rows that follow it are dated too, through the workflow and in the same transaction.

What a person has dated by hand, handed in or finished stays as it is, and so does what the actor may not move: it is
told, and a person moves it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, select

from activities.dating import Cause, NewDates, give_date, is_inside, move_date
from activities.deed import Deed
from activities.expansion import PlannedOccurrence, evidence_day
from activities.guards import ApproverNeededError, BasisMissingError, ReasonMissingError
from activities.occurrences import Occurrence, OccurrenceFilter, get_occurrence, list_occurrences
from activities.office import Office
from activities.parts import list_parts_alongside
from activities.period import Period
from activities.plan_activities import get_activity
from activities.plan_launch import NewOccurrence, create_occurrences
from activities.relations import Relation, list_followers, list_relations
from engine.machine import EventNotAllowedError, RoleNotAllowedError
from engine.tables import history

# The report quotes the reason, so it is in the language of the plan.
FOLLOWS = "вслед за строкой {row}"
_MAY_NOT = (RoleNotAllowedError, ApproverNeededError, BasisMissingError, ReasonMissingError)


class Left(StrEnum):
    """Why a run that should have followed stays as it is."""

    DATE_SET = "date_set"
    HANDED_IN = "handed_in"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A run that follows another one which was called off: nothing dates it any more, so a person has to say."""

    occurrence: Occurrence
    leader: Occurrence


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a run that follows another: its dates as they are now, and why they were left, if they were."""

    occurrence: Occurrence
    dates: Period
    left: Left | None = None


def date_followers(deed: Deed, occurrence_id: int, basis: str = "") -> list[Followed]:
    """Date what follows a run that was just dated, and what follows that, in the caller's transaction."""
    leader = get_occurrence(deed.connection, occurrence_id)
    followed: list[Followed] = []
    for relation in list_followers(deed.connection, leader.activity_id):
        for each in _date_follower(deed, relation, leader, basis):
            followed.append(each)
            if each.left is None:
                followed += date_followers(deed, each.occurrence.id, basis)
    return followed


def date_followers_of_row(deed: Deed, activity_id: int, basis: str) -> list[Followed]:
    """Date what follows any run of a row whose runs an amendment moved or added."""
    relations = list_followers(deed.connection, activity_id)
    return [each for relation in relations for each in follow_from_now_on(deed, relation, basis)]


def follow_from_now_on(deed: Deed, relation: Relation, basis: str = "") -> list[Followed]:
    """Date all runs of a row of a live plan that follows another one; those that are dated so already stay."""
    followed: list[Followed] = []
    for leader in _runs(deed.connection, relation.leader_id):
        if leader.ends_on is not None and leader.state != "cancelled":
            for each in _date_follower(deed, relation, leader, basis):
                followed.append(each)
                if each.left is None:
                    followed += date_followers(deed, each.occurrence.id, basis)
    return followed


def list_followers_of(connection: Connection, leader: Occurrence) -> list[Occurrence]:
    """The open runs that go with one and would be left behind without it; what a person dated or handed in is not."""
    counterparts = [_counterpart(connection, each, leader) for each in list_followers(connection, leader.activity_id)]
    return [each for each in counterparts if each and each.is_open and _why_left(connection, each) is None]


def list_left_behind(connection: Connection, plan_id: int) -> list[LeftBehind]:
    """The runs of a plan that still follow one which was called off, with it."""
    return [
        LeftBehind(follower, leader)
        for relation in list_relations(connection, plan_id, with_gone=True)
        for leader in _runs(connection, relation.leader_id)
        if leader.state == "cancelled"
        and (follower := _counterpart(connection, relation, leader)) is not None
        and follower.is_open
        and _why_left(connection, follower) is None
    ]


def followers_payload(connection: Connection, leader: Occurrence) -> dict[str, list[str]]:
    """What history keeps aside when a run is called off: the runs that it leaves behind, by their short ids."""
    left = [each.short_id for each in list_followers_of(connection, leader)]
    return {"left_behind": left} if left else {}


def _date_follower(deed: Deed, relation: Relation, leader: Occurrence, basis: str) -> Iterator[Followed]:
    window = _follow(deed.office, relation, leader.starts_on, leader.ends_on)
    if window is None:
        return
    cause = Cause(FOLLOWS.format(row=leader.number or leader.activity_short_id), basis, relation.digest())
    follower = _counterpart(deed.connection, relation, leader)
    if follower is None:
        yield Followed(_add(deed, relation, leader, window, cause), window)
        return
    if not follower.is_open or (follower.starts_on, follower.ends_on) == (window.starts_on, window.ends_on):
        return
    left = _why_left(deed.connection, follower)
    if left is None:
        planned = _follow(deed.office, relation, leader.planned_starts_on, leader.planned_ends_on)
        left = _try_to_date(deed, follower, window, planned or window, cause)
    yield Followed(get_occurrence(deed.connection, follower.id), window, left)


def _follow(office: Office, relation: Relation, starts_on: date | None, ends_on: date | None) -> Period | None:
    """What follows from the other run's days, None while it has none; one without a first day is its last day."""
    return relation.follow(Period(starts_on or ends_on, ends_on), office.calendar) if ends_on else None


def _runs(connection: Connection, activity_id: int) -> Sequence[Occurrence]:
    return list_occurrences(connection, OccurrenceFilter(activity_id=activity_id, parts=False))


def _counterpart(connection: Connection, relation: Relation, leader: Occurrence) -> Occurrence | None:
    """The run that goes with another: the one with its key, else the one in the same place among those left over."""
    leaders, followers = _runs(connection, relation.leader_id), _runs(connection, relation.activity_id)
    same = next((each for each in followers if each.key == leader.key), None)
    if same is not None:
        return same
    keys, taken = {each.key for each in followers}, {each.key for each in leaders}
    unpaired = [each.id for each in leaders if each.key not in keys]
    free = [each for each in followers if each.key not in taken]
    place = unpaired.index(leader.id)
    return free[place] if place < len(free) else None


def _why_left(connection: Connection, follower: Occurrence) -> Left | None:
    if follower.state == "evidence_submitted":
        return Left.HANDED_IN
    # Dates that follow from something have it as their subject; a person's have none.
    by_hand = select(history.c.id).where(
        history.c.instance_id == follower.instance_id,
        history.c.event.in_(["set_date", "postpone"]),
        history.c.subject_digest.is_(None),
    )
    return Left.DATE_SET if connection.execute(by_hand).first() else None


def _try_to_date(deed: Deed, follower: Occurrence, window: Period, planned: Period, cause: Cause) -> Left | None:
    """Date it, unless the workflow refuses: then nothing has been written for it."""
    dates = NewDates(window.ends_on, window.starts_on)
    alongside = list_parts_alongside(deed.connection, follower)
    try:
        _date(deed, follower, dates, planned, cause)
    except (*_MAY_NOT, EventNotAllowedError):
        return Left.NOT_ALLOWED
    # Who may move the whole may move its parts: they stand in the same window.
    for each in alongside:
        _date(deed, each, dates, planned, cause)
    return None


def _date(deed: Deed, follower: Occurrence, dates: NewDates, planned: Period, cause: Cause) -> None:
    if follower.state == "awaiting_date":
        give_date(deed, follower, dates, planned=planned, cause=cause)
    elif is_inside(follower, dates) and follower.state != "returned":
        give_date(deed, follower, dates, cause=cause)
    else:
        move_date(deed, follower, dates, cause)


def _add(deed: Deed, relation: Relation, leader: Occurrence, window: Period, cause: Cause) -> Occurrence:
    """A run for one that has none, under the same key."""
    kind = get_activity(deed.connection, relation.activity_id).kind
    run = PlannedOccurrence(
        key=leader.key,
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        due_on=evidence_day(window.ends_on, kind, deed.office.calendar),
        awaiting_date=False,
        rrule=None,
        ordinal=None,
    )
    added = NewOccurrence(relation.activity_id, run, leader.before_record)
    create_occurrences(deed.office, deed.work, deed.actor, [added], cause.payload())
    return next(each for each in _runs(deed.connection, relation.activity_id) if each.key == leader.key)
