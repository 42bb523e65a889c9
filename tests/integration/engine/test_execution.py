"""Starting instances and firing events: everything of a step is written together or not at all."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from engine.canonical import sha256
from engine.definition import State, WorkflowDefinition
from engine.history import NO_DIGEST, Payload
from engine.machine import EventNotAllowedError, UnknownGuardError
from engine.step_rows import StepRows, write_steps
from engine.store import BrokenHistoryError, StaleRevisionError, UnknownInstanceError
from engine.tables import definition, history, instance, ladder, message, payload
from tests.fixtures.engine import ERRAND, NoteWantedError, Rig, moscow

DUE = date(2026, 5, 20)


def test_starting_writes_instances_entries_ladders_and_messages(rig: Rig) -> None:
    """Each instance gets its row, its first entry, a ladder row for each ladder of its state, and a message."""
    started = rig.start(many=3, starts_on=date(2026, 5, 4), due_on=DUE)
    assert [row.id for row in rig.rows(instance)] == [each.id for each in started]
    assert [(row.event, row.revision, row.from_state, row.to_state) for row in rig.rows(history)] == [
        ("create", 1, "", "planned")
    ] * 3
    assert {row.previous_digest for row in rig.rows(history)} == {NO_DIGEST}
    assert {row.subject_digest for row in rig.rows(history)} == {ERRAND.digest()}
    assert [row.topic for row in rig.rows(message)] == ["create"] * 3
    for each in started:
        armed = rig.ladders(each.id)
        assert {name: (row.rung, row.due_at) for name, row in armed.items()} == {
            "beginning": ("before_7", moscow(2026, 4, 27)),
            "work": ("due_14", moscow(2026, 5, 6)),
        }


def test_starting_nothing_writes_nothing(lite: Rig) -> None:
    """No starts, no definition row."""
    assert lite.start(many=0) == []
    assert lite.rows(definition) == []


def test_an_instance_starts_only_in_an_initial_state(lite: Rig) -> None:
    """Another state is a programming error, and nothing is written."""
    with pytest.raises(ValueError, match="doing is not an initial state of errand"):
        lite.start(state="doing")
    assert lite.rows(instance) == []


def test_a_definition_is_stored_once_for_its_content(rig: Rig) -> None:
    """The same content is pinned by the same row, a changed one by another."""
    changed = replace(ERRAND, states=(*ERRAND.states, State("lost", final=True)))
    first, second = rig.start()[0], rig.start()[0]
    third = rig.start(changed)[0]
    assert first.definition_id == second.definition_id != third.definition_id
    assert [row.digest for row in rig.rows(definition)] == [ERRAND.digest(), changed.digest()]


def test_each_instance_follows_the_definition_it_was_started_with(rig: Rig) -> None:
    """A step of an older instance takes the way of its own definition, not of the newest."""
    shortened = replace(ERRAND, transitions=tuple(each for each in ERRAND.transitions if each.event != "touch"))
    older, newer = rig.start(ERRAND)[0], rig.start(shortened)[0]
    assert rig.fire(older.id, "touch").instance.revision == 2
    with pytest.raises(EventNotAllowedError):
        rig.fire(newer.id, "touch")


def test_a_rolled_back_definition_leaves_no_machine_behind(lite: Rig) -> None:
    """The row id of a definition that was rolled back may be given to another one, whose rules then count."""
    shortened = replace(ERRAND, transitions=tuple(each for each in ERRAND.transitions if each.event != "touch"))
    begun = []
    with suppress(RuntimeError), lite.store.write() as work:
        begun += lite.execution.start_many(work, shortened, [lite.a_start()])
        lite.execution.fire(work, lite.a_firing(begun[0].id, "start"))
        raise RuntimeError
    started = lite.start_one()
    assert started.definition_id == begun[0].definition_id
    assert lite.fire(started.id, "touch").instance.revision == 2


def test_a_step_is_chained_and_told(rig: Rig) -> None:
    """A step raises the revision, appends an entry that names the one before, and writes a message of its event."""
    started = rig.start_one()
    step = rig.fire(started.id, "start", on_behalf_of="p-other", subject_digest=sha256(b"x"))
    rig.fire(started.id, "touch")
    entries = rig.rows(history, instance_id=started.id)
    assert [(row.event, row.revision, row.from_state, row.to_state) for row in entries] == [
        ("create", 1, "", "planned"),
        ("start", 2, "planned", "doing"),
        ("touch", 3, "doing", "doing"),
    ]
    assert all(after.previous_digest == before.digest for before, after in pairwise(entries))
    assert all(row.digest == sha256(row.body) for row in entries)
    assert (entries[1].actor, entries[1].on_behalf_of, entries[1].subject_digest) == (
        "p-worker",
        "p-other",
        sha256(b"x"),
    )
    assert step.from_state == "planned"
    assert (rig.instance(started.id).state, rig.instance(started.id).revision) == ("doing", 3)
    assert [(row.topic, row.revision) for row in rig.rows(message)] == [("create", 1), ("start", 2), ("touch", 3)]


def test_payload_stands_aside_and_its_digest_in_the_entry(rig: Rig) -> None:
    """The reason is in the payload row only; salt and bytes give the digest that the entry holds."""
    started = rig.start_one()
    rig.fire(started.id, "start", payload={"reason": "начали раньше"})
    row = rig.rows(payload, instance_id=started.id, revision=2)[0]
    entry = rig.rows(history, instance_id=started.id, revision=2)[0]
    sealed = Payload(row.salt, row.body)
    assert sealed.values() == {"reason": "начали раньше"}
    assert sealed.digest() == entry.payload_digest
    assert "начали".encode() not in entry.body


def test_the_engines_own_words_are_refused_in_a_payload(lite: Rig) -> None:
    """What moved is written by the engine alone, so that the audit can rest on it."""
    with pytest.raises(ValueError, match="dates, skipped_reminders are the engine's own words"):
        lite.fire(lite.start_one().id, "start", payload={"dates": {}})


def test_equal_payloads_have_different_digests(lite: Rig) -> None:
    """A salt keeps a short reason from being guessed by its digest once it is erased."""
    first, second = lite.start(many=2)
    for each in (first, second):
        lite.fire(each.id, "start", payload={"reason": "no"})
    digests = [row.payload_digest for row in lite.rows(history, event="start")]
    assert digests[0] != digests[1]


def test_firing_many_is_all_or_nothing(rig: Rig) -> None:
    """One refusal, and none of the others happened: no state, entry, ladder or message changed."""
    first, second = rig.start(many=2, due_on=DUE)
    rig.fire(second.id, "start")
    before = [rig.rows(table) for table in (instance, history, payload, ladder, message)]
    with pytest.raises(EventNotAllowedError), rig.store.write() as work:
        rig.execution.fire_many(work, [rig.a_firing(first.id, "start"), rig.a_firing(second.id, "start")])
    assert [rig.rows(table) for table in (instance, history, payload, ladder, message)] == before


def test_firing_many_does_them_all(rig: Rig) -> None:
    """Several instances move in one transaction and each has its own entry."""
    started = rig.start(many=5)
    with rig.store.write() as work:
        steps = rig.execution.fire_many(work, [rig.a_firing(each.id, "start") for each in reversed(started)])
    assert [step.instance.id for step in steps] == [each.id for each in reversed(started)]
    assert {row.state for row in rig.rows(instance)} == {"doing"}
    assert len(rig.rows(history, event="start")) == 5


def test_firing_nothing_is_nothing(lite: Rig) -> None:
    """An empty list of events gives an empty list of steps."""
    with lite.store.write() as work:
        assert lite.execution.fire_many(work, []) == []


def test_one_instance_takes_one_event_a_call(lite: Rig) -> None:
    """Two events for one instance in one call are a programming error."""
    started = lite.start_one()
    with pytest.raises(ValueError, match="one event per instance"), lite.store.write() as work:
        lite.execution.fire_many(work, [lite.a_firing(started.id, "start"), lite.a_firing(started.id, "touch")])


def test_a_stale_revision_is_refused(rig: Rig) -> None:
    """Who decides on what has changed in the meantime is told so, and nothing happens."""
    started = rig.start_one()
    rig.fire(started.id, "touch")
    with pytest.raises(StaleRevisionError):
        rig.fire(started.id, "start", expected_revision=1)
    assert rig.fire(started.id, "start", expected_revision=2).instance.revision == 3


def test_an_unknown_instance_is_named(lite: Rig) -> None:
    """Firing on an id that does not exist says which."""
    with pytest.raises(UnknownInstanceError, match="4711"):
        lite.fire(4711, "start")


def test_a_guard_of_another_version_is_named(make_rig: Callable[..., Rig], sqlite_url: str) -> None:
    """A stored definition whose guard this program lacks gives an error that names both and the remedy."""
    started = make_rig(sqlite_url).start_one()
    with pytest.raises(UnknownGuardError, match=r"“errand”.*“has_note”.*Install"):
        make_rig(sqlite_url, guards={}).fire(started.id, "start")


def test_a_missing_newest_entry_stops_the_step(lite: Rig) -> None:
    """Where somebody cut the history, the engine does not go on building on it."""
    started = lite.start_one()
    with lite.store.write() as work:
        work.connection.exec_driver_sql("DROP TRIGGER history_no_delete")
        work.connection.exec_driver_sql("DELETE FROM history")
    with pytest.raises(BrokenHistoryError, match=started.public_id):
        lite.fire(started.id, "start")


def test_an_anchor_moves_only_where_the_definition_lets_it(rig: Rig) -> None:
    """`move` may set the due date and records both dates; `touch` may not and is a programming error."""
    started = rig.start_one(due_on=DUE)
    rig.fire(started.id, "move", "boss", anchors={"due_on": date(2026, 6, 1)})
    assert rig.instance(started.id).due_on == date(2026, 6, 1)
    row = rig.rows(payload, instance_id=started.id, revision=2)[0]
    assert Payload(row.salt, row.body).values() == {"dates": {"due_on": ["2026-05-20", "2026-06-01"]}}
    with pytest.raises(ValueError, match="touch may not move due_on"):
        rig.fire(started.id, "touch", anchors={"due_on": DUE})


def test_moving_an_anchor_rearms_only_its_ladder(rig: Rig) -> None:
    """A moved due date gives the ladder that hangs on it a new time; the other row is left as it was."""
    started = rig.start_one(starts_on=date(2026, 5, 4), due_on=DUE)
    before = rig.ladders(started.id)
    rig.fire(started.id, "move", "boss", anchors={"due_on": date(2026, 6, 17)})
    after = rig.ladders(started.id)
    assert after["beginning"] == before["beginning"]
    assert (after["work"].rung, after["work"].due_at) == ("due_14", moscow(2026, 6, 3))


def test_a_step_that_stays_leaves_ladders_as_they_are(rig: Rig) -> None:
    """`touch` changes nothing that a ladder hangs on, so even a climbed ladder goes on where it stood."""
    started = rig.start_one(due_on=DUE)
    rig.tick_at(moscow(2026, 5, 6))
    before = rig.ladders(started.id)
    rig.fire(started.id, "touch")
    assert rig.ladders(started.id) == before
    assert before["work"].rung == "due_7"


def test_leaving_a_ladders_states_ends_it_and_coming_back_arms_it_anew(rig: Rig) -> None:
    """Handed in: only the decision's ladder. Returned: the work's ladder from now on, reminders past are recorded."""
    started = rig.start_one(due_on=DUE)
    rig.fire(started.id, "start")
    assert set(rig.ladders(started.id)) == {"work"}
    rig.clock.set(moscow(2026, 5, 12))
    rig.fire(started.id, "hand_in", values={"note": "x"})
    assert set(rig.ladders(started.id)) == {"decision"}
    assert rig.instance(started.id).submitted_at == moscow(2026, 5, 12)
    rig.fire(started.id, "return", "boss")
    armed = rig.ladders(started.id)
    assert {name: row.rung for name, row in armed.items()} == {"work": "due_7"}
    row = rig.rows(payload, instance_id=started.id, revision=4)[0]
    assert Payload(row.salt, row.body).values() == {"skipped_reminders": {"work": ["due_14"]}}
    assert rig.instance(started.id).entered_at == moscow(2026, 5, 12)


def test_a_final_state_has_no_ladder(rig: Rig) -> None:
    """Once done nothing is due any more."""
    started = rig.start_one(due_on=DUE)
    rig.fire(started.id, "start")
    rig.fire(started.id, "hand_in", values={"note": "x"})
    rig.fire(started.id, "approve", "boss", values={"good": True})
    assert rig.rows(ladder) == []
    assert rig.tick_at(moscow(2027, 1, 1)) == 0


def test_an_unknown_date_arms_nothing_until_it_is_set(rig: Rig) -> None:
    """Without dates only the ladder that asks for one is armed; setting them arms the others."""
    started = rig.start(state="undated")[0]
    assert set(rig.ladders(started.id)) == {"date_wanted"}
    rig.fire(started.id, "date", "boss", anchors={"starts_on": date(2026, 5, 4), "due_on": DUE})
    assert set(rig.ladders(started.id)) == {"beginning", "work"}


def test_a_message_is_unique_for_its_step(rig: Rig) -> None:
    """The key of a step's message is the instance's public id and the revision."""
    started = rig.start_one()
    rig.fire(started.id, "start")
    assert [row.dedup_key for row in rig.rows(message)] == [f"{started.public_id}:1", f"{started.public_id}:2"]


def test_a_refusal_by_a_guard_reaches_the_caller(lite: Rig) -> None:
    """The guard's own error is raised, and the revision stands."""
    started = lite.start_one()
    lite.fire(started.id, "start")
    with pytest.raises(NoteWantedError):
        lite.fire(started.id, "hand_in")
    assert lite.instance(started.id).revision == 2


