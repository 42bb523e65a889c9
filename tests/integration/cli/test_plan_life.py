"""`opora plan reimport, amendments, rollover, document`: a plan's life after import, at the terminal."""

import pytest
from docx import Document

from activities.importing import read_plan

MARY = "lavrentieva@parus.example.org"
"""Coordinates."""
HEAD = "kornilov@parus.example.org"
"""Approves."""


@pytest.fixture
def changed(terminal, tmp_path):
    """The plan's own document, in which the deadline of one row and the title of another were changed by hand."""
    path = tmp_path / "plan-amended.docx"
    terminal.done("plan", "document", "moc-2026", "--out", str(path))
    document = Document(path)
    rows = [row.cells for row in document.tables[0].rows if len(set(row.cells)) > 1][1:]
    terminal_row = next(cells for cells in rows if cells[-1].text.startswith("до "))
    terminal_row[-1].text = "до 30 декабря 2026 г."
    rows[-1][1].text += " и обсудить итоги"
    document.save(path)
    return str(path)


def counts(terminal):
    """What the plan says of itself, without its remarks on the document."""
    shown = terminal.json("plan", "show", "moc-2026")
    return {name: shown[name] for name in ("title", "activities", "states", "kinds")}


def test_a_comparison_shows_changes_and_changes_nothing(terminal, changed):
    """What was and what would be stand beside each other; the command that applies it is said."""
    before = counts(terminal)
    shown = terminal.done("plan", "reimport", "moc-2026", changed)
    assert "deadline changed 1" in shown.stdout
    assert "reworded 1" in shown.stdout
    assert "до 30 декабря 2026 г." in shown.stdout
    assert "и обсудить итоги" in shown.stdout
    assert "--apply --basis" in shown.stderr
    data = terminal.json("plan", "reimport", "moc-2026", changed)
    assert data["applied"] is False
    assert sorted(each["changes"][0] for each in data["changed"]) == ["deadline_changed", "reworded"]
    assert counts(terminal) == before
    assert terminal.json("plan", "amendments") == []


def test_an_amendment_is_applied_with_its_basis(terminal, changed):
    """Afterwards it is listed; a second time there is nothing to change."""
    command = ("plan", "reimport", "moc-2026", changed, "--apply", "--as", HEAD)
    assert "--basis" in terminal.refused(*command)
    assert terminal.json("plan", "amendments") == []
    done = terminal.done(*command, "--basis", "приказ № 5")
    assert "приказ № 5" in done.stderr
    (kept,) = terminal.json("plan", "amendments", "moc-2026")
    assert (kept["basis"], kept["file"]) == ("приказ № 5", "plan-amended.docx")
    assert "приказ № 5" in terminal.done("plan", "amendments").stdout
    again = terminal.done(*command, "--basis", "приказ № 5")
    assert "nothing to change" in again.stderr
    assert len(terminal.json("plan", "amendments")) == 1


def test_applying_asks_who_acts(terminal, changed):
    """Comparing does not."""
    said = terminal.refused("plan", "reimport", "moc-2026", changed, "--apply", "--basis", "приказ", code=2)
    assert "--as PERSON" in said


def test_a_plan_is_rolled_over_into_a_document(terminal, tmp_path):
    """The draft is marked row by row, written for approval, and comes back with nothing to change."""
    path = tmp_path / "plan-2027.docx"
    done = terminal.done("plan", "rollover", "moc-2026", "--to", "2027", "--out", str(path), "--as", MARY)
    assert "moc-2027" in done.stdout
    assert "decide" in done.stdout
    assert str(path) in done.stderr
    assert len(read_plan(path).activities) == 43
    assert "nothing to change" in terminal.done("plan", "reimport", "moc-2027", str(path)).stderr
    findings = terminal.json("plan", "show", "moc-2027")["findings"]
    assert {each["code"] for each in findings} == {"rollover_kept", "rollover_changed", "rollover_ask"}
    said = terminal.refused("plan", "rollover", "moc-2026", "--to", "2027", "--as", MARY)
    assert "moc-2027" in said


def test_a_rollover_gives_data_to_programs(terminal):
    """Each row with its mark and the reasons in the person's language."""
    result = terminal.done("plan", "rollover", "moc-2026", "--to", "2028", "--as", MARY, "--json", OPORA_LANG="ru")
    assert '"mark": "kept"' in result.stdout
    assert "Оставлено" in result.stdout


def test_a_year_that_does_not_follow_is_refused(terminal):
    """The error says how the year is written."""
    assert "--to 2027" in terminal.refused("plan", "rollover", "moc-2026", "--to", "2025", "--as", MARY)


