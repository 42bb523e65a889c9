"""`opora evidence orphans, retain` and `opora print`: tidying up, removing after the term, and paper."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from docx import Document

from tests.fixtures.clamd import EICAR

MARY = "lavrentieva@parus.example.org"
PAUL = "gromova@parus.example.org"


def test_orphans_are_listed_and_removed(terminal):
    """An old file without a row is listed, removed when asked, and then there is none."""
    left = terminal.folder / "data/evidence/sha256/ab" / ("ab" * 32)
    left.parent.mkdir(parents=True)
    left.write_bytes(b"left")
    long_ago = left.stat().st_mtime - timedelta(days=3).total_seconds()
    os.utime(left, (long_ago, long_ago))
    assert terminal.json("evidence", "orphans", "--days", "5") == []
    assert [each["size"] for each in terminal.json("evidence", "orphans")] == [4]
    assert "--remove" in terminal.done("evidence", "orphans").stderr
    assert "1 files are removed" in terminal.done("evidence", "orphans", "--remove").stderr
    assert not left.exists()
    assert "without need" in terminal.done("evidence", "orphans").stderr


def test_files_past_their_term_are_removed_by_an_act(terminal, protocol):
    """Without a term nothing is said to be over; listed first; removed with --apply; verify finds nothing amiss."""
    terminal.done("occurrence", "submit", "1.4", "--file", str(protocol), "--personal-data", "--as", PAUL)
    assert "not checked for viruses" in terminal.done("evidence", "list", "1.4", COLUMNS="400").stdout
    terminal.clock.set(datetime(2028, 2, 1, 9, tzinfo=UTC))
    assert "OPORA_PERSONAL_DATA_MONTHS" in terminal.refused("evidence", "retain", "--as", MARY)
    term = {"OPORA_PERSONAL_DATA_MONTHS": "12"}
    assert "stored within the last day" in terminal.done("evidence", "retain", "--as", MARY, **term).stdout
    for stored in terminal.folder.glob("data/evidence/sha256/*/*"):
        os.utime(stored, (0, 0))
    listed = terminal.done("evidence", "retain", "--as", MARY, **term)
    assert "протокол.txt" in listed.stdout
    assert "--apply" in listed.stderr
    assert (
        "1 files are removed by act No. 1"
        in terminal.done("evidence", "retain", "--as", MARY, "--apply", "--basis", "приказ № 5", **term).stderr
    )
    checked = terminal.done("evidence", "verify").stderr
    assert "1 files were removed after their time, act No. 1 of" in checked
    assert "All 0 files" in checked
    assert terminal.json("evidence", "verify")["removed"][0]["files"] == 1
    (piece,) = terminal.json("evidence", "list", "1.4")
    assert (piece["removed_by_act"], piece["scanned_at"]) == (1, None)
    assert "act No. 1" in terminal.done("evidence", "list", "1.4").stdout
    assert "act No. 1" in terminal.refused("evidence", "get", "1.4", str(piece["number"]))
    assert "past its time" in terminal.done("evidence", "retain", "--as", MARY, **term).stderr


def test_what_was_stored_without_a_scanner_is_scanned_later(terminal, protocol, clamd):
    """Without a scanner it says which setting; with one what it found, with exit code 1, until it is taken out."""
    added = terminal.folder / "примечание.txt"
    added.write_bytes(b"see " + EICAR)
    terminal.done("occurrence", "add-evidence", "1.4", "--file", str(protocol), "--as", PAUL)
    terminal.done("occurrence", "add-evidence", "1.4", "--file", str(added), "--as", PAUL)
    assert "OPORA_CLAMD_URL" in terminal.refused("evidence", "scan")
    with_scanner = {"OPORA_CLAMD_URL": clamd().url}
    told = terminal("evidence", "scan", **with_scanner)
    assert told.exit_code == 1
    assert "Files looked at now: 2; without a virus: 1." in told.stderr
    assert "A virus is known in 1 pieces" in told.stderr
    assert "Eicar-Test" in told.stdout
    (found,) = json.loads(terminal("evidence", "scan", "--json", **with_scanner).stdout)["infected"]
    assert (found["name"], found["threat"]) == ("примечание.txt", "Eicar-Test")
    listed = {each["name"]: each["threat"] for each in terminal.json("evidence", "list", "1.4")}
    assert listed == {"протокол.txt": None, "примечание.txt": "Eicar-Test"}
    assert "a virus was found on" in terminal.done("evidence", "list", "1.4", COLUMNS="400").stdout
    number = str(found["number"])
    assert "Nothing was deleted" in terminal.refused("evidence", "get", "1.4", number)
    terminal.done("occurrence", "remove-evidence", "1.4", number, "--as", PAUL)
    assert "No evidence with a virus is known" in terminal.done("evidence", "scan", **with_scanner).stderr


def test_what_was_handed_in_is_printed(terminal, handed_in):
    """The newest version goes to a file of its own name; what was never handed in cannot be printed."""
    assert "no such version" in terminal.refused("print", "1.4")
    handed_in()
    said = terminal.done("print", "1.4").stderr
    (written,) = Path().glob("o-*-v1.docx")
    assert written.name in said
    assert any("Лист приёмки" in each.text for each in Document(str(written)).paragraphs)
    assert "no such version" in terminal.refused("print", "1.4", "--version", "2")
