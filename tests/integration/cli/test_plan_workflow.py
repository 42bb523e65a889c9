"""`opora plan workflow`: what all rows of a draft go through, and who chose it."""

from copy import deepcopy
from pathlib import Path

import pytest
from docx import Document

from tests.fixtures.tools import REPOSITORY

MARY = "lavrentieva@parus.example.org"
PAIR = "activity-two-approvers"
PLAN = str(REPOSITORY / "examples" / "plan-2026.docx")


@pytest.fixture
def draft(empty_terminal):
    """The sample plan as a draft, and who coordinates."""
    empty_terminal.done("person", "add", MARY, "--name", "Лаврентьева Ольга", "--role", "coordinator")
    empty_terminal.done("plan", "import", PLAN, "--as", MARY)
    return empty_terminal


def workflows(terminal) -> dict[str, str]:
    """What each row goes through."""
    return {each["number"]: each["workflow"] for each in terminal.json("activity", "list")}


def test_all_rows_go_through_it_but_those_with_one_of_their_own(draft):
    """The plan says who chose it; what runs after the launch goes through it."""
    assert "chosen by" not in draft.done("plan", "show").stdout
    draft.done("activity", "edit", "1.4", "--workflow", "simple", "--as", MARY)
    done = draft.done("plan", "workflow", "moc-2026", PAIR, "--as", MARY)
    assert "These rows have a workflow of their own and keep it: 1.4." in done.stderr
    assert "2 approvers are still missing for it" in done.stderr
    chosen = workflows(draft)
    assert chosen.pop("1.4") == "simple"
    assert set(chosen.values()) == {PAIR}
    assert f"{PAIR}, chosen by Лаврентьева Ольга" in draft.done("plan", "show").stdout
    draft.done("plan", "launch", "--from", "2026-02-05", "--as", MARY)
    running = {each["name"] for each in draft.json("workflow", "list") if each["running"]}
    assert running == {PAIR, "simple"}
    refused = draft.refused("plan", "workflow", "moc-2026", "simple", "--as", MARY)
    assert f"opora workflow migrate {PAIR} --to simple" in refused


def _with_another_row(path: Path) -> str:
    """The document with its last row a second time, under another number and title."""
    document = Document(path)
    last = document.tables[0].rows[-1]
    last._tr.addnext(deepcopy(last._tr))
    cells = document.tables[0].rows[-1].cells
    cells[0].text, cells[1].text = "99", "Составить список тех, кто едет в лагерь"
    document.save(path)
    return str(path)


def test_rows_added_later_go_through_it_too(draft, tmp_path: Path):
    """A row that only the amended document has; and the draft of the next year keeps what was chosen."""
    draft.done("plan", "workflow", "moc-2026", "simple", "--as", MARY)
    path = tmp_path / "amended.docx"
    draft.done("plan", "document", "moc-2026", "--out", str(path))
    before = workflows(draft)
    draft.done("plan", "reimport", "moc-2026", _with_another_row(path), "--apply", "--basis", "приказ", "--as", MARY)
    after = workflows(draft)
    assert len(after) == len(before) + 1
    assert set(after.values()) == {"simple"}
    draft.done("plan", "rollover", "moc-2026", "--to", "2027", "--as", MARY)
    shown = draft.json("plan", "show", "moc-2027")
    assert (shown["workflow"], bool(shown["workflow_chosen_by"])) == ("simple", True)


def test_only_who_runs_the_office_chooses_a_workflow_that_there_is(draft):
    """Anybody else is refused, and so is a name that nothing bears; nothing changes."""
    draft.done("person", "add", "one@parus.example.org", "--name", "Один", "--as", MARY)
    draft.refused("plan", "workflow", "moc-2026", PAIR, "--as", "one@parus.example.org")
    refused = draft.refused("plan", "workflow", "moc-2026", "activty", "--as", MARY)
    assert "activity" in refused
    assert set(workflows(draft).values()) == {"activity"}
