"""Instances that run go over to another workflow and back; nothing is lost, nothing is said twice."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from engine.audit import verify_history
from engine.definition import Rung, WorkflowDefinition
from engine.machine import UnknownGuardError
from engine.migration import (
    EndingStateError,
    Migration,
    Mover,
    Prospect,
    UnknownTargetStateError,
    UnmappedStateError,
    foresee_migration,
    list_candidates,
    migrate,
)
from engine.tables import definition, history, instance, ladder, message, payload
from engine.timers import Armed
from engine.undoing import Undoing, foresee_undo, undo
from tests.fixtures.engine import ERRAND, Rig, moscow, reminder

ADMIN = Mover("p-admin", "cli")
DUE = date(2026, 5, 29)


def changed(
    ladder_name: str, *rungs: Rung, of: WorkflowDefinition = ERRAND, name: str = "errand"
) -> WorkflowDefinition:
    """The errand with other rungs on one ladder."""
    ladders = tuple(replace(each, rungs=rungs) if each.name == ladder_name else each for each in of.ladders)
    return replace(of, name=name, ladders=ladders)


def renamed(old: str, new: str) -> WorkflowDefinition:
    """The errand with another name for one state."""

    def names(given_names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if each == old else each for each in given_names)

    return replace(
        ERRAND,
        states=tuple(replace(each, name=new) if each.name == old else each for each in ERRAND.states),
        transitions=tuple(
            replace(each, sources=names(each.sources), target=names((each.target,))[0]) for each in ERRAND.transitions
        ),
        ladders=tuple(replace(each, states=names(each.states)) for each in ERRAND.ladders),
    )


ERRAND_2 = replace(ERRAND, name="errand-2")
WORK = ERRAND.ladder("work").rungs
DENSER = changed("work", *WORK[:2], reminder("due_3", "due_on", -3, roll="back"), *WORK[2:])


def foresee(rig: Rig, target: WorkflowDefinition, **states: str) -> list[Prospect]:
    """What would become of all instances of the errand."""
    with rig.store.read() as connection:
        ids = list_candidates(connection, "errand", target)
        return foresee_migration(connection, rig.execution.registry, ids, Migration(target, states), rig.clock.now())


def go_over(rig: Rig, target: WorkflowDefinition, ids: list[int], **states: str) -> list[Prospect]:
    """Migrate instances in one transaction."""
    with rig.store.write() as work:
        return migrate(work, rig.execution.registry, ids, Migration(target, states), ADMIN)


def foresee_back(rig: Rig, target: WorkflowDefinition) -> Undoing:
    """What taking the migration back would do."""
    with rig.store.read() as connection:
        return foresee_undo(connection, rig.execution.registry, target.digest(), rig.clock.now())


def go_back(rig: Rig, target: WorkflowDefinition, ids: list[int]) -> list[Prospect]:
    """Take the migration back in one transaction."""
    with rig.store.write() as work:
        return undo(work, rig.execution.registry, ids, target.digest(), ADMIN)


def stand(rig: Rig) -> list[Any]:
    """Where all instances stand, but for revisions, and their armed ladders."""
    states = [
        (each.definition_id, each.state, each.starts_on, each.due_on, each.submitted_at, each.entered_at)
        for each in rig.rows(instance)
    ]
    return [states, [tuple(each) for each in rig.rows(ladder)]]


def next_rungs(rig: Rig, instance_id: int) -> dict[str, str]:
    """The next rung of each armed ladder."""
    return {name: row.rung for name, row in rig.ladders(instance_id).items()}


def test_a_look_ahead_lists_each_instance_and_changes_nothing(rig: Rig) -> None:
    """State and next rungs before and after, of open instances of that workflow that are not at the target."""
    rig.clock.set(moscow(2026, 5, 21))
    one, other = rig.start(many=2, starts_on=date(2026, 5, 20), due_on=DUE)
    closed = rig.start_one(starts_on=date(2026, 5, 20), due_on=DUE)
    rig.tick()
    rig.fire(closed.id, "hand_in", values={"note": "x"})
    rig.fire(closed.id, "approve", role="boss", values={"good": True})
    before = stand(rig)
    target = replace(renamed("doing", "working"), ladders=())
    found = foresee(rig, target, doing="working")
    assert [(each.instance.id, each.instance.state, each.to_state) for each in found] == [
        (one.id, "doing", "working"),
        (other.id, "doing", "working"),
    ]
    assert found[0].before == {"work": Armed("work", "due_7", moscow(2026, 5, 22))}
    assert found[0].after == {}
    assert stand(rig) == before


def test_an_instance_goes_on_by_its_new_workflow(rig: Rig) -> None:
    """The state is mapped, dates stay, an entry names the new definition, and the next event is the new one's."""
    rig.clock.set(moscow(2026, 5, 21))
    found = rig.start_one(starts_on=date(2026, 5, 20), due_on=DUE)
    rig.tick()
    before = rig.instance(found.id)
    target = renamed("doing", "working")
    [moved] = go_over(rig, target, [found.id], doing="working")
    after = rig.instance(found.id)
    assert (after.state, after.revision, moved.to_state) == ("working", before.revision + 1, "working")
    assert [(each.starts_on, each.due_on, each.entered_at) for each in (before, after)] == [
        (before.starts_on, before.due_on, before.entered_at)
    ] * 2
    entry = rig.rows(history, instance_id=found.id)[-1]
    assert (entry.event, entry.from_state, entry.to_state, entry.actor) == ("migrate", "doing", "working", "p-admin")
    assert entry.subject_digest == target.digest()
    assert rig.rows(definition, id=after.definition_id)[0].digest == target.digest()
    assert [row.topic for row in rig.rows(message, instance_id=found.id)][-1] == "migrate"
    assert rig.fire(found.id, "hand_in", values={"note": "x"}).from_state == "working"
    assert verify_history(rig.store).findings == ()


