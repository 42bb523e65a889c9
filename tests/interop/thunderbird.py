"""What Thunderbird makes of the feed: it is started without a window, twice, and its own copy is looked into."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from following import Entries, Entry, tell_after, tell_before

PREFERENCES = {
    "calendar.registry.opora.type": "ics",
    "calendar.registry.opora.name": "Opora",
    "calendar.registry.opora.cache.enabled": True,
    "calendar.registry.opora.readOnly": True,
    "calendar.timezone.local": "Europe/Moscow",
    "calendar.timezone.useSystemTimezone": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mailnews.start_page.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
}
MICROSECONDS = 1_000_000
# calIStorage: bits of cal_events.flags.
WHOLE_DAY = 8
ROWS = "SELECT id, event_start, flags, ical_status FROM cal_events"


def main(work: Path) -> None:
    profile = work / "thunderbird"
    profile.mkdir(exist_ok=True)
    wanted = PREFERENCES | {"calendar.registry.opora.uri": (work / "url").read_text()}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items()]
    (profile / "user.js").write_text("".join(lines))
    command = ["thunderbird", "--headless", "--no-remote", "--profile", str(profile)]
    tell = tell_after if (work / "moved").exists() else tell_before
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, start_new_session=True, **quiet) as program:
        try:
            tell("Thunderbird", work, lambda: look(profile / "calendar-data" / "cache.sqlite"))
        finally:
            # Without a window it cannot be asked to end; its copy, an SQLite file, is whole at any moment.
            os.killpg(program.pid, signal.SIGKILL)


def look(cache: Path) -> Entries:
    """Thunderbird's copy of the calendar; it locks the file, so a copy of that is read. Empty while it is written."""
    with TemporaryDirectory() as folder:
        try:
            for path in cache.parent.glob(f"{cache.name}*"):
                shutil.copy(path, folder)
            with closing(sqlite3.connect(Path(folder) / cache.name)) as connection:
                return {row[0]: _entry(*row[1:]) for row in connection.execute(ROWS)}
        except (OSError, sqlite3.DatabaseError):
            return {}


def _entry(start: int, flags: int, status: str | None) -> Entry:
    began_at = datetime.fromtimestamp(start / MICROSECONDS, UTC)
    shape = "%Y%m%d" if flags & WHOLE_DAY else "%Y%m%dT%H%M%S"
    return Entry(began_at.strftime(shape), status == "CANCELLED")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
