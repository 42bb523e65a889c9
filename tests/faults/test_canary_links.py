"""A link's secret stands in the letter to its person and nowhere else: no log, page, database, backup, export."""

import http.client
import logging
import re
import subprocess
import tarfile
import zipfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import click
import pytest
from click.testing import CliRunner

from cli.main import opora
from runtime.backup import make_backup
from runtime.ticking import run_tick
from tests.fixtures.capability_links import Mailboxes
from tests.fixtures.house import House
from tests.fixtures.mail_server import Received, SmtpServer
from tests.fixtures.scanners import Client
from tests.fixtures.tools import find_postgresql
from tests.fixtures.web_server import serving

TOKEN = re.compile(r"/[a-z]/([0-9]{1,6}\.[\w-]{22}\.[\w-]{43})")
WRITTEN = (
    ("outbox", "list", "--state", "done", "--json"),
    ("calendar", "export"),
    ("audit", "export", "{folder}/audit.jsonl", "--with-payload"),
    ("report", "moc-2026", "--out", "{folder}/report.docx"),
    ("print", "1.2", "--out", "{folder}/sheet.docx"),
)
ANSWERS = {"reference": "1.2", "person": "person-2@school.example", "party": "Школа № 12", "plan": "moc-2026"}
"""What a command that prints JSON is given for what it asks."""
NOT_RUN = {("simulate",), ("tick",), ("plan", "launch"), ("plan", "review")}
"""A year of its own, the next morning's letters, and two that ask a person."""

# Page → what fails beneath it.
FAILING = {
    "decide": "web.decision_pages.get_matter",
    "decide many": "web.docket_pages.get_docket",
    "send": "web.evidence_pages.get_assignment",
    "preferences": "web.preference_pages.open_own_page",
    "texts": "web.ready_text_pages.open_own_page",
    "dates": "web.date_pages.open_own_page",
}


class Canaries:
    """Secrets that were given away, in the forms in which a program might keep them."""

    def __init__(self, secrets: set[str]) -> None:
        # Of a token the last part alone makes it usable; of a calendar's address the whole.
        told = {each.rpartition(".")[2].encode() for each in secrets}
        bare = {urlsafe_b64decode(each + b"=" * (-len(each) % 4)) for each in told}
        hexadecimal = {each.hex().encode() for each in told | bare}
        self.forms = told | bare | hexadecimal | {repr(each)[2:-1].encode() for each in bare}

    def sing(self, text: str | bytes) -> bool:
        """Whether one of them stands in a text."""
        told = text.encode() if isinstance(text, str) else text
        return any(each in told for each in self.forms)


@pytest.fixture
def mailboxes(make_house: Callable[..., House], sqlite_url: str, smtp_server: SmtpServer) -> Mailboxes:
    """A house whose letters go through a mail server."""
    known = {"public_url": "http://127.0.0.1:5000", "smtp_url": smtp_server.url, "mail_from": "opora@school.example"}
    return Mailboxes(make_house(sqlite_url, **known))


