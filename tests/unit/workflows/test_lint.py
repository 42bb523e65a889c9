"""Each fault of sense in a definition is found, with its line, before anything runs by it."""

import re
from pathlib import Path

import pytest

from workflows.catalogue import load_workflow
from workflows.findings import WorkflowFileError
from workflows.lint import Vocabulary

VOCABULARY = Vocabulary(guards={"has_note"}, roles={"worker", "boss"})

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
        load_workflow(path, VOCABULARY)
    except WorkflowFileError as refused:
        return [line.strip() for line in str(refused).splitlines()[1:]]
    return []


def test_nothing_is_found_in_a_good_one(tmp_path: Path) -> None:
    """A definition that can be used is returned."""
    assert findings(tmp_path, WORKFLOW) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (
            "initial: planned",
            "initial: plannd",
            "6: “plannd” is not known under “initial”, perhaps “planned”? Known: d",
        ),
        ("initial: planned", "initial: []", "6: there is no initial state; name at least one"),
        (
            "touch, from: doing",
            "touch, from: dong",
            "9: “dong” is not known under “from”, perhaps “doing”? Known: doing,",
        ),
        ("touch, from: doing", "touch, from: []", "9: “from” names nothing, so this is never taken"),
        ("doing, to: done", "doing, to: zero", "10: “zero” is not known under “to”. Known: doing, done, planned"),
        (
            "by: boss, guards",
            "by: bos, guards",
            "10: “bos” is not known under “by”, perhaps “boss”? Known: boss, timer, wo",
        ),
        ("by: boss, guards", "by: [], guards", "10: “by” names nothing, so this is never taken; name something"),
        (
            "guards: has_note",
            "guards: has_not",
            "10: “has_not” is not known under “guards”, perhaps “has_note”? Known:",
        ),
        ("moves: due_on", "moves: entered_at", "12: “entered_at” is not known under “moves”. Known: due_on, starts_on"),
        ("moves: due_on", "moves: duo_on", "12: “duo_on” is not known under “moves”, perhaps “due_on”?"),
        ("stamps: submitted_at", "stamps: due_on", "11: “due_on” is not known under “stamps”. Known: submitted_at"),
        ("  doing: {}", "  doing: {}\n  lost: {}", "5: the state “lost” is never reached; add a transition to it"),
        ("done: {final: true}", "done: {}", "5: from the state “done” no final state can be reached; add a way out"),
        (", guards: has_note", ", guards: []", None),
        ("by: boss, guards: has_note", "by: [boss, worker]", "11: “finish” from “doing” clashes with an earlier"),
        ("while: [planned]", "while: [plannd]", "15: “plannd” is not known under “while”, perhaps “planned”?"),
        ("while: [planned]", "while: []", "15: “while” names nothing, so this ladder is never climbed; remove it"),
        ("name: work", "name: beginning", "19: two ladders are called “beginning”; rename one"),
        ("name: weekly", "name: late", "23: two rungs of “work” are called “late”; rename one"),
        ("anchor: due_on, days", "anchor: duo_on, days", "23: “duo_on” is not known under “anchor”, perhaps “due_on”?"),
        ("anchor: due_on, working", "anchor: submitted_at, working", None),
        ("roll: forward", "roll: over", "22: “over” is not known under “roll”. Known: back, forward, stay"),
        ("every_days: 7", "every_days: 7, resume: anew", "23: “anew” is not known under “resume”. Known: absolute, re"),
        ("every_days: 7", "every_days: 7, resume: restart", None),
        ("roll: forward,", "resume: restart,", "23: the rung “weekly” stands behind one that restarts and might be"),
        ("days: -1,", "days: -1, resume: restart,", "17: a rung that restarts must wait at least a day"),
        ("days: -1,", "days: -1, resume: restart,", "18: the rung “first_day” stands behind one that restarts"),
        ("due_on, days: 8", "entered_at, days: 8, resume: restart", "23: a rung on “entered_at” starts anew by"),
        (
            "while: [planned]\n",
            "while: [planned]\n    missed: some\n",
            "16: “some” is not known under “missed”. Known: all",
        ),
        ("while: [planned]\n", "while: [planned]\n    missed: skip\n", None),
        ("every_days: 7", "every_days: 0", "23: “every_days” must be at least 1"),
        ("every_days: 7", "every_days: -7", "23: “every_days” must be at least 1"),
        ("roll: forward,", "every_days: 7,", "22: a rung that repeats must be the last of its ladder"),
        ("days: -1,", "days: 2,", "18: the rung “first_day” is due before “before”, which stands above it; reorder"),
        ("fires: start", "fires: finish", "18: the rung fires “finish”, which the state “planned” does not allow"),
        (
            "fires: start",
            "fires: strat",
            "18: “strat” is not known under “fires”, perhaps “start”? Known: finish, move, s",
        ),
        (
            "by: [timer, worker]",
            "by: worker",
            "18: the rung fires “start”, but “timer” does not stand under its “by”; ad",
        ),
        ("event: touch", "event: Touch it", "9: the name “Touch it” must be of a-z, 0-9 and _, begin with a letter"),
        ("name: late", f"name: {'l' * 41}", f"22: the name “{'l' * 41}” must be"),
        ("workflow: errand", "workflow: My errand", "1: the workflow's name “My errand” must be"),
        ("event: touch", "event: create", "9: “create” is what history calls a step of its own; rename the event"),
        ("event: touch", "event: migrate", "9: “migrate” is what history calls a step of its own; rename the event"),
    ],
)
def test_a_fault_of_sense_is_named_with_its_line(tmp_path: Path, old: str, new: str, finding: str | None) -> None:
    """The line, the wrong name, and what is known or what to do."""
    assert WORKFLOW.count(old) == 1
    found = findings(tmp_path, WORKFLOW.replace(old, new))
    assert any(each.startswith(f"line {finding}") for each in found) if finding else found == []


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


