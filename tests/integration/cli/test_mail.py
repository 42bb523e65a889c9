"""`opora mail`: what waits, what letters look like, and whether the mail works."""

from email import message_from_bytes

import pytest
from sqlalchemy import create_engine, text

from cli.mail import KINDS, LETTER_STATES
from notifications.mail.kinds import Kind
from notifications.mail.letters import LetterState
from tests.fixtures.faulty_smtp import CUT
from tests.fixtures.mail_server import SmtpServer

MARY = "lavrentieva@parus.example.org"


def test_every_kind_and_state_has_a_word():
    """Nothing is shown under the program's own name."""
    assert set(KINDS) == set(Kind)
    assert set(LETTER_STATES) == set(LetterState)


@pytest.mark.parametrize("kind", Kind)
def test_a_preview_shows_each_kind_and_sends_nothing(terminal, kind: Kind):
    """As text with its subject, or as a page; without a database's help."""
    shown = terminal.done("mail", "preview", kind.value).stdout
    assert "Анна Сергеевна" in shown
    assert terminal.done("mail", "preview", kind.value, "--html").stdout.startswith("<!doctype html>")
    assert terminal.json("mail", "list") == []


def test_a_letter_to_try_the_mail_is_told_step_by_step(terminal, smtp_server: SmtpServer):
    """Each step of SMTP on stderr, the message id on stdout."""
    result = terminal.done(
        "mail", "test", "Anna@School.example", OPORA_SMTP_URL=smtp_server.url, OPORA_MAIL_FROM="МОЦ <moc@example.org>"
    )
    (received,) = smtp_server.received
    assert received.recipients == ("anna@school.example",)
    assert result.stdout.strip() == received.message["Message-ID"]
    assert [line.split()[-1] for line in result.stderr.splitlines()[1:3]] == ["accepted."] * 2


def test_without_a_server_the_letter_is_a_file(terminal):
    """Where it lies is said."""
    result = terminal.done("mail", "test", "anna@school.example")
    (path,) = (terminal.folder / "data" / "mail").glob("*.eml")
    assert message_from_bytes(path.read_bytes())["To"] == "anna@school.example"
    assert str(path.parent) in result.stderr


def test_a_trial_carries_the_checkpoint_as_every_letter_does(terminal, smtp_server: SmtpServer):
    """Once there is one; it is said, so that it can be compared with what arrives."""
    told = {"OPORA_SMTP_URL": smtp_server.url, "OPORA_MAIL_FROM": "moc@example.org"}
    terminal.done("mail", "test", "anna@school.example", **told)
    assert smtp_server.received[0].message["X-Opora-Checkpoint"] is None
    terminal.done("tick")
    anchor = terminal.json("audit", "checkpoint")["anchor"]
    said = terminal.done("mail", "test", "anna@school.example", **told).stderr
    assert smtp_server.received[-1].message["X-Opora-Checkpoint"] == anchor
    assert anchor in said


def test_a_server_that_refuses_is_quoted(terminal, smtp_server: SmtpServer):
    """One message with the server's own words, exit 1; a server that is not there is said to be so."""
    smtp_server.replies["anna@school.example"] = "550 5.1.1 no such user here"
    told = {"OPORA_SMTP_URL": smtp_server.url, "OPORA_MAIL_FROM": "moc@example.org"}
    assert "550 5.1.1 no such user here" in terminal.refused("mail", "test", "anna@school.example", **told)
    nowhere = told | {"OPORA_SMTP_URL": "smtp://127.0.0.1:1"}
    assert "was not accepted" in terminal.refused("mail", "test", "anna@school.example", **nowhere)
    assert "is not a mail address" in terminal.refused("mail", "test", "anna", **told)


STUMBLES = {
    "nothing wrong": ("", "", "", 0),
    "no encryption": ("STARTTLS", "502 5.5.1 no such command", "no password was sent", 1),
    "wrong password": ("AUTH", "535 5.7.8 authentication failed", "password made for applications", 1),
    "another sender": ("MAIL", "553 5.7.1 sender not owned by auth user", "set OPORA_MAIL_FROM to it", 1),
    "limit": ("MAIL", "451 4.5.1 Ratelimit exceeded for mailbox", "Send nothing for a day", 1),
    "spam": ("dot", "554 5.7.1 rejected under suspicion of SPAM", "SPF and DKIM", 1),
    "cut": ("dot", CUT, "Whether the letter arrives is open", 1),
}


@pytest.mark.parametrize("stumble", STUMBLES)
def test_a_trial_that_stumbles_says_what_to_do(terminal, faulty_smtp, certificate, monkeypatch, stumble):
    """Each step that went well, then the remedy, then the server's words once; of the password nothing."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    faulty_smtp.step, faulty_smtp.fault, remedy, code = STUMBLES[stumble]
    told = {
        "OPORA_SMTP_URL": f"smtp+starttls://mail%40opora.example:sesame@127.0.0.1:{faulty_smtp.port}",
        "OPORA_MAIL_FROM": "moc@opora.example" if stumble == "another sender" else "mail@opora.example",
    }
    result = terminal("mail", "test", "anna@school.example", **told)
    assert result.exit_code == code
    assert remedy in result.stderr
    assert ("most providers refuse that" in result.stderr) == (stumble == "another sender")
    assert faulty_smtp.fault == CUT or result.stderr.count(faulty_smtp.fault or "Connected to") == 1
    assert "sesame" not in result.output
    assert "b'" not in result.stderr


def test_letters_are_listed_and_a_dead_one_is_revived(terminal):
    """Text for people, JSON for programs; only a dead letter can be tried again."""
    _write_dead_letter(terminal)
    (listed,) = terminal.json("mail", "list", "--state", "dead")
    assert (listed["state"], listed["error"], listed["recipient"]) == ("dead", "550 no such user", MARY)
    assert terminal.json("mail", "list", "--state", "sent") == []
    assert "cannot be delivered" in terminal.done("mail", "list").stdout
    terminal.done("mail", "retry", listed["id"])
    assert terminal.json("mail", "list")[0]["state"] == "queued"
    assert "no letter" in terminal.refused("mail", "retry", listed["id"])


def test_a_mailbox_that_rests_is_said_to_and_can_be_woken(terminal):
    """Until when and why, on stderr beside the list."""
    database = create_engine(f"sqlite:///{terminal.folder / 'data' / 'opora.db'}")
    with database.begin() as connection:
        rests = (
            "INSERT INTO mailbox (name, paused_until, failures, reason) VALUES ('opora@opora.invalid', :at, 1, 'so')"
        )
        connection.execute(text(rests), {"at": "2026-03-02T09:00:00.000000Z"})
    database.dispose()
    assert "rests until 2026-03-02 12:00: so" in terminal.done("mail", "list").stderr
    terminal.done("mail", "resume")
    assert "rests" not in terminal.done("mail", "list").stderr


def _write_dead_letter(terminal) -> None:
    database = create_engine(f"sqlite:///{terminal.folder / 'data' / 'opora.db'}")
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO letter (short_id, cause_key, person_id, kind, recipient, language, context, message_id,"
                " state, urgency, created_at, attempts, error) SELECT 'm-7k3f9q', 'a', id, 'trial', email, 'ru', '{}',"
                " '<a@b>', 'dead', 0, '2026-03-02T06:00:00.000000Z', 1, '550 no such user' FROM person"
                " WHERE email = :email"
            ),
            {"email": MARY},
        )
    database.dispose()
