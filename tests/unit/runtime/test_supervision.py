"""Children are started again when they end and stopped when their parent is asked to stop."""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import supervision

PARENT = """
    import logging, sys
    from runtime import supervision

    logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.INFO)
    supervision.FIRST_PAUSE_SECONDS = 0.0
    supervision.supervise({"child": [sys.executable, "-c", sys.argv[1]]})
    print("over", flush=True)
"""
# Says how many have lived before it.
CHILD = """
import os, pathlib, signal, sys, time
path = pathlib.Path({path!r})
lives = int(path.read_text() or 0) if path.exists() else 0
path.write_text(str(lives + 1))
{behaviour}
"""


@pytest.fixture
def parents() -> Iterator[list["subprocess.Popen[str]"]]:
    """Parents that a test started, gone after it with their children."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for each in started:
        if each.poll() is None:
            each.terminate()
        each.communicate(timeout=60)


def begin(parents: list["subprocess.Popen[str]"], tmp_path: Path, behaviour: str) -> "subprocess.Popen[str]":
    child = CHILD.format(path=str(tmp_path / "lives"), behaviour=behaviour)
    parents.append(
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PARENT), child], stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
    )
    return parents[-1]


def read_until(parent: "subprocess.Popen[str]", words: str) -> str:
    assert parent.stdout is not None
    for line in parent.stdout:
        if words in line:
            return line
    raise AssertionError(f"“{words}” was never said")


def test_a_child_that_ends_is_started_again(parents: list["subprocess.Popen[str]"], tmp_path: Path) -> None:
    """The first life ends with 3; the second is kept."""
    parent = begin(parents, tmp_path, "sys.exit(3) if not lives else time.sleep(600)")
    assert "ended with 3" in read_until(parent, "ended")
    read_until(parent, "runs as process")
    parent.terminate()
    read_until(parent, "over")


def test_asked_to_stop_it_stops_its_children_first(parents: list["subprocess.Popen[str]"], tmp_path: Path) -> None:
    """SIGTERM reaches the child, which ends in its own way, and the parent ends with 0."""
    behaviour = textwrap.dedent(f"""
        def stop(*_):
            pathlib.Path({str(tmp_path / "bye")!r}).write_text("bye")
            sys.exit()
        signal.signal(signal.SIGTERM, stop)
        print("child is ready", flush=True)
        time.sleep(600)
    """)
    parent = begin(parents, tmp_path, behaviour)
    read_until(parent, "child is ready")
    parent.send_signal(signal.SIGTERM)
    read_until(parent, "over")
    assert parent.wait(timeout=60) == 0
    assert (tmp_path / "bye").read_text() == "bye"


def test_pauses_double_up_to_a_minute() -> None:
    """A child that keeps ending early is tried less and less often; one that lived long, at once."""
    child = supervision._Child("child", ["true"])
    pauses = []
    for _ in range(8):
        child._ended(now=0.0, code=1)
        pauses.append(child.start_at)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    child._ended(now=supervision.SOUND_AFTER_SECONDS, code=1)
    assert child.start_at == supervision.SOUND_AFTER_SECONDS + 1


def test_a_child_that_does_not_stop_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who ignores SIGTERM is waited for, then killed: the parent always ends."""
    monkeypatch.setattr(supervision, "STOP_SECONDS", 0.1)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"deaf\n"
    child = supervision._Child("child", [], process=process)
    supervision._stop([child])
    assert process.returncode == -signal.SIGKILL
    process.stdout.close()
