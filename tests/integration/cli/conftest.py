"""A terminal in front of an installation with the sample plan at work."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import opora
from engine.clock import FileClock
from tests.fixtures.tools import REPOSITORY

EXAMPLES = REPOSITORY / "examples"
MARY = "lavrentieva@parus.example.org"
"""Coordinates."""
HEAD = "kornilov@parus.example.org"
"""Approves everything but section IV."""
PAUL = "gromova@parus.example.org"
"""Answers for the centre."""


@dataclass(frozen=True)
class Terminal:
    """Runs `opora` on one data folder, in English; its clock stands at Monday, 2 March 2026, 9:00 in Moscow."""

    folder: Path

    @property
    def clock(self) -> FileClock:
        """The clock that all commands see."""
        return FileClock(self.folder / "clock")

    def __call__(self, *arguments: str, **environment: str) -> Result:
        """What became of a command."""
        known = {
            "OPORA_LANG": "en",
            "OPORA_DATA_DIR": str(self.folder / "data"),
            "OPORA_CLOCK": f"file:{self.folder / 'clock'}",
        }
        return CliRunner().invoke(opora, arguments, env=known | environment)

    def done(self, *arguments: str, **environment: str) -> Result:
        """A command that must do what it was told."""
        result = self(*arguments, **environment)
        assert result.exit_code == 0, f"{arguments}: {result.stderr}"
        return result

    def refused(self, *arguments: str, code: int = 1, **environment: str) -> str:
        """What a command says that must be refused, without a trace or a line of data."""
        result = self(*arguments, **environment)
        assert result.exit_code == code, f"{arguments}: {result.stdout}{result.stderr}"
        assert "Traceback" not in result.stderr
        assert result.stdout == ""
        return result.stderr

    def json(self, *arguments: str, **environment: str) -> Any:
        """The data of a command that must succeed; nothing else may stand on stdout."""
        return json.loads(self.done(*arguments, "--json", **environment).stdout)

    def state(self, reference: str) -> str:
        """The state of an occurrence."""
        state: str = self.json("occurrence", "show", reference)["state"]
        return state


def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("OPORA_") and not each.startswith("OPORA_TEST_")]:
        monkeypatch.delenv(name)
    # Set by the command for the libraries it uses; put back after the test.
    monkeypatch.setenv("LANGUAGE", "en")


def _made(folder: Path) -> Terminal:
    terminal = Terminal(folder)
    terminal.clock.set(datetime(2026, 3, 2, 6, 0, tzinfo=UTC))
    terminal.done("init", "--purpose", "test")
    return terminal


@pytest.fixture(scope="session")
def _furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with people and the launched sample plan, made once by the commands themselves."""
    folder = tmp_path_factory.mktemp("furnished")
    with pytest.MonkeyPatch.context() as monkeypatch:
        _quiet(monkeypatch)
        monkeypatch.chdir(folder)
        terminal = _made(folder)
        terminal.done("person", "add", MARY, "--name", "Лаврентьева Ольга Сергеевна", "--role", "coordinator")
        terminal.done("plan", "import", str(EXAMPLES / "plan-2026.docx"), "--as", MARY)
        terminal.done("person", "import", str(EXAMPLES / "people.xlsx"), "--as", MARY)
        terminal.done("plan", "launch", "--from", "2026-02-05", "--as", MARY)
    return folder


@pytest.fixture
def terminal(_furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal on a copy of the furnished installation; the working folder is empty."""
    _quiet(monkeypatch)
    shutil.copytree(_furnished, tmp_path / "installation")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return Terminal(tmp_path / "installation")


@pytest.fixture
def empty_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal on an installation that was only just made."""
    _quiet(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return _made(tmp_path)


@pytest.fixture
def protocol(tmp_path: Path) -> str:
    """The path of a file to hand in."""
    path = tmp_path / "протокол.txt"
    path.write_text("протокол № 1", encoding="utf-8")
    return str(path)


@pytest.fixture
def handed_in(terminal: Terminal, protocol: str) -> Callable[[], dict[str, Any]]:
    """Hand in evidence for 1.4 as who answers for it; gives the submission."""

    def hand_in() -> dict[str, Any]:
        terminal.done("occurrence", "submit", "1.4", "--file", protocol, "--as", PAUL)
        submission: dict[str, Any] = terminal.json("occurrence", "show", "1.4")["submissions"][-1]
        return submission

    return hand_in
