"""`opora mail bounce, inbox, replies, confirm, dismiss`: what comes back, at the command line."""

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from cli.main import opora
from tests.fixtures.returned_mail import PDF, answer, returned

MARY = "lavrentieva@parus.example.org"
PAUL = "tihonova@parus.example.org"


@pytest.fixture
def letters(terminal) -> dict[str, str]:
    """Digests that were sent: recipient → message id."""
    terminal.done("tick")
    database = create_engine(f"sqlite:///{terminal.folder / 'data' / 'opora.db'}")
    with database.begin() as connection:
        rows = connection.execute(text("SELECT recipient, message_id FROM letter WHERE state = 'sent'")).all()
    database.dispose()
    return dict(map(tuple, rows))


def give(terminal, content: bytes):
    """Hand a mail to `opora mail bounce` on its standard input."""
    known = {
        "OPORA_LANG": "en",
        "OPORA_DATA_DIR": str(terminal.folder / "data"),
        "OPORA_CLOCK": f"file:{terminal.folder / 'clock'}",
    }
    result = CliRunner().invoke(opora, ("mail", "bounce"), input=content, env=known)
    assert "Traceback" not in result.stderr
    return result


def test_a_letter_that_came_back_is_told_and_listed(terminal, letters):
    """Its reason stands in the list; one of somebody else's letters changes nothing."""
    result = give(terminal, returned(letters[PAUL], PAUL))
    assert result.exit_code == 0
    assert f"did not reach {PAUL}: 5.1.1 550 5.1.1" in result.stderr
    (dead,) = terminal.json("mail", "list", "--state", "dead")
    assert "user unknown" in dead["error"]
    assert "answers no letter of ours" in give(terminal, returned("<other@opora.invalid>", PAUL)).stderr


def test_files_of_an_answer_are_shown_and_confirmed(terminal, letters):
    """Listed with what was left out; a coordinator takes them as evidence of the row named."""
    content = answer(letters[PAUL], PAUL, ("протокол.pdf", PDF), ("setup.exe", b"MZ" + bytes(99)))
    given = give(terminal, content)
    reply = given.stdout.strip()
    assert "Not taken: setup.exe" in given.stderr
    (listed,) = terminal.json("mail", "replies")
    assert (listed["id"], listed["sender"], [each["name"] for each in listed["files"]]) == (
        reply,
        PAUL,
        ["протокол.pdf"],
    )
    assert "1 answers wait" in terminal("doctor").stdout
    shown = terminal.done("mail", "replies").stdout
    assert "протокол.pdf" in shown
    assert f"opora mail confirm {reply}" in shown
    assert "coordinator" in terminal.refused("mail", "confirm", reply, "1.4", "--as", PAUL)
    said = terminal.done("mail", "confirm", reply, "1.4", "--as", MARY).stderr
    assert "not handed in yet" in said
    assert [each["name"] for each in terminal.json("occurrence", "show", "1.4")["evidence"]] == ["протокол.pdf"]
    assert terminal.json("mail", "replies") == []
    assert "No answer waits" in terminal.refused("mail", "confirm", reply, "1.4", "--as", MARY)


def test_an_answer_in_words_is_dismissed_once_it_was_read(terminal, letters):
    """Until then it stands in the list."""
    reply = give(terminal, answer(letters[PAUL], PAUL)).stdout.strip()
    assert "Read it in the mailbox" in terminal.done("mail", "replies").stdout
    assert "no file to confirm" in terminal.refused("mail", "confirm", reply, "1.4", "--as", MARY)
    terminal.done("mail", "dismiss", reply, "--as", MARY)
    assert "No answer waits." in terminal.done("mail", "replies").stderr


def test_without_a_mailbox_none_is_read(terminal):
    """One message names the setting; one that cannot be used says so, without the password."""
    assert "OPORA_IMAP_URL is not set" in terminal.refused("mail", "inbox")
    said = terminal.refused("mail", "inbox", OPORA_IMAP_URL="imap://me:sesame@imap.example.org")
    assert "imaps://" in said
    assert "sesame" not in said
    nowhere = "imaps://me:sesame@127.0.0.1:1"
    assert "cannot be read" in terminal.refused("mail", "inbox", OPORA_IMAP_URL=nowhere)
    assert "mailbox" in terminal("tick", OPORA_IMAP_URL="imaps://other:sesame@127.0.0.1:1").stderr
