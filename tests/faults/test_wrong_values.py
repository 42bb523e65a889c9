"""SQLite keeps any value in any column: whatever somebody puts there, it is told, and nothing ends in a trace.

`OPORA_FAULT_TRIALS` says how many of the cases are tried: each column of each audited table, with each kind of value.
"""

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import Result
from sqlalchemy import Table

from engine import tables
from engine.audit import Finding, verify_history
from engine.errors import OporaError
from engine.history_export import iter_export
from engine.log_audit import verify_log
from engine.stored_values import DamagedValueError
from engine.transparency import prove_entry, seal_history
from tests.faults.conftest import command
from tests.faults.trial import MANY, open_rig, prepare
from tests.fixtures.engine import Rig
from tests.fixtures.log import SIGNER

TRIALS = int(os.environ.get("OPORA_FAULT_TRIALS", "100"))
MEMORY = Path("/dev/shm")
VALUES = {
    "nothing": "NULL",
    "a number": "7",
    "a huge number": "4611686018427387904",
    "a fraction": "1.5",
    "a text": "'x'",
    "an empty text": "''",
    "bytes": "X'ff00'",
    "text that is no UTF-8": "CAST(X'ff80' AS TEXT)",
    "the same as another kind": "CASE typeof({0}) WHEN 'blob' THEN CAST({0} AS TEXT) ELSE CAST({0} AS BLOB) END",
}
VICTIM = 2 * MANY + 2
"""The one errand with two entries (`trial.prepare`)."""
ROWS = {
    "definition": "id = 1",
    "instance": f"id = {VICTIM}",
    "history": f"instance_id = {VICTIM} AND revision = 2",
    "payload": f"instance_id = {VICTIM} AND revision = 2",
    "log_head": "id = 1",
    "log_leaf": "position = 3",
    "log_tile": "level = 0",
    "log_checkpoint": "size > 0",
}
AUDITED = [table for table in tables.metadata.sorted_tables if table.name in ROWS]
UNPROVEN = {
    ("definition", "created_at"),
    ("instance", "calendar_key"),
    ("instance", "created_at"),
    ("log_checkpoint", "signed_at"),
    ("log_head", "awaited_id"),
    ("log_head", "awaited_transaction"),
    ("log_head", "settled_id"),
}
"""What stands in no hashed bytes and follows from none: a wrong value does no harm to what is proven."""
NAMING = {"id", "instance_id", "revision"}
Case = tuple[str, str, str]


def _is_row_number(table: Table, column: str) -> bool:
    """A column of which SQLite itself takes nothing but numbers."""
    key = list(table.primary_key.columns)
    return len(key) == 1 and key[0].name == column


CASES: list[Case] = [
    (table.name, column.name, kind)
    for table in AUDITED
    for column, kind in product(table.columns, VALUES)
    if not _is_row_number(table, column.name)
]


ALWAYS: list[Case] = [
    ("history", "payload_digest", "nothing"),
    ("history", "body", "the same as another kind"),
    ("history", "actor", "text that is no UTF-8"),
    ("log_head", "size", "a huge number"),
]