def test_what_was_climbed_is_not_climbed_again(rig: Rig) -> None:
    """Rungs past stay past in the new version; a new one that is still to come is armed, one that is past is not."""
    found = rig.start_one(due_on=DUE)
    rig.tick_at(moscow(2026, 5, 22, 9))
    assert next_rungs(rig, found.id) == {"work": "due_1"}
    said = rig.reminders(found.id)
    go_over(rig, DENSER, [found.id])
    assert next_rungs(rig, found.id) == {"work": "due_3"}
    late = changed("work", reminder("due_30", "due_on", -30), *DENSER.ladder("work").rungs, name="errand")
    go_over(rig, late, [found.id])
    assert next_rungs(rig, found.id) == {"work": "due_3"}
    rig.tick()
    assert rig.reminders(found.id) == said


def test_a_ladder_climbed_to_its_end_stays_so(rig: Rig) -> None:
    """Only rungs behind the last one that was climbed are new."""
    short = changed("work", *WORK[:2])
    found = rig.start(short, due_on=DUE)[0]
    rig.tick_at(moscow(2026, 5, 22, 9))
    assert next_rungs(rig, found.id) == {}
    go_over(rig, changed("work", *WORK[:2], name="again"), [found.id])
    assert next_rungs(rig, found.id) == {}
    go_over(rig, ERRAND, [found.id])
    assert next_rungs(rig, found.id) == {"work": "due_1"}


def test_what_is_due_at_that_moment_is_not_lost(rig: Rig) -> None:
    """A reminder that no worker has given yet is given after the change, once."""
    found = rig.start_one(due_on=DUE)
    rig.clock.set(moscow(2026, 5, 22, 9))
    go_over(rig, DENSER, [found.id])
    rig.tick()
    assert rig.reminders(found.id) == ["work.due_7"]
    assert next_rungs(rig, found.id) == {"work": "due_3"}


