"""The commands that make, run, save and bring back an installation."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from runtime import migrations


@pytest.fixture
def office(environment: pytest.MonkeyPatch, tmp_path: Path, run_opora: Callable[..., Result]) -> Callable[..., Result]:
    """`opora` in an installation for tests under a file clock, on SQLite."""
    environment.setenv("OPORA_CLOCK", f"file:{tmp_path / 'clock'}")
    (tmp_path / "clock").write_text("2026-03-02T06:00:00Z", encoding="ascii")
    assert run_opora("init", "--purpose", "test").exit_code == 0
    return run_opora


def test_init_says_what_it_made_and_what_comes_next(
    environment: pytest.MonkeyPatch, run_opora: Callable[..., Result]
) -> None:
    """It asks nothing; a second time it says that all is there."""
    first = run_opora("init")
    assert first.exit_code == 0
    assert first.stdout == ""
    for words in ("data folder data", "keys", "database (production)", "opora plan import"):
        assert words in first.stderr
    assert "nothing was changed" in run_opora("init").stderr


def test_init_in_a_place_that_cannot_be_written_says_so(
    environment: pytest.MonkeyPatch, run_opora: Callable[..., Result]
) -> None:
    """One message with its remedy, exit 1."""
    Path("data").write_text("a file where the folder should be")
    refused = run_opora("init")
    assert refused.exit_code == 1
    assert "OPORA_DATA_DIR" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_command_without_an_installation_names_init(run_opora: Callable[..., Result]) -> None:
    """Nobody has to guess what is missing, and no folder appears."""
    refused = run_opora("tick")
    assert refused.exit_code == 1
    assert "opora init" in refused.stderr
    assert not Path("data").exists()


def test_tick_tells_what_each_part_did(office: Callable[..., Result]) -> None:
    """As a table and as JSON."""
    assert office("tick").stdout.splitlines()[0] == "Part\tDone"
    assert set(json.loads(office("tick", "--json").stdout)) == {"done", "failures"}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2026-04-06T09:00", "2026-04-06T06:00:00.000000Z"),
        ("2026-04-06T09:00Z", "2026-04-06T09:00:00.000000Z"),
        ("2026-04-06T09:00+05:00", "2026-04-06T04:00:00.000000Z"),
    ],
)
def test_tick_at_moves_the_clock_first(office: Callable[..., Result], tmp_path: Path, typed: str, shown: str) -> None:
    """Without a zone the instant is local to the installation, Moscow by default."""
    assert office("tick", "--at", typed).exit_code == 0
    assert (tmp_path / "clock").read_text() == shown


@pytest.mark.parametrize(("typed", "code"), [("2026-03-01", 1), ("soon", 2)])
def test_tick_at_refuses_the_past_and_what_is_no_instant(
    office: Callable[..., Result], tmp_path: Path, typed: str, code: int
) -> None:
    """The clock stays."""
    assert office("tick", "--at", typed).exit_code == code
    assert (tmp_path / "clock").read_text() == "2026-03-02T06:00:00Z"


def test_tick_at_needs_a_clock_file(environment: pytest.MonkeyPatch, run_opora: Callable[..., Result]) -> None:
    """On a production database there is none."""
    run_opora("init")
    refused = run_opora("tick", "--at", "2026-04-06T09:00")
    assert refused.exit_code == 1
    assert "OPORA_CLOCK" in refused.stderr


def test_tick_fails_where_a_part_fails(office: Callable[..., Result], environment: pytest.MonkeyPatch) -> None:
    """The parts that work are done; the failure is told on stderr, and a script sees it by the exit code."""
    environment.setenv("OPORA_SMTP_URL", "smtp://127.0.0.1")
    done = office("tick")
    assert done.exit_code == 1
    assert "timers\t0" in done.stdout
    assert "OPORA_MAIL_FROM" in done.stderr


def test_the_databases_version_is_shown(office: Callable[..., Result]) -> None:
    """Both, the database's and the program's."""
    assert json.loads(office("database", "version", "--json").stdout) == {
        "database": migrations.newest(),
        "program": migrations.newest(),
    }


def test_upgrading_what_is_not_there_names_init(run_opora: Callable[..., Result]) -> None:
    """An upgrade makes no database."""
    refused = run_opora("database", "upgrade")
    assert refused.exit_code == 1
    assert "opora init" in refused.stderr


def test_upgrade_says_the_version(office: Callable[..., Result]) -> None:
    """At the newest version it changes nothing."""
    assert migrations.newest() in office("database", "upgrade").stderr


def test_a_backup_goes_out_and_comes_back(office: Callable[..., Result], tmp_path: Path) -> None:
    """The talk says that the keys are not in it and where they are wanted."""
    saved = office("backup", str(tmp_path / "b.tar"))
    assert saved.exit_code == 0
    assert "keys in data/keys are not in it" in saved.stderr
    told = json.loads(office("backup", str(tmp_path / "c.tar"), "--json").stdout)
    assert (told["evidence"], told["missing"]) == (0, [])
    back = office("restore", str(tmp_path / "b.tar"), OPORA_DATA_DIR=str(tmp_path / "elsewhere"))
    assert back.exit_code == 0
    assert "opora init" in back.stderr
    assert (tmp_path / "elsewhere" / "opora.db").exists()


def test_restore_over_data_is_refused(office: Callable[..., Result], tmp_path: Path) -> None:
    """Exit 1, and nothing was changed."""
    office("backup", str(tmp_path / "b.tar"))
    before = Path("data/opora.db").read_bytes()
    refused = office("restore", str(tmp_path / "b.tar"))
    assert refused.exit_code == 1
    assert "not empty" in refused.stderr
    assert Path("data/opora.db").read_bytes() == before


def test_up_runs_both_and_stops_when_asked(
    office: Callable[..., Result], environment: pytest.MonkeyPatch, start: Callable[..., Any], free_port: int
) -> None:
    """The web server answers, the worker is ready, SIGTERM ends all with 0."""
    environment.setenv("OPORA_PORT", str(free_port))
    up = start("up")
    up.wait_for("the worker is ready", f"http://127.0.0.1:{free_port}")
    with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/health", timeout=30) as answer:
        assert answer.status == 200
    assert up.stop() == 0


def test_up_without_an_installation_ends_at_once(start: Callable[..., Any]) -> None:
    """It does not start children that cannot live."""
    up = start("up")
    up.wait_for("opora init")
    assert up.end() == 1
