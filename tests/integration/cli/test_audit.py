"""`opora audit verify` says that history is whole, or names the first bad entry."""

import json
import sqlite3

import pytest

from cli.audit import WORDS, HistoryAlteredError, verify
from engine import audit
from tests.fixtures.engine import Rig


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words as in the code."""
    monkeypatch.setenv("OPORA_LANG", "en")


def alter(rig: Rig) -> None:
    """Change who did the second step of the first instance."""
    raw = sqlite3.connect(str(rig.store.engine.url.database))
    raw.execute("DROP TRIGGER history_no_update")
    raw.execute("UPDATE history SET actor = 'p-else' WHERE instance_id = 1 AND revision = 2")
    raw.commit()
    raw.close()


def test_whole_history_is_said_to_be_whole(lite: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    """How much was read, on stderr; nothing on stdout."""
    lite.fire(lite.start(many=2)[0].id, "start")
    verify(lite.store, as_json=False)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "History is whole: 3 entries of 2 occurrences are as they were written.\n"


def test_the_first_bad_entry_is_named(lite: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    """In the error, and all findings in a table."""
    started = lite.start_one()
    lite.fire(started.id, "start")
    alter(lite)
    with pytest.raises(HistoryAlteredError, match=rf"{started.public_id}, revision 2\."):
        verify(lite.store, as_json=False)
    assert capsys.readouterr().out.splitlines()[1] == f"{started.public_id}\t2\ta column was altered"


def test_findings_as_json(lite: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    """The data is printed before the error is raised."""
    started = lite.start_one()
    lite.fire(started.id, "start")
    alter(lite)
    with pytest.raises(HistoryAlteredError):
        verify(lite.store, as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert (printed["entries"], printed["instances"]) == (2, 1)
    assert printed["findings"] == [
        {
            "instance": started.public_id,
            "revision": 2,
            "code": "body",
            "message": "its columns are not what its recorded bytes say",
        }
    ]


def test_every_code_has_its_words() -> None:
    """Those that the audit's own documentation lists."""
    listed = audit.Finding.__doc__ or ""
    assert all(f"`{code}`" in listed for code in WORDS)
    assert listed.count("`") // 2 - 1 == len(WORDS)
