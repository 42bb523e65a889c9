"""docs/verify.py, alone with a file, comes to the same judgement as the program with its database."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.audit import verify_history
from engine.checkpoints import verifier_key
from engine.history_export import iter_export
from engine.log_audit import verify_log
from engine.migration import Migration, Mover, migrate
from engine.tables import history, instance
from engine.transparency import find_anchor, seal_history
from engine.undoing import undo
from tests.fixtures.engine import ERRAND, Rig
from tests.fixtures.log import SIGNER, TestSigner
from tests.fixtures.tools import REPOSITORY

SCRIPT = REPOSITORY / "docs" / "verify.py"


@pytest.fixture
def sealed(lite: Rig) -> Rig:
    """Some three hundred entries under several checkpoints."""
    started = lite.start(many=90)
    seal_history(lite.store, SIGNER)
    for event in ("start", "touch", "touch"):
        for each in started[:70]:
            lite.fire(each.id, event, payload={"reason": "причина"})
        seal_history(lite.store, SIGNER)
    return lite


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    """Export a history to a file."""

    def write(rig: Rig, *, with_payload: bool = False) -> Path:
        lines = iter_export(rig.store, SIGNER, with_payload=with_payload)
        path = tmp_path / "export.jsonl"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        return path

    return write


def run(path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The script's exit code and what it found, in a process that knows nothing of the program."""
    command = [sys.executable, "-I", str(SCRIPT), str(path), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)
    return done.returncode, json.loads(done.stdout or "{}")


def tamper(rig: Rig, *statements: str) -> None:
    """Change rows behind the program's back."""
    database = str(rig.store.engine.url.database)
    rig.close()
    raw = sqlite3.connect(database, isolation_level=None)
    for table in ("history", "log_leaf", "log_checkpoint"):
        raw.execute(f"DROP TRIGGER {table}_no_update")
        raw.execute(f"DROP TRIGGER {table}_no_delete")
    for statement in statements:
        raw.execute(statement)
    raw.close()


@pytest.mark.parametrize("with_payload", [False, True])
def test_a_good_export_verifies(sealed: Rig, export: Callable[..., Path], with_payload: bool) -> None:
    """With the key given or believed, and with an anchor."""
    path = export(sealed, with_payload=with_payload)
    with sealed.store.read() as connection:
        anchor = str(find_anchor(connection))
    good = (0, {"entries": 300, "checkpoints": 4, "findings": []})
    assert run(path) == good
    assert run(path, "--key", verifier_key(SIGNER), "--anchor", anchor) == good


