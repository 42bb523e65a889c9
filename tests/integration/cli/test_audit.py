"""`opora audit` says that history is whole, or names the first bad entry; and gives others what they need to see it."""

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from cli.audit import WORDS
from engine import audit
from engine.checkpoints import open_checkpoint, read_anchor
from engine.merkle import leaf_hash, root_from_inclusion
from runtime.log_key import PublicLogKey


@pytest.fixture
def ticked(terminal):
    """An installation whose launch is sealed."""
    terminal.done("tick")
    return terminal


def alter(terminal, *statements):
    """Change rows behind the program's back."""
    raw = sqlite3.connect(terminal.folder / "data" / "opora.db", isolation_level=None)
    for table in ("history", "log_leaf", "log_checkpoint"):
        for change in ("update", "delete"):
            raw.execute(f"DROP TRIGGER {table}_no_{change}")
    for statement in statements:
        raw.execute(statement)
    raw.close()


def verify(terminal, *options, code=0):
    """What `opora audit verify --json` prints."""
    result = terminal("audit", "verify", "--json", *options)
    assert result.exit_code == code, result.stderr
    return json.loads(result.stdout)


def test_whole_history_is_said_to_be_whole(ticked):
    """How much was read, on stderr; nothing on stdout; and that an anchor would say more."""
    result = ticked.done("audit", "verify")
    counts = verify(ticked)
    assert result.stdout == ""
    whole = f"History is whole: {counts['entries']} entries of {counts['instances']} occurrences are as they were"
    assert result.stderr.startswith(whole)
    assert "--anchor" in result.stderr
    assert counts["log"] == {"size": counts["entries"], "unsealed": 0, "checkpoints": 1, "proven": counts["entries"]}
    assert counts["findings"] == []


def test_the_first_bad_entry_is_named(ticked):
    """In the error, and all findings in a table."""
    alter(ticked, "UPDATE history SET actor = 'p-else' WHERE id = 2")
    name = verify(ticked, code=1)["findings"][0]["instance"]
    result = ticked("audit", "verify")
    assert result.exit_code == 1
    assert f"The first bad entry: {name}, revision 1." in result.stderr
    assert result.stdout.splitlines()[1] == f"{name}\t1\ta column was altered"


def test_a_damaged_file_of_evidence_is_found(ticked, handed_in):
    """By its SHA-256."""
    handed_in()
    (blob,) = [path for path in (ticked.folder / "data" / "evidence" / "sha256").rglob("*") if path.is_file()]
    blob.chmod(0o600)
    blob.write_bytes(b"something else")
    found = verify(ticked, code=1)["findings"]
    assert [(each["instance"], each["code"]) for each in found] == [(blob.name, "evidence")]


def test_a_checkpoint_is_printed_with_its_anchor(ticked):
    """The note verifies by the key that `audit key` prints; the anchor is its short form."""
    printed = ticked.json("audit", "checkpoint")
    key = PublicLogKey.parse(ticked.done("audit", "key").stdout)
    assert open_checkpoint(printed["note"], key) == read_anchor(printed["anchor"])
    plain = ticked.done("audit", "checkpoint").stdout
    assert plain == f"{printed['note']}\nAnchor: {printed['anchor']}\n"


def test_before_the_first_tick_there_is_no_checkpoint(terminal):
    """It says what to do."""
    assert "opora tick" in terminal.refused("audit", "checkpoint")
    assert "opora tick" in terminal.refused("audit", "prove", "1.4")


def test_an_anchor_finds_an_older_database_put_back(ticked, handed_in):
    """Without it all seems whole: what was handed in since is gone without a trace."""
    database = ticked.folder / "data" / "opora.db"
    older = database.read_bytes()
    handed_in()
    ticked.done("tick")
    anchor = ticked.json("audit", "checkpoint")["anchor"]
    verify(ticked, "--anchor", anchor)
    database.write_bytes(older)
    verify(ticked)
    found = verify(ticked, "--anchor", f"X-Opora-Checkpoint: {anchor}", code=1)["findings"]
    assert [each["code"] for each in found] == ["anchor"]


def test_a_line_that_is_no_anchor_is_refused(ticked):
    """Before anything is read."""
    assert "is not an anchor" in ticked.refused("audit", "verify", "--anchor", "something else")
    assert "not a log's public key" in ticked.refused("audit", "verify", "--key", "something")


def test_a_log_goes_on_after_its_key_was_lost(ticked, handed_in):
    """With the old public key, everything verifies."""
    old = ticked.done("audit", "key").stdout.strip()
    (ticked.folder / "data" / "keys" / "log.key").unlink()
    assert "opora init" in ticked.refused("audit", "verify")
    ticked.done("init")
    handed_in()
    ticked.done("tick")
    assert {each["code"] for each in verify(ticked, code=1)["findings"]} == {"signature"}
    assert verify(ticked, "--key", old)["log"]["checkpoints"] == 2


def test_an_entry_is_proven_to_a_stranger(ticked):
    """By its bytes, the path and the signed note alone."""
    key = PublicLogKey.parse(ticked.done("audit", "key").stdout)
    for options, revision in ((), 2), (("--revision", "1"), 1):
        proof = json.loads(ticked.done("audit", "prove", "1.4", *options).stdout)
        head = open_checkpoint(proof["checkpoint"], key)
        path = [bytes.fromhex(each) for each in proof["path"]]
        leaf = leaf_hash(proof["body"].encode())
        assert leaf.hex() == proof["leaf_hash"]
        assert root_from_inclusion(leaf, proof["leaf"], head.size, path) == head.root
        assert json.loads(proof["body"])["revision"] == proof["revision"] == revision
    assert "no entry 9" in ticked.refused("audit", "prove", "1.4", "--revision", "9")


def test_an_export_holds_payload_only_when_asked(ticked):
    """It is for the own account's eyes, and never overwrites."""
    plain, full = Path("plain.jsonl"), Path("full.jsonl")
    result = ticked.done("audit", "export", str(plain))
    ticked.done("audit", "export", str(full), "--with-payload")
    assert stat.S_IMODE(full.stat().st_mode) == 0o600
    assert '"payload":' not in plain.read_text().replace('\\"', "")
    lines = [json.loads(line) for line in full.read_text().splitlines()]
    assert all(line["payload"]["salt"] for line in lines if "leaf" in line)
    assert f"{verify(ticked)['entries']} entries were written to plain.jsonl" in result.stderr
    assert "is there already" in ticked.refused("audit", "export", str(full))
    assert "cannot be written" in ticked.refused("audit", "export", "no/such/folder")
    assert [path.name for path in Path().iterdir()] in (["plain.jsonl", "full.jsonl"], ["full.jsonl", "plain.jsonl"])


def test_every_code_has_its_words():
    """Those that the audit's own documentation lists."""
    listed = audit.Finding.__doc__ or ""
    codes = {word for word in listed.replace("`", " ` ").split() if word in WORDS}
    assert codes == set(WORDS)