def _cases(share: int) -> list[Case]:
    """As many of the cases as there are trials, or that share of them; the same ones every time."""
    drawn = random.Random(5).sample(CASES, min(len(CASES), TRIALS // share))
    return [*ALWAYS, *(each for each in drawn if each not in ALWAYS)]


def _unlock(path: Path) -> None:
    """Let anything be written, also nothing where there must be something."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute("PRAGMA writable_schema = 1")
        raw.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'")


def _alter(path: Path, case: Case, row: str) -> bool:
    """Put a value of another kind into a row; whether anything is another than before."""
    table, column, kind = case
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA ignore_check_constraints = 1")
        raw.text_factory = bytes
        key = raw.execute(f"SELECT max(rowid) FROM {table} WHERE {row}").fetchone()[0]
        look = f"SELECT {column}, typeof({column}) FROM {table} WHERE rowid = {key}"
        before = raw.execute(look).fetchone()
        raw.execute(f"UPDATE OR IGNORE {table} SET {column} = {VALUES[kind].format(column)} WHERE rowid = {key}")
        return bool(raw.execute(look).fetchone() != before)


@pytest.fixture(scope="module")
def good() -> Iterator[Path]:
    """A database in which much has happened and all of it is sealed."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        path = Path(name) / "good.db"
        prepare(f"sqlite:///{path}")
        rig = open_rig(f"sqlite:///{path}")
        seal_history(rig.store, SIGNER)
        rig.close()
        _unlock(path)
        yield path


def _open(path: Path) -> Rig:
    rig = open_rig(f"sqlite:///{path}")
    rig.close()
    return rig


def test_there_are_cases_for_every_column() -> None:
    """Each table that the audit reads, each of its columns, each kind of value."""
    assert {name for name, _, _ in CASES} == set(ROWS)
    assert len(CASES) > 300


def test_a_value_of_another_kind_is_a_finding_at_its_entry(good: Path) -> None:
    """The audit ends, and its first finding is the entry that was altered, wherever an entry was."""
    path = good.with_name("altered.db")
    tried = 0
    for case in _cases(1):
        shutil.copy(good, path)
        if not _alter(path, case, ROWS[case[0]]):
            continue
        rig = _open(path)
        found = (*verify_history(rig.store).findings, *verify_log(rig.store, [SIGNER]).findings)
        rig.close()
        assert found or case[:2] in UNPROVEN, case
        _check_name(rig, case, found)
        tried += 1
    assert tried > min(len(CASES), TRIALS) / 2


def _check_name(rig: Rig, case: Case, found: tuple[Finding, ...]) -> None:
    table, column, _ = case
    if table in {"history", "payload"} and column not in NAMING:
        name = rig.a_start().public_id[:-12] + f"{VICTIM - 2 * MANY:012d}"
        assert (found[0].instance[:-12], found[0].revision) == (name[:-12], 2), (case, found)


def _prove(rig: Rig) -> None:
    with rig.store.read() as connection:
        prove_entry(connection, VICTIM)


def _export(rig: Rig) -> None:
    for line in iter_export(rig.store, SIGNER, with_payload=True):
        assert line


def _seal(rig: Rig) -> None:
    seal_history(rig.store, SIGNER)


def test_sealing_exporting_proving_and_working_on_end_in_no_trace(good: Path) -> None:
    """Each does its work, or says in one message what to do."""
    path = good.with_name("altered.db")
    said = set()
    for case in _cases(2):
        for act in (Rig.tick, _seal, _prove, _export):
            shutil.copy(good, path)
            _alter(path, case, ROWS[case[0]])
            rig = _open(path)
            try:
                act(rig)
            except OporaError as error:
                said.add(type(error))
            rig.close()
    assert DamagedValueError in said


COMMANDS = (
    ("audit", "verify"),
    ("audit", "checkpoint"),
    ("audit", "prove", "1.4"),
    ("audit", "export"),
    ("occurrence", "show", "1.4"),
    ("occurrence", "list"),
    ("history", "1.4"),
    ("plan", "show", "--as-of", "2026-02-20"),
    ("doctor",),
)


def test_no_command_ends_in_a_trace(installation: Path, tmp_path: Path) -> None:
    """They show what there is, or say in one message that the database was altered and what to do."""
    shutil.copy(installation.parent / "clock", tmp_path)
    data = Path(shutil.copytree(installation, tmp_path / "data"))
    assert command(data, "tick").exit_code == 0
    with closing(sqlite3.connect(data / "opora.db")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (victim,) = raw.execute("SELECT instance_id FROM history WHERE event = 'submit'").fetchone()
    _unlock(data / "opora.db")
    good = shutil.copy(data / "opora.db", tmp_path / "good.db")
    for number, case in enumerate(_cases(4)):
        shutil.copy(good, data / "opora.db")
        _alter(data / "opora.db", case, ROWS[case[0]].replace(f"= {VICTIM}", f"= {victim}"))
        for arguments in COMMANDS if TRIALS > 100 else COMMANDS[number % len(COMMANDS) :][:1]:
            target = [str(tmp_path / f"{number}.jsonl")] if "export" in arguments else []
            _check_said(command(data, *arguments, *target), (*arguments, *case))


def _check_said(result: Result, case: tuple[str, ...]) -> None:
    assert result.exit_code in {0, 1}, (case, result.output)
    assert "unexpected" not in result.stderr, (case, result.stderr)
    assert result.stderr.count("Error:") <= 1, (case, result.stderr)
