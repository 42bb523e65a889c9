"""Removing a file while somebody stores the same bytes: at whatever moment, nothing is lost."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from activities.evidence import keep_blob, list_damaged
from activities.evidence_removal import list_set_aside, remove_files
from activities.evidence_tables import blob_scan, removal_act, removed_blob
from activities.tables import blob

CONTENT = b"the same bytes"
TOUCHES = ("replace", "unlink", "stat", "exists", "glob")
"""What a removal does with files."""


class KilledError(BaseException):
    """As if the process had been killed."""


class Writer:
    """Somebody who stores the bytes at one moment of a removal and writes their row at the same one or a later one.

    Attributes:
        moments: how many there were so far: before the removal, and before each touch of a file.
    """

    def __init__(self, office, stores_at, writes_at):
        self.office, self.stores_at, self.writes_at = office, stores_at, writes_at
        self.moments = 0
        self.stored = None
        self._is_busy = False

    def pass_moment(self):
        """Let a moment pass; what is the writer's to do then is done."""
        if self._is_busy:
            return
        self._is_busy = True
        if self.moments == self.stores_at:
            self.stored = self.office.evidence.store(io.BytesIO(CONTENT), 100)
        if self.moments == self.writes_at:
            self.write()
        self.moments += 1
        self._is_busy = False

    def write(self):
        """The row that speaks of the bytes."""
        with self.office.store.write() as work:
            keep_blob(work, self.stored, is_scanned=False)
        self.writes_at = None


@contextmanager
def at_each_touch(pass_moment) -> Iterator[None]:
    """Call before everything that is done with a path."""
    with pytest.MonkeyPatch.context() as patch:
        for name in TOUCHES:
            patch.setattr(Path, name, _passing(pass_moment, getattr(Path, name)))
        yield


def _passing(pass_moment, original):
    def touch(self, *given, **named):
        pass_moment()
        return original(self, *given, **named)

    return touch


def old_file(office):
    """The bytes as they were stored years ago."""
    path = office.evidence.path_of(office.evidence.store(io.BytesIO(CONTENT), 100).digest)
    years_ago = path.stat().st_mtime - timedelta(days=700).total_seconds()
    os.utime(path, (years_ago, years_ago))
    return path


def forget(office, *, with_act):
    """No row speaks of the bytes; with an act, since they are past their time."""
    with office.store.write() as work:
        for table in (removed_blob, blob_scan, blob, removal_act):
            work.connection.execute(delete(table))
        if with_act:
            digest = bytes.fromhex(old_file(office).name)
            work.connection.execute(blob.insert().values(digest=digest, size=len(CONTENT), stored_at=work.now))
            act = {"id": 1, "made_at": work.now, "made_by": "p-1", "months": 12}
            work.connection.execute(removal_act.insert().values(act))
            work.connection.execute(removed_blob.insert().values(blob_digest=digest, act_id=1))


def race(office, stores_at, writes_at, *, with_act):
    """Remove the file while a writer is at work; how many moments that took."""
    forget(office, with_act=with_act)
    path = old_file(office)
    writer = Writer(office, stores_at, writes_at)
    writer.pass_moment()
    with at_each_touch(writer.pass_moment):
        remove_files(office, [path])
    moments = writer.moments
    if writer.stored is None:
        return moments
    if writer.writes_at is not None:
        writer.write()
    assert path.read_bytes() == CONTENT, (stores_at, writes_at)
    assert list_damaged(office) == (1, [])
    assert list_set_aside(office) == []
    return moments


@pytest.mark.parametrize(
    ("database_kind", "with_act"),
    [("sqlite", False), pytest.param("postgresql", True, marks=pytest.mark.needs("postgresql"))],
    indirect=["database_kind"],
)
def test_whenever_the_same_bytes_are_stored_and_written_down_they_are_there(empty_desk, with_act, monkeypatch):
    """At every moment of a removal the bytes are stored anew, and the row follows at once, soon, later or after it."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)  # nothing here outlives a fall of the machine
    desk = empty_desk
    never = 1_000
    moments = race(desk.office, never, never, with_act=with_act)
    assert moments > 6
    for stores_at in range(moments):
        for writes_at in sorted({stores_at, stores_at + 1, stores_at + 3, moments}):
            race(desk.office, stores_at, writes_at, with_act=with_act)


def test_without_a_writer_the_bytes_are_gone(empty_desk):
    """What nobody needs is removed, and told."""
    path = old_file(empty_desk.office)
    assert remove_files(empty_desk.office, [path]) == [path]
    assert not path.exists()
    assert list_set_aside(empty_desk.office) == []


def test_a_removal_killed_at_any_moment_is_settled_by_the_next_one(empty_desk):
    """The row came while it was dead: the bytes are put back, wherever it was cut off."""
    for moment in range(1, 9):
        forget(empty_desk.office, with_act=False)
        path = old_file(empty_desk.office)
        left = iter(range(moment))

        def die(left=left):
            if next(left, None) is None:
                raise KilledError

        with at_each_touch(die), pytest.raises(KilledError):
            remove_files(empty_desk.office, [path])
        lost = not path.exists() and not list_set_aside(empty_desk.office)
        if lost:  # it was removed before it died, as it was to be
            continue
        with empty_desk.office.store.write() as work:
            digest = bytes.fromhex(path.name)
            work.connection.execute(blob.insert().values(digest=digest, size=len(CONTENT), stored_at=work.now))
        assert remove_files(empty_desk.office, []) == []
        assert path.read_bytes() == CONTENT, moment
