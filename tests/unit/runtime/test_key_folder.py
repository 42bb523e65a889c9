"""A process that runs for months sees which keys for links were added or taken away."""

from pathlib import Path

import pytest

from notifications.keys import KeyExposedError, Keys, KeysMissingError
from runtime.key_folder import KeyFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one key."""
    Keys.create(tmp_path / "keys")
    return tmp_path / "keys"


def test_a_new_key_signs_after_the_next_look(folder: Path) -> None:
    """Until then the old one does."""
    keys = Keys(KeyFolder(folder))
    Keys.rotate(folder)
    assert (keys.newest, list(keys.secrets)) == ("1", ["1"])
    keys.secrets.reload()  # type: ignore[attr-defined]
    assert keys.newest == "2"
    assert dict(keys.secrets) == Keys.load(folder).secrets


def test_a_key_that_was_taken_away_counts_no_more(folder: Path) -> None:
    """It was taken away because somebody else had it."""
    Keys.rotate(folder)
    secrets = KeyFolder(folder)
    (folder / "link-1.key").unlink()
    secrets.reload()
    assert (list(secrets), len(secrets)) == (["2"], 1)


def test_a_folder_without_a_usable_key_is_refused_at_each_look(folder: Path) -> None:
    """Whoever took all keys away wants no link to be made or taken."""
    secrets = KeyFolder(folder)
    (folder / "link-1.key").chmod(0o644)
    for _ in range(2):
        with pytest.raises(KeyExposedError):
            secrets.reload()
    (folder / "link-1.key").unlink()
    with pytest.raises(KeysMissingError):
        secrets.reload()


def test_an_unchanged_folder_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look is cheap: it asks for names and times only."""
    secrets = KeyFolder(folder)
    monkeypatch.setattr(Keys, "load", lambda _folder: pytest.fail("the keys were read"))
    secrets.reload()
    assert list(secrets) == ["1"]
