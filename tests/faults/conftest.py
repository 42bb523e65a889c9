"""An installation to be harmed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import opora
from tests.fixtures.tools import REPOSITORY

MARY = "lavrentieva@parus.example.org"
"""Coordinates."""
PAUL = "gromova@parus.example.org"
"""Answers for the centre."""
EXAMPLES = REPOSITORY / "examples"


def command(data: Path, *arguments: str) -> Result:
    """Run `opora` on a data folder, in English, by the clock beside it."""
    known = {"OPORA_LANG": "en", "OPORA_DATA_DIR": str(data), "OPORA_CLOCK": f"file:{data.parent / 'clock'}"}
    return CliRunner().invoke(opora, arguments, env=known)


@pytest.fixture(scope="session")
def _quiet() -> Iterator[None]:
    """No setting of whoever runs the tests reaches the commands."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [each for each in os.environ if each.startswith("OPORA_") and not each.startswith("OPORA_TEST_")]:
            monkeypatch.delenv(name)
        # Set by the command for the libraries it uses; put back after the test.
        monkeypatch.setenv("LANGUAGE", "en")
        yield


@pytest.fixture(scope="session")
def installation(_quiet: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation with the launched sample plan, its people and a calendar; 2 March 2026."""
    data = tmp_path_factory.mktemp("installation") / "data"
    (data.parent / "clock").write_text("2026-03-02T06:00:00.000000Z", encoding="ascii")
    (data.parent / "list.txt").write_text("перечень", encoding="utf-8")
    for arguments in (
        ("init", "--purpose", "test"),
        ("person", "add", MARY, "--name", "Лаврентьева Ольга Сергеевна", "--role", "coordinator"),
        ("plan", "import", str(EXAMPLES / "plan-2026.docx"), "--as", MARY),
        ("person", "import", str(EXAMPLES / "people.xlsx"), "--as", MARY),
        ("plan", "launch", "--from", "2026-02-05", "--as", MARY),
        ("calendar", "add", "--name", "all"),
        ("occurrence", "submit", "1.4", "--file", str(data.parent / "list.txt"), "--as", PAUL),
    ):
        done = command(data, *arguments)
        assert done.exit_code == 0, done.stderr
    return data