# Under numbers that nobody has at first, so that none is taken twice on the way.
EXCHANGE = """
    UPDATE log_leaf SET history_id = CASE history_id WHEN 200 THEN -201 ELSE -200 END WHERE history_id IN (200, 201)
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET body = CAST(replace(CAST(body AS TEXT), 'p-worker', 'p-x') AS BLOB) WHERE id = 200",
        "UPDATE history SET body = CAST('{}' AS BLOB) WHERE id = 200",
        EXCHANGE,
        "UPDATE payload SET body = salt WHERE instance_id = 9 AND revision = 3",
        "UPDATE log_tile SET hashes = zeroblob(8192) WHERE position = 0 AND level = 0",
        "UPDATE log_checkpoint SET note = replace(note, 'opora.test', 'opora.best') WHERE size = 160",
        "UPDATE log_checkpoint SET note = (SELECT note FROM log_checkpoint WHERE size = 90) WHERE size = 160",
        "DELETE FROM history WHERE id = 200",
        "DELETE FROM payload WHERE instance_id = 9 AND revision = 9",
    ],
)
def test_both_verifiers_judge_alike(sealed: Rig, export: Callable[..., Path], statement: str) -> None:
    """Altered in the database, then exported: both name the same first bad entry, or both name none."""
    tamper(sealed, statement, "UPDATE log_leaf SET history_id = -history_id WHERE history_id < 0")
    history, log = verify_history(sealed.store).findings, verify_log(sealed.store, [SIGNER]).findings
    code, printed = run(export(sealed, with_payload=True), "--key", verifier_key(SIGNER))
    named = [(each.instance, each.revision) for each in (*log, *(each for each in history if each.code == "payload"))]
    found = [(each["instance"], each["revision"]) for each in printed["findings"]]
    assert (code == 1) == bool(named)
    if any(each.code == "log" for each in log) or (found and "not an entry" in printed["findings"][0]["message"]):
        assert found  # what stands there is no entry, so the script can only name its leaf
    else:
        assert found[:1] == named[:1]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda lines: lines.pop(), "leaf 300"),
        (lambda lines: lines.pop(5), "leaf 4"),
        (lambda lines: lines.insert(5, lines[5]), "leaf 5"),
        (lambda lines: lines.__setitem__(slice(5, 7), reversed(lines[5:7])), "leaf 4"),
        (lambda lines: lines.__delitem__(slice(-40, None)), "leaf 261"),
        (lambda lines: lines[8].update(hash="00" * 32), "018f0000-0000-7000-8000-000000000008"),
        (lambda lines: lines[8].update(body=lines[8]["body"].replace("planned", "undated")),
         "018f0000-0000-7000-8000-000000000008"),
        (lambda lines: lines[8]["payload"].update(salt="00" * 16), "018f0000-0000-7000-8000-000000000008"),
    ],
)  # fmt: skip
def test_a_file_that_was_altered_is_found_out(
    sealed: Rig, export: Callable[..., Path], change: Callable[[list[Any]], Any], where: str
) -> None:
    """A line taken out, doubled, moved or changed; the end cut off."""
    path = export(sealed, with_payload=True)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    code, printed = run(path, "--key", verifier_key(SIGNER))
    assert (code, printed["findings"][0]["instance"]) == (1, where)


def test_going_over_to_another_workflow_and_back_verifies(sealed: Rig, export: Callable[..., Path]) -> None:
    """Both verifiers follow an instance through a migration and its undoing; the first altered state is named."""
    ids = [each.id for each in sealed.rows(instance)][:40]
    with sealed.store.write() as work:
        registry = sealed.execution.registry
        migrate(work, registry, ids, Migration(replace(ERRAND, name="other")), Mover("p-admin", "cli"))
    with sealed.store.write() as work:
        undo(work, registry, ids[:20], replace(ERRAND, name="other").digest(), Mover("p-admin", "cli"))
    seal_history(sealed.store, SIGNER)
    code, found = run(export(sealed, with_payload=True))
    assert (code, found["findings"], found["entries"]) == (0, [], len(sealed.rows(history)))
    assert verify_history(sealed.store).findings == ()
    moved = sealed.rows(history, event="migrate")[0]
    altered = "CAST(replace(CAST(body AS TEXT), 'p-admin', 'p-other') AS BLOB)"
    tamper(sealed, f"UPDATE history SET body = {altered} WHERE id = {moved.id}")
    code, found = run(export(sealed))
    assert (code, found["findings"][0]["revision"]) == (1, moved.revision)


def test_a_file_made_by_somebody_else_is_found_out(sealed: Rig, export: Callable[..., Path]) -> None:
    """It verifies by its own key, and not by the one that is known."""
    tamper(sealed, *(f"DELETE FROM {name}" for name in ("log_leaf", "log_tile", "log_checkpoint", "log_head")))
    forger = TestSigner(seed=bytes(32))
    seal_history(sealed.store, forger)
    lines = iter_export(sealed.store, forger, with_payload=False)
    path = export(sealed)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert run(path)[0] == 0
    assert run(path, "--key", verifier_key(SIGNER))[0] == 1


def test_an_anchor_finds_what_was_written_anew(sealed: Rig, export: Callable[..., Path]) -> None:
    """Everything fits but what has left the house; a longer log than is there was cut."""
    with sealed.store.read() as connection:
        anchor = str(find_anchor(connection))
    tamper(
        sealed,
        *(f"DELETE FROM {name}" for name in ("log_leaf", "log_tile", "log_checkpoint", "log_head")),
        "DELETE FROM history WHERE revision = 4",
    )
    seal_history(sealed.store, SIGNER)
    path = export(sealed)
    assert run(path)[0] == 0
    assert run(path, "--anchor", anchor)[1]["findings"][0]["message"].startswith("the history was cut")
    with sealed.store.read() as connection:
        origin, size, root = str(find_anchor(connection)).split()
    other = f"{origin} {int(size) - 1} {root}"
    assert "rewritten" in run(path, "--anchor", other)[1]["findings"][0]["message"]
    assert run(path, "--anchor", f"other {size} {root}")[0] == 1


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"key": "x"}', '{"key": "a+00000000+AQ=="}'])
def test_a_file_that_is_no_export_is_said_to_be_none(tmp_path: Path, content: str) -> None:
    """With exit code 2, and no trace."""
    (tmp_path / "file").write_text(content)
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(tmp_path / "file")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_says_in_words_what_it_found(sealed: Rig, export: Callable[..., Path]) -> None:
    """A line a finding, a line of sum, and whose key was believed."""
    path = export(sealed)
    command = [sys.executable, "-I", str(SCRIPT), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "300 entries, 4 checkpoints" in done.stdout
    assert "as they were written" in done.stdout
    assert verifier_key(SIGNER) in done.stdout