def test_a_rung_that_failed_is_still_tried_again(lite: Rig) -> None:
    """What was put off after a failure keeps its time and its row, whether the version's rungs are the same or not."""
    same, denser = lite.start(many=2, due_on=DUE)
    lite.clock.set(moscow(2026, 5, 22, 9))
    again = moscow(2026, 5, 22, 11)
    put_off = ladder.update().values(rung="due_7", due_at=again, failures=3, error="no paper")
    with lite.store.write() as work:
        work.connection.execute(put_off)
    go_over(lite, ERRAND_2, [same.id])
    go_over(lite, DENSER, [denser.id])
    assert [(row.rung, row.due_at, row.failures, row.error) for row in lite.rows(ladder)] == [
        ("due_7", again, 3, "no paper")
    ] * 2


def test_a_step_that_a_rung_has_taken_is_not_taken_again(rig: Rig) -> None:
    """A rung that fires and stays in its state is climbed once, though its time is past for the new version too."""
    touch = replace(ERRAND.transitions[3], by=("worker", "timer"))
    nudging = replace(ERRAND, name="nudging", transitions=(*ERRAND.transitions[:3], touch, *ERRAND.transitions[4:]))
    nudge = reminder("nudge", "due_on", -7, fires="touch")
    found = rig.start(changed("work", nudge, *WORK[2:], of=nudging, name="nudging"), due_on=DUE)[0]
    rig.tick_at(moscow(2026, 5, 22, 9))
    newer = changed("work", nudge, reminder("due_3", "due_on", -3), *WORK[2:], of=nudging, name="nudging-2")
    go_over(rig, newer, [found.id])
    rig.tick()
    assert rig.events(found.id) == ["create", "touch", "migrate"]
    assert next_rungs(rig, found.id) == {"work": "due_3"}


def test_a_state_that_nobody_mapped_is_refused(rig: Rig) -> None:
    """How many stand in it, how to say where they go; nothing is changed, at the look ahead and at the deed."""
    found = rig.start_one(due_on=DUE)
    rig.fire(found.id, "start")
    before = stand(rig)
    target = renamed("doing", "working")
    said = r"“doing” is no state .* 1 stand in it\. .*--map doing=STATE\. It has: planned, undated, working"
    with pytest.raises(UnmappedStateError, match=said):
        foresee(rig, target)
    with pytest.raises(UnmappedStateError):
        go_over(rig, target, [found.id])
    with pytest.raises(UnknownTargetStateError, match="“wrking” is no state"):
        foresee(rig, target, doing="wrking")
    assert stand(rig) == before


def test_nothing_is_ended_by_going_over(lite: Rig) -> None:
    """Open work never comes into a final state: nobody has decided that it is done."""
    found = lite.start_one(due_on=DUE)
    before = stand(lite)
    with pytest.raises(EndingStateError, match="“planned” would go over to “done”, which ends the work"):
        go_over(lite, ERRAND_2, [found.id], planned="done")
    ended = replace(ERRAND, states=(replace(ERRAND.states[0], final=True), *ERRAND.states[1:]))
    with pytest.raises(EndingStateError):
        go_over(lite, ended, [found.id])
    assert stand(lite) == before


def test_a_workflow_with_unknown_guards_is_refused(lite: Rig) -> None:
    """Before any instance goes over to it."""
    found = lite.start_one(due_on=DUE)
    strange = replace(ERRAND, transitions=(replace(ERRAND.transitions[0], guards=("moon",)), *ERRAND.transitions[1:]))
    with pytest.raises(UnknownGuardError, match="moon"):
        go_over(lite, strange, [found.id])


