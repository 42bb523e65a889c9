"""Settings come from one place, follow the data folder, and are refused by name without showing a value."""

import re
from pathlib import Path
from typing import Any

import pytest

from runtime.doctor import ELSEWHERE
from runtime.settings import PREFIX, Settings, SettingsError, load_settings

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGES = ["engine", "workflows", "activities", "notifications", "runtime", "web", "cli"]
DOCUMENT = (REPOSITORY / "docs" / "settings.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def set_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """An empty working folder and no setting; gives `set_up(name=value)`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)

    def put(**values: str) -> Settings:
        for name, value in values.items():
            monkeypatch.setenv(PREFIX + name.upper(), value)
        return load_settings()

    return put


def test_without_settings_everything_lies_in_the_folder_data(set_up: Any) -> None:
    """The defaults are those that docs/settings.md names."""
    found = set_up()
    assert (found.database_url, found.huey_url) == ("sqlite:///data/opora.db", "sqlite:///data/huey.db")
    assert (found.keys_dir, found.evidence_dir) == (Path("data/keys"), Path("data/evidence"))
    assert (found.zone.key, found.host, found.port) == ("Europe/Moscow", "127.0.0.1", 8080)
    assert (found.public_url, found.smtp_url, found.clock) == (None, None, None)


def test_what_lies_in_the_data_folder_moves_with_it(set_up: Any) -> None:
    """One setting moves the whole installation; what is set apart stays where it is said to be."""
    found = set_up(data_dir="/srv/opora", huey_url="redis://localhost:6379/0")
    assert found.database_url == found.database_owner_url == "sqlite:////srv/opora/opora.db"
    assert found.keys_dir == Path("/srv/opora/keys")
    assert found.huey_url == "redis://localhost:6379/0"


def test_migrations_may_have_a_login_of_their_own(set_up: Any) -> None:
    """The owner's URL is the application's unless it is set."""
    found = set_up(database_url="postgresql://app@db/opora", database_owner_url="postgresql://owner@db/opora")
    assert found.database_owner_url == "postgresql://owner@db/opora"


def test_the_file_env_of_the_working_folder_is_read(tmp_path: Path, set_up: Any) -> None:
    """The environment wins over the file."""
    (tmp_path / ".env").write_text("OPORA_PORT=9000\nOPORA_HOST=0.0.0.0\nOTHER=1\n", "utf-8")
    found = set_up(host="::1")
    assert (found.port, found.host) == (9000, "::1")


def test_an_empty_setting_counts_as_not_set(set_up: Any) -> None:
    """`OPORA_PORT=` in a container's file is no port and no error."""
    assert set_up(port="", public_url="").port == 8080
    assert load_settings().public_url is None


def test_a_clock_is_a_file(set_up: Any) -> None:
    """`file:PATH` is understood, anything else refused."""
    assert set_up(clock="file:/tmp/clock").clock == Path("/tmp/clock")
    for wrong in ("/tmp/clock", "file:", "now"):
        with pytest.raises(SettingsError, match="OPORA_CLOCK"):
            set_up(clock=wrong)


def test_each_wrong_setting_is_named_and_no_value_is_shown(set_up: Any) -> None:
    """All slips are told at once; a value may be a password that landed in the wrong line."""
    with pytest.raises(SettingsError) as caught:
        set_up(port="secret-port", zone="Mars/Base", workers="0")
    said = str(caught.value)
    assert all(name in said for name in ("OPORA_PORT", "OPORA_ZONE", "OPORA_WORKERS"))
    assert "secret-port" not in said


def test_addresses_that_may_hold_passwords_are_not_shown(set_up: Any) -> None:
    """A log line or a trace that shows the settings shows no password."""
    found = set_up(
        database_url="postgresql://app:pass1@db/opora",
        database_owner_url="postgresql://own:pass2@db/opora",
        huey_url="redis://:pass3@queue/0",
        smtp_url="smtps://me:pass4@mail.example.org",
    )
    assert "pass" not in repr(found)


def test_settings_cannot_be_changed_later(set_up: Any) -> None:
    """What a process started with is what it works with."""
    with pytest.raises(ValueError, match="frozen"):
        set_up().port = 1


@pytest.mark.parametrize("name", [PREFIX + name.upper() for name in Settings.model_fields] + sorted(ELSEWHERE))
def test_every_setting_is_documented(name: str) -> None:
    """Each setting has a row in docs/settings.md."""
    assert f"| `{name}` |" in DOCUMENT


def test_every_documented_setting_exists() -> None:
    """No row in docs/settings.md names a setting that nothing reads, and no code reads one that has no row."""
    rows = set(re.findall(r"^\| `(OPORA_\w+)` \|", DOCUMENT, re.MULTILINE))
    assert rows == {PREFIX + name.upper() for name in Settings.model_fields} | ELSEWHERE
    sources = "\n".join(path.read_text("utf-8") for each in PACKAGES for path in (REPOSITORY / each).rglob("*.py"))
    read = set(re.findall(r"\bOPORA_[A-Z]\w+", sources)) - {"OPORA_COMPLETE"}  # what shells ask Click by
    assert read <= rows
