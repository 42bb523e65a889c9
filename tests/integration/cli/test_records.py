"""`opora evidence`, `opora history` and `opora report`: what remains."""

from datetime import timedelta
from pathlib import Path

from docx import Document

from cli.context import open_application

MARY = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"
PAUL = "gromova@parus.example.org"


def test_a_file_is_fetched_as_it_was_handed_in(terminal, handed_in, protocol, tmp_path):
    """Under its own name or another; a file that is there is not overwritten."""
    handed_in()
    (piece,) = terminal.json("evidence", "list", "1.4")
    assert (piece["name"], piece["versions"], piece["removed"]) == ("протокол.txt", [1], False)
    number = str(piece["number"])
    terminal.done("evidence", "get", "1.4", number)
    assert Path("протокол.txt").read_bytes() == Path(protocol).read_bytes()
    assert "cannot be written" in terminal.refused("evidence", "get", "1.4", number)
    terminal.done("evidence", "get", "1.4", number, "--out", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == Path(protocol).read_bytes()
    assert "no evidence with the number 99" in terminal.refused("evidence", "get", "1.4", "99")


def test_what_is_no_file_is_not_fetched(terminal):
    """A link says where it leads."""
    link = "https://parus.example.org/1"
    terminal.done("occurrence", "add-evidence", "1.4", "--link", link, "--as", PAUL)
    number = str(terminal.json("evidence", "list", "1.4")[0]["number"])
    assert link in terminal.refused("evidence", "get", "1.4", number)


def test_evidence_taken_out_stays_with_its_version(terminal, handed_in):
    """After a return a piece may be removed; the first version still has it, and it can still be fetched."""
    handed_in()
    terminal.done("occurrence", "return", "1.4", "--reason", "не то", "--as", HEAD)
    number = str(terminal.json("evidence", "list", "1.4")[0]["number"])
    terminal.done("occurrence", "remove-evidence", "1.4", number, "--as", PAUL)
    (piece,) = terminal.json("evidence", "list", "1.4")
    assert (piece["versions"], piece["removed"]) == ([1], True)
    assert "1, removed" in terminal.done("evidence", "list", "1.4").stdout
    terminal.done("evidence", "get", "1.4", number)


def test_damaged_evidence_is_found_and_not_handed_out(terminal, handed_in):
    """Verify names the file and ends with 1; get gives no wrong bytes."""
    handed_in()
    assert "are what they were" in terminal.done("evidence", "verify").stderr
    (stored,) = (path for path in (terminal.folder / "data" / "evidence" / "sha256").rglob("*") if path.is_file())
    stored.chmod(0o640)
    stored.write_bytes(b"altered")
    result = terminal("evidence", "verify", "--json")
    assert result.exit_code == 1
    assert stored.name in result.stdout
    number = str(terminal.json("evidence", "list", "1.4")[0]["number"])
    assert "missing or damaged" in terminal.refused("evidence", "get", "1.4", number, "--out", "copy")
    assert not Path("copy").exists()


def test_history_tells_who_did_what(terminal, handed_in):
    """Names, words, local time, versions with their digests, reasons; the program's own names in the JSON."""
    digest = handed_in()["digest"]
    terminal.done("occurrence", "return", "1.4", "--reason", "нет подписи", "--as", HEAD)
    told = terminal.done("history", "1.4").stdout
    for words in ("Громова Юлия Олеговна", "evidence handed in", "нет подписи", digest[:12], "2026-03-02 09:00"):
        assert words in told
    data = terminal.json("history", "1.4")
    assert [each["event"] for each in data] == ["create", "add_evidence", "submit", "return"]
    assert data[-1]["actor"]["name"] == "Корнилов Андрей Павлович"
    assert data[-1]["payload"]["remark"] == "нет подписи"
    assert data[2]["subject"] == digest
    assert "нет подписи" in terminal.done("occurrence", "show", "1.4").stdout


def test_history_of_an_activity_is_that_of_all_its_occurrences(terminal):
    """A number without a period tells of all its periods, in order of time."""
    terminal.clock.set(terminal.clock.now() + timedelta(hours=1))
    terminal.done("occurrence", "start", "2.4@2026-Q2", "--as", MARY)
    data = terminal.json("history", "2.4")
    assert {each["reference"] for each in data} == {f"2.4@2026-Q{quarter}" for quarter in (1, 2, 3, 4)}
    assert data[-1]["event"] == "start"
    assert [each["at"] for each in data] == sorted(each["at"] for each in data)
    assert "2.4@2026" in terminal.refused("history", "2.4@2026")


def test_history_says_for_whom_and_by_which_link(terminal, handed_in, monkeypatch):
    """«За кого» stands beside the name; a decision from a mail says to whom its link was sent."""
    from activities.acting import Actor
    from activities.decisions import DecisionRequest, Verdict, decide
    from activities.occurrences import resolve_occurrence
    from activities.people import get_person
    from activities.submissions import find_open_submission

    terminal.done("occurrence", "start", "1.4", "--as", MARY, "--for", PAUL)
    handed_in()
    monkeypatch.setenv("OPORA_DATA_DIR", str(terminal.folder / "data"))
    monkeypatch.setenv("OPORA_CLOCK", f"file:{terminal.folder / 'clock'}")
    application = open_application()
    with application.store.read() as connection:
        waiting = find_open_submission(connection, resolve_occurrence(connection, "1.4").id)
        head = get_person(connection, HEAD)
    assert waiting is not None
    request = DecisionRequest(waiting.id, waiting.manifest_digest, Verdict.ACCEPT)
    decide(application.office, Actor(head, "link"), request)
    application.close()
    told = terminal.done("history", "1.4").stdout
    assert "Лаврентьева Ольга Сергеевна, for Громова Юлия Олеговна" in told
    assert "by the link sent to Корнилов Андрей Павлович" in told


def test_an_erased_payload_is_said_so(terminal, monkeypatch):
    """What was said may be erased; that it was, and the step itself, stay."""
    from sqlalchemy import update

    from engine.tables import payload

    terminal.done("occurrence", "start", "1.4", "--as", MARY)
    monkeypatch.setenv("OPORA_DATA_DIR", str(terminal.folder / "data"))
    monkeypatch.setenv("OPORA_CLOCK", f"file:{terminal.folder / 'clock'}")
    application = open_application()
    with application.store.write() as work:
        work.connection.execute(update(payload).values(body=None, salt=None, erased_at=work.now))
    application.close()
    assert "(what was said is erased)" in terminal.done("history", "1.4").stdout
    assert {each["payload"] for each in terminal.json("history", "1.4")} == {None}


def test_the_report_is_the_plans_own_table(terminal, handed_in):
    """A document with the plan's headings, and a mark for what was done."""
    handed_in()
    terminal.done("occurrence", "accept", "1.4", "--as", HEAD)
    written = terminal.done("report", "moc-2026", "--out", "отчёт.docx")
    assert written.stdout == ""
    table = Document("отчёт.docx").tables[0]
    cells = [cell.text for row in table.rows for cell in row.cells]
    assert table.rows[0].cells[-1].text == "Отметка о выполнении"
    assert "Срок" in cells
    assert "I. Организация работы опорного центра" in cells
    assert "выполнено 02.03.2026. Подтверждение: протокол.txt" in cells
    assert any(text.startswith("просрочено, срок 30.01.2026") for text in cells)


def test_a_report_on_a_part_says_which(terminal):
    """For a quarter, with what falls into it; a place that cannot be written is told."""
    terminal.done("report", "--from", "2026-01-01", "--to", "2026-03-31", "--out", "q1.docx")
    text = "\n".join(paragraph.text for paragraph in Document("q1.docx").paragraphs)
    assert "I квартал 2026" in text
    assert "cannot be written" in terminal.refused("report", "--out", "nowhere/report.docx")
    terminal.refused("report", "--from", "2026-01-01", "--out", "r.docx", code=2)
    terminal.refused("report", code=2)
