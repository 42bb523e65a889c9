"""The bell is heard by workers, coalesces, and may be lost without anybody noticing."""

import logging
from pathlib import Path

import pytest
from huey.exceptions import HueyException

from engine.database import wal_is_safe
from runtime.queue import LOOK, QueueBell, QueueUrlError, _declare_look, open_queue


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A queue in a file of a folder that does not exist yet."""
    return f"sqlite:///{tmp_path / 'data' / 'huey.db'}"


def waiting(url: str) -> list[bytes]:
    queue = open_queue(url)
    items: list[bytes] = queue.storage.enqueued_items()
    queue.storage.close()
    return items


def test_a_ring_waits_for_a_worker(url: str) -> None:
    """One ring puts one task into the queue."""
    QueueBell(url).ring()
    assert len(waiting(url)) == 1


def test_rings_that_nobody_has_heard_are_one(url: str) -> None:
    """A hundred steps without a worker do not fill the queue."""
    bell = QueueBell(url)
    for _ in range(100):
        bell.ring()
    QueueBell(url).ring()
    assert len(waiting(url)) == 1


def test_a_bell_that_cannot_ring_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The step is done; that the queue is away is told in the log only."""
    (tmp_path / "file").write_text("")
    QueueBell(f"sqlite:///{tmp_path / 'file' / 'huey.db'}").ring()
    QueueBell("nonsense").ring()
    assert [each.levelno for each in caplog.records] == [logging.WARNING] * 2


def test_a_task_is_plain_text(url: str) -> None:
    """What lies in the queue is JSON without any code: who can write there can make a worker look, and no more."""
    QueueBell(url).ring()
    content = waiting(url)[0].decode("utf-8")
    assert content.startswith("[")
    assert LOOK in content
    queue = open_queue(url)
    queue.storage.enqueue(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    queue.storage.dequeue()
    with pytest.raises(ValueError, match="utf-8"):
        queue.dequeue()
    queue.storage.close()


def test_a_worker_takes_what_a_command_rang(url: str) -> None:
    """The task carries the same name at both ends: a worker's own function is run for it."""
    QueueBell(url).ring()
    looks: list[str] = []
    queue = open_queue(url)
    with pytest.raises(HueyException):  # nothing is declared yet
        queue.dequeue()
    _declare_look(queue, lambda: looks.append("now"))
    QueueBell(url).ring()
    queue.execute(queue.dequeue())
    assert looks == ["now"]
    queue.storage.close()


def test_the_queues_file_is_as_durable_as_the_database(url: str) -> None:
    """WAL only where SQLite is safe in it, and each commit is forced to the disk."""
    queue = open_queue(url)
    mode = queue.storage.sql("PRAGMA journal_mode", results=True)[0][0]
    assert mode == ("wal" if wal_is_safe() else "truncate")
    assert queue.storage.sql("PRAGMA synchronous", results=True) == [(2,)]
    queue.storage.close()


@pytest.mark.parametrize("wrong", ["nonsense", "mysql://localhost/x", "sqlite://", "postgresql://127.0.0.1:1/none"])
def test_an_address_that_is_no_queue_is_refused_with_examples(wrong: str) -> None:
    """The error names the setting and what may stand there."""
    with pytest.raises(QueueUrlError, match="OPORA_HUEY_URL"):
        open_queue(wrong)


def test_redis_without_its_library_says_so() -> None:
    """Redis is possible but not among our dependencies: the error names what is missing."""
    with pytest.raises(QueueUrlError, match="redis"):
        open_queue("redis://127.0.0.1:6379/0")


def test_a_file_that_is_no_queue_is_refused(tmp_path: Path) -> None:
    """A file of another kind is left as it is."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleagues, " * 100)
    with pytest.raises(QueueUrlError, match="not a database"):
        open_queue(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear")
