"""`opora plan close` at the terminal: what is still open is said, and what was closed tells its day."""

from pathlib import Path
from zipfile import is_zipfile

MARY = "lavrentieva@parus.example.org"
"""Coordinates."""
HEAD = "kornilov@parus.example.org"
"""Approves."""
PLAN = """План работы центра на 2026 год

\t№
\tМероприятие
\tОтветственный
\tРезультат
\tСрок

\t1.1
\tПодготовить справку
\tШкола № 12
\tсправка
\tдо 20 марта
"""


def test_what_is_open_is_listed_by_the_command_that_is_said(terminal):
    """As many as were counted; the plan is live as before."""
    said = terminal.refused("plan", "close", "moc-2026", "--as", MARY)
    count = int(said.split("Still open: ")[1].split()[0])
    command = said.strip().rsplit("opora ", 1)[1].split()
    assert len(terminal.json(*command)) == count
    assert terminal.json("plan", "show", "moc-2026")["status"] == "live"


def test_a_plan_that_is_over_is_archived_and_tells_its_day(empty_terminal, tmp_path):
    """In the current folder under its name; once. The report goes on working, the list and the card say when."""
    empty_terminal.done("person", "add", MARY, "--name", "Лаврентьева Ольга", "--role", "coordinator")
    empty_terminal.done("person", "add", HEAD, "--name", "Корнилов Олег", "--role", "approver", "--as", MARY)
    document = tmp_path / "plan.txt"
    document.write_text(PLAN, encoding="utf-8")
    empty_terminal.done("plan", "import", str(document), "--as", MARY)
    empty_terminal.done("plan", "launch", "--as", MARY)
    empty_terminal.done("occurrence", "cancel", "1.1", "--reason", "год", "--basis", "приказ 9", "--as", HEAD)
    done = empty_terminal.done("plan", "close", "--as", MARY)
    assert "moc-2026-archive.zip (0 files of evidence)" in done.stdout
    assert "keep it with the plan" in done.stderr
    assert is_zipfile("moc-2026-archive.zip")
    assert "it is closed" in empty_terminal.refused("plan", "close", "--archive", "again.zip", "--as", MARY)
    assert not Path("again.zip").exists()
    assert "closed on 2026-03-02 by Лаврентьева Ольга" in empty_terminal.done("plan", "show").stdout
    (listed,) = empty_terminal.json("plan", "list")
    assert (listed["status"], listed["closed_at"][:10]) == ("closed", "2026-03-02")
    empty_terminal.done("report", "--out", "report.docx")
    assert "is closed" in empty_terminal.refused("occurrence", "reopen", "1.1", "--reason", "ещё", "--as", MARY)
