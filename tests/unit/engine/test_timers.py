"""When rungs are due, which are passed over, and what comes next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definition import Ladder, Rung
from engine.timers import Armed, Arming, Turn, arm, rung_due_at, take_turn
from tests.fixtures.engine import ERRAND, WeekCalendar, moscow, reminder

CALENDAR = WeekCalendar(days_off=[date(2026, 1, day) for day in range(1, 12)])
WORK = ERRAND.ladder("work")
BEGINNING = ERRAND.ladder("beginning")


def anchors(**known: date | datetime) -> Mapping[str, date | datetime | None]:
    """All anchors, unknown but for these."""
    return dict.fromkeys(("starts_on", "due_on", "submitted_at", "entered_at")) | known


DUE = anchors(due_on=date(2026, 5, 20))


def due_at(rung: Rung, known: Mapping[str, date | datetime | None] = DUE, repeat: int = 0) -> datetime | None:
    """Short for what is tested."""
    return rung_due_at(rung, known, CALENDAR, repeat)


def turn(ladder: Ladder, name: str, known: Mapping[str, date | datetime | None], now: datetime) -> Turn:
    """What is done with a ladder whose rung was not put off."""
    armed_at = due_at(ladder.rungs[ladder.index_of(name)], known)
    return take_turn(ladder, Armed(ladder.name, name, armed_at or now), known, CALENDAR, now)


def test_days_count_from_the_anchor_in_local_time() -> None:
    """Seven days before, at 8 in the morning of the organisation's zone."""
    assert due_at(reminder("x", "due_on", -7)) == datetime(2026, 5, 13, 5, 0, tzinfo=UTC)


def test_working_days_pass_over_days_off() -> None:
    """One working day before Monday is Friday, one after Friday is Monday."""
    assert due_at(reminder("x", "due_on", working_days=-1), anchors(due_on=date(2026, 5, 18))) == moscow(2026, 5, 15)
    assert due_at(reminder("x", "due_on", working_days=1), anchors(due_on=date(2026, 5, 15))) == moscow(2026, 5, 18)


def test_a_day_off_rolls_as_the_rung_says() -> None:
    """A Sunday goes back to Friday, forward to Monday, or stays."""
    sunday = anchors(due_on=date(2026, 5, 17))
    days = [due_at(reminder("x", "due_on", 0, roll=roll), sunday) for roll in ("back", "forward", "stay")]
    assert days == [moscow(2026, 5, 15), moscow(2026, 5, 18), moscow(2026, 5, 17)]


def test_long_holidays_are_rolled_over() -> None:
    """Seven days before 12 January lies in the New Year holidays, so it is the last working day of December."""
    assert due_at(reminder("x", "due_on", -7, roll="back"), anchors(due_on=date(2026, 1, 12))) == moscow(2025, 12, 31)


def test_an_unknown_anchor_gives_no_time() -> None:
    """Without a due date nothing that hangs on it is due."""
    assert due_at(reminder("x", "due_on", 0), anchors()) is None


def test_an_instant_anchor_counts_from_its_local_day() -> None:
    """Handed in at 00:30 Moscow time is handed in on that day, though it is the day before in UTC."""
    late = anchors(submitted_at=moscow(2026, 5, 13, 0, 30))
    assert due_at(reminder("x", "submitted_at", working_days=2), late) == moscow(2026, 5, 15)


def test_local_time_holds_across_a_change_of_clocks() -> None:
    """8 in the morning stays 8 in the morning where summer time begins between anchor and rung."""
    berlin = WeekCalendar("Europe/Berlin")
    before, after = (
        rung_due_at(reminder("x", "due_on", days), anchors(due_on=date(2026, 3, 29)), berlin) for days in (-1, 1)
    )
    assert before == datetime(2026, 3, 28, 7, 0, tzinfo=UTC)
    assert after == datetime(2026, 3, 30, 6, 0, tzinfo=UTC)


def test_the_leap_day_is_a_day() -> None:
    """One day before 1 March 2028 is 29 February."""
    assert due_at(reminder("x", "due_on", -1), anchors(due_on=date(2028, 3, 1))) == moscow(2028, 2, 29)


def test_repetitions_keep_their_rhythm_and_roll_each_by_itself() -> None:
    """The rhythm counts in the calendar, so one rolled from a day off does not shift those after it."""
    weekly = reminder("x", "due_on", 8, every_days=7, roll="forward")
    saturday = anchors(due_on=date(2026, 5, 1))
    holiday = WeekCalendar(days_off=[date(2026, 5, 11)])
    found = [rung_due_at(weekly, anchors(due_on=date(2026, 5, 3)), holiday, repeat) for repeat in range(3)]
    assert found == [moscow(2026, 5, 12), moscow(2026, 5, 18), moscow(2026, 5, 25)]
    assert due_at(weekly, saturday) == moscow(2026, 5, 11)


