"""Each fault of sense in a definition is found, with its line, before anything runs by it."""

from pathlib import Path

import pytest

from workflows.catalogue import load_workflow
from workflows.loader import WorkflowFileError

WORKFLOW = """\
workflow: errand
states:
  planned: {}
  doing: {}
  done: {final: true}
initial: planned
transitions:
  - {event: start, from: planned, to: doing, by: [timer, worker]}
  - {event: touch, from: doing, to: "=", by: worker}
  - {event: finish, from: doing, to: done, by: boss, guards: has_note}
  - {event: finish, from: doing, to: planned, by: [boss, worker], stamps: submitted_at}
  - {event: move, from: planned, to: "=", by: boss, moves: due_on}
ladders:
  - name: beginning
    while: [planned]
    rungs:
      - {name: before, anchor: starts_on, days: -1, at: "08:00"}
      - {name: first_day, anchor: starts_on, days: 0, at: "00:05", fires: start}
  - name: work
    while: [planned, doing]
    rungs:
      - {name: late, anchor: due_on, working_days: 1, roll: forward, at: "08:00"}
      - {name: weekly, anchor: due_on, days: 8, at: "08:00", every_days: 7}
"""


def findings(tmp_path: Path, text: str) -> list[str]:
    """What is found in a text, one line each."""
    path = tmp_path / "errand.yaml"
    path.write_text(text)
    try:
        load_workflow(path, guards={"has_note"}, roles={"worker", "boss"})
    except WorkflowFileError as refused:
        return [line.strip() for line in str(refused).splitlines()[1:]]
    return []


def test_nothing_is_found_in_a_good_one(tmp_path: Path) -> None:
    """A definition that can be used is returned."""
    assert findings(tmp_path, WORKFLOW) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("initial: planned", "initial: plannd", "line 6: unknown initial state “plannd”; known: doing, done, planned"),
        ("initial: planned", "initial: []", "line 6: there is no initial state; name at least one"),
        ("touch, from: doing", "touch, from: dong", "line 9: unknown state “dong”; known: doing, done, planned"),
        ("doing, to: done", "doing, to: dun", "line 10: unknown state “dun”"),
        ("by: boss, guards", "by: bos, guards", "line 10: unknown role “bos”; known: boss, timer, worker"),
        ("guards: has_note", "guards: has_not", "line 10: unknown guard “has_not”; known: has_note"),
        ("moves: due_on", "moves: entered_at", "line 12: unknown anchor to move “entered_at”; known: due_on, starts"),
        ("stamps: submitted_at", "stamps: due_on", "line 11: unknown anchor to stamp “due_on”; known: submitted_at"),
        ("  doing: {}", "  doing: {}\n  lost: {}", "line 5: state “lost” is never reached; add a transition to it"),
        ("done: {final: true}", "done: {}", "line 5: from state “done” no final state can be reached; add a way out"),
        (", guards: has_note", ", guards: []", None),
        ("by: boss, guards: has_note", "by: [boss, worker]", "line 11: “finish” from “doing” clashes with an earlier"),
        ("while: [planned]", "while: [plannd]", "line 14: unknown state “plannd”"),
        ("name: work", "name: beginning", "line 19: two ladders are called “beginning”; rename one"),
        ("name: weekly", "name: late", "line 23: two rungs of “work” are called “late”; rename one"),
        ("anchor: due_on, days", "anchor: duo_on, days", "line 23: unknown anchor “duo_on”; known: due_on, entered_at"),
        ("roll: forward", "roll: over", "line 22: unknown roll “over”; known: back, forward, stay"),
        ("every_days: 7", "every_days: 7, resume: anew", "line 23: unknown resume “anew”; known: absolute, restart"),
        ("every_days: 7", "every_days: 7, resume: restart", None),
        ("roll: forward,", "resume: restart,", "line 23: rung “weekly” stands behind one that restarts and might be"),
        ("days: -1,", "days: -1, resume: restart,", "line 17: a rung that restarts must wait at least a day"),
        ("days: -1,", "days: -1, resume: restart,", "line 18: rung “first_day” stands behind one that restarts"),
        ("due_on, days: 8", "entered_at, days: 8, resume: restart", "line 23: a rung on “entered_at” starts anew by"),
        (
            "while: [planned]\n",
            "while: [planned]\n    missed: some\n",
            "line 14: unknown missed “some”; known: all, late",
        ),
        ("while: [planned]\n", "while: [planned]\n    missed: skip\n", None),
        ("every_days: 7", "every_days: 0", "line 23: “every_days” must be at least 1"),
        ("every_days: 7", "every_days: -7", "line 23: “every_days” must be at least 1"),
        ("roll: forward,", "every_days: 7,", "line 22: a rung that repeats must be the last of its ladder"),
        ("days: -1,", "days: 2,", "line 18: rung “first_day” is due before “before”, which stands above it; reorder"),
        ("fires: start", "fires: finish", "line 18: a rung fires “finish”, which the state “planned” does not allow"),
        ("by: [timer, worker]", "by: worker", "line 18: a rung fires “start”, but “timer” is not in its `by`; add it"),
        ("event: touch", "event: Touch it", "line 9: name “Touch it” must be a-z, 0-9 and _, beginning with a letter"),
        ("name: late", f"name: {'l' * 41}", f"line 22: name “{'l' * 41}” must be"),
        ("workflow: errand", "workflow: My errand", "line 1: workflow name “My errand” must be"),
        ("event: touch", "event: create", "line 9: “create” is what history calls the beginning; rename it"),
    ],
)
def test_a_fault_of_sense_is_named_with_its_line(tmp_path: Path, old: str, new: str, finding: str | None) -> None:
    """The line, the wrong name, and what is known or what to do."""
    assert WORKFLOW.count(old) == 1
    found = findings(tmp_path, WORKFLOW.replace(old, new))
    assert any(each.startswith(finding) for each in found) if finding else found == []


