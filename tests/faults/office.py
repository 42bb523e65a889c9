"""A trial of the whole program: a worker of an installation is killed in a morning full of work.

Everything that a worker process needs stands here, so that it can be forked from a server that has imported it.
"""

import os
import re
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import faults
from engine.clock import FileClock
from engine.unit_of_work import SilentBell
from runtime.bootstrap import Application, build_application
from runtime.settings import Settings
from runtime.ticking import run_tick


def open_office(data: Path) -> Application:
    """An installation whose clock stands in a file beside its data; letters go into a folder."""
    return build_application(Settings(data_dir=data, clock=f"file:{data.parent / 'clock'}"), SilentBell())  # type: ignore[arg-type]


def work_at(data: Path, now: datetime) -> None:
    """What a worker does at this moment, until nothing is left to do.

    Raises:
        AssertionError: a part of the work failed.
    """
    FileClock(data.parent / "clock").set(now)
    with closing(open_office(data)) as application:
        report = run_tick(application)
    assert report.failures == {}


def be_killed(data: Path, now: datetime, point: str, nth: int) -> None:
    """Work until a fault point is reached for the n-th time, then die without a word."""
    seen: Counter[str] = Counter()

    def die(reached: str) -> None:
        seen[reached] += 1
        if reached == point and seen[point] == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    faults.on_reach = die
    work_at(data, now)


def count_points(data: Path, now: datetime) -> Counter[str]:
    """Work undisturbed; how often each point was reached."""
    seen: Counter[str] = Counter()
    faults.on_reach = lambda point: seen.update([point])
    try:
        work_at(data, now)
    finally:
        faults.on_reach = faults._pass
    return seen


PICTURE = {
    "instances": "SELECT public_id, state, revision, due_on FROM instance",
    "history": "SELECT instance_id, revision, event, from_state, to_state FROM history",
    "ladders": "SELECT instance_id, name, rung, due_at, failures FROM ladder",
    "messages": "SELECT dedup_key, topic, detail, attempts, done_at IS NULL FROM message",
    "letters": "SELECT cause_key, person_id, kind, recipient, state, context FROM letter",
    "notices": "SELECT dedup_key, person_id, occurrence_id, kind, settled_at IS NULL FROM notice",
    "calendar": "SELECT occurrence_id, variant, language, hex(digest), sequence FROM feed_event",
    "grants": 'SELECT person_id, submission_id, actions, voided_at IS NULL, spent_at IS NULL FROM "grant"',
    "invitations": "SELECT count(*) FROM invitation",
    "feeds": "SELECT subscription_id, stale, etag, events FROM feed",
    "log": "SELECT count(*), max(position) FROM log_leaf",
    "checkpoint": "SELECT max(size) FROM log_checkpoint",
}

DRAWN = re.compile(r'(?:(?<="grant":")|(?<="invitation":"))[0-9a-f-]{36}')


def look(data: Path) -> dict[str, list[Any]]:
    """All that matters in the end, read with plain SQL; and how many letters lie in the folder.

    The ids of grants and invitations are drawn by lot, so they are left out.
    """
    with closing(sqlite3.connect(data / "opora.db")) as connection:
        rows = {name: connection.execute(query).fetchall() for name, query in PICTURE.items()}
    picture = {name: sorted(DRAWN.sub("…", str(row)) for row in found) for name, found in rows.items()}
    return {**picture, "files": [len(list((data / "mail").glob("*.eml")))]}
