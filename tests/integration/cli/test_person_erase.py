"""`opora person erase` leaves nothing of a person in the database, history that verifies, and an act."""

import email
import email.policy
import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from docx import Document
from sqlalchemy.engine import make_url

from cli.main import opora
from tests.fixtures.returned_mail import PDF, answer, returned
from tests.fixtures.tools import REPOSITORY, find_postgresql

MARY = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"
PAUL = "gromova@parus.example.org"
ADMIN = "zhukov@parus.example.org"
ERASE = ("person", "erase", PAUL, "--as", ADMIN, "--reason", "заявление Громовой Юлии Олеговны от 02.03.2026")

# Her family name, address and account, in UTF-8 as text, and as JSON escapes.
NAMED = re.compile("громов|gromova|" + re.escape(r"\u0433\u0440\u043e\u043c\u043e\u0432"), re.IGNORECASE)


class Installation:
    """A terminal whose commands all go to one database."""

    def __init__(self, terminal, url=None) -> None:
        self.terminal, self.url = terminal, url
        self.data = terminal.folder / "data"

    def done(self, *arguments, **more):
        """A command that must do what it was told; on a server a process of its own, as connections are."""
        if self.url is None:
            return self.terminal.done(*arguments, **more)
        known = {"OPORA_LANG": "en", "OPORA_DATA_DIR": str(self.data), "OPORA_DATABASE_URL": self.url}
        known |= {"OPORA_CLOCK": f"file:{self.terminal.folder / 'clock'}"}
        command = [sys.executable, "-P", "-m", "cli", *arguments]
        result = subprocess.run(command, env=os.environ | known | more, capture_output=True, text=True, check=False)
        assert result.returncode == 0, f"{arguments}: {result.stderr}"
        return result

    def refused(self, *arguments):
        """What a command says that must be refused."""
        return self.terminal.refused(*arguments)

    def json(self, *arguments):
        """The data of a command."""
        return json.loads(self.done(*arguments, "--json").stdout)

    def connect(self):
        """The database, read or changed by its own driver."""
        if self.url is None:
            return closing(sqlite3.connect(self.data / "opora.db", isolation_level=None))
        url = make_url(self.url)
        return psycopg.connect(host=url.host, port=url.port, user=url.username, dbname=url.database, autocommit=True)

    def dump(self) -> str:
        """The database as anybody may read it who finds it: the file itself, or what the server gives out."""
        if self.url is None:
            with self.connect() as raw:
                text = "\n".join(raw.iterdump())
            files = [path.read_bytes() for path in self.data.glob("*.db*")]
            return text + "".join(each.decode(errors="replace") + each.decode("cp1251", "replace") for each in files)
        url = make_url(self.url)
        command = [find_postgresql("pg_dump"), "-h", url.host, "-p", str(url.port), "-U", url.username, url.database]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def in_bytes(office) -> list[str]:
    """Tables in whose bytes she is named, unpacked where they are packed, and files of calendars that name her."""
    named = []
    with office.connect() as raw:
        tables = [each[0] for each in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            values = (value for row in raw.execute(f'SELECT * FROM "{table}"') for value in row)
            if any(NAMED.search(_unpacked(each)) for each in values if isinstance(each, bytes)):
                named.append(table)
    files = [path for path in (office.data / "feeds").rglob("*") if path.is_file()]
    return named + [path.name for path in files if NAMED.search(_unpacked(path.read_bytes()))]


def _unpacked(content: bytes) -> str:
    with suppress(gzip.BadGzipFile, EOFError, zlib.error):  # a digest may begin like anything
        content = gzip.decompress(content)
    return content.decode("utf-8", "replace").replace("\r\n ", "")


@pytest.fixture
def on_sqlite(terminal):
    """The sample plan and its people."""
    return Installation(terminal)


@pytest.fixture
def on_postgresql(empty_terminal, postgres_url):
    """The same on a server."""
    office = Installation(empty_terminal, postgres_url)
    examples = REPOSITORY / "examples"
    office.done("init", "--purpose", "test")
    office.done("person", "add", MARY, "--name", "Лаврентьева Ольга Сергеевна", "--role", "coordinator")
    office.done("plan", "import", str(examples / "plan-2026.docx"), "--as", MARY)
    office.done("person", "import", str(examples / "people.xlsx"), "--as", MARY)
    office.done("plan", "launch", "--from", "2026-02-05", "--as", MARY)
    return office


def live_in(installation, tmp_path):
    """She has handed in, was answered, is spoken of in notes, remarks, titles, parties, letters and calendars."""
    paper = tmp_path / "Отчёт Громовой Ю.О..txt"
    paper.write_text("отчёт", encoding="utf-8")
    by_her = ("--as", PAUL)
    installation.done("occurrence", "submit", "1.4", "--file", str(paper), "--note", f"Громова Ю. О., {PAUL}", *by_her,
                      LOGNAME="gromova")  # fmt: skip
    installation.done("tick")
    remark = "Громова Юлия Олеговна, добавьте список"
    installation.done("occurrence", "return", "1.4", "--reason", remark, "--as", HEAD)
    installation.done("occurrence", "submit", "1.4", "--note", "добавила", *by_her, LOGNAME="gromova")
    installation.done("occurrence", "accept", "1.4", "--as", HEAD)
    with installation.connect() as raw:
        raw.execute("UPDATE activity SET title = title || ' (отв. ГРОМОВА Ю.О.)' WHERE number = '2.1'")
        raw.execute("UPDATE party SET name = 'Громова Юлия' WHERE name = 'МОЦ'")
        raw.execute("UPDATE party_spelling SET spelling = 'Громова Ю.О.', spelling_key = 'громова ю.о.'"
                    " WHERE spelling = 'МОЦ'")  # fmt: skip
    installation.done("tick")
    installation.done("calendar", "export", "--plan", "moc-2026")
    return installation


@pytest.fixture
def lived_in(on_sqlite, tmp_path):
    """An office full of her."""
    return live_in(on_sqlite, tmp_path)


def kept_letters(office):
    """The texts of the letters that lie as files."""
    texts = []
    for path in (office.data / "mail").glob("*.eml"):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        parts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
        texts.append("\n".join([*map(str, letter.values()), *parts]))
    return texts


@pytest.mark.parametrize(
    "database", ["on_sqlite", pytest.param("on_postgresql", marks=pytest.mark.needs("postgresql"))]
)
def test_nothing_of_the_person_is_left(request, tmp_path, database):
    """Not in rows, letters, calendars, nor in a file's unused places; and history verifies by an anchor of before."""
    office = live_in(request.getfixturevalue(database), tmp_path)
    anchor = office.json("audit", "checkpoint")["anchor"]
    assert len(NAMED.findall(office.dump())) > 20
    assert any(NAMED.search(each) for each in kept_letters(office))
    office.done(*ERASE)
    assert [line for line in office.dump().splitlines() if NAMED.search(line)] == []
    assert kept_letters(office)
    assert not any(NAMED.search(each) for each in kept_letters(office))
    feed = office.done("calendar", "export", "--plan", "moc-2026").stdout.replace("\r", "").replace("\n ", "")
    assert "BEGIN:VEVENT" in feed
    assert not NAMED.search(feed)
    office.done("tick")
    assert json.loads(office.done("audit", "verify", "--json", "--anchor", anchor).stdout)["findings"] == []


def give(office, content: bytes) -> str:
    """Hand a mail to `opora mail bounce` on its standard input; what it says."""
    folder = office.terminal.folder
    known = {"OPORA_LANG": "en", "OPORA_DATA_DIR": str(office.data), "OPORA_CLOCK": f"file:{folder / 'clock'}"}
    result = CliRunner().invoke(opora, ("mail", "bounce"), input=content, env=known)
    assert result.exit_code == 0, result.stderr
    return result.stderr


def test_what_came_by_mail_and_what_is_served_forgets_her(lived_in):
    """Sender, subject and file name of an answer, a bounce that quotes her address in every way, calendars as served.

    Files of evidence keep what they say: docs/legal.md and docs/howto/verify-history.md say why.
    """
    office, feeds = lived_in, {"OPORA_FEED_DIR": str(lived_in.data / "feeds")}
    office.done("calendar", "add", "--name", "Для Громовой Ю. О.", **feeds)
    office.done("tick", **feeds)
    with office.connect() as raw:
        sent = raw.execute("SELECT message_id FROM letter WHERE recipient = ? AND state = 'sent'", [PAUL]).fetchall()
    known = sent[0][0]
    assert "Громова" in give(office, answer(known, PAUL, ("Громова_Ю_О_список.pdf", PDF), subject="От Громовой Юлии"))
    said = f"550 5.1.1 <{PAUL}> ({PAUL.replace('@', '=')}@bounces.example.net): no mailbox"
    give(office, returned(known, PAUL, said=said))
    with office.connect() as raw:
        named = raw.execute("SELECT sender || details FROM arrival UNION ALL SELECT name FROM arrived_file").fetchall()
    assert [bool(NAMED.search(each[0])) for each in named] == [True, True, True]
    assert {"feed", "feed_event"} <= set(in_bytes(office))
    office.done(*ERASE, **feeds)
    assert [line for line in office.dump().splitlines() if NAMED.search(line)] == []
    assert in_bytes(office) == []


def test_what_she_did_stays_under_her_id(lived_in):
    """The occurrence is accepted, its history names the id, and the id still leads to a row."""
    short_id = lived_in.json("person", "show", PAUL)["id"]
    entries = lived_in.json("audit", "verify")["entries"]
    lived_in.done(*ERASE)
    assert lived_in.json("audit", "verify")["entries"] == entries
    assert lived_in.json("occurrence", "show", "1.4")["state"] == "accepted"
    assert short_id in lived_in.done("history", "1.4").stdout
    person = lived_in.json("person", "show", short_id)
    assert (person["name"], person["email"]) == (f"{short_id} (данные удалены)", f"{short_id}@erased.invalid")
    assert (person["active"], person["roles"]) == (False, [])


def test_an_act_and_an_extract_are_written(lived_in):
    """Neither names her; the extract lists each entry that lost its payload, with its place in the log."""
    short_id = lived_in.json("person", "show", PAUL)["id"]
    result = lived_in.done(*ERASE, "--out", "papers/2026")
    act, extract = (Path("papers/2026") / f"erasure-{short_id}{ending}" for ending in (".docx", ".jsonl"))
    assert str(act) in result.stderr
    text = "\n".join(each.text for each in Document(str(act)).paragraphs)
    assert "Акт об уничтожении персональных данных" in text
    assert short_id in text
    assert "Уничтожил: Жуков Пётр Данилович" in text
    head, *entries = [json.loads(line) for line in extract.read_text(encoding="utf-8").splitlines()]
    assert (head["person"], head["changed"]["payload"]) == (short_id, len(entries))
    assert len(entries) >= 3
    assert all(isinstance(each["leaf"], int) for each in entries)
    assert NAMED.findall(text + extract.read_text(encoding="utf-8")) == []
    # Once more, as text, by the id: the same act.
    lived_in.done("person", "erase", short_id, "--as", ADMIN, "--text", "--out", "again")
    again = (Path("again") / f"erasure-{short_id}.txt").read_text(encoding="utf-8")
    assert set(text.splitlines()) <= set(again.splitlines())
    assert (Path("again") / f"erasure-{short_id}.jsonl").read_text() == extract.read_text()
    assert "was erased on 2026-03-02" in lived_in.refused("person", "erase", short_id, "--as", ADMIN, "--reason", "x")


def test_who_is_still_needed_is_not_erased(terminal, handed_in):
    """The only approver, who has evidence waiting, the last who runs the office: each says for what."""
    office = Installation(terminal)
    handed_in()
    before = office.dump()
    assert "waits for a decision: moc-2026:1.4" in office.refused(*ERASE)
    for_head = ("person", "erase", HEAD, "--as", ADMIN, "--reason", "x")
    alone = office.refused(*for_head)
    assert "is the only approver of: moc-2026:1.1" in alone
    of_another = {each["number"] for each in terminal.json("activity", "list", "--section", "раздел IV")}
    assert of_another
    assert [number for number in of_another if f"moc-2026:{number}," in alone] == []
    assert "Only an administrator" in office.refused("person", "erase", PAUL, "--as", MARY, "--reason", "x")
    assert "--reason" in office.refused("person", "erase", PAUL, "--as", ADMIN)
    assert office.dump() == before
    office.done("person", "grant", MARY, "--role", "approver", "--as", MARY)
    office.done(*for_head)


def test_a_family_name_alone_is_left_for_a_person_to_look_at(terminal):
    """It may be another's; the act says where it stands."""
    office = Installation(terminal)
    with office.connect() as raw:
        raw.execute("UPDATE activity SET title = 'Чтения памяти Громовой' WHERE number = '2.1'")
    result = office.done(*ERASE, "--text")
    assert "still stands in 1 places" in result.stderr
    (act,) = Path().glob("*.txt")
    assert re.search(r"— activity\.title, \d+", act.read_text(encoding="utf-8"))
    with office.connect() as raw:
        assert raw.execute("SELECT count(*) FROM activity WHERE title LIKE '%Громовой%'").fetchone() == (1,)


def test_payloads_of_a_shared_account_stay(terminal, protocol):
    """An account of the machine that several act under names nobody; reasons given there are kept."""
    office = Installation(terminal)
    office.done("occurrence", "cancel", "2.5", "--reason", "нет нужды", "--basis", "приказ 5", "--as", HEAD)
    office.done("person", "grant", MARY, "--role", "approver", "--as", MARY)
    office.done("person", "erase", HEAD, "--as", ADMIN, "--reason", "x")
    assert "нет нужды" in office.done("history", "2.5").stdout


def test_a_folder_that_cannot_be_written_stops_it_before_anything_is_erased(terminal):
    """The act comes with the erasure, or there is none."""
    Path("file").write_text("")
    assert "cannot be written" in terminal.refused(*ERASE, "--out", "file/papers")
    assert terminal.json("person", "show", PAUL)["name"] == "Громова Юлия Олеговна"
