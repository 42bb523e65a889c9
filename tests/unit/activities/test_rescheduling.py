"""What an amended deadline does to the occurrences of its row."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from activities.expansion import PlannedOccurrence
from activities.occurrences import Occurrence
from activities.rescheduling import Action, Effect, LeftReason, reschedule, withdraw

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
FIRST = date(2026, 1, 1)


def planned(key, day=None):
    """A window of one day, so many days after New Year; without a day it awaits one."""
    on = FIRST + timedelta(days=day) if day is not None else None
    return PlannedOccurrence(key, on, on, on, awaiting_date=day is None, rrule=None, ordinal=None)


def existing(key, day=None, number=1, state=None):
    """An occurrence that stands as it was planned."""
    values = dict.fromkeys(Occurrence.__slots__, "")
    on = FIRST + timedelta(days=day) if day is not None else None
    values |= dict.fromkeys(("starts_on", "ends_on", "due_on"), on)
    values |= dict.fromkeys(("planned_starts_on", "planned_ends_on", "planned_due_on"), on)
    values |= {"id": number, "key": key, "state": state or ("planned" if day is not None else "awaiting_date")}
    return Occurrence(**values)


def actions(effects):
    """Action, key of the occurrence and key of the window."""
    return [
        (each.action, each.occurrence and each.occurrence.key, each.planned and each.planned.key) for each in effects
    ]


KEYS = st.lists(st.integers(1, 6), unique=True, max_size=5)
STATES = st.sampled_from(["planned", "in_progress", "evidence_submitted", "accepted", "cancelled"])


@given(KEYS)
def test_the_same_windows_have_no_effect(days):
    """Whatever a person has done meanwhile."""
    runs = [existing(f"d{day}", day, day) for day in days]
    windows = [planned(f"d{day}", day) for day in days]
    assert list(reschedule(runs, windows, {})) == []
    assert list(reschedule(runs, windows, dict.fromkeys(days, LeftReason.EVIDENCE))) == []


@given(KEYS, KEYS, st.sets(st.integers(1, 6)), st.data())
def test_no_key_comes_twice_and_nothing_done_is_touched(old, new, done, data):
    """Each window is added or met at most once; an occurrence that a person worked on is only ever left."""
    runs = [existing(f"d{day}", day, day, data.draw(STATES)) for day in old]
    reasons = {each.id: LeftReason.EVIDENCE for each in runs if each.id in done or not each.state.startswith("pl")}
    effects = list(reschedule(runs, [planned(f"d{day}", day) for day in new], reasons))
    added = [each.planned.key for each in effects if each.action is Action.ADD]
    assert len(set(added)) == len(added)
    assert set(added).isdisjoint(each.key for each in runs)
    touched = [each.occurrence.id for each in effects if each.occurrence]
    assert len(set(touched)) == len(touched)
    assert all(each.action is Action.LEAVE for each in effects if each.occurrence and each.occurrence.id in reasons)


def test_a_window_moves_under_its_key():
    """The quarter that ends earlier keeps its occurrence."""
    (effect,) = reschedule([existing("2026-Q1", 80)], [planned("2026-Q1", 70)], {})
    assert (effect.action, effect.planned.ends_on) == (Action.MOVE, FIRST + timedelta(days=70))


def test_as_many_other_dates_move_in_order():
    """Two days became two others."""
    found = reschedule([existing("a", 1), existing("b", 5, 2)], [planned("c", 2), planned("d", 6)], {})
    assert actions(found) == [(Action.MOVE, "a", "c"), (Action.MOVE, "b", "d")]


def test_fewer_or_more_dates_come_and_go():
    """Nobody can tell which of two became the one."""
    found = reschedule([existing("a", 1), existing("b", 5, 2)], [planned("c", 2)], {})
    assert actions(found) == [(Action.CANCEL, "a", None), (Action.CANCEL, "b", None), (Action.ADD, None, "c")]


def test_what_is_done_takes_its_window_with_it():
    """An accepted piece of work is not asked for again because its date moved."""
    found = reschedule([existing("a", 1, state="accepted")], [planned("c", 2)], {1: LeftReason.FINISHED})
    assert actions(found) == [(Action.LEAVE, "a", "c")]


def test_a_lost_date_is_awaited_anew():
    """No event takes a date away; but what is done is not doubled."""
    assert actions(reschedule([existing("a", 1)], [planned("no1")], {})) == [
        (Action.CANCEL, "a", None),
        (Action.ADD, None, "no1"),
    ]
    found = reschedule([existing("a", 1, state="accepted")], [planned("no1")], {1: LeftReason.FINISHED})
    assert actions(found) == [(Action.LEAVE, "a", "no1")]


def test_a_counted_run_gets_its_date_and_keeps_it():
    """`no1` without a date is dated; one that a person dated stays while the plan still only counts."""
    assert actions(reschedule([existing("no1")], [planned("c", 2)], {})) == [(Action.MOVE, "no1", "c")]
    assert list(reschedule([existing("no1", 4)], [planned("no1")], {1: LeftReason.DATE_SET})) == []


def test_a_clarified_day_stays_while_its_window_does():
    """Only where the planned window itself is another is there something to tell."""
    clarified = replace(existing("a", 1), starts_on=date(2026, 1, 20), ends_on=date(2026, 1, 20))
    assert list(reschedule([clarified], [planned("a", 1)], {1: LeftReason.DATE_SET})) == []
    assert actions(reschedule([clarified], [planned("a", 3)], {1: LeftReason.DATE_SET})) == [(Action.LEAVE, "a", "a")]


def test_what_an_earlier_amendment_moved_meets_its_window():
    """Its key is the old one; it is neither moved again nor doubled."""
    moved = replace(existing("a", 1), **dict.fromkeys(("starts_on", "ends_on", "due_on"), FIRST + timedelta(days=9)))
    assert list(reschedule([moved], [planned("c", 9)], {})) == []


def test_a_cancelled_run_that_is_planned_again_is_told():
    """A person reopens it; a second one under its key is not possible."""
    found = reschedule([existing("a", 1, state="cancelled")], [planned("a", 1)], {1: LeftReason.FINISHED})
    assert actions(found) == [(Action.LEAVE, "a", "a")]


def test_withdrawing_spares_what_people_did():
    """Of a removed row, open occurrences are cancelled and the rest is left."""
    run = existing("a", 1)
    assert withdraw(run, {}) == Effect(Action.CANCEL, run, None)
    assert withdraw(run, {1: LeftReason.EVIDENCE}) == Effect(Action.LEAVE, run, None, LeftReason.EVIDENCE)