def test_arming_takes_the_first_rung_to_come() -> None:
    """Well before everything the first rung is armed and nothing was skipped."""
    arming = arm(WORK, DUE, CALENDAR, moscow(2026, 3, 2))
    assert arming.armed == Armed("work", "due_14", moscow(2026, 5, 6))
    assert arming.skipped == ()


def test_arming_passes_over_reminders_that_are_past_and_names_them() -> None:
    """Armed late, the ladder goes on with the next rung; at its very instant a reminder counts as past."""
    arming = arm(WORK, DUE, CALENDAR, moscow(2026, 5, 13))
    assert arming.armed == Armed("work", "due_1", moscow(2026, 5, 19))
    assert arming.skipped == ("due_14", "due_7")


def test_arming_never_passes_over_an_event() -> None:
    """A first day that is past is armed with its own past time, so that the next tick does it."""
    arming = arm(BEGINNING, anchors(starts_on=date(2026, 3, 10)), CALENDAR, moscow(2026, 4, 1))
    assert arming.armed == Armed("beginning", "first_day", moscow(2026, 3, 10, 0, 5))
    assert arming.skipped == ("before_7", "before_1")


def test_arming_goes_on_with_the_next_repetition() -> None:
    """Armed months late, a weekly reminder is due at its next turn; it was not skipped."""
    arming = arm(WORK, DUE, CALENDAR, moscow(2026, 8, 3, 9))
    assert arming.armed == Armed("work", "weekly", moscow(2026, 8, 6))
    assert arming.skipped == ("due_14", "due_7", "due_1", "due", "overdue")


def test_a_ladder_whose_reminders_are_all_past_is_not_armed() -> None:
    """Nothing is left, and what was skipped is still told."""
    short = Ladder("short", ("planned",), WORK.rungs[:2])
    arming = arm(short, DUE, CALENDAR, moscow(2026, 6, 1))
    assert (arming.armed, arming.skipped) == (None, ("due_14", "due_7"))


def test_rungs_with_unknown_anchors_are_left_out() -> None:
    """A ladder on two anchors is climbed by the one that is known."""
    mixed = Ladder("mixed", ("planned",), (reminder("a", "starts_on", 0), reminder("b", "due_on", 0)))
    assert arm(mixed, DUE, CALENDAR, moscow(2026, 3, 2)).armed == Armed("mixed", "b", moscow(2026, 5, 20))
    assert arm(mixed, anchors(), CALENDAR, moscow(2026, 3, 2)).armed is None


def test_of_several_due_reminders_the_latest_is_taken() -> None:
    """Looking late, the rung that fits the present is acted on."""
    assert turn(WORK, "due_14", DUE, moscow(2026, 5, 19, 9)).rung.name == "due_1"
    assert turn(WORK, "due_14", DUE, moscow(2026, 5, 6)).rung.name == "due_14"
    assert turn(WORK, "due_14", DUE, moscow(2027, 5, 6)).rung.name == "weekly"


def test_a_due_event_is_reached_but_not_jumped_over() -> None:
    """Reminders before a due event give way to it; what comes after it has to wait for its turn."""
    known = anchors(starts_on=date(2026, 3, 10))
    longer = Ladder("longer", ("planned",), (*BEGINNING.rungs, reminder("after", "starts_on", 1)))
    assert turn(longer, "before_7", known, moscow(2026, 4, 1)).rung.name == "first_day"
    assert turn(longer, "first_day", known, moscow(2026, 4, 1)).rung.name == "first_day"


def test_a_rung_of_unknown_anchor_does_not_hide_those_behind_it() -> None:
    """Looking late, a rung without a time is passed over, not waited for."""
    mixed = Ladder(
        "mixed", ("planned",), (reminder("a", "due_on", 0), reminder("b", "starts_on", 0), reminder("c", "due_on", 2))
    )
    assert turn(mixed, "a", DUE, moscow(2026, 6, 1)).rung.name == "c"


def test_after_the_last_rung_a_ladder_ends() -> None:
    """Nothing follows the last rung unless it repeats."""
    assert turn(BEGINNING, "first_day", anchors(starts_on=date(2026, 3, 10)), moscow(2026, 3, 10)).following is None
    assert turn(WORK, "weekly", DUE, moscow(2026, 5, 28)).following == Armed("work", "weekly", moscow(2026, 6, 4))


# What a worker does that comes late -------------------------------------------------------------------------------