def test_the_bell_rings_after_the_commit_only(rig: Rig) -> None:
    """A committed transaction rings once, one that is rolled back not at all."""
    started = rig.start(many=3)
    assert rig.bell.rings == 1
    with suppress(RuntimeError), rig.store.write() as work:
        rig.execution.fire(work, rig.a_firing(started[0].id, "start"))
        assert rig.bell.rings == 1
        raise RuntimeError
    assert rig.bell.rings == 1


def test_the_time_of_a_step_is_read_once(rig: Rig) -> None:
    """Entry, anchor and message of a step carry the same instant, whatever the clock does meanwhile."""
    started = rig.start_one()
    rig.fire(started.id, "start")
    with rig.store.write() as work:
        rig.clock.advance(timedelta(hours=1))
        step = rig.execution.fire(work, rig.a_firing(started.id, "hand_in", values={"note": "x"}))
    assert step.entry.at == step.instance.submitted_at == step.instance.entered_at == work.now
    assert rig.rows(message, topic="hand_in")[0].created_at == work.now


def test_a_workflow_without_ladders_runs(rig: Rig) -> None:
    """Ladders are optional."""
    bare = WorkflowDefinition("bare", ("planned",), ERRAND.states, ERRAND.transitions, ())
    started = rig.start(bare, due_on=DUE)[0]
    rig.fire(started.id, "start")
    assert rig.rows(ladder) == []


def test_an_update_that_meets_a_changed_revision_writes_nothing(rig: Rig) -> None:
    """Should a lock ever fail to hold, the write itself looks at each revision, also among many."""
    started = rig.start(many=3)
    rows = [{"id": each.id, "revision": 2, "state": "doing"} for each in started]
    anchors = {"starts_on": None, "due_on": None, "submitted_at": None, "entered_at": rig.clock.now()}
    rig.fire(started[1].id, "touch")
    with pytest.raises(StaleRevisionError), rig.store.write() as work:
        write_steps(work.connection, StepRows([row | anchors for row in rows], (), (), (), (), ()))
    assert [row.state for row in rig.rows(instance)] == ["planned"] * 3
