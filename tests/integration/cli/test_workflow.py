"""`opora workflow`: one's own workflows, going over to them and back, and where an occurrence stands."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from workflows.catalogue import FOLDER

MARY = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"
PAIR = "activity-two-approvers"


@pytest.fixture
def own(tmp_path: Path) -> Callable[..., str]:
    """Write a workflow of one's own: the activity with some texts replaced; its path."""

    def write(*changes: tuple[str, str], name: str = "ours") -> str:
        text = (FOLDER / "activity.yaml").read_text(encoding="utf-8").replace("workflow: activity", f"workflow: {name}")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def running(terminal) -> dict[str, int]:
    """Open occurrences by workflow."""
    return {each["name"]: each["running"] for each in terminal.json("workflow", "list") if each["running"]}


def test_what_runs_is_counted_by_its_workflow(terminal):
    """Shipped ones stand in the list; everything open goes through one of them."""
    listed = terminal.json("workflow", "list")
    assert [each["name"] for each in listed] == ["activity", PAIR, "simple"]
    assert all(each["shipped"] and each["newest"] for each in listed)
    assert running(terminal)["activity"] > 40
    assert "simple" in terminal.done("workflow", "list").stdout


def test_a_look_ahead_shows_each_occurrence_and_changes_nothing(terminal):
    """State and next reminders, now and then; it says how to do it."""
    before = running(terminal)
    looked = terminal.done("workflow", "migrate", "activity", "--to", PAIR, "--only", "1.4")
    (row,) = [line.split("\t") for line in looked.stdout.splitlines()[1:]]
    assert row[0].startswith("moc-2026:1.4@")
    assert row[1] == "planned"
    assert row[2] == row[3] != ""
    assert "Nothing was changed. To do it, add --apply." in looked.stderr
    assert running(terminal) == before


def test_occurrences_go_over_and_back(terminal):
    """With --apply, by who runs the office; new ones of the row follow; history tells it and verifies; and back."""
    refused = terminal.refused(
        "workflow", "migrate", "activity", "--to", PAIR, "--only", "9.9", "--apply", "--as", MARY
    )
    assert "9.9" in refused
    go = ("workflow", "migrate", "activity", "--to", PAIR, "--only", "1.4", "--apply", "--json")
    assert "coordinator" in terminal(*go, "--as", HEAD).stderr
    done = terminal.done(*go, "--as", MARY)
    (moved,) = json.loads(done.stdout)
    assert "1 occurrence has gone over." in done.stderr
    assert running(terminal)[PAIR] == 1
    assert terminal.json("activity", "show", "1.4")["workflow"] == PAIR
    assert terminal.json("history", "1.4")[-1]["event"] == "migrate"
    assert "went over to another workflow" in terminal.done("history", "1.4").stdout
    assert terminal.done("audit", "verify").exit_code == 0
    digest = moved["to"]["workflow"][:16]
    assert digest in done.stderr
    assert running(terminal)[PAIR] == 1
    assert "add --apply" in terminal.done("workflow", "undo", digest).stderr
    terminal.done("workflow", "undo", digest, "--apply", "--as", MARY)
    assert PAIR not in running(terminal)
    assert terminal.json("activity", "show", "1.4")["workflow"] == "activity"
    assert "Nothing goes over" in terminal.done("workflow", "undo", digest).stderr


def test_what_has_moved_on_is_named_and_stays(terminal):
    """An occurrence to which something has happened since is not taken back."""
    moved = terminal.json("workflow", "migrate", "activity", "--to", PAIR, "--only", "1.4", "--apply", "--as", MARY)
    terminal.done("occurrence", "add-evidence", "1.4", "--link", "https://parus.example.org/1", "--as", MARY)
    digest = moved[0]["to"]["workflow"]
    told = terminal.done("workflow", "undo", digest, "--apply", "--as", MARY).stderr
    assert "moc-2026:1.4" in told
    assert "so it stays" in told
    assert running(terminal)[PAIR] == 1


def test_states_that_are_gone_are_mapped(terminal):
    """Without a mapping it is refused with the way to say it; with one, what is begun is planned again."""
    terminal.done("occurrence", "start", "1.4", "--as", MARY)
    refused = terminal.refused("workflow", "migrate", "activity", "--to", "simple", "--only", "1.4")
    assert "--map in_progress=STATE" in refused
    options = ("--only", "1.4", "--map", "in_progress=planned", "--apply", "--as", MARY)
    terminal.done("workflow", "migrate", "activity", "--to", "simple", *options)
    assert terminal.state("1.4") == "planned"
    assert terminal("workflow", "migrate", "activity", "--to", "simple", "--map", "x").exit_code == 2


def test_going_over_decides_nothing(terminal, handed_in):
    """Nothing comes into a final state, and what waits for a decision waits on."""
    go = ("workflow", "migrate", "activity", "--to", PAIR, "--only", "1.4", "--apply", "--as", MARY)
    assert "ends the work" in terminal.refused(*go, "--map", "planned=accepted")
    assert "waits for a decision" in terminal.refused(*go, "--map", "planned=evidence_submitted")
    handed_in()
    for mapping in ("evidence_submitted=accepted", "evidence_submitted=planned"):
        assert "waits for a decision" in terminal.refused(*go, "--map", mapping)
    assert terminal.state("1.4") == "evidence_submitted"


