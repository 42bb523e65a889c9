"""Days that follow from the days of another row."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from activities.expansion import PlannedOccurrence
from activities.kinds import ActivityKind
from activities.period import Period
from activities.relations import Relation, RelationKind, expand_followers
from activities.working_calendar import WorkingCalendar

CALENDAR = WorkingCalendar(ZoneInfo("Europe/Moscow"))
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
LEADER, FOLLOWER, LAST = 1, 2, 3
KINDS = {LEADER: ActivityKind.EVENT, FOLLOWER: ActivityKind.DELIVERABLE, LAST: ActivityKind.EVENT}


def run(key: str, days: Period | None) -> PlannedOccurrence:
    """A run on these days, or one that awaits its date."""
    return PlannedOccurrence(
        key=key,
        starts_on=days.starts_on if days else None,
        ends_on=days.ends_on if days else None,
        due_on=days.ends_on if days else None,
        awaiting_date=days is None,
        rrule="FREQ=WEEKLY",
        ordinal=None,
    )


def test_within_takes_the_same_days():
    """What happens within another row happens on its days."""
    assert Relation(FOLLOWER, LEADER, RelationKind.WITHIN).follow(MAY, CALENDAR) == MAY


def test_after_counts_working_days_from_the_last_day():
    """31 May 2026 is a Sunday, so three working days after it end on Wednesday."""
    after = Relation(FOLLOWER, LEADER, RelationKind.AFTER, 3)
    assert after.follow(MAY, CALENDAR) == Period(date(2026, 5, 1), date(2026, 6, 3))


def test_a_follower_has_the_runs_and_keys_of_its_leader():
    """Each run of the leader gives one of the follower, dated or awaiting its date like the leader's."""
    planned = {
        FOLLOWER: (run("no1", None),),
        LEADER: (run("2026-05", MAY), run("no2", None)),
    }
    relations = [Relation(FOLLOWER, LEADER, RelationKind.AFTER, 3)]
    runs = expand_followers(planned, KINDS, relations, CALENDAR)
    assert runs[LEADER] == planned[LEADER]
    assert [(each.key, each.ends_on, each.due_on, each.awaiting_date, each.rrule) for each in runs[FOLLOWER]] == [
        ("2026-05", date(2026, 6, 3), date(2026, 6, 3), False, None),
        ("no2", None, None, True, None),
    ]


def test_a_chain_is_followed_to_its_end():
    """The last row counts from the one before it; an event's evidence is due five working days later."""
    planned = {LAST: (run("no1", None),), FOLLOWER: (run("no1", None),), LEADER: (run("2026-05", MAY),)}
    relations = [
        Relation(LAST, FOLLOWER, RelationKind.AFTER, 1),
        Relation(FOLLOWER, LEADER, RelationKind.AFTER, 3),
    ]
    (last,) = expand_followers(planned, KINDS, relations, CALENDAR)[LAST]
    assert (last.key, last.ends_on, last.due_on) == ("2026-05", date(2026, 6, 4), date(2026, 6, 11))


@pytest.mark.parametrize("other", [(1, 3, "within", 0), (2, 3, "within", 0), (2, 1, "after", 0), (2, 1, "within", 1)])
def test_each_relation_has_a_digest_of_its_own(other):
    """History can tell by which relation a run was dated."""
    one = Relation(FOLLOWER, LEADER, RelationKind.WITHIN)
    follower, leader, kind, days = other
    assert one.digest() != Relation(follower, leader, RelationKind(kind), days).digest()
    assert one.digest() == Relation(FOLLOWER, LEADER, RelationKind.WITHIN).digest()