def told(ladder: Ladder, known: Mapping[str, date | datetime | None], begin: datetime, now: datetime) -> list[str]:
    """The reminders that a worker gives who looks again only at `now`, and the rungs it fires."""
    armed = arm(ladder, known, CALENDAR, begin).armed
    said = []
    while armed and armed.due_at <= now:
        taken = take_turn(ladder, armed, known, CALENDAR, now)
        said += [] if taken.is_missed else [taken.rung.name]
        armed = taken.following
    return said


BEFORE = moscow(2026, 3, 2)
ALL, SKIP = replace(WORK, missed="all"), replace(WORK, missed="skip")


@pytest.mark.parametrize(
    ("now", "latest", "every", "today"),
    [
        (moscow(2026, 5, 6), ["due_14"], ["due_14"], ["due_14"]),
        (moscow(2026, 5, 13, 23, 59), ["due_7"], ["due_14", "due_7"], ["due_7"]),
        (moscow(2026, 5, 14, 0, 0), ["due_7"], ["due_14", "due_7"], []),
        (moscow(2026, 5, 20, 9), ["due"], ["due_14", "due_7", "due_1", "due"], ["due"]),
        # The first weekly one was due on Thursday, 28 May.
        (moscow(2026, 6, 10), ["weekly"], ["due_14", "due_7", "due_1", "due", "overdue", "weekly", "weekly"], []),
        (
            moscow(2026, 6, 4, 9),
            ["weekly"],
            ["due_14", "due_7", "due_1", "due", "overdue", "weekly", "weekly"],
            ["weekly"],
        ),
    ],
)
def test_missed_reminders_are_given_as_the_ladder_says(
    now: datetime, latest: list[str], every: list[str], today: list[str]
) -> None:
    """The latest, each one in order with its repetitions, or only those of the present local day."""
    assert told(WORK, DUE, BEFORE, now) == latest
    assert told(ALL, DUE, BEFORE, now) == every
    assert told(SKIP, DUE, BEFORE, now) == today


@pytest.mark.parametrize(("missed", "before"), [("latest", []), ("all", ["before_7", "before_1"]), ("skip", [])])
def test_a_missed_event_is_fired_whatever_the_ladder_says(missed: str, before: list[str]) -> None:
    """Only reminders are passed over; the event comes after those that are given."""
    known = anchors(starts_on=date(2026, 3, 20))
    assert told(replace(BEGINNING, missed=missed), known, BEFORE, moscow(2026, 8, 1)) == [*before, "first_day"]


@pytest.mark.parametrize("missed", ["latest", "all", "skip"])
def test_after_downtime_a_ladder_stands_where_it_would_have_stood(missed: str) -> None:
    """Whatever was said of the past, the next rung is the same."""
    ladder = replace(WORK, missed=missed)
    armed: Armed | None = Armed("work", "due_14", moscow(2026, 5, 6))
    while armed and armed.due_at <= moscow(2026, 6, 10):
        armed = take_turn(ladder, armed, DUE, CALENDAR, moscow(2026, 6, 10)).following
    assert armed == Armed("work", "weekly", moscow(2026, 6, 11))


def test_of_all_reminders_those_of_one_instant_are_one() -> None:
    """Two rungs that roll back to the same Friday are the later of them, on time and late."""
    weekend = Ladder(
        "weekend",
        ("planned",),
        (
            reminder("a", "due_on", -2, roll="back"),
            reminder("b", "due_on", -1, roll="back"),
            reminder("c", "due_on", 3),
        ),
        "all",
    )
    known = anchors(due_on=date(2026, 5, 18))  # a Monday
    assert told(weekend, known, BEFORE, moscow(2026, 5, 15)) == ["b"]
    assert told(weekend, known, BEFORE, moscow(2026, 8, 1)) == ["b", "c"]


def test_a_rung_put_off_beyond_the_next_one_leaves_that_its_turn() -> None:
    """A reminder that failed until after the next was due does not take it along where all are wanted."""
    taken = take_turn(ALL, Armed("work", "due_14", moscow(2026, 5, 14)), DUE, CALENDAR, moscow(2026, 5, 14))
    assert taken == Turn(ALL.rungs[0], False, Armed("work", "due_7", moscow(2026, 5, 13)))


# Coming back to a state -------------------------------------------------------------------------------------------

RESTARTING = Ladder(
    "work",
    ("doing",),
    (
        reminder("before", "due_on", -1),
        reminder("late", "due_on", working_days=2, resume="restart"),
        reminder("weekly", "due_on", 7, every_days=7, resume="restart"),
    ),
)