def test_a_workflow_of_ones_own_is_kept_and_used(terminal, own):
    """A file goes over what runs; kept, rows are given it; under a shipped name it is refused."""
    rungs = ("{name: due_7, anchor: due_on, days: -7,", "{name: due_5, anchor: due_on, days: -5,")
    path = own(rungs)
    assert "can be used" in terminal.done("workflow", "check", path).stderr
    terminal.done("workflow", "add", path, "--as", MARY)
    assert "ours" in [each["name"] for each in terminal.json("workflow", "list")]
    looked = terminal.json("workflow", "migrate", "activity", "--to", "ours")
    assert len(looked) == running(terminal)["activity"]
    assert {"due_5"} <= {each["to"]["next"].get("evidence", {}).get("rung") for each in looked}
    renamed = own(rungs, name="activity")
    assert "ships with the program" in terminal.refused("workflow", "add", renamed, "--as", MARY)
    assert "ships with the program" in terminal.refused("workflow", "migrate", "activity", "--to", renamed)
    assert "“moonlight” is no workflow" in terminal.refused("workflow", "migrate", "activity", "--to", "moonlight")


def test_all_of_them_go_over_in_batches(terminal, own):
    """A transaction a batch; afterwards nothing is left to go over, and old versions are listed on demand."""
    many = running(terminal)["activity"]
    path = own(("{name: due_7, anchor: due_on, days: -7,", "{name: due_5, anchor: due_on, days: -5,"))
    options = ("--to", path, "--apply", "--as", MARY, "--batch", "40", "--json")
    done = terminal.done("workflow", "migrate", "activity", *options)
    assert done.stderr.count("gone over") == -(-many // 40)
    assert running(terminal) == {"ours": many}
    assert "Nothing goes over" in terminal.done("workflow", "migrate", "activity", "--to", path).stderr
    assert terminal.done("audit", "verify").exit_code == 0


def test_a_draft_row_chooses_its_workflow(empty_terminal, tmp_path):
    """`activity edit --workflow`; that an approver is missing is told; what comes of it goes through it."""
    terminal = empty_terminal
    terminal.done("person", "add", MARY, "--name", "Лаврентьева Ольга Сергеевна", "--role", "coordinator")
    terminal.done("plan", "import", str(Path(__file__).parents[3] / "examples" / "plan-2026.docx"), "--as", MARY)
    told = terminal.done("activity", "edit", "1.4", "--workflow", PAIR, "--as", MARY).stderr
    assert f"goes through “{PAIR}”" in told
    assert "2 approvers are still missing" in told
    assert "simple" in terminal.refused("activity", "edit", "1.4", "--workflow", "complex", "--as", MARY)
    terminal.done("plan", "launch", "--from", "2026-02-05", "--as", MARY)
    assert running(terminal)[PAIR] == 1
    assert "--only 1.4" in terminal.refused("activity", "edit", "1.4", "--workflow", "simple", "--as", MARY)


@pytest.mark.parametrize(("style", "mark"), [("svg", 'class="box live"'), ("mermaid", "class planned live")])
def test_where_an_occurrence_stands_is_drawn(terminal, style, mark):
    """Its workflow, its state marked, how long it has been there, and what comes next by itself."""
    drawn = terminal.done("workflow", "diagram", "--instance", "1.4", "--format", style).stdout
    assert mark in drawn
    assert "0 hours" in drawn
    assert "evidence." in drawn
    assert terminal("workflow", "diagram").exit_code == 2
    assert terminal("workflow", "diagram", "simple", "--instance", "1.4").exit_code == 2


def test_half_a_decision_is_shown(terminal, handed_in):
    """After the first of two: who has accepted, that another has to, and whose move it is."""
    options = ("--name", "Вторая Анна Ильинична", "--role", "approver", "--as", MARY)
    terminal.done("person", "add", "second@parus.example.org", *options)
    terminal.done("workflow", "migrate", "activity", "--to", PAIR, "--only", "1.4", "--apply", "--as", MARY)
    handed_in()
    told = terminal.done("occurrence", "accept", "1.4", "--as", HEAD).stderr
    assert "recorded; it is evidence submitted, as before" in told
    assert "second@parus.example.org" in told
    shown = terminal.json("occurrence", "show", "1.4")
    assert [each["by"] for each in shown["submissions"][-1]["accepted_so_far"]] == [HEAD]
    assert shown["submissions"][-1]["decision"] is None
    assert shown["awaited"]["people"] == ["second@parus.example.org"]
    assert "another approver has to accept it too" in terminal.done("occurrence", "show", "1.4").stdout
    assert "accepted by one" in terminal.done("history", "1.4").stdout
    assert "You have accepted this already" in terminal.refused("occurrence", "accept", "1.4", "--as", HEAD)
    terminal.done("occurrence", "accept", "1.4", "--as", "second@parus.example.org")
    assert terminal.state("1.4") == "accepted"
