"""Files that no row speaks of: found, removed, and never one whose writer is on the way."""

import io
import os
from datetime import timedelta

import pytest

from activities import evidence_orphans
from activities.evidence_orphans import list_orphans, remove_orphans


def age(path, days=2):
    """Make a file as old as if it had been left days ago."""
    left_at = path.stat().st_mtime - timedelta(days=days).total_seconds()
    os.utime(path, (left_at, left_at))


@pytest.fixture
def left(desk):
    """A stored file without a row, two days old."""
    stored = desk.office.evidence.store(io.BytesIO(b"left behind"), 100)
    path = desk.office.evidence.path_of(stored.digest)
    age(path)
    return path


def test_only_old_files_without_a_row_are_removed(desk, left):
    """What a row speaks of stays however old; a young file and a young upload stay; leftovers of both kinds go."""
    piece = desk.add("1.1", desk.paul)
    needed = desk.office.evidence.path_of(piece.blob_digest)
    age(needed)
    young = desk.office.evidence.path_of(desk.office.evidence.store(io.BytesIO(b"young"), 100).digest)
    arriving, broken_off = (desk.office.evidence.incoming / name for name in ("tmp1", "tmp2"))
    arriving.write_bytes(b"half")
    broken_off.write_bytes(b"half")
    age(broken_off)
    assert {each.path for each in list_orphans(desk.office)} == {left, broken_off}
    assert {each.path for each in remove_orphans(desk.office)} == {left, broken_off}
    assert [path.exists() for path in (needed, young, arriving, left, broken_off)] == [True, True, True, False, False]
    assert remove_orphans(desk.office) == []


def test_a_writer_paused_before_its_row_loses_nothing(desk, left, monkeypatch):
    """The same bytes stored anew after they were found to be an orphan, the row still to come: they are there."""
    found = list_orphans(desk.office)
    monkeypatch.setattr(evidence_orphans, "list_orphans", lambda *_: (store_anew(desk), found)[1])
    assert remove_orphans(desk.office) == []
    assert left.read_bytes() == b"left behind"


def test_a_row_that_comes_in_between_keeps_its_file(desk, left, monkeypatch):
    """The row is written after the file was found and put aside: it is put back."""
    found = list_orphans(desk.office)

    def commit(*_):
        desk.add("1.1", desk.paul, b"left behind")
        age(left)  # so that its row alone speaks for it
        return found

    monkeypatch.setattr(evidence_orphans, "list_orphans", commit)
    assert remove_orphans(desk.office) == []
    assert left.read_bytes() == b"left behind"


def test_a_removal_that_was_cut_off_is_settled(desk, left):
    """A file put aside whose row came before the removal went on is put back at the next one."""
    aside = desk.office.evidence.path / "leaving" / left.name
    aside.parent.mkdir()
    desk.add("1.1", desk.paul, b"left behind")
    left.replace(aside)
    assert remove_orphans(desk.office) == []
    assert left.read_bytes() == b"left behind"
    assert not aside.exists()


def store_anew(desk):
    desk.office.evidence.store(io.BytesIO(b"left behind"), 100)
