"""Whatever is done in whatever order, while clocks jump and workers break off: the database holds what a model says.

The model is small and knows nothing of the engine; the database is looked at by `plain_reader`, which imports nothing
of the program either. `OPORA_FAULT_TRIALS` says how many histories are tried.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from activities.guards import GUARDS
from engine import faults
from engine.audit import verify_history
from engine.clock import VirtualClock
from engine.execution import Firing
from engine.machine import EventNotAllowedError
from engine.registry import Facts
from engine.store import StaleRevisionError
from tests.faults import plain_reader
from tests.faults.trial import LETTERS, write_letter
from tests.fixtures.engine import Rig
from workflows.catalogue import FOLDER
from workflows.loader import parse_workflow

HISTORIES = max(20, int(os.environ.get("OPORA_FAULT_TRIALS", "100")) // 4)
STEPS = 30
ACTIVITY = parse_workflow(FOLDER / "activity.yaml")[0]
BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
MOST = 4
ZONE = ZoneInfo("Europe/Moscow")
MEMORY = Path("/dev/shm")
WORKER_POINTS = [each for each in faults.POINTS if each.split(".")[0] in {"step", "transaction", "tick", "outbox"}]

events = st.sampled_from(sorted({event for event, _ in plain_reader.WAYS}))
numbers = st.integers(0, MOST - 1)
days = st.dates(date(2026, 2, 1), date(2026, 9, 30))


class Killed(BaseException):
    """The worker is gone at a named point."""


@dataclass
class Errand:
    """What the model knows of an instance."""

    id: int
    state: str
    starts_on: date | None
    due_on: date | None
    revision: int = 1
    kind: str = ""
    submitted_at: datetime = BEGIN
    told_last: bool = False
    armings: Counter[str] = field(default_factory=Counter)

    def target(self, event: str) -> str | None:
        """Where an event leads; None where it is not allowed."""
        ways = plain_reader.WAYS.get((event, self.state))
        if ways is None:
            return None
        if event == "accept":
            return "accepted" if self.kind == "evidence" else "not_performed"
        (way,) = ways
        return self.state if way == plain_reader.STAYS else way

    def step(self, event: str, now: datetime, due_on: date | None = None) -> None:
        """Take a step that is allowed."""
        before, old_due_on = self.state, self.due_on
        target = self.target(event)
        assert target is not None
        self.state, self.revision = target, self.revision + 1
        if event in {"set_date", "postpone"}:
            self.due_on = due_on
        if target == "evidence_submitted":
            self.kind = "evidence" if event == "submit" else "outcome"
            self.submitted_at, self.told_last = now, False
        for ladder, states in plain_reader.LADDERS.items():
            is_kept = before in states and target in states
            if not is_kept or (ladder == "evidence" and self.due_on != old_due_on):
                self.armings[ladder] += 1

    def look(self, now: datetime) -> None:
        """What time does: the first day begins the work, and the tenth working day has the last word on a decision."""
        if self.state == "planned" and self.starts_on and _local(self.starts_on, time(0, 5)) <= now:
            self.step("start", now)
        if self.state == "evidence_submitted":
            self.told_last |= _local(_working_days_after(self.submitted_at, 10), time(8, 0)) <= now


def test_what_was_put_down_by_hand_is_what_the_workflow_says() -> None:
    """Each event, where it leads, each ladder and rung: a word changed in the one is to be changed in the other."""
    ways: dict[tuple[str, str], set[str]] = {}
    for each in ACTIVITY.transitions:
        for source in each.sources:
            ways.setdefault((each.event, source), set()).add(each.target)
    assert ways == plain_reader.WAYS
    assert {each.name: set(each.states) for each in ACTIVITY.ladders} == plain_reader.LADDERS
    assert {rung.name for each in ACTIVITY.ladders for rung in each.rungs} == set(plain_reader.RUNGS)


def _local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE)


def _working_days_after(instant: datetime, many: int) -> date:
    day = instant.astimezone(ZONE).date()
    while many:
        day += timedelta(days=1)
        many -= day.weekday() < 5
    return day


@contextmanager
def killed_at(point: str, nth: int) -> Iterator[None]:
    """Whoever reaches the point for the n-th time within is gone."""
    left = [nth]

    def die(reached: str) -> None:
        left[0] -= reached == point
        if reached == point and not left[0]:
            raise Killed

    faults.on_reach = die
    try:
        with suppress(Killed):
            yield
    finally:
        faults.on_reach = faults._pass


class Histories(RuleBasedStateMachine):
    """Random steps against the model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.path = self.folder / "opora.db"
        self.clock = VirtualClock(BEGIN)
        self.errands: list[Errand] = []
        self.rig = self._open()
        LETTERS.create_all(self.rig.store.engine)
        self.seen: set[tuple[int, str, int, str]] = set()
        self.last_message = 0

    def _open(self) -> Rig:
        return Rig(f"sqlite:///{self.path}", self.clock, GUARDS)

    def teardown(self) -> None:
        """The program's own audit agrees in the end."""
        try:
            assert verify_history(self.rig.store).findings == ()
        finally:
            self.rig.close()
            shutil.rmtree(self.folder)

    def _errand(self, number: int) -> Errand:
        return self.errands[number % len(self.errands)]

    def _firing(self, errand: Errand, event: str, due_on: date, revision: int | None = None) -> Firing:
        known = ("date", "inside_window", "reason", "basis", "is_approver", "evidence", "outcome", "is_not_own")
        values = {
            **dict.fromkeys((*known, "manifest_is_current", "date_asked_for"), True),
            "submission_kind": errand.kind,
        }
        facts = Facts(frozenset({"coordinator", "approver", "responsible", "submitter"}), values)
        moved = {"due_on": due_on} if event in {"set_date", "postpone"} else {}
        return Firing(errand.id, event, facts, "p-1", "cli", anchors=moved, expected_revision=revision)

    def _fire(self, *firings: Firing) -> None:
        with self.rig.store.write() as work:
            self.rig.execution.fire_many(work, firings)

    # What people do ----------------------------------------------------------------------------------------------

    @initialize(due_on=days)
    def have_one(self, due_on: date) -> None:
        """There is something to work on."""
        self.begin(due_on, starts=5, dated=True)

    @precondition(lambda self: len(self.errands) < MOST)
    @rule(due_on=days, starts=st.none() | st.integers(0, 30), dated=st.booleans())
    def begin(self, due_on: date, starts: int | None, *, dated: bool) -> None:
        """Start an instance, with or without a date."""
        starts_on = None if starts is None or not dated else due_on - timedelta(days=starts)
        anchors = {"starts_on": starts_on, "due_on": due_on} if dated else {}
        state = "planned" if dated else "awaiting_date"
        (started,) = self.rig.start(ACTIVITY, state, **anchors)
        self.errands.append(Errand(started.id, state, starts_on, due_on if dated else None))

    @rule(number=numbers, event=events, due_on=days)
    def act(self, number: int, event: str, due_on: date) -> None:
        """An event is taken where the model allows it, and refused where it does not."""
        errand = self._errand(number)
        if errand.target(event) is None:
            with pytest.raises(EventNotAllowedError):
                self._fire(self._firing(errand, event, due_on))
            return
        self._fire(self._firing(errand, event, due_on))
        errand.step(event, self.clock.now(), due_on)

    @rule(number=numbers, first=events, second=events, due_on=days)
    def act_on_what_has_moved_on(self, number: int, first: str, second: str, due_on: date) -> None:
        """Of two who looked at one revision the first has their way, the second is told."""
        errand = self._errand(number)
        if errand.target(first) is None:
            return
        late = self._firing(errand, second, due_on, errand.revision)
        self._fire(self._firing(errand, first, due_on, errand.revision))
        errand.step(first, self.clock.now(), due_on)
        with pytest.raises(StaleRevisionError):
            self._fire(late)

    @rule(event=events, due_on=days)
    def act_on_all(self, event: str, due_on: date) -> None:
        """All of a batch happen, or none."""
        firings = [self._firing(errand, event, due_on) for errand in self.errands]
        if any(errand.target(event) is None for errand in self.errands):
            with pytest.raises(EventNotAllowedError):
                self._fire(*firings)
            return
        self._fire(*firings)
        for errand in self.errands:
            errand.step(event, self.clock.now(), due_on)

    # What time and misfortune do ---------------------------------------------------------------------------------

    @rule(hours=st.integers(-1000, 2000))
    def jump(self, hours: int) -> None:
        """The clock is put on, or back."""
        self.clock.set(min(max(self.clock.now() + timedelta(hours=hours), BEGIN), datetime(2030, 1, 1, tzinfo=UTC)))

    @rule()
    def tick(self) -> None:
        """What is due is done, and nothing due is left."""
        self.rig.tick()
        now = self.clock.now()
        for errand in self.errands:
            errand.look(now)
        armed = plain_reader.read(self.path).tables["ladder"]
        assert [row for row in armed if datetime.fromisoformat(row["due_at"]) <= now] == []
        assert self.rig.tick() == 0

    @rule()
    def dispatch(self) -> None:
        """Each message that waits is handled."""
        self.rig.dispatch({"*": [write_letter]})
        waiting = [row for row in plain_reader.read(self.path).tables["message"] if row["done_at"] is None]
        assert all(datetime.fromisoformat(row["available_at"]) > self.clock.now() for row in waiting)

    @rule()
    def restart(self) -> None:
        """A worker that knows nothing takes over."""
        self.rig.close()
        self.rig = self._open()
        self.rig._numbers = iter(range(len(self.errands) + 1, 100))  # type: ignore[assignment]

    @rule(number=numbers, event=events, due_on=days, point=st.sampled_from(WORKER_POINTS), nth=st.integers(1, 3))
    def be_killed_at_a_step(self, number: int, event: str, due_on: date, point: str, nth: int) -> None:
        """A step that is broken off has happened only if it was committed."""
        errand = self._errand(number)
        if errand.target(event) is None:
            return
        with killed_at(point, nth):
            self._fire(self._firing(errand, event, due_on))
        if plain_reader.read(self.path).instance(errand.id)["revision"] == errand.revision:
            assert nth == 1
            assert point in {"step.advanced", "step.recorded", "step.rearmed", "step.announced", "transaction.ready"}
        else:
            errand.step(event, self.clock.now(), due_on)
        self.restart()

    @rule(point=st.sampled_from(WORKER_POINTS), nth=st.integers(1, 3))
    def be_killed_at_work(self, point: str, nth: int) -> None:
        """A worker that is broken off leaves nothing by halves, and the next one does the rest."""
        with killed_at(point, nth):
            self.rig.tick()
            self.rig.dispatch({"*": [write_letter]})
        plain_reader.check(plain_reader.read(self.path))
        self.restart()
        self.tick()

    # What must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        """The database is sound in itself, is what the model says, and no reminder of an arming was given twice."""
        picture = plain_reader.read(self.path)
        plain_reader.check(picture)
        for errand in self.errands:
            row = picture.instance(errand.id)
            due_on = errand.due_on.isoformat() if errand.due_on else None
            assert (row["state"], row["revision"], row["due_on"]) == (errand.state, errand.revision, due_on)
            is_asked = any(each["name"] == "decision" for each in picture.of("ladder", errand.id))
            assert is_asked == (errand.state == "evidence_submitted" and not errand.told_last)
        self._no_reminder_twice(picture)

    def _no_reminder_twice(self, picture: plain_reader.Picture) -> None:
        for errand in self.errands:
            for number, ladder, armed_for in plain_reader.reminders(picture).get(errand.id, []):
                if number > self.last_message:
                    told = (errand.id, ladder, errand.armings[ladder], armed_for)
                    assert told not in self.seen
                    self.seen.add(told)
        self.last_message = max((row["id"] for row in picture.tables["message"]), default=0)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None)
