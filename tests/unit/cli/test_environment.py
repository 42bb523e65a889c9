"""Language and actor are found where the other settings are."""

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.environment import find_setting
from cli.options import acting
from cli.output import language
from runtime.settings import load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, nothing set."""
    for name in [each for each in os.environ if each.startswith("OPORA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str) -> None:
    Path(".env").write_text(text, encoding="utf-8")


def test_without_a_file_nothing_is_set():
    """The language is then the terminal's."""
    assert (find_setting("OPORA_ACTOR"), language()) == (None, "en")


def test_the_file_is_read_as_the_other_settings_are():
    """Comments, quotes, `export`, any case of the name, Russian letters."""
    write("# Наш центр\nexport OPORA_LANG='ru'\nopora_actor=\"olga@parus.example.org\" # Ольга\nOPORA_PORT=8123\n")
    assert (find_setting("OPORA_ACTOR"), language()) == ("olga@parus.example.org", "ru")
    assert load_settings().port == 8123


def test_the_environment_wins_and_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch):
    """As for every setting."""
    write("OPORA_LANG=ru\nOPORA_ACTOR=\n")
    assert find_setting("OPORA_ACTOR") is None
    monkeypatch.setenv("OPORA_LANG", "")
    assert language() == "ru"
    monkeypatch.setenv("OPORA_LANG", "en")
    assert language() == "en"


def test_a_file_that_was_changed_is_read_anew(folder: Path):
    """A process that stays sees it."""
    write("OPORA_LANG=ru\n")
    assert language() == "ru"
    write("OPORA_LANG=en\n")
    os.utime(folder / ".env", ns=(1, 1))
    assert language() == "en"


@pytest.mark.parametrize("content", [b"\xff\xfe OPORA_LANG=ru", None])
def test_a_file_that_cannot_be_read_is_told_by_others(folder: Path, content: bytes | None):
    """Saying so needs a language first."""
    if content is None:
        (folder / ".env").mkdir()
    else:
        (folder / ".env").write_bytes(content)
    assert language() == "en"


def test_the_actor_of_the_file_acts():
    """Unless `--as` names another."""

    @click.command
    @acting()
    def command(actor: str, on_behalf_of: str | None):
        click.echo(f"{actor} {on_behalf_of}")

    write("OPORA_ACTOR=olga@parus.example.org\n")
    assert CliRunner().invoke(command).output == "olga@parus.example.org None\n"
    assert CliRunner().invoke(command, ["--as", "head"]).output == "head None\n"
    write("\n")
    os.utime(".env", ns=(2, 2))
    assert "OPORA_ACTOR" in CliRunner().invoke(command).output