LOOPS = """\
workflow: loops
states:
  a: {}
  b: {}
  done: {final: true}
initial: a
transitions:
  - {event: go, from: a, to: b, by: timer}
  - {event: back, from: b, to: a, by: timer}
  - {event: again, from: a, to: "=", by: timer, stamps: submitted_at}
  - {event: finish, from: [a, b], to: done, by: boss}
ladders:
  - name: first
    while: a
    rungs:
      - {name: x, anchor: due_on, days: 0, at: "08:00", fires: go}
"""
BACK = """\
  - name: second
    while: b
    rungs:
      - {name: y, anchor: ANCHOR, days: DAYS, at: "08:00", fires: EVENT}
"""


@pytest.mark.parametrize(
    ("anchor", "days", "event", "expected"),
    [
        ("due_on", 3, "back", ["line 16", "line 20"]),
        ("entered_at", 0, "back", ["line 16", "line 20"]),
        ("entered_at", 1, "back", []),
        ("due_on, resume: restart", 1, "back", []),
    ],
)
def test_timers_that_go_round_at_once_are_found(
    tmp_path: Path, anchor: str, days: int, event: str, expected: list[str]
) -> None:
    """A circle of timers without a day's wait would keep a tick from ending; with one it is allowed."""
    back = BACK.replace("ANCHOR", anchor).replace("DAYS", str(days)).replace("EVENT", event)
    found = findings(tmp_path, LOOPS + back)
    assert [each.split(":")[0] for each in found] == expected
    assert all("timers alone lead from" in each for each in found)


def test_a_timer_that_stamps_its_own_anchor_is_found(tmp_path: Path) -> None:
    """A step that stays but sets the instant that its rung counts from would come again at once."""
    back = BACK.replace("while: b", "while: a").replace("ANCHOR", "submitted_at").replace("DAYS", "0")
    found = findings(tmp_path, LOOPS + back.replace("EVENT", "again"))
    assert [each.split(":")[0] for each in found] == ["line 20"]
