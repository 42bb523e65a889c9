"""A link's secret stands in the letter to its person and nowhere else: no log, page, database, backup, export."""

import http.client
import logging
import re
import tarfile
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from cli.main import opora
from runtime.backup import make_backup
from runtime.ticking import run_tick
from tests.fixtures.capability_links import Mailboxes
from tests.fixtures.house import House
from tests.fixtures.mail_server import Received, SmtpServer
from tests.fixtures.scanners import Client
from tests.fixtures.web_server import serving

TOKEN = re.compile(r"/[a-z]/([0-9]{1,6}\.[\w-]{22}\.[\w-]{43})")
EXPORTS = (
    ("outbox", "list", "--state", "done", "--json"),
    ("mail", "list", "--json"),
    ("occurrence", "list", "--json"),
    ("occurrence", "show", "1.2", "--json"),
    ("history", "1.2", "--json"),
    ("evidence", "list", "1.2", "--json"),
    ("person", "list", "--json"),
    ("calendar", "list", "--json"),
    ("calendar", "export"),
    ("audit", "verify", "--json"),
    ("doctor", "--json"),
)

# Page → what fails beneath it.
FAILING = {
    "decide": "web.decision_pages.get_matter",
    "decide many": "web.docket_pages.get_docket",
    "send": "web.evidence_pages.get_assignment",
    "preferences": "web.preference_pages.get_person_by_id",
    "texts": "web.ready_text_pages.get_person_by_id",
    "dates": "web.date_pages.get_person_by_id",
}


class Canaries:
    """Secrets that were given away, and where they were looked for."""

    def __init__(self, secrets: set[str]) -> None:
        # Of a token the last part alone makes it usable; of a calendar's address the whole.
        self.macs = {each.rpartition(".")[2] for each in secrets}

    def sing(self, text: str | bytes) -> bool:
        """Whether one of them stands in a text."""
        told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return any(each in told for each in self.macs)


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
    told += _exports(house, tmp_path)
    assert [text for text in told if canaries.sing(text)] == []
    # `mail.log` is the receiving server's own.
    assert [each for each in caplog.records if each.name != "mail.log" and canaries.sing(_logged(each))] == []
    make_backup(house.application.settings, tmp_path / "backup.tar")
    assert [name for name, content in _left(house, tmp_path) if canaries.sing(content)] == []


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
    """What commands print and write."""
    known = {
        "OPORA_LANG": "en",
        "OPORA_DATA_DIR": str(house.application.settings.data_dir),
        "OPORA_DATABASE_URL": house.application.settings.database_url,
        "OPORA_CLOCK": f"file:{house.clock.path}",
        "OPORA_PUBLIC_URL": "http://127.0.0.1:5000",
    }
    for words in (*EXPORTS, ("audit", "export", str(folder / "audit.jsonl"), "--with-payload")):
        done = CliRunner().invoke(opora, words, env=known)
        assert done.exit_code in {0, 1}, (words, done.output)
        yield done.output + done.stderr
    assert (folder / "audit.jsonl").exists()


def _left(house: House, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below the data folder but the keys, the database, the export, and all that a backup holds."""
    with tarfile.open(folder / "backup.tar") as backup:
        for each in backup.getmembers():
            found = backup.extractfile(each)
            yield f"backup: {each.name}", found.read() if found else b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
    yield "tables", repr(house.dump()).encode()