def test_a_conflict_with_a_person_s_deadline_is_told_and_chosen(terminal, tmp_path):
    """Both texts stand in the comparison with the command that takes the document's; else the person's stays."""
    path = tmp_path / "plan-2027.docx"
    terminal.done("plan", "rollover", "moc-2026", "--to", "2027", "--out", str(path), "--as", MARY)
    first = terminal.json("activity", "list", "--plan", "moc-2027")[0]["id"]
    terminal.done("activity", "edit", first, "--deadline", "до 30 апреля", "--as", MARY)
    document = Document(path)
    cells = [row.cells for row in document.tables[0].rows if len(set(row.cells)) > 1][1]
    cells[-1].text = "до 20 мая 2027 г."
    document.save(path)
    shown = terminal.done("plan", "reimport", "moc-2027", str(path))
    assert "conflict" in shown.stdout
    assert f"--take {first}" in shown.stderr
    apply = ("plan", "reimport", "moc-2027", str(path), "--apply", "--basis", "приказ № 1", "--as", MARY)
    terminal.done(*apply)
    kept = terminal.json("activity", "show", first)
    assert (kept["deadline"], kept["document_deadline"]) == ("до 30 апреля", "до 20 мая 2027 г.")
    assert "до 20 мая 2027 г." in terminal.done("activity", "show", first).stdout
    cells[-1].text = "до 21 мая 2027 г."
    document.save(path)
    terminal.done(*apply, "--take", first)
    taken = terminal.json("activity", "show", first)
    assert (taken["deadline"], taken["document_deadline"]) == ("до 21 мая 2027 г.", None)


def test_an_approver_finishes_what_a_coordinator_applied(terminal, changed):
    """What waits is told, listed with its basis, and carried out by whoever may."""
    done = terminal.done("plan", "reimport", "moc-2026", changed, "--apply", "--basis", "приказ № 6", "--as", MARY)
    assert "1 step waits for an approver: opora plan amendments moc-2026" in done.stderr
    ((step,),) = [each["pending"] for each in terminal.json("plan", "amendments", "moc-2026")]
    assert (step["action"], step["ends_on"]) == ("move", "2026-12-30")
    shown = terminal.done("plan", "amendments")
    assert "is moved" in shown.stdout
    assert "with --apply" in shown.stderr
    assert "1 step waits" in terminal.done("plan", "show", "moc-2026").stderr
    assert "--as PERSON" in terminal.refused("plan", "amendments", "--apply", code=2)
    assert "approver" in terminal.refused("plan", "amendments", "--apply", "--as", MARY)
    refused = terminal.refused("plan", "amendments", "--drop", step["id"], "--as", HEAD)
    assert "--reason" in refused
    carried = terminal.done("plan", "amendments", "--apply", "--only", step["id"], "--as", HEAD)
    assert "carried out" in carried.stdout
    assert terminal.json("occurrence", "show", step["id"])["ends_on"] == "2026-12-30"
    assert "Nothing waits" in terminal.done("plan", "amendments", "--apply", "--as", HEAD).stderr


@pytest.mark.parametrize("wrong", [("--apply", "--drop", "1.1"), ("--only", "1.1")])
def test_options_that_contradict_each_other_are_refused(terminal, wrong):
    """One carries out or drops, and narrows only what is carried out."""
    assert "--apply" in terminal.refused("plan", "amendments", *wrong, "--as", HEAD, code=2)


def test_a_row_that_comes_back_is_told_and_put_back(terminal, tmp_path):
    """The comparison names the row that was taken out; with --same it goes on under its own short id."""
    whole, fewer = tmp_path / "whole.docx", tmp_path / "fewer.docx"
    terminal.done("plan", "document", "moc-2026", "--out", str(whole))
    document = Document(whole)
    gone = [row for row in document.tables[0].rows if len(set(row.cells)) > 1][2]
    title = gone.cells[1].text
    gone._tr.getparent().remove(gone._tr)
    document.save(fewer)
    by_head = ("--apply", "--basis", "приказ № 8", "--as", HEAD)
    terminal.done("plan", "reimport", "moc-2026", str(fewer), *by_head)
    shown = terminal.done("plan", "reimport", "moc-2026", str(whole))
    assert "taken out by an earlier amendment" in shown.stdout
    (back,) = terminal.json("plan", "reimport", "moc-2026", str(whole))["put_back"]
    pair = f"{back['id']}={back['row']}"
    assert f"--same {pair}" in shown.stderr
    assert f"--same {pair}" in terminal.refused("plan", "reimport", "moc-2026", str(whole), *by_head)
    done = terminal.done("plan", "reimport", "moc-2026", str(whole), "--same", pair, *by_head)
    assert "put back" in done.stdout
    assert "is reopened" in done.stdout
    assert terminal.json("activity", "show", back["id"])["title"] == title
    assert "nothing to change" in terminal.done("plan", "reimport", "moc-2026", str(whole)).stderr