def test_a_rung_that_counts_from_what_nobody_stamps_is_found(tmp_path: Path) -> None:
    """Without a transition that stamps it an instant never comes to be."""
    text = WORKFLOW.replace(", stamps: submitted_at", "").replace(
        "anchor: due_on, working", "anchor: submitted_at, working"
    )
    assert [each.split(":")[0] for each in findings(tmp_path, text)] == ["line 22"]


WORDS = Vocabulary(
    guards={"has_note"},
    roles={"worker", "boss"},
    states={"planned", "doing", "done"},
    events={"start", "touch", "finish", "move"},
    initial={"planned"},
    ladders={"beginning": None, "work": {"late", "weekly"}},
)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("doing", "making", "line 4: “making” is not known under “states”"),
        ("event: touch", "event: tuch", "line 9: “tuch” is not known under “event”, perhaps “touch”?"),
        ("name: beginning", "name: begining", "line 14: “begining” is not known under “ladders”, perhaps “beginning”?"),
        ("name: before", "name: yesterday", None),
        ("name: late", "name: latest", "line 22: “latest” is not known under “rungs”, perhaps “late”?"),
        (
            "initial: planned",
            "initial: doing",
            "line 6: work may begin in “planned”, so it must be an initial state too",
        ),
    ],
)
def test_only_words_that_the_application_knows_may_be_used(
    tmp_path: Path, old: str, new: str, finding: str | None
) -> None:
    """Where pages and letters speak of states, events and rungs, a name without words is refused."""
    path = tmp_path / "errand.yaml"
    path.write_text(WORKFLOW.replace(old, new))
    if finding is None:
        assert load_workflow(path, WORDS).name == "errand"
    else:
        with pytest.raises(WorkflowFileError, match=re.escape(finding)):
            load_workflow(path, WORDS)


def test_findings_come_in_the_order_of_their_lines(tmp_path: Path) -> None:
    """As one reads the file."""
    text = WORKFLOW.replace("initial: planned", "initial: x").replace("has_note", "y").replace("late", "L")
    lines = [int(each.split()[1].rstrip(":")) for each in findings(tmp_path, text)]
    assert lines == sorted(lines)
    assert len(set(lines)) > 3
