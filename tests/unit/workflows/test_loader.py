"""A workflow file is read whole, or refused with the line of each fault and what to do."""

from datetime import time
from pathlib import Path

import pytest

from engine.definition import Ladder, Rung, State, Transition, WorkflowDefinition
from workflows.findings import WorkflowFileError
from workflows.loader import parse_workflow

WORKFLOW = """\
workflow: errand
states:
  planned:
  doing: {}
  done: {final: true}
initial: planned
transitions:
  - event: start
    from: planned
    to: doing
    by: [timer, worker]
  - event: finish
    from: [planned, doing]
    to: done
    by: worker
    guards: has_note
    stamps: submitted_at
    moves: [due_on]
ladders:
  - name: beginning
    while: planned
    rungs:
      - {name: first_day, anchor: starts_on, days: 0, at: "00:05", fires: start}
      - name: weekly
        anchor: due_on
        working_days: -1
        roll: back
        at: "08:00"
        every_days: 7
        resume: restart
    missed: skip
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file stands."""
    return tmp_path / "errand.yaml"


def test_a_file_becomes_a_definition(path: Path) -> None:
    """Every key arrives where it belongs; one name may stand for a list of one."""
    path.write_text(WORKFLOW)
    definition, _ = parse_workflow(path)
    assert definition == WorkflowDefinition(
        name="errand",
        initial=("planned",),
        states=(State("planned"), State("doing"), State("done", final=True)),
        transitions=(
            Transition("start", ("planned",), "doing", ("timer", "worker")),
            Transition("finish", ("planned", "doing"), "done", ("worker",), ("has_note",), "submitted_at", ("due_on",)),
        ),
        ladders=(
            Ladder(
                "beginning",
                ("planned",),
                (
                    Rung("first_day", "starts_on", 0, None, "stay", time(0, 5), fires="start"),
                    Rung("weekly", "due_on", None, -1, "back", time(8, 0), every_days=7, resume="restart"),
                ),
                missed="skip",
            ),
        ),
    )


def test_each_part_knows_its_line(path: Path) -> None:
    """Lines count from 1, as an editor counts them; of an unknown part line 1 is told."""
    path.write_text(WORKFLOW)
    _, lines = parse_workflow(path)
    assert lines.of("initial") == 6
    assert [lines.of("state", index) for index in range(3)] == [3, 4, 5]
    assert [lines.of("transition", index) for index in range(2)] == [8, 12]
    assert (lines.of("ladder", 0), lines.of("ladder", 0, 0), lines.of("ladder", 0, 1)) == (20, 23, 24)
    assert lines.of("ladder", 7) == 1
    assert [lines.of("transition", 1, key) for key in ("event", "guards", "nothing")] == [12, 16, 12]


def test_ladders_may_be_left_out(path: Path) -> None:
    """A workflow without time is one."""
    path.write_text(WORKFLOW[: WORKFLOW.index("ladders:")])
    assert parse_workflow(path)[0].ladders == ()


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("workflow: errand", "workfow: errand", "line 1: the key “workflow” is missing here"),
        (
            "workflow: errand",
            "workfow: errand",
            "line 1: the key “workfow” is not known here, perhaps “workflow”? Known: initial, ladders",
        ),
        ("initial: planned", "initial: {planned: 1}", "line 6: “initial” must be a name or a list of"),
        ("  doing: {}", "  doing: fast", "line 4: here must stand keys with values"),
        (
            "  doing: {}",
            "  doing: {finale: true}",
            "line 4: the key “finale” is not known here, perhaps “final”? Known: final",
        ),
        ("{final: true}", "{final: no}", "line 5: “final” must be true or false"),
        ("    to: doing\n", "", "line 8: the key “to” is missing here"),
        (
            "  - event: start",
            "  - even: start",
            "line 8: the key “even” is not known here, perhaps “event”? Known: by, event",
        ),
        ("    to: doing", "    to: [doing]", "line 10: “to” must be a name"),
        ("by: worker", "by: [worker, 7]", "line 15: “by” must be a name or a list of names"),
        ("guards: has_note", "guards: {has_note: 1}", "line 16: “guards” must be a name or a list"),
        ("    while: planned\n", "", "line 20: the key “while” is missing here"),
        ("days: 0", "days: soon", "line 23: “days” must be a whole number"),
        ("days: 0", "days: true", "line 23: “days” must be a whole number"),
        ("days: 0", "days: 0.5", "line 23: “days” must be a whole number"),
        ("days: 0, ", "", "line 23: a rung needs either “days” or “working_days”"),
        ("working_days: -1", "working_days: -1\n        days: 3", "line 24: a rung needs either “days” or “working_d"),
        ('at: "00:05"', "at: 8", "line 23: “at” must be a time of day such as"),
        ('at: "00:05"', 'at: "24:05"', "line 23: “at” must be a time of day such as"),
        ('at: "00:05"', 'at: "00:05:30"', "line 23: “at” must be a time of day such as"),
        ('at: "00:05"', 'at: "00:05+03:00"', "line 23: “at” must be a time of day such as"),
        ("        anchor: due_on\n", "", "line 24: the key “anchor” is missing here"),
        ("event: start", "event: start\n    event: go", "line 9: not YAML: found duplicate key"),
        ("states:", "states: [", "line 4: not YAML:"),
        ("ladders:\n  - name", "ladders:\n  - soon\n  - name", "line 20: here must stand keys"),
        ("ladders:", "ladders: none\nrest:", "line 19: “ladders” must be a list"),
    ],
)
def test_a_fault_of_shape_is_named_with_its_line(path: Path, old: str, new: str, finding: str) -> None:
    """Misspelt, missing or ill-shaped: the file, the line, what is wrong and what may stand there."""
    assert WORKFLOW.count(old) == 1
    path.write_text(WORKFLOW.replace(old, new))
    with pytest.raises(WorkflowFileError) as refused:
        parse_workflow(path)
    assert str(path) in str(refused.value)
    assert finding in str(refused.value)


def test_all_faults_are_told_at_once_in_order(path: Path) -> None:
    """Nobody mends a file one error at a time."""
    path.write_text(WORKFLOW.replace("to: doing", "too: doing").replace("days: 0", "days: soon"))
    with pytest.raises(WorkflowFileError) as refused:
        parse_workflow(path)
    lines = [text.split(":")[0].strip() for text in str(refused.value).splitlines()[1:]]
    assert lines == ["line 8", "line 10", "line 23"]


@pytest.mark.parametrize("content", [b"", b"just text", b"- a\n- b", b"\xff\xfe\x00", b"a: \x07", b"[" * 50])
def test_what_is_no_workflow_is_refused(path: Path, content: bytes) -> None:
    """Empty, text, a list, no UTF-8, control characters: an error, not a trace."""
    path.write_bytes(content)
    with pytest.raises(WorkflowFileError, match="line 1"):
        parse_workflow(path)


def test_a_missing_file_is_refused(path: Path) -> None:
    """The error names it."""
    with pytest.raises(WorkflowFileError, match=r"errand\.yaml.*\n.*cannot be read"):
        parse_workflow(path)
