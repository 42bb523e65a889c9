"""`opora database copy` and `reopen`: what a person sees of a move."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from runtime import migrations


@pytest.fixture
def office(environment: pytest.MonkeyPatch, run_opora: Callable[..., Result]) -> Callable[..., Result]:
    """`opora` in a new installation on SQLite with one person."""
    run_opora("init")
    assert run_opora("person", "add", "olga@parus.example.org", "--name", "Ольга").exit_code == 0
    return run_opora


@pytest.mark.needs("postgresql")
def test_a_move_is_told_and_taken_back(office: Callable[..., Result], postgres_url: str) -> None:
    """Rows and digests on stdout; what to do next, without a password, on stderr; the old place refuses, then works."""
    url = postgres_url.replace("postgres@", "postgres:secret@")
    done = office("database", "copy", "--to", url, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told["tables"]) == set(migrations.SCHEMA.tables)
    assert (told["tables"]["person"]["rows"], told["findings"]) == (1, 0)
    assert "secret" not in done.output
    assert f"OPORA_DATABASE_URL={told['target']}" in done.stderr
    refused = office("person", "list")
    assert refused.exit_code == 1
    assert "opora database reopen" in refused.stderr
    assert "secret" not in refused.stderr
    assert "olga" in office("person", "list", OPORA_DATABASE_URL=url).stdout
    assert office("database", "reopen", stdin="n\n").exit_code == 130
    assert office("person", "list").exit_code == 1
    assert office("database", "reopen", stdin="y\n").exit_code == 0
    assert "olga" in office("person", "list").stdout


def test_a_move_prints_a_table_for_people(office: Callable[..., Result], tmp_path: Path) -> None:
    """One line a table."""
    done = office("database", "copy", "--to", f"sqlite:///{tmp_path / 'other.db'}")
    assert done.exit_code == 0, done.stderr
    lines = dict(line.split("\t")[:2] for line in done.stdout.splitlines())
    assert (lines["Table"], lines["person"], len(lines)) == ("Rows", "1", len(migrations.SCHEMA.tables) + 1)


def test_a_move_after_a_tick_waits_for_the_worker(office: Callable[..., Result], tmp_path: Path) -> None:
    """The error names how long, and the switch for who knows better."""
    office("tick")
    refused = office("database", "copy", "--to", f"sqlite:///{tmp_path / 'other.db'}")
    assert refused.exit_code == 1
    assert "--stopped" in refused.stderr
    assert office("database", "copy", "--to", f"sqlite:///{tmp_path / 'other.db'}", "--stopped").exit_code == 0


def test_what_had_been_altered_is_told(office: Callable[..., Result], tmp_path: Path) -> None:
    """It comes along as it was, and a script sees it by the exit code."""
    with sqlite3.connect("data/opora.db") as connection:
        connection.execute(
            "INSERT INTO log_checkpoint (size, root, note, signed_at) "
            "VALUES (0, x'00', '', '2026-01-01T00:00:00.000000Z')"
        )
    connection.close()
    done = office("database", "copy", "--to", f"sqlite:///{tmp_path / 'other.db'}")
    assert done.exit_code == 1
    assert "opora audit verify" in done.stderr


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense"])
def test_a_target_that_is_no_database_is_refused(office: Callable[..., Result], url: str) -> None:
    """Nothing is closed."""
    refused = office("database", "copy", "--to", url)
    assert refused.exit_code == 1
    assert "sqlite:///" in refused.stderr
    assert office("person", "list").exit_code == 0