def test_doing_it_twice_does_it_once(rig: Rig) -> None:
    """Who repeats a migration that was cut off goes on where it stopped."""
    ids = [each.id for each in rig.start(many=5, due_on=DUE)]
    go_over(rig, DENSER, ids[:2])
    assert [each.instance.id for each in foresee(rig, DENSER)] == ids[2:]
    assert [each.instance.id for each in go_over(rig, DENSER, ids)] == ids[2:]
    assert [row.revision for row in rig.rows(instance)] == [2] * 5


def test_it_can_be_taken_back(rig: Rig) -> None:
    """State, workflow and ladders are what they were; history keeps both ways."""
    found = rig.start_one(due_on=DUE)
    rig.fire(found.id, "start")
    before = stand(rig)
    target = replace(renamed("doing", "working"), ladders=())
    go_over(rig, target, [found.id], doing="working")
    assert foresee_back(rig, target).moved_on == []
    [back] = go_back(rig, target, [found.id])
    assert (back.to_state, back.undoes) == ("doing", 3)
    assert stand(rig) == before
    assert rig.events(found.id) == ["create", "start", "migrate", "migrate"]
    assert foresee_back(rig, target) == foresee_back(rig, ERRAND) == Undoing([], [])
    assert verify_history(rig.store).findings == ()


def test_what_has_moved_on_stays(rig: Rig) -> None:
    """An instance to which something has happened since, and one whose record is erased, are told and left."""
    moved, still, erased = rig.start(many=3, due_on=DUE)
    go_over(rig, DENSER, [moved.id, still.id, erased.id])
    rig.fire(moved.id, "start")
    with rig.store.write() as work:
        gone = payload.update().where(payload.c.instance_id == erased.id)
        work.connection.execute(gone.values(body=None, salt=None, erased_at=work.now))
    foreseen = foresee_back(rig, DENSER)
    assert [each.id for each in foreseen.moved_on] == [moved.id, erased.id]
    assert [each.instance.id for each in go_back(rig, DENSER, [moved.id, still.id, erased.id])] == [still.id]


def test_taking_it_back_sends_nothing_again(rig: Rig) -> None:
    """Reminders given since count for the old version; those that the new one did not give are not made up for."""
    climbing, silent = rig.start(many=2, due_on=DUE)
    go_over(rig, DENSER, [climbing.id])
    bare = replace(ERRAND, ladders=())
    go_over(rig, bare, [silent.id])
    rig.tick_at(moscow(2026, 5, 22, 9))
    go_back(rig, DENSER, [climbing.id])
    go_back(rig, bare, [silent.id])
    rig.tick()
    assert rig.reminders(climbing.id) == ["work.due_7"]
    assert rig.reminders(silent.id) == []
    assert next_rungs(rig, climbing.id) == next_rungs(rig, silent.id) == {"work": "due_1"}


def test_a_step_that_a_rung_takes_waits_until_it_is_taken_back(rig: Rig) -> None:
    """A rung that fires is never passed over: with its time past, it fires once the old workflow is in force again."""
    found = rig.start_one(starts_on=date(2026, 5, 20), due_on=DUE)
    bare = replace(ERRAND, ladders=())
    go_over(rig, bare, [found.id])
    rig.tick_at(moscow(2026, 5, 21))
    assert rig.instance(found.id).state == "planned"
    go_back(rig, bare, [found.id])
    rig.tick()
    assert rig.instance(found.id).state == "doing"


def test_history_knows_by_which_workflow_an_instance_ran(lite: Rig) -> None:
    """An instance that is pinned to another definition than its history says is found, at the entry that names it."""
    found = lite.start_one(due_on=DUE)
    go_over(lite, DENSER, [found.id])
    with lite.store.write() as work:
        other = work.connection.execute(definition.select().where(definition.c.digest == ERRAND.digest())).one().id
        work.connection.execute(instance.update().values(definition_id=other))
    codes = [(each.revision, each.code) for each in verify_history(lite.store).findings]
    assert codes == [(2, "definition")]


