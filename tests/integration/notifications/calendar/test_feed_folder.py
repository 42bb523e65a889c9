"""Calendars as files: begun with an address, kept up by workers, gone with the address."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.acting import Actor
from activities.occurrences import OccurrenceFilter
from activities.steps import start
from notifications.calendar import feed_folder
from notifications.calendar.emission import find_stored_feed, read_bytes
from notifications.calendar.feed_folder import FeedFolder, FeedFolderError
from notifications.calendar.subscriptions import (
    NewSubscription,
    add_subscription,
    revoke_subscription,
    rotate_subscription,
)


@pytest.fixture
def house(make_house, sqlite_url, tmp_path):
    """An installation that keeps calendars as files too."""
    made = make_house(sqlite_url, feed_dir=tmp_path / "feeds")
    made.tick()
    return made


@pytest.fixture
def folder(house):
    return FeedFolder(house.application.settings.feed_dir)


@pytest.fixture
def offered(house, folder):
    """A subscription, its secret, its file."""
    made, token = add_subscription(house.office, NewSubscription("Сроки", OccurrenceFilter()))
    folder.offer(house.office, made, token)
    house.tick()
    return made, token, folder.path / f"{token}.ics"


def stored(house, token):
    """What the program itself would serve."""
    with house.office.store.read() as connection:
        return read_bytes(connection, find_stored_feed(connection, token), packed=False)


def change(house):
    """A step that every calendar shows."""
    start(house.office, Actor(house.teacher, "cli"), house.occurrence("1.3").id)


def test_a_file_begins_with_the_address(house, folder):
    """It is whole at once, before any worker ran; its folder can be listed by nobody else."""
    made, token = add_subscription(house.office, NewSubscription("Сроки", OccurrenceFilter()))
    folder.offer(house.office, made, token)
    path = folder.path / f"{token}.ics"
    assert path.read_bytes().count(b"BEGIN:VEVENT") == 4
    assert folder.path.stat().st_mode & 0o007 == 0
    assert path.stat().st_mode & 0o777 == 0o644
    before = path.stat()
    house.tick()
    assert path.read_bytes() == stored(house, token)
    assert path.stat() == before


def test_a_worker_keeps_it_up(house, offered):
    """After a change the file has the new bytes and a later date; the tick after it leaves it alone."""
    _, token, path = offered
    old, before = path.read_bytes(), path.stat()
    change(house)
    house.tick()
    assert path.read_bytes() == stored(house, token) != old
    assert int(path.stat().st_mtime) > int(before.st_mtime)
    after = path.stat()
    house.pass_time(hours=1)
    house.tick()
    assert path.stat() == after


def test_the_date_is_the_calendars(house, offered):
    """Servers answer If-Modified-Since by it."""
    house.pass_time(hours=2)
    change(house)
    house.tick()
    assert offered[2].stat().st_mtime == house.clock.now().timestamp()


def test_a_new_address_has_another_file(house, folder, offered):
    """The old one goes with the old address."""
    made, _, path = offered
    fresh = rotate_subscription(house.office, made)
    folder.offer(house.office, made, fresh)
    assert folder.keep_up(house.office) == 1
    assert [each.name for each in folder.path.iterdir()] == [f"{fresh}.ics"]
    assert not path.exists()


def test_a_revoked_one_is_removed(house, offered):
    """By the next tick at the latest, and no tick brings it back."""
    revoke_subscription(house.office, offered[0])
    house.tick()
    assert not offered[2].exists()
    change(house)
    house.tick()
    assert not offered[2].exists()


def test_revoking_while_a_worker_writes(house, folder, offered, monkeypatch):
    """A worker that was writing when the address died leaves no file behind."""
    offered[2].write_bytes(b"to be mended")
    replace = feed_folder._replace

    def revoked_meanwhile(path, *rest):
        revoke_subscription(house.office, offered[0])
        path.unlink()
        replace(path, *rest)

    monkeypatch.setattr(feed_folder, "_replace", revoked_meanwhile)
    assert folder.keep_up(house.office) == 2
    assert list(folder.path.iterdir()) == []


def test_nothing_else_is_touched(house, folder, offered):
    """Files of others stay, whatever they are called; a calendar without a file gets none."""
    for name in ("robots.txt", "short.ics", "index.html"):
        (folder.path / name).write_text("x")
    add_subscription(house.office, NewSubscription("Другие", OccurrenceFilter()))
    change(house)
    house.tick()
    assert {each.name for each in folder.path.iterdir()} == {
        "robots.txt",
        "short.ics",
        "index.html",
        offered[2].name,
    }


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"x" * 99)])
def test_a_damaged_file_is_mended(house, offered, damage):
    """What the content should be is compared, not a date."""
    _, token, path = offered
    date = path.stat().st_mtime
    damage(path)
    os.utime(path, (date, date))
    house.tick()
    assert path.read_bytes() == stored(house, token)


def test_a_reader_never_sees_half(house, offered):
    """Who has opened the file before a change reads the old calendar to its end: the new one is another file."""
    _, _, path = offered
    old = path.read_bytes()
    with path.open("rb", buffering=0) as reading:
        head = reading.read(100)
        change(house)
        house.tick()
        assert head + reading.readall() == old
    assert path.read_bytes() != old


def test_workers_write_the_same_file_at_once(house, folder, offered):
    """However many write it, it is one of theirs, whole, and nothing half-written is left."""
    path, now = offered[2], house.clock.now()
    bodies = {b"%d" % number * 999 for number in range(8)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body: feed_folder._replace(path, body, now), bodies))
    assert path.read_bytes() in bodies
    assert list(folder.path.iterdir()) == [path]


def test_what_cannot_be_written_to_its_end_leaves_nothing(house, folder, offered, monkeypatch):
    """A disk that fails at the last moment: the old calendar stays, and nothing beside it."""
    old = offered[2].read_bytes()
    change(house)

    def fail(_descriptor):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(feed_folder.os, "fsync", fail)
        house.tick()
    assert stored(house, offered[1]) != old
    assert [(each, each.read_bytes()) for each in folder.path.iterdir()] == [(offered[2], old)]


def test_each_change_has_a_later_second(house, offered):
    """A server that makes the tag of size and second tells two changes of one second apart."""
    path = offered[2]
    seconds = []
    for _ in range(3):
        feed_folder._replace(path, b"same size", house.clock.now())
        seconds.append(int(path.stat().st_mtime))
    assert seconds == sorted(set(seconds))


def test_what_a_killed_worker_left_is_removed(house, folder, offered):
    """Half-written files go after an hour; one that is being written stays."""
    now = house.clock.now().timestamp()
    for name, age in (("old", 3601), ("new", 3599)):
        part = folder.path / f"{feed_folder.PART}{name}"
        part.write_bytes(b"BEGIN")
        os.utime(part, (now - age, now - age))
    folder.keep_up(house.office)
    assert {each.name for each in folder.path.iterdir()} == {f"{feed_folder.PART}new", offered[2].name}


def test_a_file_that_fails_holds_up_no_other(house, folder, offered, monkeypatch, caplog):
    """It keeps what it has and is told without its name, which is a secret; the next tick tries again."""
    second, token = add_subscription(house.office, NewSubscription("Другие", OccurrenceFilter()))
    folder.offer(house.office, second, token)
    old = offered[2].read_bytes()
    change(house)
    replace = feed_folder._replace

    def full(path, *rest):
        if path == offered[2]:
            raise OSError(28, "No space left on device", str(path))
        replace(path, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(feed_folder, "_replace", full)
        house.tick()
    assert offered[2].read_bytes() == old
    assert (folder.path / f"{token}.ics").read_bytes() == stored(house, token) != old
    assert "No space left on device" in caplog.text
    assert offered[1] not in caplog.text
    house.tick()
    assert offered[2].read_bytes() == stored(house, offered[1]) != old


def test_a_folder_that_is_none_is_told(house, tmp_path):
    """With what to do; the calendar itself is there."""
    path = Path(tmp_path / "file")
    path.write_text("x")
    made, token = add_subscription(house.office, NewSubscription("Сроки", OccurrenceFilter()))
    for attempt in (
        lambda: FeedFolder(path).offer(house.office, made, token),
        lambda: FeedFolder(path).keep_up(house.office),
    ):
        with pytest.raises(FeedFolderError, match="OPORA_FEED_DIR"):
            attempt()


def test_a_folder_that_is_not_there_is_nothing_to_do(house):
    """Before the first calendar there is none."""
    assert FeedFolder(Path("/nowhere/at/all")).keep_up(house.office) == 0


def test_the_window_of_a_file_moves_too(house, offered):
    """A day that makes something overdue is in the file after the tick of that day."""
    house.pass_time(days=42)
    house.tick()
    assert "SUMMARY:! 1.3" in offered[2].read_bytes().decode()
