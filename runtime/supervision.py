"""Two child processes, kept running until this one is asked to stop."""

import logging
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
SOUND_AFTER_SECONDS = 60.0
"""A child that lived this long is restarted at once when it ends."""
STOP_SECONDS = 40.0
"""How long children may take to stop; more than a worker takes by itself."""
_LOOK_SECONDS = 0.2

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Child:
    name: str
    command: Sequence[str]
    pause: float = FIRST_PAUSE_SECONDS
    started: float = 0.0
    start_at: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def look(self) -> None:
        """Start it where it is time; note its end."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self._start(now)
        elif self.process.poll() is not None:
            self._ended(now, self.process.returncode)

    def _start(self, now: float) -> None:
        # A session of its own: Ctrl-C reaches only this process, which stops the children in order.
        self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603  (our own program)
        self.started = now
        _log.info("%s runs as process %s", self.name, self.process.pid)

    def _ended(self, now: float, code: int) -> None:
        self.process = None
        if now - self.started >= SOUND_AFTER_SECONDS:
            self.pause = FIRST_PAUSE_SECONDS
        self.start_at = now + self.pause
        _log.warning("%s ended with %s; it is started again in %.0f s", self.name, code, self.pause)
        self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)


def supervise(commands: Mapping[str, Sequence[str]]) -> None:
    """Run a child per command until SIGTERM or SIGINT, then stop all.

    A child that ends is started again after a pause that doubles while it keeps ending early.

    Args:
        commands: name for the log → program and arguments.
    """
    asked = threading.Event()
    children = [_Child(name, command) for name, command in commands.items()]
    before = {each: signal.signal(each, lambda *_: asked.set()) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not asked.is_set():
            for child in children:
                child.look()
            asked.wait(_LOOK_SECONDS)
    finally:
        _stop([child for child in children if child.process])
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(children: Sequence[_Child]) -> None:
    running = [child.process for child in children if child.process]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