def test_an_entry_that_leads_to_no_state_of_its_workflow_is_found(lite: Rig) -> None:
    """A migration to a state that the new workflow does not have was never written."""
    found = lite.start_one(due_on=DUE)
    go_over(lite, DENSER, [found.id])
    with lite.store.write() as work:
        work.connection.execute(text("DROP TRIGGER history_no_update"))
        work.connection.execute(text("UPDATE history SET to_state = 'nowhere' WHERE event = 'migrate'"))
    assert (2, "event") in [(each.revision, each.code) for each in verify_history(lite.store).findings]


names = st.sampled_from(["due_21", "due_14", "due_10", "due_7", "due_3", "due_1", "due", "overdue"])


@st.composite
def targets(draw: st.DrawFn) -> tuple[WorkflowDefinition, dict[str, str]]:
    """Another version of the errand: some rungs gone, new or at another time, ladders gone, perhaps a state renamed."""
    base, mapping = (ERRAND, {}) if draw(st.booleans()) else (renamed("doing", "working"), {"doing": "working"})
    days = sorted(draw(st.sets(st.integers(-30, 10), max_size=6)))
    called = draw(st.lists(names, min_size=len(days), max_size=len(days), unique=True))
    weekly = [reminder("weekly", "due_on", 12, every_days=draw(st.integers(5, 9)))] * draw(st.integers(0, 1))
    rungs = tuple(reminder(name, "due_on", day) for name, day in zip(called, days, strict=True)) + tuple(weekly)
    ladders = tuple(replace(each, rungs=rungs) if each.name == "work" else each for each in base.ladders)
    kept = draw(st.sets(st.sampled_from([each.name for each in ladders])))
    return replace(base, name="other", ladders=tuple(each for each in ladders if each.name in kept)), mapping


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    choice=targets(),
    hours=st.integers(0, 60 * 24),
    is_ticked=st.booleans(),
    steps=st.lists(st.sampled_from(["start", "touch", "hand_in", "return"]), max_size=3),
)
def test_there_and_back_is_where_it_was(
    lite: Rig,
    choice: tuple[WorkflowDefinition, dict[str, str]],
    hours: int,
    is_ticked: bool,
    steps: list[str],
) -> None:
    """Whatever version, state, moment: taken back at once, an instance stands exactly as before."""
    target, mapping = choice
    lite.clock.set(moscow(2026, 5, 1))
    found = lite.start_one(starts_on=date(2026, 5, 10), due_on=date(2026, 6, 10))
    lite.clock.set(moscow(2026, 5, 1) + timedelta(hours=hours))
    for step in steps:
        if step in ERRAND.events_from(lite.instance(found.id).state):
            lite.fire(found.id, step, role="boss" if step == "return" else "worker", values={"note": "x"})
    if is_ticked:
        lite.tick()
    before = stand(lite)
    go_over(lite, target, [found.id], **mapping)
    go_back(lite, target, [found.id])
    assert stand(lite) == before


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.integers(0, 50), hour=st.integers(0, 23), is_ticked=st.booleans())
def test_a_version_with_the_same_rungs_says_the_same(lite: Rig, day: int, hour: int, is_ticked: bool) -> None:
    """Of two instances alike, the one that changes over to the same rungs is reminded as the other is."""
    lite.clock.set(moscow(2026, 5, 1))
    one, other = lite.start(many=2, due_on=date(2026, 5, 25))
    moment = moscow(2026, 5, 1) + timedelta(days=day, hours=hour)
    for each in range(day):
        lite.tick_at(moscow(2026, 5, 1, 12) + timedelta(days=each))
    lite.clock.set(moment)
    if is_ticked:
        lite.tick()
    go_over(lite, replace(ERRAND, name="other"), [other.id])
    for each in range(1, 30):
        lite.tick_at(moment + timedelta(days=each))
    assert lite.reminders(one.id) == lite.reminders(other.id)
    assert len(lite.reminders(one.id)) > 3
