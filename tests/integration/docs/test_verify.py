"""docs/verify.py, alone with a file, comes to the same judgement as the program with its database."""

import importlib.util
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit import verify_history
from engine.checkpoints import verifier_key
from engine.clock import VirtualClock
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
FAKE = "x\x1b[2J\n300 entries, 4 checkpoints: as they were written.\n"


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


# What somebody may make of a file --------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["leaf", "hash", "body", "payload", "checkpoint", "key", "origin", "x"])
PLACES = st.integers(0, 40)
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), PLACES, NAMES, JSON),
        st.tuples(st.just("take"), PLACES, NAMES, NAMES),
        st.tuples(
            st.just("entry"), PLACES, st.sampled_from(["actor", "at", "event", "instance", "revision", "to"]), JSON
        ),
        st.tuples(st.just("drop"), PLACES, st.just(""), st.none()),
        st.tuples(st.just("double"), PLACES, st.just(""), PLACES),
        st.tuples(st.just("write"), PLACES, st.just(""), JSON),
    ),
    min_size=1,
    max_size=4,
)


def _edit(lines: list[Any], edit: tuple[str, int, str, Any]) -> None:
    """Do one thing to the lines, wherever that makes any sense."""
    what, place, name, value = edit
    at = place % len(lines)
    line = lines[at]
    if what == "drop":
        del lines[at]
    elif what == "double":
        lines.insert(value % len(lines), line)
    elif what == "write":
        lines[at] = value
    elif what == "take" and isinstance(line, dict) and name in line:
        lines[at] = {**line, value: line[name]}
    elif what == "set" and isinstance(line, dict):
        lines[at] = {**line, name: value}
    elif what == "entry" and isinstance(line, dict) and str(line.get("body")).startswith("{"):
        lines[at] = {**line, "body": json.dumps({**json.loads(line["body"]), name: value})}


@pytest.fixture(scope="module")
def verifier() -> Any:
    """The script as a module: a process for each of so many files would take too long."""
    spec = importlib.util.spec_from_file_location("verify", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify"] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judge(verifier: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[int, str]]:
    """Verify a file of this content; the exit code and what was printed."""
    path = tmp_path_factory.mktemp("hostile") / "export.jsonl"

    def run_inside(content: bytes, *options: str) -> tuple[int, str]:
        path.write_bytes(content)
        said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["verify.py", str(path), *options])
            patch.setattr(sys, "stdout", said)
            patch.setattr(sys, "stderr", said)
            code = verifier.main()
        return code, said.buffer.getvalue().decode()

    return run_inside


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], str]:
    """The lines of a short export with payloads, and the anchor of its end."""
    rig = Rig(
        f"sqlite:///{tmp_path_factory.mktemp('genuine') / 'opora.db'}", VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    )
    started = rig.start(many=12)
    seal_history(rig.store, SIGNER)
    for each in started:
        rig.fire(each.id, "start", payload={"reason": "причина"})
    seal_history(rig.store, SIGNER)
    with rig.store.read() as connection:
        anchor = str(find_anchor(connection))
    lines = list(iter_export(rig.store, SIGNER, with_payload=True))
    rig.close()
    return lines, anchor


def _written(lines: list[Any]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@given(edits=EDITS)
@settings(max_examples=250)
def test_whatever_is_done_to_a_file_it_never_verifies_as_another_history(
    judge: Callable[..., tuple[int, str]], genuine: tuple[list[Any], str], edits: list[Any]
) -> None:
    """With key and anchor known: it ends in no trace, and says that all is well of the very same entries only."""
    lines, anchor = deepcopy(genuine[0]), genuine[1]
    for each in edits:
        if lines:
            _edit(lines, each)
    code, said = judge(_written(lines), "--key", verifier_key(SIGNER), "--anchor", anchor)
    assert code in {0, 1, 2}
    if code == 0:
        assert _bodies(lines) == _bodies(genuine[0])
    else:
        assert ": as they were written" not in said
    judge(_written(lines))  # the key that the file names is as hostile as the rest


def _bodies(lines: list[Any]) -> list[Any]:
    """Of the lines behind the first, those that tell of an entry."""
    return [each["body"] for each in lines[1:] if isinstance(each, dict) and "checkpoint" not in each]


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(
    judge: Callable[..., tuple[int, str]], genuine: tuple[list[Any], str], content: bytes
) -> None:
    """As a whole file, and behind a first line that is good: no trace, and nothing verifies that has no checkpoint."""
    first = json.dumps(genuine[0][0]).encode() + b"\n"
    for given_ in (content, first + content):
        assert judge(given_, "--key", verifier_key(SIGNER))[0] in {1, 2}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("[" * 100_000, 2),
        ('{"body": ' * 100_000, 2),
        (json.dumps({"leaf": 0, "hash": "00", "body": json.dumps({"instance": "\ud800", "revision": 1})}), 1),
        (json.dumps({"leaf": 0, "hash": "00", "body": json.dumps({"instance": FAKE, "revision": 1})}), 1),
        (json.dumps({"leaf": FAKE, "hash": "00", "body": "{}"}), 1),
        ("", 1),
    ],
)
def test_a_hostile_line_neither_breaks_it_nor_speaks_in_its_name(
    judge: Callable[..., tuple[int, str]], genuine: tuple[list[Any], str], line: str, code: int
) -> None:
    """Nested without end, half a character, words for the terminal, nothing at all."""
    found, said = judge(_written(genuine[0][:1]) + line.encode(), "--key", verifier_key(SIGNER))
    assert found == code
    assert "\x1b" not in said
    assert not any(each.endswith(": as they were written.") for each in said.splitlines())


def test_an_anchor_of_nothing_is_refused(
    judge: Callable[..., tuple[int, str]], genuine: tuple[list[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It could never be met, and would be passed over."""
    with pytest.raises(SystemExit):
        judge(_written(genuine[0]), "--anchor", f"opora.test 0 {genuine[1].split()[2]}")
    assert capsys.readouterr().out == ""


def test_it_says_in_words_what_it_found(sealed: Rig, export: Callable[..., Path]) -> None:
    """A line a finding, a line of sum, and whose key was believed."""
    path = export(sealed)
    command = [sys.executable, "-I", str(SCRIPT), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "300 entries, 4 checkpoints" in done.stdout
    assert "as they were written" in done.stdout
    assert verifier_key(SIGNER) in done.stdout
