"""Keys that sign links."""

import stat

import pytest

from notifications.keys import KeyDamagedError, KeyExposedError, Keys, KeysExistError, KeysMissingError


def test_a_new_key_can_be_read_by_its_owner_only(tmp_path):
    """The folder has mode 0700, the key 0600, and loading gives what creating gave."""
    made = Keys.create(tmp_path / "keys")
    (path,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert Keys.load(tmp_path / "keys") == made
    assert len(made.secrets[made.newest]) == 32


def test_keys_that_are_there_are_never_replaced(tmp_path):
    """Creating twice would make every link useless, so it is refused."""
    first = Keys.create(tmp_path)
    with pytest.raises(KeysExistError):
        Keys.create(tmp_path)
    assert Keys.load(tmp_path) == first


def test_rotation_adds_a_key_that_signs_and_keeps_the_older_ones(tmp_path):
    """After ten rotations the newest is the eleventh, and all are known."""
    first = Keys.create(tmp_path)
    for _ in range(10):
        keys = Keys.rotate(tmp_path)
    assert keys.newest == "11"
    assert keys.secrets["1"] == first.secrets["1"]
    assert len(set(keys.secrets.values())) == 11


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path, mode):
    """Group and world have no business with a key; the error names the remedy."""
    Keys.create(tmp_path)
    (path,) = tmp_path.iterdir()
    path.chmod(mode)
    with pytest.raises(KeyExposedError, match="chmod 600"):
        Keys.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"no hexadecimal", b"ab" * 31, b"\xff" * 64])
def test_a_damaged_key_is_refused(tmp_path, content):
    """Half a key is no key."""
    Keys.create(tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    with pytest.raises(KeyDamagedError):
        Keys.load(tmp_path)


def test_without_keys_the_error_says_what_to_run(tmp_path):
    """A folder that is missing or holds other files is a folder without keys."""
    (tmp_path / "link-01.key.bak").touch()
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(KeysMissingError, match="opora init"):
            Keys.load(folder)


def test_a_secret_never_shows():
    """Keys in a trace or a log tell nothing."""
    assert "sesame" not in repr(Keys({"1": b"sesame" * 6}))