def test_a_rung_that_restarts_counts_from_the_day_of_entering() -> None:
    """Entered on Monday, 1 June, after the due date: two working days and a week from then on."""
    known = anchors(due_on=date(2026, 5, 20), entered_at=moscow(2026, 6, 1, 23))
    arming = arm(RESTARTING, known, CALENDAR, moscow(2026, 6, 1, 23))
    assert arming == Arming("work", Armed("work", "late", moscow(2026, 6, 3)), ("before",))
    following = turn(RESTARTING, "late", known, moscow(2026, 6, 3)).following
    assert following == Armed("work", "weekly", moscow(2026, 6, 8))


def test_an_absolute_rung_keeps_its_place() -> None:
    """The same ladder without restarting: both reminders are past, the weekly one keeps its rhythm."""
    known = anchors(due_on=date(2026, 5, 20), entered_at=moscow(2026, 6, 1, 23))
    absolute = replace(RESTARTING, rungs=tuple(replace(each, resume="absolute") for each in RESTARTING.rungs))
    arming = arm(absolute, known, CALENDAR, moscow(2026, 6, 1, 23))
    assert arming == Arming("work", Armed("work", "weekly", moscow(2026, 6, 3)), ("before", "late"))


def test_entered_before_its_anchor_a_restarting_rung_is_absolute() -> None:
    """Where nobody came back late nothing is counted anew."""
    known = anchors(due_on=date(2026, 5, 20), entered_at=moscow(2026, 3, 2))
    assert rung_due_at(RESTARTING.rungs[1], known, CALENDAR) == moscow(2026, 5, 22)


# Any ladder, any rhythm of looking ----------------------------------------------------------------------------------

HALF_YEAR = 4 * 183  # in steps of six hours
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """Reminders in the order of their days, all at one local time, perhaps ending in a repetition or an event."""
    roll = draw(st.sampled_from(["back", "forward", "stay"]))
    days = draw(st.lists(st.integers(-40, 40), min_size=1, max_size=6, unique=True))
    rungs = [reminder(f"r{each}", "due_on", each, roll=roll) for each in sorted(days)]
    ending = draw(st.sampled_from(["none", "repeats", "fires"]))
    missed = draw(st.sampled_from(["latest", "all", "skip"]))
    if ending == "repeats":
        rungs.append(reminder("again", "due_on", 45, roll=roll, every_days=draw(st.integers(1, 20))))
    if ending == "fires":
        rungs.append(reminder("event", "due_on", 45, roll=roll, fires="start"))
    return Ladder("any", ("planned",), tuple(rungs), missed)


def climbed(ladder: Ladder, due_on: date, looks: list[datetime]) -> list[tuple[str, datetime]]:
    """What is acted on, with the time it had been armed for, by a worker who looks at these instants."""
    known = anchors(due_on=due_on)
    armed = arm(ladder, known, CALENDAR, BEGIN).armed
    done = []
    for now in looks:
        while armed and armed.due_at <= now:
            taken = take_turn(ladder, armed, known, CALENDAR, now)
            done.append((taken.rung.name, armed.due_at))
            armed = taken.following
    return done


@given(ladders(), st.integers(0, 120))
def test_looking_often_does_what_looking_at_each_due_time_does(ladder: Ladder, offset: int) -> None:
    """Ticks every six hours and ticks exactly when something is due give the same rungs, none of them twice."""
    due_on = date(2026, 1, 1) + timedelta(days=offset)
    often = climbed(ladder, due_on, [BEGIN + timedelta(hours=6 * step) for step in range(HALF_YEAR)])
    end = BEGIN + timedelta(hours=6 * (HALF_YEAR - 1))
    times = [
        rung_due_at(rung, anchors(due_on=due_on), CALENDAR, repeat) for rung in ladder.rungs for repeat in range(200)
    ]
    exact = climbed(ladder, due_on, sorted({each for each in times if each is not None and each <= end}))
    assert often == exact
    assert len(set(often)) == len(often)


@given(ladders(), st.integers(0, 120), st.lists(st.integers(0, HALF_YEAR), max_size=12))
def test_however_rarely_one_looks_no_rung_comes_twice_or_out_of_order(
    ladder: Ladder, offset: int, steps: list[int]
) -> None:
    """Any few looks, at any times: the times acted on rise, and an event that is due has happened."""
    due_on = date(2026, 1, 1) + timedelta(days=offset)
    looks = sorted(BEGIN + timedelta(hours=6 * step) for step in steps)
    done = climbed(ladder, due_on, looks)
    order = [each.name for each in ladder.rungs]
    assert [name for name, _ in done] == sorted((name for name, _ in done), key=order.index)
    assert all(earlier < later for (_, earlier), (_, later) in pairwise(done))
    event = next((each for each in ladder.rungs if each.fires), None)
    if event and looks:
        due = rung_due_at(event, anchors(due_on=due_on), CALENDAR)
        assert due is not None
        assert ("event" in dict(done)) == (due <= looks[-1])
