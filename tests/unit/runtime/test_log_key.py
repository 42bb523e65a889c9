"""The log's key: made once, for its owner's eyes only, and known by its public half."""

import stat
from pathlib import Path

import pytest

from engine.checkpoints import verifier_key
from notifications.keys import KeyExposedError
from runtime.log_key import BadVerifierKeyError, LogKey, LogKeyDamagedError, LogKeyMissingError, PublicLogKey


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a key."""
    assert LogKey.create(tmp_path / "keys")
    return tmp_path / "keys"


def test_a_key_is_made_once(folder: Path) -> None:
    """A second time leaves it as it is; nobody else may read it."""
    before = (folder / "log.key").read_bytes()
    assert not LogKey.create(folder)
    assert (folder / "log.key").read_bytes() == before
    assert stat.S_IMODE((folder / "log.key").stat().st_mode) == 0o600


def test_two_installations_have_logs_of_two_names(folder: Path, tmp_path: Path) -> None:
    """The name follows from the key."""
    LogKey.create(tmp_path / "other")
    first, other = LogKey.load(folder), LogKey.load(tmp_path / "other")
    assert first.name != other.name
    assert first.name.startswith("opora/")


def test_the_public_half_verifies_and_signs_nothing(folder: Path) -> None:
    """It comes back from its text, and tells true signatures from others."""
    key = LogKey.load(folder)
    public = PublicLogKey.parse(f" {verifier_key(key)}\n")
    assert (public.name, public.public_key) == (key.name, key.public_key)
    assert public.verify(b"text", key.sign(b"text"))
    assert not public.verify(b"other", key.sign(b"text"))
    assert not hasattr(public, "sign")


@pytest.mark.parametrize("change", [("opora/", "opore/"), ("+", "-"), ("+A", "+B"), ("=", "")])
def test_a_public_key_that_was_altered_is_refused(folder: Path, change: tuple[str, str]) -> None:
    """Its id would not fit, or it is no key at all."""
    text = verifier_key(LogKey.load(folder))
    altered = text.replace(*change) if change[0] in text else f"{text}="
    with pytest.raises(BadVerifierKeyError):
        PublicLogKey.parse(altered)


def test_a_key_that_others_may_read_is_refused(folder: Path) -> None:
    """It says how to mend it."""
    (folder / "log.key").chmod(0o640)
    with pytest.raises(KeyExposedError, match="chmod 600"):
        LogKey.load(folder)


@pytest.mark.parametrize("content", ["", "00", "zz" * 32, "00" * 33])
def test_a_file_that_is_no_key_is_refused(folder: Path, content: str) -> None:
    """Cut or written over."""
    (folder / "log.key").write_text(content)
    with pytest.raises(LogKeyDamagedError):
        LogKey.load(folder)


def test_a_missing_key_is_said(tmp_path: Path) -> None:
    """With the remedy."""
    with pytest.raises(LogKeyMissingError, match="opora init"):
        LogKey.load(tmp_path)