def test_a_secret_is_in_its_letter_alone(
    mailboxes: Mailboxes,
    smtp_server: SmtpServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A morning with letters, refusals that quote a link, faults of pages and damaged files; then all that is left."""
    caplog.set_level(logging.DEBUG)
    house = mailboxes.house
    secrets = {each.secret for each in mailboxes.links}
    smtp_server.reply = f"451 4.7.1 look at http://127.0.0.1:5000{mailboxes.of('decide').path}"
    assert house.web().test_client().post("/links", data={"address": house.head.email}).status_code == 303
    run_tick(house.application)
    refused = repr(house.dump())
    assert "4.7.1" in refused
    assert not Canaries(secrets).sing(refused)
    smtp_server.reply = "250 2.0.0 accepted"
    house.pass_time(hours=30)
    run_tick(house.application)
    assert smtp_server.received
    sent = {secret for each in smtp_server.received for secret in TOKEN.findall(_text(each))}
    assert len(sent) >= 4
    canaries = Canaries(secrets | sent)
    told = list(_error_pages(mailboxes, monkeypatch))
    told += _feeds(mailboxes)
    told += _exports(house, tmp_path)
    assert [text for text in told if canaries.sing(text)] == []
    # `mail.log` is the receiving server's own.
    assert [each for each in caplog.records if each.name != "mail.log" and canaries.sing(_logged(each))] == []
    make_backup(house.application.settings, tmp_path / "backup.tar")
    assert [name for name, content in _left(house, tmp_path) if canaries.sing(content)] == []


@pytest.mark.needs("postgresql")
def test_a_dump_of_postgresql_holds_no_secret(
    make_house: Callable[..., House], new_postgres_url: str, smtp_server: SmtpServer
) -> None:
    """After a morning with letters and a calendar that was fetched, as text and as the bytes of every row."""
    known = {"public_url": "http://127.0.0.1:5000", "smtp_url": smtp_server.url, "mail_from": "opora@school.example"}
    mailboxes = Mailboxes(make_house(new_postgres_url, **known))
    list(_feeds(mailboxes))
    mailboxes.house.pass_time(hours=30)
    run_tick(mailboxes.house.application)
    sent = {secret for each in smtp_server.received for secret in TOKEN.findall(_text(each))}
    assert len(sent) >= 4
    program = [find_postgresql("pg_dump"), "--dbname", new_postgres_url.replace("+psycopg", "")]
    dump = subprocess.run(program, stdout=subprocess.PIPE, check=True).stdout
    assert dump.count(b"COPY public.") > 20
    assert b"person-2@school.example" in dump
    assert not Canaries(sent | {each.secret for each in mailboxes.links}).sing(dump)


def test_a_canary_is_heard_in_every_form() -> None:
    """The text, its bytes, and the hexadecimal forms in which databases print bytes."""
    mac = urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
    canaries = Canaries({f"1.AAAAAAAAAAAAAAAAAAAAAA.{mac}"})
    for form in (
        f"/d/1.A.{mac}?",
        bytes(range(32)),
        bytes(range(32)).hex(),
        mac.encode().hex(),
        repr(bytes(range(32))),
    ):
        assert canaries.sing(form)
    assert not canaries.sing("1.AAAAAAAAAAAAAAAAAAAAAA.")


def test_a_letter_holds_nobody_elses_secret(mailboxes: Mailboxes, smtp_server: SmtpServer) -> None:
    """Each link of each letter was made for its one recipient."""
    house = mailboxes.house
    house.pass_time(hours=30)
    house.tick()
    with house.office.store.read() as connection:
        query = 'SELECT public_id, person_id FROM "grant" UNION SELECT public_id, person_id FROM invitation'
        holders = {row.public_id: row.person_id for row in connection.exec_driver_sql(query)}
        addresses = {row.id: row.email for row in connection.exec_driver_sql("SELECT id, email FROM person")}
    seen = 0
    for letter in smtp_server.received:
        for secret in TOKEN.findall(_text(letter)):
            assert letter.recipients == (addresses[holders[_row_of(secret)]],)
            seen += 1
    assert seen >= 4


def _logged(record: logging.LogRecord) -> str:
    return logging.Formatter("%(message)s").format(record)


def _row_of(secret: str) -> str:
    return str(UUID(bytes=urlsafe_b64decode(secret.split(".")[1] + "==")))


def _text(letter: Received) -> str:
    """All parts of a letter, decoded, and its headers."""
    parts = [str(value) for value in letter.message.values()]
    texts = (part for part in letter.message.walk() if part.get_content_maintype() == "text")
    parts += [str(each.get_content()) for each in texts]
    return "\n".join(parts)


def _error_pages(mailboxes: Mailboxes, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Wrong links, a damaged file, and every page as it is when the program itself fails."""
    links = {each.page: each for each in mailboxes.links if not each.path.startswith("/c/")}
    house = mailboxes.house
    (damaged,) = (each for each in (house.office.evidence.path / "sha256").rglob("*") if each.is_file())
    damaged.chmod(0o600)
    damaged.write_bytes(b"x" * damaged.stat().st_size)
    with serving(house.web()) as base:
        for link in links.values():
            with closing(Client(base)) as client:
                status, text = client.ask("GET", f"{link.path[:-4]}zzzz")
                assert status == 404
                yield text
        with closing(Client(base)) as client, pytest.raises(http.client.IncompleteRead):
            client.ask("GET", f"{mailboxes.of('decide').path}/evidence/1")
        for page, called in FAILING.items():
            monkeypatch.setattr(called, lambda *_: 1 / 0)
            for method in ("GET", "POST"):
                with closing(Client(base)) as client:
                    status, text = client.ask(method, links[page].path)
                    assert status == 500, page
                    yield text


def _exports(house: House, folder: Path) -> Iterator[str]:
    """What commands print: each that knows JSON, and those that write a file, whose bytes `_left` looks at."""
    known = {
        "OPORA_LANG": "en",
        "OPORA_DATA_DIR": str(house.application.settings.data_dir),
        "OPORA_DATABASE_URL": house.application.settings.database_url,
        "OPORA_CLOCK": f"file:{house.clock.path}",
        "OPORA_PUBLIC_URL": "http://127.0.0.1:5000",
        "OPORA_ACTOR": house.coordinator.email,
    }
    printed = [(*path, *answers, "--json") for path, answers in _commands(opora)]
    assert len(printed) > 20
    for words in (*printed, *([word.format(folder=folder) for word in line] for line in WRITTEN)):
        done = CliRunner().invoke(opora, words, env=known)
        assert done.exit_code in {0, 1}, (words, done.output)
        yield done.output + done.stderr
    for name in ("audit.jsonl", "report.docx", "sheet.docx"):
        assert (folder / name).stat().st_size > 100


def _commands(tree: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Every command that prints JSON and can be given what it asks for, with that."""
    if isinstance(tree, click.Group):
        context = click.Context(tree)
        for name in tree.list_commands(context):
            found = tree.get_command(context, name)
            assert found is not None
            yield from _commands(found, (*path, name))
        return
    asked = [each.name or "" for each in tree.params if each.required]
    if any("--json" in each.opts for each in tree.params) and path not in NOT_RUN and set(asked) <= ANSWERS.keys():
        yield path, [ANSWERS[each] for each in asked]


def _feeds(mailboxes: Mailboxes) -> Iterator[str]:
    """What calendar programs fetch."""
    client = mailboxes.house.web().test_client()
    for link in mailboxes.links:
        if link.path.startswith("/c/"):
            answer = client.get(f"{link.path}.ics")
            assert answer.status_code == 200
            yield f"{answer.headers}{answer.get_data(as_text=True)}"


def _left(house: House, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below the data folder but the keys, the database, the export, and all that a backup holds."""
    with tarfile.open(folder / "backup.tar") as backup:
        for each in backup.getmembers():
            found = backup.extractfile(each)
            yield f"backup: {each.name}", found.read() if found else b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
        if path.suffix == ".docx":
            with zipfile.ZipFile(path) as document:
                yield from ((f"{path.name}: {each}", document.read(each)) for each in document.namelist())
    yield "tables", repr(house.dump()).encode()
