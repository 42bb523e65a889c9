"""What people see at the terminal when the disk is full or the database damaged: one message, nothing done."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import opora
from tests.fixtures.tools import REPOSITORY

MARY = "lavrentieva@parus.example.org"
PAGE = 4096


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(opora, arguments, env=_known(folder))


def _known(folder: Path) -> dict[str, str]:
    return {"OPORA_LANG": "en", "OPORA_DATA_DIR": str(folder), "OPORA_CLOCK": f"file:{folder.parent / 'clock'}"}


@pytest.fixture
def folder(installation: Path, tmp_path: Path) -> Path:
    """The data folder of an installation to be harmed."""
    shutil.copy(installation.parent / "clock", tmp_path)
    return Path(shutil.copytree(installation, tmp_path / "data"))


def _content(folder: Path) -> list[str]:
    """All that the database holds, as SQL."""
    with closing(sqlite3.connect(folder / "opora.db")) as connection:
        return list(connection.iterdump())


def _files(folder: Path) -> set[Path]:
    return {each for each in (folder / "evidence").rglob("*") if each.is_file()}


COMMANDS = (
    ("plan", "list"),
    ("occurrence", "show", "1.6"),
    ("occurrence", "start", "1.1", "--as", MARY),
    ("tick",),
    ("audit", "verify"),
    ("outbox", "list"),
)


@pytest.mark.parametrize("first_page", [0, 1, 40])
def test_on_a_damaged_file_each_command_names_the_backup(folder: Path, first_page: int) -> None:
    """From the first page on or further inside, ruined for good: the way back is named, and doctor sees it too."""
    database = folder / "opora.db"
    content = bytearray(database.read_bytes())
    content[first_page * PAGE :] = b"\xf5" * (len(content) - first_page * PAGE)
    database.write_bytes(content)
    for arguments in COMMANDS:
        result = _run(folder, *arguments)
        assert result.exit_code == 1, arguments
        assert "The database file is damaged" in result.stderr, arguments
        assert "opora restore" in result.stderr, arguments
        assert "Traceback" not in result.stderr, arguments
        assert "unexpected" not in result.stderr, arguments
    doctor = _run(folder, "doctor")
    assert doctor.exit_code == 1
    assert "opora restore" in doctor.stdout + doctor.stderr


_UNDER_A_LIMIT = """
import resource, sys
from cli.main import opora
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
opora(sys.argv[2:])
"""


def _run_under_a_limit(folder: Path, limit: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """In a process that can write no file beyond so many bytes."""
    return subprocess.run(
        [sys.executable, "-c", _UNDER_A_LIMIT, str(limit), *arguments],
        cwd=folder.parent,
        env={**os.environ, **_known(folder), "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_step_that_cannot_be_written_is_not_taken(folder: Path) -> None:
    """No byte of the journal can be written: the command says so, and the database holds what it held."""
    before = _content(folder)
    done = _run_under_a_limit(folder, PAGE // 8, "occurrence", "start", "1.1", "--as", MARY)
    assert done.returncode == 1
    assert "The disk under the database fails: disk I/O error. Check that the data folder can be written" in done.stderr
    assert done.stderr.count("Error:") == 1
    assert "Traceback" not in done.stderr
    assert _content(folder) == before


def test_evidence_that_does_not_fit_leaves_nothing_behind(folder: Path) -> None:
    """The file breaks off half-way: no piece of it lies about, and no row speaks of it."""
    big = folder.parent / "big.bin"
    big.write_bytes(bytes(3 << 20))
    before, files = _content(folder), _files(folder)
    done = _run_under_a_limit(folder, 2 << 20, "occurrence", "submit", "1.1", "--file", str(big), "--as", MARY)
    assert done.returncode == 1
    assert "The evidence folder cannot be used: File too large. Nothing was recorded." in done.stderr
    assert "Traceback" not in done.stderr
    assert _files(folder) == files
    assert _content(folder) == before
